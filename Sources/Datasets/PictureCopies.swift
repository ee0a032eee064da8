/// Which examples of a catalogue have identical pictures: the same pixels before any resizing.
///
/// Examples are named by their index in the catalogue as first read (`Catalogue.sourceIndices`), so
/// that setting examples aside changes nothing here.
public struct PictureCopies: Hashable, Sendable {
  /// What makes pictures the same.
  public enum Evidence: String, Codable, CaseIterable, Sendable {
    case file = "one file"
    case bytes = "equal bytes"
    case pixels = "equal pixels"
  }

  /// Examples with one picture.
  public struct Group: Hashable, Sendable {
    /// Indices, rising; at least two.
    public var members: [Int]
    /// What makes the pictures the same.
    public var evidence: Evidence

    /// A group of examples.
    public init(members: [Int], evidence: Evidence) {
      (self.members, self.evidence) = (members, evidence)
    }
  }

  /// By their first members; no example is in two of them.
  public var groups: [Group]

  /// Groups of examples.
  public init(groups: [Group]) { self.groups = groups }

  /// The groups as far as they are in a catalogue, by its indices: those that still have two members.
  public func groups(in catalogue: Catalogue) -> [Group] {
    if groups.isEmpty { return [] }
    var places: [Int: Int] = [:]
    for (index, source) in catalogue.sourceIndices.enumerated() { places[source] = index }
    return groups.compactMap { group in
      let members = group.members.compactMap { places[$0] }
      return members.count > 1 ? Group(members: members, evidence: group.evidence) : nil
    }
  }
}

extension ExampleGroups {
  /// Joins the members of each group.
  public mutating func join(_ copies: [PictureCopies.Group]) {
    for group in copies {
      for member in group.members.dropFirst() { join(group.members[0], member) }
    }
  }

  /// Joins pairs of examples that are nearly the same, without chaining: an example joins the first
  /// one, in the order of `rank`, that it makes a pair with and that joined no other itself. So
  /// every member of what is joined here makes a pair with one and the same example.
  ///
  /// - Parameter rank: a place for each example, such as that of its id; all different.
  /// - Returns: how many pairs stay apart since joining them would chain.
  public mutating func join(pairs: [(first: Int, second: Int)], rank: [Int]) -> Int {
    var neighbours: [Int: [Int]] = [:]
    for (first, second) in pairs {
      neighbours[first, default: []].append(second)
      neighbours[second, default: []].append(first)
    }
    var leads: [Int: Int] = [:]
    for example in neighbours.keys.sorted(by: { rank[$0] < rank[$1] }) {
      let first = neighbours[example]!.filter { leads[$0] == $0 }.min { rank[$0] < rank[$1] }
      leads[example] = first ?? example
      if let first { join(first, example) }
    }
    return pairs.count { leads[$0.first] != leads[$0.second] }
  }
}
