extension Comparison {
  /// The same comparison with fewer strategies to be seen. Intervals, corrections and verdicts stay
  /// those of all strategies: what is not shown was compared all the same.
  ///
  /// - Parameter labels: labels in the experiment file; the baseline is always shown.
  public func showing(only labels: Set<String>) -> Comparison {
    var shown = self
    shown.strategies = strategies.filter { $0.isBaseline || labels.contains($0.strategy) }
    return shown
  }
}
