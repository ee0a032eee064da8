import Foundation
import GRDB
import Results
import ResultsSQLite
import TestSupport
import Testing

@Suite("The public views")
struct ViewTests {
  /// A file with two strategies by two seeds, a failed, a diverged and a queued run, and one that is
  /// the same as another.
  private func filled(_ folder: TemporaryFolder) throws -> String {
    let store = try SQLiteRunStore(path: folder.file())
    try store.register(Sample.sweep)
    for seed in 1...2 {
      var baseline = Sample.run("baseline", seed: UInt64(seed))
      baseline.dataset.testImages = [0, 0, 0, 0, 1, 1, 3].enumerated().map { index, trueClass in
        TestImage(id: "img-\(index)", trueClass: trueClass, isLeaked: index == 0)
      }
      try store.complete(baseline, clogs: 0)
      try store.complete(Sample.run("focal", seed: UInt64(seed), variant: "g=2"), clogs: seed)
    }
    let failed = try store.enqueue(Sample.run("weights"))
    try store.begin(failed, environment: Sample.environment, processID: 1)
    try store.finish(failed, .failed(reason: "no room", exitCode: 3, signal: nil))
    let diverged = try store.enqueue(Sample.run("weights", seed: 2))
    try store.begin(diverged, environment: Sample.environment, processID: 1)
    try store.finish(diverged, .diverged(step: 4, reason: "the loss is nan"))
    _ = try store.enqueue(Sample.run("weights", seed: 3))
    let twin = try store.enqueue(Sample.run("twin"))
    try store.finish(twin, asEqualTo: 2, note: "the same as focal")
    return folder.file()
  }

  @Test("have exactly these columns")
  func columns() throws {
    let folder = try TemporaryFolder()
    let path = try filled(folder)
    let views = try query(
      path, "SELECT name FROM sqlite_schema WHERE type = 'view' ORDER BY rowid")
    let lines = try views.map { view -> String in
      let name: String = view["name"]
      let columns = try query(path, "PRAGMA table_info(\(name))")
      return "\(name): " + columns.map { $0["name"] as String }.joined(separator: " ")
    }
    let snapshot = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Fixtures/view-columns.txt")
    let actual = lines.joined(separator: "\n") + "\n"
    let expected = try? String(contentsOf: snapshot, encoding: .utf8)
    if expected == nil { try actual.write(to: snapshot, atomically: true, encoding: .utf8) }
    #expect(actual == expected)
  }

  @Test("are all listed in help, and every example runs")
  func help() throws {
    let folder = try TemporaryFolder()
    let path = try filled(folder)
    let help = try query(path, "SELECT * FROM help")
    let listed = Set(help.map { $0["view"] as String })
    let views = try query(path, "SELECT name FROM sqlite_schema WHERE type = 'view'")
    #expect(listed == Set(views.map { $0["name"] as String }).subtracting(["help"]))
    for line in help {
      let (view, example): (String, String) = (line["view"], line["example"])
      #expect(try query(path, example).count > 0, "\(view)")
    }
  }

