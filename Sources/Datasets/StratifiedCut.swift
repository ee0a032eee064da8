import Randomness

/// The rule by which a share of every class is cut off.
///
/// Counts depend on the class alone, so that adding a class or a data set's order never changes
/// another class's cut. n·share is rounded half to even, which keeps the share of the whole close;
/// beyond that:
///
/// | images of a class | test | train | then to validation |
/// |---|---|---|---|
/// | 1 | 0 | 1 | 0 |
/// | 2 | 1 | 1 | 0 |
/// | 3 | at least 1 | at least 1 | 0 unless 2 remain |
/// | n | at least 1, at most n − 1 | the rest | only as many as leave 2 in train |
public enum StratifiedCut {
  /// Test images of a class of `count` images.
  public static func testCount(of count: Int, share: Double) -> Int {
    count < 2 ? 0 : min(max(rounded(count, share), 1), count - 1)
  }

  /// Validation images of a class with `count` images in train.
  public static func validationCount(of count: Int, share: Double) -> Int {
    min(rounded(count, share), max(count - 2, 0))
  }

  private static func rounded(_ count: Int, _ share: Double) -> Int {
    Int((Double(count) * share).rounded(.toNearestOrEven))
  }

  /// Images of a class of `count` images in each of `folds` folds: as many in each, and one more in
  /// as many as remain, from a drawn fold on.
  static func foldCounts(
    of count: Int, folds: Int, label: String, seed: UInt64
  ) -> [Int] {
    var generator = generator(for: foldSizes, label: label, seed: seed)
    let first = Int(generator.next().multipliedFullWidth(by: UInt64(folds)).high)
    return (0..<folds).map { fold in
      count / folds + ((fold - first + folds) % folds < count % folds ? 1 : 0)
    }
  }

  /// Which cut a draw is for; no two share random numbers.
  enum Purpose: Int {
    case test = 0
    case validation = 1
    case fold = 2
  }

  /// The stream that says which folds have one image more, beside those of ``Purpose``.
  private static let foldSizes = 3

  private static func generator(
    for stream: Int, label: String, seed: UInt64
  ) -> SeededGenerator {
    SeededGenerator(seed: seed, purpose: .split, epoch: stream, item: stableHash(label))
  }

  /// Deals a class's examples out, `counts` to each side: a function of the seed, the class's name
  /// and the set of its ids, whatever their order. Each side comes back in the catalogue's order.
  ///
  /// - Precondition: the counts sum up to the examples.
  static func deal(
    _ counts: [Int], of members: [Int], in examples: [Example], for purpose: Purpose, seed: UInt64
  ) -> [[Int]] {
    guard let first = members.first else { return counts.map { _ in [] } }
    var generator = generator(
      for: purpose.rawValue, label: examples[first].label, seed: seed)
    let shuffled = shuffle(members, in: examples, using: &generator)
    var start = 0
    return counts.map { count in
      defer { start += count }
      return shuffled[start..<start + count].sorted()
    }
  }

  /// Shuffles a class's examples from the order of their ids.
  static func shuffle(
    _ members: [Int], in examples: [Example], using generator: inout SeededGenerator
  ) -> [Int] {
    var order = members.sorted { Wording.precedes(examples[$0].id, examples[$1].id) }
    generator.shuffle(&order)
    return order
  }
}
