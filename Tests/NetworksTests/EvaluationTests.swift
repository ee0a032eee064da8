import Kernels
import Networks
import Tensors
import Testing

@Suite("Evaluation with folded norms")
struct EvaluationTests {
  private static let configurations: [ModelConfiguration] = [
    .init(architecture: .resnet18), .init(architecture: .resnet50),
    .init(architecture: .cifarResnet20, stem: .small),
    .init(architecture: .resnet50, convolution: .reference),
  ]

  private func classifier(
    _ configuration: ModelConfiguration, seed: UInt64 = 1, batch: Int = 3, threads: Int = 1
  ) throws -> ImageClassifier {
    try ImageClassifier(
      configuration, classes: 4, input: Shape(n: batch, h: 24, w: 20, c: 3), seed: seed,
      pool: ThreadPool(threads: threads), divisor: configuration.architecture.isCIFAR ? 2 : 8)
  }

  private func fill(_ view: MutableTensorView, _ stream: String) {
    _ = view.buffer.update(fromContentsOf: Golden.stream(stream, count: view.count))
  }

  private func evaluated(_ model: ImageClassifier) -> [Float] {
    fill(model.input, "evaluated")
    model.forward(phase: .evaluation, step: 0)
    return Array(model.logits.buffer)
  }

  /// What a network that never evaluated before makes of the same weights.
  private func fresh(
    _ model: ImageClassifier, _ configuration: ModelConfiguration
  ) throws -> [Float] {
    let other = try classifier(configuration, seed: 2)
    for (to, from) in zip(other.parameters + other.buffers, model.parameters + model.buffers) {
      to.setTorchValues(from.torchValues())
    }
    return evaluated(other)
  }

  @Test("follows every change of weights and statistics", arguments: configurations)
  func followsChanges(_ configuration: ModelConfiguration) throws {
    let model = try classifier(configuration)
    var last = evaluated(model)
    func expectChange(_ what: Comment, _ change: () -> Void) throws {
      change()
      let now = evaluated(model)
      #expect(now.allSatisfy { $0.isFinite }, what)
      #expect(now != last, what)
      #expect(try now == fresh(model, configuration), what)
      #expect(now == evaluated(model), what)
      last = now
    }
    try expectChange("statistics") {
      fill(model.input, "x0")
      model.forward(phase: .training, step: 0)
    }
    let optimizer = makeOptimizer(
      .init(), parameters: model.parameters, pool: ThreadPool(threads: 1))
    try expectChange("a step") {
      model.forward(phase: .training, step: 0)
      fill(model.dLogits, "dy0")
      model.backward()
      optimizer.step(learningRateFactor: 0.01)
    }
    for name in ["conv1.weight", "bn1.weight", "bn1.bias"] {
      let parameter = try #require(model.parameters.first { $0.name == name })
      try expectChange("\(name) set") {
        parameter.setTorchValues(parameter.torchValues().map { $0 * 1.25 + 0.125 })
      }
      try expectChange("\(name) in place") { parameter.value.pointer[0] += 0.5 }
    }
    let variance = try #require(model.buffers.last { $0.name.hasSuffix("running_var") })
    // All of them, because the ReLU after a channel may hide it.
    try expectChange("variances in place") {
      for channel in 0..<variance.count { variance.value.pointer[channel] += 4 }
    }
  }

  @Test("has the same bits with one and two threads", arguments: configurations)
  func threads(_ configuration: ModelConfiguration) throws {
    let one = try evaluated(classifier(configuration, threads: 1))
    #expect(try one == evaluated(classifier(configuration, threads: 2)))
  }

  @Test("has the same bits at every place of a batch", arguments: configurations)
  func places(_ configuration: ModelConfiguration) throws {
    let model = try classifier(configuration)
    let image = Golden.stream("image", count: model.input.count / 3)
    for n in 0..<3 {
      for (i, value) in image.enumerated() { model.input.pointer[n * image.count + i] = value }
    }
    model.forward(phase: .evaluation, step: 0)
    let last = model.results(within: configuration.architecture.lastPart).last!
    let count = last.count / 3
    let numbers = Array(last.buffer)
    for n in 1..<3 {
      #expect(numbers[..<count].elementsEqual(numbers[(n * count)..<(n * count + count)]))
    }
  }
}
