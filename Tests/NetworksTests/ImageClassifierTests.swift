import Kernels
import Networks
import Tensors
import Testing

@Suite("Image classifiers")
struct ImageClassifierTests {
  private func classifier(
    _ configuration: ModelConfiguration, classes: Int = 4, height: Int = 24, width: Int = 20,
    batch: Int = 3, seed: UInt64 = 1, threads: Int = 1, divisor: Int = 8,
    leastRestored: Int = ImageClassifier.leastRestored
  ) throws -> ImageClassifier {
    try ImageClassifier(
      configuration, classes: classes, input: Shape(n: batch, h: height, w: width, c: 3),
      seed: seed, pool: ThreadPool(threads: threads), divisor: divisor,
      leastRestored: leastRestored)
  }

  private func fill(_ view: MutableTensorView, _ stream: String) {
    _ = view.buffer.update(fromContentsOf: Golden.stream(stream, count: view.count))
  }

  private func train(
    _ model: ImageClassifier, _ optimizer: any Optimizer, steps: Range<Int>
  ) {
    for step in steps {
      fill(model.input, "x\(step)")
      model.forward(phase: .training, step: step)
      fill(model.dLogits, "dy\(step)")
      model.backward()
      optimizer.step(learningRateFactor: 0.1)
    }
  }

  private static let configurations: [ModelConfiguration] = [
    .init(architecture: .resnet18, hidden: [8], dropout: 0.3),
    .init(architecture: .resnet50),
    .init(architecture: .cifarResnet20),
  ]

  @Test("have the same bits after three steps with one and two threads", arguments: configurations)
  func threadsChangeNothing(_ configuration: ModelConfiguration) throws {
    let divisor = configuration.architecture.isCIFAR ? 2 : 8
    let results = try [1, 2].map { threads in
      let model = try classifier(configuration, threads: threads, divisor: divisor)
      let optimizer = makeOptimizer(
        .init(clipNorm: 1), parameters: model.parameters, pool: ThreadPool(threads: threads))
      train(model, optimizer, steps: 0..<3)
      return (model.parameters + model.buffers).map(\.value.array)
        + model.parameters.map { $0.gradient!.array }
    }
    #expect(results[0] == results[1])
    #expect(results[0].allSatisfy { $0.allSatisfy { $0.isFinite } })
  }

