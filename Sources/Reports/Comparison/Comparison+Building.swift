import Metrics
import Results

extension Comparison {
  /// Compares the runs of one sweep and data set.
  ///
  /// - Parameters:
  ///   - runs: finished and unfinished ones, in any order.
  ///   - baseline: the label to compare with. Where it is `nil`, a strategy labelled `baseline` or
  ///     `none` serves; where there is none, no differences are formed.
  ///   - metric: sorts the strategies and is what the statistics speak of.
  /// - Throws: ``ComparisonError`` without runs, for runs of several sweeps or data sets, and for a
  ///   baseline that no run has.
  public init(
    _ runs: [RunSummary], baseline: String?, metric: HeadlineFigure = .macroRecall
  ) throws(ComparisonError) {
    try self.init(
      runs, differencesFrom: try Self.label(baseline, among: runs), metric: metric)
  }

  /// The label to compare with: the one asked for, or one of those that serve without asking.
  private static func label(
    _ baseline: String?, among runs: [RunSummary]
  ) throws(ComparisonError) -> String? {
    let labels = distinct(runs.map(\.strategy))
    guard let baseline else { return ["baseline", "none"].first(where: labels.contains) }
    guard runs.isEmpty || labels.contains(baseline) else {
      throw .unknownBaseline(baseline, known: labels)
    }
    let named = runs.filter { $0.strategy == baseline }
    // The figures of a strategy that was not made are those of the one that stands for it.
    if let equal = named.first?.equals, named.allSatisfy({ $0.equals != nil }) {
      return equal.strategy
    }
    return baseline
  }

  /// Compares with the runs labelled `label`, or with nothing.
  private init(
    _ runs: [RunSummary], differencesFrom label: String?, metric: HeadlineFigure,
    replaced: Set<RunID> = []
  ) throws(ComparisonError) {
    let equals = EqualStrategy.all(in: runs)
    // What was not made has no figures of its own: it is named, and compared with nothing.
    let runs = runs.filter { $0.equals == nil }
    guard let first = runs.first else { throw .noRuns }
    let datasets = Self.distinct(runs.map(\.dataset))
    guard datasets.count == 1 else { throw .severalDatasets(datasets) }
    let sweeps = Self.distinct(runs.map(\.sweep))
    guard sweeps.count == 1 else { throw .severalSweeps(sweeps) }

    let roster = ClassRoster(runs)
    let replicas = Set(runs.map(Replica.init)).sorted()
    let groups = Self.groups(of: runs)
    var remarks: [String] = []
    let current = groups.filter { group in group.runs.contains { !replaced.contains($0.id) } }
    var summaries: [StrategySummary] = []
    for group in groups {
      let reference = Self.reference(for: group, label: label, in: current, remarks: &remarks)
      summaries.append(
        StrategySummary(
          group, reference: reference, isBaseline: group.strategy == label, replicas: replicas,
          roster: roster, metric: metric))
    }
    comparisons = summaries.count { !$0.differences.isEmpty }
    Self.correct(&summaries, comparisons: comparisons)
    Self.settle(
      &summaries, classes: roster.seen, replicas: replicas, comparisons: comparisons)

    strategies = Self.ranked(summaries, by: metric)
    (self.sweep, self.dataset) = (first.sweep, first.dataset)
    (self.metric, self.baseline, self.replicas) = (metric, label, replicas)
    seeds = Set(runs.map(\.seed)).sorted()
    (classes, wholeClasses, unseen) = (roster.seen, roster.seen, roster.unseen)
    unfinished = groups.flatMap { group in
      group.runs.filter { !Self.counts($0) }.map { UnfinishedRun($0, strategy: group.name) }
    }
    runCount = runs.count
    self.equals = equals
    own =
      remarks.map { Remark(.baseline, $0) } + roster.remarks.map { Remark(.classes, $0) }
      + equals.map { Remark(.equal, $0.sentence) }
    let names = Set(runs.map(\.stage?.name))
    stage = names.count == 1 ? names.first! : nil
  }

