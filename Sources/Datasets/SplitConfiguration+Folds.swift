extension SplitConfiguration {
  /// Folds that the examples are divided into; `nil` where they are divided once.
  @inline(never)  // Inlined into other modules, it ends the optimiser of Swift 6.3.1.
  public var foldCount: Int? {
    if case .fold(_, let count) = test { count } else { nil }
  }

  /// The fold that is tested, from 1; `nil` where the examples are divided once.
  @inline(never)  // As above.
  public var fold: Int? {
    if case .fold(let index, _) = test { index } else { nil }
  }

  /// Where ``DatasetSplits/makeEach(from:split:classes:together:)`` has this division.
  public var foldIndex: Int { (fold ?? 1) - 1 }

  /// The same rule for every fold; without folds, itself alone.
  public var folds: [SplitConfiguration] {
    guard let count = foldCount, count > 0 else { return [self] }
    return (1...count).map { index in
      var split = self
      split.test = .fold(index: index, of: count)
      return split
    }
  }
}
