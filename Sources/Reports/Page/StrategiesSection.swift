import Drawing
import Metrics
import Results

/// Every strategy with every seed: a table whose second column is the picture.
enum StrategiesSection: SectionWriter {
  static let style = """
    .strat td,.strat tbody th{padding-block:0;height:24px;white-space:nowrap}.strat .plot{width:42%;min-width:220px;\
    padding:0 10px}.strat tbody th{max-width:230px;overflow:hidden;text-overflow:ellipsis}
    .strat tbody tr:not(.sub):hover{background:var(--panel)}.strat .sub th,.strat .sub td{height:34px;\
    vertical-align:bottom;padding-bottom:4px;font-size:12.5px;color:var(--muted);border-bottom:1px solid var(--rule)}
    .strat .sub th{font-weight:600}.strat tr.base{background:var(--panel)}.strat .base th{font-weight:600}
    .strat .mean,.strat .ci{color:var(--muted)}.strat td.delta{font-weight:600}.vn .delta,.vx .delta{font-weight:400!important;\
    color:var(--muted)}.vU .delta,.vu .delta,.vU .vd,.vu .vd{color:var(--better)}.vD .delta,.vd .delta,.vD .vd,.vd .vd\
    {color:var(--worse)}td.vd{font-size:12.5px;color:var(--muted)}
    .axis{position:relative;height:18px}.axis span{position:absolute;transform:translateX(-50%);font-size:11px;\
    color:var(--faint)}svg.dot{display:block;overflow:visible;background:var(--g,none)}
    .dot .bl{stroke:var(--zero);stroke-dasharray:2.5 2.5}.dot .out{stroke:var(--zero)}
    .dot .in{stroke:var(--zero);stroke-width:4.5;opacity:.6}.dot .sd{fill:var(--bg);stroke:var(--text);stroke-width:1.2}
    .dot .mu{fill:var(--text)}.vU .mu,.vu .mu{fill:var(--better)}.vD .mu,.vd .mu{fill:var(--worse)}
    .vU .in,.vu .in{stroke:var(--better);opacity:.45}.vD .in,.vd .in{stroke:var(--worse);opacity:.45}
    .vU .sd,.vu .sd{stroke:var(--better)}.vD .sd,.vd .sd{stroke:var(--worse)}.many .sd{opacity:.5}
    @media screen and (max-width:640px){.strat .gr,.strat .mean,.strat .ci,.strat .vd{display:none}\
    .strat .plot{min-width:110px;width:auto;padding:0 6px}.strat tbody th{max-width:128px}}

    """

  static func section(in context: PageContext) -> PageSection? {
    let comparison = context.comparison
    guard comparison.strategies.contains(where: { !$0.runs.isEmpty }) else { return nil }
    let table = StrategyTable(context)
    return PageSection(
      id: context.id("strategies"), title: "Strategies",
      heading: "Every strategy, every seed", lede: lede(comparison),
      body: table.markup)
  }

  private static func lede(_ comparison: Comparison) -> Markup {
    let text = ComparisonText(comparison, TextStyle(), showsNotes: false)
    guard comparison.comparisons > 0 else {
      return "<p>There is no baseline, so that no differences are formed.</p>"
    }
    let contrasts = comparison.strategies.compactMap {
      comparison.contrast(of: $0, in: comparison.metric)
    }
    let counts = [Verdict.higher, .higherHere, .lower, .lowerHere, .unclear, .unknown].compactMap {
      verdict -> Markup? in
      let count = contrasts.count { $0.verdict == verdict }
      guard count > 0 else { return nil }
      return verdict == .unknown
        ? "\(count) without a verdict, for want of seeds that differ" : "\(count) \(verdict.words)"
    }
    return """
      <p>\(capital(comparison.metric.title)) of \(contrasts.count) strategies, compared with \
      \(comparison.baseline ?? "the baseline"): \(counts.joined(separator: ", ")). An interval without the \
      baseline and a difference are the same.</p><p>\(comparison.foldCount == 0 ? text.rule : "")</p>
      """
  }
}

private func capital(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }

/// The table, its data for other metrics, and the key to its marks.
private struct StrategyTable {
  let context: PageContext
  let comparison: Comparison
  let figures = Figures(TextStyle())
  let blocks: [(title: String, strategies: [StrategySummary])]
  let metrics: [HeadlineFigure]

  init(_ context: PageContext) {
    self.context = context
    comparison = context.comparison
    blocks = StrategyBlocks(comparison).all
    let strategies = comparison.strategies
    metrics = HeadlineFigure.allCases.filter { figure in
      strategies.contains { $0.metrics[figure] != nil }
    }
  }

  private var id: String { context.id("strategy-table") }

  var markup: Markup {
    let metric = comparison.metric
    let options = metrics.map { figure -> Markup in
      """
      <option value="\(figure.rawValue)"\(figure == metric ? " selected" : "")>\
      \(capital(figure.title))\(figure.lowerIsBetter ? " (lower is better)" : "")</option>
      """
    }
    let groups: [HeadlineFigure] = [.manyRecall, .mediumRecall, .fewRecall]
    let heads = groups.map { figure -> Markup in
      "<th scope=\"col\" class=\"n gr\"><button type=\"button\">Δ \(figure.title)</button></th>"
    }
    return """
      <div class="tools"><label>Metric <select data-metric="\(id)">\(options.joined())</select></label>
      <label>Find <input type="search" data-find="\(id)" placeholder="strategy" size="14"></label></div>
      <div class="scroll" tabindex="0" role="group" aria-label="Strategies"><table class="strat sort" id="\(id)">
      <caption class="vh">Strategies with the mean over seeds of a metric and differences to the baseline</caption>
      <thead><tr><th scope="col"><button type="button">Strategy</button></th>
      <th scope="col" class="plot"><span data-label>\(capital(metric.title))</span></th>
      <th scope="col" class="n mean"><button type="button">Mean</button></th>
      <th scope="col" class="n delta" aria-sort="\(metric.lowerIsBetter ? "ascending" : "descending")">\
      <button type="button">Δ</button></th><th scope="col" class="n ci">±</th>\(heads.joined())
      <th scope="col" class="vd"><span data-label>\(capital(metric.title))</span> is</th></tr></thead>
      \(blocks.map { body($0.title, $0.strategies) }.joined())</table></div>
      <p class="key"><span>○ a seed</span><span>▮ the mean</span><span>thick: interval over seeds, 95 % for all together</span>
      <span>thin: with the luck of the test images</span><span>dashed: the baseline</span>
      <span>▲ ▼ a difference, △ ▽ on these images, ≈ not distinguishable</span></p>
      <script type="application/json" id="\(id)-data">\(Markup(verbatim: data))</script>
      """
  }

