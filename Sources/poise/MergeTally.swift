import Results
import ResultsSQLite

/// What a merge has met so far.
struct MergeTally {
  private let chains: Int
  private var (unchanged, read, empty, damaged) = (0, 0, 0, 0)
  private var (taken, known, open, contradictions) = (0, 0, 0, 0)

  /// Nothing yet, of a plan of so many chains.
  init(chains: Int) { self.chains = chains }

  /// Whether a shard is damaged or contradicts the store.
  var hasTrouble: Bool { damaged > 0 || contradictions > 0 }

  mutating func countUnchanged() { unchanged += 1 }
  mutating func countEmpty() { empty += 1 }
  mutating func countDamaged() { damaged += 1 }

  /// Counts the runs of a shard that was read.
  ///
  /// - Returns: what is to be said of single runs, one sentence each.
  mutating func add(_ runs: [MergedRun], of shard: String) -> [String] {
    read += 1
    var sentences: [String] = []
    for run in runs {
      switch run.fate {
      case .taken: taken += 1
      case .known: known += 1
      case .open(let status, let done, let planned):
        open += 1
        sentences.append(
          "\(shard): \(run.name) is \(status.rawValue), epoch \(done) of \(planned)")
      case .differs:
        contradictions += 1
        sentences.append(
          "\(shard): \(run.name) is done in the store with other weights; what the store has stays")
      case .unplanned:
        contradictions += 1
        sentences.append("\(shard): \(run.name) is no run of the plan; it is left out")
      }
    }
    return sentences
  }

  /// What was done, and where the plan's runs stand now.
  ///
  /// - Parameter standing: of every run of the plan.
  func text(standing: [RunStatus], results: String) -> String {
    let missing = chains - unchanged - read - empty - damaged
    let shards = [
      (read, "read"), (unchanged, "unchanged since the last merge"), (empty, "without a run yet"),
      (damaged, "damaged"), (missing, "missing"),
    ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    let runs = [
      (taken, "taken over"), (known, "there already"), (open, "not ended"),
      (contradictions, "left out"),
    ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    let states = RunStatus.allCases.compactMap { status in
      let count = standing.count { $0 == status }
      return count > 0 ? "\(count) \(status.rawValue)" : nil
    }
    return """
      shards: \(shards.isEmpty ? "none" : shards)
      runs: \(runs.isEmpty ? "nothing new" : runs)
      \(results): \(states.joined(separator: ", ")) of \(standing.count) runs
      """
  }
}
