import Statistics
import Testing

@Suite("A sample")
struct SampleTests {
  @Test("has a mean, and from two values on a standard deviation")
  func moments() {
    #expect(Sample([]).mean == nil && Sample([]).standardDeviation == nil)
    #expect(Sample([3]).mean == 3 && Sample([3]).standardDeviation == nil)
    #expect(Sample([1, 2, 3, 4]).mean == 2.5)
    expectClose(Sample([1, 2, 3, 4]).standardDeviation, (5.0 / 3).squareRoot())
    #expect(Sample([0.7, 0.7, 0.7]).standardDeviation! < 1e-15)
  }

  @Test("has NumPy's quantiles", arguments: Golden.all.quantiles)
  func quantiles(golden: Golden.Quantile) {
    expectClose(Sample(golden.values).quantile(golden.share), golden.value)
    #expect(Sample([]).quantile(golden.share) == nil)
  }

  @Test("has a median")
  func median() { #expect(Sample([3, 1, 2]).median == 2 && Sample([4, 1]).median == 2.5) }
}

@Suite("Special functions")
struct SpecialFunctionTests {
  @Test("agree with SciPy's")
  func golden() {
    for row in Golden.all.upperGamma {
      expectClose(SpecialFunctions.upperGamma(row[0], row[1]), row[2], relative: 2e-13)
    }
    for row in Golden.all.logGamma {
      expectClose(SpecialFunctions.logGamma(row[0]), row[1], relative: 1e-14, absolute: 1e-14)
    }
    for row in Golden.all.normal {
      // The tail multiplies the argument's rounding by x²: 900 · 2⁻⁵³ at −30.
      expectClose(NormalDistribution.cumulative(row[0]), row[1], relative: 5e-13)
    }
    for row in Golden.all.normalQuantile {
      expectClose(NormalDistribution.quantile(row[0]), row[1], absolute: 1e-14)
    }
    #expect(NormalDistribution.quantile(0) == -.infinity)
    #expect(NormalDistribution.quantile(1) == .infinity)
  }
}
