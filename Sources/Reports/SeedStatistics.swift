// stand-in
import Statistics

enum SeedStatistics {
  static let level = 0.05
  static func mean(_ v: [Double]) -> Double? { v.isEmpty ? nil : v.reduce(0, +) / Double(v.count) }
  static func deviation(_ v: [Double]) -> Double? {
    guard v.count > 1, let m = mean(v) else { return nil }
    return (v.reduce(0) { $0 + ($1 - m) * ($1 - m) } / Double(v.count - 1)).squareRoot()
  }
  static func bootstrapInterval(_ v: [Double]) -> ClosedRange<Double> { v.min()!...v.max()! }
  static func signedRankP(_ v: [Double]) -> Double? { nil }
  static func holm(_ p: [Double]) -> [Double] { p }
  static func smallestReachableP(pairs: Int, comparisons: Int) -> Double {
    var p = 1.0
    for _ in 1..<max(pairs, 1) { p /= 2 }
    return min(1, p * Double(comparisons))
  }
  static func pairsNeeded(comparisons: Int) -> Int {
    (1...64).first { smallestReachableP(pairs: $0, comparisons: comparisons) <= level } ?? 64
  }
}
