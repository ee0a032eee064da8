import Kernels
import Networks
import Strategies
import Tensors
import TestSupport
import Testing

/// What `Tests/References/networks_weighted_golden.py` wrote.
private struct WeightedGolden: Decodable {
  /// A network's case with what it was trained on.
  struct Case: Decodable {
    let network: Golden.NetworkCase
    let reduction: LossReduction
    let classWeights: [Double]
    /// steps × batch
    let labels: [[Int]]

    private enum CodingKeys: String, CodingKey { case reduction, classWeights, labels }

    init(from decoder: any Decoder) throws {
      network = try Golden.NetworkCase(from: decoder)
      let container = try decoder.container(keyedBy: CodingKeys.self)
      reduction = try container.decode(LossReduction.self, forKey: .reduction)
      classWeights = try container.decode([Double].self, forKey: .classWeights)
      labels = try container.decode([[Int]].self, forKey: .labels)
    }
  }

  let cases: [Case]

  static let shared: Result<WeightedGolden, any Error> = Result {
    try fixture("weighted.json", as: WeightedGolden.self)
  }
}

@Suite("Networks with class weights")
struct WeightedLossTests {
  @Test(
    "learn as PyTorch does with class weights, in both reductions",
    arguments: ["resnet18-imagenet", "resnet50-imagenet"], LossReduction.allCases)
  func learnWithClassWeights(_ name: String, _ reduction: LossReduction) throws {
    let golden = try #require(
      try WeightedGolden.shared.get().cases.first {
        $0.network.name == name && $0.reduction == reduction
      })
    let network = golden.network
    let model = try GoldenNetworkTests.classifier(network)
    let start = model.parameters.map { $0.torchValues() }
    let loss = CrossEntropy(classWeights: golden.classWeights, reduction: reduction)
    let optimizer = makeOptimizer(
      OptimizerConfiguration(
        rule: .sgd, learningRate: 0.005 * network.rate, momentum: 0.9, weightDecay: 5e-4),
      parameters: model.parameters, pool: ThreadPool(threads: 2))
    var comparison = GoldenComparison()
    var losses: [Float] = []
    for (step, labels) in golden.labels.enumerated() {
      GoldenNetworkTests.fill(model.input, "\(name)/\(network.variant)/x\(step)")
      let targets = AlignedBuffer(count: network.batch * network.classes)
      for (row, label) in labels.enumerated() {
        targets.pointer[row * network.classes + label] = 1
      }
      model.forward(phase: .training, step: step)
      losses.append(
        loss.evaluate(
          model.logits, targets: targets.view(model.logits.shape).readOnly, into: model.dLogits))
      if step == 0 { comparison.compare(network, "logits", Array(model.logits.buffer)) }
      model.backward()
      if step == 0 {
        for parameter in model.parameters {
          comparison.compare(network, "gradient/\(parameter.name)", parameter.torchGradient())
        }
      }
      optimizer.step(learningRateFactor: 1)
    }
    for (parameter, start) in zip(model.parameters, start) {
      let update = zip(parameter.torchValues(), start).map { $0 - $1 }
      comparison.compare(network, "sgd/\(parameter.name)", update)
    }
    for buffer in model.buffers {
      comparison.compare(network, "statistics/\(buffer.name)", buffer.torchValues())
    }
    model.forward(phase: .evaluation, step: golden.labels.count)
    comparison.compare(network, "evaluation", Array(model.logits.buffer))
    comparison.compare(network, "losses", losses)
    comparison.check(network, " \(reduction.rawValue)")
  }
}
