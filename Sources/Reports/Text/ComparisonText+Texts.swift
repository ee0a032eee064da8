extension ComparisonText {
  /// Classes a list of gains, and one of losses, shows at most.
  private static let gainLimit = 6

  /// What texts add to images, beside the image-only strategies of the tables above.
  func texts() -> Section {
    let readers = comparison.strategies.compactMap { strategy in
      strategy.reading.map { (strategy: strategy, reading: $0) }
    }
    guard !readers.isEmpty else { return Section(title: "Texts", blocks: []) }
    var blocks: [Section.Block] = [
      .table(readingTable(readers)), .paragraph(readingLegend(readers.map(\.reading))),
    ]
    let leaks = leakage(readers)
    if !leaks.isEmpty { blocks.append(.list(leaks)) }
    let fallbacks = readers.filter { $0.reading.variant == "fallback" }
    if !fallbacks.isEmpty {
      blocks += [.table(fallbackTable(fallbacks)), .paragraph(Self.fallbackLegend)]
    }
    for (strategy, reading) in readers where !strategy.differences.isEmpty {
      blocks += gains(of: strategy, reading)
    }
    return Section(title: "Texts beside the image", blocks: blocks)
  }

  private typealias Reader = (strategy: StrategySummary, reading: TextReading)

  private func readingTable(_ readers: [Reader]) -> TextTable {
    let columns = [
      TextTable.Column("strategy", alignsRight: false, limit: nameLimit),
      TextTable.Column("reads", alignsRight: false),
      TextTable.Column("class words", alignsRight: false), TextTable.Column("names telling"),
      TextTable.Column("recall"), differenceColumn(),
    ]
    var table = TextTable(keyColumns: 1, columns)
    for (strategy, reading) in readers {
      table.add([
        TextTable.Cell(strategy.name), TextTable.Cell(Self.sources(of: reading)),
        TextTable.Cell(reading.isMasked ? "hidden" : "READ", reading.isMasked ? .plain : .bad),
        TextTable.Cell(figures.percent(reading.naming?.mean)),
        TextTable.Cell(figures.spread(strategy.metrics[.macroRecall], of: .macroRecall)),
        strategy.isBaseline
          ? TextTable.Cell("")
          : TextTable.Cell(figures.points(strategy.differences[.macroRecall]?.mean)),
      ])
    }
    return table
  }

  private func fallbackTable(_ readers: [Reader]) -> TextTable {
    var table = TextTable(
      keyColumns: 1,
      [
        TextTable.Column("strategy", alignsRight: false, limit: nameLimit),
        TextTable.Column("threshold"), TextTable.Column("asked"), TextTable.Column("decided"),
        TextTable.Column("image", heading: "recall"), TextTable.Column("text", heading: "recall"),
        TextTable.Column("both", heading: "recall"),
      ])
    for (strategy, reading) in readers {
      let shares = [
        reading.threshold, reading.asked, reading.decided, reading.imageAlone, reading.textAlone,
        strategy.metrics[.macroRecall],
      ]
      table.add(
        [TextTable.Cell(strategy.name)] + shares.map { TextTable.Cell(figures.percent($0?.mean)) })
    }
    return table
  }

  private static let fallbackLegend =
    "Fallback: image and text model are trained apart; where the image's confidence is below the "
    + "threshold (percent, chosen on validation; 0: never) the text is asked, and the more confident of the "
    + "two decides. Asked, decided: percent of the test images. Recall: macro recall of each model "
    + "alone, and of both together."

  /// How much of a variant's gain is gone when class words are hidden, where both were run once.
  private func leakage(_ readers: [Reader]) -> [String] {
    guard let baseline = comparison.baseline else { return [] }
    return ["joint", "fallback", "text"].compactMap { variant in
      let those = readers.filter { $0.reading.variant == variant }
      let (hidden, read) = (
        those.filter(\.reading.isMasked), those.filter { !$0.reading.isMasked }
      )
      guard hidden.count == 1, read.count == 1,
        let more = read[0].strategy.differences[.macroRecall]?.mean,
        let less = hidden[0].strategy.differences[.macroRecall]?.mean
      else { return nil }
      return "\(variant): \(figures.points(more)) points of macro recall against \(baseline) with "
        + "class words read, \(figures.points(less)) with them hidden"
        + (more > less
          ? "; the \(figures.percent(more - less)) points between rest on words that name the class."
          : ".")
    }
  }

  private static func sources(of reading: TextReading) -> String {
    switch reading.variant {
    case "text": "text only"
    case "joint": "image + text"
    default: "image, else text"
    }
  }

  private func readingLegend(_ readings: [TextReading]) -> String {
    var text =
      "Names telling: percent of the test texts that hold a word of their own class's name, before "
      + "anything is hidden."
    let isLeaking = readings.contains { !$0.isMasked && ($0.naming?.mean ?? 0) > 0 }
    if isLeaking {
      text +=
        " Where class words are READ, such a text tells the class outright: only where they are "
        + "hidden does a gain say what texts add beyond their label."
      if !readings.contains(where: \.isMasked) {
        text += " No strategy here hides them (model.text.mask_class_words: true)."
      }
    }
    return text + " Recall is macro recall."
  }

  /// Largest gains first, then largest losses.
  private func gains(of strategy: StrategySummary, _ reading: TextReading) -> [Section.Block] {
    guard let baseline = comparison.baseline else { return [] }
    let (gains, losses) = comparison.gains(of: strategy)
    let shownGains = gains.prefix(Self.gainLimit)
    let shownLosses = losses.prefix(Self.gainLimit)
    let compared = strategy.classes.count { $0.top1Change != nil }
    let same = compared - gains.count - losses.count
    let words = reading.isMasked ? "class words hidden" : "class words READ"
    var text =
      "\(strategy.name) (\(words)) against \(baseline), recall of classes: "
      + "\(gains.count) higher, \(losses.count) lower, \(same) the same."
    guard !gains.isEmpty || !losses.isEmpty else { return [.paragraph(text)] }
    var more: [String] = []
    if gains.count > shownGains.count { more.append("\(shownGains.count) largest gains") }
    if losses.count > shownLosses.count { more.append("\(shownLosses.count) largest losses") }
    if !more.isEmpty { text += " Shown: the " + more.joined(separator: " and the ") + "." }
    var table = TextTable(
      keyColumns: 3,
      [
        TextTable.Column("class", alignsRight: false, limit: 24), TextTable.Column("train"),
        TextTable.Column("test"), TextTable.Column(baseline), TextTable.Column(strategy.name),
        TextTable.Column("gain"),
      ])
    for gain in shownGains { table.add(cells(gain, strategy)) }
    if !shownGains.isEmpty, !shownLosses.isEmpty { table.rows.append(.rule) }
    for loss in shownLosses { table.add(cells(loss, strategy)) }
    return [.paragraph(text), .table(table)]
  }

  private func cells(_ gain: ClassGain, _ strategy: StrategySummary) -> [TextTable.Cell] {
    let sign = style.sign(of: gain.change.mark)
    return [
      TextTable.Cell(gain.row.name), TextTable.Cell(figures.range(gain.row.trainCounts)),
      TextTable.Cell(figures.range(gain.row.support)),
      TextTable.Cell(figures.percent(gain.baseline)),
      TextTable.Cell(figures.percent(gain.recall)),
      TextTable.Cell(
        figures.points(gain.change.mean) + (sign.isEmpty ? " " : sign), Tone(gain.change.mark)),
    ]
  }
}
