import Foundation
import Kernels
import Networks
import Tensors
import TestSupport
import Testing

@Suite("Class scaling") struct ClassScalingTests {
  /// Tests/References/strategies_schedules.py
  private struct Reference: Decodable {
    var h, w, b, factors, weights, biases: [Double]
    var gradients: [[Double]]
    var labels: [Int]
  }

  private let pool = ThreadPool(threads: 1)

  private func classifier() throws -> ImageClassifier {
    try ImageClassifier(
      ModelConfiguration(architecture: .cifarResnet20, stem: .small), classes: 4, height: 8,
      width: 8, batch: 2, seed: 1, pool: pool)
  }

  @Test("Factors learn as PyTorch's, and stand in the layer's weights and bias")
  func golden() throws {
    let golden = try JSONDecoder().decode(
      Reference.self, from: Data(contentsOf: fixture("scaling.json")))
    let (weight, bias) = (
      Parameter("fc.weight", [4, 9], part: .head, kind: .weight),
      Parameter("fc.bias", [4], part: .head, kind: .bias)
    )
    weight.setTorchValues(golden.w.map(Float.init))
    bias.setTorchValues(golden.b.map(Float.init))
    let scaling = ClassScaling(
      OptimizerConfiguration(learningRate: 0.1, momentum: 0.9, weightDecay: 0.5), weight: weight,
      bias: bias, pool: pool)
    for step in 0..<10 {
      let h = golden.h[(step * 54)..<(step * 54 + 54)].map { $0 }
      let labels = Array(golden.labels[(step * 6)..<(step * 6 + 6)])
      setGradients(weight, bias, h, labels)
      let norm = scaling.gradientNorm()
      let expected = golden.gradients[step].reduce(0) { $0 + $1 * $1 }.squareRoot()
      // The factors themselves are Floats after ten steps.
      #expect(abs(norm - expected) < 2e-6 * expected, "step \(step)")
      scaling.step(
        learningRateFactor: (1 + cos(Double.pi * Double(step) / 10)) / 2, gradientNorm: norm)
    }
    assertClose(weight.value.array.map(Double.init), golden.weights, within: 2e-6, floor: 0.1)
    assertClose(bias.value.array.map(Double.init), golden.biases, within: 2e-6, floor: 0.1)
  }

  /// Gradients of the mean cross-entropy on a linear layer, by its formula in double precision.
  private func setGradients(
    _ weight: Parameter, _ bias: Parameter, _ h: [Double], _ labels: [Int]
  ) {
    weight.gradient!.buffer.update(repeating: 0)
    bias.gradient!.buffer.update(repeating: 0)
    for (row, label) in labels.enumerated() {
      let x = Array(h[(row * 9)..<(row * 9 + 9)])
      let logits = (0..<4).map { c in
        (0..<9).reduce(Double(bias.value.pointer[c])) {
          $0 + Double(weight.value.pointer[c * 9 + $1]) * x[$1]
        }
      }
      let total = logits.reduce(0) { $0 + exp($1) }
      for c in 0..<4 {
        let g = (exp(logits[c]) / total - (c == label ? 1 : 0)) / Double(labels.count)
        bias.gradient!.pointer[c] += Float(g)
        for f in 0..<9 { weight.gradient!.pointer[c * 9 + f] += Float(g * x[f]) }
      }
    }
  }

  @Test("What is saved continues with the same bits")
  func state() throws {
    func steps(_ range: Range<Int>, _ scaling: ClassScaling, _ model: ImageClassifier) throws {
      let (weight, bias) = try #require(model.classifier)
      for step in range {
        for parameter in [weight, bias] {
          let values = Golden.stream("\(parameter.name)/\(step)", count: parameter.count)
          _ = parameter.gradient!.buffer.update(fromContentsOf: values)
        }
        scaling.step(learningRateFactor: 1)
      }
    }
    let configuration = OptimizerConfiguration(learningRate: 0.05, momentum: 0.9)
    let (whole, cut, resumed) = (try classifier(), try classifier(), try classifier())
    let first = try #require(ClassScaling(configuration, of: whole, pool: pool))
    try steps(0..<6, first, whole)
    let second = try #require(ClassScaling(configuration, of: cut, pool: pool))
    try steps(0..<3, second, cut)
    for (from, to) in zip(cut.parameters, resumed.parameters) {
      to.setTorchValues(from.torchValues())
    }
    let third = try #require(ClassScaling(configuration, of: resumed, pool: pool))
    try third.restore(second.state)
    try steps(3..<6, third, resumed)
    #expect(
      try #require(resumed.classifier).weight.value.array
        == #require(whole.classifier).weight.value.array)
    #expect(third.state == first.state)
  }

  @Test("A head starts anew with the weights it had at first, and the trunk is not touched")
  func reset() throws {
    let (model, fresh) = (try classifier(), try classifier())
    for parameter in model.parameters { parameter.value.buffer.update(repeating: 3) }
    model.resetHead()
    for (parameter, first) in zip(model.parameters, fresh.parameters) {
      let expected = parameter.part == .head ? first.value.array : first.value.array.map { _ in 3 }
      #expect(parameter.value.array == expected, "\(parameter.name)")
    }
  }
}
