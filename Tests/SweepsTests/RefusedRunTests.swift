import Files
import Foundation
import Metrics
import Results
import Sweeps
import Synchronization
import TestSupport
import Testing

/// A store whose disk refuses every call from the one with a number on, until it is mended.
private final class RefusingStore: RunStore {
  private let store = InMemoryRunStore()
  private let callsLeft: Mutex<Int>

  init(callsBefore: Int) { callsLeft = Mutex(callsBefore) }

  func mend() { callsLeft.withLock { $0 = .max } }

  private func ask<Value>(_ body: (InMemoryRunStore) throws -> Value) throws -> Value {
    let isRefused = callsLeft.withLock { left in
      if left > 0, left < .max { left -= 1 } else if left == 0 { return true }
      return false
    }
    if isRefused { throw FileError("write", "/store.sqlite", code: ENOSPC) }
    return try body(store)
  }

  func register(_ sweep: SweepRecord) throws { try ask { $0.register(sweep) } }
  func find(sweep: String, configHash: String) throws -> (id: RunID, status: RunStatus)? {
    try ask { $0.find(sweep: sweep, configHash: configHash) }
  }
  func enqueue(_ run: RunDescription) throws -> RunID { try ask { try $0.enqueue(run) } }
  func begin(_ run: RunID, environment: EnvironmentRecord, processID: Int32) throws {
    try ask { try $0.begin(run, environment: environment, processID: processID) }
  }
  func append(_ record: EpochRecord, to run: RunID, isRepeated: Bool) throws {
    try ask { try $0.append(record, to: run, isRepeated: isRepeated) }
  }
  func finish(_ run: RunID, _ outcome: RunOutcome) throws {
    try ask { try $0.finish(run, outcome) }
  }
  func finish(_ run: RunID, asEqualTo other: RunID, note: String) throws {
    try ask { try $0.finish(run, asEqualTo: other, note: note) }
  }
  func equal(of run: RunID) throws -> RunID? { try ask { try $0.equal(of: run) } }
  func beat(_ run: RunID) throws { try ask { try $0.beat(run) } }
  func weightsDigest(of run: RunID) throws -> String? { try ask { try $0.weightsDigest(of: run) } }
  func reapLostRuns() throws -> Int { try ask { $0.reapLostRuns() } }
  func summaries(ofSweep sweep: String) throws -> [RunSummary] {
    try ask { $0.summaries(ofSweep: sweep) }
  }
  func sweeps() throws -> [SweepRecord] { try ask { $0.sweeps() } }
  func confusionMatrix(of run: RunID, split: String) throws -> ConfusionMatrix? {
    try ask { try $0.confusionMatrix(of: run, split: split) }
  }
}

@Suite("Runs that the machine refuses") struct RefusedRunTests {
  /// Tries are counted in the run's folder.
  private static let count = "echo x >> \"$(dirname \"$1\")/tries\"; "
  /// Leaves an outcome as a run that diverged does.
  private static let diverges = """
    printf '%s' '{"outcome":{"diverged":{"step":7,"reason":"x"}},"epochs":[]}' \
    > "$(dirname "$1")/outcome.json"
    """

  private func line(_ refusal: SystemRefusal) throws -> String {
    let json = String(decoding: try JSONEncoder().encode(["refused": refusal]), as: UTF8.self)
    return "printf '%s\\n' '\(json)'; exit \(WorkerExit.refused)"
  }

  @Test func `are left, not failed, not tried again, and end the sweep with one sentence`() throws {
    let sweep = try FakeSweep(limits: "{retries: 5}")
    let file = sweep.plan.runs[0].folder + "/current.checkpoint"
    for code in [ENOSPC, EDQUOT, EIO, EROFS, ESTALE] {
      let refusal = SystemRefusal("write", file, code: code)
      let summary = try sweep.run(worker: Self.count + (try line(refusal)))
      #expect(summary.isRefused && summary.failed == 0 && summary.left == 4)
      #expect(summary.standingFailures.isEmpty)
      #expect(summary.stopReason?.contains("cannot write '\(file)'") == true)
      #expect(try sweep.states == [.cancelled, .queued, .queued, .queued])
      #expect(try sweep.store.summaries(ofSweep: "fake")[0].error == summary.stopReason)
    }
    let tries = try String(contentsOfFile: sweep.plan.runs[0].folder + "/tries", encoding: .utf8)
    #expect(tries == "x\nx\nx\nx\nx\n")
    let last = try sweep.run(worker: Self.diverges)
    #expect(last.failed == 4 && last.left == 0 && !last.isRefused)
  }

