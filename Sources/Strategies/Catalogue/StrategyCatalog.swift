/// Every strategy a file can name. To add one, write its type and put it in this list.
public enum StrategyCatalog {
  public static let all: [any Strategy.Type] = [
    Baseline.self,
    InverseWeights.self,
    MaxRatioWeights.self,
    CostSensitiveWeights.self,
    SqrtInverseWeights.self,
    BalancedWeights.self,
    SmoothedInverseWeights.self,
    EffectiveNumberWeights.self,
    GeneralizedWeights.self,
    FocalLoss.self,
    ClassBalancedFocal.self,
    LDAM.self,
    BalancedSoftmax.self,
    LogitAdjustment.self,
    VectorScaling.self,
    ClassDependentTemperatures.self,
    LADE.self,
    SEQL.self,
    Seesaw.self,
    InfluenceBalanced.self,
    LabelSmoothing.self,
    LabelAwareSmoothing.self,
    ClassBalancedSampling.self,
    CyclicSampling.self,
    SqrtSampling.self,
    ProgressiveSampling.self,
    RepeatFactorSampling.self,
    ReverseSampling.self,
    EffectiveNumberSampling.self,
    AccuracyDrivenSampling.self,
    HardExampleSampling.self,
    Undersampling.self,
    MinorityAugmentation.self,
    AugmentAll.self,
    RandAugment.self,
    TrivialAugment.self,
    RandomErasing.self,
    Mixup.self,
    CutMix.self,
    Remix.self,
    Combined.self,
    DeferredReweighting.self,
    DeferredResampling.self,
    LDAMDeferred.self,
    ClassifierRetraining.self,
    LearnableWeightScaling.self,
    PosthocLogitAdjustment.self,
    TauNormalization.self,
    NearestClassMean.self,
  ]

  /// The names, in the catalogue's order.
  public static var names: [String] { all.map { $0.name } }

  /// The strategy with this name.
  public static func type(named name: String) -> (any Strategy.Type)? {
    all.first { $0.name == name }
  }
}
