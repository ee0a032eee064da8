/// Which examples belong together, so that no cut may part them: those of one patient, one product,
/// one place.
public enum GroupRule: Codable, Hashable, Sendable {
  /// Examples with the same text in a column of the table.
  case column(String)
  /// Examples whose text has the same part that a regular expression captures: its first group, or
  /// the whole match where it has none. The text is a cell of `column`, or for class folders the
  /// path below the root.
  case pattern(String, column: String?)
}

extension GroupRule {
  /// The groups of a catalogue.
  ///
  /// An example with nothing to go by is a group of its own, and so counted in a note.
  ///
  /// - Throws: where there is no such column, the pattern is none, or no example has a value.
  func groups(
    of catalogue: Catalogue, notes: inout [String]
  ) throws(SplitError) -> ExampleGroups {
    let values = try values(of: catalogue)
    var groups = ExampleGroups(count: catalogue.examples.count)
    var firsts: [String: Int] = [:]
    var largest: [String: Int] = [:]
    for (index, value) in values.enumerated() {
      guard let value else { continue }
      largest[value, default: 0] += 1
      if let first = firsts.updateValue(firsts[value] ?? index, forKey: value) {
        groups.join(first, index)
      }
    }
    guard let most = largest.values.max() else {
      throw SplitError(
        .noGroup, at: "split.group",
        "none of \(Wording.count(values.count, "example")) has \(text)",
        advice: "correct split.group, or leave it out")
    }
    notes.append(
      "\(Wording.count(largest.count, "group")) by \(text), of up to"
        + " \(Wording.count(most, "image")), kept together")
    let lone = values.count { $0 == nil }
    if lone > 0 {
      notes.append(
        "\(Wording.count(lone, "image")) without \(text), each a group of its own")
    }
    return groups
  }

  /// What examples of one group share, in words.
  var text: String {
    switch self {
    case .column(let name): "column '\(name)'"
    case .pattern(let pattern, nil): "a part of the path that is '\(pattern)'"
    case .pattern(let pattern, let column?): "a part of column '\(column)' that is '\(pattern)'"
    }
  }

  private func values(of catalogue: Catalogue) throws(SplitError) -> [String?] {
    let texts: [String]
    switch self {
    case .column(let name), .pattern(_, let name?):
      try catalogue.require(column: name, for: "split.group", or: "leave split.group out")
      texts = catalogue.examples.map { ($0.attributes[name] ?? "").trimmingBlanks() }
    case .pattern(_, nil): texts = catalogue.examples.map(\.id)
    }
    guard case .pattern(let pattern, _) = self else { return texts.map { $0.isEmpty ? nil : $0 } }
    do throws(PatternSearch.Failure) {
      return try PatternSearch.parts(of: texts, matching: pattern)
    } catch {
      switch error {
      case .invalid(let words):
        throw SplitError(
          .badPattern, at: "split.group.pattern",
          "'\(pattern)' is no regular expression: \(words)",
          advice: "write for example '(p[0-9]+)_'")
      case .endless(let text):
        throw SplitError(
          .badPattern, at: "split.group.pattern",
          "'\(pattern)' takes more than \(Int(PatternSearch.patience)) seconds for"
            + " '\(text.prefix(80))'",
          advice: "avoid repetitions within repetitions, such as '(a+)+'")
      }
    }
  }
}

extension Catalogue {
  /// Checks that the table has a column.
  func require(
    column: String, for key: String, or otherwise: String
  ) throws(SplitError) {
    let columns = examples.first.map { $0.attributes.keys.sorted() } ?? []
    guard !columns.contains(column) else { return }
    throw SplitError(
      .missingColumn, at: key,
      columns.isEmpty
        ? "the data set has no table, and so no column '\(column)'"
        : "no column '\(column)'\(Wording.didYouMean(column, among: columns))",
      advice: columns.isEmpty ? otherwise : "the columns are \(Wording.list(columns, limit: 40))")
  }
}
