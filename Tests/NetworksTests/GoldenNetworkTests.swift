import Kernels
import Networks
import Tensors
import Testing

@Suite("Networks")
struct GoldenNetworkTests {
  static let names = [
    "resnet18-imagenet", "resnet18-small", "resnet50-imagenet", "resnet50-small",
    "resnet50-hidden", "cifar",
  ]

  /// The generator script's network.
  static func classifier(_ golden: Golden.NetworkCase) throws -> ImageClassifier {
    let configuration = ModelConfiguration(
      architecture: try #require(.init(rawValue: golden.architecture)),
      stem: try #require(.init(rawValue: golden.stem)), hidden: golden.hidden)
    let model = try ImageClassifier(
      configuration, classes: golden.classes,
      input: Shape(n: golden.batch, h: golden.height, w: golden.width, c: 3), seed: 3,
      pool: ThreadPool(threads: 2), divisor: golden.divisor)
    // Sixteen branches of full strength make a narrow network chaotic.
    for parameter in model.parameters where parameter.name.hasSuffix("bn3.weight") {
      parameter.setTorchValues([Float](repeating: 0.25, count: parameter.count))
    }
    return model
  }

  /// Fills a tensor with the generator script's numbers.
  static func fill(_ view: MutableTensorView, _ stream: String, over divisor: Float = 1) {
    let values = Golden.stream(stream, count: view.count)
    for (index, value) in values.enumerated() { view.pointer[index] = value / divisor }
  }

  @Test("compute and learn as PyTorch does", arguments: names)
  func learnAsPyTorch(_ name: String) throws {
    let golden = try #require(try Golden.shared.get().networks.first { $0.name == name })
    var comparison = GoldenComparison()
    for rule in OptimizerConfiguration.Rule.allCases {
      let model = try Self.classifier(golden)
      let start = model.parameters.map { $0.torchValues() }
      let optimizer = makeOptimizer(
        rule == .sgd
          ? OptimizerConfiguration(
            rule: .sgd, learningRate: 0.005 * golden.rate, momentum: 0.9, nesterov: true,
            weightDecay: 5e-4)
          : OptimizerConfiguration(
            rule: .adamw, learningRate: 0.0001 * golden.rate, weightDecay: 0.05),
        parameters: model.parameters, pool: ThreadPool(threads: 1))
      for step in 0..<3 {
        Self.fill(model.input, "\(name)/\(golden.variant)/x\(step)")
        model.forward(phase: .training, step: step)
        let logits = Array(model.logits.buffer)
        Self.fill(
          model.dLogits, "\(name)/\(golden.variant)/dy\(step)", over: Float(golden.batch))
        model.backward()
        if rule == .sgd && step == 0 {
          comparison.compare(golden, "logits", logits)
          for parameter in model.parameters {
            comparison.compare(golden, "gradient/\(parameter.name)", parameter.torchGradient())
          }
          for buffer in model.buffers {
            comparison.compare(golden, "statistics/\(buffer.name)", buffer.torchValues())
          }
        }
        optimizer.step(learningRateFactor: 1)
      }
      for (parameter, start) in zip(model.parameters, start) {
        let update = zip(parameter.torchValues(), start).map { $0 - $1 }
        comparison.compare(golden, "\(rule)/\(parameter.name)", update)
      }
      model.forward(phase: .evaluation, step: 3)
      comparison.compare(golden, "\(rule)-evaluation", Array(model.logits.buffer))
    }
    comparison.check(golden)
  }
}
