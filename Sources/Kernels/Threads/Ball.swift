import Synchronization

/// A number that two threads throw to and fro, to find out how far their cores are from each other.
///
/// A thread that was put aside by the system, or does not come at all, ends the game: nobody waits for it.
package final class Ball: Sendable {
  /// Throws that are timed together, and how many times; the best one counts.
  private static let throwsTogether = 4
  private static let rounds = 8
  /// Looks at the number before a thread gives up: some tens of µs.
  private static let patience = 50_000

  private let place = Atomic<Int>(0)
  private let best = Atomic<Double>(.infinity)

  package init() {}

  /// Puts the ball where it is served from.
  package func begin() {
    place.store(0, ordering: .relaxed)
    best.store(.infinity, ordering: .relaxed)
  }

  /// Seconds to the other thread and back; nil where the game was not played.
  package var roundTrip: Double? {
    let best = best.load(ordering: .relaxed)
    return best.isFinite ? best : nil
  }

  /// The first thread's part: odd places.
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

  /// The other thread's part: even places.
  package func give() {
    for turn in 0..<Self.rounds * Self.throwsTogether {
      guard awaits(2 * turn + 1) else { return }
      place.store(2 * turn + 2, ordering: .releasing)
    }
  }

  private func awaits(_ wanted: Int) -> Bool {
    for _ in 0..<Self.patience where place.load(ordering: .acquiring) == wanted { return true }
    return false
  }
}
