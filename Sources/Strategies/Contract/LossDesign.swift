import Datasets

/// A strategy that fills the loss with another function than weighted cross-entropy. An author
/// writes `loss(for:)`.
public protocol LossDesign: Strategy {
  /// Weights of the examples' classes besides; `nil` for none.
  var classWeights: WeightingChoice? { get }
  /// The loss in this setting.
  ///
  /// - Throws: ``InvalidParameter`` where a parameter cannot be used, or not with classes of these
  ///   sizes.
  func loss(for setting: LossSetting) throws(InvalidParameter) -> any ClassificationLoss
  /// The losses of a run, one after the other, with their shares of it.
  ///
  /// - Throws: ``InvalidParameter`` where a parameter cannot be used, or not with classes of these
  ///   sizes.
  func losses(for setting: LossSetting) throws(InvalidParameter) -> [LossStretch]
  /// The head that the loss is defined for; `nil` where any will do.
  func head(for census: ClassCensus) -> HeadRequirement?
}

/// A loss and the share of a run that it is used for.
public struct LossStretch: Sendable {
  /// Of the run, above 0; the shares of all stretches sum to 1.
  public var share: Double
  /// The loss meanwhile.
  public var loss: any ClassificationLoss

  /// A stretch with both its parts.
  public init(share: Double, loss: any ClassificationLoss) {
    (self.share, self.loss) = (share, loss)
  }
}

/// What a loss is made for: the classes' sizes, how often each is drawn, and its weights.
public struct LossSetting: Sendable {
  /// The classes' training images.
  public let census: ClassCensus
  /// Expected share of the draws on each class: the prior that a logit adjustment must use. With a
  /// class-balanced sampler it is uniform, and log n_c would compensate twice.
  public let sampledMass: [Double]
  /// `nil` where all are 1; 0 for classes without images.
  public let classWeights: [Double]?
  /// What a batch's loss is divided by.
  public let reduction: LossReduction

  /// A setting; draws are those of ordinary training where not said. Classes without images get
  /// weight 0, so that no target can ask for a class that is masked out.
  public init(
    census: ClassCensus, sampledMass: [Double]? = nil, classWeights: [Double]? = nil,
    reduction: LossReduction = .meanOverExamples
  ) {
    self.census = census
    self.sampledMass = sampledMass ?? EveryExampleOnce().classMass(for: census)
    let isComplete = !census.counts.contains(0)
    self.classWeights =
      classWeights ?? (isComplete ? nil : census.counts.map { $0 > 0 ? 1 : 0 })
    self.reduction = reduction
  }

  /// `scale` · log m_c; −∞ for classes that are never drawn.
  public func logPrior(times scale: Double = 1) -> [Double] {
    sampledMass.map { $0 > 0 ? scale * naturalLogarithm($0) : -.infinity }
  }

  /// `map` of each class with images; `otherwise` for the others.
  func perClass(otherwise: Double, _ map: (_ count: Double) -> Double) -> [Double] {
    census.counts.map { $0 > 0 ? map(Double($0)) : otherwise }
  }

  /// Images of the largest class, and of the smallest that has any.
  var extremes: (most: Double, least: Double) {
    let present = census.counts.filter { $0 > 0 }
    return (Double(present.max() ?? 1), Double(present.min() ?? 1))
  }
}

extension LossDesign {
  /// One loss for the whole run.
  ///
  /// - Throws: what `loss(for:)` throws.
  public func losses(for setting: LossSetting) throws(InvalidParameter) -> [LossStretch] {
    [LossStretch(share: 1, loss: try loss(for: setting))]
  }

  /// Any.
  public func head(for census: ClassCensus) -> HeadRequirement? { nil }

  /// Phases with the loss, and what a reader should know.
  ///
  /// - Throws: what `losses(for:)` throws.
  public func plan(for census: ClassCensus) throws(InvalidParameter) -> TrainingPlan {
    let weighting = classWeights?.weighting
    let setting = LossSetting(
      census: census, classWeights: weighting?.weights(for: census),
      reduction: weighting?.reduction ?? .meanOverExamples)
    let phases = try losses(for: setting).map {
      TrainingPlan.Phase(share: $0.share, loss: $0.loss)
    }
    return TrainingPlan(
      phases: phases, head: head(for: census),
      notes: census.emptyClassNotes + (phases.last?.compensationNotes(for: census) ?? []))
  }
}

extension ClassCensus {
  /// A note that names the classes without images, if there are any.
  var emptyClassNotes: [String] {
    let empty = zip(names, counts).filter { $0.1 == 0 }.map { $0.0 }
    guard !empty.isEmpty else { return [] }
    return ["without training images and therefore of weight 0: \(empty.joined(separator: ", "))"]
  }
}

extension StrategyParameter {
  static let classWeights = StrategyParameter.unset(
    "class_weights", range: "a strategy with class weights: its name, or a mapping with a name",
    "Weights of the examples besides, such as effective-number-weights; none where not set.")
}
