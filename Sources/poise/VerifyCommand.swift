import ArgumentParser
import Files
import Foundation
import Networks
import Results
import ResultsSQLite
import Sweeps
import Training

/// Compares a store with what was written to it.
struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Checks a store and the kept weights: where is damage, what is sound, what to do.",
    discussion: """
      Every row has a digest that was written with it, and every finished run the digest of its \
      weights. Nothing is changed. The exit code is 65 where anything is damaged; weights that \
      were not kept are told, but are no damage.

        poise verify                      the whole store
        poise verify --run 7              one run with what it stands on
        poise verify --no-weights         the store alone
      """)

  @Option(help: "The store.", completion: .file(extensions: ["sqlite"]))
  var results = "results.sqlite"
  @Option(name: .customLong("run"), help: "Only this run, by its number.") var number: Int64?
  @Flag(inversion: .prefixedNo, help: "Compare the kept weights with their digests.")
  var weights = true

  func run() throws {
    let store = try SQLiteRunStore(readOnly: results)
    let found = try store.verify(run: number)
    let kept = try weights ? KeptWeights.compare(found.weights, in: store, at: results) : nil
    var lines = found.fileProblems.map { "file: \($0)" }
    lines += found.damages.map { "damaged: \($0)" }
    lines += (kept?.damaged ?? []).map { "damaged: \($0)" }
    lines += found.remarks.map { "note: \($0)" }
    if let missing = kept?.missing, !missing.isEmpty {
      lines.append("note: \(Self.sentence(onMissing: missing))")
    }
    let isSound = found.isSound && kept?.damaged.isEmpty ?? true
    lines.append(Self.verdict(found, kept))
    if !isSound { lines += Self.advice(found, kept, results) }
    try Terminal.show(lines.map(PlainText.line).joined(separator: "\n"))
    if !isSound { throw ExitCode(Failure.badInput) }
  }

  private static func verdict(_ found: StoreVerification, _ kept: KeptWeights?) -> String {
    let (all, sound) = (found.runs.count, found.soundRuns.count)
    let runs = all == 1 ? "1 run" : "\(all) runs"
    let weights = kept.map { ", weights of \($0.sound) compared" } ?? ""
    return sound == all
      ? "\(runs), all sound\(weights)" : "\(runs), \(sound) of them sound\(weights)"
  }

  private static func sentence(onMissing runs: [String]) -> String {
    let shown = runs.prefix(10).joined(separator: ", ")
    let rest = runs.count > 10 ? " and \(runs.count - 10) more" : ""
    return "the weights of \(runs.count == 1 ? "run" : "runs") \(shown)\(rest) are not kept here; "
      + "figures do not need them"
  }

  /// What to do, in the order in which it helps.
  private static func advice(
    _ found: StoreVerification, _ kept: KeptWeights?, _ results: String
  ) -> [String] {
    var lines = ["", "What to do:"]
    lines.append("  keep a copy of \(results) as it is; if there is an older sound one, take that")
    if !found.fileProblems.isEmpty {
      lines.append(
        "  save what can be read: sqlite3 \(results) .recover | sqlite3 rescued.sqlite")
    }
    let runs = Set(found.damages.filter { !$0.concernsWords }.compactMap(\.run)).sorted()
    if !runs.isEmpty {
      let list = runs.prefix(20).map(String.init).joined(separator: " ")
      lines.append(
        "  poise runs remove \(list)\(runs.count > 20 ? " …" : "") --results \(results) --yes; then the same "
          + "sweep takes their results from their folders, or makes them again")
    }
    if found.damages.contains(where: \.concernsWords) {
      lines.append(
        "  tags, notes and archiving: look at them with poise runs; poise tag, note or runs archive on "
          + "that run signs them anew")
    }
    if found.damages.contains(where: { $0.run == nil }) {
      lines.append(
        "  what several runs share is damaged: a new store made by the same sweeps takes the finished "
          + "runs from their folders, if \(results) is moved away and .poise stays")
    }
    if let damaged = kept?.damaged, !damaged.isEmpty {
      lines.append(
        "  weights: put the folders back from a copy, or remove the runs and make them again")
    }
    return lines
  }
}

/// The weights that runs of a store have kept, compared with their digests.
struct KeptWeights {
  /// Files that hold what they should.
  private(set) var sound = 0
  /// One sentence a file that does not.
  private(set) var damaged: [String] = []
  /// Runs without a file, by number and name.
  private(set) var missing: [String] = []

  static func compare(
    _ weights: [StoreVerification.Weights], in store: SQLiteRunStore, at path: String
  ) throws -> KeptWeights {
    var kept = KeptWeights()
    for run in weights {
      guard let file = places(of: run, at: path).first(where: FileManager.default.fileExists) else {
        kept.missing.append("\(run.run) (\(run.name))")
        continue
      }
      do {
        let checkpoint = try Checkpoint(readingFrom: file)
        let digest = NamedTensor.digest(of: checkpoint.tensors)
        if digest == run.digest {
          kept.sound += 1
        } else {
          kept.damaged.append(
            "run \(run.run) (\(run.name)), weights \(file): SHA-256 \(digest.prefix(16))…, the store "
              + "knows \(run.digest.prefix(16))…")
        }
      } catch {
        kept.damaged.append("run \(run.run) (\(run.name)), weights: \(Failure(error).message)")
      }
    }
    return kept
  }

  /// Where the weights of a run may be: where the store says, and in the folder beside it.
  private static func places(of run: StoreVerification.Weights, at store: String) -> [String] {
    let stored = run.path.map(StorePlace(ofStore: store).absolute)
    let folder = SweepPlan.folder(
      ofRun: run.name, configHash: run.configHash, in: WorkFolder.path(ofStore: store))
    return [stored, RunFolder(folder).weights].compactMap(\.self)
  }
}
