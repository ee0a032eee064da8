import Drawing

/// How much each class counts in training.
package enum MassSection: SectionWriter {
  // Its picture is as wide as that of ``CurvesSection``, whose style it shares.
  package static func section(in context: PageContext) -> PageSection? {
    let book = MassBook(context)
    guard let picture = MassPicture.picture(in: context, for: .page) else { return nil }
    let natural = book.curves.filter(\.isNatural).reduce(0) { $0 + $1.strategies.count }
    let all = book.curves.reduce(0) { $0 + $1.strategies.count }
    let counted = book.curves.contains { $0.points.contains { $0.realised != nil } }
    let body: Markup = """
      <div class="scroll least" tabindex="0" role="group" aria-label="Class mass">\
      \(picture.inline(id: context.id("mass-picture")))</div>\
      <p class="key">● a class, by the promise of the strategy’s last phase\(counted ? """
      ; ○ as counted over the whole run, where it was: the two differ where phases differ, and where a \
      loss is divided by its batch’s weights
      """ : ""). A level line at 1 is the natural share; a line falling to the right gives every class \
      the same.</p>\(names(book))\(DamagedRuns.sentence(.masses, in: context))
      """
    return PageSection(
      id: context.id("mass"), title: "Class mass",
      heading: "What sampler and weights make of the classes",
      lede: """
        Drawn × weighted, over the class’s share of the training images, against its number of training \
        images (both logarithmic). \(natural) of \(Figures.count(all, "strategy", "strategies")) \
        \(natural == 1 ? "leaves" : "leave") it as it is and \(natural == 1 ? "acts" : "act") \
        elsewhere: in the loss, the images, the weights or the input.
        """, body: body)
  }

  /// The names of panels that have more than fit beneath them.
  private static func names(_ book: MassBook) -> Markup {
    let long = book.curves.filter { $0.strategies.count > 3 }
    guard !long.isEmpty else { return "" }
    let items = long.map { curve -> Markup in
      let names = curve.strategies.map { strategy -> Markup in
        "<span dir=\"auto\">\(strategy.name)</span>"
      }.joined(separator: ", ")
      return "<li>\(names)</li>"
    }.joined()
    return """
      <details><summary>All strategies of panels that name only the first</summary><ul>\(items)</ul>\
      </details>
      """
  }
}
