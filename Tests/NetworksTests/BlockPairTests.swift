import Kernels
import Networks
import Tensors
import Testing

/// Two bottlenecks one above the other, wide enough for the kernels of large networks.
private struct BlockPair: Layer {
  let path = "pair"
  private let below: ResidualBlock
  private let above: ResidualBlock
  private let follows: Bool

  /// - Parameters:
  ///   - inputs: channels; 256 for a block below that adds what it reads.
  ///   - follows: whether the block above does what ends the one below.
  init(inputs: Int, follows: Bool) {
    func block(_ path: String, _ inputs: Int) -> ResidualBlock {
      BlockDesign(path: path, inChannels: inputs, width: 64, stride: 1, policy: .fastest)
        .bottleneck()
    }
    (below, above, self.follows) = (block("below", inputs), block("above", 256), follows)
  }

  var parameters: [Parameter] { below.parameters + above.parameters }

  func plan(
    for src: Shape, in plan: inout WorkspacePlan, threads: Int
  ) throws(ShapeError) -> PlannedBlockPair {
    let below = try below.plan(
      for: src, below: nil, above: follows ? above : nil, in: &plan, threads: threads)
    let count = below.resultShape.count
    let middle = plan.reserve(count, for: .untilBackward, label: "middle")
    let gradient = plan.reserve(count, for: .untilBackward, label: "its gradient")
    let above = try above.plan(
      for: below.resultShape, below: follows ? below : nil, above: nil, in: &plan,
      threads: threads)
    return PlannedBlockPair(
      follows: follows, below: below, above: above, middle: middle, gradient: gradient)
  }
}

private final class PlannedBlockPair: PlannedLayer {
  private let follows: Bool
  private let below: PlannedResidualBlock
  private let above: PlannedResidualBlock
  private let middle: WorkspacePlan.Slot
  private let gradient: WorkspacePlan.Slot
  /// Whether the last forward pass left the end of the block below to the one above.
  private(set) var isEndedAbove = false

  init(
    follows: Bool, below: PlannedResidualBlock, above: PlannedResidualBlock,
    middle: WorkspacePlan.Slot, gradient: WorkspacePlan.Slot
  ) {
    (self.follows, self.below, self.above) = (follows, below, above)
    (self.middle, self.gradient) = (middle, gradient)
  }

  var resultShape: Shape { above.resultShape }

  func forward(_ src: LayerSource, into dst: MutableTensorView, pass: Pass) -> LayerSource {
    let middle = pass.workspace.tensor(middle, below.resultShape)
    let source = below.forward(src, into: middle, pass: pass)
    if case .pending = source { isEndedAbove = true } else { isEndedAbove = false }
    return above.forward(source, into: dst, pass: pass)
  }

  func backward(
    _ dDst: ResultGradient, src: TensorView, dst: TensorView, into dSrc: MutableTensorView?,
    pass: Pass
  ) -> ResultGradient? {
    let middle = pass.workspace.tensor(middle, below.resultShape).readOnly
    let place = pass.workspace.tensor(gradient, below.resultShape)
    let dMiddle = above.backward(dDst, src: middle, dst: dst, into: place, pass: pass)
    switch dMiddle {
    case .whole: #expect(!follows)
    case .normalized: #expect(follows)
    case .gated, nil: Issue.record("no gradient, or without what the block below needs")
    }
    return dMiddle.flatMap { below.backward($0, src: src, dst: middle, into: dSrc, pass: pass) }
  }

  func middle(_ workspace: Workspace) -> [Float] {
    Array(workspace.tensor(middle, below.resultShape).buffer)
  }
}

@Suite("A block that follows another") struct BlockPairTests {
  private struct Results {
    var middle: [Float]
    var dst: [Float]
    var dSrc: [Float]
    var gradients: [[Float]]
    var isEndedAbove: Bool
  }

  /// 144 pixels: more than one part, and a ragged tile of pairs.
  private static let few = (images: 6, height: 6, width: 4)
  /// Enough pixels for a first convolution that ends the block below.
  private static let many = (images: 4, height: 24, width: 24)

