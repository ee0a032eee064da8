import Tensors

/// The layers of a network planned for one batch shape, with the memory that a workspace must have.
struct NetworkPlan {
  /// A planned layer with its place in the network.
  struct Step {
    /// What a clock calls it.
    let name: String
    let parameters: [Parameter]
    let layer: any PlannedLayer
    /// Where the result lies, and where its gradient does.
    let result: WorkspacePlan.Slot
    let gradient: WorkspacePlan.Slot
    /// The layer, where its result is not kept for the backward pass but made again, which takes one
    /// pass over memory.
    let restorable: (any RestorableLayer)?

    var shape: Shape { layer.resultShape }
  }

  /// Trunk, then head.
  let steps: [Step]
  let input: WorkspacePlan.Slot
  let dLogits: WorkspacePlan.Slot
  let dFeatures: WorkspacePlan.Slot
  let memory: WorkspacePlan

  /// A layer that has been planned, before there is a place for what others need later.
  private struct Draft {
    let layer: any PlannedLayer
    let restorable: (any RestorableLayer)?
    /// Nil for a result that is made again.
    let result: WorkspacePlan.Slot?
  }

  /// Plans all layers, from the input on.
  ///
  /// - Parameters:
  ///   - input: the shape of what the first layer reads.
  ///   - leastRestored: elements from which on results are made again where they can be.
  ///   - threads: the threads of the pool that runs the network.
  /// - Throws: `ShapeError` where a layer cannot take what it would read.
  init(
    _ parts: ImageClassifier.Parts, input: Shape, leastRestored: Int, threads: Int
  ) throws(ShapeError) {
    let (layers, cuts) = (parts.layers, Set(parts.ends.values))
    var memory = WorkspacePlan()
    self.input = memory.reserve(input.count, for: .untilBackward, label: "input")
    var drafts: [Draft] = []
    var spare = SpareMemory(trunk: parts.trunk.count)
    var shape = input
    for index in layers.indices {
      let start = memory.privateCount
      let layer = try Self.plan(
        index, of: layers, below: drafts.last?.layer, on: shape, in: &memory, threads: threads)
      memory.endLayer()
      shape = layer.resultShape
      // Whoever freezes a part keeps its result, and what is made again is made from what is kept.
      let isRestored =
        shape.count >= leastRestored && drafts.last?.restorable == nil && !cuts.contains(index + 1)
      let restorable = isRestored ? layer.restorable : nil
      let result =
        restorable == nil
        ? memory.reserve(
          shape.count, for: .untilBackward, label: "\(layers[index].path) result") : nil
      drafts.append(Draft(layer: layer, restorable: restorable, result: result))
      spare.add(from: start, result: shape.count, in: &memory)
    }
    dLogits = memory.reserve(shape.count, for: .untilBackward, label: "dLogits")
    dFeatures = memory.reserve(
      drafts[drafts.count - 2].layer.resultShape.count, for: .untilBackward, label: "dFeatures")
    steps = Self.steps(drafts, of: layers, spare, in: &memory)
    self.memory = memory
  }

  /// Plans a layer, a residual block with what it shares with the blocks beside it.
  private static func plan(
    _ index: Int, of layers: [any Layer], below: (any PlannedLayer)?, on src: Shape,
    in memory: inout WorkspacePlan, threads: Int
  ) throws(ShapeError) -> any PlannedLayer {
    guard let block = layers[index] as? ResidualBlock else {
      return try layers[index].plan(for: src, in: &memory, threads: threads)
    }
    let above = index + 1 < layers.count ? layers[index + 1] : nil
    return try block.plan(
      for: src, below: below as? PlannedResidualBlock, above: above as? ResidualBlock,
      in: &memory, threads: threads)
  }

  /// Finds places for gradients and for results that are made again, and lends the rest.
  private static func steps(
    _ drafts: [Draft], of layers: [any Layer], _ spare: SpareMemory,
    in memory: inout WorkspacePlan
  ) -> [Step] {
    let restored = Set(drafts.indices.filter { drafts[$0].restorable != nil })
    let gradients = spare.gradients(in: &memory)
    let results = spare.results(of: restored, beside: gradients, in: &memory)
    memory.lend(spare.rooms(beside: gradients, results))
    let slots = drafts.enumerated().compactMap { $1.result ?? results[$0] }
    precondition(slots.count == drafts.count, "every result has a place")
    return drafts.indices.map { index in
      let (draft, path) = (drafts[index], layers[index].path)
      return Step(
        name: path.isEmpty ? "stem" : path, parameters: layers[index].parameters,
        layer: draft.layer, result: slots[index], gradient: gradients[index],
        restorable: draft.restorable)
    }
  }
}
