import Datasets

/// A box of another image is pasted in; labels are shared by area. Box and λ ~ Beta(α, α) are one a
/// batch.
///
/// Yun et al., "CutMix: Regularization Strategy to Train Strong Classifiers", ICCV 2019: α = 1, half
/// of the batches. The box is cut off at the border, and labels follow the pixels that are left.
public struct CutMix: MixingPolicy {
  public static let name = "cutmix"
  public static let card = StrategyCard(
    family: .mixing, summary: "A box of another image is pasted in; labels by area.",
    formula: "box of sides √(1 − λ), loss λ'·L(z, a) + (1 − λ')·L(z, b), λ' the share of pixels",
    paper: "Yun et al., CutMix, ICCV 2019",
    parameters: [
      .mixingAlpha(default: "1"),
      StrategyParameter(
        "probability", default: "0.5", range: "a number, 0 < probability ≤ 1",
        "Share of the batches that are mixed."),
      .only,
    ])

  /// α of the Beta distribution: small values mix little, 1 mixes evenly. Range: 0.01 ≤ alpha ≤
  /// 100.
  public var alpha = 1.0
  /// Share of the batches that are mixed. Range: 0 < probability ≤ 1.
  public var probability = 0.5
  /// Restricts it to the chosen classes; all where `nil`.
  public var only: ClassChoice?

  /// α = 1, half of the batches, all classes.
  public init() {}

  public func validate() throws(InvalidParameter) {
    try require(alpha >= 0.01 && alpha <= 100, "alpha", is: alpha)
    try require(probability > 0 && probability <= 1, "probability", is: probability)
    try only?.validate(under: "only.")
  }

  public func mixing(for census: ClassCensus) throws(InvalidParameter) -> (any BatchMixing)? {
    PermutedMixing(
      kind: .paste, alpha: alpha, isMixed: try treated(only, in: census),
      probability: probability)
  }

  public func mixingNotes(for census: ClassCensus) -> [String] {
    treatmentNotes("mixed", only, census)
  }
}
