import Metrics
import Reports
import Results
import Testing

@Suite("Ranks over several sweeps")
struct RankTests {
  /// Sweeps in which strategy j of `rows[i]` has that macro recall, over two seeds around it.
  private static func comparisons(
    _ rows: [[Double?]], dataset: (Int) -> String = { "data-\($0)" },
    baseline: String? = "a"
  ) throws -> [Comparison] {
    try rows.enumerated().map { place, row in
      let runs = zip(["a", "b", "c", "d"], row).flatMap { name, value -> [RunSummary] in
        guard let value else { return [] }
        return [-0.01, 0.01].enumerated().map { seed, shift in
          var run = SampleRuns.done(name, seed: UInt64(seed), hits: [38, 36, 16, 12, 3, 0])
          (run.sweep, run.dataset, run.groupHash) = ("sweep-\(place)", dataset(place), name)
          run.headline?.macroRecall = value + shift
          return run
        }
      }
      return try Comparison(runs, baseline: baseline)
    }
  }

  @Test("each data set counts once, by its means, and rank 1 is the best")
  func ranks() throws {
    let ranks = try RankComparison(
      Self.comparisons([[0.5, 0.7, 0.6], [0.5, 0.8, 0.6], [0.6, 0.5, 0.5], [0.4, 0.9, 0.6]]))
    #expect(ranks.entries.map(\.name) == ["b", "c", "a"])
    #expect(ranks.entries.map(\.ranks) == [[1, 1, 2.5, 1], [2, 2, 2.5, 2], [3, 3, 1, 3]])
    #expect(ranks.entries.map(\.meanRank) == [1.375, 2.125, 2.5])
    #expect(ranks.entries.map { $0.p == nil } == [false, false, true])
    #expect(ranks.datasets == ["sweep-0", "sweep-1", "sweep-2", "sweep-3"])
    #expect(ranks.remarks.contains { $0.contains("4 data sets are few") })
  }

  @Test("the lower loss is the better")
  func losses() throws {
    let comparisons = try Self.comparisons([[0.5, 0.7, 0.6], [0.5, 0.8, 0.6]]).map { one in
      let runs = one.strategies.flatMap(\.runs).map { run in
        var run = run
        let recall = run.headline?.macroRecall
        run.headline?.loss = recall
        return run
      }
      return try Comparison(runs, baseline: "a", metric: .loss)
    }
    #expect(try RankComparison(comparisons).entries.map(\.name) == ["a", "c", "b"])
  }

  @Test("what some data set lacks is left out and named; other blocks are told")
  func remarks() throws {
    let ranks = try RankComparison(
      Self.comparisons(
        [[0.5, 0.7, 0.6, 0.9], [0.5, 0.8, 0.6, nil]], dataset: { _ in "the same" }))
    #expect(ranks.entries.map(\.name) == ["b", "c", "a"] && ranks.incomplete == ["d"])
    #expect(ranks.remarks.contains { $0.contains("several sweeps are on the same") })
    #expect(ranks.remarks.contains { $0.hasSuffix("does not have them: d") })
  }

