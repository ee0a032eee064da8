/// Every strategy a file can name. To add one, write its type and put it in this list.
public enum StrategyCatalog {
  public static let all: [any Strategy.Type] = [
    Baseline.self,
    InverseWeights.self,
    MaxRatioWeights.self,
    SqrtInverseWeights.self,
    EffectiveNumberWeights.self,
    ClassBalancedSampling.self,
    SqrtSampling.self,
    RepeatFactorSampling.self,
    Undersampling.self,
    MinorityAugmentation.self,
    AugmentAll.self,
    Combined.self,
  ]

  /// The names, in the catalogue's order.
  public static var names: [String] { all.map { $0.name } }

  /// The strategy with this name.
  public static func type(named name: String) -> (any Strategy.Type)? {
    all.first { $0.name == name }
  }
}
