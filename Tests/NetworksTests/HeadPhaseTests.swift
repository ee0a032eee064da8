import Foundation
import Kernels
import Networks
import Tensors
import TestSupport
import Testing

/// Numbers of Tests/References/strategies_posthoc.py: SGD of PyTorch on the head alone.
private struct GoldenHead: Decodable {
  struct Phase: Decodable {
    struct First: Decodable {
      var logits: [Double]
      var gradient: [Double]
    }
    var first: First
    var weights: [Double]
    var bias: [Double]
    var scales: [Double]
  }
  var rows: Int
  var width: Int
  var classes: Int
  var features: [[Float]]
  var labels: [[Int]]
  var weights: [Float]
  var bias: [Float]
  var learningRate: Double
  var momentum: Double
  var decay: Double
  var head: Phase
  var scales: Phase
}

@Suite struct HeadPhaseTests {
  @Test(arguments: [false, true])
  func `steps on the head or its scales alone are PyTorch's`(_ scaled: Bool) throws {
    let golden = try fixture("head.json", as: GoldenHead.self)
    let expected = scaled ? golden.scales : golden.head
    let pool = ThreadPool(threads: 1)
    let model = try ImageClassifier(
      ModelConfiguration(architecture: .cifarResnet20, stem: .small), classes: golden.classes,
      input: Shape(n: golden.rows, h: 8, w: 8, c: 3), seed: 1, pool: pool,
      divisor: 64 / golden.width)
    let trunk = model.tensors(within: .layer3).map(\.value.array)
    model.classifier[0].setTorchValues(golden.weights)
    model.classifier[1].setTorchValues(golden.bias)
    let scales = scaled ? ClassScales(of: model.classifier[0]) : nil
    let optimizer = makeOptimizer(
      OptimizerConfiguration(
        learningRate: golden.learningRate, momentum: golden.momentum, weightDecay: golden.decay),
      parameters: scales.map { [$0.parameter] } ?? model.trainedParameters(above: .layer3),
      pool: pool)
    for (step, features) in golden.features.enumerated() {
      _ = model.activation(at: .layer3).buffer.update(fromContentsOf: features)
      model.forward(phase: .training, step: step, above: .layer3)
      fillGradient(model, labels: golden.labels[step], classes: golden.classes)
      let logits = model.logits.array.map(Double.init)
      model.backward()
      scales?.takeGradient()
      if step == 0 {
        let gradient =
          scales.map { $0.parameter.torchGradient() } ?? model.classifier[0].torchGradient()
        close(logits, expected.first.logits)
        close(gradient.map(Double.init), expected.first.gradient)
      }
      optimizer.step(learningRateFactor: 1)
      scales?.apply()
    }
    var errors = [
      close(model.classifier[0].value.array.map(Double.init), expected.weights),
      close(model.classifier[1].value.array.map(Double.init), expected.bias),
    ]
    if let scales {
      errors.append(close(scales.parameter.value.array.map(Double.init), expected.scales))
    }
    var notes = GoldenNotes(against: "PyTorch's SGD")
    for error in errors {
      notes.add(scaled ? "learnable-weight-scaling" : "classifier-retraining", .steps, error)
    }
    notes.show()
    #expect(model.tensors(within: .layer3).map(\.value.array) == trunk)
  }

  /// (softmax − one-hot) / rows
  private func fillGradient(_ model: ImageClassifier, labels: [Int], classes: Int) {
    let (logits, gradient) = (model.logits.array, model.dLogits.pointer)
    for (row, label) in labels.enumerated() {
      let powers = logits[row * classes..<(row + 1) * classes].map { exp(Double($0)) }
      let total = powers.reduce(0, +)
      for (column, power) in powers.enumerated() {
        let target: Double = column == label ? 1 : 0
        gradient[row * classes + column] = Float((power / total - target) / Double(labels.count))
      }
    }
  }

  @discardableResult private func close(
    _ found: [Double], _ expected: [Double], sourceLocation: SourceLocation = #_sourceLocation
  ) -> Double {
    let floor = max(expected.map(abs).max() ?? 0, 1e-3)
    let worst = worstRelativeError(found, expected, floor: floor)
    #expect(worst.error < 2e-6, "at \(worst.index)", sourceLocation: sourceLocation)
    return worst.error
  }
}

extension TensorView {
  fileprivate var array: [Float] { Array(UnsafeBufferPointer(start: pointer, count: count)) }
}
