/// What a strategy may change. Every slot starts neutral.
public struct TrainingPlan: Sendable {
  /// One by default; the shares sum to 1.
  public var phases: [Phase]
  /// The classifier that the losses are defined for; `nil` leaves the experiment's own.
  public var head: HeadRequirement?
  /// What is done to the classifier of a finished run instead of training; the phases are those that
  /// the run was trained in. `nil` trains.
  public var change: (any ClassifierChange)?
  /// What the strategy did of its own accord and a reader should know: zero-count classes masked,
  /// exponents halved.
  public var notes: [String]

  /// A plan of one neutral phase.
  public init(
    phases: [Phase] = [Phase()], head: HeadRequirement? = nil,
    change: (any ClassifierChange)? = nil, notes: [String] = []
  ) {
    (self.phases, self.head, self.change, self.notes) = (phases, head, change, notes)
  }

  /// A stretch of training with one loss, one sampler, one augmentation and one way of mixing.
  public struct Phase: Sendable {
    /// Share of the run's image budget.
    public var share: Double
    /// What is minimised.
    public var loss: any ClassificationLoss
    /// The order in which training images are drawn.
    public var sampler: any Sampler
    /// Applied after the experiment's own augmentation; `nil` changes nothing.
    public var augmentation: (any Augmentation)?
    /// Applied to whole batches, after augmentation and normalisation; `nil` mixes nothing.
    public var mixing: (any BatchMixing)?
    /// What learns.
    public var trains: TrainableParts
    /// Whether the head begins once more, as the seed has it at the run's start.
    public var startsHeadAnew: Bool
    /// Where the learning-rate curve begins once more and runs over this phase alone, without
    /// warm-up: its peak as a factor of the experiment's. `nil` runs on with the whole run's.
    public var restartedPeak: Double?

    /// A phase; all slots are neutral where not named.
    public init(
      share: Double = 1, loss: any ClassificationLoss = CrossEntropy(),
      sampler: any Sampler = EveryExampleOnce(), augmentation: (any Augmentation)? = nil,
      mixing: (any BatchMixing)? = nil, trains: TrainableParts = .all,
      startsHeadAnew: Bool = false, restartedPeak: Double? = nil
    ) {
      (self.share, self.loss, self.sampler) = (share, loss, sampler)
      (self.augmentation, self.mixing, self.trains) = (augmentation, mixing, trains)
      (self.startsHeadAnew, self.restartedPeak) = (startsHeadAnew, restartedPeak)
    }
  }
}

/// What a phase trains.
public enum TrainableParts: String, Codable, CaseIterable, Sendable {
  case all
  /// The trunk stays as it is, its running statistics too.
  case head
  /// One factor a class on the last layer's weights; all else stays as it is.
  case scales
}

/// What a strategy wants of the last layer. Hidden layers and dropout stay the experiment's.
public struct HeadRequirement: Codable, Hashable, Sendable {
  /// Scale s of a cosine classifier, z_c = s · cos(features, W_c); `nil` for a linear one.
  public var cosineScale: Double?
  /// Where the bias of a linear classifier starts, exempt from weight decay; `nil` for the usual
  /// start.
  public var initialBias: Double?

  /// A requirement; linear with the usual start where nothing is said.
  public init(cosineScale: Double? = nil, initialBias: Double? = nil) {
    (self.cosineScale, self.initialBias) = (cosineScale, initialBias)
  }
}
