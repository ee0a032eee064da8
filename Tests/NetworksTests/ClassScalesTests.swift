import Foundation
import Kernels
import Networks
import Tensors
import TestSupport
import Testing

@Suite("Class scales") struct ClassScalesTests {
  /// Tests/References/strategies_schedules.py
  private struct Reference: Decodable {
    var h, w, b, factors, weights: [Double]
    var gradients: [[Double]]
    var labels: [Int]
  }

  @Test("Factors learn as PyTorch's, and stand in the layer's weights")
  func golden() throws {
    let golden = try JSONDecoder().decode(
      Reference.self, from: Data(contentsOf: fixture("scaling.json")))
    let weight = Parameter("fc.weight", [4, 9], part: .head, kind: .weight)
    weight.setTorchValues(golden.w.map(Float.init))
    let scales = ClassScales(of: weight)
    let optimizer = makeOptimizer(
      OptimizerConfiguration(learningRate: 0.1, momentum: 0.9, weightDecay: 0),
      parameters: [scales.parameter], pool: ThreadPool(threads: 1))
    for step in 0..<10 {
      setGradient(
        of: weight, bias: golden.b, Array(golden.h[(step * 54)..<(step * 54 + 54)]),
        Array(golden.labels[(step * 6)..<(step * 6 + 6)]))
      scales.takeGradient()
      // The factors are Floats, and the gradient follows them.
      assertClose(
        scales.parameter.gradient!.array.map(Double.init), golden.gradients[step], within: 2e-6,
        floor: golden.gradients[step].map(abs).max() ?? 1, "step \(step)")
      optimizer.step(learningRateFactor: (1 + cos(Double.pi * Double(step) / 10)) / 2)
      scales.apply()
    }
    assertClose(
      scales.parameter.value.array.map(Double.init), golden.factors, within: 2e-6, floor: 1)
    assertClose(weight.value.array.map(Double.init), golden.weights, within: 2e-6, floor: 0.1)
    #expect(scales.frozen == golden.w.map(Float.init))
  }

  /// The gradient of the mean cross-entropy on a linear layer, by its formula in double precision.
  private func setGradient(
    of weight: Parameter, bias: [Double], _ h: [Double], _ labels: [Int]
  ) {
    weight.gradient!.buffer.update(repeating: 0)
    for (row, label) in labels.enumerated() {
      let x = Array(h[(row * 9)..<(row * 9 + 9)])
      let logits = (0..<4).map { c in
        (0..<9).reduce(bias[c]) { $0 + Double(weight.value.pointer[c * 9 + $1]) * x[$1] }
      }
      let total = logits.reduce(0) { $0 + exp($1) }
      for c in 0..<4 {
        let g = (exp(logits[c]) / total - (c == label ? 1 : 0)) / Double(labels.count)
        for f in 0..<9 { weight.gradient!.pointer[c * 9 + f] += Float(g * x[f]) }
      }
    }
  }
}
