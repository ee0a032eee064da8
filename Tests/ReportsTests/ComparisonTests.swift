import Metrics
import Reports
import Results
import Testing

@Suite("A comparison")
struct ComparisonTests {
  let night = SampleRuns.night

  func strategy(_ label: String, of comparison: Comparison) throws -> StrategySummary {
    try #require(comparison.strategies.first { $0.strategy == label })
  }

  @Test("has the mean and the sample deviation over seeds")
  func meanAndDeviation() throws {
    let baseline = try strategy("baseline", of: Comparison(night, baseline: "baseline"))
    let accuracy = try #require(baseline.metrics[.accuracy])
    // Hits of 135: 105, 105, 108.
    #expect(accuracy.count == 3)
    #expect(abs(accuracy.mean - 106.0 / 135) < 1e-12)
    #expect(abs(accuracy.deviation! - 3.0.squareRoot() / 135) < 1e-12)
  }

  @Test("pairs by seed: a seed that only one side has does not count")
  func pairsBySeed() throws {
    let augmentation = try strategy("augmentation", of: Comparison(night, baseline: "baseline"))
    let pair = try #require(augmentation.differences[.accuracy])
    #expect(pair.seeds == [1, 3])
    // 108 − 105 and 110 − 108 of 135.
    #expect(abs(pair.mean - 2.5 / 135) < 1e-12)
    #expect((pair.wins, pair.ties, pair.losses) == (2, 0, 0))
    #expect(pair.interval == nil)
    #expect(augmentation.missing == [Replica(seed: 2)])
  }

