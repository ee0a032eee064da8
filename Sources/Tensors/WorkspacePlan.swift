/// A ledger of the memory a network needs for one batch shape.
///
/// Layers reserve while they are planned and are granted their slots by a ``Workspace`` while they
/// run; nothing allocates in between. Slots for `.call` live only during one layer's forward or
/// backward pass, so all layers share one region for them; slots `.untilBackward` are private.
public struct WorkspacePlan: Sendable {
  /// How long a slot's contents are needed.
  public enum Lifetime: Sendable {
    /// During one call; the contents are undefined at its start.
    case call
    /// From the forward pass until the same layer's backward pass.
    case untilBackward
  }

  /// A granted place in the workspace.
  public struct Slot: Sendable, Hashable {
    let offset: Int
    let isShared: Bool
    /// Numbers in the slot.
    public let count: Int
  }

  /// One line of the ledger, for `describe`.
  public struct Entry: Sendable {
    /// What the memory is for.
    public let label: String
    /// Numbers reserved.
    public let count: Int
    /// How long they live.
    public let lifetime: Lifetime
  }

  /// Numbers per 64-byte line: every slot starts on one.
  static let alignment = 16

  /// Numbers of all slots `.untilBackward` so far, which lie in the order of their reservation.
  public private(set) var privateCount = 0
  private(set) var sharedCount = 0
  private var callCount = 0
  /// All reservations, in order.
  public private(set) var entries: [Entry] = []

  /// An empty ledger.
  public init() {}

  /// Reserves `count` numbers.
  public mutating func reserve(_ count: Int, for lifetime: Lifetime, label: String) -> Slot {
    entries.append(Entry(label: label, count: count, lifetime: lifetime))
    let padded = (count + Self.alignment - 1) / Self.alignment * Self.alignment
    switch lifetime {
    case .call:
      let slot = Slot(offset: callCount, isShared: true, count: count)
      callCount += padded
      sharedCount = max(sharedCount, callCount)
      return slot
    case .untilBackward:
      let slot = Slot(offset: privateCount, isShared: false, count: count)
      privateCount += padded
      return slot
    }
  }

  /// The memory of slots `.untilBackward` that are dead when this one lives: `count` numbers that end
  /// before the number `end`, which ``privateCount`` was, and begin on a line.
  ///
  /// Nil where they would begin before the number `start`.
  public func reuse(_ count: Int, from start: Int, before end: Int) -> Slot? {
    let offset = (end - count) / Self.alignment * Self.alignment
    return end >= count && offset >= start
      ? Slot(offset: offset, isShared: false, count: count) : nil
  }

  /// Ends the layer that was being planned: the next layer's `.call` slots reuse the same memory.
  public mutating func endLayer() { callCount = 0 }

  /// Bytes that a workspace for this plan takes.
  public var byteCount: Int { (privateCount + sharedCount) * MemoryLayout<Float>.stride }
}

/// The memory behind a ``WorkspacePlan``.
public final class Workspace: @unchecked Sendable {
  private let privateRegion: AlignedBuffer
  private let sharedRegion: AlignedBuffer

  /// Allocates what the plan reserved.
  public init(_ plan: WorkspacePlan) {
    privateRegion = AlignedBuffer(count: plan.privateCount)
    sharedRegion = AlignedBuffer(count: plan.sharedCount)
  }

  /// The memory of a slot.
  public subscript(slot: WorkspacePlan.Slot) -> UnsafeMutablePointer<Float> {
    (slot.isShared ? sharedRegion : privateRegion).pointer + slot.offset
  }

  /// The memory of a slot, seen as a tensor.
  public func tensor(_ slot: WorkspacePlan.Slot, _ shape: Shape) -> MutableTensorView {
    precondition(shape.count <= slot.count, "\(shape) does not fit a slot of \(slot.count)")
    return MutableTensorView(self[slot], shape)
  }
}
