import Metrics
import Reports
import Results
import Testing

@Suite("Folds in a report")
struct FoldReportTests {
  /// Four folds and two seeds; the baseline has 10 hits everywhere.
  private var runs: [RunSummary] {
    let more = [[3, 6, 2, 5], [5, 4, 4, 1]]
    return (0..<2).flatMap { seed in
      (0..<4).flatMap { fold -> [RunSummary] in
        [("baseline", 0), ("weights", more[seed][fold])].map { strategy, extra in
          var run = SampleRuns.done(
            strategy, seed: UInt64(seed + 1), hits: [10 + extra, 0, 0, 0, 0, 0])
          run.fold = fold + 1
          return run
        }
      }
    }
  }

  @Test("differences have the corrected resampled t test, seeds of a fold averaged")
  func corrected() throws {
    let comparison = try Comparison(runs, baseline: "baseline", metric: .accuracy)
    #expect(comparison.foldCount == 4)
    let weights = try #require(comparison.strategies.first { $0.strategy == "weights" })
    let pair = try #require(weights.differences[.accuracy])
    #expect(pair.replicas.count == 8)
    // By SciPy, of fold means 4, 5, 3 and 3 of 135 images, with 139 test and 735 training images.
    #expect(abs(pair.varianceFactor! - 0.4391156462585034) < 1e-12)
    #expect(abs(pair.mean - 0.02777777777777778) < 1e-12)
    #expect(abs(pair.p! - 0.009672241037170588) < 1e-9)
    #expect(abs(pair.interval!.lowerBound - 0.012821535494130917) < 1e-9)
    #expect(abs(pair.interval!.upperBound - 0.04273402006142464) < 1e-9)
    #expect(pair.adjustedP == pair.p)
  }

  @Test("the report says that folds share training images, and has no plain test")
  func sentence() throws {
    let comparison = try Comparison(runs, baseline: "baseline", metric: .accuracy)
    // A table's lines break anywhere.
    let report = ReportFormat.table.report().render(comparison).split(
      whereSeparator: \.isWhitespace
    )
    .joined(separator: " ")
    #expect(
      report.contains("Folds share training images, so intervals and p are those of the corrected"))
    #expect(report.contains("1, 2, 3, 4; an image is tested in its own fold only"))
    #expect(!report.contains("signed ranks") && !report.contains("percentile bootstraps"))
  }

  @Test("one fold alone has a difference and no test") func single() throws {
    let comparison = try Comparison(
      runs.filter { $0.fold == 1 }, baseline: "baseline", metric: .accuracy)
    let weights = try #require(comparison.strategies.first { $0.strategy == "weights" })
    let pair = try #require(weights.differences[.accuracy])
    #expect(pair.p == nil && pair.interval == nil && pair.adjustedP == nil)
    #expect(abs(pair.mean - 4.0 / 135) < 1e-12)
  }

  @Test("a gain is worth an image of a fold, not of all folds") func gains() throws {
    let changed = runs.map { run in
      var run = run
      // The class has 40 images in all, 10 in each fold.
      for index in run.classes.indices where run.classes[index].classIndex == 0 {
        run.classes[index].support = 10
        run.classes[index].top1 = run.strategy == "weights" ? 0.55 : 0.5
      }
      return run
    }
    let comparison = try Comparison(changed, baseline: "baseline", metric: .accuracy)
    let weights = try #require(comparison.strategies.first { $0.strategy == "weights" })
    // Half an image of ten; of forty it would have been two.
    #expect(weights.classes[0].top1Change?.mark == ClassChange.Mark.none)
  }
}
