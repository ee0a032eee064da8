import Datasets

/// The part of a staged experiment that a run belongs to: some of the classes, trained on from where
/// the stage before ended.
public struct Stage: Codable, Hashable, Sendable {
  /// What one stage is about: its classes, and how they are trained on.
  public struct Part: Codable, Hashable, Sendable {
    /// As the file calls it; part of run names.
    public var name: String
    /// Which classes of the data set it is about.
    public var classes: ClassSelection
    /// How long and how it trains.
    public var training: TrainingConfiguration

    /// A part of an experiment.
    public init(name: String, classes: ClassSelection, training: TrainingConfiguration) {
      (self.name, self.classes, self.training) = (name, classes, training)
    }
  }

  /// As the file calls it; part of run names.
  public var name: String
  /// The stages before, the first one first; empty for the first stage itself.
  public var earlier: [Part]

  /// A stage after others.
  public init(name: String, earlier: [Part] = []) { (self.name, self.earlier) = (name, earlier) }
}

extension Recipe {
  /// The same recipe in one of the stages of its experiment.
  public func staged(_ index: Int, of parts: [Stage.Part]) -> Recipe {
    var recipe = self
    recipe.dataset.classes = parts[index].classes
    recipe.training = parts[index].training
    recipe.stage = Stage(name: parts[index].name, earlier: Array(parts[..<index]))
    return recipe
  }

  /// The run of the stage before, with the same strategy and seed; `nil` for a first stage, or
  /// where there are none.
  var previousStage: Recipe? {
    guard let earlier = stage?.earlier, !earlier.isEmpty else { return nil }
    return staged(earlier.count - 1, of: earlier)
  }
}
