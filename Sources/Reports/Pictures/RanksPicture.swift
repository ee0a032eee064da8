import Drawing

/// A critical-difference diagram: mean ranks over data sets on one axis, and bars over strategies that
/// are not told apart (Demšar, JMLR 2006).
enum RanksPicture {
  static let name = "ranks"
  static let summary =
    "mean ranks over several sweeps, and what is not told apart (--sweep a --sweep b)"

  private enum Edge { static let (side, top, row, bar) = (8.0, 44.0, 16.0, 7.0) }

  /// - Parameter width: in units of the picture, 11 to a line of text.
  static func picture(of ranks: RankComparison, width: Double) -> Picture {
    let count = ranks.entries.count
    let half = (count + 1) / 2
    let labels = ranks.entries.map { "\($0.name) \(Figures.fixed($0.meanRank, 2))" }
    let widest = labels.map { TextWidth.of($0, size: 11) }.max() ?? 0
    // The baseline's label is bold.
    let room = min(1.1 * widest + 20, width * 0.36)
    let axis = Scale(1...Double(count), from: Edge.side + room, to: width - Edge.side - room)
    let bars = Edge.top + 12 + Double(ranks.cliques.count) * Edge.bar
    let height = bars + 8 + Double(half) * Edge.row + 8
    var body = scale(axis, count) + critical(ranks, axis)
    for (place, clique) in ranks.cliques.enumerated() {
      let y = Edge.top + 12 + Double(place) * Edge.bar
      let (low, high) = (
        ranks.entries[clique.first ?? 0].meanRank, ranks.entries[clique.last ?? 0].meanRank
      )
      body += """
        <line class="lt" stroke-width="3" x1="\(axis(low) - 3)" x2="\(axis(high) + 3)" y1="\(y)" y2="\(y)"/>
        """
    }
    for (place, entry) in ranks.entries.enumerated() {
      let isLeft = place < half
      let row = isLeft ? place : count - 1 - place
      let y = bars + 8 + (Double(row) + 0.7) * Edge.row
      let end = isLeft ? Edge.side + room - 8 : width - Edge.side - room + 8
      let text = TextWidth.cut(labels[place], to: room - 10, size: 11)
      body += """
        <path class="lba" d="M\(axis(entry.meanRank)) \(Edge.top)V\(y)H\(end)"/>\
        <text class="t\(isLeft ? " te" : "")\(entry.isBaseline ? " strong" : "")" \
        x="\(isLeft ? end - 4 : end + 4)" y="\(y + 4)">\(text)</text>
        """
    }
    return Picture(
      width: width, height: height, title: "Mean ranks over \(ranks.datasets.count) data sets",
      summary:
        "\(count) strategies by \(ranks.metric.title), 1 is the best; bars join those that are "
        + "not told apart.", body: body)
  }

  private static func scale(_ axis: Scale, _ count: Int) -> Markup {
    let (left, right) = (axis(1), axis(Double(count)))
    var body: Markup = "<path class=\"lt\" d=\"M\(left) \(Edge.top)H\(right)\"/>"
    let step = count > 12 ? 5 : 1
    for rank in 1...count where rank == 1 || rank == count || rank.isMultiple(of: step) {
      let x = axis(Double(rank))
      body += """
        <path class="lt" d="M\(x) \(Edge.top)v-5"/>\
        <text class="tm tc" x="\(x)" y="\(Edge.top - 9)">\(rank)</text>
        """
    }
    return body
  }

  /// The critical difference as a length of the axis.
  private static func critical(_ ranks: RankComparison, _ axis: Scale) -> Markup {
    guard let limit = ranks.criticalDifference, limit <= Double(ranks.entries.count) - 1 else {
      return ""
    }
    let (left, right) = (axis(1), axis(1 + limit))
    return """
      <path class="lne" d="M\(left) 14v6m0 -3H\(right)m0 -3v6"/>\
      <text class="tm" x="\(right + 6)" y="21">critical difference \(Figures.fixed(limit, 2))</text>
      """
  }
}
