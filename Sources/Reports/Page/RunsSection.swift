import Drawing
import Metrics
import Results

/// Every run with its state, what departs from the shared recipe, and what strategies note of themselves.
enum RunsSection: SectionWriter {
  static func section(in context: PageContext) -> PageSection? {
    let comparison = context.comparison
    let done = comparison.strategies.reduce(0) { $0 + $1.runs.count }
    let seconds = comparison.strategies.flatMap(\.runs).compactMap(\.seconds)
    let lede: Markup = """
      <p>\(done) of \(comparison.runCount) runs are done\(seconds.isEmpty ? "" : ", in \(Figures.duration(seconds.reduce(0, +))) of computing")\
      \(comparison.unfinished.isEmpty ? "." : "; the others are missing from every mean.")</p>
      """
    return PageSection(
      id: context.id("runs"), title: "Runs",
      heading: "Runs", lede: lede,
      body: unfinished(comparison) + RunTimeline(context).markup + overrides(comparison)
        + equals(comparison) + list(comparison)
        + notes(comparison))
  }

  private static func table(_ heads: [(String, Bool)], _ rows: [Markup], label: String) -> Markup {
    let cells = heads.map {
      "<th scope=\"col\"\($0.1 ? " class=\"n\"" : "" as Markup)>\($0.0)</th>" as Markup
    }
    return """
      <div class="scroll" tabindex="0" role="group" aria-label="\(label)"><table class="list">\
      <thead><tr>\(cells.joined())</tr></thead><tbody>\(rows.joined())</tbody></table></div>
      """
  }

  private static func unfinished(_ comparison: Comparison) -> Markup {
    guard !comparison.unfinished.isEmpty else { return "" }
    let rows = comparison.unfinished.map { run -> Markup in
      """
      <tr><th scope="row" dir="auto">\(run.strategy)</th><td class="n">\(String(run.seed))\
      \(run.fold.map { " fold \($0)" } ?? "")</td><td>\(run.status.rawValue)</td>\
      <td class="n">\(run.epochsDone)/\(run.epochsPlanned)</td><td dir="auto">\(run.error ?? "")</td></tr>
      """
    }
    return table(
      [("strategy", false), ("seed", true), ("state", false), ("epochs", true), ("reason", false)],
      rows, label: "Runs that are not done")
  }

  private static func overrides(_ comparison: Comparison) -> Markup {
    let rows = comparison.strategies.filter { !$0.overrides.isEmpty }.map { strategy -> Markup in
      "<tr><th scope=\"row\" dir=\"auto\">\(strategy.name)</th><td><code>\(strategy.overrides.joined(separator: ", "))</code></td></tr>"
    }
    guard !rows.isEmpty else { return "" }
    return
      "<details class=\"fold\"><summary>\(rows.count) strategies depart from the shared recipe</summary>"
      + table([("strategy", false), ("settings of its own", false)], rows, label: "Settings")
      + "</details>"
  }

  private static func equals(_ comparison: Comparison) -> Markup {
    guard !comparison.equals.isEmpty else { return "" }
    let items = comparison.equals.map { "<li dir=\"auto\">\($0.sentence)</li>" as Markup }
    return """
      <details class="fold"><summary>\(items.count) strategies were not made, since another is the same</summary>\
      <ul class="sent">\(items.joined())</ul></details>
      """
  }

  private static func list(_ comparison: Comparison) -> Markup {
    let figures = Figures(TextStyle())
    let rows = comparison.strategies.flatMap { strategy in
      strategy.runs.map { run -> Markup in
        let value = run.headline.flatMap { comparison.metric.value(of: $0) }
        return """
          <tr><th scope="row" dir="auto">\(strategy.name)</th><td class="n">\(String(run.seed))\
          \(run.fold.map { " fold \($0)" } ?? "")</td><td class="n">\(Int(run.id))</td>\
          <td class="n">\(figures.value(value, of: comparison.metric))</td>\
          <td class="n">\(run.bestEpoch.map(String.init) ?? "")</td>\
          <td class="n">\(run.seconds.map(Figures.duration) ?? "")</td></tr>
          """
      }
    }
    guard !rows.isEmpty else { return "" }
    return "<details class=\"fold\"><summary>All \(rows.count) finished runs</summary>"
      + table(
        [
          ("strategy", false), ("seed", true), ("run", true), (comparison.metric.title, true),
          ("best epoch", true), ("time", true),
        ], rows, label: "Finished runs") + "</details>"
  }

  /// Equal notes of several strategies are one.
  private static func notes(_ comparison: Comparison) -> Markup {
    var order: [String] = []
    var names: [String: [String]] = [:]
    for strategy in comparison.strategies {
      for note in strategy.notes {
        if names[note] == nil { order.append(note) }
        names[note, default: []].append(strategy.name)
      }
    }
    guard !order.isEmpty else { return "" }
    let items = order.map { note -> Markup in
      let of = names[note] ?? []
      let shown =
        of.prefix(4).joined(separator: ", ") + (of.count > 4 ? " and \(of.count - 4) more" : "")
      return "<li dir=\"auto\"><b>\(shown)</b>: \(note)</li>"
    }
    return """
      <details class="fold"><summary>What strategies note of themselves (\(order.count))</summary>\
      <ul class="sent">\(items.joined())</ul></details>
      """
  }
}
