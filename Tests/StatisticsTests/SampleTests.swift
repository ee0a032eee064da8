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

@Suite("A paired bootstrap")
struct PairedBootstrapTests {
  @Test("agrees with SciPy's within the noise of sampling", arguments: Golden.all.bootstrap)
  func golden(golden: Golden.Bootstrap) throws {
    var generator = SplitMix(state: 1)
    let bootstrap = try #require(
      PairedBootstrap(
        differences: golden.differences, resamples: 100_000, using: &generator))
    // A 2.5 % quantile of 100 000 draws wanders by about 1 % of the standard error of the mean.
    let sample = Sample(golden.differences)
    let noise = 0.06 * sample.standardDeviation! / Double(golden.differences.count).squareRoot()
    for (method, expected) in [
      (PairedBootstrap.Method.percentile, golden.percentile), (.bca, golden.bca),
    ] {
      let interval = bootstrap.interval(confidence: 0.95, method: method)
      expectClose(interval.lower, expected[0], relative: 0, absolute: noise)
      expectClose(interval.upper, expected[1], relative: 0, absolute: noise)
    }
  }

  @Test("gives the same interval for the same generator")
  func repeatable() throws {
    func interval(_ seed: UInt64) throws -> PairedBootstrap.Interval {
      var generator = SplitMix(state: seed)
      let bootstrap = PairedBootstrap(
        differences: [0.5, 0.123, -0.2, 0.31], resamples: 500, using: &generator)
      return try #require(bootstrap).interval()
    }
    #expect(try interval(1) == interval(1))
    #expect(try interval(1) != interval(2))
  }

  @Test("says how often the mean is above zero")
  func share() throws {
    func share(_ differences: [Double]) throws -> Double {
      var generator = SplitMix(state: 3)
      let bootstrap = PairedBootstrap(differences: differences, using: &generator)
      return try #require(bootstrap).shareAboveZero
    }
    #expect(try share([1, 2, 3]) == 1)
    #expect(try share([-1, -2]) == 0)
    #expect(try share([0, 0, 0]) == 0.5)
    #expect(try abs(share([-1, 1]) - 0.5) < 0.02)
  }

  @Test("of equal differences is a point, of fewer than two undefined")
  func degenerate() throws {
    var generator = SplitMix(state: 3)
    let equal = try #require(PairedBootstrap(differences: [0.25, 0.25, 0.25], using: &generator))
    for method in PairedBootstrap.Method.allCases {
      let interval = equal.interval(method: method)
      #expect(interval.lower == 0.25 && interval.upper == 0.25)
    }
    #expect(PairedBootstrap(differences: [1], using: &generator) == nil)
  }
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
      expectClose(NormalDistribution.cumulative(row[0]), row[1], relative: 1e-13)
    }
    for row in Golden.all.normalQuantile {
      expectClose(NormalDistribution.quantile(row[0]), row[1], absolute: 1e-14)
    }
    #expect(NormalDistribution.quantile(0) == -.infinity)
    #expect(NormalDistribution.quantile(1) == .infinity)
  }
}
