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
  /// Another process writes to the store; a claim is never taken from a living one.
  case owned(StoreOwner, since: String, lastSign: String)
  /// Another machine, or a container that cannot be looked into, wrote to the store last and has not
  /// said that it ended.
  case ownedElsewhere(StoreOwner, since: String, lastSign: String)
  /// Another process took the store over while this one was writing to it.
  case claimLost(to: StoreOwner?)
  /// The process of an earlier attempt still works on the run.
  case atWork(RunID, name: String, StoreOwner)

  /// Whether the store is sound and the request too, but for somebody who is at work.
  public var isRefusal: Bool {
    switch self {
    case .running, .owned, .ownedElsewhere, .claimLost, .atWork: true
    case .unknownSweep, .unknownRun, .alreadyDone, .damaged: false
    }
  }

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
    case .owned(let owner, let since, let sign):
      return """
        another sweep is writing to the store: process \(owner.process.processID) on \(owner.host), \
        since \(since), last sign of life \(sign); wait for it, stop it (kill \
        \(owner.process.processID)), or use another results file
        """
    case .ownedElsewhere(let owner, let since, let sign):
      return """
        another sweep may be writing to the store: process \(owner.process.processID) on \
        \(owner.host), since \(since), last sign of life \(sign) by its clock; from here nobody can \
        see whether it lives. Stop it there; if it is gone for good, `poise sweep --take-over` goes on
        """
    case .claimLost(let owner):
      let by = owner.map { " by process \($0.process.processID) on \($0.host)" } ?? ""
      return """
        the store was taken over\(by) while this process was writing to it; nothing more is written \
        from here
        """
    case .atWork(let id, let name, let owner):
      return """
        process \(owner.process.processID) on \(owner.host) still works on run \(id) '\(name)' for an \
        earlier sweep; wait until it is gone, or end it (kill \(owner.process.processID))
        """
    case .alreadyDone(let id, let name):
      return """
        run \(id) '\(name)' is already done and is not written again; change its recipe or use \
        another results file
        """
    }
  }
}
