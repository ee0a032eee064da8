import Foundation
import Metrics
import Reports
import TestSupport
import Testing

@Suite("What matters in practice")
struct PracticalityTests {
  /// Of the fixture that `Tests/References/statistics_ranks.py` writes.
  struct Fixture: Decodable, Sendable {
    struct Case: Decodable, Sendable {
      var mean, error, degrees, rope, lower, higher: Double
    }
    var practical: [Case]
  }

  @Test("is the share of Student's t beyond the region, as SciPy has it")
  func golden() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "StatisticsTests/Fixtures/ranks.json")
    let fixture = try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: file))
    #expect(fixture.practical.count == 12)
    for one in fixture.practical {
      let found = Practicality(
        mean: one.mean, error: one.error, degrees: one.degrees, rope: one.rope)
      #expect(abs(found.lower - one.lower) < 1e-9 && abs(found.higher - one.higher) < 1e-9)
      #expect(abs(found.lower + found.within + found.higher - 1) < 1e-12)
    }
  }

  @Test("is printed where it is asked for, and nothing is known of one seed")
  func report() throws {
    var comparison = try Comparison(SampleRuns.night, baseline: "baseline")
    let text = TerminalReport(subject: .strategy)
    #expect(!text.render(comparison).contains("P(same)"))
    comparison.rope = 0.02
    #expect(text.render(comparison).contains("P(same)"))
    let csv = CSVReport(subject: .strategy).render(comparison)
    let keys = csv.split(separator: "\r\n")[0].split(separator: ",").map(String.init)
    #expect(keys.suffix(4) == ["rope", "diff_p_lower", "diff_p_same", "diff_p_higher"])
    let contrasts = comparison.strategies.compactMap {
      comparison.contrast(of: $0, in: .macroRecall)
    }
    for contrast in contrasts where contrast.seedInterval != nil {
      let narrow = try #require(Practicality(of: contrast, rope: 0.001))
      let wide = try #require(Practicality(of: contrast, rope: 0.1))
      #expect(wide.within > narrow.within)
    }
    var alone = try Comparison(SampleRuns.night.filter { $0.seed == 1 }, baseline: "baseline")
    alone.rope = 0.02
    #expect(text.render(alone).contains("n/a"))
    #expect(
      alone.strategies.allSatisfy { strategy in
        comparison.contrast(of: strategy, in: .macroRecall) == nil
          || alone.contrast(of: strategy, in: .macroRecall).flatMap {
            Practicality(of: $0, rope: 0.02)
          } == nil
      })
  }
}
