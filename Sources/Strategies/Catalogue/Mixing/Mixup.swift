import Datasets

/// Images and labels are blended in pairs: x = λ·x_a + (1 − λ)·x_b, λ ~ Beta(α, α), one λ a batch.
///
/// Zhang et al., "mixup: Beyond Empirical Risk Minimization", ICLR 2018; α = 0.2 as on ImageNet
/// (1 on CIFAR). The loss is λ·w_a·L(z, a) + (1 − λ)·w_b·L(z, b). With `only`, images of other
/// classes stay as they are, but may be blended into chosen ones.
public struct Mixup: MixingPolicy {
  public static let name = "mixup"
  public static let card = StrategyCard(
    family: .mixing, summary: "Images and labels are blended in pairs.",
    formula: "x = λ·x_a + (1 − λ)·x_b, loss λ·L(z, a) + (1 − λ)·L(z, b), λ ~ Beta(alpha, alpha)",
    paper: "Zhang et al., mixup: Beyond Empirical Risk Minimization, ICLR 2018",
    parameters: [.mixingAlpha(default: "0.2"), .only])

  /// α of the Beta distribution: small values mix little, 1 mixes evenly. Range: 0.01 ≤ alpha ≤
  /// 100.
  public var alpha = 0.2
  /// Restricts it to the chosen classes; all where `nil`.
  public var only: ClassChoice?

  /// α = 0.2, all classes.
  public init() {}

  public func validate() throws(InvalidParameter) {
    try require(alpha >= 0.01 && alpha <= 100, "alpha", is: alpha)
    try only?.validate(under: "only.")
  }

  public func mixing(for census: ClassCensus) throws(InvalidParameter) -> (any BatchMixing)? {
    PermutedMixing(kind: .blend, alpha: alpha, isMixed: try treated(only, in: census))
  }

  public func mixingNotes(for census: ClassCensus) -> [String] {
    treatmentNotes("mixed", only, census)
  }
}

extension StrategyParameter {
  static func mixingAlpha(default value: String) -> StrategyParameter {
    StrategyParameter(
      "alpha", default: value, range: "a number, 0.01 ≤ alpha ≤ 100",
      "Of the Beta distribution: small values mix little, 1 mixes evenly.")
  }
}
