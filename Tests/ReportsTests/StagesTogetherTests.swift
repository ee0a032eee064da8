import Metrics
import Reports
import Results
import TestSupport
import Testing

@Suite("Stages together") struct StagesTogetherTests {
  /// A run of a stage with classes of 10 test images each.
  private func run(
    _ strategy: String, stage: RunStage, seed: UInt64 = 1,
    classes: [(String, train: Int, hits: Int)]
  ) -> RunSummary {
    let metrics = classes.enumerated().map { index, row in
      ClassMetrics(
        classIndex: index, support: 10, predicted: 10, correct: row.hits, correctTop5: 10,
        top1: Double(row.hits) / 10, top5: 1, precision: Double(row.hits) / 10,
        recall: Double(row.hits) / 10, f1: Double(row.hits) / 10, specificity: 0.9)
    }
    var headline = HeadlineMetrics(images: 10 * classes.count)
    headline.accuracy = metrics.compactMap(\.recall).reduce(0, +) / Double(classes.count)
    headline.macroRecall = headline.accuracy
    var run = RunSummary(
      id: Int64(seed * 10) + Int64(stage.place), sweep: "s", dataset: "d, stage \(stage.name)",
      name: "\(strategy)-\(stage.name)-s\(seed)", strategy: strategy, variant: "", seed: seed,
      status: .done, groupHash: "\(strategy)\(stage.name)", headline: headline, classes: metrics,
      classRecords: classes.enumerated().map {
        ClassRecord(
          index: $0, name: $1.0, trainCount: $1.train, validationCount: 1, testCount: 10)
      }, imagesSeen: 100 * (stage.place + 1), imagesPlanned: 100, epochsDone: 1, epochsPlanned: 1,
      bestEpoch: 1, seconds: 5, error: nil, overrides: [], notes: [])
    run.stage = stage
    return run
  }

  private let first = RunStage(name: "top", course: ["a"])
  private let second = RunStage(name: "rest", course: ["a", "b"])

  private func pair(_ strategy: String, hits: [Int]) -> [RunSummary] {
    [
      run(
        strategy, stage: first,
        classes: [("Shirts", train: 500, hits: hits[0]), ("Shoes", train: 200, hits: hits[1])]),
      run(strategy, stage: second, classes: [("Ties", train: 50, hits: hits[2])]),
    ]
  }

