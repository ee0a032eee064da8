import Metrics
import Results

/// All there is to say of one run: what `poise show RUN` prints.
public struct RunSheet: Sendable {
  /// The run.
  public var run: RunSummary
  /// In order.
  public var epochs: [EpochRecord]
  /// How the classes fared under sampler and weights.
  public var mass: ClassMass?
  /// Of the test set.
  public var confusion: ConfusionMatrix?
  /// The resolved recipe as JSON, for the JSON format.
  public var configuration: String?
  /// The machine and the build that it ran on.
  public var environment: EnvironmentRecord?
  /// What its data have to say.
  public var dataRemarks: [DatasetRemark] = []

  /// A sheet of a run and whatever else is known of it.
  public init(
    _ run: RunSummary, epochs: [EpochRecord] = [], mass: ClassMass? = nil,
    confusion: ConfusionMatrix? = nil, configuration: String? = nil,
    environment: EnvironmentRecord? = nil
  ) {
    (self.run, self.epochs, self.mass) = (run, epochs.sorted { $0.epoch < $1.epoch }, mass)
    (self.confusion, self.configuration) = (confusion, configuration)
    self.environment = environment
  }

  /// The sheet in a format; as CSV, its classes.
  public func render(_ format: ListFormat, style: TextStyle = TextStyle()) -> String {
    switch format {
    case .table: Section.text(sections(style), style)
    case .markdown: Section.markdown(sections(TextStyle()))
    case .csv: classRecords().csv(exact: style.exactCSV)
    case .json: json().rendered()
    }
  }

  private func sections(_ style: TextStyle) -> [Section] {
    let notes = run.notes.isEmpty ? [] : [Section.Block.list(run.notes)]
    return [
      head(style), headline(style), curve(style), classes(style), confusions(style),
      Section(
        title: "Data",
        blocks: dataRemarks.isEmpty
          ? []
          : [.list(dataRemarks.map(\.text)), .paragraph("`poise data FILE` shows which.")]),
      Section(title: "Notes", blocks: notes),
    ]
  }

  // MARK: For people

  private func head(_ style: TextStyle) -> Section {
    var facts = [
      ("sweep", run.sweep), ("data set", run.dataset),
      ("strategy", run.variant.isEmpty ? run.strategy : "\(run.strategy) \(run.variant)"),
      ("seed", Replica(run).description),
      ("status", run.status.rawValue + (run.isArchived ? ", archived" : "")),
      ("epochs", "\(run.epochsDone) of \(run.epochsPlanned)"),
    ]
    if let best = run.bestEpoch { facts.append(("best epoch", "\(best), chosen on validation")) }
    let seen = run.imagesSeen.map(Figures.grouped) ?? Figures.undefined
    facts.append(("images seen", "\(seen) of \(Figures.grouped(run.imagesPlanned))"))
    if let seconds = run.seconds { facts.append(("time", Figures.duration(seconds))) }
    if !run.overrides.isEmpty {
      facts.append(("overrides", run.overrides.joined(separator: ", ")))
    }
    if let environment {
      facts.append(
        ("made on", "\(environment.host), \(environment.processor), \(environment.blas)"))
    }
    if !run.recipe.isEmpty { facts.append(("recipe", run.recipeID)) }
    if let equal = run.equals {
      facts.append(("same as", "\(equal.name) (run \(equal.id)); not run, its figures are those"))
    }
    if !run.tags.isEmpty { facts.append(("tags", run.tags.joined(separator: ", "))) }
    facts += run.comments.map { ("note", $0) }
    if let error = run.error { facts.append(("error", error)) }
    return Section(title: "Run \(run.id): \(run.name)", blocks: [.facts(facts)])
  }

  private func headline(_ style: TextStyle) -> Section {
    guard let headline = run.headline else { return Section(title: "Test", blocks: []) }
    let figures = Figures(style)
    var facts = [("images", Figures.grouped(headline.images))]
    if headline.unseenImages > 0 {
      facts.append(("of unseen classes", "\(headline.unseenImages), in no figure below"))
    }
    facts += HeadlineFigure.allCases.map { metric in
      (metric.title, figures.value(metric.value(of: headline), of: metric))
    }
    if let leaked = run.leakedImages, leaked > 0 { facts += leaks(leaked, figures) }
    return Section(title: "Test", blocks: [.facts(facts)])
  }

