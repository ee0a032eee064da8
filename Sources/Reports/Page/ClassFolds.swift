import Drawing
import Metrics

/// Each class by itself: how every strategy finds it, and what it is taken for.
struct ClassFolds {
  /// Classes that are named as what a class is taken for.
  private static let most = 3
  /// Shares below this are not named.
  private static let least = 0.02

  private let comparison: Comparison
  private let contrasts: [[Contrast?]]
  /// By strategy and class; empty where no confusions were read.
  private let confusions: [[String]]
  private let figures = Figures(TextStyle())

  init(_ context: PageContext) {
    comparison = context.comparison
    let comparison = context.comparison
    contrasts = comparison.strategies.map {
      $0.isBaseline ? comparison.classes.map { _ in nil } : comparison.classContrasts(of: $0)
    }
    confusions =
      context.evidence.confusions.isEmpty
      ? []
      : comparison.strategies.map { strategy in
        Self.taken(context.evidence.confusions[strategy.name], in: comparison)
      }
  }

  static let style = """
    .cl table{width:auto}.cl{border-bottom:1px solid var(--grid);content-visibility:auto;contain-intrinsic-size:auto 30px}
    .cl summary{cursor:pointer;padding:4px 0;font-size:13.5px}.cl summary i{font-style:normal;color:var(--muted)}
    .cl table{margin:4px 0 14px;font-size:12.5px}.cl td,.cl tbody th{padding-block:1px}
    .cl td:nth-child(-n+5){text-align:end;white-space:nowrap}.cl td:nth-child(6){padding-inline-start:20px}
    .cl th:nth-child(6){padding-inline-start:20px}

    """

  var markup: Markup {
    let folds = comparison.classes.indices.map(fold).joined()
    return """
      <details class="fold each"><summary>Each class by itself: recall, precision, F1 and what it is taken for \
      (\(comparison.classes.count))</summary>\(folds)<p class="key"><span>means over finished runs; \
      ± standard deviation over seeds; Δ in points of recall against the baseline</span>\(legend)</p></details>
      """
  }

  private var legend: Markup {
    confusions.isEmpty
      ? "" : "<span>taken for: the share of the class’s test images, over all runs, in %</span>"
  }

  private func fold(_ place: Int) -> Markup {
    let row = comparison.classes[place]
    let taken: Markup = confusions.isEmpty ? "" : "<th scope=\"col\">taken for</th>"
    let rows = comparison.strategies.indices.map { line($0, place) }.joined()
    return """
      <details class="cl"><summary><b dir="auto">\(row.name)</b> <i>\(row.group.rawValue), \
      \(figures.range(row.trainCounts)) training, \(figures.range(row.support)) test</i></summary>\
      <div class="scroll" tabindex="0" role="group" aria-label="\(row.name)"><table><thead><tr>\
      <th scope="col">strategy</th><th scope="col" class="n">recall</th><th scope="col" class="n">Δ</th>\
      <th scope="col" class="n">prec.</th><th scope="col" class="n">F1</th>\(taken)</tr></thead>\
      <tbody>\(rows)</tbody></table></div></details>
      """
  }

  private func line(_ strategy: Int, _ place: Int) -> Markup {
    let summary = comparison.strategies[strategy]
    let own = summary.classes[place]
    let change = contrasts[strategy][place].map { contrast -> Markup in
      let sign = contrast.verdict.isDifference ? "\(contrast.verdict.sign) " : ""
      return "\(sign)\(figures.points(contrast.mean))"
    }
    let names = confusions.isEmpty ? nil : confusions[strategy][place]
    let taken = names.map { names -> Markup in
      let direction: Markup = names.utf8.allSatisfy { $0 < 0x80 } ? "" : " dir=\"auto\""
      return "<td\(direction)>\(names)</td>"
    }
    // Thousands of rows: what the style sheet can say is not said in each of them.
    return """
      <tr><th>\(summary.name)</th><td>\(figures.spread(own.top1, of: .macroRecall))</td>\
      <td>\(change ?? "")</td><td>\(figures.percent(own.precision?.mean))</td>\
      <td>\(figures.percent(own.f1?.mean))</td>\(taken ?? "")</tr>
      """
  }

  /// For each class, what its images are most often taken for.
  private static func taken(_ matrix: ConfusionMatrix?, in comparison: Comparison) -> [String] {
    let count = comparison.classes.count
    var cells = Array(repeating: [(count: Int, predicted: Int)](), count: count)
    for entry in matrix?.entries ?? []
    where entry.trueClass < count && entry.trueClass != entry.predicted {
      cells[entry.trueClass].append((entry.count, entry.predicted))
    }
    return cells.enumerated().map { place, cells in
      let images = Double(matrix?.rowSum(place) ?? 0)
      let named = cells.filter { Double($0.count) >= least * images }
        .sorted { ($1.count, $0.predicted) < ($0.count, $1.predicted) }.prefix(most)
      return named.map { cell in
        "\(comparison.classes[cell.predicted].name) "
          + Figures.fixed(Double(cell.count) / images * 100, 0)
      }.joined(separator: ", ")
    }
  }
}
