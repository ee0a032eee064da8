import Datasets

/// A strategy that fills the sampler. An author writes `sampler(for:)`.
public protocol Sampling: Strategy {
  /// The order in which training images are drawn, for classes of these sizes.
  ///
  /// - Throws: ``InvalidParameter`` where a parameter cannot be used, or not with classes of these
  ///   sizes.
  func sampler(for census: ClassCensus) throws(InvalidParameter) -> any Sampler
}

extension Sampling {
  /// Nothing to check.
  ///
  /// - Throws: nothing.
  public func validate() throws(InvalidParameter) {}

  /// One phase with the sampler.
  ///
  /// - Throws: what `sampler(for:)` throws.
  public func plan(for census: ClassCensus) throws(InvalidParameter) -> TrainingPlan {
    let phase = TrainingPlan.Phase(sampler: try sampler(for: census))
    return TrainingPlan(phases: [phase], notes: phase.compensationNotes(for: census))
  }
}

/// A sampler whose compensation can be divided with class weights.
public protocol TemperableSampler: Sampler {
  /// The sampler whose class masses are, up to scale, π_c · (m_c/π_c)^`exponent`, where m_c are
  /// this one's and π_c the shares of the training images: 0 is no compensation, 1 this sampler.
  func tempered(by exponent: Double, for census: ClassCensus) -> any Sampler
}

extension TrainingSplit {
  /// Indices into `examples` of each class, in order.
  func membersByClass() -> [[Int]] {
    var members: [[Int]] = Array(repeating: [], count: classCount)
    for (index, example) in examples.enumerated() { members[example.classIndex].append(index) }
    return members
  }
}
