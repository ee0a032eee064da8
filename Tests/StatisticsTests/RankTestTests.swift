import Statistics
import Testing

@Suite("The signed-rank test")
struct WilcoxonTests {
  @Test("agrees with SciPy", arguments: Golden.all.wilcoxon)
  func golden(golden: Golden.Wilcoxon) {
    let test = WilcoxonSignedRank(differences: golden.differences)
    #expect(test.pairs == golden.pairs && test.positiveRankSum == golden.positive)
    #expect(test.zeros == golden.differences.count - golden.pairs)
    // Dyadic shares are exact; the approximation rests on erfc.
    expectClose(test.pValue, golden.p)
  }

  @Test("of equal pairs is undefined")
  func undefined() {
    #expect(WilcoxonSignedRank(differences: []).pValue == nil)
    #expect(WilcoxonSignedRank(differences: [0, 0, 1e-15]).pValue == nil)
  }

  @Test("takes rounding for a tie")
  func rounding() {
    let rounded = WilcoxonSignedRank(differences: [0.1 + 0.2, 0.3, -0.3, 0.5])
    let exact = WilcoxonSignedRank(differences: [0.3, 0.3, -0.3, 0.5])
    #expect(rounded == exact)
  }

  @Test("does not change with the sign of all differences")
  func symmetry() {
    for golden in Golden.all.wilcoxon {
      let mirrored = WilcoxonSignedRank(differences: golden.differences.map { -$0 })
      expectClose(mirrored.pValue, golden.p)
    }
  }

  @Test("cannot fall below what its pairs can reach", arguments: 1...20)
  func smallest(pairs: Int) {
    let differences = (1...pairs).map(Double.init)
    #expect(
      WilcoxonSignedRank(differences: differences).pValue == smallestReachableP(pairs: pairs))
  }

  @Test("goes over smoothly from counting to the approximation")
  func limit() throws {
    func p(_ count: Int) throws -> Double {
      let differences = (1...count).map { Double($0 % 3 == 0 ? -$0 : $0) }
      return try #require(WilcoxonSignedRank(differences: differences).pValue)
    }
    let (counted, approximated) =
      (try p(WilcoxonSignedRank.exactLimit), try p(WilcoxonSignedRank.exactLimit + 2))
    #expect(abs(counted - approximated) < 0.1 * counted)
  }

  @Test("needs so many pairs for so many comparisons")
  func needed() {
    let needed = [1, 2, 3, 4, 6, 7, 9, 10, 15, 45].map { pairsNeeded(comparisons: $0) }
    #expect(needed == [6, 7, 7, 8, 8, 9, 9, 9, 10, 11])
    #expect(pairsNeeded(comparisons: 1, alpha: 1) == 1)
    #expect(smallestReachableP(pairs: 5) == 0.0625 && smallestReachableP(pairs: 0) == nil)
  }
}

@Suite("McNemar's test")
struct McNemarTests {
  @Test("agrees with SciPy's binomial test", arguments: Golden.all.mcnemar)
  func golden(golden: Golden.McNemar) {
    // A difference of logarithms of about 1e5 leaves 1e-11 of relative error.
    let test = McNemar(onlyFirst: golden.first, onlySecond: golden.second)
    expectClose(test.pValue, golden.p, relative: 1e-10)
    #expect(
      McNemar(onlyFirst: golden.second, onlySecond: golden.first).pValue == test.pValue)
  }
}

@Suite("Friedman's test")
struct FriedmanTests {
  @Test("agrees with SciPy", arguments: Golden.all.friedman)
  func golden(golden: Golden.Friedman) throws {
    let test = try #require(Friedman(blocks: golden.blocks))
    expectClose(test.statistic, golden.statistic)
    expectClose(test.pValue, golden.p)
    let sum = test.meanRanks.reduce(0, +)
    let treatments = Double(golden.blocks[0].count)
    expectClose(sum, treatments * (treatments + 1) / 2)
  }

  @Test("is undefined for too few treatments or blocks, and for ties only")
  func undefined() {
    #expect(Friedman(blocks: []) == nil && Friedman(blocks: [[1, 2, 3]]) == nil)
    #expect(Friedman(blocks: [[1, 2], [2, 1], [1, 2]]) == nil)
    #expect(Friedman(blocks: [[1, 1, 1], [2, 2, 2]]) == nil)
  }
}

@Suite("Holm's correction")
struct HolmTests {
  @Test("steps down", arguments: Golden.all.holm)
  func golden(golden: Golden.Holm) {
    for (actual, expected) in zip(Holm.adjust(golden.p), golden.adjusted) {
      expectClose(actual, expected)
    }
    #expect(Holm.adjust(golden.p).count == golden.p.count)
  }
}
