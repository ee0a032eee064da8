import Foundation
import GRDB
import Metrics
import Results
import ResultsSQLite
import TestSupport
import Testing

/// `Fixtures/reliability.json`, written by `Tests/References/reliability_golden.py`.
@Suite("What pages show besides the figures of runs")
struct EvidenceTests {
  struct Golden: Decodable {
    struct Group: Decodable {
      var images: Int
      var ece: Double
      var bins: [[Double]]
    }

    var truth: [Int]
    var guess: [Int]
    var confidence: [Int]
    var groups: [String: Group]
  }

  private func store(_ folder: TemporaryFolder) throws -> SQLiteRunStore {
    let store = try SQLiteRunStore(path: folder.file())
    try store.register(Sample.sweep)
    try store.complete(Sample.run("baseline"))
    try store.complete(Sample.run("focal"), clogs: 2)
    _ = try store.enqueue(Sample.run("ldam"))
    return store
  }

  @Test("is that of the single calls, run by run") func same() throws {
    let folder = try TemporaryFolder()
    let store = try store(folder)
    let curves = try store.curves(of: [1, 2, 3])
    #expect(curves.values[1] == (try store.epochs(of: 1)) && curves.values[2]?.count == 2)
    #expect(curves.values[3] == [] && curves.damaged.isEmpty)
    let masses = try store.classMasses(of: [2, 1])
    #expect(masses.values[1] == Sample.result().classMass && masses.values.count == 2)
    var matrices: [RunID: ConfusionMatrix] = [:]
    let left = try store.confusions(of: [1, 2, 3]) { run, matrix in
      matrices[run] = matrix
      return true
    }
    #expect(left.isEmpty && matrices.count == 2)
    for run in [1, 2] as [RunID] {
      #expect(matrices[run] == (try store.confusionMatrix(of: run, split: "test")))
    }
    #expect(matrices[2]?[0, 1] == 1 && matrices[1]?[1, 1] == 1)
    #expect(try store.curves(of: []).values.isEmpty)
    #expect(store.damages.isEmpty)
  }

  @Test("leaves out what is damaged, names it, and keeps the rest") func damaged() throws {
    let folder = try TemporaryFolder()
    try store(folder).close()
    let queue = try DatabaseQueue(path: folder.file())
    try queue.write { database in
      try database.execute(
        sql: """
          UPDATE confusion SET n = n + 1 WHERE run_id = 1;
          UPDATE class_mass SET effective = 0.9 WHERE run_id = 2 AND class_index = 0;
          UPDATE epoch SET lr = 0.06 WHERE run_id = 2 AND epoch = 2;
          """)
    }
    try queue.close()
    let store = try SQLiteRunStore(readOnly: folder.file())
    #expect(try store.confusions(of: [1, 2]) { _, _ in true } == [1])
    let (masses, curves) = (try store.classMasses(of: [1, 2]), try store.curves(of: [1, 2]))
    #expect(masses.damaged == [2] && Set(masses.values.keys) == [1])
    #expect(curves.damaged == [2] && Set(curves.values.keys) == [1])
    #expect(store.damages.map(\.table) == ["confusion", "class_mass", "epoch"])
    #expect(store.damages.allSatisfy { $0.leftOut.isEmpty })
  }

  @Test("a matrix that nobody has a use for is told") func useless() throws {
    let folder = try TemporaryFolder()
    let store = try store(folder)
    #expect(try store.confusions(of: [1, 2]) { run, _ in run == 2 } == [1])
    #expect(store.damages.map(\.run) == [1])
  }

  @Test("calibration by group agrees with NumPy") func reliability() throws {
    let golden = try fixture("reliability.json", as: Golden.self)
    let folder = try TemporaryFolder()
    let store = try SQLiteRunStore(path: folder.file())
    try store.register(Sample.sweep)
    var run = Sample.run("baseline")
    run.dataset.testImages = golden.truth.enumerated().map { index, truth in
      TestImage(id: "img-\(index)", trueClass: truth, isLeaked: false)
    }
    let id = try store.enqueue(run)
    try store.begin(id, environment: Sample.environment, processID: 1)
    var result = Sample.result()
    result.guesses = zip(golden.guess, golden.confidence).map { guess, confidence in
      Guess(classIndex: guess, confidence: Float(Double(confidence) / 1e4))
    }
    try store.finish(id, .done(result))
    let groups = try #require(try store.reliability(of: [id]).values[id])
    #expect(Set(groups.keys.map(\.rawValue)) == Set(golden.groups.keys))
    for (name, expected) in golden.groups {
      let bins = try #require(groups[ShotGroup(rawValue: name)!])
      #expect(bins.images == expected.images)
      #expect(abs(try #require(bins.error) - expected.ece) < 1e-12)
      for (bin, row) in zip(bins.bins, expected.bins) {
        #expect(bin.images == Int(row[0]) && bin.right == Int(row[1]))
        #expect(abs(bin.confidence - row[2]) < 1e-9)
      }
    }
  }

  @Test("guesses that are not there, or are no number, count nowhere") func missing() throws {
    let folder = try TemporaryFolder()
    let store = try store(folder)
    // Its data set has no test images, to which guesses could belong.
    #expect(try store.reliability(of: [1, 3]).values.isEmpty)
    var run = Sample.run("seesaw")
    run.dataset.digest = "d2"
    run.dataset.testImages = [0, 0, 3].enumerated().map { index, truth in
      TestImage(id: "img-\(index)", trueClass: truth, isLeaked: false)
    }
    let id = try store.enqueue(run)
    try store.begin(id, environment: Sample.environment, processID: 1)
    var result = Sample.result()
    result.guesses = [
      Guess(), Guess(classIndex: 0, confidence: 0.5), Guess(classIndex: 1, confidence: 1),
    ]
    try store.finish(id, .done(result))
    let groups = try #require(try store.reliability(of: [id]).values[id])
    #expect(groups[.many]?.images == 1 && groups[.many]?.error == 0.5)
    #expect(groups[.unseen]?.images == 1 && groups[.few] == nil)
  }
}
