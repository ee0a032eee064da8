import Kernels
import Networks
import Tensors
import Testing

/// Classifiers that read texts, alone or beside images.
@Suite("Classifiers that read texts")
struct TextClassifierTests {
  private func classifier(
    _ variant: TextConfiguration.Variant?, hidden: [Int] = [], threads: Int = 1
  ) throws -> ImageClassifier {
    let text = variant.map {
      TextConfiguration(variant: $0, maxLength: 5, embedding: 6, hidden: 7, cell: .gru)
    }
    let model = try ImageClassifier(
      ModelConfiguration(architecture: .resnet18, stem: .small, hidden: hidden, text: text),
      classes: 4, input: Shape(n: 3, h: 8, w: 8, c: 3), seed: 2,
      pool: ThreadPool(threads: threads), divisor: 8, vocabulary: 9)
    if let pixels = model.pixels {
      _ = pixels.buffer.update(fromContentsOf: Golden.stream("x", count: pixels.count))
    }
    if let tokens = model.tokens {
      _ = tokens.buffer.update(
        fromContentsOf: [1, 2, 3, 4, 5, 8, 0, 0, 0, 0, 2, 2, 6, 0, 0] as [Float])
    }
    return model
  }

  private func fillGradient(_ model: ImageClassifier) {
    _ = model.dLogits.buffer.update(
      fromContentsOf: Golden.stream("dy", count: model.logits.count))
  }

  @Test("have the inputs that their variant reads")
  func haveTheirInputs() throws {
    let image = try classifier(nil)
    #expect(image.tokens == nil && image.pixels?.shape == Shape(n: 3, h: 8, w: 8, c: 3))
    let text = try classifier(.text)
    #expect(text.pixels == nil && text.tokens?.shape == .matrix(3, 5))
    let joint = try classifier(.joint)
    #expect(joint.pixels != nil && joint.tokens?.shape == .matrix(3, 5))
    let fallback = try classifier(.fallback)
    #expect(fallback.tokens == nil && fallback.pixels != nil)
    #expect(fallback.parameters.map(\.name) == image.parameters.map(\.name))
  }

  @Test("name their parameters as PyTorch would")
  func nameTheirParameters() throws {
    let rnn = ["", "_reverse"].flatMap { way in
      ["weight_ih", "weight_hh", "bias_ih", "bias_hh"].map { "text.rnn.\($0)_l0\(way)" }
    }
    let text = try classifier(.text, hidden: [8])
    #expect(
      text.parameters.map(\.name) == ["text.embedding.weight"] + rnn
        + ["text.fc.0.weight", "text.fc.0.bias", "text.fc.2.weight", "text.fc.2.bias"])
    let joint = try classifier(.joint)
    let image = try classifier(nil)
    #expect(
      Set(joint.parameters.map(\.name)).subtracting(image.parameters.map(\.name))
        == Set(["text.embedding.weight"] + rnn))
    #expect(joint.parameters.first { $0.name == "fc.weight" }?.shape == [4, 64 + 14])
    #expect(joint.parameters.filter { $0.name.hasPrefix("text.") }.allSatisfy { $0.part == .trunk })
  }

  @Test("begin with the same trunk and the same encoder in every variant")
  func beginAlike() throws {
    func values(_ model: ImageClassifier, _ name: String) -> [Float]? {
      model.parameters.first { $0.name == name }?.torchValues()
    }
    let models = try [classifier(.text), classifier(.joint), classifier(nil)]
    #expect(values(models[1], "conv1.weight") == values(models[2], "conv1.weight"))
    let names = ["text.embedding.weight", "text.rnn.weight_hh_l0_reverse"]
    for name in names { #expect(values(models[0], name) == values(models[1], name)) }
    let vectors = try #require(values(models[0], names[0]))
    #expect(vectors.prefix(6).allSatisfy { $0 == 0 } && !vectors.dropFirst(6).contains(0))
  }

  @Test(
    "have the gradient that finite differences find",
    arguments: [TextConfiguration.Variant.text, .joint])
  func haveTheGradient(_ variant: TextConfiguration.Variant) throws {
    let model = try classifier(variant, hidden: [10])
    model.forward(phase: .training, step: 0)
    fillGradient(model)
    let gradient = Array(model.dLogits.buffer).map(Double.init)
    model.backward()
    func objective() -> Double {
      model.forward(phase: .training, step: 0)
      return zip(model.logits.buffer, gradient).reduce(0) { $0 + Double($1.0) * $1.1 }
    }
    for parameter in model.parameters where parameter.name.hasPrefix("text.") {
      let slope = parameter.torchGradient().map(Double.init)
      let start = parameter.value.array
      let norm = slope.reduce(0) { $0 + $1 * $1 }.squareRoot()
      guard norm > 1e-3 else { continue }
      func value(_ step: Double) -> Double {
        for index in start.indices {
          parameter.value.pointer[index] = Float(Double(start[index]) + step * slope[index] / norm)
        }
        return objective()
      }
      let difference = (value(2e-3) - value(-2e-3)) / 4e-3
      parameter.setTorchValues(start)
      // A ReLU of the hidden layer may turn over inside the step.
      #expect(abs(difference - norm) < 0.03 * norm, "\(parameter.name)")
    }
  }

  @Test("give the same bits with one and with two threads")
  func giveTheSameBits() throws {
    let found = try [1, 2].map { threads in
      let model = try classifier(.joint, threads: threads)
      model.forward(phase: .training, step: 0)
      let logits = Array(model.logits.buffer)
      fillGradient(model)
      model.backward()
      return [logits] + model.parameters.map { $0.torchGradient() }
    }
    #expect(found[0] == found[1])
  }

  @Test("keep the images' trunk still, and no text, while what lies above is trained")
  func keepTheTrunkStill() throws {
    let model = try classifier(.joint)
    model.forward(phase: .training, step: 0, freezing: .layer4)
    fillGradient(model)
    model.backward()
    for parameter in model.parameters {
      let isStill = parameter.torchGradient().allSatisfy { $0 == 0 }
      let isAbove = parameter.name.hasPrefix("text.") || parameter.part == .head
      #expect(isStill != isAbove, "\(parameter.name)")
    }
  }

  @Test("tell texts apart")
  func tellTextsApart() throws {
    for variant in [TextConfiguration.Variant.text, .joint] {
      let model = try classifier(variant)
      model.forward(phase: .evaluation, step: 0)
      let before = Array(model.logits.buffer)
      model.tokens?.pointer[0] = 7
      model.forward(phase: .evaluation, step: 0)
      let after = Array(model.logits.buffer)
      #expect(before.prefix(4) != after.prefix(4))
      #expect(before.dropFirst(4) == after.dropFirst(4))
    }
  }
}
