/// The different cells of a column that a rule asks about, with their counts.
struct ColumnCells {
  let column: String
  /// Rows by cell, blanks around it left out; empty cells are not among them.
  let counts: [String: Int]
  /// Whether there are empty cells, which meet no condition.
  private let hasEmpty: Bool

  init(of column: String, in examples: [Example]) {
    self.column = column
    var counts: [String: Int] = [:]
    for example in examples {
      let cell = (example.attributes[column] ?? "").trimmingBlanks()
      if !cell.isEmpty { counts[cell, default: 0] += 1 }
    }
    self.counts = counts
    hasEmpty = counts.values.reduce(0, +) < examples.count
  }

  /// Checks that a condition divides the rows.
  ///
  /// - Throws: with the column's values, where no row meets the condition or every row does.
  func requireBothSides(of condition: ColumnCondition) throws(SplitError) {
    let answers = counts.keys.map { condition.isMet(by: $0) }
    let isMet = answers.contains(true)
    if isMet, hasEmpty || answers.contains(where: { $0 != true }) { return }
    var reason =
      "\(isMet ? "every" : "no") row of column '\(column)' meets the condition, \(condition)"
    if counts.isEmpty {
      reason += ": all its cells are empty"
    } else {
      let sorted = counts.keys.sorted {
        let (first, second) = (counts[$0] ?? 0, counts[$1] ?? 0)
        return first != second ? first > second : Wording.precedes($0, $1)
      }
      reason += "; its values are \(LabelForm.list(sorted, counts: counts))"
    }
    throw SplitError(.badCondition, at: "split.test", reason, advice: advice(answers))
  }

  private func advice(_ answers: [Bool?]) -> String {
    let hasCommas = counts.keys.contains { cell in
      cell.contains(",") && Double(cell.replacing(",", with: ".")) != nil
    }
    if answers.allSatisfy({ $0 == nil }), !counts.isEmpty {
      return hasCommas
        ? "write its numbers with decimal points in the table"
        : "the condition wants numbers; use one_of for other values"
    }
    return "correct the condition"
  }
}

extension ColumnCondition: CustomStringConvertible {
  private static let meanings: [String: Bool] = [
    "true": true, "t": true, "yes": true, "y": true, "1": true, "1.0": true, "false": false,
    "f": false, "no": false, "n": false, "0": false, "0.0": false,
  ]

  /// The condition as a file would say it.
  public var description: String {
    switch self {
    case .even: "even"
    case .odd: "odd"
    case .divisible(let divisor): "divisible_by: \(divisor)"
    case .oneOf(let values): "one_of: [\(values.joined(separator: ", "))]"
    case .below(let limit): "below: \(limit)"
    case .above(let limit): "above: \(limit)"
    }
  }

  /// The condition for a column with these cells: where all of them mean yes or no and the condition
  /// names `true` or `false`, every spelling of that meaning is one of its values.
  func adapted(to cells: ColumnCells) -> ColumnCondition {
    guard case .oneOf(let values) = self, values.allSatisfy({ $0 == "true" || $0 == "false" })
    else { return self }
    let spellings = cells.counts.keys.filter { Self.meanings[$0.lowercased()] != nil }
    guard spellings.count == cells.counts.count else { return self }
    let wanted = spellings.filter { cell in
      values.contains { Self.meanings[$0] == Self.meanings[cell.lowercased()] }
    }
    return wanted.isEmpty ? self : .oneOf(wanted.sorted(by: Wording.precedes))
  }
}