  /// One comparison a data set, in the order in which the data sets first occur; of a staged
  /// experiment one a stage, and one of all stages together.
  ///
  /// - Parameters:
  ///   - runs: the runs of one sweep; none give no comparison. Archived ones are left out.
  ///   - recipes: those of the sweep, the newest last; without them all runs count as of one recipe.
  ///   - choice: which of the recipes. With several, there is a comparison for each.
  ///   - baseline: as for ``init(_:baseline:metric:)``.
  ///   - metric: sorts the strategies and is what the statistics speak of.
  /// - Throws: ``ComparisonError`` for runs of several sweeps, for a baseline that no run has, and for
  ///   a recipe that is none of them.
  public static func ofEachDataset(
    _ runs: [RunSummary], recipes: [RecipeRecord] = [], choice: RecipeChoice = .newest,
    baseline: String?, metric: HeadlineFigure = .macroRecall
  ) throws(ComparisonError) -> [Comparison] {
    var comparisons: [Comparison] = []
    let selections = try RecipeSelection.all(of: runs, among: recipes, choice)
    let selected = selections.flatMap(\.runs)
    // Of the newest recipe there may be no run of the baseline yet, and of a stage none at all.
    let label = try label(baseline, among: runs)
    for selection in selections where !selection.runs.isEmpty {
      var comparison = try ofStage(
        selection.runs, label: label, metric: metric, replaced: selection.replaced)
      (comparison.recipe, comparison.context) = (selection.record?.recipe.id, selection.remarks)
      comparison.own += numberRemarks(on: selection.runs)
      comparisons.append(comparison)
    }
    guard Set(selections.map(\.dataset)).count == selections.count else { return comparisons }
    let joined = StagesTogether.runs(selected.filter { $0.equals == nil })
    guard !joined.isEmpty else { return comparisons }
    var together = try ofStage(joined, label: label, metric: metric)
    together.stages = comparisons.map { Stage($0) }
    return comparisons + [together]
  }

  /// A stage that no run with the baseline's label has reached yet is compared with nothing.
  private static func ofStage(
    _ runs: [RunSummary], label: String?, metric: HeadlineFigure, replaced: Set<RunID> = []
  ) throws(ComparisonError) -> Comparison {
    let reached = label.flatMap { label in runs.contains { $0.strategy == label } ? label : nil }
    var comparison = try Comparison(
      runs, differencesFrom: reached, metric: metric, replaced: replaced)
    if let label, reached == nil {
      comparison.own.append(
        Remark(.baseline, "There is no run of \(label) here yet: no differences are formed."))
    }
    return comparison
  }

  /// Whether a run's figures enter the means.
  static func counts(_ run: RunSummary) -> Bool { run.status == .done && run.headline != nil }

  static func distinct(_ values: [String]) -> [String] {
    var seen: Set<String> = []
    return values.filter { seen.insert($0).inserted }
  }

  /// Runs that differ in their seed and fold only.
  struct Group {
    var name: String
    var strategy: String
    var variant: String
    var groupHash: String
    var runs: [RunSummary]
  }

  /// Groups by configuration in the order in which they first occur. Where one label and variant
  /// stand for several configurations, because the file has changed between sweeps, the name ends
  /// with the beginning of the hash.
  private static func groups(of runs: [RunSummary]) -> [Group] {
    struct Key: Hashable {
      var strategy: String
      var variant: String
      var hash: String
    }
    var places: [Key: Int] = [:]
    var groups: [Group] = []
    for run in runs {
      let key = Key(strategy: run.strategy, variant: run.variant, hash: run.groupHash)
      if let place = places[key] {
        groups[place].runs.append(run)
      } else {
        places[key] = groups.count
        let name = run.variant.isEmpty ? run.strategy : "\(run.strategy) \(run.variant)"
        groups.append(
          Group(
            name: name, strategy: run.strategy, variant: run.variant, groupHash: run.groupHash,
            runs: [run]))
      }
    }
    var uses: [String: Int] = [:]
    for group in groups { uses[group.name, default: 0] += 1 }
    for index in groups.indices where uses[groups[index].name]! > 1 {
      groups[index].name += " #\(groups[index].groupHash.prefix(6))"
    }
    return groups
  }

  /// The baseline that a strategy is compared with: the one of the same settings where the baseline
  /// has variants, such as a swept learning rate.
  private static func reference(
    for group: Group, label: String?, in groups: [Group], remarks: inout [String]
  ) -> Group? {
    guard let label, group.strategy != label else { return nil }
    let candidates = groups.filter { $0.strategy == label }
    if candidates.count == 1 { return candidates[0] }
    let settings = Set(group.variant.split(separator: " "))
    let fitting = candidates.filter { settings.isSuperset(of: $0.variant.split(separator: " ")) }
    let most = fitting.map { $0.variant.split(separator: " ").count }.max()
    let best = fitting.filter { $0.variant.split(separator: " ").count == most }
    if best.count == 1 { return best[0] }
    remarks.append(
      "\(group.name) is compared with nothing: \(candidates.count) variants of \(label) and "
        + "none, or several, with its settings.")
    return nil
  }

  /// Holm's correction over the strategies, for each metric by itself.
  private static func correct(_ summaries: inout [StrategySummary], comparisons: Int) {
    for metric in HeadlineFigure.allCases {
      let places = summaries.indices.filter { summaries[$0].differences[metric]?.p != nil }
      // A strategy whose differences are all zero has no p, but it was a comparison.
      let blanks = Array(repeating: 1.0, count: comparisons - places.count)
      let raw = places.map { summaries[$0].differences[metric]!.p! } + blanks
      guard !places.isEmpty else { continue }
      for (place, adjusted) in zip(places, SeedStatistics.holm(raw)) {
        let replicas = summaries[place].differences[metric]!.replicas
        // The t test over folds has no smallest p.
        if replicas.contains(where: { $0.fold != nil }) {
          summaries[place].differences[metric]!.adjustedP = adjusted
          continue
        }
        let pairs = replicas.count
        let reachable = SeedStatistics.smallestReachableP(pairs: pairs, comparisons: comparisons)
        guard reachable <= SeedStatistics.level else { continue }
        summaries[place].differences[metric]!.adjustedP = adjusted
      }
    }
  }