  @Test("pairs by seed and fold: a fold that only one side has does not count")
  func pairsByFold() throws {
    func run(_ strategy: String, fold: Int, hits: Int) -> RunSummary {
      var run = SampleRuns.done(strategy, seed: 1, hits: [hits, 0, 0, 0, 0, 0])
      run.fold = fold
      return run
    }
    let comparison = try Comparison(
      [
        run("baseline", fold: 1, hits: 10), run("baseline", fold: 2, hits: 20),
        run("weights", fold: 3, hits: 9), run("weights", fold: 2, hits: 26),
        run("weights", fold: 1, hits: 13),
      ], baseline: "baseline")
    let weights = try strategy("weights", of: comparison)
    let pair = try #require(weights.differences[.accuracy])
    // 13 − 10 and 26 − 20 of 135; fold 3 has no partner.
    #expect(pair.replicas == [Replica(seed: 1, fold: 1), Replica(seed: 1, fold: 2)])
    #expect(abs(pair.mean - 4.5 / 135) < 1e-12)
    #expect(weights.metrics[.accuracy]?.count == 3)
    #expect(
      try strategy("baseline", of: comparison).missing.map(\.description) == ["1 fold 3"])
    #expect(comparison.seeds == [1])
  }

  @Test("is sorted by the chosen metric, strategies without figures last")
  func order() throws {
    let runs = night + [SampleRuns.unfinished("broken", seed: 1, .lost)]
    let byRecall = try Comparison(runs, baseline: "baseline")
    #expect(byRecall.strategies.last?.strategy == "broken")
    #expect(byRecall.strategies.first?.strategy == "combined")
    let byMany = try Comparison(runs, baseline: "baseline", metric: .manyRecall)
    #expect(byMany.strategies.first?.strategy == "baseline")
  }

  @Test("of a metric where less is better puts the least first and counts it as better")
  func lowerIsBetter() throws {
    var good = SampleRuns.done("weights", seed: 1, hits: [1, 1, 1, 1, 1, 1])
    good.headline!.loss = 0.5
    let comparison = try Comparison([night[0], good], baseline: "baseline", metric: .loss)
    #expect(comparison.strategies.map(\.strategy) == ["weights", "baseline"])
    #expect(comparison.strategies[0].differences[.loss]?.wins == 1)
    #expect(comparison.strategies[0].differences[.accuracy]?.wins == 0)
  }

  @Test("sorts classes by training images and keeps unseen ones apart")
  func classes() throws {
    let comparison = try Comparison(night.reversed(), baseline: "baseline")
    #expect(comparison.classes.map(\.name) == SampleRuns.classes.dropLast().map(\.name))
    #expect(comparison.unseen.map(\.name) == ["Umbrellas"])
    #expect(comparison.imbalanceFactor == 70)
    #expect(comparison.classes.map(\.group) == [.many, .many, .medium, .medium, .few, .few])
  }

  @Test("averages over classes and over images, and over groups")
  func averages() throws {
    let runs = [SampleRuns.done("baseline", seed: 1, hits: [40, 20, 10, 10, 1, 0])]
    let averages = try Comparison(runs, baseline: nil).strategies[0].averages
    func top1(_ average: ClassAverage) -> Double? { averages[average]?.top1?.mean }
    #expect(top1(.many) == 0.75)
    #expect(top1(.medium) == 0.5)
    #expect(top1(.few) == 0.05)
    #expect(abs(top1(.classes)! - (1 + 0.5 + 0.5 + 0.5 + 0.1 + 0) / 6) < 1e-12)
    #expect(top1(.images) == 81.0 / 135)
  }

  @Test("matches classes by name, not by index")
  func classesByName() throws {
    var turned = SampleRuns.done("weights", seed: 1, hits: [1, 2, 3, 4, 5, 5])
    let last = turned.classRecords.count - 1
    turned.classRecords = turned.classRecords.reversed().enumerated().map { index, record in
      var record = record
      record.index = index
      return record
    }
    for index in turned.classes.indices {
      turned.classes[index].classIndex = last - turned.classes[index].classIndex
    }
    let comparison = try Comparison([night[0], turned], baseline: "baseline")
    let weights = try strategy("weights", of: comparison)
    #expect(weights.classes[1].top1?.mean == 2.0 / 40)
  }

  @Test(
    "marks a change that another seed would hardly give, and no other",
    arguments: [
      // The other classes vary by an image from seed to seed.
      ([12, 12, 12], [19, 18, 19], ClassChange.Mark.gain), ([15, 16, 15], [6, 6, 5], .loss),
      // An image more in every seed: the same sign, and what the other classes do by chance.
      ([12, 12, 12], [13, 13, 13], .none),
      ([12, 12, 12], [16, 11, 12], .none), ([12, 12, 12], [12, 12, 12], .none),
      // One seed knows nothing of others.
      ([12], [19], .none),
    ])
  func marks(before: [Int], after: [Int], mark: ClassChange.Mark) throws {
    func runs(_ strategy: String, _ hits: [Int], turn: Int) -> [RunSummary] {
      hits.enumerated().map { seed, hit in
        let one = (seed + turn).isMultiple(of: 2) ? 1 : 0
        return SampleRuns.done(
          strategy, seed: UInt64(seed), hits: [30 + one, 31 - one, 10 + one, hit, 5 - one, 2 + one])
      }
    }
    let comparison = try Comparison(
      runs("baseline", before, turn: 0) + runs("weights", after, turn: 1), baseline: "baseline")
    let change = try #require(try strategy("weights", of: comparison).classes[3].top1Change)
    #expect(change.mark == mark, "\(change.contrast)")
    // A mark and an interval without zero are the same.
    let excludes = change.contrast.seedInterval.map { !$0.contains(0) } ?? false
    #expect(excludes == (mark != .none))
  }

  @Test("has no p-value that so few seeds could never make significant")
  func powerless() throws {
    let comparison = try Comparison(night, baseline: "baseline")
    #expect(comparison.comparisons == 4)
    #expect(
      comparison.strategies.allSatisfy { $0.differences.values.allSatisfy { $0.adjustedP == nil } })
  }

  @Test("has an exact p-value with Holm's correction where there are enough seeds")
  func powerful() throws {
    var runs: [RunSummary] = []
    for seed in UInt64(1)...7 {
      runs.append(SampleRuns.done("baseline", seed: seed, hits: [30, 30, 10, 10, 5, 1]))
      // Always better, by different amounts, so that no two differences tie.
      let more = Int(seed)
      runs.append(SampleRuns.done("weights", seed: seed, hits: [30 + more, 30, 10, 10, 5, 1]))
      // Better and worse by turns.
      let turn = more.isMultiple(of: 2) ? more : -more
      runs.append(SampleRuns.done("oversampling", seed: seed, hits: [30 + turn, 30, 10, 10, 5, 1]))
    }
    let comparison = try Comparison(runs, baseline: "baseline", metric: .accuracy)
    let weights = try strategy("weights", of: comparison).differences[.accuracy]
    let oversampling = try strategy("oversampling", of: comparison).differences[.accuracy]
    // 2^(1−7) and twice that.
    #expect(abs((weights?.p ?? 0) - 0.015625) < 1e-12)
    #expect(abs((weights?.adjustedP ?? 0) - 0.03125) < 1e-12)
    // Ranks 1, 3, 5, 7 are negative: W+ = 12 of 28. scipy.stats.wilcoxon: p = 0.8125.
    #expect(abs((oversampling?.p ?? 0) - 0.8125) < 1e-12)
    #expect(abs((oversampling?.adjustedP ?? 0) - 0.8125) < 1e-12)
    let interval = try #require(weights?.interval)
    #expect(interval.lowerBound > 0 && interval.contains(weights!.mean))
  }

  @Test("gives equal differences their mean rank")
  func tiedDifferences() throws {
    // scipy 1.17.1, wilcoxon(d, method=PermutationMethod(n_resamples=inf)).pvalue
    let differences = [1, 1, 2, -2, 3, 4, 4, -1]
    let runs = differences.enumerated().flatMap { seed, more in
      [
        SampleRuns.done("baseline", seed: UInt64(seed), hits: [30, 30, 10, 10, 5, 1]),
        SampleRuns.done("weights", seed: UInt64(seed), hits: [30 + more, 30, 10, 10, 5, 1]),
      ]
    }
    let comparison = try Comparison(runs, baseline: nil, metric: .accuracy)
    let pair = try strategy("weights", of: comparison).differences[.accuracy]
    #expect(abs((pair?.p ?? 0) - 0.1328125) < 1e-12)
    #expect(pair?.adjustedP == pair?.p)
  }

  @Test(
    "says how many seeds so many comparisons need",
    arguments: [(1, 6), (2, 7), (3, 7), (4, 8), (6, 8), (9, 9), (10, 9), (15, 10)])
  func power(comparisons: Int, seeds: Int) throws {
    let runs = (0...comparisons).map { index in
      SampleRuns.done(index == 0 ? "baseline" : "s\(index)", seed: 1, hits: [9, 9, 9, 9, 9, 4])
    }
    let text = JSONReport().render(try Comparison(runs, baseline: "baseline"))
    #expect(text.contains("\"comparisons\": \(comparisons),"))
    #expect(text.contains("\"pairs_needed\": \(seeds),"))
  }

  @Test("tells configurations apart that share a label")
  func sameLabel() throws {
    var changed = SampleRuns.done("weights", seed: 1, hits: [1, 1, 1, 1, 1, 1])
    changed.groupHash = "ffffff000"
    let first = SampleRuns.done("weights", seed: 1, hits: [2, 2, 2, 2, 2, 2])
    let comparison = try Comparison([night[0], first, changed], baseline: "baseline")
    let names = Set(comparison.strategies.map(\.name))
    #expect(names == ["baseline", "weights #70abcd", "weights #ffffff"])
  }

  @Test("compares with the baseline of the same settings where those are swept")
  func variantBaseline() throws {
    let hits = [30, 30, 10, 10, 5, 1]
    let runs = [
      SampleRuns.done("baseline", variant: "lr=0.1", seed: 1, hits: hits),
      SampleRuns.done("baseline", variant: "lr=0.01 ", seed: 1, hits: [20, 20, 5, 5, 5, 1]),
      SampleRuns.done("weights", variant: "beta=0.9 lr=0.1", seed: 1, hits: hits),
      SampleRuns.done("oversampling", variant: "lr=1", seed: 1, hits: hits),
    ]
    let comparison = try Comparison(runs, baseline: "baseline")
    let weights = try strategy("weights", of: comparison)
    #expect(weights.differences[.accuracy]?.ties == 1)
    #expect(try strategy("oversampling", of: comparison).differences.isEmpty)
    #expect(TerminalReport().render(comparison).contains("oversampling lr=1 is compared with"))
  }

  @Test("names unequal budgets and departures from the recipe")
  func budgets() throws {
    let text = TerminalReport().render(try Comparison(night, baseline: "baseline"))
    let flat = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(flat.contains("UNEQUAL BUDGETS, up to 0.1 % more images seen"))
    #expect(flat.contains("augmentation 48,064"))
    #expect(flat.contains("oversampling departs from the shared recipe: training.learning_rate"))
    let equal = try Comparison(night.filter { $0.imagesSeen != 48_064 }, baseline: "baseline")
    #expect(TerminalReport().render(equal).contains("Equal budgets: every finished run saw 48,000"))
  }

  @Test("names every missing run with its strategy, seed and error")
  func missing() throws {
    let comparison = try Comparison(night, baseline: "baseline")
    #expect(
      comparison.unfinished.map(\.status).sorted { $0.rawValue < $1.rawValue }
        == [.diverged, .failed, .running])
    let text = TerminalReport().render(comparison)
    #expect(text.contains("combined, seed 1 (run 41): failed after 3 of 8 epochs: out of memory"))
    #expect(!text.contains("second line"))
    #expect(text.contains("combined: means over 1 of 3 seeds (missing: 1, 3)."))
    #expect(text.contains("1/3*"))
  }

  @Test("refuses what cannot be compared, and says what to do")
  func errors() {
    var other = night[1]
    other.dataset = "cifar"
    var elsewhere = night[1]
    elsewhere.sweep = "day"
    #expect(throws: ComparisonError.noRuns) { try Comparison([], baseline: nil) }
    #expect(throws: ComparisonError.severalDatasets(["fashion-small", "cifar"])) {
      try Comparison([night[0], other], baseline: nil)
    }
    #expect(throws: ComparisonError.severalSweeps(["night", "day"])) {
      try Comparison([night[0], elsewhere], baseline: nil)
    }
    let error = #expect(throws: ComparisonError.self) {
      try Comparison([night[0]], baseline: "nothing")
    }
    #expect(error?.description == "no run has the baseline's label 'nothing'; labels are baseline")
  }

  @Test("of several data sets is one comparison each")
  func severalDatasets() throws {
    var other = night[0]
    other.dataset = "cifar"
    let comparisons = try Comparison.ofEachDataset([night[0], other, night[1]], baseline: nil)
    #expect(comparisons.map(\.dataset) == ["fashion-small", "cifar"])
    #expect(comparisons.map(\.runCount) == [2, 1])
  }

  @Test("never lets a NaN into a mean")
  func notANumber() throws {
    var bad = night[0]
    bad.headline!.accuracy = .nan
    let comparison = try Comparison([bad], baseline: nil)
    #expect(comparison.strategies[0].metrics[.accuracy] == nil)
    #expect(!ReportFormat.json.report().render(comparison).contains("nan"))
  }

  @Test("equal images in unequal steps are named, and equal steps are told")
  func steps() throws {
    func note(_ steps: [Int]) throws -> String {
      let runs = zip(["baseline", "weights"], steps).map { label, steps in
        var run = SampleRuns.done(label, seed: 1, hits: [38, 36, 16, 12, 3, 0])
        run.steps = steps
        return run
      }
      return TerminalReport(style: TextStyle(width: 400)).render(
        try Comparison(runs, baseline: "baseline"))
    }
    #expect(
      try note([750, 750]).contains(
        "Equal budgets: every finished run saw 48,000 images in 750 steps."))
    let unequal = try note([750, 1_500])
    #expect(unequal.contains("Equal budgets: every finished run saw 48,000 images."))
    #expect(
      unequal.contains(
        "UNEQUAL STEPS, up to 100.0 % more updates of the weights: baseline 750, weights 1,500."),
      "\(unequal)")
  }
}
