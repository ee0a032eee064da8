import Tensors

/// The memory of a trunk, to be used again while what it keeps for the backward pass is dead.
///
/// During both calls of a layer, forward and backward, what the layers above it keep is not there
/// yet or no longer needed. Gradients lie there, at the end, then results that are made again instead
/// of kept, and scratch memory before them. For the gradients of the last two layers, which have too
/// little above them, there is room after the trunk's last result.
package struct SpareMemory {
  /// Layers of the trunk.
  private let trunk: Int
  /// Where in the plan the memory begins that each layer keeps.
  private var starts: [Int] = []
  /// Elements of each layer's result.
  private var counts: [Int] = []
  /// Where the trunk's last result ends, and the room after it.
  private var (trunkEnd, end) = (0, 0)

  /// The memory of a trunk of so many layers, none of which has been planned yet.
  package init(trunk: Int) { self.trunk = trunk }

  /// Adds the layer that was just planned.
  ///
  /// - Parameters:
  ///   - start: `plan.privateCount` before the layer was planned.
  ///   - count: elements of its result.
  package mutating func add(from start: Int, result count: Int, in plan: inout WorkspacePlan) {
    starts.append(start)
    counts.append(count)
    guard counts.count == trunk else { return }
    trunkEnd = plan.privateCount
    let last = (max(trunk - 2, 0)..<trunk).map { counts[$0] + distance($0) }
    _ = plan.reserve(last.max() ?? 0, for: .untilBackward, label: "last gradients")
    end = plan.privateCount
  }

  /// Elements between the gradient of a layer's result and the end of the memory: a pass reads one
  /// gradient and writes the next, so those of odd layers lie before those of even ones.
  private func distance(_ index: Int) -> Int {
    guard !index.isMultiple(of: 2) else { return 0 }
    let neighbours = [index - 1, index + 1].filter { $0 < min(trunk, counts.count) }
    return ((neighbours.map { counts[$0] }.max() ?? 0) + 15) / 16 * 16
  }

  /// Where the memory begins that is kept by the layer which lies `above` layers above this one.
  private func start(_ index: Int, above: Int) -> Int {
    index + above < trunk ? starts[index + above] : trunkEnd
  }

  /// Places for the gradients of all results; layers of the head, and others for whose gradients
  /// there is no room, share two places of their own.
  package func gradients(in plan: inout WorkspacePlan) -> [WorkspacePlan.Slot] {
    let reused = counts.indices.map { index in
      // It is written by the layer above.
      index < trunk
        ? plan.reuse(
          counts[index], from: start(index, above: 2), before: end - distance(index)) : nil
    }
    let shared = ["even", "odd"].enumerated().map { parity, name in
      let others = reused.indices.filter { $0 % 2 == parity && reused[$0] == nil }
      return plan.reserve(
        others.map { counts[$0] }.max() ?? 0, for: .untilBackward, label: "gradient, \(name)")
    }
    return reused.enumerated().map { index, slot in slot ?? shared[index % 2] }
  }

  /// Places for the results of layers of the trunk, not the last, that are made again for the
  /// backward pass of the layer above: before the gradients that this pass reads and writes.
  package func results(
    of layers: Set<Int>, beside gradients: [WorkspacePlan.Slot], in plan: inout WorkspacePlan
  ) -> [Int: WorkspacePlan.Slot] {
    var slots: [Int: WorkspacePlan.Slot] = [:]
    for index in layers.sorted() {
      let kept = min(gradients[index].offset, gradients[index + 1].offset)
      slots[index] =
        plan.reuse(counts[index], from: start(index, above: 2), before: min(end, kept))
        ?? plan.reserve(counts[index], for: .untilBackward, label: "result of layer \(index)")
    }
    return slots
  }

  /// What is dead during both calls of each layer of the trunk, without the gradients that its
  /// backward pass reads and writes and the results that it meets.
  package func rooms(
    beside gradients: [WorkspacePlan.Slot], _ results: [Int: WorkspacePlan.Slot]
  ) -> [Range<Int>] {
    (0..<trunk).map { index in
      let start = start(index, above: 1)
      let beside =
        gradients[max(index - 1, 0)...index] + [index - 1, index].compactMap { results[$0] }
      return start..<max(start, beside.map(\.offset).reduce(end, min))
    }
  }
}