  private static func ranked(
    _ summaries: [StrategySummary], by metric: HeadlineFigure
  ) -> [StrategySummary] {
    let sign: Double = metric.lowerIsBetter ? 1 : -1
    func key(_ index: Int) -> Double {
      summaries[index].metrics[metric].map { sign * $0.mean } ?? .infinity
    }
    return summaries.indices.sorted { (key($0), $0) < (key($1), $1) }.map { summaries[$0] }
  }
}

extension UnfinishedRun {
  init(_ run: RunSummary, strategy: String) {
    (id, self.strategy, seed, fold) = (run.id, strategy, run.seed, run.fold)
    status = run.status
    (epochsDone, epochsPlanned, error) = (run.epochsDone, run.epochsPlanned, run.error)
  }
}

extension StrategySummary {
  init(
    _ group: Comparison.Group, reference: Comparison.Group?, isBaseline: Bool, replicas: [Replica],
    roster: ClassRoster, metric: HeadlineFigure
  ) {
    let finished = Self.finished(group.runs)
    (name, strategy, variant) = (group.name, group.strategy, group.variant)
    (groupHash, self.isBaseline, runs) = (group.groupHash, isBaseline, finished)
    statusCounts = group.runs.reduce(into: [:]) { $0[$1.status, default: 0] += 1 }
    let done = Set(finished.map(Replica.init))
    missing = replicas.filter { !done.contains($0) }

    var metrics: [HeadlineFigure: Spread] = [:]
    for metric in HeadlineFigure.allCases {
      metrics[metric] = Spread(finished.compactMap { metric.value(of: $0.headline!) })
    }
    self.metrics = metrics

    let partners = reference.map { Self.finished($0.runs) } ?? []
    self.reference = reference.map { (name: $0.name, seeds: partners.count) }
    let pairs = Self.pairs(finished, partners)
    var differences: [HeadlineFigure: PairedDifference] = [:]
    for one in HeadlineFigure.allCases {
      differences[one] = Self.difference(of: one, in: pairs, detailed: one == metric)
    }
    self.differences = differences
    (classes, averages) = roster.figures(of: finished, pairs: pairs)

    seconds = Spread(finished.compactMap(\.seconds))
    imagesSeen = Set(finished.compactMap(\.imagesSeen)).sorted()
    steps = Set(finished.compactMap(\.steps)).sorted()
    overrides = Comparison.distinct(group.runs.flatMap(\.overrides))
    notes = Comparison.distinct(finished.flatMap(\.notes))
    figures = Self.figures(of: finished)
  }

  /// Finished runs by ascending seed and fold, one of each.
  private static func finished(_ runs: [RunSummary]) -> [RunSummary] {
    var found: [Replica: RunSummary] = [:]
    for run in runs where Comparison.counts(run) { found[Replica(run)] = run }
    return found.sorted { $0.key < $1.key }.map(\.value)
  }

  /// Runs of both with the same seed and fold, ascending.
  private static func pairs(
    _ runs: [RunSummary], _ partners: [RunSummary]
  ) -> [(run: RunSummary, partner: RunSummary)] {
    let found = Dictionary(uniqueKeysWithValues: partners.map { (Replica($0), $0) })
    return runs.compactMap { run in found[Replica(run)].map { (run, $0) } }
  }

  private static func difference(
    of metric: HeadlineFigure, in pairs: [(run: RunSummary, partner: RunSummary)], detailed: Bool
  ) -> PairedDifference? {
    var replicas: [Replica] = []
    var values: [(own: Double, baseline: Double)] = []
    for (run, partner) in pairs {
      guard let here = metric.value(of: run.headline!),
        let there = metric.value(of: partner.headline!)
      else { continue }
      replicas.append(Replica(run))
      values.append((here, there))
    }
    return PairedDifference(
      replicas: replicas, pairs: values, lowerIsBetter: metric.lowerIsBetter,
      detailed: detailed, testShare: testShare(pairs.map(\.run)))
  }

  /// Test images over training images of runs; 0 where there are none.
  static func testShare(_ runs: [RunSummary]) -> Double {
    let test = runs.reduce(0) { sum, run in run.classes.reduce(sum) { $0 + $1.support } }
    let train = runs.reduce(0) { sum, run in run.classRecords.reduce(sum) { $0 + $1.trainCount } }
    return train == 0 ? 0 : Double(test) / Double(train)
  }
}
