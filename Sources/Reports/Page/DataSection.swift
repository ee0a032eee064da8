import Drawing
import Metrics
import Results

/// The data as the runs saw them: images a class, groups, and what the data have to say.
enum DataSection: SectionWriter {
  static let style = """
    .samples{display:grid;grid-template-columns:repeat(auto-fill,minmax(220px,1fr));gap:10px 18px;margin:10px 0}\
    .samples figure{margin:0}.samples img{height:48px;margin:0 2px 2px 0}.samples figcaption{font-size:12.5px;\
    overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
    .narrow{width:auto;min-width:260px;margin:14px 0}.hist{display:block}.hist rect{fill:var(--s3)}.hist .medium{fill:var(--s4)}.hist .few{fill:var(--s5)}

    """

  static func section(in context: PageContext) -> PageSection? {
    let comparison = context.comparison
    guard !comparison.classes.isEmpty else { return nil }
    let groups = ShotGroup.allCases.compactMap { group -> Markup? in
      let rows = comparison.classes.filter { $0.group == group }
      guard !rows.isEmpty else { return nil }
      let (train, test) = (
        rows.reduce(0) { $0 + $1.trainCounts.upperBound },
        rows.reduce(0) { $0 + $1.support.upperBound }
      )
      return """
        \(rows.count) \(group.rawValue) (\(Figures.grouped(train)) training and \(Figures.grouped(test)) test images)
        """
    }
    return PageSection(
      id: context.id("data"), title: "Data",
      heading: "Data",
      lede: """
        <p><b dir="auto">\(comparison.dataset)</b>: \(groups.joined(separator: ", ")). Many: more than 100 training images; \
        few: fewer than 20.</p>
        """,
      body: histogram(context) + twice(comparison) + left(context)
        + samples(context) + table(comparison))
  }

  /// What a few training images of each class look like, where somebody asked for them.
  private static func samples(_ context: PageContext) -> Markup {
    let strips = context.comparison.classes.compactMap { row -> Markup? in
      guard let images = context.evidence.samples[row.name], !images.isEmpty else { return nil }
      let pictures = images.map { "<img src=\"\($0)\" alt=\"\">" as Markup }
      return """
        <figure><figcaption dir="auto">\(row.name)</figcaption>\(pictures.joined())</figure>
        """
    }
    guard !strips.isEmpty else { return "" }
    return """
      <details class="fold long" open><summary>Training images of each class, as the networks see them before \
      augmentation</summary><div class="samples">\(strips.joined())</div></details>
      """
  }

  /// Test images whose picture the network has learned, which make its figures better than they are.
  private static func twice(_ comparison: Comparison) -> Markup {
    let runs = comparison.strategies.flatMap(\.runs)
    let counts = runs.compactMap(\.leakedImages)
    guard let most = counts.max() else {
      return runs.isEmpty
        ? ""
        : "<p>Whether test images have the same picture as others is not known of these runs.</p>"
    }
    guard most > 0 else {
      return "<p>No test image has the same picture as one for training or validation.</p>"
    }
    let images = comparison.classes.reduce(0) { $0 + $1.support.upperBound }
    return """
      <p>\(Figures.count(most, "test image has", "test images have")) the same picture as one for training or \
      validation\(comparison.foldCount > 0 ? ", of a fold at most" : ", of \(Figures.grouped(images))"). <code>poise data FILE \
      --duplicates</code> lists the groups of identical pictures.</p>
      """
  }

  /// What was left out, and what reading and dividing have to say.
  private static func left(_ context: PageContext) -> Markup {
    guard let data = context.evidence.data else { return "" }
    var body: Markup = ""
    let reasons = data.quarantined.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    if !reasons.isEmpty {
      let rows = reasons.map { reason, count -> Markup in
        "<tr><th scope=\"row\">\(reason)</th><td class=\"n\">\(Figures.grouped(count))</td></tr>"
      }
      body += """
        <table class="list narrow"><caption>In quarantine: listed, and not used</caption><thead><tr>\
        <th scope="col">reason</th><th scope="col" class="n">images</th></tr></thead><tbody>\(rows.joined())\
        </tbody></table>
        """
    }
    // Quarantine is in the table already.
    let remarks = data.remarks.filter { $0.kind != .quarantined }
    if !remarks.isEmpty {
      let items = remarks.map { "<li dir=\"auto\">\($0.text)</li>" as Markup }
      body += """
        <details class="fold"><summary>What reading and dividing the data found (\(items.count))</summary>\
        <ul class="sent">\(items.joined())</ul></details>
        """
    }
    return body
  }

  private static func histogram(_ context: PageContext) -> Markup {
    let classes = context.comparison.classes
    let (width, height) = (980.0, 190.0)
    let most = Double(max(classes.map(\.trainCounts.upperBound).max() ?? 1, 2))
    let y = Scale(0.8...most * 1.15, from: height - 20, to: 8, kind: .logarithmic)
    let step = (width - 50) / Double(classes.count)
    var body: Markup = ""
    for value in y.ticks(4) {
      body += """
        <line class="gr" x1="44" x2="\(width)" y1="\(y(value))" y2="\(y(value))"></line>\
        <text class="tf te" x="38" y="\(y(value) + 4)">\(Figures.grouped(Int(value)))</text>
        """
    }
    for (place, row) in classes.enumerated() {
      let top = y(Double(max(row.trainCounts.upperBound, 1)))
      body += """
        <rect class="\(row.group.rawValue)" x="\(46 + Double(place) * step)" y="\(top)" \
        width="\(max(step - 1.5, 0.5))" height="\(height - 20 - top)" \
        data-tip="\(row.name): \(row.trainCounts.upperBound) training, \(row.support.upperBound) test"></rect>
        """
    }
    body +=
      "<text class=\"tm tc\" x=\"\(width / 2)\" y=\"\(height - 4)\">classes by training images (logarithmic)</text>"
    let picture = Picture(
      width: width, height: height, title: "Training images of each class",
      summary:
        "From \(Int(most)) to \(classes.map(\.trainCounts.lowerBound).min() ?? 0); the fold below has the numbers.",
      body: body)
    return "<div class=\"hist\">\(picture.inline(id: context.id("histogram")))</div>"
  }

  private static func table(_ comparison: Comparison) -> Markup {
    let figures = Figures(TextStyle())
    let rows = (comparison.classes + comparison.unseen).map { row -> Markup in
      """
      <tr><th scope="row" dir="auto">\(row.name)</th><td>\(row.group.rawValue)</td>\
      <td class="n">\(figures.range(row.trainCounts))</td><td class="n">\(figures.range(row.support))</td></tr>
      """
    }
    return """
      <details class="fold"><summary>All \(rows.count) classes</summary><div class="scroll" tabindex="0" role="group" \
      aria-label="Images of each class"><table class="list"><thead><tr><th scope="col">class</th><th scope="col">group</th>\
      <th scope="col" class="n">training</th><th scope="col" class="n">test</th></tr></thead>\
      <tbody>\(rows.joined())</tbody></table></div></details>
      """
  }
}
