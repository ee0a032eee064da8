import Metrics
import Reports
import Results
import Testing

@Suite("Strategies that were not made because another one is the same")
struct EqualStrategyTests {
  private var runs: [RunSummary] {
    SampleRuns.night
      + [1, 2, 3].map { (seed: UInt64) -> RunSummary in
        var run = SampleRuns.unfinished("twin", seed: seed, .done)
        run.equals = EqualRun(
          id: 1, name: "baseline-s\(seed)", strategy: "baseline", variant: "")
        return run
      }
  }

  @Test("are no comparison, have no line, and are named")
  func named() throws {
    let without = try Comparison(SampleRuns.night, baseline: "baseline")
    let comparison = try Comparison(runs, baseline: "baseline")
    #expect(comparison.comparisons == without.comparisons)
    #expect(comparison.strategies.map(\.name) == without.strategies.map(\.name))
    #expect(comparison.runCount == without.runCount)
    #expect(
      comparison.equals.map(\.sentence) == [
        "twin: the same as baseline on these data; not run (seeds 1, 2, 3), and no comparison."
      ])
    let text = ReportFormat.markdown.report().render(comparison)
    #expect(text.contains("twin: the same as baseline on these data; not run (seeds 1, 2, 3)"))
    let json = ReportFormat.json.report().render(comparison)
    #expect(json.contains(#""same_as": "baseline""#))
    #expect(!ReportFormat.json.report().render(without).contains("same_as"))
  }

  @Test("as the baseline, stand for the strategy that is the same")
  func asBaseline() throws {
    #expect(try Comparison(runs, baseline: "twin").baseline == "baseline")
  }
}
