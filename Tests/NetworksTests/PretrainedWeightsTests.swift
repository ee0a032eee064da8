import Foundation
import Kernels
import Networks
import Tensors
import TestSupport
import Testing
import Weights

@Suite("Pretrained weights") struct PretrainedWeightsTests {
  /// What `Tests/References/weights_fixtures.py` found in PyTorch.
  private struct Expected: Decodable {
    struct Case: Decodable {
      let architecture: String
      let logits: [Double]
    }
    let read: [Case]
    let exported: [Double]?
  }

  private static let classes = (0..<7).map { "class \($0)" }

  /// A network of a thirty-second of the usual width, for two images of 40×48.
  private func model(
    _ architecture: ModelConfiguration.Architecture, stem: ModelConfiguration.Stem = .imagenet,
    classes: Int = 7, hidden: [Int] = [], divisor: Int = 32
  ) throws -> ImageClassifier {
    try ImageClassifier(
      ModelConfiguration(architecture: architecture, stem: stem, hidden: hidden), classes: classes,
      input: Shape(n: 2, h: 40, w: 48, c: 3), seed: 3, pool: ThreadPool(threads: 2),
      divisor: divisor)
  }

  private func logits(_ model: ImageClassifier) -> [Float] {
    for (index, value) in Golden.stream("weights/x", count: model.input.count).enumerated() {
      model.input.pointer[index] = value
    }
    model.forward(phase: .evaluation, step: 0)
    return Array(UnsafeBufferPointer(start: model.logits.pointer, count: model.logits.count))
  }

  private func error(_ actual: [Float], _ expected: [Double]) -> Double {
    let distance = zip(actual, expected).reduce(0) {
      $0 + (Double($1.0) - $1.1) * (Double($1.0) - $1.1)
    }
    return (distance / expected.reduce(0) { $0 + $1 * $1 }).squareRoot()
  }

