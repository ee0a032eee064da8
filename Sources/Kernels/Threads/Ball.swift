import Synchronization

/// A counter that two threads increment in turn, to measure how long a cache line takes from one of
/// their cores to the other and back.
///
/// Neither thread waits for long: if the system has suspended the other one, or it does not take
/// part, the measurement ends without a result.
package final class Ball: Sendable {
  /// Round trips that are timed together.
  private static let throwsTogether = 4
  /// How many times that is done; the shortest time counts.
  private static let rounds = 8
  /// Reads of the counter after which a thread gives up: some tens of µs.
  private static let patience = 50_000

  private let place = Atomic<Int>(0)
  private let best = Atomic<Double>(.infinity)

  /// A counter that is ready for ``begin()``.
  package init() {}

  /// Resets the counter and the result; comes before both threads start.
  package func begin() {
    place.store(0, ordering: .relaxed)
    best.store(.infinity, ordering: .relaxed)
  }

  /// Seconds to the other thread and back; nil where nothing was measured.
  package var roundTrip: Double? {
    let best = best.load(ordering: .relaxed)
    return best.isFinite ? best : nil
  }

  /// What the first thread does: it writes odd counts, waits for even ones, and takes the time.
  package func serve() {
    var next = 1
    for _ in 0..<Self.rounds {
      let start = ContinuousClock.now
      for _ in 0..<Self.throwsTogether {
        place.store(next, ordering: .releasing)
        guard awaits(next + 1) else { return }
        next += 2
      }
      let (seconds, fraction) = start.duration(to: .now).components
      let elapsed = Double(seconds) + 1e-18 * Double(fraction)
      let each = elapsed / Double(Self.throwsTogether)
      best.store(min(best.load(ordering: .relaxed), each), ordering: .relaxed)
    }
  }

  /// What the other thread does: it answers odd counts with even ones.
  package func give() {
    for turn in 0..<Self.rounds * Self.throwsTogether {
      guard awaits(2 * turn + 1) else { return }
      place.store(2 * turn + 2, ordering: .releasing)
    }
  }

  /// Whether the counter reached a count before patience ran out.
  private func awaits(_ wanted: Int) -> Bool {
    for _ in 0..<Self.patience where place.load(ordering: .acquiring) == wanted { return true }
    return false
  }
}
