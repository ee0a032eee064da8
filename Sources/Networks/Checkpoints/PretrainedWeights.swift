import Foundation
import Weights

/// Weights from a file, fitted to a network by torchvision's names (timm's are the same).
///
/// The trunk must fit name by name and shape by shape. A head that does not is left out, and said
/// so: another data set has other classes. `num_batches_tracked` is not needed. Prefixes that all
/// names share because a model was wrapped (`module.`) are taken off.
public struct PretrainedWeights: Sendable {
  private let file: WeightFile
  /// By name without prefixes and without counters.
  private let tensors: [String: StoredTensor]
  /// SHA-256 of the whole file.
  public let digest: String

  /// What wrapping a model puts before all its names: DataParallel, `torch.compile`, Lightning, …
  private static let prefixes = ["module.", "_orig_mod.", "model.", "backbone.", "net."]

  /// Opens a file and checks it in itself.
  ///
  /// - Throws: `WeightError` where its content is at fault, `FileError` where the system is.
  public init(path: String) throws { self.init(try WeightFile(path: path)) }

  /// Opens the file of a recipe.
  ///
  /// - Throws: as ``init(path:)``, and `WeightError` where the file is not the one that the recipe
  ///   was made for.
  public init(_ source: WeightSource) throws {
    self.init(try WeightFile(path: source.path))
    guard digest == source.digest else {
      throw WeightError(
        source.path,
        reason: "its SHA-256 is \(digest.prefix(16))…, but the run was planned with "
          + "\(source.digest.prefix(16))…: the file was changed since",
        advice: "put the old file back, or start the sweep again")
    }
  }

  /// The tensors of a file that is open.
  public init(_ file: WeightFile) {
    self.file = file
    digest = file.digest()
    var names = file.tensors.map(\.name)
    while let prefix = Self.prefixes.first(where: { prefix in
      names.allSatisfy { $0.hasPrefix(prefix) && $0.count > prefix.count }
    }), !names.isEmpty {
      names = names.map { String($0.dropFirst(prefix.count)) }
    }
    tensors = Dictionary(
      zip(names, file.tensors).filter { !$0.0.hasSuffix("num_batches_tracked") },
      uniquingKeysWith: { first, _ in first })
  }

  /// Checks that the trunk of a network could start from here, without building it.
  ///
  /// - Throws: `WeightError` with all names and shapes that do not fit.
  public func checkTrunk(of configuration: ModelConfiguration) throws(WeightError) {
    try check(trunk: ResNet.trunkShapes(configuration), of: configuration)
  }

  /// One line on what the file holds, such as `122 tensors, head of 1000 classes`.
  public var summary: String {
    let head = file.wrapper.map { " under '\($0)'" } ?? ""
    return "\(tensors.count) tensors\(head), \(headText)"
  }

  /// Sets the parameters and running statistics of a network.
  ///
  /// - Parameters:
  ///   - model: a network whose trunk has the file's names and shapes.
  ///   - names: the classes in order. A head for other classes is not taken, even if there are as
  ///     many; a file tells its classes only where ``WeightExport`` or a like wrote it.
  /// - Returns: what is worth noting of the run, such as a head that was replaced.
  /// - Throws: `WeightError` where the trunk does not fit or elements are not finite.
  public func load(
    into model: ImageClassifier, classes names: [String]
  ) throws(WeightError) -> [String] {
    let all = model.parameters + model.buffers
    let head = all.filter { $0.part == .head }
    let isText = TextEncoderLayer.owns
    let trunk = all.filter { $0.part == .trunk && !isText($0) }
    try check(
      trunk: Dictionary(uniqueKeysWithValues: trunk.map { ($0.name, $0.shape) }), of: nil)
    let obstacle = headObstacle(head, classes: names)
    for parameter in obstacle == nil ? trunk + head : trunk {
      parameter.setTorchValues(try values(of: parameter.name))
    }
    let start = "weights: starts from \(origin)\(file.path) (SHA-256 \(digest.prefix(12))…)"
    let text = all.contains(where: isText) ? ["weights: the text's encoder starts anew"] : []
    guard let obstacle else { return [start + ", head included"] + text }
    return [start, "weights: the head was replaced and starts anew: \(obstacle)"] + text
  }

  /// The run that the file is of, where it says so.
  private var origin: String {
    let facts = file.metadata
    guard let run = facts["run_name"] else { return "" }
    let hash = facts["run_hash"].map { "fingerprint \($0.prefix(12))" }
    let strategy = facts["strategy"].map { "strategy \($0)" }
    let seed = facts["seed"].map { "seed \($0)" }
    let known = [hash, strategy, seed].compactMap(\.self).joined(separator: ", ")
    return "run \(run)\(known.isEmpty ? "" : " (\(known))"): "
  }

  /// The elements of a tensor, checked to be finite and, of variances, not negative.
  private func values(of name: String) throws(WeightError) -> [Float] {
    let values = tensors[name]?.floats() ?? []
    guard values.allSatisfy(\.isFinite) else {
      throw WeightError(
        file.path, reason: "tensor '\(name)' holds numbers that are not finite",
        advice: "take a checkpoint from before the training diverged")
    }
    guard !name.hasSuffix("running_var") || values.allSatisfy({ $0 >= 0 }) else {
      throw WeightError(file.path, reason: "tensor '\(name)' holds negative variances")
    }
    return values
  }

