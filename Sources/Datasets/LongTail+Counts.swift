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

  /// Thins the training images of classes, and their validation images with them where these
  /// follow. A longer tail keeps a subset of a shorter one's.
  ///
  /// - Parameter classes: in any order.
  /// - Parameter order: the classes' indices from head to tail.
  func thin(
    _ classes: [ClassMembers], from order: [Int], in examples: [Example], seed: UInt64
  ) -> [ClassMembers] {
    let trained = order.filter { !classes[$0].train.isEmpty }
    guard let head = trained.first else { return classes }
    let most = classes[head].train.count
    let targets = counts(classes: trained.count, largest: min(largest ?? most, most))
    var thinned = classes
    for (index, target) in zip(trained, targets) where target < classes[index].train.count {
      let members = classes[index]
      // Two passes, which share no random numbers.
      func keep(_ count: Int, of part: [Int], pass: Int) -> [Int] {
        var generator = SeededGenerator(
          seed: seed, purpose: .longTail, epoch: pass, item: stableHash(members.name))
        let shuffled = StratifiedCut.shuffle(part, in: examples, using: &generator)
        return shuffled.prefix(count).sorted()
      }
      thinned[index].train = keep(target, of: members.train, pass: 0)
      if validation == .follow {
        let count = Self.following(
          members.validation.count, train: members.train.count, kept: target)
        thinned[index].validation = keep(count, of: members.validation, pass: 1)
      }
    }
    return thinned
  }

  /// Validation images that a class keeps of `count` where it keeps `kept` of `train` training
  /// images: the same share, rounded half to even, and at least one where there is one.
  public static func following(_ count: Int, train: Int, kept: Int) -> Int {
    guard count > 0 else { return 0 }
    let share = Double(count) * Double(kept) / Double(train)
    return min(count, max(1, Int(share.rounded(.toNearestOrEven))))
  }
}