  private func leaks(_ leaked: Int, _ figures: Figures) -> [(String, String)] {
    var facts = [
      ("leaked", "\(Figures.grouped(leaked)) test images that training or validation has too")
    ]
    func text(_ value: Double?, _ metric: HeadlineFigure) -> String {
      run.withoutLeaks == nil ? "not known" : figures.value(value, of: metric)
    }
    for (metric, value) in [
      (HeadlineFigure.macroRecall, run.withoutLeaks?.macroRecall),
      (.accuracy, run.withoutLeaks?.accuracy),
    ] {
      facts.append(("\(metric.title) without them", text(value, metric)))
    }
    return facts
  }

  private func curve(_ style: TextStyle) -> Section {
    guard let last = epochs.last else { return Section(title: "Epochs", blocks: []) }
    let figures = Figures(style)
    let width = max(10, min(40, style.width - 40))
    func line(
      _ name: String, _ values: [Double?], _ write: (Double) -> String
    ) -> (String, String)? {
      let known = values.compactMap { $0 }
      guard let first = known.first, let end = known.last else { return nil }
      let drawing = Sparkline.draw(values, width: width, unicode: style.unicode)
      return (name, "\(drawing)  \(write(first)) to \(write(end))")
    }
    func number(_ value: Double) -> String { Figures.fixed(value, 3, minus: style.minus) }
    let training = line("training loss", epochs.map(\.trainLoss), number)
    let validation = [HeadlineFigure.loss, .macroRecall, .accuracy].map { figure in
      line("validation \(figure.columnTitle)", epochs.map { $0.validation?[figure] }) {
        figures.value($0, of: figure)
      }
    }
    let facts = ([training] + validation).compactMap { $0 }
    var speed: [(String, String)] = []
    if let rate = last.imagesPerSecond {
      speed.append(("images/s", Figures.fixed(rate, 1) + " in the last epoch"))
    }
    return Section(title: "Epochs 1 to \(last.epoch)", blocks: [.facts(facts + speed)])
  }

  private func classes(_ style: TextStyle) -> Section {
    guard !run.classes.isEmpty else { return Section(title: "Classes", blocks: []) }
    let figures = Figures(style)
    let titles = ["train", "test", "named", "top-1", "top-5", "prec.", "F1"]
    var columns = [TextTable.Column("class", alignsRight: false, limit: 18)]
    columns += titles.map { TextTable.Column($0) }
    if mass != nil { columns += [TextTable.Column("drawn"), TextTable.Column("mass")] }
    var table = TextTable(keyColumns: 1, columns)
    for (record, metrics) in rankedClasses() {
      var cells = [
        record.name, String(record.trainCount), String(metrics.support),
        String(metrics.predicted), figures.percent(metrics.top1), figures.percent(metrics.top5),
        figures.percent(metrics.precision), figures.percent(metrics.f1),
      ]
      if let mass {
        cells += [mass.drawn ?? mass.sampled, mass.realised ?? mass.effective].map { shares in
          shares.indices.contains(record.index)
            ? figures.percent(shares[record.index]) : Figures.undefined
        }
      }
      table.add(cells.map { TextTable.Cell($0) })
    }
    var legend = "Percent; named: images taken for the class."
    if let mass { legend += Self.legend(of: mass) }
    return Section(title: "Classes", blocks: [.table(table), .paragraph(legend)])
  }

  /// What the columns of draws and masses are.
  private static func legend(of mass: ClassMass) -> String {
    guard mass.drawn != nil else {
      return " drawn: the class's share of the sampler's draws; mass: after the loss weights."
    }
    return " drawn: the class's share of all images drawn, counted; mass: its share of the weight "
      + "in all batches' losses, counted."
  }

  private func rankedClasses() -> [(ClassRecord, ClassMetrics)] {
    run.classes.compactMap { metrics in
      run.classRecords.indices.contains(metrics.classIndex)
        ? (run.classRecords[metrics.classIndex], metrics) : nil
    }.sorted { ($1.0.trainCount, $0.0.index) < ($0.0.trainCount, $1.0.index) }
  }

  /// The ten mix-ups with the largest share of their true class.
  private func confusions(_ style: TextStyle) -> Section {
    let title = "Most frequent confusions"
    let mixUps = confusion.map(Self.mixUps) ?? []
    guard !mixUps.isEmpty else { return Section(title: title, blocks: []) }
    func name(_ index: Int) -> String {
      run.classRecords.indices.contains(index) ? run.classRecords[index].name : "class \(index)"
    }
    let figures = Figures(style)
    var table = TextTable(
      keyColumns: 1,
      [
        TextTable.Column("true class", alignsRight: false, limit: 24),
        TextTable.Column("taken for", alignsRight: false, limit: 24), TextTable.Column("images"),
        TextTable.Column("share"),
      ])
    for mixUp in mixUps.prefix(10) {
      table.add(
        [
          name(mixUp.truth), name(mixUp.guess), String(mixUp.images), figures.percent(mixUp.share),
        ].map { TextTable.Cell($0) })
    }
    return Section(title: title, blocks: [.table(table)])
  }

