import Foundation
import Testing

/// `Fixtures/golden.json`, written by `Tests/References/statistics_golden.py`.
struct Golden: Decodable {
  struct Wilcoxon: Decodable, Sendable, CustomTestStringConvertible {
    var name: String
    var differences: [Double]
    var p, positive: Double
    var pairs: Int
    var testDescription: String { name }
  }
  struct McNemar: Decodable, Sendable { var first, second: Int; var p: Double }
  struct Friedman: Decodable, Sendable {
    var blocks: [[Double]]
    var statistic, p: Double
  }
  struct Holm: Decodable, Sendable { var p, adjusted: [Double] }
  struct CorrectedT: Decodable, Sendable {
    var differences: [Double]
    var testShare, factor, error, statistic, p, low, high: Double
  }
  struct Quantile: Decodable, Sendable {
    var values: [Double]
    var share, value: Double
  }
  var wilcoxon: [Wilcoxon]
  var mcnemar: [McNemar]
  var friedman: [Friedman]
  var holm: [Holm]
  var correctedT: [CorrectedT]
  var studentT, studentTQuantile, incompleteBeta: [[Double]]
  var upperGamma, logGamma, normal, normalQuantile: [[Double]]
  var quantiles: [Quantile]

  static let all: Golden = {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Fixtures/golden.json")
    return try! JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
  }()
}

/// Checks agreement to a share of the expected value.
func expectClose(
  _ actual: Double?, _ expected: Double, relative: Double = 1e-12, absolute: Double = 1e-300,
  at location: SourceLocation = #_sourceLocation
) {
  guard let actual else {
    Issue.record("undefined, expected \(expected)", sourceLocation: location)
    return
  }
  let limit = relative * abs(expected) + absolute
  #expect(
    abs(actual - expected) <= limit, "\(actual), expected \(expected)", sourceLocation: location)
}

/// Steele, Lea and Flood's SplitMix64: a generator for tests that need the same draws twice.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
