import Kernels
import Networks
import Tensors
import Testing

/// Two bottlenecks one above the other, wide enough for the kernels of large networks.
private final class BlockPair: Layer {
  let path = "pair"
  private let below: ResidualBlock
  private let above: ResidualBlock
  private var middle: (slot: WorkspacePlan.Slot, gradient: WorkspacePlan.Slot, shape: Shape)?

  /// - Parameters:
  ///   - inputs: channels; 256 for a block below that adds what it reads.
  ///   - follows: whether the block above does what ends the one below.
  init(inputs: Int, follows: Bool) {
    func block(_ path: String, _ inputs: Int) -> ResidualBlock {
      BlockPlan(path: path, inChannels: inputs, width: 64, stride: 1, policy: .fastest)
        .bottleneck()
    }
    (below, above) = (block("below", inputs), block("above", 256))
    if follows { above.follow(below) }
  }

  var parameters: [Parameter] { below.parameters + above.parameters }

  func plan(
    for src: Shape, in plan: inout WorkspacePlan, threads: Int
  ) throws(ShapeError) -> Shape {
    let shape = try below.plan(for: src, in: &plan, threads: threads)
    middle = (
      plan.reserve(shape.count, for: .untilBackward, label: "middle"),
      plan.reserve(shape.count, for: .untilBackward, label: "its gradient"), shape
    )
    return try above.plan(for: shape, in: &plan, threads: threads)
  }

  func forward(_ src: TensorView, into dst: MutableTensorView, pass: Pass) {
    below.forward(src, into: middle(pass), pass: pass)
    above.forward(middle(pass).readOnly, into: dst, pass: pass)
  }

  func backward(
    _ dDst: MutableTensorView, src: TensorView, dst: TensorView, into dSrc: MutableTensorView?,
    pass: Pass
  ) {
    let (middle, gradient) = (
      middle(pass).readOnly, pass.workspace.tensor(middle!.gradient, middle!.shape)
    )
    above.backward(dDst, src: middle, dst: dst, into: gradient, pass: pass)
    below.backward(gradient, src: src, dst: middle, into: dSrc, pass: pass)
  }

  func middle(_ pass: Pass) -> MutableTensorView {
    pass.workspace.tensor(middle!.slot, middle!.shape)
  }

  func middle(_ workspace: Workspace) -> [Float] {
    Array(workspace.tensor(middle!.slot, middle!.shape).buffer)
  }
}

@Suite("A block that follows another") struct BlockPairTests {
  private struct Results {
    var middle: [Float]
    var dst: [Float]
    var dSrc: [Float]
    var gradients: [[Float]]
  }

  private static func results(inputs: Int, follows: Bool, threads: Int = 1) throws -> Results {
    let pair = BlockPair(inputs: inputs, follows: follows)
    // 144 pixels: more than one part, and a ragged tile of pairs.
    let harness = try LayerHarness(
      pair, on: Shape(n: 6, h: 6, w: 4, c: inputs), threads: threads)
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
    let (middle, dst) = (pair.middle(harness.workspace), Array(harness.dst.buffer))
    harness.backward()
    return Results(
      middle: middle, dst: dst, dSrc: Array(harness.dSrc.buffer),
      gradients: pair.parameters.compactMap { $0.gradient.map { Array($0.buffer) } })
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

  @Test("has the same bits with two threads", arguments: [64, 256])
  func threads(_ inputs: Int) throws {
    let one = try Self.results(inputs: inputs, follows: true)
    let two = try Self.results(inputs: inputs, follows: true, threads: 2)
    #expect(one.middle == two.middle && one.dst == two.dst && one.dSrc == two.dSrc)
    #expect(one.gradients == two.gradients)
  }
}