  @Test("compare strategies by mean and sd over seeds")
  func compare() throws {
    let folder = try TemporaryFolder()
    let path = try filled(folder)
    let rows = try lines(
      path,
      """
      SELECT strategy, variant, seeds, bal_acc, bal_acc_sd, many, medium, few, minutes
      FROM v_compare ORDER BY strategy
      """)
    // Balanced accuracy: baseline (3/4 + 0)/2 twice; focal (3/4 + 1/2)/2 and (3/4 + 1)/2.
    #expect(
      rows == [
        "baseline||2|0.375|0.0|0.75|-|0.0|1.5", "focal|g=2|2|0.75|0.1768|0.75|-|0.75|1.5",
      ])
  }

  @Test("leave the sd of a single seed undefined")
  func singleSeed() throws {
    let folder = try TemporaryFolder()
    let store = try SQLiteRunStore(path: folder.file())
    try store.register(Sample.sweep)
    try store.complete(Sample.run("baseline"))
    let rows = try lines(folder.file(), "SELECT seeds, bal_acc, bal_acc_sd FROM v_compare")
    #expect(rows == ["1|0.625|-"])
  }

  @Test("pair seeds with the baseline")
  func pairs() throws {
    let folder = try TemporaryFolder()
    let rows = try lines(
      try filled(folder),
      "SELECT baseline, strategy, seed, d_few, d_bal_acc, d_medium FROM v_pairs ORDER BY seed")
    #expect(rows == ["baseline|focal|1|0.5|0.25|-", "baseline|focal|2|1.0|0.5|-"])
  }

  @Test("pair folds with the baseline's, and keep the fold of a run")
  func folds() throws {
    let folder = try TemporaryFolder()
    let store = try SQLiteRunStore(path: folder.file())
    try store.register(Sample.sweep)
    for fold in 1...2 {
      for (strategy, clogs) in [("baseline", 0), ("focal", fold)] {
        var run = Sample.run(strategy, variant: "fold\(fold)")
        (run.fold, run.groupHash) = (fold, "g-\(strategy)")
        try store.complete(run, clogs: clogs)
      }
    }
    #expect(
      try lines(folder.file(), "SELECT fold, seed, d_few FROM v_pairs ORDER BY fold")
        == ["1|1|0.5", "2|1|1.0"])
    #expect(try lines(folder.file(), "SELECT fold FROM v_runs") == ["1", "1", "2", "2"])
    #expect(try store.summaries(ofSweep: "night").map(\.fold) == [1, 1, 2, 2])
    #expect(try store.descriptions(ofSweep: "night").map(\.fold) == [1, 1, 2, 2])
  }

  @Test("name runs that were not made, and neither average nor pair them")
  func equal() throws {
    let folder = try TemporaryFolder()
    let path = try filled(folder)
    let equal = try lines(
      path, "SELECT strategy, seed, equals_run, equals_strategy, equals_variant, note FROM v_equal")
    #expect(equal == ["twin|1|2|focal|g=2|the same as focal"])
    #expect(
      try lines(path, "SELECT status, accuracy, equals FROM v_runs WHERE strategy='twin'")
        == ["done|-|focalg=2-s1"])
    for view in ["v_compare", "v_pairs", "v_compare_class"] {
      #expect(try query(path, "SELECT * FROM \(view) WHERE strategy='twin'").isEmpty)
    }
  }

  @Test("tell what each class was promised and what it got, whole and by phase")
  func masses() throws {
    let folder = try TemporaryFolder()
    let path = try filled(folder)
    #expect(
      try lines(
        path,
        "SELECT class, sampled, weight, effective, drawn, realised FROM v_class_mass WHERE run = 1")
        == [
          "boots|0.5|1.0|0.4|0.7|0.6", "clogs|0.3|2.0|0.4|0.2|0.25", "pumps|0.2|1.0|0.2|0.1|0.15",
        ])
    #expect(
      try lines(
        path,
        "SELECT phase, steps, class, sampled, draws, drawn, realised FROM v_phase_mass WHERE run = 1"
      )
        == [
          "1|7|boots|0.8|42|0.75|0.75", "1|7|clogs|0.1|7|0.125|0.125",
          "1|7|pumps|0.1|7|0.125|0.125",
          "2|2|boots|0.5|8|0.5|0.375", "2|2|clogs|0.3|4|0.25|0.5", "2|2|pumps|0.2|4|0.25|0.125",
        ])
  }

  @Test("tell progress and failures")
  func progress() throws {
    let folder = try TemporaryFolder()
    let path = try filled(folder)
    let progress = try lines(
      path,
      """
      SELECT runs, done, running, queued, failed, diverged, percent, mean_minutes FROM v_progress
      """)
    #expect(progress == ["8|5|0|1|1|1|87.5|1.5"])
    let failures = try lines(
      path, "SELECT strategy, seed, outcome, exit_code, error FROM v_failures ORDER BY id")
    #expect(
      failures == [
        "weights|1|failed|3|no room", "weights|2|diverged|-|diverged at step 4: the loss is nan",
      ])
  }

  @Test("show classes and mix-ups of a run")
  func classes() throws {
    let folder = try TemporaryFolder()
    let path = try filled(folder)
    // Run 2 is focal, seed 1: clogs 1 of 2 right.
    let classes = try lines(
      path,
      """
      SELECT class, shot, support, predicted, recall, top5, precision FROM v_class_metrics
      WHERE run = 2 AND split = 'test' ORDER BY class_index
      """)
    #expect(
      classes == [
        "boots|many|4|4|0.75|0.75|0.75", "clogs|few|2|2|0.5|0.5|0.5", "pumps|medium|0|0|-|-|-",
        "crocs|unseen|1|0|-|-|-",
      ])
    let mixups = try lines(
      path,
      """
      SELECT true_class, predicted, n, share FROM v_confusions
      WHERE run = 2 AND split = 'test' ORDER BY true_class
      """)
    #expect(mixups == ["boots|clogs|1|0.25", "clogs|boots|1|0.5", "crocs|clogs|1|1.0"])
    let means = try lines(
      path,
      """
      SELECT class, seeds, recall, recall_min FROM v_compare_class
      WHERE strategy = 'focal' AND split = 'test'
      """)
    #expect(
      means == ["boots|2|0.75|0.75", "clogs|2|0.75|0.5", "pumps|2|-|-", "crocs|2|-|-"])
  }

  @Test("show curves, mass and images of a run")
  func details() throws {
    let folder = try TemporaryFolder()
    let path = try filled(folder)
    let curve = try lines(path, "SELECT epoch, train_loss, is_best FROM v_epochs WHERE run = 2")
    #expect(curve == ["1|2.0|1", "2|1.0|1"])
    let mass = try lines(path, "SELECT class, weight, effective FROM v_class_mass WHERE run = 2")
    #expect(mass == ["boots|1.0|0.4", "clogs|2.0|0.4", "pumps|1.0|0.2"])
    let images = try lines(
      path,
      """
      SELECT true_class, predicted, is_right, in_top5 FROM v_predictions
      WHERE run = 2 ORDER BY example_id
      """)
    #expect(
      images == [
        "boots|boots|1|1", "boots|boots|1|1", "boots|boots|1|1", "boots|clogs|0|0",
        "clogs|clogs|1|1", "clogs|boots|0|0", "crocs|clogs|0|0",
      ])
    let runs = try lines(
      path, "SELECT status, epochs, attempts, git FROM v_runs WHERE id IN (2, 7) ORDER BY id")
    #expect(runs == ["done|2/2|1|01234567+", "queued|0/2|0|-"])
  }

  @Test("say settings one row a leaf")
  func settings() throws {
    let folder = try TemporaryFolder()
    let path = try filled(folder)
    let settings = try lines(path, "SELECT key, value, swept FROM setting WHERE run_id = 1")
    #expect(
      settings == [
        "overrides.0|training.batch|0", "seed|1|0", "training.batch|64|1",
        "training.nesterov|1|0",
      ])
    let batches = try lines(
      path, "SELECT count(*) FROM run WHERE config->>'$.training.batch' = 64")
    #expect(batches == ["8"])
  }
}
