/// Which examples of a catalogue must stay together: in one part, whatever divides the catalogue.
///
/// Disjoint sets over the catalogue's indices, each named by its smallest index. The outcome depends
/// on the pairs that were joined, and not on their order.
public struct ExampleGroups: Hashable, Sendable {
  /// Examples of the catalogue.
  public var count: Int { parents.count }
  /// By index: an index of the same group that is smaller, or the index itself. A chain of these ends
  /// at the group's smallest index.
  private var parents: [Int]

  /// `count` examples, each apart from all others.
  public init(count: Int) { parents = Array(0..<count) }

  /// Two values are equal where they hold the same groups.
  public static func == (first: Self, second: Self) -> Bool {
    first.representatives() == second.representatives()
  }

  public func hash(into hasher: inout Hasher) { hasher.combine(representatives()) }

  /// Makes one group of the groups of two examples.
  ///
  /// - Precondition: both are indices of the catalogue.
  public mutating func join(_ first: Int, _ second: Int) {
    let (one, other) = (shortened(first), shortened(second))
    // The smaller index stays, so that the order of joins is forgotten.
    parents[max(one, other)] = min(one, other)
  }

  /// Joins what another value joins.
  ///
  /// - Precondition: both are of one catalogue.
  public mutating func join(_ others: ExampleGroups) {
    precondition(count == others.count, "groups of two catalogues")
    for (index, parent) in others.parents.enumerated() where parent != index {
      join(index, parent)
    }
  }

  /// What this value and another one join.
  ///
  /// - Precondition: both are of one catalogue.
  public func joined(with others: ExampleGroups) -> ExampleGroups {
    var all = self
    all.join(others)
    return all
  }

  /// The smallest index of an example's group: the same for all its members.
  ///
  /// - Precondition: `index` is one of the catalogue.
  public func representative(of index: Int) -> Int {
    var index = index
    while parents[index] != index { index = parents[index] }
    return index
  }

  /// ``representative(of:)`` of every example, in one pass.
  public func representatives() -> [Int] {
    var all = parents
    // A parent is smaller than its child, so it is final when the child is reached.
    for index in all.indices { all[index] = all[all[index]] }
    return all
  }

  /// The groups of more than one example: members rising, groups by their first member.
  public func members() -> [[Int]] {
    let all = representatives()
    var places: [Int: Int] = [:]
    var groups: [[Int]] = []
    for (index, first) in all.enumerated() where first != index {
      if let place = places[first] {
        groups[place].append(index)
      } else {
        places[first] = groups.count
        groups.append([first, index])
      }
    }
    return groups.sorted { $0[0] < $1[0] }
  }

  /// The end of an example's chain; halves the chain on the way.
  private mutating func shortened(_ index: Int) -> Int {
    var index = index
    while parents[index] != index {
      parents[index] = parents[parents[index]]
      index = parents[index]
    }
    return index
  }
}
