/// Splits a run's wall-clock time where it is asked to, and says when something is due.
package struct RunClock {
  /// A checkpoint that takes less than so many seconds is always cheap.
  private static let cheapSeconds = 0.1
  /// Others are where they take a hundredth of the time since the last one.
  private static let cheapShare = 0.01

  private let checkpointSeconds: Double
  private let now: () -> Double
  private var last: Double
  private var lastCheckpoint: Double
  private var checkpointCost = 0.0
  private var lastReport: Double

  /// A clock that starts now.
  ///
  /// - Parameters:
  ///   - checkpointSeconds: after so many seconds a checkpoint is due.
  ///   - now: seconds that never go back.
  package init(checkpointSeconds: Double, now: @escaping () -> Double = monotonicSeconds) {
    (self.checkpointSeconds, self.now) = (checkpointSeconds, now)
    last = now()
    (lastCheckpoint, lastReport) = (last, last)
  }

  /// Seconds since this was last asked, or since a checkpoint.
  package mutating func lap() -> Double {
    let time = now()
    defer { last = time }
    return time - last
  }

  /// The same; they went into a checkpoint.
  package mutating func lapOfCheckpoint() -> Double {
    checkpointCost = lap()
    lastCheckpoint = last
    return checkpointCost
  }

  /// Whether another checkpoint takes no time to speak of: the weights of a large network take half
  /// a second, and an epoch may be short.
  package var isCheckpointCheap: Bool {
    Self.isCheap(checkpointCost, after: last - lastCheckpoint)
  }

  /// Whether a checkpoint of a cost is cheap so long after the one before.
  static func isCheap(_ cost: Double, after seconds: Double) -> Bool {
    cost < cheapSeconds || cost <= cheapShare * seconds
  }

  package var isCheckpointDue: Bool { last - lastCheckpoint >= checkpointSeconds }

  /// True about once a second.
  package var isReportDue: Bool {
    mutating get {
      guard last - lastReport >= 1 else { return false }
      lastReport = last
      return true
    }
  }
}
