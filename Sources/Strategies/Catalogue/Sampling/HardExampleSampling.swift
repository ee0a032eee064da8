import Datasets
import Randomness

/// Images that were wrong when last seen are drawn more often: probability ∝ (floor + 1 − p)^gamma.
///
/// p is the probability that the network gave the image's class when it was last drawn; images that
/// were never drawn count as p = 0. Prioritised sampling as in the `MixedPrioritizedSampler` of Kang
/// et al., ICLR 2020, after Schaul et al., "Prioritized Experience Replay", ICLR 2016 (proportional,
/// without importance weights). It knows nothing of classes: rare ones gain as far as they are hard.
public struct HardExampleSampling: Sampling {
  public static let name = "hard-example-sampling"
  public static let card = StrategyCard(
    family: .sampling, summary: "Images that were wrong when last seen are drawn more often.",
    formula: "probability of an image ∝ (floor + 1 − p)^gamma, with replacement",
    paper: "Schaul et al., ICLR 2016; MixedPrioritizedSampler of Kang et al., ICLR 2020",
    parameters: [
      StrategyParameter(
        "gamma", default: "1", range: "a number, 0 ≤ gamma ≤ 8", "How strongly errors count."),
      StrategyParameter(
        "floor", default: "0.1", range: "a number, 0 < floor ≤ 1",
        "What a perfectly recognised image counts."),
    ])

  /// How strongly errors count. Range: 0 ≤ gamma ≤ 8.
  public var gamma = 1.0
  /// What a perfectly recognised image counts. Range: 0 < floor ≤ 1.
  public var floor = 0.1

  /// γ = 1, floor 0.1.
  public init() {}

  public func validate() throws(InvalidParameter) {
    try require(gamma >= 0 && gamma <= 8, "gamma", is: gamma)
    try require(floor > 0 && floor <= 1, "floor", is: floor)
  }

  public func sampler(for census: ClassCensus) throws(InvalidParameter) -> any Sampler {
    HardExampleSampler(gamma: gamma, floor: floor)
  }
}

/// Draws images by their last errors.
public struct HardExampleSampler: Sampler {
  /// How strongly errors count. Range: 0 ≤ gamma ≤ 8.
  public let gamma: Double
  /// What a perfectly recognised image counts. Range: 0 < floor ≤ 1.
  public let floor: Double
  public var changes: Bool { true }
  public var readsErrors: Bool { true }

  /// A sampler of these parameters.
  public init(gamma: Double, floor: Double) { (self.gamma, self.floor) = (gamma, floor) }

  public func order(
    of split: TrainingSplit, pass: Int, feedback: ValidationFeedback?,
    using generator: inout SeededGenerator
  ) -> [Int] {
    order(of: split, at: SamplingMoment(pass: pass, feedback: feedback), using: &generator)
  }

  public func order(
    of split: TrainingSplit, at moment: SamplingMoment, using generator: inout SeededGenerator
  ) -> [Int] {
    var bounds: [Double] = []
    bounds.reserveCapacity(split.examples.count)
    for index in split.examples.indices {
      let error = moment.errors.map { Double($0[index]) } ?? 1
      bounds.append((bounds.last ?? 0) + power(floor + error, gamma))
    }
    guard let total = bounds.last else { return [] }
    return split.examples.indices.map { _ in
      bounds.firstIndex(above: generator.uniform() * total)
    }
  }

  /// The classes' shares, as before any error is known.
  public func classMass(for census: ClassCensus) -> [Double] {
    EveryExampleOnce().classMass(for: census)
  }
}
