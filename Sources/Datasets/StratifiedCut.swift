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

  /// Which of two cuts a draw is for; they never share random numbers.
  enum Purpose: Int {
    case test = 0
    case validation = 1
  }

  /// Draws `count` of a class's examples: a function of the seed, the class's name and the set of
  /// its ids, whatever their order. Both parts come back in the catalogue's order.
  static func draw(
    _ count: Int, of members: [Int], in examples: [Example], for purpose: Purpose, seed: UInt64
  ) -> (drawn: [Int], rest: [Int]) {
    guard count > 0, let first = members.first else { return ([], members) }
    var generator = SeededGenerator(
      seed: seed, purpose: .split, epoch: purpose.rawValue,
      item: stableHash(examples[first].label))
    let shuffled = shuffle(members, in: examples, using: &generator)
    return (shuffled.prefix(count).sorted(), shuffled.dropFirst(count).sorted())
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
