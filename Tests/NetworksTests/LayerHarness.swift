import Kernels
import Networks
import Tensors
import Testing

/// A layer with the memory for one shape, driven pass by pass.
final class LayerHarness {
  let layer: any Layer
  let planned: any PlannedLayer
  let workspace: Workspace
  let src: MutableTensorView
  let dst: MutableTensorView
  let dDst: MutableTensorView
  let dSrc: MutableTensorView
  private let buffers: [AlignedBuffer]
  private let pool: ThreadPool

  init(_ layer: any Layer, on shape: Shape, threads: Int = 1) throws {
    self.layer = layer
    pool = ThreadPool(threads: threads)
    var plan = WorkspacePlan()
    planned = try layer.plan(for: shape, in: &plan, threads: threads)
    plan.endLayer()
    let result = planned.resultShape
    workspace = Workspace(plan)
    buffers = [shape, result, result, shape].map { AlignedBuffer(count: $0.count) }
    src = buffers[0].view(shape)
    dst = buffers[1].view(result)
    dDst = buffers[2].view(result)
    dSrc = buffers[3].view(shape)
  }

  func forward(_ phase: LearningPhase = .training, step: Int = 0) {
    let result = planned.forward(.written(src.readOnly), into: dst, pass: pass(phase, step))
    guard case .written = result else { preconditionFailure("a layer alone writes its result") }
  }

  func backward(step: Int = 0) {
    _ = planned.backward(
      .whole(dDst), src: src.readOnly, dst: dst.readOnly, into: dSrc, pass: pass(.training, step))
  }

  private func pass(_ phase: LearningPhase, _ step: Int) -> Pass {
    Pass(phase: phase, step: step, seed: 1, workspace: workspace, pool: pool)
  }

  func fill(_ view: MutableTensorView, _ stream: String) {
    _ = view.buffer.update(fromContentsOf: Golden.stream(stream, count: view.count))
  }
}

/// A layer under test with the shape that it is given.
struct LayerSpecimen: CustomTestStringConvertible, Sendable {
  let name: String
  let shape: Shape
  let make: @Sendable (_ path: String) -> any Layer

  var testDescription: String { name }

  init(
    _ name: String, _ n: Int, _ h: Int, _ w: Int, _ c: Int,
    _ make: @escaping @Sendable (String) -> any Layer
  ) {
    (self.name, self.make) = (name, make)
    shape = Shape(n: n, h: h, w: w, c: c)
  }

  private static func convolution(
    _ inputs: Int, _ outputs: Int, _ kernel: Int, _ stride: Int = 1
  ) -> @Sendable (String) -> any Layer {
    { path in
      ConvolutionLayer(
        path, from: inputs, to: outputs, kernel: kernel, stride: stride, policy: .fastest)
    }
  }

  private static func block(
    _ inputs: Int, _ width: Int, _ stride: Int = 1
  ) -> @Sendable (String) -> BlockDesign {
    { path in
      BlockDesign(path: path, inChannels: inputs, width: width, stride: stride, policy: .fastest)
    }
  }

  /// Every layer, named and shaped as in `Tests/References/networks_golden.py`.
  static let all: [LayerSpecimen] = [
    .init("convolution-3x3", 2, 6, 5, 5, convolution(5, 7, 3)),
    .init("convolution-3x3-stride2", 2, 7, 6, 8, convolution(8, 16, 3, 2)),
    .init("convolution-7x7-stride2", 2, 15, 14, 3, convolution(3, 8, 7, 2)),
    .init("convolution-1x1", 3, 5, 4, 8, convolution(8, 24, 1)),
    .init("convolution-1x1-stride2", 2, 7, 5, 8, convolution(8, 12, 1, 2)),
    .init("norm", 3, 5, 4, 11) { BatchNormLayer($0, channels: 11) },
    .init("norm-wide", 8, 9, 8, 32) { BatchNormLayer($0, channels: 32) },
    .init("relu", 3, 4, 3, 9) { ReLULayer($0) },
    .init("maxpool", 2, 7, 6, 11) { MaxPoolLayer($0) },
    .init("maxpool-even", 2, 8, 8, 16) { MaxPoolLayer($0) },
    .init("avgpool", 3, 5, 4, 11) { _ in GlobalAveragePoolLayer() },
    .init("linear", 5, 1, 1, 13) { LinearLayer($0, inputs: 13, outputs: 6) },
    .init("basic", 2, 6, 5, 16) { block(16, 16)($0).basic(padded: false) },
    .init("basic-projection", 2, 7, 6, 8) { block(8, 16, 2)($0).basic(padded: false) },
    .init("basic-padded", 2, 8, 7, 8) { block(8, 16, 2)($0).basic(padded: true) },
    .init("bottleneck", 2, 6, 5, 32) { block(32, 8)($0).bottleneck() },
    .init("bottleneck-projection", 3, 7, 6, 16) { block(16, 8, 2)($0).bottleneck() },
    .init("bottleneck-first", 2, 5, 6, 8) { block(8, 8)($0).bottleneck() },
  ]

  /// A harness with the generator script's weights, source and gradient.
  func harness(threads: Int = 1) throws -> LayerHarness {
    let layer = make(name)
    for parameter in layer.parameters {
      switch parameter.kind {
      case .normScale:
        let values = Golden.stream(parameter.name, count: parameter.count)
        parameter.setTorchValues(values.map { 1 + 0.5 * $0 })
      case .buffer: parameter.initialize(seed: 0)
      default: parameter.setTorchValues(Golden.stream(parameter.name, count: parameter.count))
      }
    }
    let harness = try LayerHarness(layer, on: shape, threads: threads)
    harness.fill(harness.src, "\(name)/x")
    harness.fill(harness.dDst, "\(name)/dy")
    return harness
  }
}
