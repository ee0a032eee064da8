import Metrics
import Reports
import Results
import Testing

@Suite("Variants of swept settings")
struct VariantTests {
  /// Two seeds of a baseline, of three variants of one strategy, and of another strategy.
  private static func runs() -> [RunSummary] {
    let figures: [(String, String, Double)] = [
      ("baseline", "", 0.60), ("focal", "gamma=1", 0.62), ("focal", "gamma=2", 0.70),
      ("focal", "gamma=5", 0.66), ("ldam", "", 0.64),
    ]
    return figures.enumerated().flatMap { place, one in
      (1...2).map { seed in
        var run = SampleRuns.done(
          one.0, variant: one.1, seed: UInt64(seed), hits: [38, 36, 16, 12, 3, 0])
        run.id = Int64(place * 10 + seed)
        run.groupHash = "hash\(place)"
        run.headline?.macroRecall = one.2 + Double(seed) / 1000
        return run
      }
    }
  }

  @Test("the best on validation stands for all, and never the best on test")
  func chosen() throws {
    let comparison = try Comparison(Self.runs(), baseline: "baseline")
    // Variant gamma=2 is best on test; gamma=5 on validation.
    let validation: [Int64: Double] = [11: 0.5, 12: 0.5, 21: 0.6, 22: 0.6, 31: 0.7, 32: 0.6]
    let shown = comparison.representing(by: validation)
    #expect(shown.strategies.map(\.name) == ["focal gamma=5", "ldam", "baseline"])
    let text = TerminalReport(subject: .strategy, style: TextStyle(width: 200)).render(shown)
    #expect(
      text.contains(
        "focal: gamma=5 stands for 3 variants, the best on validation (macro recall 65.0, mean over "
          + "seeds); their test macro recall: 62.2 to 70.2"))
    #expect(text.contains("tuning is unequal: focal was tried in 3 variants, ldam in 1"))
    // The correction still counts everything that was compared.
    #expect(shown.comparisons == comparison.comparisons)
  }

  @Test("where a variant has no figure on validation, all are shown and it is said")
  func incomplete() throws {
    let comparison = try Comparison(Self.runs(), baseline: "baseline")
    let shown = comparison.representing(by: [11: 0.5, 12: 0.5, 21: 0.6, 22: 0.6, 31: 0.7])
    #expect(shown.strategies.count == 5)
    let text = TerminalReport(subject: .strategy, style: TextStyle(width: 200)).render(shown)
    #expect(text.contains("focal: all 3 variants are shown"))
  }

  @Test("without variants nothing changes")
  func plain() throws {
    let comparison = try Comparison(
      Self.runs().filter { $0.strategy != "focal" }, baseline: "baseline")
    let shown = comparison.representing(by: [:])
    let report = TerminalReport(subject: .strategy)
    #expect(report.render(shown) == report.render(comparison))
  }
}
