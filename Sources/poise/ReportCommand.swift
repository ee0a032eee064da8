import ArgumentParser
import Files
import Foundation
import Metrics
import Reports
import Results
import ResultsSQLite
import Sweeps

/// Puts the strategies of a sweep side by side.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Compares the strategies of a sweep, side by side and class by class.",
    discussion: """
      Means are over seeds, differences are to the baseline with the same seed. Missing, failed \
      and diverged runs are named, so that a mean over two of three seeds cannot pass as three.

        poise report                                   the newest sweep
        poise report --format html -o report.html      one page with pictures, for a browser
        poise report --format html --samples 4 -o report.html      the same with pictures of each class
        poise report --by class --format markdown -o table.md
        poise report --sweep night --metric macro_f1
        poise report --sweep a --sweep b --sweep c     ranks over several data sets
        poise report --recipe                          what was run with other settings or data
        poise report --recipe 1a2b3c4d                 that one, instead of the newest; all: each

      A table holds runs of one recipe and one state of the data: what differs is set aside, and a \
      remark says so. Remarks are always printed, notes with --notes.
      """)

  @OptionGroup var store: StoreOptions
  @Option(
    help: "What to list: \(ReportSubject.allCases.map(\.rawValue).joined(separator: ", ")).",
    completion: .list(ReportSubject.allCases.map(\.rawValue)), transform: Choice.read)
  var by: ReportSubject?
  @Option(
    help: """
      Sorts the strategies: \(HeadlineFigure.allCases.map(\.rawValue).joined(separator: ", ")). \
      Default: \(HeadlineFigure.macroRecall.rawValue).
      """, completion: .list(HeadlineFigure.allCases.map(\.rawValue)), transform: Choice.read)
  var metric: HeadlineFigure?
  @Option(help: "The label to compare with, instead of the experiment's baseline.")
  var baseline: String?
  @Option(
    defaultAsFlag: Self.listsRecipes,
    help: ArgumentHelp(
      "Alone, lists the recipes of the sweep; or the beginning of one's name, or all.",
      valueName: "recipe"))
  var recipe: String?
  @Option(
    help: ArgumentHelp(
      "Only these strategies, beside the baseline: names or patterns such as 'focal*'.",
      valueName: "a,b"))
  var strategies: String?
  @Option(
    help: ArgumentHelp(
      "Only these classes: many, medium, few, names or patterns.", valueName: "a,b"))
  var classes: String?
  @Option(
    help:
      "How many strategies the summary lists; 0 for all. Default: what the terminal has room for.")
  var top: Int?
  @Option(
    help: ArgumentHelp(
      "Figures beside the first in the summary, such as accuracy,macro_f1,few_recall.",
      valueName: "a,b"))
  var columns: String?
  @Option(
    help: ArgumentHelp(
      "How probable it is that a difference is larger than this, such as 0.01 for a point.",
      valueName: "difference"))
  var rope: Double?
  @Flag(help: "Every variant of swept settings, instead of the one that is best on validation.")
  var variants = false
  @Flag(inversion: .prefixedNo, help: "Page what is longer than the terminal, with $PAGER.")
  var pager = true
  @Flag(help: "List what strategies note of themselves, instead of counting it.") var notes = false
  @Option(
    help:
      "table, markdown, csv, csv-long (a row a run, class and figure), json, html (with -o report.html), latex.",
    completion: .list(ReportFormat.allCases.map(\.rawValue)), transform: Choice.read)
  var format: ReportFormat?
  @Option(
    help: """
      Show so many training images of each class on the page, 1 to \(SampleStrips.most). None where \
      absent: whoever gets the page gets them too.
      """)
  var samples: Int?
  @Option(name: .shortAndLong, help: "Write to a file instead of standard output.")
  var output: String?

  func validate() throws {
    if let rope, !(rope.isFinite && rope >= 0) {
      throw ValidationError("--rope \(rope): expected a difference of at least 0, such as 0.01")
    }
    guard let samples else { return }
    guard (1...SampleStrips.most).contains(samples) else {
      throw ValidationError("--samples \(samples): it must be from 1 to \(SampleStrips.most)")
    }
    guard format == .html else {
      throw ValidationError("--samples shows pictures, which only --format html has")
    }
  }

  func run() throws {
    let opened = try store.open()
    if store.sweeps.count > 1 { return try rank(in: opened) }
    let sweep = try store.sweep(in: opened)
    let runs = try opened.summaries(ofSweep: sweep.name)
    try checkBaseline(among: runs)
    let recipes = try opened.recipes(ofSweep: sweep.name)
    let style = Terminal.style(toFile: output != nil)
    let format = format ?? .table
    if recipe == Self.listsRecipes {
      guard let list = ListFormat(rawValue: format.rawValue) else {
        throw ValidationError(
          "--recipe without a name lists recipes, and a list is no \(format.rawValue); give --format "
            + ListFormat.allCases.map(\.rawValue).joined(separator: ", "))
      }
      try deliver(RecipeTable(recipes, runs: runs).render(list, style: style))
      return try store.tell(opened.damages)
    }
    var comparisons = try Comparison.ofEachDataset(
      runs, recipes: recipes, choice: choice, baseline: baseline ?? sweep.baseline,
      metric: metric ?? .macroRecall)
    guard !comparisons.isEmpty else {
      try store.tell(opened.damages)
      let advice =
        runs.isEmpty
        ? "poise sweep makes some" : "all are archived; poise runs archive --undo shows them again"
      throw Failure(
        "sweep \(sweep.name) has no runs to compare: \(advice)", code: Failure.missingInput)
    }
    let damage = opened.damages.map { Remark(.damaged, StoreOptions.sentence(on: $0)) }
    for index in comparisons.indices {
      comparisons[index].add(damage)
      if showsOne(format) {
        comparisons[index] = try opened.represented(comparisons[index])
      }
      comparisons[index] = try filtered(comparisons[index])
      comparisons[index].rope = rope
    }
    if format == .html {
      try deliver(page(of: comparisons, recipes, in: opened))
    } else {
      try deliver(report(format, style).render(comparisons))
    }
    try store.tell(opened.damages)
  }

  /// Several sweeps: their strategies by ranks.
  private func rank(in opened: SQLiteRunStore) throws {
    let format = format ?? .table
    guard let list = ListFormat(rawValue: format.rawValue) else {
      throw ValidationError(
        "ranks over several sweeps are no \(format.rawValue); give --format "
          + ListFormat.allCases.map(\.rawValue).joined(separator: ", ")
          + ", and poise plot ranks for a picture")
    }
    let given = [
      ("--by", by != nil), ("--classes", classes != nil), ("--top", top != nil),
      ("--columns", columns != nil), ("--recipe", recipe != nil),
    ].filter(\.1)
    if let option = given.first {
      throw ValidationError("\(option.0) goes with one sweep, and \(store.sweeps.count) are named")
    }
    let sweeps = SweepRanks(store, metric: metric, baseline: baseline, showsVariants: variants)
    let ranks = try sweeps.ranks(
      of: sweeps.comparisons(in: opened).map(filtered), rope: rope)
    let style = Terminal.style(toFile: output != nil)
    try deliver(RankReport(ranks).render(list, style: style))
    try store.tell(opened.damages)
  }

  /// What `--recipe` without a value stands for; no recipe is called so.
  private static let listsRecipes = "?"

  private var choice: RecipeChoice {
    switch recipe {
    case nil: .newest
    case "all": .all
    case let name?: .one(name)
    }
  }

  /// On a terminal one screen, in files everything, where nothing else is asked for.
  private func report(_ format: ReportFormat, _ style: TextStyle) throws -> any Report {
    let isOnScreen = output == nil && Terminal.outputIsTerminal
    let asksForSummary = top != nil || columns != nil
    let usual: ReportSubject =
      (isOnScreen || asksForSummary) && !notes && rope == nil ? .summary : .overview
    let shown = try columns.map(figures)
    guard format == .table else {
      return format.report(on: by ?? .overview, style: style, showsNotes: notes)
    }
    var report = TerminalReport(subject: by ?? usual, style: style, showsNotes: notes)
    // What stands above and below the ranking takes eighteen lines.
    report.top = max(top ?? max(6, Terminal.height - 18), 0)
    report.columns = shown ?? []
    return report
  }

  /// The figures of `--columns`.
  private func figures(_ text: String) throws -> [HeadlineFigure] {
    try Self.items(text).map { name in
      guard let figure = HeadlineFigure(rawValue: name) else {
        let known = HeadlineFigure.allCases.map(\.rawValue)
        throw ValidationError("--columns \(name): \(Choice.advice(for: name, among: known))")
      }
      return figure
    }
  }

  /// Whether one variant stands for its strategy: where people read, but not in data for programs.
  private func showsOne(_ format: ReportFormat) -> Bool {
    switch format {
    case .table, .markdown, .html, .latex: !variants
    case .csv, .json, .long: false
    }
  }

  private func filtered(_ comparison: Comparison) throws -> Comparison {
    let filter = ComparisonFilter(
      strategies: strategies.map(Self.items) ?? [], classes: classes.map(Self.items) ?? [])
    do {
      return try comparison.showing(filter)
    } catch {
      let option = error.kind == "class" ? "--classes" : "--strategies"
      throw Failure(
        "\(option) \(error.pattern): no \(error.kind) is called so; "
          + Choice.advice(for: error.pattern, among: error.known), code: Failure.missingInput)
    }
  }

  /// `a, b` → a and b; names may have commas where they are escaped by a backslash.
  private static func items(_ text: String) -> [String] {
    var items = [""]
    var isEscaped = false
    for character in text {
      switch (character, isEscaped) {
      case ("\\", false): isEscaped = true
      case (",", false): items.append("")
      default:
        items[items.count - 1].append(character)
        isEscaped = false
      }
    }
    return items.map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
  }

  private func deliver(_ text: String) throws {
    guard let output else {
      return pager ? try Pager.show(text) : try Terminal.show(text)
    }
    try AtomicFile.write(text, to: output)
    Terminal.complain("written to \(output)")
  }

  /// Refuses a label that no run has, with the one that was probably meant.
  private func checkBaseline(among runs: [RunSummary]) throws {
    let labels = Set(runs.map(\.strategy)).sorted()
    guard let baseline, !runs.isEmpty, !labels.contains(baseline) else { return }
    throw Failure(
      "--baseline \(baseline): no run has this label; "
        + Choice.advice(for: baseline, among: labels), code: Failure.missingInput)
  }
}

