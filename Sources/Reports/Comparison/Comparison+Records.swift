import Metrics
import Results

extension Comparison {
  /// One row a strategy: every headline metric's mean, deviation and difference.
  func strategyRecords() -> RecordTable {
    var keys = [
      "sweep", "dataset", "strategy", "variant", "is_baseline", "seeds", "seeds_missing",
      "images_seen", "seconds",
    ]
    for metric in HeadlineFigure.allCases {
      let name = metric.rawValue
      keys += [name, "\(name)_sd", "\(name)_diff", "\(name)_diff_sd"]
    }
    keys += ["diff_pairs", "diff_wins", "diff_ties", "diff_losses", "diff_low", "diff_high"]
    keys += ["diff_p", "diff_p_holm", "group_hash", "recipe", "stage", "networks"]
    keys += ["diff_seeds", "diff_own_mean", "diff_baseline_mean", "remarks", "notes"]
    keys += ["leaked_images", "clean_accuracy", "clean_macro_recall"]
    keys += ["diff_seed_low", "diff_seed_high", "diff_image_low", "diff_image_high"]
    keys += ["diff_p_adjusted", "diff_verdict", "diff_effect"]
    keys += ["rope", "diff_p_lower", "diff_p_same", "diff_p_higher"]
    let remarks = remarks(dash: "-").map(\.text).joined(separator: " | ")
    var table = RecordTable(keys)
    let leaked = leakedImages
    for strategy in strategies {
      var row: [RecordValue] = [
        .text(sweep), .text(dataset), .text(strategy.strategy), .text(strategy.variant),
        .truth(strategy.isBaseline), .integer(strategy.runs.count),
        .integer(strategy.missing.count),
        .text(strategy.imagesSeen.map(String.init).joined(separator: " ")),
        .number(strategy.seconds?.mean),
      ]
      for metric in HeadlineFigure.allCases {
        let spread = strategy.metrics[metric]
        let pair = strategy.differences[metric]
        row += [.number(spread?.mean), .number(spread?.deviation)]
        row += [.number(pair?.mean), .number(pair?.spread.deviation)]
      }
      let pair = strategy.differences[metric]
      row += [pair?.replicas.count, pair?.wins, pair?.ties, pair?.losses].map { RecordValue($0) }
      row += [.number(pair?.interval?.lowerBound), .number(pair?.interval?.upperBound)]
      row += [.number(pair?.adjustedP == nil ? nil : pair?.p), .number(pair?.adjustedP)]
      row += [.text(strategy.groupHash)] + place + [.integer(strategy.networks)]
      let seeds = pair?.replicas.map { "\($0)" }.joined(separator: ", ")
      row += [RecordValue(seeds), .number(pair?.ownMean), .number(pair?.baselineMean)]
      row += [.text(remarks), .text(strategy.notes.joined(separator: " | "))]
      row += [
        RecordValue(leaked), .number(strategy.leakedAccuracy.clean?.mean),
        .number(strategy.leakedRecall.clean?.mean),
      ]
      row += Self.claims(contrast(of: strategy, in: metric))
      row += [.number(pair?.effectSize), .number(rope)]
      let shares = practicality(of: strategy)
      row += [.number(shares?.lower), .number(shares?.within), .number(shares?.higher)]
      table.add(row)
    }
    return table
  }

  /// Where the comparison was asked for it, and where it is known.
  private func practicality(of strategy: StrategySummary) -> Practicality? {
    guard let rope, let contrast = contrast(of: strategy, in: metric) else { return nil }
    return Practicality(of: contrast, rope: rope)
  }

  /// The recipe and the stage, at the end of every row.
  private var place: [RecordValue] { [RecordValue(recipe), RecordValue(stage)] }

  private static let placeKeys = ["recipe", "stage"]

  /// One row a class and strategy.
  func classRecords() -> RecordTable {
    var table = RecordTable(
      ["class", "train", "group", "test", "strategy", "variant", "seeds"] + Self.figureKeys
        + ["precision", "recall", "f1", "dataset"] + Self.placeKeys + Self.contrastKeys)
    for (index, row) in classes.enumerated() {
      for strategy in strategies {
        let figures = strategy.classes[index]
        let rest: [RecordValue] = [figures.precision, figures.recall, figures.f1].map {
          .number($0?.mean)
        }
        table.add(
          key(of: row, strategy) + Self.values(figures) + rest + [.text(dataset)] + place
            + Self.claims(figures.top1Change?.contrast))
      }
    }
    for row in unseen {
      for strategy in strategies {
        let blank = Array(repeating: RecordValue.missing, count: Self.figureKeys.count + 3)
        table.add(key(of: row, strategy) + blank + [.text(dataset)] + place + Self.claims(nil))
      }
    }
    return table
  }

