/// A ledger of the memory a network needs for one batch shape.
///
/// Layers reserve while they are planned and are granted their slots by a ``Workspace`` while they
/// run; nothing allocates in between. Slots for `.call` live only during one layer's forward or
/// backward pass, so all layers share one region for them, unless a layer is lent what others keep;
/// slots `.untilBackward` are private.
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
    /// From the start of the private region or, of a slot for `.call`, of its layer's calls.
    package let offset: Int
    /// The layer's number, of a slot for `.call`.
    let layer: Int?
    /// Elements in the slot.
    public let count: Int
  }

  /// One line of the ledger, for `describe`.
  public struct Entry: Sendable {
    /// What the memory is for.
    public let label: String
    /// Elements reserved.
    public let count: Int
    /// How long they live.
    public let lifetime: Lifetime
  }

  /// Elements per 64-byte line: every slot starts on one.
  static let alignment = 16

  /// Elements of all slots `.untilBackward` so far, which lie in the order of their reservation.
  public private(set) var privateCount = 0
  /// Elements of each layer's slots for `.call`, the last layer being the one that is planned.
  private var callCounts = [0]
  /// Where they begin in the private region, for layers that are lent a place there.
  private(set) var callStarts: [Int: Int] = [:]
  /// All reservations, in order.
  public private(set) var entries: [Entry] = []

  /// An empty ledger.
  public init() {}

  /// Reserves `count` elements.
  public mutating func reserve(_ count: Int, for lifetime: Lifetime, label: String) -> Slot {
    entries.append(Entry(label: label, count: count, lifetime: lifetime))
    let padded = (count + Self.alignment - 1) / Self.alignment * Self.alignment
    switch lifetime {
    case .call:
      let layer = callCounts.count - 1
      let slot = Slot(offset: callCounts[layer], layer: layer, count: count)
      callCounts[layer] += padded
      return slot
    case .untilBackward:
      let slot = Slot(offset: privateCount, layer: nil, count: count)
      privateCount += padded
      return slot
    }
  }

  /// The memory of slots `.untilBackward` that are dead when this one lives: `count` elements that end
  /// before the number `end`, which ``privateCount`` was, and begin on a line.
  ///
  /// Nil where they would begin before the number `start`.
  public func reuse(_ count: Int, from start: Int, before end: Int) -> Slot? {
    let offset = (end - count) / Self.alignment * Self.alignment
    return end >= count && offset >= start
      ? Slot(offset: offset, layer: nil, count: count) : nil
  }

  /// Ends the layer that was being planned: the next layer's `.call` slots reuse the same memory.
  public mutating func endLayer() { callCounts.append(0) }

  /// Lends layers what is dead during their calls: for each, from the first on, some of the elements
  /// `.untilBackward`.
  ///
  /// Only layers that need more than the region which is shared anyway use it, so that this region
  /// stays in the caches; it is as large as the layers need whose room is too small.
  public mutating func lend(_ rooms: [Range<Int>]) {
    callStarts = [:]
    let starts = zip(rooms, callCounts).map { room, count in
      reuse(count, from: room.lowerBound, before: room.upperBound)?.offset
    }
    let shared = zip(starts, callCounts).map { $0 == nil ? $1 : 0 }.max() ?? 0
    for (layer, start) in starts.enumerated() where callCounts[layer] > shared {
      callStarts[layer] = start
    }
  }

  /// Elements of the region that layers share for their calls.
  var sharedCount: Int {
    callCounts.enumerated().map { callStarts[$0] == nil ? $1 : 0 }.max() ?? 0
  }

  /// Bytes that a workspace for this plan takes.
  public var byteCount: Int { (privateCount + sharedCount) * MemoryLayout<Float>.stride }
}

/// The memory behind a ``WorkspacePlan``.
public final class Workspace: @unchecked Sendable {
  private let privateRegion: AlignedBuffer
  private let sharedRegion: AlignedBuffer
  private let callStarts: [Int: Int]

  /// Allocates what the plan reserved.
  public init(_ plan: WorkspacePlan) {
    privateRegion = AlignedBuffer(count: plan.privateCount)
    sharedRegion = AlignedBuffer(count: plan.sharedCount)
    callStarts = plan.callStarts
  }

  /// The memory of a slot.
  public subscript(slot: WorkspacePlan.Slot) -> UnsafeMutablePointer<Float> {
    guard let layer = slot.layer else { return privateRegion.pointer + slot.offset }
    guard let start = callStarts[layer] else { return sharedRegion.pointer + slot.offset }
    return privateRegion.pointer + start + slot.offset
  }

  /// The memory of a slot, seen as a tensor.
  public func tensor(_ slot: WorkspacePlan.Slot, _ shape: Shape) -> MutableTensorView {
    precondition(shape.count <= slot.count, "\(shape) does not fit a slot of \(slot.count)")
    return MutableTensorView(self[slot], shape)
  }
}
