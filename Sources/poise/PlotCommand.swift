import ArgumentParser
import Files
import Foundation
import Metrics
import Reports
import Results
import ResultsSQLite

/// Draws one picture of a sweep as a file for a paper.
struct PlotCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plot",
    abstract: "Draws one picture of a sweep, for a paper.",
    discussion: """
      Without a name it lists the pictures. Text is about 8 points high at the width that is asked for: \
      84 mm is a column of most journals, 174 mm a page. A .svg is written by poise itself; .png (600 \
      points an inch) and .pdf by rsvg-convert, inkscape or cairosvg, whichever is there.

        poise plot                                     lists the pictures
        poise plot confusions -o confusions.svg
        poise plot curves --sweep night --width 174 -o curves.pdf
        poise plot ranks --sweep a --sweep b           over several data sets
        poise plot mass --strategies focal,ldam        to standard output, as SVG
      """)

  @Argument(
    help: "The picture; all are listed without one.",
    completion: .list(Pictures.list.map(\.name)))
  var name: String?
  @OptionGroup var store: StoreOptions
  @Option(
    help: """
      Ranks the strategies: \(HeadlineFigure.allCases.map(\.rawValue).joined(separator: ", ")). \
      Default: \(HeadlineFigure.macroRecall.rawValue).
      """, completion: .list(HeadlineFigure.allCases.map(\.rawValue)), transform: Choice.read)
  var metric: HeadlineFigure?
  @Option(help: "The label to compare with, instead of the experiment's baseline.")
  var baseline: String?
  @Option(
    help: "Labels of the strategies to show, with commas between them; the baseline always is.")
  var strategies: String?
  @Option(help: "The data set, where the sweep has several, such as stages.")
  var dataset: String?
  @Option(
    help:
      "The beginning of a recipe's name, instead of the newest; poise report --recipe lists them.")
  var recipe: String?
  @Option(help: "The width on paper, in millimetres.") var width = 84.0
  @Option(
    name: .shortAndLong, help: "A file that ends with .svg, .png or .pdf.", completion: .file())
  var output: String?

  func validate() throws {
    guard width.isFinite, (40...1000).contains(width) else {
      throw ValidationError("--width \(width): it must be from 40 to 1000 millimetres")
    }
    if let output, Self.ending(of: output) == nil {
      throw ValidationError(
        "-o \(output): the name must end with .svg, .png or .pdf, which says what to write")
    }
    let known = Pictures.list.map(\.name)
    if let name, !known.contains(name) {
      throw ValidationError(
        "there is no picture '\(name)'; " + Choice.advice(for: name, among: known))
    }
  }

  func run() throws {
    guard let name else { return try list() }
    // Found out before anything is read.
    let kind = output.flatMap(Self.ending).flatMap(PictureConverter.Kind.init(rawValue:))
    let converter = try kind.map(PictureConverter.find)
    let opened = try store.open()
    if name == Pictures.ofSeveral {
      let sweeps = SweepRanks(store, metric: metric, baseline: baseline)
      let ranks = try sweeps.ranks(of: sweeps.comparisons(in: opened).map(showing))
      let svg = Pictures.file(of: ranks, millimetres: width)
      return try deliver(svg, kind, converter, opened)
    }
    let comparisons = try comparisons(from: opened)
    let comparison = try chosen(among: comparisons)
    // Joined stages have what the stages have.
    let parts = comparison.stages.isEmpty ? [] : comparisons.filter { $0.stage != nil }
    let evidence = try EvidenceReading.evidence(for: parts + [comparison], in: opened)[parts.count]
    let shown = try showing(comparison)
    guard
      let svg = Pictures.file(name, of: shown, with: evidence, millimetres: width)
    else {
      try store.tell(opened.damages)
      throw Failure(
        "'\(name)' has nothing to show: \(Self.reason(name)), and the finished runs of "
          + "\(shown.sweep) do not have that", code: Failure.missingInput)
    }
    try deliver(svg, kind, converter, opened)
  }

  /// Writes the picture where it is wanted, in the form that is wanted.
  private func deliver(
    _ svg: String, _ kind: PictureConverter.Kind?, _ converter: PictureConverter?,
    _ opened: SQLiteRunStore
  ) throws {
    if let output {
      if let kind, let converter {
        try AtomicFile.write(
          try converter.convert(svg, to: kind, millimetres: width), to: output)
      } else {
        try AtomicFile.write(svg, to: output)
      }
      Terminal.complain("written to \(output)")
    } else {
      try Terminal.show(svg)
    }
    try store.tell(opened.damages)
  }

  private func list() throws {
    let longest = Pictures.list.map(\.name.count).max() ?? 0
    let lines = Pictures.list.map { picture in
      picture.name + String(repeating: " ", count: longest + 2 - picture.name.count)
        + picture.summary
    }
    try Terminal.tell(lines.joined(separator: "\n"))
  }

  private static func ending(of path: String) -> String? {
    let ending = URL(fileURLWithPath: path).pathExtension.lowercased()
    return ["svg", "png", "pdf"].contains(ending) ? ending : nil
  }

  /// What a picture is made of, in words.
  private static func reason(_ name: String) -> String {
    switch name {
    case "confusions": "it sets a strategy's confusions against those of a baseline"
    case "curves": "it draws epochs"
    case "reliability": "it draws calibration errors or the guesses on test images"
    case "classes": "it sets the recall of classes against a baseline"
    case "mass": "it draws what the sampler and the weights make of the classes"
    default: "it compares strategies with a baseline"
    }
  }

  /// The comparisons of the sweep, one a data set.
  private func comparisons(from opened: SQLiteRunStore) throws -> [Comparison] {
    let sweep = try store.sweep(in: opened)
    let runs = try opened.summaries(ofSweep: sweep.name)
    let recipes = try opened.recipes(ofSweep: sweep.name)
    let comparisons = try Comparison.ofEachDataset(
      runs, recipes: recipes, choice: recipe.map { .one($0) } ?? .newest,
      baseline: baseline ?? sweep.baseline,
      metric: metric ?? .macroRecall)
    guard !comparisons.isEmpty else {
      try store.tell(opened.damages)
      throw Failure(
        "sweep \(sweep.name) has no runs to compare: poise sweep makes some",
        code: Failure.missingInput)
    }
    return comparisons
  }

  /// That of the data set that is meant.
  private func chosen(among comparisons: [Comparison]) throws -> Comparison {
    let names = comparisons.map(\.dataset)
    let sweep = comparisons[0].sweep
    if let dataset {
      guard let found = comparisons.first(where: { $0.dataset == dataset }) else {
        throw Failure(
          "--dataset \(dataset): sweep \(sweep) has no runs on it; "
            + Choice.advice(for: dataset, among: names), code: Failure.missingInput)
      }
      return found
    }
    guard comparisons.count == 1 else {
      throw Failure(
        "sweep \(sweep) has \(names.count) data sets; choose one with --dataset: "
          + names.joined(separator: ", "), code: Failure.missingInput)
    }
    return comparisons[0]
  }

  /// The comparison with the strategies that are asked for.
  private func showing(_ comparison: Comparison) throws -> Comparison {
    guard let strategies else { return comparison }
    let wanted = strategies.split(separator: ",").map {
      $0.trimmingCharacters(in: .whitespaces)
    }
    let known = Set(comparison.strategies.map(\.strategy)).sorted()
    for label in wanted where !known.contains(label) {
      throw Failure(
        "--strategies \(label): no run has this label; "
          + Choice.advice(for: label, among: known), code: Failure.missingInput)
    }
    return comparison.showing(only: Set(wanted))
  }
}
