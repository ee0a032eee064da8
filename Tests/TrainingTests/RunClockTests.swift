import Testing
import Training

@Suite("A run's clock")
struct RunClockTests {
  /// Seconds that a test sets.
  private final class Hand {
    var seconds = 100.0
  }

  private let hand = Hand()

  private func clock(checkpointSeconds: Double = 120) -> RunClock {
    RunClock(checkpointSeconds: checkpointSeconds) { [hand] in hand.seconds }
  }

  @Test("splits time where it is asked to")
  func laps() {
    var clock = clock()
    hand.seconds += 2
    #expect(clock.lap() == 2)
    hand.seconds += 0.5
    #expect(clock.lapOfCheckpoint() == 0.5)
    hand.seconds += 3
    #expect(clock.lap() == 3)
    #expect(clock.lap() == 0)
  }

  @Test("says that a checkpoint is due after so many seconds without one")
  func due() {
    var clock = clock(checkpointSeconds: 60)
    hand.seconds += 59
    _ = clock.lap()
    #expect(!clock.isCheckpointDue)
    hand.seconds += 1
    _ = clock.lap()
    #expect(clock.isCheckpointDue)
    hand.seconds += 5
    _ = clock.lapOfCheckpoint()
    #expect(!clock.isCheckpointDue)
    hand.seconds += 60
    _ = clock.lap()
    #expect(clock.isCheckpointDue)
  }

  @Test("rations checkpoints that take long to a hundredth of the time")
  func rationed() {
    var clock = clock()
    #expect(clock.isCheckpointCheap, "nothing is known of the first one")
    hand.seconds += 0.5
    _ = clock.lapOfCheckpoint()
    #expect(!clock.isCheckpointCheap)
    hand.seconds += 49
    _ = clock.lap()
    #expect(!clock.isCheckpointCheap)
    hand.seconds += 1
    _ = clock.lap()
    #expect(clock.isCheckpointCheap)
  }

  @Test("lets every epoch have its checkpoint where these are quick")
  func quick() {
    var clock = clock()
    hand.seconds += 0.09
    _ = clock.lapOfCheckpoint()
    #expect(clock.isCheckpointCheap)
  }

  @Test("reports about once a second")
  func reports() {
    var clock = clock()
    hand.seconds += 0.75
    _ = clock.lap()
    let early = clock.isReportDue
    hand.seconds += 0.5
    _ = clock.lap()
    let (due, again) = (clock.isReportDue, clock.isReportDue)
    #expect([early, due, again] == [false, true, false])
  }
}
