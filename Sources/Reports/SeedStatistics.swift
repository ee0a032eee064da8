/// The statistics that reports need, until the room `Statistics` holds them.
enum SeedStatistics {
  /// A p-value at most this large is called significant.
  static let level = 0.05

  static func mean(_ values: [Double]) -> Double? {
    values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }

  /// Sample standard deviation, divisor n − 1.
  static func deviation(_ values: [Double]) -> Double? {
    guard values.count > 1, let mean = mean(values) else { return nil }
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (squares / Double(values.count - 1)).squareRoot()
  }

  /// 95 % percentile bootstrap of the mean: 10,000 resamples from a fixed generator.
  static func bootstrapInterval(_ values: [Double]) -> ClosedRange<Double> {
    precondition(!values.isEmpty, "an interval needs values")
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    /// SplitMix64 (Steele, Lea & Flood 2014).
    func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
    let count = UInt64(values.count)
    var means = (0..<10_000).map { _ in
      var sum = 0.0
      for _ in 0..<count { sum += values[Int(next().multipliedFullWidth(by: count).high)] }
      return sum / Double(count)
    }
    means.sort()
    return means[249]...means[9_750]
  }

  /// Exact two-sided p of Wilcoxon's signed-rank test, conditional on mid-ranks; zero differences
  /// are dropped. `nil` where nothing is left.
  static func signedRankP(_ differences: [Double]) -> Double? {
    // Differences of shares that are equal on paper differ by rounding.
    let kept = differences.filter { abs($0) > 1e-12 }.sorted { abs($0) < abs($1) }
    guard !kept.isEmpty else { return nil }
    // Doubled ranks, so that mid-ranks are whole.
    var ranks: [Int] = []
    while ranks.count < kept.count {
      let first = ranks.count
      var end = first + 1
      while end < kept.count, abs(kept[end]) - abs(kept[first]) <= 1e-12 { end += 1 }
      ranks += Array(repeating: first + end + 1, count: end - first)
    }
    let total = ranks.reduce(0, +)
    let positive = zip(kept, ranks).reduce(0) { $0 + ($1.0 > 0 ? $1.1 : 0) }
    // ways[s]: share of the sign patterns whose positive ranks sum to s.
    var ways = [Double](repeating: 0, count: total + 1)
    ways[0] = 1
    for rank in ranks {
      for sum in stride(from: total, through: 0, by: -1) {
        ways[sum] = 0.5 * (ways[sum] + (sum >= rank ? ways[sum - rank] : 0))
      }
    }
    let extreme = min(positive, total - positive)
    return min(1, 2 * ways[...extreme].reduce(0, +))
  }

  /// Holm's step-down correction, in the order of the given values.
  static func holm(_ values: [Double]) -> [Double] {
    var adjusted = values
    var largest = 0.0
    for (place, index) in values.indices.sorted(by: { values[$0] < values[$1] }).enumerated() {
      largest = max(largest, min(1, Double(values.count - place) * values[index]))
      adjusted[index] = largest
    }
    return adjusted
  }

  /// The smallest p that so many pairs can reach after Holm's correction: m · 2^(1−n).
  static func smallestReachableP(pairs: Int, comparisons: Int) -> Double {
    guard pairs > 0 else { return 1 }
    let smallest = Double(sign: .plus, exponent: 1 - pairs, significand: 1)
    return min(1, smallest * Double(comparisons))
  }

  /// Pairs from which on a difference among so many comparisons can be significant.
  static func pairsNeeded(comparisons: Int) -> Int {
    var pairs = 1
    while smallestReachableP(pairs: pairs, comparisons: comparisons) > level { pairs += 1 }
    return pairs
  }
}
