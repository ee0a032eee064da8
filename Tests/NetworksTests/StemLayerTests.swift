import Kernels
import Networks
import Tensors
import TestSupport
import Testing

/// The two ways of a stem's backward pass: gradients formed line by line, and in memory.
@Suite("Stems") struct StemLayerTests {
  private func harness(_ policy: ConvolutionPolicy) throws -> (LayerHarness, [Parameter]) {
    let unit = NormalizedConvolution(
      convolution: ConvolutionLayer("conv1", from: 3, to: 32, kernel: 7, stride: 2, policy: policy),
      norm: BatchNormLayer("bn1", channels: 32))
    let layer = StemLayer(unit, pools: true)
    for parameter in layer.parameters {
      if parameter.kind == .buffer {
        parameter.initialize(seed: 0)
        continue
      }
      let values = Golden.stream(parameter.name, count: parameter.count)
      parameter.setTorchValues(parameter.kind == .normScale ? values.map { 1 + 0.5 * $0 } : values)
    }
    let harness = try LayerHarness(layer, on: Shape(n: 5, h: 33, w: 26, c: 3), threads: 2)
    harness.fill(harness.src, "stem/x")
    harness.fill(harness.dDst, "stem/dy")
    return (harness, layer.parameters)
  }

  @Test("give the same with and without Winograd")
  func agree() throws {
    let (fast, fastParameters) = try harness(.fastest)
    let (plain, plainParameters) = try harness(.exact)
    #expect(fast.planned.kernelNames == ["winograd stem 3×3"])
    #expect(plain.planned.kernelNames == ["gathered"])
    for harness in [fast, plain] {
      harness.forward()
      harness.backward()
    }
    #expect(closenessFinding(fast.dst.readOnly, plain.dst.readOnly) == nil)
    #expect(closenessFinding(fast.dSrc.readOnly, plain.dSrc.readOnly) == nil)
    for (a, b) in zip(fastParameters, plainParameters) where a.kind != .buffer {
      let error = normwiseError(a.torchGradient(), b.torchGradient())
      #expect(error <= 5e-6, "\(a.name) is off by \(error)")
    }
  }

  private func closenessFinding(_ a: TensorView, _ b: TensorView) -> String? {
    let error = normwiseError(Array(a.buffer), Array(b.buffer))
    return error <= 5e-6 ? nil : "off by \(error)"
  }

  private func normwiseError(_ a: [Float], _ b: [Float]) -> Double {
    let squares = zip(a, b).reduce(0.0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }
    let total = b.reduce(0.0) { $0 + Double($1) * Double($1) }
    precondition(total > 0)
    return (squares / total).squareRoot()
  }
}
