import Datasets
import Randomness

/// Repeats the images of rare classes: r_c = max(1, √(t/f_c)), where f_c = n_c/N.
///
/// Mahajan et al., ECCV 2018; Gupta, Dollár, Girshick, "LVIS", CVPR 2019, with their stochastic
/// rounding of r_c for every image and pass; `rounding: up` is mmpretrain's ⌈r_c⌉. Images here have
/// one label, so f_c is the class's share. LVIS' t = 0.001 is close to 1/C for its 1203 classes, and with ten
/// classes it would repeat nothing; hence the default t = 1/C: classes below the mean size repeat.
public struct RepeatFactorSampling: Sampling {
  public static let name = "repeat-factor-sampling"
  public static let card = StrategyCard(
    family: .sampling,
    summary: "Oversampling: images of rare classes repeat, others stay as they are.",
    formula: "r_c = max(1, √(t/f_c)) draws an image and pass, f_c = n_c/N",
    paper: "Mahajan et al., ECCV 2018; Gupta, Dollár, Girshick, LVIS, CVPR 2019",
    parameters: [
      .unset(
        "threshold", range: "a number, 0 < threshold ≤ 1",
        "t: classes with a smaller share of the images repeat; 1/C where not set, C counting "
          + "classes with images."),
      StrategyParameter(
        "rounding", default: "stochastic", range: "stochastic or up",
        "How r becomes a number of draws: by chance in each pass, r on average, or always up."),
    ])

  /// How a factor becomes a number of draws.
  public enum Rounding: String, Codable, CaseIterable, Sendable { case stochastic, up }

  /// t: classes with a smaller share of the images repeat; `nil` is 1/C, where C counts classes
  /// with images. Range: 0 < threshold ≤ 1.
  public var threshold: Double?
  /// How r becomes a number of draws: by chance in each pass, r on average, or always up.
  public var rounding = Rounding.stochastic

  /// Classes below the mean size repeat.
  public init() {}

  public func validate() throws(InvalidParameter) {
    guard let threshold else { return }
    try require(threshold > 0 && threshold <= 1, "threshold", is: threshold)
  }

  public func sampler(for census: ClassCensus) throws(InvalidParameter) -> any Sampler {
    let t = threshold ?? 1 / Double(max(census.counts.count { $0 > 0 }, 1))
    let shares = EveryExampleOnce().classMass(for: census)
    let factors = shares.map { $0 > 0 ? max(1, (t / $0).squareRoot()) : 1 }
    return RepeatFactorSampler(
      factors: rounding == .up ? factors.map { $0.rounded(.up) } : factors)
  }
}

/// Draws each image ⌊r⌋ or ⌈r⌉ times a pass, r on average, in random order.
public struct RepeatFactorSampler: TemperableSampler {
  /// r of each class, at least 1.
  public let factors: [Double]

  /// A sampler of one factor a class.
  public init(factors: [Double]) { self.factors = factors }

  public func order(
    of split: TrainingSplit, pass: Int, feedback: ValidationFeedback?,
    using generator: inout SeededGenerator
  ) -> [Int] {
    precondition(factors.count == split.classCount, "the split has other classes than the census")
    var order: [Int] = []
    for (index, example) in split.examples.enumerated() {
      let factor = factors[example.classIndex]
      let whole = factor.rounded(.down)
      let copies = Int(whole) + (generator.chance(factor - whole) ? 1 : 0)
      for _ in 0..<copies { order.append(index) }
    }
    generator.shuffle(&order)
    return order
  }

  public func classMass(for census: ClassCensus) -> [Double] {
    zip(census.counts, factors).map { Double($0) * $1 }.normalized()
  }

  public func tempered(by exponent: Double, for census: ClassCensus) -> any Sampler {
    RepeatFactorSampler(factors: factors.map { power($0, exponent) })
  }
}