  @Test("continue with the same bits from saved weights and memory", arguments: configurations)
  func resumeChangesNothing(_ configuration: ModelConfiguration) throws {
    let divisor = configuration.architecture.isCIFAR ? 2 : 8
    let model = try classifier(configuration, divisor: divisor)
    let pool = ThreadPool(threads: 1)
    let optimizer = makeOptimizer(.init(rule: .adamw), parameters: model.parameters, pool: pool)
    train(model, optimizer, steps: 0..<2)
    let saved = (model.parameters + model.buffers).map { $0.torchValues() }
    let state = optimizer.state
    train(model, optimizer, steps: 2..<4)

    let resumed = try classifier(configuration, seed: 99, divisor: divisor)
    // Dropout is keyed by the seed, which a resumed run shares; everything else is restored.
    let second = configuration.dropout > 0 ? try classifier(configuration) : resumed
    for (parameter, values) in zip(second.parameters + second.buffers, saved) {
      parameter.setTorchValues(values)
    }
    let memory = makeOptimizer(.init(rule: .adamw), parameters: second.parameters, pool: pool)
    try memory.restore(state)
    train(second, memory, steps: 2..<4)
    #expect(
      (model.parameters + model.buffers).map(\.value.array)
        == (second.parameters + second.buffers).map(\.value.array))
  }

  @Test("give the same bits where results are made again")
  func restoredResults() throws {
    for architecture in [ModelConfiguration.Architecture.resnet50, .resnet34, .cifarResnet20] {
      let models = try [Int.max, 0].map {
        try classifier(
          .init(architecture: architecture), height: 72, width: 64, leastRestored: $0)
      }
      let states = models.map { model in
        let optimizer = makeOptimizer(
          .init(), parameters: model.parameters, pool: ThreadPool(threads: 1))
        train(model, optimizer, steps: 0..<2)
        // A frozen part's result is kept, and what lies above it is restored as before.
        fill(model.input, "frozen")
        model.forward(phase: .training, step: 2, freezing: .layer1)
        fill(model.dLogits, "dy")
        model.backward()
        model.forward(phase: .evaluation, step: 0)
        return (model.parameters + model.buffers).map(\.value.array)
          + model.parameters.map { $0.gradient!.array } + [Array(model.logits.buffer)]
      }
      #expect(states[0] == states[1], "\(architecture)")
      #expect(states[0].allSatisfy { $0.allSatisfy { $0.isFinite } })
      // Not in every network of this size: scratch memory has less room.
      guard architecture == .resnet50 else { continue }
      #expect(models[1].workspaceBytes < models[0].workspaceBytes)
    }
  }

  @Test("name their parameters as torchvision does")
  func names() throws {
    let model = try classifier(.init(architecture: .resnet50))
    let names = model.parameters.map(\.name)
    #expect(names.count == 161)
    #expect(Set(names).count == names.count)
    #expect(
      Array(names.prefix(4)) == ["conv1.weight", "bn1.weight", "bn1.bias", "layer1.0.conv1.weight"])
    #expect(names.contains("layer4.2.bn3.bias"))
    #expect(names.contains("layer1.0.downsample.0.weight"))
    #expect(!names.contains("layer1.1.downsample.0.weight"))
    #expect(Array(names.suffix(2)) == ["fc.weight", "fc.bias"])
    #expect(model.buffers.count == 106)
    #expect(model.buffers[1].name == "bn1.running_var")
    #expect(model.parameters.filter { $0.part == .head }.map(\.name) == ["fc.weight", "fc.bias"])
    let hidden = try classifier(.init(architecture: .resnet18, hidden: [8], dropout: 0.5))
    #expect(
      hidden.parameters.suffix(4).map(\.name)
        == ["fc.0.weight", "fc.0.bias", "fc.2.weight", "fc.2.bias"])
  }

  /// Counts of torchvision's models with 1000 classes, and of the paper's CIFAR networks.
  @Test(
    "have the known numbers of parameters",
    arguments: [
      (ModelConfiguration.Architecture.resnet18, 1000, 11_689_512), (.resnet34, 1000, 21_797_672),
      (.resnet50, 1000, 25_557_032), (.cifarResnet20, 10, 269_722), (.cifarResnet32, 10, 464_154),
    ])
  func parameterCounts(
    _ architecture: ModelConfiguration.Architecture, _ classes: Int, _ expected: Int
  ) throws {
    let model = try classifier(
      .init(architecture: architecture), classes: classes, height: 8, width: 8, divisor: 1)
    #expect(model.parameters.reduce(0) { $0 + $1.count } == expected)
  }

  @Test("start from weights that depend on seed and name only")
  func initialWeights() throws {
    let ten = try classifier(.init(architecture: .resnet18), classes: 10)
    let two = try classifier(.init(architecture: .resnet18), classes: 2, height: 32, batch: 2)
    let other = try classifier(.init(architecture: .resnet18), classes: 10, seed: 2)
    for (a, b) in zip(ten.parameters, two.parameters) where a.part == .trunk {
      #expect(a.value.array == b.value.array)
    }
    #expect(ten.parameters[0].value.array != other.parameters[0].value.array)
    let weights = ten.parameters.first { $0.name == "layer4.1.conv2.weight" }!.torchValues()
    let squares = weights.reduce(0) { $0 + Double($1) * Double($1) } / Double(weights.count)
    // 36,864 draws: the relative deviation of their variance is 0.7 %.
    #expect(abs(squares / (2 / (64.0 * 9)) - 1) < 0.04)
  }

  @Test("exchange weights in PyTorch's order")
  func torchOrder() throws {
    let model = try classifier(.init(architecture: .resnet18))
    let weight = model.parameters[0]
    #expect(weight.shape == [8, 3, 7, 7])
    let values = (0..<weight.count).map(Float.init)
    weight.setTorchValues(values)
    #expect(weight.torchValues() == values)
    // Ours is height, width, in, out: the second number is the second filter's first.
    #expect(weight.value.pointer[1] == 147)
  }

  @Test("train the head alone and leave the trunk as it was")
  func frozenTrunk() throws {
    let model = try classifier(.init(architecture: .resnet18))
    let buffers = model.buffers.map(\.value.array)
    fill(model.input, "x")
    model.forward(phase: .training, step: 0, freezing: .layer4)
    fill(model.dLogits, "dy")
    model.backward()
    #expect(model.buffers.map(\.value.array) == buffers)
    for parameter in model.parameters {
      #expect(
        parameter.gradient!.array.contains { $0 != 0 } == (parameter.part == .head),
        "\(parameter.name)")
    }
  }

  @Test("evaluate each image alone whatever its neighbours are")
  func evaluationIsIndependent() throws {
    let model = try classifier(.init(architecture: .resnet18))
    fill(model.input, "x")
    model.forward(phase: .evaluation, step: 0)
    let first = Array(model.logits.buffer.prefix(4))
    let image = model.input.count / 3
    for index in image..<model.input.count { model.input.pointer[index] = 9 }
    model.forward(phase: .evaluation, step: 0)
    #expect(Array(model.logits.buffer.prefix(4)) == first)
  }

  @Test("take odd sizes and a single class")
  func oddSizes() throws {
    for (height, width) in [(1, 1), (33, 17), (7, 50)] {
      let model = try classifier(
        .init(architecture: .resnet18), classes: 1, height: height, width: width, batch: 2)
      fill(model.input, "x")
      model.forward(phase: .evaluation, step: 0)
      #expect(model.logits.shape == .matrix(2, 1))
      #expect(model.logits.buffer.allSatisfy { $0.isFinite })
    }
  }

  @Test("say what they need when they cannot take a size")
  func impossibleSizes() throws {
    let none = #expect(throws: ShapeError.self) {
      try classifier(.init(architecture: .resnet18), height: 0)
    }
    #expect(none?.description.contains("at least 1") == true)
    #expect(throws: ShapeError.self) { try classifier(.init(), classes: 0) }
    #expect(throws: ShapeError.self) { try classifier(.init(), batch: 0) }
    let single = #expect(throws: ShapeError.self) {
      try classifier(.init(), height: 32, width: 32, batch: 1)
    }
    #expect(single?.description.contains("larger batch") == true)
  }

  @Test("name the implementations they use and count their memory")
  func ledger() throws {
    let model = try classifier(.init(architecture: .resnet50, convolution: .reference))
    #expect(model.kernelNames == ["reference": 53])
    #expect(model.workspaceBytes > model.input.count * 4)
  }
}
