import Foundation
import GRDB
import Metrics
import Results
import ResultsSQLite
import TestSupport
import Testing

@Suite("Test images that leaked") struct LeakTests {
  /// The sample's seven test images, of which three of seen classes and the one of an unseen class
  /// leaked: boots 0 and 3, clogs 4, crocs 6.
  private static func run(_ strategy: String, known: Bool = true) -> RunDescription {
    var run = Sample.run(strategy)
    let leaks = [true, false, false, true, true, false, true]
    run.dataset.testImages = zip([0, 0, 0, 0, 1, 1, 3], leaks).enumerated().map { index, image in
      TestImage(id: "img-\(index)", trueClass: image.0, isLeaked: known ? image.1 : nil)
    }
    return run
  }

  private static func complete(
    _ run: RunDescription, in store: some RunStore, guesses: [Guess]?, five: Bool = false
  ) throws -> RunID {
    var result = Sample.result()
    result.guesses = guesses
    if !five { result.predictions = [] }
    let id = try store.enqueue(run)
    try store.begin(id, environment: Sample.environment, processID: 1)
    try store.append(Sample.epoch(1), to: id)
    try store.finish(id, .done(result))
    return id
  }

  @Test("leave figures without them: by hand", arguments: StoreKind.allCases)
  func figures(kind: StoreKind) throws {
    let folder = try TemporaryFolder()
    let store = try kind.make(in: folder)
    try store.register(Sample.sweep)
    let guesses = Sample.tally(clogs: 1).guesses
    let id = try Self.complete(Self.run("focal"), in: store, guesses: guesses)
    let summary = try #require(try store.run(id)).summary
    // Left are boots 1 and 2, both right, and clogs 5, taken for boots; crocs are unseen.
    let figures = try #require(summary.withoutLeaks)
    #expect(summary.leakedImages == 4)
    #expect(figures.leaked == 3 && figures.images == 3)
    #expect(figures.accuracy == 2.0 / 3 && figures.macroRecall == 0.5)
    #expect(try store.guesses(of: id)?.map(\.classIndex) == guesses.map(\.classIndex))
    #expect(try store.descriptions(ofSweep: "night")[0].dataset.testImages?.count == 7)
  }

  @Test("are not known where nobody looked or no guesses were kept", arguments: StoreKind.allCases)
  func unknown(kind: StoreKind) throws {
    let folder = try TemporaryFolder()
    let store = try kind.make(in: folder)
    try store.register(Sample.sweep)
    let old = try Self.complete(Sample.run("baseline"), in: store, guesses: nil)
    #expect(try store.run(old)?.summary.leakedImages == nil)
    #expect(try store.guesses(of: old) == nil)
    let without = try Self.complete(Self.run("focal"), in: store, guesses: nil)
    #expect(try store.run(without)?.summary.withoutLeaks == nil)
    #expect(try store.run(without)?.summary.leakedImages == 4)
    var other = Self.run("weights", known: false)
    other.dataset.digest = "d2"
    let guesses = Sample.tally(clogs: 1).guesses
    let unseen = try Self.complete(other, in: store, guesses: guesses)
    #expect(try store.run(unseen)?.summary.leakedImages == nil)
    #expect(try store.run(unseen)?.summary.withoutLeaks == nil)
  }

  @Test("leave nothing to count where every test image leaked", arguments: StoreKind.allCases)
  func allLeaked(kind: StoreKind) throws {
    let folder = try TemporaryFolder()
    let store = try kind.make(in: folder)
    try store.register(Sample.sweep)
    var run = Self.run("focal")
    for index in 0..<7 { run.dataset.testImages?[index].isLeaked = true }
    let id = try Self.complete(run, in: store, guesses: Sample.tally(clogs: 1).guesses)
    let figures = try #require(try store.run(id)?.summary.withoutLeaks)
    #expect(figures.leaked == 6 && figures.images == 0)
    #expect(figures.accuracy == nil && figures.macroRecall == nil)
    guard kind == .file else { return }
    let clean = try lines(folder.file(), "SELECT clean_accuracy, clean_macro_recall FROM v_leaks")
    #expect(clean == ["-|-"])
  }

  @Test("are a column of v_predictions and a line of v_leaks")
  func views() throws {
    let folder = try TemporaryFolder()
    let store = try SQLiteRunStore(path: folder.file())
    try store.register(Sample.sweep)
    let tally = Sample.tally(clogs: 1)
    // A run as older versions left it, with five classes an image and no guesses.
    _ = try Self.complete(Sample.run("old"), in: store, guesses: nil, five: true)
    _ = try Self.complete(Self.run("short"), in: store, guesses: tally.guesses)
    _ = try Self.complete(Self.run("long"), in: store, guesses: tally.guesses, five: true)
    let select = """
      SELECT example_id, true_class, predicted, is_right, in_top5, leak FROM v_predictions
      """
    let order = "ORDER BY example_id LIMIT 5"
    #expect(
      try lines(folder.file(), "\(select) WHERE strategy = 'old' \(order)") == [
        "img-0|boots|boots|1|1|-", "img-1|boots|boots|1|1|-", "img-2|boots|boots|1|1|-",
        "img-3|boots|clogs|0|0|-", "img-4|clogs|clogs|1|1|-",
      ])
    // Without the five classes nobody knows whether a wrong guess was near.
    #expect(
      try lines(folder.file(), "\(select) WHERE strategy = 'short' \(order)") == [
        "img-0|boots|boots|1|1|1", "img-1|boots|boots|1|1|0", "img-2|boots|boots|1|1|0",
        "img-3|boots|clogs|0|-|1", "img-4|clogs|clogs|1|1|1",
      ])
    #expect(
      try lines(folder.file(), "\(select) WHERE strategy = 'long' \(order)")[3]
        == "img-3|boots|clogs|0|0|1")
    let confidence = try lines(
      folder.file(), "SELECT DISTINCT confidence FROM v_predictions WHERE example_id = 'img-0'")
    // e² / (e² + e + 1)
    #expect(confidence == ["0.6652"])
    #expect(
      try lines(
        folder.file(),
        "SELECT run, images, leaked, accuracy, clean_accuracy, macro_recall, clean_macro_recall "
          + "FROM v_leaks WHERE strategy = 'short'") == ["2|6|3|0.6667|0.6667|0.625|0.5"])
    #expect(try lines(folder.file(), "SELECT count(*) FROM v_leaks") == ["2"])
  }

  @Test("that were kept before the leaks were known are filled in by the next run")
  func filledIn() throws {
    let folder = try TemporaryFolder()
    let store = try SQLiteRunStore(path: folder.file())
    try store.register(Sample.sweep)
    _ = try store.enqueue(Sample.run("old"))
    #expect(try lines(folder.file(), "SELECT count(*) FROM test_image") == ["0"])
    _ = try store.enqueue(Self.run("new"))
    #expect(try lines(folder.file(), "SELECT count(*), sum(leak) FROM test_image") == ["7|4"])
    #expect(try lines(folder.file(), "SELECT count(*) FROM dataset") == ["1"])
  }
}