  @Test func `a run of every stage becomes one with all classes`() throws {
    let runs = pair("baseline", hits: [9, 7, 2]) + pair("weights", hits: [8, 8, 5])
    let comparisons = try Comparison.ofEachDataset(runs, baseline: "baseline")
    #expect(
      comparisons.map(\.dataset) == ["d, stage top", "d, stage rest", StagesTogether.dataset])
    let together = comparisons[2]
    #expect(together.classes.map(\.name) == ["Shirts", "Shoes", "Ties"])
    let baseline = try #require(together.baselines.first)
    #expect(baseline.imagesSeen == [300])
    #expect(baseline.metrics[.macroRecall]?.mean == (0.9 + 0.7 + 0.2) / 3)
    #expect(baseline.metrics[.accuracy]?.mean == 18.0 / 30)
    #expect(baseline.metrics[.manyRecall]?.mean == (0.9 + 0.7) / 2)
    #expect(baseline.metrics[.mediumRecall]?.mean == 0.2)
    #expect(baseline.metrics[.fewRecall] == nil)
    #expect(baseline.classes.map { $0.top1?.mean } == [0.9, 0.7, 0.2])
    let text = TerminalReport().render(together)
    #expect(text.contains("as the network of its own stage"))
    #expect(!TerminalReport().render(comparisons[0]).contains("as the network of its own stage"))
  }

  @Test func `the stages' confusions and reliability are those of the whole`() throws {
    let runs = pair("baseline", hits: [9, 7, 2]) + pair("weights", hits: [8, 8, 5])
    let comparisons = try Comparison.ofEachDataset(runs, baseline: "baseline")
    let stages = comparisons.prefix(2).map { ($0, SampleEvidence.of($0)) }
    let joined = Evidence(joining: stages, as: comparisons[2])
    let matrix = try #require(joined.confusions["baseline"])
    // Shirts, Shoes and Ties, each wrong image taken for another class of its own stage.
    #expect(matrix[0, 0] == 9 && matrix[0, 1] == 1 && matrix[1, 0] == 3 && matrix[1, 2] == 0)
    #expect(matrix.rowSum(2) == 10)
    let run = try #require(comparisons[2].baselines.first?.runs.first)
    let own = try #require(joined.reliability[run.id]?[.many])
    #expect(own.images == 2 * SampleEvidence.reliability[.many]!.images)
    #expect(joined.curves.isEmpty && joined.masses.isEmpty)
    // A class of both stages would count twice.
    #expect(Evidence(joining: [stages[0], stages[0]], as: comparisons[2]).confusions.isEmpty)
  }

  @Test func `where a stage is missing, there is no whole`() throws {
    let runs = pair("baseline", hits: [9, 7, 2]) + pair("weights", hits: [8, 8, 5]).prefix(1)
    #expect(StagesTogether.runs(runs).map(\.strategy) == ["baseline"])
    #expect(StagesTogether.runs(Array(runs.prefix(1))).isEmpty)
    var plain = runs[0]
    plain.stage = nil
    #expect(StagesTogether.runs([plain]).isEmpty)
  }

  @Test func `a file that was changed between sweeps has two wholes, and no class twice`() throws {
    let runs = pair("baseline", hits: [9, 7, 2])
    var longer = runs[1]
    (longer.id, longer.groupHash) = (99, "longer")
    longer.stage = RunStage(name: "rest", course: ["a", "c"])
    let joined = StagesTogether.runs(runs + [longer])
    #expect(joined.map(\.groupHash) == [runs[1].groupHash, "longer"])
    #expect(joined.allSatisfy { $0.classes.map(\.classIndex) == [0, 1, 2] })
    // Stages that do not continue the first one, or might continue either of two.
    longer.stage = RunStage(name: "rest", course: ["x", "c"])
    #expect(StagesTogether.runs([runs[0], longer]).isEmpty)
    #expect(StagesTogether.runs([runs[0], runs[0], runs[1]]).isEmpty)
  }

  @Test func `a class of two stages counts as the later one knows it`() throws {
    let runs = [
      run("baseline", stage: first, classes: [("Shirts", train: 500, hits: 9)]),
      run(
        "baseline", stage: second,
        classes: [("Shirts", train: 500, hits: 5), ("Ties", train: 50, hits: 2)]),
    ]
    let joined = try #require(StagesTogether.runs(runs).first)
    #expect(joined.classRecords.map(\.name) == ["Shirts", "Ties"])
    #expect(joined.classes.map(\.correct) == [5, 2])
    #expect(joined.headline?.images == 20)
    #expect(joined.imagesSeen == 300)
  }

  @Test func `while the baseline's last stage is missing, the whole has no differences`() throws {
    let runs = pair("baseline", hits: [9, 7, 2]).prefix(1) + pair("weights", hits: [8, 8, 5])
    let together = try #require(
      Comparison.ofEachDataset(Array(runs), baseline: "baseline").last)
    #expect(together.dataset == StagesTogether.dataset)
    #expect(together.baseline == nil && together.strategies.map(\.strategy) == ["weights"])
  }

  @Test func `a staged report looks as it did`() throws {
    let runs = pair("baseline", hits: [9, 7, 2]) + pair("weights", hits: [8, 8, 5])
    let comparisons = try Comparison.ofEachDataset(runs, baseline: "baseline")
    for format in ReportFormat.allCases where format != .html {
      let report = format.report()
      assertSnapshot(
        report.render(comparisons), named: "stages.\(type(of: report).fileExtension)")
    }
  }
}
