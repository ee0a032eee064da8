/// A request that no store can fulfil, whatever it keeps its runs in.
public enum RunStoreError: Error, Hashable, Sendable, CustomStringConvertible {
  case unknownSweep(String, known: [String])
  case unknownRun(RunID)
  /// A finished run is never written again.
  case alreadyDone(RunID, name: String)
  /// A run at work is not taken away from its worker.
  case running(RunID, name: String)
  /// What the store says of a run is not what was written.
  case damaged(RunID, detail: String)

  /// One sentence: what was asked for, and what to do.
  public var description: String {
    switch self {
    case .unknownSweep(let name, let known):
      let list = known.isEmpty ? "none" : known.map { "'\($0)'" }.joined(separator: ", ")
      return "no sweep '\(name)' in the store (known: \(list)); register it before its runs"
    case .unknownRun(let id):
      return "no run \(id) in the store; `SELECT id, name FROM run` lists them"
    case .damaged(let id, let detail):
      return "run \(id) cannot be believed, \(detail); 'poise verify' says what to do"
    case .running(let id, let name):
      return "run \(id) '\(name)' is running; stop its sweep first"
    case .alreadyDone(let id, let name):
      return """
        run \(id) '\(name)' is already done and is not written again; change its recipe or use \
        another results file
        """
    }
  }
}
