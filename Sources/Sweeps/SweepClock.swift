/// The two clocks of a sweep, neither of which can be set. Seconds since some moment.
package struct SweepClock: Sendable {
  /// Goes on while the machine is suspended: a night ends in the morning, slept through or not.
  package var passed: @Sendable () -> Double
  /// Stands while the machine is suspended: what a process could have worked.
  package var awake: @Sendable () -> Double

  /// Clocks that tests set.
  package init(
    passed: @escaping @Sendable () -> Double, awake: @escaping @Sendable () -> Double
  ) {
    (self.passed, self.awake) = (passed, awake)
  }

  /// The system's.
  package static var system: SweepClock {
    let (continuous, suspending) = (ContinuousClock.now, SuspendingClock.now)
    return SweepClock(
      passed: { (ContinuousClock.now - continuous).seconds },
      awake: { (SuspendingClock.now - suspending).seconds })
  }
}

extension Duration {
  fileprivate var seconds: Double {
    Double(components.seconds) + 1e-18 * Double(components.attoseconds)
  }
}
