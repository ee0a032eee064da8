import Datasets
import Metrics

/// Which classes a treatment is for, as files write it: `{below_count: 100, groups: [few]}`. A
/// class is chosen if any of the conditions holds.
public struct ClassChoice: Codable, Hashable, Sendable {
  /// Chooses classes with fewer training images; at least 1.
  public var belowCount: Int?
  /// Chooses classes with a smaller share of the training images; above 0, at most 1.
  public var belowShare: Double?
  /// Chooses the classes of these groups.
  public var groups: [ShotGroup]?
  /// Chooses the classes of these names.
  public var classes: [String]?

  /// A choice; without any condition medium and few classes are chosen.
  public init(
    belowCount: Int? = nil, belowShare: Double? = nil, groups: [ShotGroup]? = nil,
    classes: [String]? = nil
  ) {
    (self.belowCount, self.belowShare) = (belowCount, belowShare)
    (self.groups, self.classes) = (groups, classes)
  }

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case groups, classes
    case belowCount = "below_count"
    case belowShare = "below_share"
  }

  /// Reads the keys that are there; another key is an error.
  ///
  /// - Throws: a ``StrategyProblem`` whose key starts at the coding path, or `DecodingError` for a
  ///   value of another type.
  public init(from decoder: any Decoder) throws {
    let known = CodingKeys.allCases.map(\.rawValue).sorted()
    guard case .mapping(let mapping) = try ParameterValue(from: decoder) else {
      throw StrategyProblem(
        key: nil,
        message: "a choice of classes must be a mapping of \(known.joined(separator: ", "))"
      ).under(decoder.codingPath)
    }
    if let key = mapping.keys.sorted().first(where: { !known.contains($0) }) {
      throw StrategyProblem(
        key: key,
        message: "a choice of classes has no key '\(key)'; it has \(known.joined(separator: ", "))"
      ).under(decoder.codingPath)
    }
    let container = try decoder.container(keyedBy: CodingKeys.self)
    belowCount = try container.decodeIfPresent(Int.self, forKey: .belowCount)
    belowShare = try container.decodeIfPresent(Double.self, forKey: .belowShare)
    groups = try container.decodeIfPresent([ShotGroup].self, forKey: .groups)
    classes = try container.decodeIfPresent([String].self, forKey: .classes)
  }

  /// Throws for the first condition that cannot hold; keys start with `prefix`.
  func validate(under prefix: String = "") throws(InvalidParameter) {
    if let belowCount, belowCount < 1 {
      throw InvalidParameter(
        "\(prefix)below_count", received: "\(belowCount)", expected: "a whole number, at least 1")
    }
    if let belowShare, !(belowShare > 0 && belowShare <= 1) {
      throw InvalidParameter(
        "\(prefix)below_share", received: "\(belowShare)",
        expected: "a number, 0 < below_share ≤ 1")
    }
    if let groups, groups.isEmpty || groups.contains(.unseen) {
      throw InvalidParameter(
        "\(prefix)groups", received: groups.isEmpty ? "an empty list" : "a list with unseen",
        expected: "a list of at least one of many, medium, few")
    }
    if let classes, classes.isEmpty {
      throw InvalidParameter(
        "\(prefix)classes", received: "an empty list",
        expected: "a list of at least one class name")
    }
  }

  /// Whether each class is chosen; classes without images never are. Throws for a name that the
  /// data does not have.
  func chosen(
    in census: ClassCensus, under prefix: String = ""
  ) throws(InvalidParameter) -> [Bool] {
    for name in classes ?? [] where !census.names.contains(name) {
      throw InvalidParameter(
        "\(prefix)classes", received: "a list with '\(name)'",
        expected: "a list of classes of the data")
    }
    let isFree = belowCount == nil && belowShare == nil && groups == nil && classes == nil
    let groups = isFree ? [.medium, .few] : groups ?? []
    return zip(census.names, census.counts).map { name, count in
      guard count > 0 else { return false }
      return groups.contains(ShotGroup(trainingCount: count))
        || count < belowCount ?? 0
        || Double(count) / Double(census.total) < belowShare ?? 0
        || (classes ?? []).contains(name)
    }
  }
}

extension Strategy {
  /// Whether each class is treated: all where no choice is given.
  func treated(_ only: ClassChoice?, in census: ClassCensus) throws(InvalidParameter) -> [Bool] {
    try only?.chosen(in: census, under: "only.") ?? census.counts.map { _ in true }
  }

  /// Names the classes that a restricted treatment is for.
  func treatmentNotes(_ verb: String, _ only: ClassChoice?, _ census: ClassCensus) -> [String] {
    guard let only, let chosen = try? only.chosen(in: census) else { return [] }
    let names = zip(census.names, chosen).filter { $0.1 }.map { $0.0 }
    if names.isEmpty { return ["no class is chosen, so no image is \(verb)"] }
    return [
      "\(verb), \(names.count) of \(census.classCount) classes: \(names.joined(separator: ", "))"
    ]
  }
}

extension StrategyParameter {
  static let only = StrategyParameter.unset(
    "only", range: "a mapping of below_count, below_share, groups, classes",
    "Restricts it to classes for which any of the conditions holds; all classes where not set.")
}
