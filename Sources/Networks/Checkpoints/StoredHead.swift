import Foundation
import Kernels
import Weights

/// What a file of weights holds of a classifier, without its numbers.
public struct StoredHead: Hashable, Sendable {
  /// Name → shape of its tensors.
  let shapes: [String: [Int]]
  /// Which class each row is, where the file says so.
  public let classes: [String]?

  /// Rows of the last layer; `nil` where there is no head, or one of another form.
  public var rows: Int? { shapes[lastWeight].flatMap { $0.count == 2 ? $0[0] : nil } }

  /// The weight of the last layer: `fc.weight`, or of several layers that with the largest number.
  private var lastWeight: String {
    shapes.keys.filter { $0.hasSuffix(".weight") }.max { Self.number($0) < Self.number($1) }
      ?? "fc.weight"
  }

  private static func number(_ name: String) -> Int {
    name.split(separator: ".").dropFirst().first.flatMap { Int($0) } ?? -1
  }

  /// Whether these are the tensors that a network has for its classifier.
  public func fits(_ configuration: ModelConfiguration, classes: Int) -> Bool {
    // Where texts stand beside the image or in its place, the classifier reads their numbers too.
    guard configuration.text == nil || configuration.text?.variant == .fallback else {
      return false
    }
    let width = ResNet(configuration, divisor: 16).features * 16
    let head = ResNet.head(configuration, features: width, classes: classes)
    let expected = head.flatMap(\.parameters).map { ($0.name, $0.shape) }
    return Dictionary(expected, uniquingKeysWith: { $1 }) == shapes
  }

  /// What a recipe that says nothing of the head stands for, where that is not what such a recipe
  /// stood for once: then a head of the right shape was taken with its rows in their own order.
  ///
  /// - Parameter names: the data's classes, in its order.
  /// - Returns: `nil` where nothing has to be said.
  public func choice(
    for configuration: ModelConfiguration, classes names: [String]
  ) -> HeadChoice? {
    guard classes != names, fits(configuration, classes: names.count) else { return nil }
    guard let classes else { return .drop }
    return classes.sorted() == names.sorted() ? .classes(classes) : nil
  }

  /// Why a choice cannot be followed; `nil` where it can.
  public func obstacle(
    to choice: HeadChoice, for configuration: ModelConfiguration, classes names: [String]
  ) -> String? {
    if choice == .drop { return nil }
    guard fits(configuration, classes: names.count) else {
      return "model.weights.head: the file's head has other tensors than this network's: it has "
        + "\(text), and the data has \(names.count) classes; write head: drop"
    }
    guard case .classes(let listed) = choice, listed.sorted() != names.sorted() else { return nil }
    let missing = names.filter { !listed.contains($0) }
    let unknown = listed.filter { !names.contains($0) }
    return "model.weights.head: the listed classes are not the data's: "
      + [("missing", missing), ("unknown", unknown)].filter { !$0.1.isEmpty }.map {
        "\($0) \($1.prefix(8).map { "'\($0)'" }.joined(separator: ", "))"
      }.joined(separator: "; ")
  }

  private var text: String {
    let weights = shapes.filter { $0.value.count > 1 }.sorted { $0.key < $1.key }
    return weights.isEmpty
      ? "none" : weights.prefix(8).map { "\($0) \($1)" }.joined(separator: ", ")
  }

  /// The row of the file for each class of the data.
  ///
  /// - Precondition: both lists have the same names.
  static func order(of names: [String], in listed: [String]) -> [Int] {
    let places = Dictionary(
      listed.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    return names.map { name in
      guard let place = places[name] else { preconditionFailure("no row of \(name)") }
      return place
    }
  }
}

extension PretrainedWeights {
  /// What the file holds of a classifier.
  public var head: StoredHead {
    StoredHead(shapes: headShapes, classes: storedClasses)
  }
}
