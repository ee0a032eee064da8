import Metrics
import Results

/// The runs of a store, one a line: what `poise runs` prints.
public struct RunTable: Sendable {
  /// In the order of the lines.
  public var runs: [RunSummary]

  /// These runs in this order.
  public init(_ runs: [RunSummary]) { self.runs = runs }

  /// The table in a format; ends with a line end.
  public func render(_ format: ListFormat, style: TextStyle = TextStyle()) -> String {
    switch format {
    case .table: text(style).lines(style).joined(separator: "\n") + "\n"
    case .markdown: text(TextStyle()).markdown().joined(separator: "\n") + "\n"
    case .csv: records().csv(exact: style.exactCSV)
    case .json: records().json.rendered()
    }
  }

  private func text(_ style: TextStyle) -> TextTable {
    let figures = Figures(style)
    let showsSweep = Set(runs.map(\.sweep)).count > 1
    let showsTags = runs.contains { !$0.tags.isEmpty }
    let showsRecipe =
      Set(runs.map { "\($0.sweep) \($0.dataset)" }).count < Set(runs.map(\.recipe)).count
    var columns = [TextTable.Column("run")]
    if showsSweep { columns.append(TextTable.Column("sweep", alignsRight: false, limit: 16)) }
    columns += [
      TextTable.Column("strategy", alignsRight: false, limit: 22), TextTable.Column("seed"),
      TextTable.Column("status", alignsRight: false), TextTable.Column("epochs"),
      TextTable.Column("recall"), TextTable.Column("acc."), TextTable.Column("few"),
      TextTable.Column("time"),
    ]
    if showsRecipe { columns.append(TextTable.Column("recipe", alignsRight: false)) }
    if showsTags { columns.append(TextTable.Column("tags", alignsRight: false, limit: 24)) }
    var table = TextTable(keyColumns: 1, columns)
    for run in runs {
      let name = run.variant.isEmpty ? run.strategy : "\(run.strategy) \(run.variant)"
      var cells = [TextTable.Cell(String(run.id))]
      if showsSweep { cells.append(TextTable.Cell(run.sweep)) }
      cells += [
        TextTable.Cell(name), TextTable.Cell(Replica(run).description),
        TextTable.Cell(
          (run.equals.map { "= run \($0.id)" } ?? run.status.rawValue)
            + (run.isArchived ? ", archived" : ""), run.status.tone),
        TextTable.Cell("\(run.epochsDone)/\(run.epochsPlanned)"),
        TextTable.Cell(figures.percent(run.headline?.macroRecall)),
        TextTable.Cell(figures.percent(run.headline?.accuracy)),
        TextTable.Cell(figures.percent(run.headline?.fewRecall)),
        TextTable.Cell(run.seconds.map(Figures.clock) ?? Figures.undefined),
      ]
      if showsRecipe { cells.append(TextTable.Cell(run.recipeID)) }
      if showsTags { cells.append(TextTable.Cell(run.tags.joined(separator: " "))) }
      table.add(cells)
    }
    return table
  }

  private func records() -> RecordTable {
    var table = RecordTable(
      [
        "run", "sweep", "dataset", "name", "strategy", "variant", "seed", "status", "epochs_done",
        "epochs_planned", "best_epoch", "images_seen", "images_planned", "seconds",
      ] + HeadlineFigure.allCases.map(\.rawValue) + ["overrides", "error", "group_hash"]
        + ["fold", "recipe", "archived", "tags", "comments", "equals_run"])
    for run in runs {
      table.add(
        [
          .integer(Int(run.id)), .text(run.sweep), .text(run.dataset), .text(run.name),
          .text(run.strategy), .text(run.variant), .text(String(run.seed)),
          .text(run.status.rawValue), .integer(run.epochsDone), .integer(run.epochsPlanned),
          RecordValue(run.bestEpoch), RecordValue(run.imagesSeen), .integer(run.imagesPlanned),
          .number(run.seconds),
        ]
          + HeadlineFigure.allCases.map { metric in
            .number(run.headline.flatMap(metric.value))
          }
          + [
            .text(run.overrides.joined(separator: " ")), RecordValue(run.error),
            .text(run.groupHash), RecordValue(run.fold),
            RecordValue(run.recipe.isEmpty ? nil : run.recipeID), .truth(run.isArchived),
            .text(run.tags.joined(separator: " ")), .text(run.comments.joined(separator: " | ")),
            RecordValue((run.equals?.id).map { Int($0) }),
          ])
    }
    return table
  }
}

extension RunSummary {
  /// The beginning of its recipe's hash, as people see it.
  var recipeID: String { String(recipe.prefix(SharedRecipe.shownDigits)) }
}

extension RunStatus {
  var tone: Tone {
    switch self {
    case .done: .good
    case .failed, .diverged, .lost: .bad
    case .queued, .running, .cancelled: .plain
    }
  }
}
