/// What a strategy may change. Every slot starts neutral.
public struct TrainingPlan: Sendable {
  /// One by default; the shares sum to 1.
  public var phases: [Phase]
  /// What the strategy did of its own accord and a reader should know: zero-count classes masked,
  /// exponents halved.
  public var notes: [String]

  /// A plan of one neutral phase.
  public init(phases: [Phase] = [Phase()], notes: [String] = []) {
    (self.phases, self.notes) = (phases, notes)
  }

  /// A stretch of training with one loss, one sampler and one augmentation.
  public struct Phase: Sendable {
    /// Share of the run's image budget.
    public var share: Double
    public var loss: any ClassificationLoss
    public var sampler: any Sampler
    /// Applied after the experiment's own augmentation; `nil` changes nothing.
    public var augmentation: (any Augmentation)?

    /// A phase; all slots are neutral where not named.
    public init(
      share: Double = 1, loss: any ClassificationLoss = CrossEntropy(),
      sampler: any Sampler = EveryExampleOnce(), augmentation: (any Augmentation)? = nil
    ) {
      (self.share, self.loss, self.sampler) = (share, loss, sampler)
      self.augmentation = augmentation
    }
  }
}
