import Datasets

/// Class-balanced focal loss: a sigmoid a class, each with its focal cross-entropy, summed over
/// classes, times the inverse effective number of the example's class.
///
///     ℓ(z, y) = w_y · Σ_j (1 − q_j)^γ · (−log q_j),  q_j = σ(z_j) for j = y, 1 − σ(z_j) otherwise
///     w_c ∝ (1 − β)/(1 − β^n_c), Σ_c w_c = C; divided by the number of examples
///
/// Cui et al., "Class-Balanced Loss Based on Effective Number of Samples", CVPR 2019, in the
/// sigmoid form of their code: the bias of the last layer starts at −log(C − 1), so that every class
/// starts with probability 1/C, and does not decay. The largest logit is predicted.
public struct ClassBalancedFocal: LossDesign {
  public static let name = "class-balanced-focal"
  public static let card = StrategyCard(
    family: .loss, summary: "Focal loss of one sigmoid a class, by effective numbers.",
    formula: "w_y · Σ_j (1 − q_j)^gamma · (−log q_j), w_c = (1 − beta)/(1 − beta^n_c)",
    paper: "Cui et al., Class-Balanced Loss Based on Effective Number of Samples, CVPR 2019",
    parameters: [
      StrategyParameter(
        "gamma", default: "1", range: "a number, 0 ≤ gamma ≤ 10",
        "How fast well classified outputs lose weight; 0.5 to 2 in the paper."),
      StrategyParameter(
        "beta", default: "0.9999", range: "a number, 0 ≤ beta < 1",
        "How slowly further images of a class stop counting."),
    ],
    isNeutralOnBalancedData: false)

  /// How fast well classified outputs lose weight; 0.5 to 2 in the paper. Range: 0 ≤ gamma ≤ 10.
  public var gamma = 1.0
  /// How slowly further images of a class stop counting. Range: 0 ≤ beta < 1.
  public var beta = 0.9999

  /// γ = 1, β = 0.9999.
  public init() {}

  /// Its own, by β.
  public var classWeights: WeightingChoice? {
    var weights = EffectiveNumberWeights()
    weights.beta = beta
    weights.reduction = .meanOverExamples
    return WeightingChoice(weights)
  }

  public func validate() throws(InvalidParameter) {
    try require(gamma >= 0 && gamma <= 10, "gamma", is: gamma)
    try require(beta >= 0 && beta < 1, "beta", is: beta)
  }

  public func loss(
    for setting: LossSetting
  ) throws(InvalidParameter) -> any ClassificationLoss {
    SigmoidFocalLoss(
      gamma: gamma, classWeights: setting.classWeights, reduction: setting.reduction)
  }

  public func head(for census: ClassCensus) -> HeadRequirement? {
    HeadRequirement(initialBias: -naturalLogarithm(Double(max(census.classCount - 1, 1))))
  }
}

/// Σ_j (1 − q_j)^γ · (−log q_j) over one sigmoid a class; q_j is the probability of what is right.
public struct SigmoidFocalLoss: LabelLoss {
  /// How fast well classified outputs lose weight; 0.5 to 2 in the paper. Range: 0 ≤ gamma ≤ 10.
  public let gamma: Double
  /// The weight of each class; `nil` where all are 1.
  public let classWeights: [Double]?
  /// What a batch's loss is divided by.
  public let reduction: LossReduction

  public var isFunctionOfLogits: Bool { true }

  /// A loss of this exponent.
  public init(
    gamma: Double, classWeights: [Double]? = nil, reduction: LossReduction = .meanOverExamples
  ) {
    (self.gamma, self.classWeights, self.reduction) = (gamma, classWeights, reduction)
  }

  func add(_ row: LossRow, label: Int, scale: Double) -> Double {
    var sum = 0.0
    for c in 0..<row.logits.count {
      let sign: Double = c == label ? 1 : -1
      let x = sign * row.logits[c]
      guard x > -.infinity, x < .infinity else {
        if x < 0 { sum = .infinity }
        continue
      }
      let loss = softplus(-x)
      let (right, wrong) = (exponential(-loss), exponential(-softplus(x)))
      let modulation = exponential(-gamma * softplus(x))
      sum += modulation * loss
      row.gradient[c] -= scale * sign * modulation * (gamma * right * loss + wrong)
    }
    return sum
  }

  /// ln(1 + eˣ) without overflow.
  private func softplus(_ x: Double) -> Double {
    max(x, 0) + logarithmOfOnePlus(exponential(-abs(x)))
  }
}
