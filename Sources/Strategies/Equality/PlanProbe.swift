import Datasets

/// Tells whether two plans train the same on given classes, by what they do and not by what they are
/// called.
///
/// Losses are evaluated on seeded batches and compared in value and gradient, divided as they are in
/// training; orders of draws are drawn and compared; changes of a finished run are made on random
/// classifiers. What a probe cannot settle, because it is random or looks at what was learned, is
/// called the same only where every stored value is: two plans that are called equal train alike up
/// to the rounding of single precision, and plans that are not may still be.
public struct PlanProbe: Sendable {
  /// The classes' training images.
  public let census: ClassCensus
  let split: TrainingSplit
  /// Images a step.
  let batch: Int
  /// Whether there are validation images, without which samplers never hear of recalls.
  let hasValidation: Bool
  /// The experiment's label smoothing.
  let smoothing: Double

  /// A probe for one data set and batch.
  ///
  /// - Precondition: `census` counts `split`.
  public init(
    census: ClassCensus, split: TrainingSplit, batch: Int, hasValidation: Bool,
    smoothing: Double = 0
  ) {
    (self.census, self.split, self.batch) = (census, split, batch)
    (self.hasValidation, self.smoothing) = (hasValidation, smoothing)
  }

  /// Whether both plans train the same.
  public func areEqual(_ a: TrainingPlan, _ b: TrainingPlan) -> Bool {
    a.head == b.head && a.phases.count == b.phases.count
      && zip(a.phases, b.phases).allSatisfy { areEqual($0, $1) }
      && areEqual(a.change, b.change)
  }

  private func areEqual(_ a: TrainingPlan.Phase, _ b: TrainingPlan.Phase) -> Bool {
    abs(a.share - b.share) < 1e-12 && a.trains == b.trains
      && a.startsHeadAnew == b.startsHeadAnew && a.restartedPeak == b.restartedPeak
      && changesAlike(a.augmentation, b.augmentation) && mixesAlike(a.mixing, b.mixing)
      && drawAlike(a.sampler, b.sampler)
      && areEqual(a.loss, b.loss, mixed: a.mixing.map { !$0.changesNothing } ?? false)
  }

  private func changesAlike(_ a: (any Augmentation)?, _ b: (any Augmentation)?) -> Bool {
    let (a, b) = (
      a.flatMap { $0.changesNothing ? nil : $0 }, b.flatMap { $0.changesNothing ? nil : $0 }
    )
    guard let a, let b else { return a == nil && b == nil }
    return StructuralDigest.areEqual(a, b)
  }

  private func mixesAlike(_ a: (any BatchMixing)?, _ b: (any BatchMixing)?) -> Bool {
    let (a, b) = (
      a.flatMap { $0.changesNothing ? nil : $0 }, b.flatMap { $0.changesNothing ? nil : $0 }
    )
    guard let a, let b else { return a == nil && b == nil }
    return StructuralDigest.areEqual(a, b)
  }

  // MARK: Class weights that only a constant tells apart

  /// Whether the plans' class weights differ by a constant that the division by the batch's weights
  /// cancels: divided by the batch's images they would differ.
  public func isConstantCancelled(_ a: TrainingPlan, _ b: TrainingPlan) -> Bool {
    zip(a.phases, b.phases).contains { a, b in
      guard a.loss.reduction == .meanOverWeights, b.loss.reduction == .meanOverWeights,
        let first = a.loss.classWeights, let second = b.loss.classWeights,
        let place = first.firstIndex(where: { $0 > 0 }), second[place] > 0
      else { return false }
      let factor = first[place] / second[place]
      return abs(factor - 1) > 1e-9
        && zip(first, second).allSatisfy { abs($0 - factor * $1) <= 1e-9 * abs($0) }
    }
  }
}
