/// The last layer of a network: z = W · h + b.
public struct LinearClassifier: Hashable, Sendable {
  /// classes × features
  public var weights: [Float]
  /// One a class.
  public var bias: [Float]

  /// A layer with all its parts.
  ///
  /// - Precondition: the weights are as many rows as there are biases.
  public init(weights: [Float], bias: [Float]) {
    precondition(!bias.isEmpty && weights.count % bias.count == 0, "rows of one length")
    (self.weights, self.bias) = (weights, bias)
  }

  /// How many numbers it reads.
  public var features: Int { weights.count / bias.count }

  /// The logits of one example.
  public func logits(of features: [Float]) -> [Double] {
    bias.indices.map { label in
      let row = weights[label * features.count..<(label + 1) * features.count]
      return Double(bias[label]) + zip(row, features).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
  }

  /// √Σ w² of a class's row.
  func norm(_ label: Int) -> Double {
    weights[label * features..<(label + 1) * features]
      .reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
  }
}

/// A change of a trained classifier: what a post-hoc method does instead of training.
///
/// The changed classifier is linear again, so that the weights that are stored need nothing else.
public protocol ClassifierChange: Sendable {
  /// Values of its parameter, rising: chosen from on validation where there are several.
  var candidates: [Double] { get }
  /// What the parameter is called; `nil` where there is none.
  var parameter: String? { get }
  /// Whether it reads the mean features of classes.
  var readsClassMeans: Bool { get }
  /// The classifier at a value of the parameter.
  ///
  /// - Parameter means: the mean features of each class over its training images; `nil` for a class
  ///   without any. Empty where not asked for.
  func changed(
    _ classifier: LinearClassifier, at value: Double, means: [[Double]?]
  ) -> LinearClassifier
}

extension ClassifierChange {
  /// No.
  public var readsClassMeans: Bool { false }
}

/// The usual τ: 0, 0.1, … 2.
let tauGrid = (0...20).map { Double($0) / 10 }
