#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Measures which pieces of work the time of a training step is spent on.
///
/// A piece may contain others. Each is charged with its time less that of the pieces inside it, so
/// that the times of all pieces add up to that of the outermost ones.
public final class WorkClock {
  /// The pass of a training step that a piece of work belongs to.
  public enum Pass: String, Sendable, Codable, CaseIterable {
    case forward
    case backwardData = "backward_data"
    case backwardWeights = "backward_weights"
    /// Both gradients at the same time.
    case backward
    /// Work of no layer, such as the loss and the optimiser.
    case other
  }

  /// One piece of work that was done.
  public struct Piece: Sendable {
    /// Such as `layer2.0.conv1`.
    public let name: String
    public let pass: Pass
    /// Such as `3×3 stride 2`; nil for work that is measured around layers.
    public let kind: String?
    /// The implementation that computed it, where there is a choice.
    public let kernel: String?
    /// Additions and multiplications of the definition; 0 where they do not matter.
    public let operations: Double
    /// Without the pieces inside it.
    public fileprivate(set) var seconds: Double
  }

  /// In the order in which they began.
  public private(set) var pieces: [Piece] = []
  private var open: [Int] = []
  private var last = 0.0

  /// A clock that has seen nothing.
  public init() {}

  /// Forgets all pieces.
  public func reset() {
    precondition(open.isEmpty, "a clock cannot be reset while work is measured")
    pieces.removeAll(keepingCapacity: true)
  }

  /// Does a piece of work and records its time.
  public func measure<Result>(
    _ name: String, _ pass: Pass, kind: String? = nil, kernel: String? = nil,
    operations: Double = 0, _ body: () -> Result
  ) -> Result {
    charge()
    open.append(pieces.count)
    pieces.append(
      Piece(
        name: name, pass: pass, kind: kind, kernel: kernel, operations: operations, seconds: 0))
    defer {
      charge()
      open.removeLast()
    }
    return body()
  }

  /// Charges the time since the last call to the innermost piece.
  private func charge() {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    let now = Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    if let innermost = open.last { pieces[innermost].seconds += now - last }
    last = now
  }
}

extension ThreadPool {
  /// Does a piece of work, under the pool's clock if it has one.
  package func timed<Result>(
    _ name: @autoclosure () -> String, _ pass: WorkClock.Pass,
    kind: @autoclosure () -> String? = nil, kernel: @autoclosure () -> String? = nil,
    operations: @autoclosure () -> Double = 0,
    _ body: () -> Result
  ) -> Result {
    guard let clock else { return body() }
    return clock.measure(
      name(), pass, kind: kind(), kernel: kernel(), operations: operations(), body)
  }
}
