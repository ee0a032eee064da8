import Randomness

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension LongTail {
  /// Images that each of `classes` classes keeps, largest first, when the largest has `largest`:
  /// n_i = ⌊n_max · factor^(−i/(C−1))⌋, or n_max for the first ⌈C/2⌉ classes and ⌊n_max / factor⌋
  /// for the others. Never less than 1.
  ///
  /// Exponential: Cui et al., "Class-Balanced Loss", CVPR 2019; step: Buda et al. 2018.
  public func counts(classes: Int, largest: Int) -> [Int] {
    (0..<classes).map { index in
      let share: Double =
        switch profile {
        case .exponential:
          classes == 1 ? 1 : pow(1 / factor, Double(index) / Double(classes - 1))
        case .step: index < (classes + 1) / 2 ? 1 : 1 / factor
        }
      // A last bit lost in `pow` must not cost an image.
      return max(1, Int(Double(largest) * share * (1 + 1e-12)))
    }
  }

  func validate() throws(SplitError) {
    guard factor.isFinite, factor >= 1 else {
      throw SplitError(
        .badLongTail, at: "split.long_tail.factor", "\(factor) is no imbalance factor",
        advice: "give n_max / n_min, a number of at least 1")
    }
    if let largest, largest < 1 {
      throw SplitError(
        .badLongTail, at: "split.long_tail.largest",
        "the largest class cannot keep \(largest) images",
        advice: "give a number of at least 1, or leave it out")
    }
  }

  /// Thins the training images of classes; a longer tail keeps a subset of a shorter one's.
  func thin(_ classes: [ClassMembers], in examples: [Example], seed: UInt64) -> [ClassMembers] {
    let order = classes.indices.sorted { ClassMembers.isLarger(classes[$0], classes[$1]) }
    let trained = order.filter { !classes[$0].train.isEmpty }
    guard let head = trained.first else { return classes }
    let most = classes[head].train.count
    let targets = counts(classes: trained.count, largest: min(largest ?? most, most))
    var thinned = classes
    for (index, target) in zip(trained, targets) where target < classes[index].train.count {
      var generator = SeededGenerator(
        seed: seed, purpose: .longTail, item: stableHash(classes[index].name))
      let shuffled = StratifiedCut.shuffle(
        classes[index].train, in: examples, using: &generator)
      thinned[index].train = shuffled.prefix(target).sorted()
    }
    return thinned
  }
}
