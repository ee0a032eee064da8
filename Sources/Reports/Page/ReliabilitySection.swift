import Drawing
import Metrics

/// Whether the confidence of guesses can be believed, over all and by group.
package enum ReliabilitySection: SectionWriter {
  package static let style = """
    .ece .rings{width:220px;min-width:120px}.ece svg{display:block;width:100%}\
    .rel{margin:10px 0}.rel .picture{max-width:none}
    """

  package static func section(in context: PageContext) -> PageSection? {
    let book = ReliabilityBook(context)
    guard !book.ranked.isEmpty || !book.entries.isEmpty else { return nil }
    var body: Markup = ""
    if !book.ranked.isEmpty { body += table(book) }
    body += diagrams(book, in: context) + lacking(book)
    body += DamagedRuns.sentence(.reliability, in: context)
    return PageSection(
      id: context.id("reliability"), title: "Reliability",
      heading: "How far confidence can be believed", lede: lede(book), body: body)
  }

  private static func lede(_ book: ReliabilityBook) -> Markup {
    let figures = Figures(TextStyle())
    var parts: [Markup] = []
    if let best = book.ranked.first, let worst = book.ranked.last, best.name != worst.name {
      parts.append(
        """
        <b dir="auto">\(best.name)</b> has the smallest expected calibration error \
        (\(figures.percent(best.metrics[.ece]?.mean))\u{A0}%), <b dir="auto">\(worst.name)</b> the \
        largest (\(figures.percent(worst.metrics[.ece]?.mean))\u{A0}%).
        """)
    }
    let images = book.comparison.classes.map { (group: $0.group, count: $0.support.upperBound) }
    let all = images.reduce(0) { $0 + $1.count }
    let many = images.filter { $0.group == .many }.reduce(0) { $0 + $1.count }
    if all > 0, many * 2 > all {
      parts.append(
        """
        The overall figure is ruled by the many-shot classes, which hold \
        \(figures.whole(Double(many) / Double(all)))\u{A0}% of the test images.
        """)
    }
    parts.append("Targets that are softened on purpose make a model less sure than it is right.")
    return parts.joined(separator: " ")
  }

  private static func table(_ book: ReliabilityBook) -> Markup {
    let figures = Figures(TextStyle())
    let most = book.ranked.flatMap { $0.runs.compactMap { $0.headline?.ece } }.max() ?? 0
    func percent(_ value: Double) -> String {
      Markup.number(most > 0 ? 2 + value / most * 95 : 2) + "%"
    }
    let baseline = book.comparison.reference?.metrics[.ece]?.mean
    let groups = ReliabilityBook.groups.filter { group in
      book.entries.contains { ($0.groups[group]?.images ?? 0) > 0 }
    }
    let rows = book.ranked.map { strategy -> Markup in
      let entry = book.entries.first { $0.strategy.name == strategy.name }
      let cells = groups.map { group -> Markup in
        let error = entry?.groups[group]?.error
        return "<td class=\"n\"\(value(error))>\(figures.percent(error))</td>"
      }.joined()
      let rings = strategy.runs.compactMap { $0.headline?.ece }.map { value -> Markup in
        "<circle class=\"lne\" cx=\"\(percent(value))\" cy=\"50%\" r=\"3\"/>"
      }.joined()
      let line: Markup =
        baseline.map {
          """
          <line class="ze" stroke-dasharray="4 3" x1="\(percent($0))" x2="\(percent($0))" y1="0" \
          y2="100%"/>
          """
        } ?? ""
      let mean = strategy.metrics[.ece]!.mean
      return """
        <tr><th scope="row" dir="auto">\(strategy.name)</th><td class="rings" \
        data-v="\(mean, decimals: 5)"><svg height="18" aria-hidden="true">\(line)\
        <line class="lba" x1="2%" x2="\(percent(mean))" y1="50%" y2="50%"/>\(rings)</svg></td>\
        <td class="n"\(value(mean))>\(figures.percent(mean))</td>\(cells)</tr>
        """
    }.joined()
    let heads = groups.map { group -> Markup in
      "<th scope=\"col\" class=\"n\"><button>\(group.rawValue) %</button></th>"
    }.joined()
    return """
      <div class="scroll" tabindex="0" role="group" aria-label="Expected calibration error">\
      <table class="sort ece"><thead><tr><th scope="col"><button>Strategy</button></th>\
      <th scope="col">Runs</th><th scope="col" class="n"><button>ECE %</button></th>\(heads)</tr>\
      </thead><tbody>\(rows)</tbody></table></div>\
      <p class="key">Expected calibration error over \(ReliabilityBins.count) bins of equal width; ○ a \
      run; dashed: the mean of the baseline.\(groups.isEmpty ? "" : """
         By group: of all runs with kept guesses together, whose confidence the store has in 1/10,000.
        """)</p>
      """
  }

  private static func value(_ number: Double?) -> Markup {
    number.map { " data-v=\"\($0, decimals: 5)\"" } ?? ""
  }

  private static func diagrams(_ book: ReliabilityBook, in context: PageContext) -> Markup {
    guard !book.entries.isEmpty else { return "" }
    let open = Set(book.pair.map(\.strategy.name))
    let order = book.pair + book.entries.filter { !open.contains($0.strategy.name) }
    let folds = order.enumerated().map { place, entry -> Markup in
      let picture = ReliabilityPicture.diagrams(of: entry, in: book, width: 640, isNamed: false)
      let opened: Markup = open.contains(entry.strategy.name) ? " open" : ""
      return """
        <details class="rel"\(opened)><summary><span dir="auto">\(entry.strategy.name)</span>, \
        \(Figures.count(entry.runs, "run", "runs"))</summary>\
        <div class="scroll" tabindex="0" role="group" aria-label="Reliability of \(entry.strategy.name)">\
        \(picture.inline(id: context.id("reliability-\(place)")))</div></details>
        """
    }.joined()
    return """
      \(folds)<p class="key">A dot a bin of at least \(ReliabilityBook.leastImages) guesses: across its \
      mean confidence, upwards the share that is right; its area: how many guesses; whiskers: 95\u{A0}% \
      (Wilson), as if guesses of several runs on one image were independent; dashed: right as often as \
      sure. n: guesses a run.</p>
      """
  }

  private static func lacking(_ book: ReliabilityBook) -> Markup {
    guard !book.lacking.isEmpty else { return "" }
    let finished = book.comparison.strategies.reduce(0) { $0 + $1.runs.count }
    guard book.lacking.count < finished else {
      return """
        <p>Diagrams by group need the guess on each test image and its confidence, which the version \
        that made these runs did not keep. Runs that are made now keep them.</p>
        """
    }
    let shown = book.lacking.prefix(6).map { name -> Markup in
      "<span dir=\"auto\">\(name)</span>"
    }.joined(separator: ", ")
    let rest = book.lacking.count > 6 ? " and \(book.lacking.count - 6) more" : ""
    return "<p>Without kept guesses, and so not in the diagrams: \(shown)\(rest).</p>"
  }
}
