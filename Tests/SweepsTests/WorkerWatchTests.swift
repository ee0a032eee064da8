import Foundation
import Results
import Sweeps
import TestSupport
import Testing
import Training

/// Workers that hang, and what ends them.
@Suite struct WorkerWatchTests {
  /// Goes sixty times as fast as the system's, so that a grace of half a minute takes half a second.
  private static var fast: SweepClock {
    let start = ContinuousClock.now
    let now: @Sendable () -> Double = {
      let passed = (ContinuousClock.now - start).components
      return 60 * (Double(passed.seconds) + 1e-18 * Double(passed.attoseconds))
    }
    return SweepClock(passed: now, awake: now)
  }

  /// Ten looks of a fifth of a second, and thirty before the worker has begun: on a busy machine a
  /// shell takes its time to start.
  private static let limits = "{silence: 10s, retries: 0, failures_in_a_row: 1}"

  private func event(_ event: TrainingEvent) throws -> String {
    "echo '" + String(decoding: try JSONEncoder().encode(event), as: UTF8.self) + "'"
  }

  private func error(of script: String) throws -> String {
    let sweep = try FakeSweep(limits: Self.limits)
    let start = ContinuousClock.now
    let summary = try sweep.run(worker: script, clock: Self.fast)
    #expect(summary.failed == 1)
    #expect(ContinuousClock.now - start < .seconds(120))
    return try sweep.store.summaries(ofSweep: "fake")[0].error ?? ""
  }

  @Test func `a worker that hangs is ended, and the reason names the step's time`() throws {
    let started = try event(.started(step: 0, totalSteps: 9))
    let step = try event(.progress(step: 1, totalSteps: 9, imagesPerSecond: 800))
    let error = try error(of: "\(started); \(step); exec sleep 300")
    #expect(error.contains("no sign of life for"), "\(error)")
    #expect(error.contains("(steps take less than 0.1 s)"), "\(error)")
  }

  @Test func `a worker that hangs before it begins has three times as long`() throws {
    #expect(try error(of: "exec sleep 300").contains("no sign of life for"))
  }

  @Test func `one that does not hear TERM is killed`() throws {
    let started = try event(.started(step: 0, totalSteps: 9))
    let error = try error(of: "trap '' TERM; \(started); while :; do sleep 0.1; done")
    #expect(error.contains("no sign of life for"), "\(error)")
  }

  @Test func `one that is stopped by a signal is killed`() throws {
    #expect(try error(of: "kill -STOP $$").contains("no sign of life for"))
  }

  @Test func `garbage is no sign of life, however much of it there is`() throws {
    let error = try error(of: "while :; do echo '{\"progress\":{}}'; done")
    #expect(error.contains("no sign of life for"), "\(error)")
  }

  @Test func `a line without an end takes no memory to speak of`() throws {
    let error = try error(of: "exec tr '\\0' x < /dev/zero")
    #expect(error.contains("no sign of life for"), "\(error)")
  }

  @Test func `one that closed its output and does not leave is ended`() throws {
    let error = try error(of: "trap '' TERM; exec >&-; while :; do sleep 0.1; done")
    #expect(error.contains("signal 9"), "\(error)")
  }

  @Test func `a process that a worker left behind holds nothing up`() throws {
    let sweep = try FakeSweep(limits: "{retries: 0, failures_in_a_row: 1}")
    let start = ContinuousClock.now
    _ = try sweep.run(worker: "sleep 120 & echo over >&2; exit 3")
    #expect(ContinuousClock.now - start < .seconds(100))
    #expect(try sweep.store.summaries(ofSweep: "fake")[0].error?.contains("over") == true)
  }

  @Test func `the retry of a hung worker is another attempt`() throws {
    let sweep = try FakeSweep(limits: "{silence: 10s, retries: 1, failures_in_a_row: 1}")
    _ = try sweep.run(
      worker: "echo x >> \"$(dirname \"$1\")/tries\"; exec sleep 300", clock: Self.fast)
    let tries = try String(contentsOfFile: sweep.plan.runs[0].folder + "/tries", encoding: .utf8)
    #expect(tries == "x\nx\n")
  }

