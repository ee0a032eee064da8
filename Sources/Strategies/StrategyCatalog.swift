/// Every strategy a file can name. To add one, write its type and put it in this list.
public enum StrategyCatalog {
  public static let all: [any Strategy.Type] = [
    Baseline.self
  ]

  /// The strategy with this name.
  public static func type(named name: String) -> (any Strategy.Type)? {
    all.first { $0.name == name }
  }
}
