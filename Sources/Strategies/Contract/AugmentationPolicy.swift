import Datasets

/// A strategy that fills the augmentation. An author writes `augmentation(for:)`.
public protocol AugmentationPolicy: Strategy {
  /// The change of training images, for classes of these sizes; `nil` where none is changed.
  ///
  /// - Throws: ``InvalidParameter`` where a parameter cannot be used, or not with classes of these
  ///   sizes.
  func augmentation(for census: ClassCensus) throws(InvalidParameter) -> (any Augmentation)?
  /// What a reader should know.
  func augmentationNotes(for census: ClassCensus) -> [String]
}

extension AugmentationPolicy {
  /// Nothing to note.
  public func augmentationNotes(for census: ClassCensus) -> [String] { [] }

  /// One phase with the augmentation.
  ///
  /// - Throws: what `augmentation(for:)` throws.
  public func plan(for census: ClassCensus) throws(InvalidParameter) -> TrainingPlan {
    TrainingPlan(
      phases: [.init(augmentation: try augmentation(for: census))],
      notes: augmentationNotes(for: census))
  }
}
