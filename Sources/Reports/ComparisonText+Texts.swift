extension ComparisonText {
  /// Classes a list of gains, and one of losses, shows at most.
  private static let gainLimit = 6

  /// What texts add to images, beside the image-only strategies of the tables above.
  func texts() -> Section {
    let readers = comparison.strategies.compactMap { strategy in
      strategy.reading.map { (strategy: strategy, reading: $0) }
    }
    guard !readers.isEmpty else { return Section(title: "Texts", blocks: []) }
    let hasFallback = readers.contains { $0.reading.variant == "fallback" }
    var blocks: [Section.Block] = [
      .table(readingTable(readers, hasFallback: hasFallback)),
      .paragraph(readingLegend(readers.map(\.reading), hasFallback: hasFallback)),
    ]
    for (strategy, reading) in readers where !strategy.differences.isEmpty {
      blocks += gains(of: strategy, reading)
    }
    return Section(title: "Texts beside the image", blocks: blocks)
  }

  private typealias Reader = (strategy: StrategySummary, reading: TextReading)

  private func readingTable(_ readers: [Reader], hasFallback: Bool) -> TextTable {
    var columns = [
      TextTable.Column("strategy", alignsRight: false, limit: nameLimit),
      TextTable.Column("reads", alignsRight: false),
      TextTable.Column("class words", alignsRight: false), TextTable.Column("names telling"),
      TextTable.Column("recall"),
    ]
    if hasFallback {
      columns += ["image alone", "text alone", "threshold", "asked", "decided"].map {
        TextTable.Column($0, heading: "fallback")
      }
    }
    var table = TextTable(keyColumns: 1, columns)
    for (strategy, reading) in readers {
      var cells = [
        TextTable.Cell(strategy.name), TextTable.Cell(Self.sources(of: reading)),
        TextTable.Cell(reading.isMasked ? "hidden" : "READ", reading.isMasked ? .plain : .bad),
        TextTable.Cell(figures.percent(reading.naming?.mean)),
        TextTable.Cell(figures.spread(strategy.metrics[.macroRecall], of: .macroRecall)),
      ]
      if hasFallback {
        // Another variant has no such figure, which is not the same as an undefined one.
        let isFallback = reading.variant == "fallback"
        let shares = [
          reading.imageAlone, reading.textAlone, reading.threshold, reading.asked, reading.decided,
        ]
        cells += shares.map { TextTable.Cell(isFallback ? figures.percent($0?.mean) : "") }
      }
      table.add(cells)
    }
    return table
  }

  private static func sources(of reading: TextReading) -> String {
    switch reading.variant {
    case "text": "text only"
    case "joint": "image + text"
    default: "image, else text"
    }
  }

  private func readingLegend(_ readings: [TextReading], hasFallback: Bool) -> String {
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
    text += " Recall is macro recall."
    if hasFallback {
      text +=
        " Fallback: image and text model are trained apart; where the image's confidence is below "
        + "the threshold (percent, chosen on validation) the text is asked, and the more confident "
        + "of the two decides. Asked, decided: percent of the test images."
    }
    return text
  }

  /// Largest gains first, then largest losses.
  private func gains(of strategy: StrategySummary, _ reading: TextReading) -> [Section.Block] {
    guard let baseline = comparison.baseline else { return [] }
    let (gains, losses) = comparison.gains(of: strategy)
    let (shownGains, shownLosses) = (
      gains.prefix(Self.gainLimit), losses.prefix(Self.gainLimit)
    )
    let same = strategy.classes.count { $0.top1Change != nil } - gains.count - losses.count
    let words = reading.isMasked ? "class words hidden" : "class words READ"
    var text =
      "\(strategy.name) (\(words)) against \(baseline), recall of classes: "
      + "\(gains.count) higher, \(losses.count) lower, \(same) the same."
    guard !gains.isEmpty || !losses.isEmpty else { return [.paragraph(text)] }
    let more = [
      (gains.count, shownGains.count, "gains"), (losses.count, shownLosses.count, "losses"),
    ]
    .filter { $0.0 > $0.1 }.map { "\($0.1) largest \($0.2)" }
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