  // MARK: Fitting

  private static func isHead(_ name: String) -> Bool { name.hasPrefix("fc.") }

  private var headText: String {
    let weight = tensors["fc.weight"]
    if let weight, weight.shape.count == 2 { return "head of \(weight.shape[0]) classes" }
    return tensors.keys.contains(where: Self.isHead) ? "a head of several layers" : "no head"
  }

  /// Why the file's head cannot be taken; `nil` where it can.
  private func headObstacle(_ head: [Parameter], classes names: [String]) -> String? {
    let stored = tensors.keys.filter(Self.isHead)
    if stored.isEmpty { return "the file has none" }
    let fits =
      stored.count == head.count
      && head.allSatisfy {
        tensors[$0.name]?.shape == $0.shape && tensors[$0.name]?.type.isFloating == true
      }
    guard fits else {
      let expected = head.filter { $0.kind == .weight }.map { "\($0.name) \($0.shape)" }
      let weights = tensors.filter { Self.isHead($0.key) && $0.value.shape.count > 1 }
      let received = weights.sorted { $0.key < $1.key }.prefix(8).map { "\($0) \($1.shape)" }
      return "the file has \(received.joined(separator: ", ")), "
        + "this run \(expected.joined(separator: ", "))"
    }
    guard let text = file.metadata[WeightExport.classesKey],
      let classes = try? JSONDecoder().decode([String].self, from: Data(text.utf8))
    else { return nil }
    return classes == names ? nil : "the file's classes are others, or in another order"
  }

  /// Compares all names and shapes at once.
  private func check(
    trunk expected: [String: [Int]], of configuration: ModelConfiguration?
  ) throws(WeightError) {
    let found = tensors.filter { !Self.isHead($0.key) }
    let missing = expected.keys.filter { found[$0] == nil }.sorted()
    let unexpected = found.keys.filter { expected[$0] == nil }.sorted()
    let misshapen = expected.keys.sorted().compactMap { name -> String? in
      guard let tensor = found[name], let shape = expected[name] else { return nil }
      if tensor.shape != shape { return "\(name) \(tensor.shape), expected \(shape)" }
      return tensor.type.isFloating ? nil : "\(name) of type \(tensor.type.torchName)"
    }
    let groups = [
      ("missing", missing), ("unexpected", unexpected), ("of the wrong shape or type", misshapen),
    ]
    let complaints = groups.filter { !$0.1.isEmpty }.map { title, names in
      let more = names.count > 20 ? " and \(names.count - 20) more" : ""
      return "\(names.count) \(title) (\(names.prefix(20).joined(separator: ", "))\(more))"
    }
    guard !complaints.isEmpty else { return }
    let network = configuration.map {
      "\($0.architecture.rawValue) with the \($0.stem.rawValue) stem"
    }
    throw WeightError(
      file.path,
      reason: "its tensors do not fit \(network ?? "the network"): "
        + complaints.joined(separator: "; "), advice: advice)
  }

  /// What the file looks like.
  private var advice: String {
    guard let stem = tensors["conv1.weight"], stem.shape.count == 4,
      tensors["layer1.0.conv1.weight"] != nil
    else { return "weights of torchvision's or timm's ResNets are read" }
    func blocks(_ stage: Int) -> Int {
      (0..<64).first { tensors["layer\(stage).\($0).conv1.weight"] == nil } ?? 64
    }
    let isBottleneck = tensors["layer1.0.conv3.weight"] != nil
    let architecture: ModelConfiguration.Architecture? =
      switch (tensors["layer4.0.conv1.weight"] != nil, isBottleneck, blocks(3)) {
      case (true, false, 2): .resnet18
      case (true, false, 6): .resnet34
      case (true, true, 6): .resnet50
      case (true, true, 23): .resnet101
      case (false, false, 3): .cifarResnet20
      case (false, false, 5): .cifarResnet32
      default: nil
      }
    guard let architecture else { return "it is a ResNet that this program does not build" }
    let kind = stem.shape[2] == 7 ? ModelConfiguration.Stem.imagenet : .small
    return "the file looks like architecture \(architecture.rawValue) with stem \(kind.rawValue), "
      + "\(stem.shape[0]) channels wide"
  }
}

extension ResNet {
  /// Names and shapes of the trunk's tensors, running statistics among them.
  ///
  /// Read off a network of a sixteenth of the width: every channel count is a multiple of sixteen
  /// but the image's three, and the narrow network takes no memory worth mentioning.
  static func trunkShapes(_ configuration: ModelConfiguration) -> [String: [Int]] {
    let parameters = ResNet(configuration, divisor: 16).trunk.flatMap(\.parameters)
    return Dictionary(
      uniqueKeysWithValues: parameters.map { parameter in
        var shape = parameter.shape
        shape[0] *= 16
        if shape.count == 4, parameter.name != "conv1.weight" { shape[1] *= 16 }
        return (parameter.name, shape)
      })
  }
}
