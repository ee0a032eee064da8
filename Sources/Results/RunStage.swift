import Files

/// Where a run stands in a staged experiment.
public struct RunStage: Codable, Hashable, Sendable {
  /// The stage's name in the file.
  public var name: String
  /// What identifies the way to each stage, the first one first and this one last: runs of which
  /// one continues the other agree on it, and a file that was changed in between leads elsewhere.
  public var course: [String]

  /// A stage at the end of its course, which is not empty.
  public init(name: String, course: [String]) {
    precondition(!course.isEmpty, "a stage is part of its own course")
    (self.name, self.course) = (name, course)
  }

  /// From 0.
  public var place: Int { course.count - 1 }

  /// What differs between the stages of one strategy and seed, or says nothing of what is computed.
  private static let besides = [
    "dataset", "experiment", "label", "model.cacheLimit", "model.weights.path", "overrides",
    "stage",
    "storesPredictions", "training", "variant",
  ]

  /// The stage that a run's configuration names, if any.
  public init?(configuration: String) {
    guard let whole = try? JSONValue(parsing: configuration), case .object(let recipe) = whole,
      case .object(let stage)? = recipe["stage"], case .text(let name)? = stage["name"],
      case .array(let earlier)? = stage["earlier"]
    else { return nil }
    var own: [String: JSONValue] = ["name": .text(name)]
    own["training"] = recipe["training"]
    if case .object(let dataset)? = recipe["dataset"] { own["classes"] = dataset["classes"] }
    let parts = earlier + [.object(own)]
    let shared = whole.removing(Self.besides)
    let course = parts.indices.compactMap { last in
      try? CanonicalJSON.text(of: .array([shared, .array(Array(parts[...last]))]))
    }
    guard course.count == parts.count else { return nil }
    self.init(name: name, course: course.map { SHA256Digest.hex(of: $0) })
  }
}