  private func key(of row: ClassRow, _ strategy: StrategySummary) -> [RecordValue] {
    [
      .text(row.name), .integer(row.trainCounts.upperBound), .text(row.group.rawValue),
      .integer(row.support.upperBound), .text(strategy.strategy), .text(strategy.variant),
      .integer(strategy.runs.count),
    ]
  }

  /// One row an average and strategy.
  func groupRecords() -> RecordTable {
    var table = RecordTable(
      ["average", "classes", "test", "strategy", "variant", "seeds"] + Self.figureKeys
        + ["dataset"] + Self.placeKeys + Self.contrastKeys)
    for average in ClassAverage.allCases {
      let rows = wholeClasses.filter { average.includes($0.group) }
      for strategy in strategies {
        table.add(
          [
            .text(average.rawValue), .integer(rows.count { $0.support.upperBound > 0 }),
            .integer(rows.reduce(0) { $0 + $1.support.upperBound }), .text(strategy.strategy),
            .text(strategy.variant), .integer(strategy.runs.count),
          ] + Self.values(strategy.averages[average]) + [.text(dataset)] + place
            + Self.claims(strategy.averages[average]?.top1Change?.contrast))
      }
    }
    return table
  }

  private static let figureKeys = [
    "top1", "top1_sd", "top1_diff", "top1_mark", "top5", "top5_sd", "top5_diff", "top5_mark",
  ]

  /// At the end of rows of classes and groups.
  private static let contrastKeys = [
    "top1_seed_low", "top1_seed_high", "top1_image_low", "top1_image_high", "top1_p_adjusted",
    "top1_verdict",
  ]

  /// Both intervals, the corrected p, and the verdict.
  private static func claims(_ contrast: Contrast?) -> [RecordValue] {
    let (seeds, images) = (contrast?.seedInterval, contrast?.imageInterval)
    return [
      .number(seeds?.lowerBound), .number(seeds?.upperBound), .number(images?.lowerBound),
      .number(images?.upperBound), .number(contrast?.adjustedP),
      RecordValue(contrast?.verdict.rawValue),
    ]
  }

  private static func values(_ figures: ClassFigures?) -> [RecordValue] {
    func values(_ spread: Spread?, _ change: ClassChange?) -> [RecordValue] {
      [
        .number(spread?.mean), .number(spread?.deviation), .number(change?.mean),
        RecordValue(change?.mark.rawValue),
      ]
    }
    return values(figures?.top1, figures?.top1Change) + values(figures?.top5, figures?.top5Change)
  }

  /// One row a run that is missing from the means.
  func unfinishedRecords() -> RecordTable {
    var table = RecordTable([
      "run", "strategy", "seed", "status", "epochs_done", "epochs_planned", "error",
    ])
    for run in unfinished {
      table.add([
        .integer(Int(run.id)), .text(run.strategy), .text(String(run.seed)),
        .text(run.status.rawValue), .integer(run.epochsDone), .integer(run.epochsPlanned),
        RecordValue(run.error),
      ])
    }
    return table
  }

  /// Everything, or the part that the subject asks for.
  func json(on subject: ReportSubject) -> JSONText {
    var members: [(String, JSONText)] = [
      ("schema", .integer(1)), ("sweep", .text(sweep)), ("dataset", .text(dataset)),
      ("imbalance_factor", .number(imbalanceFactor)), ("baseline", JSONText(baseline)),
      ("metric", .text(metric.rawValue)),
      // As text: JSON readers lose the last bits of a 64-bit number.
      ("seeds", .array(seeds.map { .text(String($0)) })), ("runs", .integer(runCount)),
      ("comparisons", .integer(comparisons)),
      ("pairs_needed", .integer(SeedStatistics.pairsNeeded(comparisons: max(comparisons, 1)))),
    ]
    if !stages.isEmpty { members.append(("stages", .array(stages.map(json)))) }
    if [.summary, .overview, .strategy].contains(subject) {
      members.append(("strategies", .array(strategies.map(json))))
    }
    if [.summary, .overview, .class].contains(subject) {
      members.append(("classes", classRecords().json))
    }
    if [.summary, .overview, .group].contains(subject) {
      members.append(("groups", groupRecords().json))
    }
    members.append(("unfinished", unfinishedRecords().json))
    members.append(("leaked_images", JSONText(leakedImages)))
    if !equals.isEmpty { members.append(("equal", .array(equals.map(json)))) }
    let budget = budget(dash: "-")
    let told = [budget.equal].compactMap(\.self) + (budget.remarks + own).map(\.text)
    members.append(("notes", .array(told.map { .text($0) })))
    members += [("recipe", JSONText(recipe)), ("stage", JSONText(stage))]
    members.append(("remarks", .array(remarks(dash: "-").map(json))))
    return .object(members)
  }