  @Test(arguments: ["echo 'the disk is full' >&2; exit 74", "exit 74", "kill -BUS $$"])
  func `are known without a word of theirs`(_ end: String) throws {
    let sweep = try FakeSweep(limits: "{retries: 5}")
    let summary = try sweep.run(worker: Self.count + end)
    #expect(summary.isRefused && summary.failed == 0 && summary.left == 4)
    #expect(summary.stopReason?.isEmpty == false)
    #expect(try sweep.states == [.cancelled, .queued, .queued, .queued])
  }

  /// What a run leaves is worth more than how its worker ended.
  @Test func `an outcome that is there counts`() throws {
    let sweep = try FakeSweep()
    let summary = try sweep.run(worker: Self.diverges + "\nexit 74")
    #expect(summary.failed == 4 && !summary.isRefused)
  }

  /// Every call to the store in turn, the first of all to the last of the fourth run.
  @Test func `a store that cannot be written leaves all that is not done`() throws {
    var (wasRefused, calls) = (true, 0)
    while wasRefused {
      let store = RefusingStore(callsBefore: calls)
      let sweep = try FakeSweep(store: store)
      let first = try sweep.run(worker: Self.diverges)
      wasRefused = first.isRefused
      #expect(first.failed + first.left == 4, "call \(calls)")
      #expect(first.standingFailures.count == first.failed, "call \(calls)")
      if wasRefused {
        #expect(first.left > 0 && first.stopReason?.contains("/store.sqlite") == true)
      }
      store.mend()
      let second = try sweep.run(worker: Self.diverges)
      #expect(second.failed + second.skipped == 4 && second.left == 0, "call \(calls)")
      #expect(try sweep.states == Array(repeating: .diverged, count: 4), "call \(calls)")
      calls += 1
      try #require(calls < 200)
    }
    #expect(calls > 14)
  }

  /// The worker would work for ever; its parent, refused when it stores that it has begun, asks it to
  /// leave.
  @Test func `a worker is not left behind by a parent that cannot store`() throws {
    let sweep = try FakeSweep(store: RefusingStore(callsBefore: 1 + 1 + 4 + 4))
    let summary = try sweep.run(
      worker: """
        echo $$ > "$(dirname "$1")/pid"
        trap 'exit 75' TERM
        while :; do sleep 0.05; done
        """)
    #expect(summary.isRefused && summary.left == 4)
    let path = sweep.plan.runs[0].folder + "/pid"
    if let text = try? String(contentsOfFile: path, encoding: .utf8),
      let pid = pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines))
    {
      #expect(kill(pid, 0) == -1 && errno == ESRCH)
    }
  }

  @Test func `a folder that cannot be used leaves its run`() throws {
    let sweep = try FakeSweep()
    try Folder.create(sweep.folder.path(of: "work/runs"))
    try AtomicFile.write("in the way", to: sweep.plan.runs[0].folder)
    let summary = try sweep.run(worker: Self.diverges)
    #expect(summary.isRefused && summary.left == 4 && summary.failed == 0)
    #expect(summary.stopReason?.contains(sweep.plan.runs[0].folder) == true)
    try FileManager.default.removeItem(atPath: sweep.plan.runs[0].folder)
    #expect(try sweep.run(worker: Self.diverges).failed == 4)
  }

  // MARK: Failures in a row

  @Test func `runs that diverge do not end the night`() throws {
    let sweep = try FakeSweep(limits: "{failures_in_a_row: 1}")
    let summary = try sweep.run(worker: Self.diverges)
    #expect(summary.failed == 4 && summary.left == 0 && summary.stopReason == nil)
    #expect(summary.standingFailures.count == 4)
  }

  /// Crash, diverged, crash, crash: never three crashes one after the other.
  @Test func `a run that diverges stands between two failures`() throws {
    let sweep = try FakeSweep(limits: "{failures_in_a_row: 3, retries: 0}")
    let second = sweep.plan.runs[1].folder
    let summary = try sweep.run(
      worker: """
        if [ "$(dirname "$1")" = '\(second)' ]; then
        \(Self.diverges)
        else exit 1; fi
        """)
    #expect(summary.failed == 4 && summary.stopReason == nil)
    #expect(try sweep.states == [.failed, .diverged, .failed, .failed])
  }
}