  // MARK: Rows

  private func body(_ title: String, _ strategies: [StrategySummary]) -> Markup {
    let drawn = MetricDrawing(comparison.metric, of: strategies, in: comparison)
    let isBusy = strategies.contains { $0.runs.count > 8 }
    let name: Markup = title.isEmpty ? "<td></td>" : "<th scope=\"rowgroup\">\(title)</th>"
    let head: Markup = """
      <tr class="sub">\(name)<td class="plot"><div class="axis">\(drawn.axis)</div></td>\
      <td colspan="7"></td></tr>
      """
    return """
      <tbody class="\(isBusy ? "many" : "")" style="--g:\(drawn.gridBackground)">\(head)\
      \(strategies.map { row($0, drawn, isBusy: isBusy) }.joined())</tbody>
      """
  }

  private func row(_ strategy: StrategySummary, _ drawn: MetricDrawing, isBusy: Bool) -> Markup {
    let place = comparison.strategies.firstIndex { $0.name == strategy.name } ?? 0
    let row = MetricRow(strategy, comparison.metric, in: comparison)
    let seeds = row.seeds.map { value -> Markup in
      guard let value else {
        return "<circle class=\"sd\" cy=\"12\" r=\"3.2\" style=\"display:none\"></circle>"
      }
      return
        "<circle class=\"sd\" cx=\"\(drawn.place(value))%\" cy=\"12\" r=\"\(isBusy ? 2 : 3.2)\"></circle>"
    }
    func line(_ name: String, _ ends: ClosedRange<Double>?, _ y: (Int, Int)) -> Markup {
      guard let ends else {
        return "<line class=\"\(name)\" y1=\"\(y.0)\" y2=\"\(y.1)\" style=\"display:none\"></line>"
      }
      return """
        <line class="\(name)" x1="\(drawn.place(ends.lowerBound))%" x2="\(drawn.place(ends.upperBound))%" \
        y1="\(y.0)" y2="\(y.1)"></line>
        """
    }
    let mean: Markup =
      row.mean.map {
        "<rect class=\"mu\" x=\"\(drawn.place($0))%\" y=\"5\" width=\"2.6\" height=\"14\"></rect>"
      }
      ?? "<rect class=\"mu\" y=\"5\" width=\"2.6\" height=\"14\" style=\"display:none\"></rect>"
    let groups = [HeadlineFigure.manyRecall, .mediumRecall, .fewRecall].map { figure -> Markup in
      let contrast = comparison.contrast(of: strategy, in: figure)
      let tip = contrast.map { "\($0.verdict.words)" } ?? ""
      return """
        <td class="n gr" data-v="\(contrast.map { Markup.number($0.mean, decimals: 5) } ?? "")"\
        \(tip.isEmpty ? "" : " data-tip=\"\(tip)\"" as Markup)>\(contrast.map { figures.points($0.mean) } ?? "")</td>
        """
    }
    let short =
      strategy.missing.isEmpty ? "" : " (\(strategy.runs.count)/\(comparison.replicas.count))"
    return """
      <tr data-r="\(place)" class="\(row.style)\(strategy.isBaseline ? " base" : "")">\
      <th scope="row" dir="auto" data-tip="\(strategy.name)\(short.isEmpty ? "" : ", runs are missing")">\(strategy.name)\(short)</th>\
      <td class="plot"><svg class="dot" width="100%" height="24" aria-hidden="true">\
      \(line("bl", row.baseline.map { $0...$0 }, (0, 24)))\(line("out", row.outer, (12, 12)))\
      \(line("in", row.inner, (12, 12)))\(seeds.joined())\(mean)</svg></td>\
      <td class="n mean" data-v="\(row.number(row.mean))">\(row.meanText)</td>\
      <td class="n delta" data-v="\(row.number(row.difference))">\(row.differenceText)</td>\
      <td class="n ci">\(row.reachText)</td>\(groups.joined())<td class="vd">\(row.verdictText)</td></tr>
      """
  }

  // MARK: Data for other metrics

  /// `{"macro_recall":{"l":…,"b":[{"a":[low,high],"t":[[value,text]…]}…],"r":[row…]}}`, numbers in the
  /// metric's own unit, texts ready to be shown.
  private var data: String {
    let members = metrics.map { figure -> (String, JSONText) in
      let drawings = blocks.map { MetricDrawing(figure, of: $0.strategies, in: comparison) }
      let rows = comparison.strategies.map { MetricRow($0, figure, in: comparison).json }
      return (
        figure.rawValue,
        .object([
          ("l", .text(capital(figure.title))), ("b", .array(drawings.map(\.json))),
          ("r", .array(rows)),
        ])
      )
    }
    return JSONText.object(members).compact()
  }
}
