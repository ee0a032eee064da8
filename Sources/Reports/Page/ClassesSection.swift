import Drawing
import Metrics
import Results

/// Which classes gain and which pay: classes by training images, strategies by rank.
enum ClassesSection: SectionWriter {
  static let style = """
    .heat{width:auto;font-size:11px;border-collapse:separate;border-spacing:0}
    .heat thead th{position:sticky;top:0;z-index:1;font-size:11.5px;border:0;padding:0 6px 6px 0;background:var(--bg)}
    .heat th.rot{padding:0 0 6px;height:158px}.heat th.rot span{writing-mode:vertical-rl;transform:rotate(180deg);\
    display:block;margin:0 auto;line-height:1;white-space:nowrap;max-height:152px;overflow:hidden;text-overflow:ellipsis}
    .heat tbody th{position:sticky;left:0;background:var(--bg);white-space:nowrap;padding:0 8px 0 0;max-width:190px;\
    overflow:hidden;text-overflow:ellipsis}.heat td{padding:0 3px;height:19px;min-width:26px;text-align:center}
    .heat td.q{text-align:end;color:var(--muted);padding:0 6px;white-space:nowrap}
    .heat tr.sub th,.heat tr.sub td{padding-top:14px;font-weight:600;border-bottom:1px solid var(--rule);height:32px;vertical-align:bottom}
    .heat .u1{background:var(--u1)}.heat .u2{background:var(--u2)}.heat .u3{background:var(--u3);color:#fff;font-weight:600}
    .heat .u4{background:var(--u4);color:var(--bg);font-weight:600}.heat .d1{background:var(--d1)}.heat .d2{background:var(--d2)}
    .heat .d3{background:var(--d3);color:#fff;font-weight:600}.heat .d4{background:var(--d4);color:var(--bg);font-weight:600}
    .heat.dense td{min-width:21px;padding:0 1px}.heat.dense td.q{padding:0 4px}.heat.dense tbody th{max-width:140px}
    @media screen and (max-width:640px){.heat tbody th{max-width:112px}.heat .bar{display:none}}
    .heat a{color:inherit;text-decoration:none}.heat a:hover{text-decoration:underline}
    @media print{.heat thead th,.heat tbody th{position:static}.heat td{min-width:0;padding:0 1px}.heat{font-size:9.5px}\
    .heat.broad{zoom:.62}.heat thead th:not(.rot){font-size:9.5px}}
    .bar{display:inline-block;height:7px;background:var(--s3);vertical-align:baseline;margin-inline-end:4px}

    """

  static func section(in context: PageContext) -> PageSection? {
    let comparison = context.comparison
    guard !comparison.classes.isEmpty, comparison.strategies.contains(where: { !$0.runs.isEmpty })
    else { return nil }
    let table = ClassHeat(context)
    return PageSection(
      id: context.id("classes"), title: "Classes",
      heading: "Class by class", lede: lede(comparison, table),
      body: """
        <div class="scroll sheet" tabindex="0" role="group" aria-label="Classes">\(table.markup)</div>
        <p class="key"><span>numbers: points of recall against the baseline</span>\
        <span>full colour and bold: distinguishable</span><span>pale: not distinguishable, 3 points or more</span>\
        <span>· less than half a point</span></p>\(ClassFolds(context).markup)\(unseen(comparison))
        """)
  }

  private static func lede(_ comparison: Comparison, _ table: ClassHeat) -> Markup {
    let text = ComparisonText(comparison, TextStyle(), showsNotes: false)
    guard comparison.comparisons > 0 else { return "<p>Recall of each class.</p>" }
    let contrasts = table.columns.flatMap { comparison.classContrasts(of: $0) }.compactMap(\.self)
    let told = contrasts.count { $0.verdict.isDifference }
    let gains = contrasts.count { $0.verdict.isHigher == true }
    return """
      <p>\(told) of \(Figures.grouped(contrasts.count)) cells are distinguishable from another seed of the baseline: \
      \(gains) gains and \(told - gains) losses. Colour is held back where the runs cannot carry it.</p>\
      <p>\(text.markRule)</p>
      """
  }

