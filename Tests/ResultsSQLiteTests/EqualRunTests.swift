import Foundation
import Results
import ResultsSQLite
import TestSupport
import Testing

@Suite("A run that is the same as another one")
struct EqualRunTests {
  @Test(
    "is done without having been made, until it is made after all", arguments: StoreKind.allCases)
  func life(kind: StoreKind) throws {
    let folder = try TemporaryFolder()
    let store = try kind.make(in: folder)
    try store.register(Sample.sweep)
    let made = try store.complete(Sample.run("inverse"))
    let twin = try store.enqueue(Sample.run("ratio", variant: "g=1"))
    #expect(try store.equal(of: twin) == nil)
    try store.finish(twin, asEqualTo: made, note: "the same as inverse")

    #expect(try store.equal(of: twin) == made && store.equal(of: made) == nil)
    let description = Sample.run("ratio", variant: "g=1")
    #expect(try store.find(sweep: "night", configHash: description.configHash)?.status == .done)
    let summary = try #require(try store.summaries(ofSweep: "night").last)
    #expect(
      summary.equals == EqualRun(id: made, name: "inverse-s1", strategy: "inverse", variant: ""))
    #expect(summary.headline == nil && summary.classes.isEmpty)
    #expect(summary.notes == ["the same as inverse"])
    let details = try #require(try store.run(twin))
    #expect(details.summary == summary && details.classMass == nil)
    // Told again, it is told once.
    try store.finish(twin, asEqualTo: made, note: "the same")
    #expect(try store.summaries(ofSweep: "night").last?.notes == ["the same"])

    try store.begin(twin, environment: Sample.environment, processID: getpid())
    #expect(try store.equal(of: twin) == nil)
    #expect(try store.summaries(ofSweep: "night").last?.notes.isEmpty == true)
    try store.finish(twin, .done(Sample.result()))
    #expect(try store.summaries(ofSweep: "night").last?.equals == nil)
  }

  @Test(
    "is refused for a run that was made, and for one that is not there",
    arguments: StoreKind.allCases)
  func refused(kind: StoreKind) throws {
    let folder = try TemporaryFolder()
    let store = try kind.make(in: folder)
    try store.register(Sample.sweep)
    let made = try store.complete(Sample.run("inverse"))
    let other = try store.complete(Sample.run("ratio"))
    let queued = try store.enqueue(Sample.run("balanced"))
    #expect(throws: RunStoreError.alreadyDone(other, name: "ratio-s1")) {
      try store.finish(other, asEqualTo: made, note: "")
    }
    #expect(throws: RunStoreError.unknownRun(99)) {
      try store.finish(queued, asEqualTo: 99, note: "")
    }
    #expect(throws: RunStoreError.unknownRun(99)) { try store.equal(of: 99) }
    #expect(try store.summaries(ofSweep: "night").last?.status == .queued)
  }
}
