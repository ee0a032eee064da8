import Kernels
import Networks
import Tensors
import Testing

@Suite("Frozen parts")
struct FrozenPartTests {
  private static let batch = 3

  private func classifier(
    _ configuration: ModelConfiguration, height: Int = 24, width: Int = 20, batch: Int = batch
  ) throws -> ImageClassifier {
    try ImageClassifier(
      configuration, classes: 4, input: Shape(n: batch, h: height, w: width, c: 3),
      seed: 1, pool: ThreadPool(threads: 1), divisor: configuration.architecture.isCIFAR ? 2 : 8)
  }

  private func fill(_ view: MutableTensorView, _ stream: String) {
    _ = view.buffer.update(fromContentsOf: Golden.stream(stream, count: view.count))
  }

  private func train(
    _ model: ImageClassifier, _ optimizer: any Optimizer, freezing part: FrozenPart?, step: Int = 0
  ) {
    fill(model.input, "x\(step)")
    model.forward(phase: .training, step: step, freezing: part)
    fill(model.dLogits, "dy\(step)")
    model.backward()
    optimizer.step(learningRateFactor: 1)
  }

  private func optimizer(_ model: ImageClassifier, above part: FrozenPart?) -> any Optimizer {
    makeOptimizer(
      .init(weightDecay: 0.1), parameters: model.trainedParameters(above: part),
      pool: ThreadPool(threads: 1))
  }

  private static let configurations: [ModelConfiguration] = [
    .init(architecture: .resnet18), .init(architecture: .resnet34, stem: .small),
    .init(architecture: .resnet50), .init(architecture: .cifarResnet20, stem: .small),
    .init(architecture: .cifarResnet32, stem: .small),
  ]

  @Test("make of an image what their configuration says", arguments: configurations)
  func shapes(_ configuration: ModelConfiguration) throws {
    let divisor = configuration.architecture.isCIFAR ? 2 : 8
    for (height, width) in [(24, 20), (33, 17), (8, 64)] {
      let model = try classifier(configuration, height: height, width: width)
      for part in configuration.architecture.parts {
        var shape = configuration.activationShape(at: part, height: height, width: width)
        shape.n = Self.batch
        shape.c /= divisor
        #expect(model.activation(at: part).shape == shape, "\(part) of \(height)×\(width)")
      }
    }
  }

  @Test("stay as they are, whatever moves above them", arguments: configurations)
  func nothingMovesBelow(_ configuration: ModelConfiguration) throws {
    for part in configuration.architecture.parts {
      let model = try classifier(configuration)
      let below = model.tensors(within: part)
      let above = model.tensors(above: part)
      #expect(below.count + above.count == model.parameters.count + model.buffers.count)
      let before = below.map(\.value.array)
      let moving = above.map(\.value.array)
      for step in 0..<2 { train(model, optimizer(model, above: part), freezing: part, step: step) }
      #expect(below.map(\.value.array) == before, "\(part)")
      for parameter in below {
        #expect(parameter.gradient?.array.allSatisfy { $0 == 0 } != false, "\(parameter.name)")
      }
      for (parameter, old) in zip(above, moving) {
        #expect(parameter.value.array != old, "\(parameter.name) above \(part)")
      }
    }
  }

  @Test("have gradients above them that do not depend on where backward stops")
  func sameGradients() throws {
    let configuration = ModelConfiguration(architecture: .resnet18)
    // In the evaluation phase of the part, the whole network's gradients are not defined; so the
    // part is compared with one that starts from the same activations.
    let model = try classifier(configuration)
    train(model, optimizer(model, above: .layer2), freezing: .layer2)
    let other = try classifier(configuration)
    fill(other.input, "x0")
    other.forwardFrozen(.layer2)
    let kept = Array(other.activation(at: .layer2).buffer)
    for index in 0..<other.input.count { other.input.pointer[index] = .nan }
    _ = other.activation(at: .layer2).buffer.update(fromContentsOf: kept)
    other.forward(phase: .training, step: 0, above: .layer2)
    fill(other.dLogits, "dy0")
    other.backward()
    for (a, b) in zip(model.parameters, other.parameters) {
      #expect(a.gradient?.array == b.gradient?.array, "\(a.name)")
    }
  }

  @Test("may be others at the next step")
  func changes() throws {
    let model = try classifier(.init(architecture: .resnet18))
    train(model, optimizer(model, above: nil), freezing: nil)
    let trunk = model.tensors(within: .layer4).map(\.value.array)
    let head = model.tensors(above: .layer4).map(\.value.array)
    train(model, optimizer(model, above: .layer4), freezing: .layer4, step: 1)
    #expect(model.tensors(within: .layer4).map(\.value.array) == trunk)
    #expect(model.tensors(above: .layer4).map(\.value.array) != head)
    train(model, optimizer(model, above: .stem), freezing: .stem, step: 2)
    #expect(model.tensors(within: .layer4).map(\.value.array) != trunk)
  }

  @Test("let an optimiser be without the frozen weights")
  func optimisers() throws {
    let model = try classifier(.init(architecture: .resnet18))
    let names = optimizer(model, above: .layer4).state.tensors.map(\.name)
    #expect(names == ["momentum.fc.weight", "momentum.fc.bias"])
    #expect(
      optimizer(model, above: nil).state.tensors.count == model.parameters.count)
  }
}