  @Test func `a worker that is stopped before it listens has not failed`() throws {
    let sweep = try FakeSweep()
    var looks = 0
    let summary = try sweep.run(
      worker: "exec sleep 300",
      shouldStop: {
        looks += 1
        return looks > 2
      })
    #expect(summary.failed == 0 && summary.left == 4)
    #expect(try sweep.states[0] == .cancelled)
  }

  // MARK: Its lifeline

  @Test func `a worker's standard input ends with its parent, and no other child holds it`() throws
  {
    let sweep = try FakeSweep(limits: "{retries: 0, failures_in_a_row: 1}")
    // The worker's own copy of the other end would keep it open for ever.
    _ = try sweep.run(worker: "ls -l /proc/$$/fd > \"$(dirname \"$1\")/open\"; exit 1")
    let open = try String(contentsOfFile: sweep.plan.runs[0].folder + "/open", encoding: .utf8)
    #expect(open.split(separator: "\n").count { $0.contains("pipe:") } == 2, "\(open)")
  }

  // MARK: Silence

  @Test func `only time in which the parent listened is silence`() {
    var silence = Silence(floor: 10, now: 0)
    silence.noteStart()
    // A machine that was suspended, or a parent that was stopped, for an hour.
    silence.look(at: 3600, hasHeard: false)
    #expect(silence.verdict == nil)
    silence.skip(to: 7200)
    for second in 1...8 { silence.look(at: 7200 + Double(second), hasHeard: false) }
    #expect(silence.verdict == nil)
    silence.look(at: 7209, hasHeard: false)
    #expect(silence.verdict == "no sign of life for 10 s")
    silence.look(at: 7210, hasHeard: true)
    #expect(silence.verdict == nil)
  }

  @Test func `the limit is a hundred steps, and never less than the floor`() {
    var silence = Silence(floor: 600, now: 0)
    #expect(silence.limit == 1800)
    silence.note(step: 0.8)
    #expect(silence.limit == 600)
    silence.note(step: 30)
    #expect(silence.limit == 3000)
    silence.note(step: .infinity)
    #expect(silence.limit == 3000)
    for second in 1...3000 { silence.look(at: Double(second), hasHeard: false) }
    #expect(silence.verdict == "no sign of life for 50 min (steps take 30 s)")
  }

  // MARK: Limits of time

  @Test func `the night is over by the clock that goes on while the machine sleeps`() throws {
    let sweep = try FakeSweep(limits: "{night: 1h, run: 1h}")
    let slept = Counter()
    let clock = SweepClock(passed: { Double(slept.next()) * 1800 }, awake: { 0 })
    let summary = try sweep.run(worker: "exit \(WorkerExit.cancelled)", clock: clock)
    #expect(summary.stopReason?.contains("3600 s for the whole sweep") == true)
    #expect(summary.left == 4)
  }

  /// Counts from 0.
  private final class Counter: @unchecked Sendable {
    private var count = -1
    func next() -> Int {
      count += 1
      return count
    }
  }

  // MARK: Workers of earlier sweeps

  @Test func `a living worker of an earlier sweep is waited for, and never taken over`() throws {
    let sweep = try FakeSweep(limits: "{retries: 0, failures_in_a_row: 1}")
    let former = Process()
    former.executableURL = URL(fileURLWithPath: "/bin/sleep")
    former.arguments = ["300"]
    try former.run()
    // It may have inherited a mask that blocks what can be blocked.
    defer { kill(former.processIdentifier, SIGKILL) }
    try sweep.store.register(
      SweepRecord(name: "fake", file: "f", source: "", baseline: "baseline"))
    let id = try sweep.store.enqueue(sweep.plan.runs[0].description)
    let environment = FakeSweep.environment
    try sweep.store.begin(id, environment: environment, processID: former.processIdentifier)
    #expect(throws: RunStoreError.self) {
      try sweep.run(worker: "exit 1", handover: 0.3)
    }
    #expect(try sweep.states[0] == .running)
    let number = former.processIdentifier
    DispatchQueue.global().asyncAfter(deadline: .now() + 1) { kill(number, SIGKILL) }
    _ = try sweep.run(worker: "sleep 2; exit \(WorkerExit.cancelled)")
    #expect(try sweep.states[0] == .cancelled)
  }
}
