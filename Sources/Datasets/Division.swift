import Files

/// To which part each example of a catalogue belongs, before classes are selected.
struct Division {
  /// By the catalogue's index; `nil` for examples that are not used.
  var parts: [SplitName?]
  /// Validation is the data's own, so that none is cut from train.
  var hasOwnValidation = false
  var notes: [String] = []

  init(of catalogue: Catalogue, by rule: TestRule, seed: UInt64) throws(SplitError) {
    parts = Array(repeating: .train, count: catalogue.examples.count)
    switch rule {
    case .stratified(let share): try cut(share, from: catalogue, seed: seed)
    case .column(let name, let condition, let side):
      try apply(condition, to: name, side: side, of: catalogue)
    case .lists(let train, let validation, let test):
      try readLists(train: train, validation: validation, test: test, of: catalogue)
    case .given: try takeGiven(catalogue)
    }
  }

  private mutating func cut(
    _ share: Double, from catalogue: Catalogue, seed: UInt64
  ) throws(SplitError) {
    guard share > 0, share < 1 else {
      throw SplitError(
        .invalidShare, at: "split.test.share", "\(share) is no share of the images",
        advice: "give a number between 0 and 1, such as 0.2")
    }
    if Set(catalogue.examples.compactMap(\.givenSplit)).count > 1 {
      notes.append("the data set's own division is not used: split.test says stratified")
    }
    for members in ClassMembers.group(catalogue.examples, by: parts) {
      let count = StratifiedCut.testCount(of: members.train.count, share: share)
      let drawn = StratifiedCut.draw(
        count, of: members.train, in: catalogue.examples, for: .test, seed: seed
      ).drawn
      for index in drawn { parts[index] = .test }
    }
  }

  private mutating func apply(
    _ condition: ColumnCondition, to column: String, side: ColumnSide, of catalogue: Catalogue
  ) throws(SplitError) {
    try condition.validate()
    let columns = catalogue.examples.first.map { $0.attributes.keys.sorted() } ?? []
    guard columns.contains(column) else {
      throw SplitError(
        .missingColumn, at: "split.test.column",
        columns.isEmpty
          ? "the data set has no table, and so no column '\(column)'"
          : "no column '\(column)'\(Wording.didYouMean(column, among: columns))",
        advice: columns.isEmpty
          ? "use another rule, such as stratified"
          : "the columns are \(Wording.list(columns, limit: 40))")
    }
    let cells = ColumnCells(of: column, in: catalogue.examples)
    let condition = condition.adapted(to: cells)
    try cells.requireBothSides(of: condition)
    let (met, unmet): (SplitName, SplitName) = side == .train ? (.train, .test) : (.test, .train)
    var unreadable = 0
    for (index, example) in catalogue.examples.enumerated() {
      let answer = condition.isMet(by: example.attributes[column] ?? "")
      if answer == nil { unreadable += 1 }
      parts[index] = answer == true ? met : unmet
    }
    if unreadable > 0 {
      notes.append(
        "\(Wording.count(unreadable, "row")) with nothing usable in column '\(column)' went to"
          + " \(unmet.rawValue)")
    }
  }

  private mutating func takeGiven(_ catalogue: Catalogue) throws(SplitError) {
    let given = catalogue.examples.map(\.givenSplit)
    guard given.contains(where: { $0 != nil }) else {
      throw SplitError(
        .noGivenSplit, at: "split.test", "data set '\(catalogue.name)' has no division of its own",
        advice: "use another rule, such as stratified")
    }
    parts = given
    hasOwnValidation = given.contains(.validation)
    guard hasOwnValidation, !given.contains(.test) else { return }
    parts = given.map { $0 == .validation ? .test : $0 }
    hasOwnValidation = false
    notes.append(
      "\(Wording.count(parts.count { $0 == .test }, "image")) of the data set's validation part are"
        + " the test part: it has no other; validation is cut from training")
  }

  private mutating func readLists(
    train: String, validation: String?, test: String, of catalogue: Catalogue
  ) throws(SplitError) {
    var files = [(train, SplitName.train), (test, .test)]
    if let validation { files.append((validation, .validation)) }
    var lists = IDLists(catalogue: catalogue)
    for (file, part) in files { try lists.read(file, as: part) }
    parts = catalogue.examples.map { lists.parts[$0.id] ?? nil }
    hasOwnValidation = validation != nil
    let unused = parts.count { $0 == nil }
    if unused > 0 {
      notes.append("\(Wording.count(unused, "example")) in none of the lists not used")
    }
    if lists.unusable > 0 {
      notes.append(
        "\(Wording.count(lists.unusable, "listed id")) set aside because of the data")
    }
  }
}

/// Files with one id a line.
private struct IDLists {
  let catalogue: Catalogue
  /// The part of each listed id; ids that are known but cannot be used as well.
  private(set) var parts: [String: SplitName] = [:]
  private(set) var unusable = 0
  private let known: Set<String>
  private let setAside: Set<String>

  init(catalogue: Catalogue) {
    self.catalogue = catalogue
    known = Set(catalogue.examples.map(\.id))
    setAside = Set(catalogue.quarantined.map(\.id))
  }

  mutating func read(_ file: String, as part: SplitName) throws(SplitError) {
    var unknown: [(line: Int, id: String)] = []
    var twice: [String] = []
    for (line, id) in try ids(in: file) {
      if let other = parts[id], other != part {
        twice.append(id)
      } else if known.contains(id) {
        parts[id] = part
      } else if setAside.contains(id) {
        if parts.updateValue(part, forKey: id) == nil { unusable += 1 }
      } else {
        unknown.append((line, id))
      }
    }
    if !twice.isEmpty {
      let others = Set(twice.compactMap { parts[$0]?.rawValue }).sorted()
      throw SplitError(
        .badList, at: file,
        "this \(part.rawValue) list shares \(Wording.count(twice.count, "id")) with that of"
          + " \(others.joined(separator: " and ")): \(Wording.list(twice))",
        advice: "list every id once; an image in two splits makes the comparison worthless")
    }
    if !unknown.isEmpty {
      throw SplitError(
        .badList, at: file,
        "\(Wording.count(unknown.count, "id")) of no example of the data set:"
          + " \(Wording.list(unknown.map(\.id))), the first in line \(unknown[0].line)",
        advice: "correct the list, or check that it belongs to data set '\(catalogue.name)'")
    }
  }

  private func ids(in file: String) throws(SplitError) -> [(line: Int, id: String)] {
    let bytes: [UInt8]
    do throws(FileError) {
      let path = try SafePath.resolve(
        file, under: catalogue.root, links: catalogue.links.safePath)
      bytes = try Gzip.decompress(path: path, limit: 1 << 28)
    } catch {
      throw SplitError(.badList, at: file, error.description)
    }
    let text: String
    do throws(DatasetError) {
      let decoding = try TextDecoding(bytes, declared: nil, path: file)
      text = String(decoding: decoding.bytes, as: UTF8.self)
    } catch {
      throw SplitError(
        .badList, at: error.place, error.reason, advice: "save the file as UTF-8")
    }
    return text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated()
      .map { (line: $0.offset + 1, id: String($0.element).trimmingBlanks()) }
      .filter { !$0.id.isEmpty }
  }
}
