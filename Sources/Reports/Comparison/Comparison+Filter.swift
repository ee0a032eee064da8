import Metrics

/// A part of a comparison to look at. What is left out stays in every correction and variance.
public struct ComparisonFilter: Hashable, Sendable {
  /// Patterns of strategies' names or labels; empty for all. The baseline is always kept.
  public var strategies: [String]
  /// Patterns of classes' names, or `many`, `medium`, `few`; empty for all.
  public var classes: [String]

  /// Everything, where both are empty.
  public init(strategies: [String] = [], classes: [String] = []) {
    (self.strategies, self.classes) = (strategies, classes)
  }

  /// A pattern that fits nothing, and what there is.
  public struct NoMatch: Error, Hashable, Sendable {
    /// The pattern.
    public let pattern: String
    /// Names that it could have meant.
    public let known: [String]
    /// What they are names of: `strategy` or `class`.
    public let kind: String
  }

  /// Whether `name` fits a pattern in which `*` stands for any text and `?` for one character.
  static func fits(_ name: String, _ pattern: String) -> Bool {
    let (text, mask) = (Array(name), Array(pattern))
    var (t, m, star, mark) = (0, 0, -1, 0)
    while t < text.count {
      if m < mask.count, mask[m] == "?" || (mask[m] != "*" && mask[m] == text[t]) {
        (t, m) = (t + 1, m + 1)
      } else if m < mask.count, mask[m] == "*" {
        (star, mark, m) = (m, t, m + 1)
      } else if star >= 0 {
        mark += 1
        (m, t) = (star + 1, mark)
      } else {
        return false
      }
    }
    return mask[m...].allSatisfy { $0 == "*" }
  }
}

extension Comparison {
  /// The part that a filter asks for, with a remark that says so.
  ///
  /// - Throws: ``ComparisonFilter/NoMatch`` for a pattern that fits nothing.
  public func showing(_ filter: ComparisonFilter) throws(ComparisonFilter.NoMatch) -> Comparison {
    var part = self
    if !filter.strategies.isEmpty {
      for pattern in filter.strategies where !strategies.contains(where: { fits($0, pattern) }) {
        throw ComparisonFilter.NoMatch(
          pattern: pattern, known: strategies.map(\.strategy), kind: "strategy")
      }
      part.strategies = strategies.filter { strategy in
        strategy.isBaseline || filter.strategies.contains { fits(strategy, $0) }
      }
      part.context.append(
        Remark(
          .filter,
          "Shown are \(part.strategies.count) of \(strategies.count) strategies; intervals and marks "
            + "are those of all."))
    }
    guard !filter.classes.isEmpty else { return part }
    for pattern in filter.classes where !classes.contains(where: { fits($0, pattern) }) {
      throw ComparisonFilter.NoMatch(pattern: pattern, known: classes.map(\.name), kind: "class")
    }
    let kept = classes.indices.filter { row in filter.classes.contains { fits(classes[row], $0) } }
    part.classes = kept.map { classes[$0] }
    for index in part.strategies.indices {
      part.strategies[index].classes = kept.map { part.strategies[index].classes[$0] }
    }
    part.context.append(
      Remark(
        .filter,
        "Shown are \(kept.count) of \(classes.count) classes; averages and marks are those of all.")
    )
    return part
  }

  private func fits(_ strategy: StrategySummary, _ pattern: String) -> Bool {
    ComparisonFilter.fits(strategy.name, pattern)
      || ComparisonFilter.fits(strategy.strategy, pattern)
  }

  private func fits(_ row: ClassRow, _ pattern: String) -> Bool {
    row.group.rawValue == pattern || ComparisonFilter.fits(row.name, pattern)
  }
}