  @Test(arguments: [("resnet18", "resnet18.pth"), ("resnet50", "resnet50.safetensors")])
  func `PyTorch's weights give PyTorch's logits`(_ name: String, _ file: String) throws {
    let expected = try fixture("weights.json", as: Expected.self)
    let golden = try #require(expected.read.first { $0.architecture == name })
    let model = try model(try #require(.init(rawValue: name)))
    let untrained = logits(model)
    let weights = try PretrainedWeights(path: fixture(file).path)
    let notes = try weights.load(into: model, classes: Self.classes, head: .keep)
    #expect(notes.count == 1 && notes[0].contains("head included, in the data's order"))
    let found = logits(model)
    #expect(found.count == golden.logits.count)
    #expect(error(found, golden.logits) < 1e-5, "\(error(found, golden.logits))")
    #expect(error(untrained, golden.logits) > 0.1)
  }

  @Test func `a head of another size keeps its own initial weights, and this is said`() throws {
    let model = try model(.resnet18, classes: 4)
    let head = model.parameters.filter { $0.part == .head }.map { $0.torchValues() }
    let weights = try PretrainedWeights(path: fixture("resnet18.pth").path)
    let notes = try weights.load(into: model, classes: ["a", "b", "c", "d"])
    #expect(notes.count == 2 && notes[1].contains("the head was replaced"))
    #expect(notes[1].contains("fc.weight [7, 16], this run fc.weight [4, 16]"), "\(notes)")
    #expect(model.parameters.filter { $0.part == .head }.map { $0.torchValues() } == head)
    let file = try WeightFile(path: fixture("resnet18.pth").path)
    for parameter in model.parameters + model.buffers where parameter.part == .trunk {
      #expect(parameter.torchValues() == file[parameter.name]?.floats(), "\(parameter.name)")
    }
    let deep = try self.model(.resnet18, hidden: [5])
    #expect(try weights.load(into: deep, classes: Self.classes)[1].contains("fc.0.weight [5, 16]"))
    #expect(weights.summary == "102 tensors, head of 7 classes")
  }

  @Test func `missing, unexpected and misshapen names are one error that lists them`() throws {
    let weights = try PretrainedWeights(path: fixture("resnet18.pth").path)
    let deeper = #expect(throws: WeightError.self) {
      try weights.load(into: try model(.resnet34), classes: Self.classes)
    }
    let reason = try #require(deeper?.reason)
    #expect(
      reason.contains("80 missing (layer1.2.bn1.bias, layer1.2.bn1.running_mean,"), "\(reason)")
    #expect(reason.contains("and 60 more") && !reason.contains("unexpected"))
    #expect(deeper?.advice.contains("looks like architecture resnet18 with stem imagenet") == true)
    let wider = #expect(throws: WeightError.self) {
      try weights.load(into: try model(.resnet18, divisor: 16), classes: Self.classes)
    }
    #expect(wider?.reason.contains("bn1.bias [2], expected [4]") == true)
    let small = #expect(throws: WeightError.self) {
      try weights.load(into: try model(.resnet18, stem: .small), classes: Self.classes)
    }
    #expect(
      small?.reason == "its tensors do not fit the network: 1 of the wrong shape or type "
        + "(conv1.weight [2, 3, 7, 7], expected [2, 3, 3, 3])")
    let cifar = #expect(throws: WeightError.self) {
      try weights.load(into: try model(.cifarResnet20, divisor: 8), classes: Self.classes)
    }
    #expect(cifar?.reason.contains("unexpected (layer2.0.downsample.0.weight") == true)
  }

  @Test(arguments: ModelConfiguration.Architecture.allCases)
  func `the trunk's names and shapes are known without building it`(
    _ architecture: ModelConfiguration.Architecture
  ) throws {
    guard architecture != .resnet101 else { return }
    let folder = try TemporaryFolder("weights")
    let configuration = ModelConfiguration(
      architecture: architecture, stem: architecture.isCIFAR ? .small : .imagenet)
    let whole = try ImageClassifier(
      configuration, classes: 3, input: Shape(n: 2, h: 32, w: 32, c: 3), seed: 1,
      pool: ThreadPool(threads: 1), divisor: 1)
    let path = folder.path(of: "whole.safetensors")
    try WeightExport.write(whole.torchTensors(), batches: 5, metadata: [:], to: path)
    let weights = try PretrainedWeights(path: path)
    try weights.checkTrunk(of: configuration)
    #expect(throws: WeightError.self) {
      try weights.checkTrunk(
        of: ModelConfiguration(architecture: architecture == .resnet50 ? .resnet34 : .resnet50))
    }
  }

  @Test func `numbers that cannot be computed with are refused by the tensor's name`() throws {
    let folder = try TemporaryFolder("weights")
    for (name, value) in [("layer2.0.conv1.weight", Float.nan), ("bn1.running_var", -1)] {
      let model = try model(.resnet18)
      let tensors = model.torchTensors().map { tensor -> NamedTensor in
        guard tensor.name == name else { return tensor }
        return NamedTensor(
          name: name, shape: tensor.shape, values: [value] + tensor.values.dropFirst())
      }
      let path = folder.path(of: "bad.safetensors")
      try WeightExport.write(tensors, batches: 0, metadata: [:], to: path)
      let error = #expect(throws: WeightError.self) {
        try PretrainedWeights(path: path).load(into: model, classes: Self.classes)
      }
      #expect(error?.reason.contains("'\(name)'") == true)
    }
  }

  @Test func `a file that changed since the plan is refused`() throws {
    let path = fixture("resnet18.pth").path
    let digest = try PretrainedWeights(path: path).digest
    _ = try PretrainedWeights(WeightSource(path: path, digest: digest))
    let error = #expect(throws: WeightError.self) {
      try PretrainedWeights(WeightSource(path: path, digest: String(digest.reversed())))
    }
    #expect(error?.reason.contains("the file was changed since") == true)
  }

  /// `exported.safetensors` is what this program writes; the script loaded it in PyTorch, name by
  /// name and strictly, and wrote down what logits it has there.
  @Test func `what is exported gives the same logits in PyTorch`() throws {
    let folder = try TemporaryFolder("weights")
    let model = try model(.resnet18, classes: 4)
    for buffer in model.buffers {
      let isVariance = buffer.name.hasSuffix("var")
      buffer.setTorchValues(
        Golden.stream("export/" + buffer.name, count: buffer.count).map {
          isVariance ? 1 + $0 / 2 : $0 / 4
        })
    }
    let path = folder.path(of: "exported.safetensors")
    try WeightExport.write(
      model.torchTensors(), batches: 12,
      metadata: ["architecture": "resnet18", WeightExport.classesKey: #"["a","b","c","d"]"#],
      to: path)
    let written = try Data(contentsOf: URL(fileURLWithPath: path))
    if ProcessInfo.processInfo.environment["COUNTERPOISE_RECORD"] == "1" {
      try written.write(to: fixture("exported.safetensors"))
      Issue.record("recorded; now run Tests/References/weights_fixtures.py")
    }
    #expect(try written == Data(contentsOf: fixture("exported.safetensors")))
    let expected = try #require(try fixture("weights.json", as: Expected.self).exported)
    let found = logits(model)
    #expect(found.count == expected.count && error(found, expected) < 1e-5)
    #expect(try WeightFile(path: path)["bn1.num_batches_tracked"]?.integers() == [12])
  }
}
