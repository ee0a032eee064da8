import Experiments
import Recipes
import Results
import Strategies
import Training

/// The runs of an experiment on its data: what a sweep will do, in order, before it does anything.
public struct SweepPlan: Sendable {
  public var experiment: Experiment
  public var runs: [PlannedRun]
  /// Things worth knowing before the night: masked classes, halved exponents, what the number of
  /// seeds can show.
  public var notes: [String]

  /// A recipe with its description and its folder.
  public struct PlannedRun: Sendable {
    public var recipe: Recipe
    public var description: RunDescription
    public var folder: String
    /// The configuration hash of the run of this plan whose weights this one starts from.
    public var needs: String?
  }

  /// Plans every run; throws with all the problems of all strategies at once.
  public init(_ experiment: Experiment, data: PreparedData, workFolder: String) throws {
    self.experiment = experiment
    let record = data.record(named: experiment.recipes[0].dataset.name)
    var notes: [String] = []
    var problems: [String] = []
    for recipe in experiment.recipes where recipe.seed == experiment.recipes[0].seed {
      do {
        let plan = try recipe.strategy.strategy.plan(for: data.splits.census)
        try recipe.check(plan, splits: data.splits)
        notes += plan.notes.map { "\(recipe.label): \($0)" }
      } catch {
        problems.append("strategies.\(recipe.label): \(error)")
      }
    }
    guard problems.isEmpty else { throw SweepError(problems.joined(separator: "\n")) }
    self.notes = notes + Self.activationNotes(experiment, data: data)
    runs = try Self.inOrderOfNeed(
      try experiment.recipes.map { recipe in
        let budget = TrainingBudget(
          recipe.training, trainingCount: data.splits.training.examples.count)
        let hash = recipe.configHash(datasetDigest: data.digest)
        return PlannedRun(
          recipe: recipe,
          description: RunDescription(
            sweep: experiment.name, name: recipe.runName, strategy: recipe.label,
            variant: recipe.variant, seed: recipe.seed, configHash: hash,
            groupHash: recipe.groupHash(datasetDigest: data.digest),
            configuration: try CanonicalJSON.text(of: recipe), sweptKeys: recipe.overrides,
            dataset: record,
            epochsPlanned: budget.epochs,
            imagesPlanned: budget.steps * recipe.training.batch),
          folder: "\(workFolder)/runs/\(recipe.runName)-\(hash.prefix(12))",
          needs: recipe.base?.configHash(datasetDigest: data.digest))
      })
  }
}

extension SweepPlan {
  /// What is kept of frozen trunks and why not the rest, one sentence for all runs alike.
  public static func activationNotes(_ experiment: Experiment, data: PreparedData) -> [String] {
    var labels: [String: [String]] = [:]
    var texts: [String] = []
    for recipe in experiment.recipes where recipe.seed == experiment.recipes[0].seed {
      guard recipe.model.freeze != nil,
        let plan = try? recipe.strategy.strategy.plan(for: data.splits.census),
        let kept = ActivationPlan(
          part: recipe.model.freeze, recipe: recipe, splits: data.splits, plan: plan)
      else { continue }
      if labels[kept.text] == nil { texts.append(kept.text) }
      if labels[kept.text]?.contains(recipe.label) != true {
        labels[kept.text, default: []].append(recipe.label)
      }
    }
    return texts.map { "\(labels[$0]!.joined(separator: ", ")): \($0)" }
  }
}

/// Something that keeps a sweep from starting.
public struct SweepError: Error, CustomStringConvertible, Sendable {
  public let description: String

  /// An error with its whole text.
  public init(_ description: String) { self.description = description }
}