  private func json(_ strategy: StrategySummary) -> JSONText {
    let statuses = RunStatus.allCases.compactMap { status in
      strategy.statusCounts[status].map { (status.rawValue, JSONText.integer($0)) }
    }
    let metrics = HeadlineFigure.allCases.map { metric in
      (metric.rawValue, strategy.metrics[metric].map(json) ?? .null)
    }
    let differences = HeadlineFigure.allCases.compactMap { metric in
      strategy.differences[metric].map { (metric.rawValue, json($0)) }
    }
    let contrasts = HeadlineFigure.allCases.compactMap { metric in
      strategy.contrasts[metric].map { (metric.rawValue, json($0)) }
    }
    let own = strategy.figures.sorted { $0.key < $1.key }.map { ($0.key, json($0.value)) }
    let members: [(String, JSONText)] =
      [
        ("name", .text(strategy.name)), ("strategy", .text(strategy.strategy)),
        ("variant", .text(strategy.variant)), ("group_hash", .text(strategy.groupHash)),
        ("is_baseline", .truth(strategy.isBaseline)),
        ("seeds", .array(strategy.runs.map { .text(String($0.seed)) })),
        ("seeds_missing", .array(strategy.missing.map { .text("\($0)") })),
        ("status", .object(statuses)),
        ("images_seen", .array(strategy.imagesSeen.map { .integer($0) })),
        ("seconds", strategy.seconds.map(json) ?? .null), ("metrics", .object(metrics)),
        ("differences", .object(differences)), ("contrasts", .object(contrasts)),
        ("overrides", .array(strategy.overrides.map { .text($0) })),
        ("notes", .array(strategy.notes.map { .text($0) })),
        ("networks", .integer(strategy.networks)), ("recipe", JSONText(recipe)),
      ] + (own.isEmpty ? [] : [("figures", .object(own))])
      + (strategy.runsWithGuesses.isEmpty ? [] : [("without_leaks", withoutLeaks(strategy))])
    return .object(members)
  }

  private func withoutLeaks(_ strategy: StrategySummary) -> JSONText {
    .object([
      ("seeds", .integer(strategy.runsWithGuesses.count)),
      ("accuracy", strategy.leakedAccuracy.clean.map(json) ?? .null),
      ("macro_recall", strategy.leakedRecall.clean.map(json) ?? .null),
    ])
  }

  private func json(_ remark: Remark) -> JSONText {
    .object([("kind", .text(remark.kind.rawValue)), ("text", .text(remark.text))])
  }

  private func json(_ equal: EqualStrategy) -> JSONText {
    .object([
      ("name", .text(equal.name)), ("same_as", .text(equal.other)),
      ("seeds", .array(equal.seeds.map { .text(String($0)) })),
    ])
  }

  private func json(_ stage: Stage) -> JSONText {
    .object([
      ("dataset", .text(stage.dataset)), ("classes", .integer(stage.classCount)),
      ("images_seen", .array(stage.imagesSeen.map { .integer($0) })),
    ])
  }

  private func json(_ spread: Spread) -> JSONText {
    .object([
      ("n", .integer(spread.count)), ("mean", .number(spread.mean)),
      ("sd", .number(spread.deviation)), ("min", .number(spread.lowest)),
      ("max", .number(spread.highest)),
    ])
  }

  private func json(_ pair: PairedDifference) -> JSONText {
    .object([
      ("n", .integer(pair.replicas.count)), ("mean", .number(pair.mean)),
      ("sd", .number(pair.spread.deviation)), ("low", .number(pair.interval?.lowerBound)),
      ("high", .number(pair.interval?.upperBound)), ("wins", .integer(pair.wins)),
      ("ties", .integer(pair.ties)), ("losses", .integer(pair.losses)),
      ("p", .number(pair.adjustedP == nil ? nil : pair.p)), ("p_holm", .number(pair.adjustedP)),
      ("seeds", .array(pair.replicas.map { .text("\($0)") })),
      ("own_mean", .number(pair.ownMean)), ("baseline_mean", .number(pair.baselineMean)),
      ("effect", .number(pair.effectSize)),
    ])
  }

  private func json(_ contrast: Contrast) -> JSONText {
    let (seeds, images) = (contrast.seedInterval, contrast.imageInterval)
    return .object([
      ("mean", .number(contrast.mean)), ("n", .integer(contrast.pairs)),
      ("seed_low", .number(seeds?.lowerBound)), ("seed_high", .number(seeds?.upperBound)),
      ("image_low", .number(images?.lowerBound)), ("image_high", .number(images?.upperBound)),
      ("p_adjusted", .number(contrast.adjustedP)), ("verdict", .text(contrast.verdict.rawValue)),
    ])
  }
}
