import Datasets

/// How class weights are scaled. Recorded with every run: with a loss that is divided by the
/// number of examples it changes the learning rate; divided by the weights it cancels.
public enum WeightNormalization: String, Codable, CaseIterable, Sendable {
  /// As the formula gives them.
  case none
  /// Σ_c w_c = C over the C classes with images.
  case meanOverClasses = "mean_over_classes"
  /// Σ_c m_c w_c = 1, where m_c is the share of the draws that fall on class c: the mean weight of
  /// the examples a run sees is 1. Without a sampler m_c is the share of the training images.
  case meanOverExamples = "mean_over_examples"
}

/// A strategy that fills the loss with class weights. An author writes `weight(of:in:)`.
public protocol LossWeighting: Strategy {
  /// How the weights are scaled.
  var normalization: WeightNormalization { get }
  /// What a batch's loss is divided by.
  var reduction: LossReduction { get }
  /// The weight, up to scale, of a class with `count` training images; `count` is at least 1.
  func weight(of count: Int, in census: ClassCensus) -> Double
}

extension LossWeighting {
  /// Nothing to check.
  ///
  /// - Throws: nothing.
  public func validate() throws(InvalidParameter) {}

  /// The normalised weights; 0 for classes without images.
  ///
  /// - Parameters:
  ///   - exponent: Weights are raised to it first; ½ halves what they compensate.
  ///   - sampledMass: Expected share of the draws on each class; the classes' shares of the
  ///     training images where `nil`.
  public func weights(
    for census: ClassCensus, exponent: Double = 1, sampledMass: [Double]? = nil
  ) -> [Double] {
    let raw = census.counts.map { $0 > 0 ? power(weight(of: $0, in: census), exponent) : 0 }
    let mean: Double
    switch normalization {
    case .none: mean = 1
    case .meanOverClasses:
      mean = raw.reduce(0, +) / Double(max(census.counts.count { $0 > 0 }, 1))
    case .meanOverExamples:
      let mass = sampledMass ?? EveryExampleOnce().classMass(for: census)
      mean = zip(mass, raw).reduce(0) { $0 + $1.0 * $1.1 }
    }
    return mean > 0 ? raw.map { $0 / mean } : raw
  }

  /// Weighted cross-entropy; the parameters as for `weights`.
  public func loss(
    for census: ClassCensus, exponent: Double = 1, sampledMass: [Double]? = nil
  ) -> any ClassificationLoss {
    CrossEntropy(
      classWeights: weights(for: census, exponent: exponent, sampledMass: sampledMass),
      reduction: reduction)
  }

  /// One phase with the weighted loss; a note on classes without images.
  ///
  /// - Throws: nothing.
  public func plan(for census: ClassCensus) throws(InvalidParameter) -> TrainingPlan {
    let phase = TrainingPlan.Phase(loss: loss(for: census))
    return TrainingPlan(
      phases: [phase], notes: census.emptyClassNotes + phase.compensationNotes(for: census))
  }
}

extension StrategyParameter {
  static func normalization(default value: WeightNormalization) -> StrategyParameter {
    StrategyParameter(
      "normalization", default: value.rawValue,
      range: "none, mean_over_classes or mean_over_examples",
      "How weights are scaled: not at all, to a mean of 1 over classes, or to a mean of 1 over "
        + "the images drawn.")
  }

  static let reduction = StrategyParameter(
    "reduction", default: LossReduction.meanOverWeights.rawValue,
    range: "mean_over_examples or mean_over_weights",
    "What a batch's loss is divided by: its images, or the sum of their weights (as PyTorch does).")
}
