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
  ///   - names: the classes in order.
  ///   - choice: what becomes of the file's head; where `nil`, it is taken, its rows put in order by
  ///     their names, if the file tells its classes (``WeightExport`` does) and they are these.
  /// - Returns: what is worth noting of the run, such as a head that was replaced.
  /// - Throws: `WeightError` where the trunk does not fit, elements are not finite, or the choice
  ///   cannot be followed.
  public func load(
    into model: ImageClassifier, classes names: [String], head choice: HeadChoice? = nil
  ) throws(WeightError) -> [String] {
    let all = model.parameters + model.buffers
    let head = all.filter { $0.part == .head }
    let isText = TextEncoderLayer.owns
    let trunk = all.filter { $0.part == .trunk && !isText($0) }
    try check(
      trunk: Dictionary(uniqueKeysWithValues: trunk.map { ($0.name, $0.shape) }), of: nil)
    let use = try use(of: head, classes: names, choice)
    for parameter in trunk { parameter.setTorchValues(try values(of: parameter.name)) }
    if let order = use.rows { try setHead(head, last: model.classifier, order) }
    let start = "weights: starts from \(origin)\(file.path) (SHA-256 \(digest.prefix(12))…)"
    let text = all.contains(where: isText) ? ["weights: the text's encoder starts anew"] : []
    guard use.rows != nil else { return [start, use.note] + text }
    return [start + use.note] + text
  }

  /// Sets the classifier; the rows of its last layer come from these rows of the file.
  private func setHead(
    _ head: [Parameter], last: [Parameter], _ order: [Int]
  ) throws(WeightError) {
    for parameter in head {
      let values = try values(of: parameter.name)
      guard last.contains(where: { $0.name == parameter.name }) else {
        parameter.setTorchValues(values)
        continue
      }
      let width = values.count / order.count
      parameter.setTorchValues(order.flatMap { values[($0 * width)..<(($0 + 1) * width)] })
    }
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

  /// The head's tensors by name, with their shapes.
  var headShapes: [String: [Int]] {
    tensors.filter { Self.isHead($0.key) }.mapValues(\.shape)
  }

  /// Which class each row of the head is, where the file says so.
  var storedClasses: [String]? {
    file.metadata[WeightExport.classesKey].flatMap {
      try? JSONDecoder().decode([String].self, from: Data($0.utf8))
    }
  }

  /// Which rows of the file's head are taken, in the order of the classes, with what to say of it;
  /// `nil` for a head that starts anew.
  private func use(
    of head: [Parameter], classes names: [String], _ choice: HeadChoice?
  ) throws(WeightError) -> (rows: [Int]?, note: String) {
    let anew = "weights: the head was replaced and starts anew: "
    let unnamed = "the file does not say which class each of its \(names.count) rows is"
    if choice == .drop {
      let isUnnamed = storedClasses == nil && headObstacle(head) == nil
      return (nil, anew + (isUnnamed ? "\(unnamed) (" : "(") + "model.weights.head: drop)")
    }
    if let obstacle = headObstacle(head) {
      guard choice != nil else { return (nil, anew + obstacle) }
      throw WeightError(
        file.path, reason: "its head cannot be taken as model.weights.head says: \(obstacle)",
        advice: "write head: drop")
    }
    let own = Array(names.indices)
    if choice == .keep {
      return (own, ", head included, in the data's order of classes, as model.weights.head says")
    }
    guard let listed = choice?.listed ?? storedClasses else {
      return (nil, anew + unnamed + "; model.weights.head can")
    }
    if listed == names { return (own, ", head included") }
    guard listed.sorted() == names.sorted() else {
      guard choice != nil else { return (nil, anew + "the file's classes are others") }
      throw WeightError(
        file.path, reason: "model.weights.head lists other classes than the data has",
        advice: "list the classes of the file's rows, in their order")
    }
    return (
      StoredHead.order(of: names, in: listed),
      ", head included, its rows put in the data's order of classes by their names"
    )
  }

  /// Why the file's head has no place in the network; `nil` where it has.
  private func headObstacle(_ head: [Parameter]) -> String? {
    let stored = tensors.keys.filter(Self.isHead)
    if stored.isEmpty { return "the file has none" }
    let fits =
      stored.count == head.count
      && head.allSatisfy {
        tensors[$0.name]?.shape == $0.shape && tensors[$0.name]?.type.isFloating == true
      }
    guard !fits else { return nil }
    let expected = head.filter { $0.kind == .weight }.map { "\($0.name) \($0.shape)" }
    let weights = tensors.filter { Self.isHead($0.key) && $0.value.shape.count > 1 }
    let received = weights.sorted { $0.key < $1.key }.prefix(8).map { "\($0) \($1.shape)" }
    return "the file has \(received.joined(separator: ", ")), "
      + "this run \(expected.joined(separator: ", "))"
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

extension HeadChoice {
  /// The classes of the rows, where they are listed.
  fileprivate var listed: [String]? {
    if case .classes(let names) = self { names } else { nil }
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
