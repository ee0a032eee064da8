import Foundation

/// The memory that all threads together may hold while they decode: large pictures wait for one
/// another, small ones do not.
package final class DecodingRoom: @unchecked Sendable {
  /// One for the whole process: 1 GiB.
  static let shared = DecodingRoom(bytes: 1 << 30)

  /// What counts as nothing: a picture of that size never waits.
  package static let small = 16 << 20

  private let bytes: Int
  private let condition = NSCondition()
  /// Held by pictures that are being decoded; guarded by `condition`.
  private var held = 0
  /// The most that was held at a time; guarded by `condition`.
  private var peak = 0

  /// A room of so many bytes.
  package init(bytes: Int) { self.bytes = bytes }

  /// Most bytes that were held at a time.
  package var mostHeld: Int { condition.withLock { peak } }

  /// Waits until `count` bytes fit beside what others hold, or nobody holds any.
  package func enter(_ count: Int) {
    if count <= Self.small { return }
    condition.withLock {
      while held > 0 && held + count > bytes { condition.wait() }
      held += count
      peak = max(peak, held)
    }
  }

  /// Gives back what ``enter(_:)`` took.
  package func leave(_ count: Int) {
    if count <= Self.small { return }
    condition.withLock {
      held -= count
      condition.broadcast()
    }
  }
}
