import Foundation
import Statistics
import Testing

/// `Fixtures/marks.json`, written by `Tests/References/statistics_marks.py`.
private struct MarksGolden: Decodable {
  struct Prior: Decodable {
    var variances, degrees: [Double]
    var prior: Double?
    var scale, mean: Double
  }
  struct Discovery: Decodable { var p, adjusted: [Double] }
  struct Trend: Decodable {
    var share, images, variance: [Double]
    var phi, tau: Double
  }
  struct Blocks: Decodable {
    var values: [[Double?]]
    var squares: [Double]
    var degrees, mean: Double
  }
  var blocks: [Blocks]
  var polygamma, sidak: [[Double]]
  var priors: [Prior]
  var discoveries: [Discovery]
  var trends: [Trend]

  static let all: MarksGolden = {
    let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Fixtures/marks.json")
    return try! JSONDecoder().decode(MarksGolden.self, from: Data(contentsOf: url))
  }()
}

@Suite("Moderated variances and many tests")
struct ModerationTests {
  @Test("digamma and trigamma agree with SciPy's, and the inverse inverts")
  func polygamma() {
    for row in MarksGolden.all.polygamma {
      expectClose(SpecialFunctions.digamma(row[0]), row[1], relative: 1e-13, absolute: 1e-13)
      expectClose(SpecialFunctions.trigamma(row[0]), row[2], relative: 1e-13)
      expectClose(SpecialFunctions.inverseTrigamma(row[2]), row[0], relative: 1e-9)
    }
  }

  @Test("the prior's degrees of freedom are limma's, its variance at least limma's and the mean")
  func priors() throws {
    for golden in MarksGolden.all.priors {
      let pairs = zip(golden.variances, golden.degrees).map { (variance: $0, degrees: $1) }
      let prior = try #require(VariancePrior(pairs, limit: 1e6))
      if let degrees = golden.prior {
        expectClose(prior.degrees, degrees, relative: 1e-6)
        expectClose(prior.variance, max(golden.scale, golden.mean), relative: 1e-6)
      } else {
        #expect(prior.degrees == 1e6)
        expectClose(prior.variance, golden.mean, relative: 1e-12)
      }
      #expect(try #require(VariancePrior(pairs, limit: 2)).degrees <= 2)
    }
  }

  @Test("a variance is drawn towards the others, and zeros do not break it")
  func posterior() throws {
    let prior = try #require(
      VariancePrior([(0, 1), (0, 1), (4, 1), (4, 1), (4, 1), (4, 1)], limit: 3))
    // All that are above zero are equal: the prior is as strong as it may be, with the mean of all.
    #expect(prior.degrees == 3)
    expectClose(prior.variance, 16.0 / 6, relative: 1e-12)
    // Rounding is no spread.
    #expect(
      VariancePrior([(1e-34, 1), (1e-33, 1), (4, 1), (4, 1), (4, 1), (4, 1)], limit: 3)?.degrees
        == 3)
    let found = prior.posterior(of: 0, degrees: 1, limit: 3)
    expectClose(found.variance, 2, relative: 1e-12)
    #expect(found.degrees == 3)
    #expect(VariancePrior([(0, 2), (0, 2)], limit: 4) == nil)
    #expect(VariancePrior([], limit: 4) == nil)
    // One variance alone is taken as it is.
    let single = try #require(VariancePrior([(5, 2)], limit: 9))
    #expect(single.posterior(of: 5, degrees: 2, limit: 9) == (5, 2))
  }

  @Test("Benjamini and Hochberg's values are SciPy's")
  func discoveries() {
    for golden in MarksGolden.all.discoveries {
      for (found, expected) in zip(FalseDiscoveryRate.adjust(golden.p), golden.adjusted) {
        expectClose(found, expected, relative: 1e-12)
      }
      #expect(
        FalseDiscoveryRate.findings(golden.p, rate: 0.05)
          == golden.adjusted.count { $0 <= 0.05 })
    }
    #expect(FalseDiscoveryRate.adjust([]) == [])
  }

  @Test("the variance of hits is fitted as by SciPy's non-negative least squares")
  func trends() {
    for golden in MarksGolden.all.trends {
      let cells = golden.share.indices.map {
        HitVariance.Cell(
          share: golden.share[$0], images: golden.images[$0], variance: golden.variance[$0])
      }
      let trend = HitVariance(fitting: cells)
      expectClose(trend.images, golden.phi, relative: 1e-5, absolute: 1e-9)
      expectClose(trend.seeds, golden.tau, relative: 1e-5, absolute: 1e-9)
    }
    let none = HitVariance(fitting: [])
    #expect(none.images == 1 && none.seeds == 0)
    expectClose(none.expected(share: 0.5, images: 10), 0.05)
  }

  @Test("the rest of a block design is that of least squares")
  func blocks() {
    for golden in MarksGolden.all.blocks {
      let design = BlockDesign(golden.values)
      #expect(design.degrees == golden.degrees)
      expectClose(design.meanSquare, golden.mean, relative: 1e-9)
      for (found, squares) in zip(design.variances, golden.squares) {
        expectClose(found.map { $0.value * $0.degrees }, squares, relative: 1e-8, absolute: 1e-15)
      }
    }
    // Seeds that nobody shares, and one value each, tell nothing.
    #expect(BlockDesign([[1, nil], [nil, 2]]).degrees == 0)
    #expect(BlockDesign([[1], [2]]).meanSquare == nil)
    #expect(BlockDesign([]).variances.isEmpty)
    // Two treatments are a paired test: the rest of each is half the differences' variance.
    let pair = BlockDesign([[1, 2, 4], [1.5, 2, 5]])
    expectClose(pair.meanSquare, 0.25 / 2, relative: 1e-12)
    #expect(pair.degrees == 2)
  }

  @Test("Šidák's levels are as the formula says, and hold for tiny p")
  func sidak() {
    for row in MarksGolden.all.sidak {
      expectClose(Sidak.level(row[0], count: Int(row[1])), row[2], relative: 1e-12)
      expectClose(Sidak.adjust(0.003, count: Int(row[1])), row[3], relative: 1e-12)
    }
    expectClose(Sidak.adjust(1e-20, count: 4), 4e-20, relative: 1e-12)
    #expect(Sidak.adjust(1, count: 3) == 1)
  }
}
