extension ColumnCondition {
  /// Whether a cell meets the condition; `nil` for a cell that says nothing: an empty one, or for
  /// a numeric condition one that is no number of that kind. `2012.0` is the whole number 2012.
  public func isMet(by cell: String) -> Bool? {
    let cell = cell.trimmingBlanks()
    if cell.isEmpty { return nil }
    switch self {
    case .even: return whole(cell).map { $0.isMultiple(of: 2) }
    case .odd: return whole(cell).map { !$0.isMultiple(of: 2) }
    case .divisible(let divisor): return whole(cell).map { $0.isMultiple(of: divisor) }
    case .oneOf(let values): return values.contains(cell)
    case .below(let limit): return number(cell).map { $0 < limit }
    case .above(let limit): return number(cell).map { $0 > limit }
    }
  }

  private func whole(_ cell: String) -> Int? {
    Int(cell) ?? number(cell).flatMap { Int(exactly: $0) }
  }

  private func number(_ cell: String) -> Double? {
    Double(cell).flatMap { $0.isFinite ? $0 : nil }
  }

  func validate() throws(SplitError) {
    let place = "split.test"
    switch self {
    case .divisible(let divisor) where divisor < 1:
      throw SplitError(
        .badCondition, at: place, "nothing can be divisible by \(divisor)",
        advice: "give a whole number of at least 1")
    case .oneOf(let values) where values.isEmpty:
      throw SplitError(
        .badCondition, at: place, "the list of values is empty", advice: "give at least one value")
    case .below(let limit), .above(let limit):
      if !limit.isFinite {
        throw SplitError(
          .badCondition, at: place, "\(limit) is no limit", advice: "give a finite number")
      }
    default: return
    }
  }
}
