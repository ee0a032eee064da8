/// What a network of one shape takes on this machine, measured. All durations are in seconds.
public struct StepTimes: Codable, Hashable, Sendable {
  /// What one phase of a run takes.
  public struct Phase: Codable, Hashable, Sendable {
    /// One step of training, with the loading of its images: the median.
    public var step: Double
    /// One batch in evaluation.
    public var evaluation: Double
    /// One image through the frozen part; 0 where nothing is frozen.
    public var activation: Double
    /// Finding out how the frozen part rounds; 0 where nothing is frozen.
    public var probe: Double

    /// Durations of a phase.
    public init(step: Double, evaluation: Double, activation: Double = 0, probe: Double = 0) {
      (self.step, self.evaluation) = (step, evaluation)
      (self.activation, self.probe) = (activation, probe)
    }
  }

  /// Making the models, before the first step.
  public var setup: Double
  /// In the order of the strategy's plan.
  public var phases: [Phase]
  /// Writing a checkpoint.
  public var checkpoint: Double
  /// Steps that the median of the first phase is over.
  public var measuredSteps: Int
  /// How the measured network differed from the one that is meant, in words; `nil` where it did not.
  public var scaledFrom: String?

  /// Durations with all their parts.
  public init(
    setup: Double, phases: [Phase], checkpoint: Double, measuredSteps: Int,
    scaledFrom: String? = nil
  ) {
    (self.setup, self.phases, self.checkpoint) = (setup, phases, checkpoint)
    (self.measuredSteps, self.scaledFrom) = (measuredSteps, scaledFrom)
  }

  /// The durations multiplied, for a network that was measured with fewer or smaller images.
  ///
  /// - Parameters:
  ///   - batches: how many times as much a batch of the network that is meant has to do.
  ///   - images: the same of a single image.
  ///   - words: what was measured.
  public func scaled(batches: Double, images: Double, from words: String) -> StepTimes {
    var scaled = self
    scaled.scaledFrom = words
    scaled.phases = phases.map {
      Phase(
        step: $0.step * batches, evaluation: $0.evaluation * batches,
        activation: $0.activation * images, probe: $0.probe * batches)
    }
    return scaled
  }

  /// Seconds that measuring takes which sees so many times as much in a batch, about.
  public func rehearsalSeconds(batches: Double, _ limits: RehearsalLimits) -> Double {
    phases.reduce(checkpoint + setup) {
      let passes = Double(limits.warmUp + limits.fewest) * $1.step + 3 * $1.evaluation
      return $0 + batches * (passes + $1.probe)
    }
  }
}

/// How long a rehearsal may take.
public struct RehearsalLimits: Hashable, Sendable {
  /// Steps that are not counted: the first ones touch new memory and prepare weights.
  public var warmUp: Int
  /// Counted steps end after so many seconds, but not before ``fewest`` of them.
  public var seconds: Double
  /// The fewest steps that a median is taken over.
  public var fewest: Int
  /// The most steps that a median is taken over.
  public var most: Int

  /// Two steps to warm up, then three to sixty, for a second.
  public init(warmUp: Int = 2, seconds: Double = 1, fewest: Int = 3, most: Int = 60) {
    (self.warmUp, self.seconds, self.fewest, self.most) = (warmUp, seconds, fewest, most)
  }

  /// A single step, for a first idea of what a network takes.
  public static let glance = RehearsalLimits(warmUp: 0, seconds: 0, fewest: 1, most: 1)
}
