import ArgumentParser
import Foundation
import Results
import ResultsSQLite
import Sweeps

/// Shows how a sweep goes, from any terminal that sees its files.
struct WatchCommand: ParsableCommand {
  /// What ends a watch.
  enum Ending: String, CaseIterable, ExpressibleByArgument {
    /// No run of the sweep is open any more.
    case done
  }

  static let configuration = CommandConfiguration(
    commandName: "watch",
    abstract: "Shows how a sweep goes: progress, speed, signs of life, failures, time left.",
    discussion: """
      Reads the store, or the shards of workers in FOLDER, and changes nothing. On a terminal it is \
      drawn again until Ctrl-C; elsewhere it is printed once. --until done waits until every run has \
      ended, and prints a line whenever something has changed. Exit codes: 0 all runs are done, or \
      the watch was not asked to wait; 2 some stand as failed or diverged; 75 interrupted before the \
      end.
      """)

  @Argument(help: "A folder of shards, in place of the store.", completion: .directory)
  var folder: String?
  @OptionGroup var store: StoreOptions
  @Option(help: "Wait until then: done.") var until: Ending?
  @Option(help: "Seconds between two looks.") var every = 5.0

  func validate() throws {
    guard every.isFinite, every >= 0.1 else {
      throw ValidationError("--every is \(every), but must be at least 0.1 seconds")
    }
  }

  func run() throws {
    var sweep = try look()
    guard until != nil || Terminal.outputIsTerminal else {
      return try Terminal.tell(WatchText(sweep: sweep).whole)
    }
    StopSignal.install()
    var last = ""
    while true {
      try show(sweep, &last)
      if until == .done, !sweep.runs.contains(where: \.isOpen) { break }
      guard wait() else {
        if until != nil { throw ExitCode(Failure.stoppedWithWorkLeft) }
        return
      }
      sweep = try look()
    }
    if sweep.runs.contains(where: { $0.status != .done }) {
      throw ExitCode(Failure.someRunsFailed)
    }
  }

  private func look() throws -> WatchedSweep {
    let now = Timestamp.secondsSince1970(of: Timestamp.now()) ?? 0
    if let folder { return try WatchedSweep(ShardFolder(folder), now: now) }
    let opened = try store.open()
    defer { try? opened.close() }
    return try WatchedSweep(try store.sweep(in: opened).name, in: opened, now: now)
  }

  /// The whole picture on a terminal; elsewhere a line, where it is another one than the last.
  private func show(_ sweep: WatchedSweep, _ last: inout String) throws {
    let text = WatchText(sweep: sweep)
    guard Terminal.outputIsTerminal else {
      let counts = text.headline.split(separator: ";")[0]
      guard counts != last else { return }
      last = String(counts)
      return try Terminal.tell(text.headline)
    }
    try Terminal.show("\u{1B}[H\u{1B}[2J")
    try Terminal.tell(text.whole)
  }

  /// Waits for the next look; `false` where somebody interrupts it.
  private func wait() -> Bool {
    let end = ContinuousClock.now + .seconds(every)
    while ContinuousClock.now < end {
      if StopSignal.number != nil { return false }
      usleep(50_000)
    }
    return true
  }
}
