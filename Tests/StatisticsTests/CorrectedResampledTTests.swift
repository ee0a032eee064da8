import Statistics
import Testing

@Suite("The corrected resampled t test")
struct CorrectedResampledTTests {
  @Test("agrees with SciPy") func golden() throws {
    for expected in Golden.all.correctedT {
      let test = try #require(
        CorrectedResampledT(differences: expected.differences, testShare: expected.testShare))
      #expect(test.splits == expected.differences.count)
      expectClose(test.varianceFactor, expected.factor)
      expectClose(test.standardError, expected.error)
      expectClose(test.statistic, expected.statistic)
      expectClose(test.pValue, expected.p, relative: 1e-10)
      expectClose(test.interval().lowerBound, expected.low, relative: 1e-10, absolute: 1e-13)
      expectClose(test.interval().upperBound, expected.high, relative: 1e-10, absolute: 1e-13)
    }
  }

  @Test("Student's t and the incomplete beta function agree with SciPy") func functions() {
    for row in Golden.all.studentT {
      expectClose(
        StudentT.cumulative(row[0], degrees: row[1]), row[2], relative: 1e-11, absolute: 1e-15)
    }
    for row in Golden.all.studentTQuantile {
      expectClose(StudentT.quantile(row[0], degrees: row[1]), row[2], relative: 1e-10)
    }
    for row in Golden.all.incompleteBeta {
      expectClose(
        SpecialFunctions.incompleteBeta(row[0], row[1], row[2]), row[3], relative: 1e-11,
        absolute: 1e-300)
    }
  }

  @Test("needs two splits, and knows nothing of differences without spread") func edges() throws {
    #expect(CorrectedResampledT(differences: [], testShare: 0.25) == nil)
    #expect(CorrectedResampledT(differences: [0.1], testShare: 0.25) == nil)
    let same = try #require(CorrectedResampledT(differences: [0.5, 0.5, 0.5], testShare: 0.5))
    #expect(same.statistic == nil && same.pValue == nil)
    #expect(same.interval() == 0.5...0.5)
  }

  @Test("is wider than the plain test, by √(1 + n · n_test / n_train)") func wider() throws {
    let values = [0.02, 0.015, 0.03, -0.005, 0.011]
    let plain = try #require(CorrectedResampledT(differences: values, testShare: 0))
    let corrected = try #require(CorrectedResampledT(differences: values, testShare: 0.25))
    expectClose(
      corrected.standardError, plain.standardError * (1 + 5 * 0.25).squareRoot(), relative: 1e-14)
    expectClose(plain.standardError, Sample(values).standardDeviation! / 5.0.squareRoot())
  }
}