extension ReportFormat: ExpressibleByArgument {}

extension ListFormat: ExpressibleByArgument {}

/// Which store and which of its sweeps.
struct StoreOptions: ParsableArguments {
  @Option(help: "The store.", completion: .file(extensions: ["sqlite"]))
  var results = "results.sqlite"

  @Option(
    name: .customLong("sweep"), parsing: .singleValue,
    help: "The sweep's name; the newest where absent.")
  var sweeps: [String] = []

  /// The store, read-only.
  func open() throws -> SQLiteRunStore { try SQLiteRunStore(readOnly: results) }

  /// Names damage that was met, on standard error, and ends the command with the exit code of a bad
  /// input; without damage nothing happens.
  func tell(_ damages: [StoreDamage]) throws {
    guard !damages.isEmpty else { return }
    for damage in damages { Terminal.complain("damaged: \(Self.sentence(on: damage))") }
    Terminal.complain(
      "\(results) is damaged: 'poise verify --results \(results)' says what is sound and what to do"
    )
    throw ExitCode(Failure.badInput)
  }

  /// What is damaged, and which runs are missing because of it.
  static func sentence(on damage: StoreDamage) -> String {
    guard !damage.leftOut.isEmpty else { return "\(damage)." }
    if damage.leftOut == damage.run.map({ [$0] }) { return "\(damage); the run is left out." }
    let runs = damage.leftOut.prefix(20).map(String.init).joined(separator: ", ")
    let rest = damage.leftOut.count > 20 ? " and \(damage.leftOut.count - 20) more" : ""
    return "\(damage); left out: run\(damage.leftOut.count == 1 ? "" : "s") \(runs)\(rest)."
  }

  /// The named sweep, or the newest.
  func sweep(in store: SQLiteRunStore) throws -> SweepRecord {
    guard sweeps.count < 2 else {
      throw ValidationError(
        "--sweep is given \(sweeps.count) times, and this looks at one sweep; 'poise report' and "
          + "'poise plot ranks' compare several")
    }
    return try sweeps(in: store)[0]
  }

  /// The named sweeps in the order in which they were named, or the newest alone.
  func sweeps(in store: SQLiteRunStore) throws -> [SweepRecord] {
    let known = try store.sweeps()
    guard let newest = known.last else {
      try tell(store.damages)
      throw Failure("\(results) holds no sweep yet", code: Failure.missingInput)
    }
    if let name = sweeps.first(where: { name in sweeps.count { $0 == name } > 1 }) {
      throw ValidationError("--sweep \(name) is given twice")
    }
    if sweeps.isEmpty { return [newest] }
    return try sweeps.map { name in
      guard let named = known.first(where: { $0.name == name }) else {
        try tell(store.damages)
        throw Failure(
          "\(results) has no sweep named '\(name)'; "
            + Choice.advice(for: name, among: known.map(\.name)), code: Failure.missingInput)
      }
      return named
    }
  }
}