  private static func results(
    inputs: Int, follows: Bool, threads: Int = 1, on extents: (Int, Int, Int) = few
  ) throws -> Results {
    let pair = BlockPair(inputs: inputs, follows: follows)
    let harness = try LayerHarness(
      pair, on: Shape(n: extents.0, h: extents.1, w: extents.2, c: inputs), threads: threads)
    for parameter in pair.parameters {
      let scale: Float = parameter.kind == .weight ? 0.05 : 0.2
      let center: Float = parameter.kind == .normScale ? 1 : 0
      parameter.setTorchValues(
        Golden.stream(parameter.name, count: parameter.count).map { center + scale * $0 })
    }
    harness.fill(harness.src, "src")
    harness.dst.pointer.update(repeating: .nan, count: harness.dst.count)
    harness.forward()
    harness.fill(harness.dDst, "dDst")
    let planned = try #require(harness.planned as? PlannedBlockPair)
    let (middle, dst) = (planned.middle(harness.workspace), Array(harness.dst.buffer))
    harness.backward()
    return Results(
      middle: middle, dst: dst, dSrc: Array(harness.dSrc.buffer),
      gradients: pair.parameters.compactMap { $0.gradient.map { Array($0.buffer) } },
      isEndedAbove: planned.isEndedAbove)
  }

  /// The norm of the difference beside that of the second.
  private static func distance(_ a: [Float], _ b: [Float]) -> Double {
    let squares = zip(a, b).map { (Double($0) - Double($1)) * (Double($0) - Double($1)) }
    let size = b.map { Double($0) * Double($0) }
    return (squares.reduce(0, +) / size.reduce(0, +)).squareRoot()
  }

  @Test("writes what that block would have, and adds to it what it adds", arguments: [64, 256])
  func agrees(_ inputs: Int) throws {
    let apart = try Self.results(inputs: inputs, follows: false)
    let together = try Self.results(inputs: inputs, follows: true)
    #expect(together.middle == apart.middle)
    #expect(together.dst == apart.dst)
    #expect(apart.middle.contains(0) && apart.middle.contains { $0 > 0 })
    #expect(Self.distance(together.dSrc, apart.dSrc) < 2e-6)
    for (one, other) in zip(together.gradients, apart.gradients) {
      #expect(Self.distance(one, other) < 1e-5)
    }
  }

  @Test("ends that block while its first convolution reads", arguments: [64, 256])
  func endsAbove(_ inputs: Int) throws {
    let apart = try Self.results(inputs: inputs, follows: false, on: Self.many)
    for threads in [1, 2] {
      let together = try Self.results(
        inputs: inputs, follows: true, threads: threads, on: Self.many)
      #expect(together.isEndedAbove && !apart.isEndedAbove)
      #expect(together.middle == apart.middle && together.dst == apart.dst)
      #expect(Self.distance(together.dSrc, apart.dSrc) < 2e-6)
    }
  }

  @Test("leaves nothing to be written in the evaluation phase")
  func evaluation() throws {
    let results = try [false, true].map { follows in
      let pair = BlockPair(inputs: 256, follows: follows)
      for parameter in pair.parameters { parameter.initialize(seed: 3) }
      let harness = try LayerHarness(pair, on: Shape(n: 4, h: 24, w: 24, c: 256))
      harness.fill(harness.src, "src")
      harness.forward(.evaluation)
      let planned = try #require(harness.planned as? PlannedBlockPair)
      #expect(!planned.isEndedAbove)
      return [planned.middle(harness.workspace), Array(harness.dst.buffer)]
    }
    #expect(results[0] == results[1])
    #expect(results[0].allSatisfy { $0.contains { $0 > 0 } })
  }

  @Test("has the same bits with two threads", arguments: [64, 256])
  func threads(_ inputs: Int) throws {
    let one = try Self.results(inputs: inputs, follows: true)
    let two = try Self.results(inputs: inputs, follows: true, threads: 2)
    #expect(one.middle == two.middle && one.dst == two.dst && one.dSrc == two.dSrc)
    #expect(one.gradients == two.gradients)
  }
}
