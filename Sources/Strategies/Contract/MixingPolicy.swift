import Datasets

/// A strategy that fills the mixing. An author writes `mixing(for:)`.
public protocol MixingPolicy: Strategy {
  /// The mixing of batches, for classes of these sizes; `nil` where nothing is mixed.
  ///
  /// - Throws: ``InvalidParameter`` where a parameter cannot be used, or not with classes of these
  ///   sizes.
  func mixing(for census: ClassCensus) throws(InvalidParameter) -> (any BatchMixing)?
  /// What a reader should know.
  func mixingNotes(for census: ClassCensus) -> [String]
}

extension MixingPolicy {
  /// Nothing to note.
  public func mixingNotes(for census: ClassCensus) -> [String] { [] }

  /// One phase with the mixing.
  ///
  /// - Throws: what `mixing(for:)` throws.
  public func plan(for census: ClassCensus) throws(InvalidParameter) -> TrainingPlan {
    TrainingPlan(
      phases: [.init(mixing: try mixing(for: census))], notes: mixingNotes(for: census))
  }
}
