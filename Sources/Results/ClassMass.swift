/// How the classes fared under the strategy's sampler and weights together, one entry a class: what
/// the strategy promises of the last phase, and what was counted over the whole run.
public struct ClassMass: Codable, Hashable, Sendable {
  /// Share of the last phase's draws, by the sampler's promise.
  public var sampled: [Double]
  /// Loss weight of each class in the last phase, after normalisation; 1 where there is none.
  public var weights: [Double]
  /// sampled × weight, normalised to sum 1.
  public var effective: [Double]
  /// Share of the images drawn in the whole run, counted; `nil` where nobody counted: in runs of
  /// older versions, in runs continued from a checkpoint of one, and where nothing was trained.
  public var drawn: [Double]?
  /// Share of the weight that the losses of all batches gave to images of the class, counted;
  /// `nil` as for ``drawn``.
  ///
  /// Divided by a batch's weights, it is less than ``effective`` promises for a class of large
  /// weight: E[Σ w / Σ w] is not E[Σ w] / E[Σ w], and the smaller the batch, the more it differs.
  public var realised: [Double]?
  /// The same by phase, in order; `nil` as for ``drawn``.
  public var phases: [PhaseMass]?

  /// The promise with all its parts; what was counted is set afterwards.
  public init(sampled: [Double], weights: [Double], effective: [Double]) {
    (self.sampled, self.weights, self.effective) = (sampled, weights, effective)
  }
}

/// What one phase of a run promised each class, and what it gave, one entry a class.
public struct PhaseMass: Codable, Hashable, Sendable {
  /// From 1.
  public var phase: Int
  /// Updates of the weights in it.
  public var steps: Int
  /// Share of the draws, by the sampler's promise.
  public var sampled: [Double]
  /// Loss weight of each class; 1 where there is none.
  public var weights: [Double]
  /// sampled × weight, normalised to sum 1.
  public var effective: [Double]
  /// Images drawn.
  public var draws: [Int]
  /// Share of the weight that the losses of the phase's batches gave to images of the class.
  public var realised: [Double]

  /// A phase with all its parts.
  public init(
    phase: Int, steps: Int, promise: ClassMass, draws: [Int], realised: [Double]
  ) {
    (self.phase, self.steps, self.draws, self.realised) = (phase, steps, draws, realised)
    (sampled, weights, effective) = (promise.sampled, promise.weights, promise.effective)
  }
}