  @Test("one data set, or two strategies, cannot be ranked")
  func problems() throws {
    #expect(throws: RankComparison.Problem.oneDataset("data-0")) {
      try RankComparison(Self.comparisons([[0.5, 0.7, 0.6]]))
    }
    #expect(throws: RankComparison.Problem.fewStrategies(common: ["b", "a"], datasets: 2)) {
      try RankComparison(Self.comparisons([[0.5, 0.6, 0.7], [0.5, 0.6, nil]]))
    }
  }

  @Test("every format has every strategy, and says what the ranks speak of")
  func texts() throws {
    let rows = (0..<12).map { [0.5, 0.6 + Double($0 % 3) / 100, 0.55, 0.3] as [Double?] }
    let ranks = try RankComparison(Self.comparisons(rows))
    let report = RankReport(ranks)
    let text = report.render(.table)
    let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(words.contains("do not all rank alike"))
    #expect(words.contains("This speaks of other data sets like these"))
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 })
    #expect(report.render(.csv).split(separator: "\r\n").count == 1 + 4 * 12)
    #expect(report.render(.json).contains("\"critical_difference\""))
    #expect(report.render(.markdown).contains("| b |"))
    let svg = Pictures.file(of: ranks, millimetres: 84)
    #expect(svg.contains("critical difference") && svg.contains("b 1.00") && !svg.contains("var("))
  }

  @Test("with a region of practical equivalence, each is judged against the baseline")
  func practicality() throws {
    let rows = (0..<8).map { [0.5, 0.53 + Double($0 % 3) / 100, 0.503, 0.4] as [Double?] }
    let ranks = try RankComparison(Self.comparisons(rows), rope: 0.01)
    let found = Dictionary(uniqueKeysWithValues: ranks.entries.map { ($0.name, $0.practicality) })
    #expect((found["b"]??.higher ?? 0) > 0.99)
    #expect((found["c"]??.within ?? 0) > 0.99)
    #expect((found["d"]??.lower ?? 0) > 0.99)
    #expect(found["a"] == .some(nil))
    #expect(
      try RankComparison(Self.comparisons(rows), rope: 0.01).entries.map(\.practicality)
        == ranks.entries.map(\.practicality))
    let text = RankReport(ranks).render(.table)
    #expect(text.contains("P(same)") && text.contains("Bayesian signed-rank test"))
    let plain = RankReport(try RankComparison(Self.comparisons(rows))).render(.table)
    #expect(!plain.contains("P(same)") && !plain.contains("Bayesian"))
    let none = try RankComparison(Self.comparisons(rows, baseline: nil), rope: 0.01)
    #expect(RankReport(none).render(.table).contains("nothing is said of what matters"))
  }

  @Test("strategies that tie everywhere have a rank and no test")
  func ties() throws {
    let ranks = try RankComparison(Self.comparisons([[0.5, 0.5, 0.5], [0.6, 0.6, 0.6]]))
    #expect(ranks.friedman == nil && ranks.criticalDifference == nil)
    #expect(ranks.entries.allSatisfy { $0.meanRank == 2 })
    #expect(RankReport(ranks).render(.table).contains("tie on every data set"))
  }

  @Test("a grid has one rank, that of the variant that validation chose on each data set")
  func variants() throws {
    // On the first data set gamma=1 is best on validation and gamma=2 on test, on the second gamma=2.
    let comparisons = try (0..<2).map { place in
      let figures: [(label: String, variant: String, test: Double)] = [
        ("a", "", 0.5), ("focal", "gamma=1", 0.6), ("focal", "gamma=2", 0.9), ("c", "", 0.55),
      ]
      let runs = figures.enumerated().map { number, one in
        var run = SampleRuns.done(
          one.label, variant: one.variant, seed: 1, hits: [38, 36, 16, 12, 3, 0])
        (run.sweep, run.dataset, run.id) = ("sweep-\(place)", "data-\(place)", Int64(number))
        run.groupHash = one.label + one.variant
        run.headline?.macroRecall = one.test
        return run
      }
      return try Comparison(runs, baseline: "a")
    }
    let shown = comparisons.enumerated().map { place, comparison in
      comparison.representing(by: place == 0 ? [1: 0.8, 2: 0.7] : [1: 0.7, 2: 0.8])
    }
    let ranks = try RankComparison(shown)
    #expect(ranks.entries.map(\.name) == ["focal", "c", "a"])
    #expect(ranks.entries.map(\.values) == [[0.6, 0.9], [0.55, 0.55], [0.5, 0.5]])
    #expect(ranks.incomplete.isEmpty)
    #expect(
      ranks.remarks.contains { $0.hasPrefix("sweep-0: focal: gamma=1 stands for 2 variants") })
    #expect(
      ranks.remarks.contains { $0.hasPrefix("sweep-1: focal: gamma=2 stands for 2 variants") })
    let all = try RankComparison(comparisons, byVariant: true)
    #expect(all.entries.map(\.name) == ["focal gamma=2", "focal gamma=1", "c", "a"])
  }
}
