import Foundation
import Kernels
import Networks
import Tensors
import TestSupport
import Testing

@Suite("Cosine classifier") struct CosineLayerTests {
  private struct Golden: Decodable {
    var x, w, dy, y, dx, dw: [Double]
  }

  private func harness(_ golden: Golden) throws -> LayerHarness {
    let layer = CosineLayer("fc", inputs: 9, outputs: 5, scale: 30)
    layer.parameters[0].setTorchValues(golden.w.map(Float.init))
    let harness = try LayerHarness(layer, on: .matrix(4, 9))
    _ = harness.src.buffer.update(fromContentsOf: golden.x.map(Float.init))
    return harness
  }

  @Test("Logits and gradients are PyTorch's")
  func golden() throws {
    let golden = try JSONDecoder().decode(
      Golden.self, from: Data(contentsOf: fixture("cosine.json")))
    let harness = try harness(golden)
    harness.forward()
    // Sums of nine products of Floats: a few ulps of the largest.
    assertClose(harness.dst.buffer.map(Double.init), golden.y, within: 1e-6, floor: 30, "y")
    _ = harness.dDst.buffer.update(fromContentsOf: golden.dy.map(Float.init))
    harness.backward()
    for row in 0..<4 {
      let places = (row * 9)..<(row * 9 + 9)
      let expected = Array(golden.dx[places])
      assertClose(
        places.map { Double(harness.dSrc.pointer[$0]) }, expected, within: 4e-6,
        floor: expected.map(abs).max() ?? 1, "dx of row \(row)")
    }
    assertClose(
      harness.layer.parameters[0].torchGradient().map(Double.init), golden.dw, within: 4e-6,
      floor: golden.dw.map(abs).max() ?? 1, "dw")
  }

  @Test("The length of features changes nothing, and none of it is NaN")
  func lengths() throws {
    let golden = try JSONDecoder().decode(
      Golden.self, from: Data(contentsOf: fixture("cosine.json")))
    let harness = try harness(golden)
    harness.forward()
    let before = harness.dst.buffer.map { $0 }
    for index in 0..<harness.src.count { harness.src.pointer[index] *= 1024 }
    harness.forward()
    #expect(harness.dst.buffer.map { $0 } == before)
    harness.src.fill(0)
    harness.forward()
    #expect(harness.dst.buffer.allSatisfy { $0 == 0 })
  }

  @Test("A network has the head that its configuration asks for")
  func heads() throws {
    func parameters(_ configure: (inout ModelConfiguration) -> Void) throws -> [Parameter] {
      var configuration = ModelConfiguration(architecture: .cifarResnet20, hidden: [6])
      configure(&configuration)
      return try ImageClassifier(
        configuration, classes: 4, height: 8, width: 8, batch: 2, seed: 1,
        pool: ThreadPool(threads: 1)
      ).parameters.filter { $0.part == .head }
    }
    let linear = try parameters { _ in }
    #expect(linear.map(\.name).suffix(2) == ["fc.2.weight", "fc.2.bias"])
    let cosine = try parameters { $0.cosineScale = 16 }
    #expect(cosine.map(\.name).suffix(2) == ["fc.0.bias", "fc.2.weight"])
    let biased = try parameters { $0.initialBias = -1.5 }
    let bias = try #require(biased.last)
    #expect(bias.value.array == [-1.5, -1.5, -1.5, -1.5])
    #expect(!bias.decays)
    #expect(biased.dropLast().allSatisfy { $0.decays })
  }
}