  private static func mixUps(
    _ matrix: ConfusionMatrix
  ) -> [(truth: Int, guess: Int, images: Int, share: Double)] {
    let mixUps = matrix.entries.filter { $0.predicted != $0.trueClass }.map { entry in
      (
        truth: entry.trueClass, guess: entry.predicted, images: entry.count,
        share: Double(entry.count) / Double(matrix.rowSum(entry.trueClass))
      )
    }
    return mixUps.sorted { ($1.share, $1.images, $0.truth) < ($0.share, $0.images, $1.truth) }
  }

  // MARK: For machines

  private func classRecords() -> RecordTable {
    var table = RecordTable([
      "class", "train", "group", "support", "predicted", "correct", "correct_top5", "top1", "top5",
      "precision", "recall", "f1", "specificity", "sampled_mass", "weight", "effective_mass",
      "drawn_mass", "realised_mass",
    ])
    for (record, metrics) in rankedClasses() {
      let masses = [
        mass?.sampled, mass?.weights, mass?.effective, mass?.drawn, mass?.realised,
      ].map { values -> RecordValue in
        .number(values.flatMap { $0.indices.contains(record.index) ? $0[record.index] : nil })
      }
      table.add(
        [
          .text(record.name), .integer(record.trainCount), .text(record.group.rawValue),
          .integer(metrics.support), .integer(metrics.predicted), .integer(metrics.correct),
          .integer(metrics.correctTop5), .number(metrics.top1), .number(metrics.top5),
          .number(metrics.precision), .number(metrics.recall), .number(metrics.f1),
          .number(metrics.specificity),
        ] + masses)
    }
    return table
  }

  private func epochRecords() -> RecordTable {
    let validation: [HeadlineFigure] = [.loss, .macroRecall, .accuracy, .macroF1]
    var table = RecordTable(
      ["epoch", "images_seen", "train_loss"] + validation.map { "val_\($0.rawValue)" }
        + ["learning_rate", "images_per_second", "seconds", "is_best"])
    for epoch in epochs {
      table.add(
        [.integer(epoch.epoch), .integer(epoch.imagesSeen), .number(epoch.trainLoss)]
          + validation.map { .number(epoch.validation?[$0]) }
          + [
            .number(epoch.learningRate), .number(epoch.imagesPerSecond), .number(epoch.seconds),
            .truth(epoch.isBest),
          ])
    }
    return table
  }

  private static func json(_ remark: DatasetRemark) -> JSONText {
    .object([
      ("kind", .text(remark.kind.rawValue)), ("count", JSONText(remark.count)),
      ("text", .text(remark.text)),
    ])
  }

  private func json() -> JSONText {
    let metrics = HeadlineFigure.allCases.map { metric in
      (metric.rawValue, JSONText.number(run.headline.flatMap(metric.value)))
    }
    return .object([
      ("schema", .integer(1)), ("run", .integer(Int(run.id))), ("sweep", .text(run.sweep)),
      ("dataset", .text(run.dataset)), ("name", .text(run.name)),
      ("strategy", .text(run.strategy)), ("variant", .text(run.variant)),
      ("seed", .text(String(run.seed))), ("status", .text(run.status.rawValue)),
      ("epochs_done", .integer(run.epochsDone)), ("epochs_planned", .integer(run.epochsPlanned)),
      ("best_epoch", JSONText(run.bestEpoch)), ("images_seen", JSONText(run.imagesSeen)),
      ("images_planned", .integer(run.imagesPlanned)), ("seconds", .number(run.seconds)),
      ("error", JSONText(run.error)), ("overrides", .array(run.overrides.map { .text($0) })),
      ("notes", .array(run.notes.map { .text($0) })), ("metrics", .object(metrics)),
      ("leaked_images", JSONText(run.leakedImages)),
      ("clean_accuracy", .number(run.withoutLeaks?.accuracy)),
      ("clean_macro_recall", .number(run.withoutLeaks?.macroRecall)),
      ("classes", classRecords().json), ("epochs", epochRecords().json),
      ("configuration", JSONText(configuration)), ("fold", JSONText(run.fold)),
      ("recipe", JSONText(run.recipe.isEmpty ? nil : run.recipeID)),
      ("archived", .truth(run.isArchived)), ("tags", .array(run.tags.map { .text($0) })),
      ("comments", .array(run.comments.map { .text($0) })),
      ("data_remarks", .array(dataRemarks.map(Self.json))),
      ("equals_run", JSONText((run.equals?.id).map { Int($0) })),
    ])
  }
}
