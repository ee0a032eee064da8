import Datasets
import Strategies
import TestSupport
import Testing

/// Masses by hand and by NumPy: `m = n * (1 - r + 0.05); m / m.sum()` with r as the rule has it.
@Suite("Low count or low accuracy") struct LowCountTests {
  private let census = ClassCensus(counts: [120, 60, 30, 12, 5])

  private func masses(
    _ lowCount: Int?, _ lowAccuracy: Double?, recall: [Double?]?
  ) throws -> [Double] {
    var strategy = AccuracyDrivenSampling()
    (strategy.lowCount, strategy.lowAccuracy) = (lowCount, lowAccuracy)
    try strategy.validate()
    let feedback = recall.map { ValidationFeedback(recall: $0) }
    return try strategy.sampler(for: census).classMass(
      at: SamplingMoment(feedback: feedback), for: census)
  }

  @Test("Rare classes are drawn more from the start, badly recognised ones once that is known")
  func either() throws {
    // 6, 3, 1.5, 12.6, 5.25 over 28.35
    assertClose(
      try masses(20, 0.5, recall: nil),
      [0.2116402116, 0.1058201058, 0.0529100529, 0.4444444444, 0.1851851852], within: 1e-9)
    // Class 1 is below one half, class 2 exactly there: 6, 63, 1.5, 12.6, 5.25 over 88.35
    assertClose(
      try masses(20, 0.5, recall: [0.9, 0.2, 0.5, 0.8, 1]),
      [0.0679117148, 0.7130730051, 0.0169779287, 0.1426146010, 0.0594227504], within: 1e-9)
  }

  @Test("Either condition stands alone too")
  func alone() throws {
    // Recalls as they are, but 0 for the rare: 120·.15, 60·.85, 30·.55, 12·1.05, 5·1.05 over 103.35
    assertClose(
      try masses(20, nil, recall: [0.9, 0.2, 0.5, 0.8, 1]),
      [0.1741654572, 0.4934687954, 0.1596516691, 0.1219158200, 0.0507982583], within: 1e-9)
    // 6, 63, 1.5, 0.6, 0.25 over 71.35
    assertClose(
      try masses(nil, 0.5, recall: [0.9, 0.2, 0.5, 0.8, 1]),
      [0.0840925018, 0.8829712684, 0.0210231254, 0.0084092502, 0.0035038542], within: 1e-7)
  }

  @Test("Without either key nothing is stored that was not stored before")
  func unset() throws {
    #expect(
      AccuracyDrivenSampling().storedParameters.keys.sorted() == [
        "cap", "floor", "gamma", "power", "smoothing",
      ])
    var strategy = AccuracyDrivenSampling()
    strategy.lowCount = 0
    let error = #expect(throws: InvalidParameter.self) { try strategy.validate() }
    #expect(error?.description == "low_count is 0, but must be a whole number, at least 1")
    (strategy.lowCount, strategy.lowAccuracy) = (nil, 1.5)
    #expect(throws: InvalidParameter.self) { try strategy.validate() }
  }

  @Test("The strategy's own test measures it")
  func trial() throws {
    let findings = try StrategyTrial(AccuracyDrivenSampling.self).findings
    let own = findings.filter { $0.what.contains("low_count 20 or low_accuracy 0.5") }
    #expect(own.contains { $0.what.hasSuffix("class mass") } && own.allSatisfy(\.passes))
  }
}
