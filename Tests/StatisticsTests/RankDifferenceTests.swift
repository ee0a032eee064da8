import Foundation
import Randomness
import Statistics
import Testing

@Suite("Ranks over data sets")
struct RankDifferenceTests {
  /// `Fixtures/ranks.json`, written by `Tests/References/statistics_ranks.py`.
  struct Fixture: Decodable, Sendable {
    struct Tail: Decodable, Sendable {
      var q, tail: Double
      var k: Int
    }
    struct Quantile: Decodable, Sendable {
      var q: Double
      var k: Int
    }
    struct Ranked: Decodable, Sendable {
      var values, nemenyi: [[Double]]
      var ranks, holm: [Double]
      var statistic, p, critical: Double
    }
    struct Hedges: Decodable, Sendable {
      var degrees: Int
      var factor: Double
    }
    struct SignedRank: Decodable, Sendable {
      var differences: [Double]
      var rope, lower, within, higher: Double
    }
    var signedRank: [SignedRank]
    var hedges: [Hedges]
    var range: [Tail]
    var quantiles: [Quantile]
    var ranked: [Ranked]

    static let all: Fixture = {
      let file = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Fixtures/ranks.json")
      return try! JSONDecoder().decode(Fixture.self, from: Data(contentsOf: file))
    }()
  }

  @Test("the studentized range is SciPy's")
  func range() {
    for one in Fixture.all.range {
      expectClose(StudentizedRange.tail(one.q, of: one.k), one.tail, relative: 1e-7, absolute: 1e-9)
    }
    for one in Fixture.all.quantiles {
      expectClose(StudentizedRange.quantile(tail: 0.05, of: one.k), one.q, relative: 1e-7)
    }
  }

  @Test("Friedman, Nemenyi, Holm and the critical difference are those of the libraries")
  func ranks() throws {
    for one in Fixture.all.ranked {
      let test = try #require(Friedman(blocks: one.values.map { $0.map { -$0 } }))
      expectClose(test.statistic, one.statistic, relative: 1e-10)
      expectClose(test.pValue, one.p, relative: 1e-9)
      let differences = RankDifferences(test, blocks: one.values.count)
      for (rank, expected) in zip(differences.meanRanks, one.ranks) { expectClose(rank, expected) }
      expectClose(differences.criticalDifference(), one.critical, relative: 1e-7)
      for a in one.ranks.indices {
        for b in one.ranks.indices where a != b {
          expectClose(differences.nemenyi(a, b), one.nemenyi[a][b], relative: 1e-6, absolute: 1e-8)
        }
      }
      let holm = differences.holm(against: 0)
      #expect(holm[0] == nil)
      for (p, expected) in zip(holm.dropFirst(), one.holm) {
        expectClose(p, expected, relative: 1e-9)
      }
    }
  }

  @Test("Hedges' correction is that of the gamma function")
  func hedges() {
    for one in Fixture.all.hedges {
      expectClose(EffectSize.correction(degrees: one.degrees), one.factor, relative: 1e-12)
    }
  }

  @Test("the Bayesian signed-rank test is baycomp's, within what both draw at random")
  func signedRank() {
    for one in Fixture.all.signedRank {
      var generator = SeededGenerator(seed: 5, purpose: .testing)
      let own = BayesianSignedRank(
        differences: one.differences, rope: one.rope, draws: 20_000, using: &generator)
      // Four standard errors of a share over 20,000 draws here and 200,000 there, at its worst.
      let tolerance = 4 * 0.5 * (1.0 / 20_000 + 1.0 / 200_000).squareRoot()
      expectClose(own.lower, one.lower, absolute: tolerance)
      expectClose(own.within, one.within, absolute: tolerance)
      expectClose(own.higher, one.higher, absolute: tolerance)
      expectClose(own.lower + own.within + own.higher, 1, absolute: 1e-12)
    }
  }

  @Test("cliques are as large as they can be and none is part of another")
  func cliques() throws {
    for one in Fixture.all.ranked {
      let test = try #require(Friedman(blocks: one.values.map { $0.map { -$0 } }))
      let differences = RankDifferences(test, blocks: one.values.count)
      let limit = differences.criticalDifference()
      let ranks = differences.meanRanks
      let cliques = differences.cliques()
      for clique in cliques {
        let own = clique.map { ranks[$0] }
        #expect(own.max()! - own.min()! <= limit)
        #expect(!cliques.contains { $0 != clique && Set(clique).isSubset(of: $0) })
        // One more of either end would be too far.
        for other in ranks.indices where !clique.contains(other) {
          let wider = own + [ranks[other]]
          #expect(wider.max()! - wider.min()! > limit || own.contains(ranks[other]))
        }
      }
      for a in ranks.indices {
        for b in ranks.indices where a < b && abs(ranks[a] - ranks[b]) <= limit {
          #expect(cliques.contains { $0.contains(a) && $0.contains(b) })
        }
      }
    }
  }
}
