import Drawing
import Metrics
import Results

/// One fold a class: how it fares under every strategy, and what it is taken for.
struct ClassFolds {
  /// Letters of a class's name among the confusions; the whole names stand in the heads of folds.
  private static let letters = 22
  /// Cells of classes and strategies from which on two confusions are named instead of three.
  private static let manyCells = 2000

  private let context: PageContext
  private let comparison: Comparison
  private let figures = Figures(TextStyle())
  private let strategies: [StrategySummary]
  /// For each of ``strategies`` that has confusions: by true class, guesses with their images.
  private let wrong: [[Int: [(guess: Int, images: Int)]]?]
  private let sums: [ConfusionMatrix?]

  init(_ context: PageContext) {
    (self.context, comparison) = (context, context.comparison)
    let shown = comparison.strategies.filter { !$0.runs.isEmpty }
    strategies = shown
    sums = shown.map { context.evidence.confusions[$0.name] }
    wrong = sums.map { matrix in
      guard let matrix else { return nil }
      let entries = matrix.entries.filter { $0.trueClass != $0.predicted && $0.count > 0 }
      return Dictionary(grouping: entries.map { ($0.trueClass, ($0.predicted, $0.count)) }, by: \.0)
        .mapValues { cells in
          cells.map(\.1).sorted { ($0.1, $1.0) > ($1.1, $0.0) }.map { (guess: $0.0, images: $0.1) }
        }
    }
  }

  /// The address of a class's fold within the page.
  ///
  /// - Parameter place: in ``Comparison/classes``.
  static func id(_ place: Int, in context: PageContext) -> String { context.id("class-\(place)") }

  var markup: Markup {
    let count = comparison.classes.count
    return """
      <details class="fold long"><summary>One class: recall, precision, F1 and confusions under every \
      strategy (\(Figures.count(count, "class", "classes")))</summary>\(comparison.classes.indices.map(fold).joined())\
      <p class="key">Recall, precision and F1 in percent, means over runs; Δ of recall in points, with ▲ or ▼ where it \
      is distinguishable; confusions: percent of the class’s test images of all runs.</p></details>
      """
  }

  private func fold(_ place: Int) -> Markup {
    let row = comparison.classes[place]
    let hasConfusions = sums.contains { $0 != nil }
    let last: Markup = hasConfusions ? "<th scope=\"col\">most taken for</th>" : ""
    let order = strategies.indices
    return """
      <details class="one long"><summary><span dir="auto">\(row.name)</span> <span class="mk">\(row.group.rawValue), \
      \(figures.range(row.trainCounts)) training, \(figures.range(row.support)) test images</span></summary>\
      <div class="scroll" tabindex="0" role="group" id="\(Self.id(place, in: context))" aria-label="\(row.name), class \(place + 1)">\
      <table><thead><tr><th scope="col">strategy</th><th scope="col">recall</th>\
      <th scope="col">Δ</th><th scope="col">precision</th><th scope="col">F1</th>\(last)</tr></thead>\
      <tbody>\(order.map { self.row(of: $0, place, hasConfusions) }.joined())</tbody></table></div></details>
      """
  }

  private func row(of index: Int, _ place: Int, _ hasConfusions: Bool) -> Markup {
    let strategy = strategies[index]
    let own = strategy.classes[place]
    let contrast = own.top1Change?.contrast
    let sign = contrast.flatMap { $0.verdict.isDifference ? " \($0.verdict.sign)" : nil } ?? ""
    let change = contrast.map { figures.points($0.mean) + sign } ?? ""
    let last: Markup = hasConfusions ? "<td>\(confusions(of: index, place))</td>" : ""
    return """
      <tr><th scope="row">\(strategy.name)</th><td>\(figures.percent(own.recall?.mean))</td><td>\(change)</td>\
      <td>\(figures.percent(own.precision?.mean))</td><td>\(figures.percent(own.f1?.mean))</td>\(last)</tr>
      """
  }

  private func confusions(of index: Int, _ place: Int) -> Markup {
    guard let matrix = sums[index] else { return "" }
    let most = comparison.classes.count * strategies.count > Self.manyCells ? 2 : 3
    let images = Double(matrix.rowSum(place))
    let named = (wrong[index]?[place] ?? []).prefix(most).map { cell -> Markup in
      let share = Figures.fixed(Double(cell.images) / images * 100, 0)
      return "\(short(comparison.classes[cell.guess].name)) \(share == "0" ? "<1" : share)"
    }
    return named.joined(separator: ", ")
  }

  private func short(_ name: String) -> String {
    name.count > Self.letters ? name.prefix(Self.letters - 1) + "…" : name
  }
}
