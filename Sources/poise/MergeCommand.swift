import ArgumentParser
import Files
import Foundation
import Results
import ResultsSQLite
import Sweeps

/// Brings the shards of a frozen plan into one store.
struct MergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge",
    abstract: "Takes the runs of a folder of shards over into a store.",
    discussion: """
      Runs that ended are taken over with all their rows and attempts; others are counted, and stand \
      as queued until a later merge. It may run while workers run, in any order and as often as one \
      likes: what is there already is not changed. A damaged shard is named and left out. Exit codes: \
      0 every run of the plan has ended well, 2 some stand as failed or diverged, 65 a shard is \
      damaged or contradicts the store, 75 some runs have not ended yet.
      """)

  @Argument(help: "The folder of shards.", completion: .directory) var folder: String
  @Option(help: "The store.", completion: .file(extensions: ["sqlite"]))
  var results = "results.sqlite"
  @Flag(help: "Go on with a store whose last sweep was on another machine and never said its end.")
  var takeOver = false

  func run() throws {
    StopSignal.install(beforeWork: true)
    let shards = ShardFolder(folder)
    let plan = try FrozenPlan.read(path: shards.planPath).plan
    let work = try WorkFolder(store: results)
    let locks = try work.lock(store: results)
    defer { for lock in locks { lock.unlock() } }
    let store = try SQLiteRunStore(path: results, shouldStop: { StopSignal.number != nil })
    StopSignal.beginWork()
    try store.claim(lock: locks[0].path, takingOver: takeOver)
    defer { try? store.release() }
    try store.register(plan.sweep)
    _ = try store.enqueue(plan.descriptions)
    var tally = MergeTally(chains: plan.chains)
    for index in try shards.indices() where index < plan.chains {
      guard StopSignal.number == nil else { break }
      try merge(shards.shard(index), into: store, &tally)
    }
    let standing = try plan.runs.map {
      try store.find(sweep: plan.sweep.name, configHash: $0.description.configHash)?.status
    }
    try Terminal.tell(tally.text(standing: standing.compactMap(\.self), results: results))
    if tally.hasTrouble { throw ExitCode(Failure.badInput) }
    if standing.contains(where: { ![.done, .failed, .diverged].contains($0) }) {
      throw ExitCode(Failure.stoppedWithWorkLeft)
    }
    if standing.contains(where: { $0 != .done }) { throw ExitCode(Failure.someRunsFailed) }
  }

  /// One shard; what is wrong with it is told and counted.
  private func merge(
    _ path: String, into store: SQLiteRunStore, _ tally: inout MergeTally
  ) throws {
    let name = URL(fileURLWithPath: path).lastPathComponent
    let stamp: ShardStamp
    let shard: ShardContent
    do {
      stamp = ShardStamp(name: name, sha256: try SHA256Digest.hex(ofFile: path))
      guard try !store.hasMerged(stamp) else { return tally.countUnchanged() }
      shard = try ShardContent(readingFrom: path)
    } catch ResultsFileError.empty {
      // Its worker has just begun, or was killed before its first entry.
      return tally.countEmpty()
    } catch {
      tally.countDamaged()
      return Terminal.complain("\(name): left out: \(Failure(error).message)")
    }
    Terminal.complain(each: tally.add(try store.merge(shard, as: stamp), of: name))
  }
}
