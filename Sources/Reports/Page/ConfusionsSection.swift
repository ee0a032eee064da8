import Drawing

/// Which classes are taken for which, the baseline against the best strategies.
package enum ConfusionsSection: SectionWriter {
  /// So many strategies can be chosen, the best ones: each costs some 30 kB of the page.
  static let choices = 6
  /// Blocks of at most so many classes, and so many of them, where the whole map has no names.
  static let blockSize = 14
  static let blocks = 9

  package static let style = """
    .confs{display:flex;flex-wrap:wrap;gap:20px 28px;align-items:flex-start}\
    .confs .picture{max-width:none}.confs .tip{fill:transparent}.confs figure{margin:0}.confs>*{min-width:0;max-width:100%}\
    .confs figcaption{font-size:12.5px;color:var(--muted);margin:0 0 6px}
    """

  package static func section(in context: PageContext) -> PageSection? {
    let others = context.comparison.strategies.filter { !$0.isBaseline }
    guard let leading = context.comparison.leading else { return nil }
    let ordered = [leading] + others.filter { $0.name != leading.name }
    let pairs = ordered.lazy.compactMap { ConfusionPair($0, in: context) }.prefix(choices)
    guard let first = pairs.first else { return nil }
    var body: Markup = ""
    let all = Array(pairs)
    if all.count > 1 { body += choice(all, of: others.count, in: context) }
    for (place, pair) in all.enumerated() {
      let hidden: Markup = place == 0 ? "" : " class=\"only-js\" hidden"
      body += """
        <div data-group="\(context.id("confusions"))" data-option="\(place)"\(hidden)>\
        \(content(pair, place, in: context))</div>
        """
    }
    body += key + DamagedRuns.sentence(.confusions, in: context)
    return PageSection(
      id: context.id("confusions"), title: "Confusions", heading: "What is taken for what",
      lede: lede(first), body: body)
  }

  private static func lede(_ pair: ConfusionPair) -> Markup {
    let figures = Figures(TextStyle())
    let shifts = [(pair.shrinking.first, "falls"), (pair.growing.first, "rises")].compactMap {
      cell, verb -> Markup? in
      guard let cell else { return nil }
      return """
        <b dir="auto">\(pair.name(cell.trueClass))</b> taken for \
        <span dir="auto">\(pair.name(cell.predicted))</span> \(verb) from \
        \(figures.whole(cell.before)) to \(figures.whole(cell.after))\u{A0}%
        """
    }
    let hasImages = pair.comparison.classes.contains {
      $0.support.upperBound >= ConfusionPair.leastImages
    }
    let largest: Markup =
      !hasImages
      ? "No class has \(ConfusionPair.leastImages) test images, from which on shifts are listed."
      : shifts.isEmpty
        ? "No share of a class with at least \(ConfusionPair.leastImages) test images changes."
        : """
        The largest shifts with <span dir="auto">\(pair.after.name)</span>, of classes with at least \
        \(ConfusionPair.leastImages) test images: \(shifts.joined(separator: "; ")).
        """
    return """
      What is taken for what, by <span dir="auto">\(pair.after.name)</span> and by the baseline. \
      Classes that are mixed up stand together (average linkage on the baseline’s confusions). \
      \(largest) Shares are over all finished runs of a strategy. Single shares are not tested: in \
      one run that of a class with 10 test images moves in steps of 10 points.
      """
  }

  private static func choice(
    _ pairs: [ConfusionPair], of count: Int, in context: PageContext
  ) -> Markup {
    let options = pairs.enumerated().map { place, pair -> Markup in
      "<option value=\"\(place)\">\(pair.after.name)</option>"
    }.joined()
    let most: Markup =
      count > pairs.count ? " <span>the \(pairs.count) best of \(count) strategies</span>" : ""
    return """
      <p class="tools"><label>Against the baseline: \
      <select data-choose="\(context.id("confusions"))">\(options)</select></label>\(most)</p>
      """
  }

  private static func content(
    _ pair: ConfusionPair, _ place: Int, in context: PageContext
  ) -> Markup {
    let id = context.id("confusions-\(place)")
    let isLarge = pair.order.classes.count > ConfusionsPicture.namedClasses
    return (isLarge ? overview(pair, id) : maps(pair, id)) + lists(pair)
  }

  private static func figure(_ caption: Markup, _ label: String, _ picture: Markup) -> Markup {
    """
    <figure><figcaption>\(caption)</figcaption><div class="scroll" tabindex="0" role="group" \
    aria-label="\(label)">\(picture)</div></figure>
    """
  }

  private static func maps(_ pair: ConfusionPair, _ id: String) -> Markup {
    let name = pair.after.name
    let small = [(ConfusionMap.Kind.before, pair.before.name), (.after, name)].map {
      kind, name -> Markup in
      let picture = ConfusionsPicture.small(kind, of: pair)
        .inline(id: "\(id)-\(kind == .before ? "b" : "a")")
      return """
        <figure><figcaption><span dir="auto">\(name)</span>, shares</figcaption>\(picture)</figure>
        """
    }.joined()
    let large = ConfusionsPicture.picture(of: pair, for: .page).inline(id: "\(id)-d")
    return """
      <div class="confs">\(figure(
        """
        Difference, <span dir="auto">\(name)</span> − baseline; rows true, columns predicted
        """, "Difference of confusions of \(name)", large))<div>\(small)</div></div>
      """
  }

  private static func overview(_ pair: ConfusionPair, _ id: String) -> Markup {
    let blocks = pair.order.blocks(ofAtMost: blockSize, Self.blocks, in: pair.shares)
    let name = pair.after.name
    var body = figure(
      """
      Difference, <span dir="auto">\(name)</span> − baseline, all \(pair.order.classes.count) \
      classes; frames: the blocks below
      """, "Overview of the differences of \(name)",
      ConfusionsPicture.overview(.difference, of: pair, blocks: blocks, width: 450)
        .inline(id: "\(id)-d"))
    body += "<div>"
    for (kind, name) in [(ConfusionMap.Kind.before, pair.before.name), (.after, name)] {
      body += """
        <figure><figcaption><span dir="auto">\(name)</span>, shares</figcaption>\
        \(ConfusionsPicture.overview(kind, of: pair, blocks: [], width: 215)
          .inline(id: "\(id)-\(kind == .before ? "b" : "a")"))</figure>
        """
    }
    body += "</div>"
    for (number, block) in blocks.enumerated() {
      body += figure(
        "Block \(number + 1): the \(number == 0 ? "most" : "next most") change off the diagonal",
        "Block \(number + 1) of \(name)",
        ConfusionsPicture.block(block, number: number + 1, of: pair).inline(id: "\(id)-\(number)"))
    }
    return "<div class=\"confs\">\(body)</div>"
  }

  private static func lists(_ pair: ConfusionPair) -> Markup {
    let tables = [
      ("Confusions that shrink most", pair.shrinking), ("… that grow most", pair.growing),
    ]
    .map { title, cells -> Markup in
      guard !cells.isEmpty else { return "" }
      return """
        <div class="scroll" tabindex="0" role="group" aria-label="\(title)"><table>\
        <caption>\(title)</caption><thead><tr><th scope="col">True class</th>\
        <th scope="col">taken for</th><th scope="col" class="n">base %</th>\
        <th scope="col" class="n">now %</th><th scope="col" class="n">Δ</th>\
        <th scope="col" class="n">n</th></tr></thead><tbody>\
        \(cells.map { row($0, of: pair) }.joined())</tbody></table></div>
        """
    }
    return "<div class=\"confs\">\(tables.joined())</div>"
  }

  private static func row(_ cell: ConfusionShares.Cell, of pair: ConfusionPair) -> Markup {
    let figures = Figures(TextStyle())
    let support = figures.range(pair.comparison.classes[cell.trueClass].support)
    return """
      <tr><th scope="row" dir="auto">\(pair.name(cell.trueClass))</th>\
      <td dir="auto">\(pair.name(cell.predicted))</td>\
      <td class="n">\(figures.percent(cell.before))</td>\
      <td class="n">\(figures.percent(cell.after))</td>\
      <td class="n">\(figures.points(cell.change))</td><td class="n">\(support)</td></tr>
      """
  }

  private static var key: Markup {
    """
    <p class="key">+ the share grows, − it shrinks. Blue: that is better, orange: worse; on the diagonal \
    more is better, off it less. Darker from 5, 10 and 20 points on; below 1.5 points nothing is drawn. \
    Shares: darker from 1, 5, 20, 50 and 80\u{A0}% on. Tables: base, the baseline; Δ in points; n, test \
    images of the true class.</p>
    """
  }
}

/// What a section says of runs that it lacks because their rows are damaged.
enum DamagedRuns {
  static func sentence(_ part: Evidence.Part, in context: PageContext) -> Markup {
    guard let runs = context.evidence.damaged[part], !runs.isEmpty else { return "" }
    let shown = runs.prefix(20).map(String.init).joined(separator: ", ")
    let rest = runs.count > 20 ? " and \(runs.count - 20) more" : ""
    return """
      <p class="key"><b>Left out here, because their rows in the store are damaged:</b> \
      run\(runs.count == 1 ? "" : "s") \(shown)\(rest); <code>poise verify</code> says more.</p>
      """
  }
}
