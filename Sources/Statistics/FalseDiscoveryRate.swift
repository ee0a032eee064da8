/// Many tests at once, of which at most a stated share of the findings shall be false: Y. Benjamini and
/// Y. Hochberg, "Controlling the False Discovery Rate", JRSS B 57 (1995).
public enum FalseDiscoveryRate {
  /// Adjusted p-values in the given order: min over j ≥ i of p₍ⱼ₎ m / j, at most 1. A test is a finding
  /// where its value is at most the rate.
  public static func adjust(_ values: [Double]) -> [Double] {
    let order = values.indices.sorted { values[$0] < values[$1] }
    var adjusted = values
    var least = 1.0
    for (rank, place) in order.enumerated().reversed() {
      least = min(least, values[place] * Double(values.count) / Double(rank + 1))
      adjusted[place] = least
    }
    return adjusted
  }

  /// How many tests are findings at `rate`.
  public static func findings(_ values: [Double], rate: Double) -> Int {
    adjust(values).count { $0 <= rate }
  }
}
