import Datasets
import Tensors

/// Label distribution disentangling: balanced softmax with a regulariser that pulls each class's
/// logits towards a density ratio under a uniform prior.
///
///     CE(z + log m) − weight · Σ_c m_c · (A_c − B_c − lambda · B_c²)
///     A_c = Σ_{i: y_i = c} z_ic / (n_c + 1e-8),  n_c in the batch
///     B_c = log mean_i exp(z_ic − log m_c + log 1/C)
///
/// Hong et al., "Disentangling Label Distribution for Long-Tailed Visual Recognition", CVPR 2021:
/// weight 0.1, λ = 0.1 (regularised Donsker–Varadhan representation). m is the *sampled* prior.
public struct LADE: LossDesign {
  public static let name = "lade"
  public static let card = StrategyCard(
    family: .loss, summary: "Balanced softmax with a regulariser on each class's logits.",
    formula: "CE(z + log m) − weight·Σ_c m_c·(mean_{y=c} z_c − B_c − lambda·B_c²)",
    paper: "Hong et al., Disentangling Label Distribution for Long-Tailed Recognition, CVPR 2021",
    parameters: [
      StrategyParameter(
        "weight", default: "0.1", range: "a number, 0 ≤ weight ≤ 10",
        "Of the regulariser; 0 is balanced-softmax."),
      StrategyParameter(
        "lambda", default: "0.1", range: "a number, 0 ≤ lambda ≤ 10",
        "Of the squared log-mean-exponential B, which keeps it near 0."),
      .classWeights,
    ],
    isNeutralOnBalancedData: false)

  /// Weight of the regulariser; 0 is balanced softmax. Range: 0 ≤ weight ≤ 10.
  public var weight = 0.1
  /// Weight of the squared log-mean-exponential B, which keeps it near 0. Range: 0 ≤ lambda ≤ 10.
  public var lambda = 0.1
  /// Weights of the examples' classes besides; none where `nil`.
  public var classWeights: WeightingChoice?

  private enum CodingKeys: String, CodingKey {
    case weight, lambda
    case classWeights = "class_weights"
  }

  /// 0.1 and 0.1, no weights.
  public init() {}

  public func validate() throws(InvalidParameter) {
    try require(weight >= 0 && weight <= 10, "weight", is: weight)
    try require(lambda >= 0 && lambda <= 10, "lambda", is: lambda)
    try classWeights?.validate(as: "class_weights")
  }

  public func loss(
    for setting: LossSetting
  ) throws(InvalidParameter) -> any ClassificationLoss {
    LADELoss(
      prior: setting.sampledMass, weight: weight, lambda: lambda,
      classWeights: setting.classWeights, reduction: setting.reduction)
  }
}

/// Balanced softmax with LADE's regulariser, whose sum over the batch is not weighted by class.
public struct LADELoss: ClassificationLoss {
  /// m of each class.
  public let prior: [Double]
  /// Weight of the regulariser; 0 is balanced softmax. Range: 0 ≤ weight ≤ 10.
  public let weight: Double
  /// Weight of the squared log-mean-exponential B, which keeps it near 0. Range: 0 ≤ lambda ≤ 10.
  public let lambda: Double
  /// The weight of each class; `nil` where all are 1.
  public let classWeights: [Double]?
  /// What a batch's loss is divided by.
  public let reduction: LossReduction

  /// A loss of this prior.
  public init(
    prior: [Double], weight: Double, lambda: Double, classWeights: [Double]? = nil,
    reduction: LossReduction = .meanOverExamples
  ) {
    (self.prior, self.weight, self.lambda) = (prior, weight, lambda)
    (self.classWeights, self.reduction) = (classWeights, reduction)
  }

  public var isFunctionOfLogits: Bool { true }

  public var logitOffsets: [Double]? {
    prior.map { $0 > 0 ? naturalLogarithm($0) : -.infinity }
  }

  public func evaluate(
    _ logits: TensorView, targets: TensorView, into dLogits: MutableTensorView
  ) -> Float {
    let plain = AdjustedCrossEntropy(
      offsets: logitOffsets, classWeights: classWeights, reduction: reduction
    ).evaluate(logits, targets: targets, into: dLogits)
    var regulariser = 0.0
    for c in prior.indices where prior[c] > 0 {
      regulariser -= prior[c] * bound(ofClass: c, logits, targets, into: dLogits)
    }
    return Float(Double(plain) + weight * regulariser)
  }

  /// A_c − B_c − λ·B_c²; adds the gradient of −weight · m_c times it.
  private func bound(
    ofClass c: Int, _ logits: TensorView, _ targets: TensorView, into dLogits: MutableTensorView
  ) -> Double {
    let (rows, classes) = (logits.shape.n, logits.shape.c)
    let shift = naturalLogarithm(prior[c]) + naturalLogarithm(Double(classes))
    var (members, own, largest) = (1e-8, 0.0, -Double.infinity)
    for row in 0..<rows {
      let (logit, target) = (
        Double(logits.pointer[row * classes + c]), Double(targets.pointer[row * classes + c])
      )
      members += target
      if target != 0 { own += target * logit }
      largest = max(largest, logit)
    }
    var total = 0.0
    for row in 0..<rows {
      total += exponential(Double(logits.pointer[row * classes + c]) - largest)
    }
    let mean = largest + naturalLogarithm(total) - naturalLogarithm(Double(rows)) - shift
    let factor = weight * prior[c]
    for row in 0..<rows {
      let index = row * classes + c
      let share = exponential(Double(logits.pointer[index]) - largest) / total
      let slope = Double(targets.pointer[index]) / members - share * (1 + 2 * lambda * mean)
      dLogits.pointer[index] -= Float(factor * slope)
    }
    return own / members - mean - lambda * mean * mean
  }
}