  private static func unseen(_ comparison: Comparison) -> Markup {
    guard !comparison.unseen.isEmpty else { return "" }
    let names = comparison.unseen.map(\.name).joined(separator: ", ")
    return """
      <details class="fold"><summary>\(comparison.unseen.count) classes without a training image, in no figure\
      </summary><p class="prose" dir="auto">\(names)</p></details>
      """
  }
}

/// The table of classes and strategies.
private struct ClassHeat {
  private let context: PageContext
  let comparison: Comparison
  let columns: [StrategySummary]
  private let contrasts: [[Contrast?]]
  /// So many columns fit into the page; more are narrower.
  private static let column = 22
  /// So many columns fit on a sheet of A4; of more, the table is printed smaller.
  private static let sheet = 32
  private let figures = Figures(TextStyle())

  init(_ context: PageContext) {
    (self.context, comparison) = (context, context.comparison)
    columns = comparison.strategies.filter { !$0.isBaseline }
    contrasts = columns.map { context.comparison.classContrasts(of: $0) }
  }

  private var baseline: StrategySummary? { comparison.baselines.first }

  var markup: Markup {
    let heads = columns.map { strategy -> Markup in
      "<th scope=\"col\" class=\"rot\" data-tip=\"\(strategy.name)\"><span dir=\"auto\">\(strategy.name)</span></th>"
    }
    let most = comparison.classes.map(\.trainCounts.upperBound).max() ?? 1
    let bars = Scale(1...Double(max(most, 2)), from: 2, to: 46, kind: .logarithmic)
    let bodies = ShotGroup.allCases.map { group -> Markup in
      let rows = comparison.classes.indices.filter { comparison.classes[$0].group == group }
      guard !rows.isEmpty else { return "" }
      return "<tbody>\(head(group, rows.count))\(rows.map { row($0, bars) }.joined())</tbody>"
    }
    return """
      <table class="heat\(columns.count > Self.column ? " dense" : "")\(columns.count > Self.sheet ? " broad" : "")"><caption class="vh">Difference of each class’s recall to the baseline, in points</caption>
      <thead><tr><th scope="col">class</th><th scope="col">training</th><th scope="col">test</th>\
      <th scope="col" data-tip="recall of the baseline">\(baseline == nil ? "" : "base")</th>\(heads.joined())</tr></thead>
      \(bodies.joined())</table>
      """
  }

  private func head(_ group: ShotGroup, _ count: Int) -> Markup {
    let average = ClassAverage.allCases.first { $0.rawValue == group.rawValue }
    let cells = columns.map { strategy -> Markup in
      let change = average.flatMap { strategy.averages[$0]?.top1Change }
      return change.map { cell($0.contrast) } ?? "<td></td>"
    }
    let own = average.flatMap { baseline?.averages[$0]?.top1?.mean }
    return """
      <tr class="sub"><th scope="rowgroup">\(average?.title ?? group.rawValue), \(count)</th><td class="q"></td>\
      <td class="q"></td><td class="q">\(own.map { Figures.fixed($0 * 100, 0) } ?? "")</td>\(cells.joined())</tr>
      """
  }

  private func row(_ place: Int, _ bars: Scale) -> Markup {
    let row = comparison.classes[place]
    let cells = contrasts.map { column in column[place].map(cell) ?? "<td></td>" }
    let own = baseline.flatMap { $0.classes[place].top1?.mean }
    let train = Double(max(row.trainCounts.upperBound, 1))
    return """
      <tr><th scope="row" dir="auto" data-tip="\(row.name)"><a href="#\(ClassFolds.id(place, in: context))">\(row.name)</a></th><td class="q">\
      <span class="bar" style="width:\(bars(train), decimals: 0)px"></span>\(figures.range(row.trainCounts))</td>\
      <td class="q">\(figures.range(row.support))</td><td class="q">\(own.map { Figures.fixed($0 * 100, 0) } ?? "n/a")</td>\
      \(cells.joined())</tr>
      """
  }

  private func cell(_ contrast: Contrast) -> Markup {
    let cell = ClassCell(contrast)
    return cell.step.isEmpty
      ? "<td>\(cell.text)</td>" : "<td class=\"\(cell.step)\">\(cell.text)</td>"
  }
}
