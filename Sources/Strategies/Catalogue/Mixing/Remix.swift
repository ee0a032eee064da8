import Datasets

/// Mixup whose label goes to the rarer class where the sizes are far apart:
/// λ_y = 0 if n_a/n_b ≥ κ and λ < τ; 1 if n_a/n_b ≤ 1/κ and 1 − λ < τ; λ otherwise.
///
/// Chou et al., "Remix: Rebalanced Mixup", ECCV workshops 2020: κ = 3, τ = 0.5, and α = 1 on CIFAR.
public struct Remix: MixingPolicy {
  public static let name = "remix"
  public static let card = StrategyCard(
    family: .mixing, summary: "Mixup whose labels favour the rarer class.",
    formula: "mixup; label share 0 if n_a/n_b ≥ kappa and λ < tau, 1 the other way round",
    paper: "Chou et al., Remix: Rebalanced Mixup, ECCV workshops 2020",
    parameters: [
      .mixingAlpha(default: "1"),
      StrategyParameter(
        "kappa", default: "3", range: "a number, 1 ≤ kappa ≤ 1000",
        "How many times larger a class must be to give its label away."),
      StrategyParameter(
        "tau", default: "0.5", range: "a number, 0 ≤ tau ≤ 1",
        "Below which share of the pixels it does."),
      .only,
    ])

  /// α of the Beta distribution: small values mix little, 1 mixes evenly. Range: 0.01 ≤ alpha ≤
  /// 100.
  public var alpha = 1.0
  /// How many times larger a class must be to give its label away. Range: 1 ≤ kappa ≤ 1000.
  public var kappa = 3.0
  /// Share of the pixels below which an example of a larger class gives its label away. Range: 0 ≤
  /// tau ≤ 1.
  public var tau = 0.5
  /// Restricts it to the chosen classes; all where `nil`.
  public var only: ClassChoice?

  /// α = 1, κ = 3, τ = 0.5, all classes.
  public init() {}

  public func validate() throws(InvalidParameter) {
    try require(alpha >= 0.01 && alpha <= 100, "alpha", is: alpha)
    try require(kappa >= 1 && kappa <= 1000, "kappa", is: kappa)
    try require(tau >= 0 && tau <= 1, "tau", is: tau)
    try only?.validate(under: "only.")
  }

  /// λ_y for an image of a class of `own` images, mixed with one of a class of `partner` images.
  public func labelShare(own: Int, partner: Int, lambda: Double) -> Double {
    let ratio = Double(own) / Double(max(partner, 1))
    if ratio >= kappa && lambda < tau { return 0 }
    if ratio <= 1 / kappa && 1 - lambda < tau { return 1 }
    return lambda
  }

  public func mixing(for census: ClassCensus) throws(InvalidParameter) -> (any BatchMixing)? {
    let counts = census.counts
    return PermutedMixing(
      kind: .blend, alpha: alpha, isMixed: try treated(only, in: census),
      labelShare: { own, partner, lambda in
        labelShare(own: counts[own], partner: counts[partner], lambda: lambda)
      })
  }

  public func mixingNotes(for census: ClassCensus) -> [String] {
    treatmentNotes("mixed", only, census)
  }
}
