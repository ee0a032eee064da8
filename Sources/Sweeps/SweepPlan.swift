import Datasets
import Experiments
import Recipes
import Results
import Strategies
import Training

/// The runs of an experiment on its data: what a sweep will do, in order, before it does anything.
public struct SweepPlan: Sendable {
  /// What was planned.
  public var experiment: Experiment
  /// In the order in which they are run: each after the one that it needs.
  public var runs: [PlannedRun]
  /// Things worth knowing before the night: masked classes, halved exponents, what the number of
  /// seeds can show.
  public var notes: [String]

  /// A recipe with its description and its folder.
  public struct PlannedRun: Sendable {
    /// What is to be trained.
    public var recipe: Recipe
    public var description: RunDescription
    /// Where its checkpoints, weights and outcome go.
    public var folder: String
    /// The configuration hash of the run of this plan whose weights this one starts from.
    public var needs: String?
    /// The configuration hash of the run of this plan that trains the same, which is run in place of
    /// this one; `nil` for a run that stands for itself.
    public var equals: String?
  }

  /// Plans every run.
  ///
  /// - Parameter data: of each of ``Experiment/datasets``, or of each of ``Experiment/splits`` where
  ///   there are folds.
  /// - Throws: `ExperimentProblems` with what is wrong with all strategies, each at its place in the
  ///   file, or ``SweepError`` where runs need one that is not planned.
  public init(_ experiment: Experiment, data: [PreparedData], workFolder: String) throws {
    var experiment = experiment
    let prepared = PreparedParts(experiment, data)
    let firstSplit = experiment.splits[0]
    var notes: [String] = []
    var problems: [Problem] = []
    for recipe in experiment.recipes where recipe.seed == experiment.recipes[0].seed {
      let data = prepared.data(of: recipe)
      do {
        let plan = try recipe.strategy.strategy.plan(for: data.splits.census)
        try recipe.check(plan, splits: data.splits)
        try recipe.checkHead(experiment.heads, plan: plan, classes: data.splits.census.names)
        // Folds have nearly the same counts, and the first speaks for all.
        if recipe.split == firstSplit {
          notes += plan.notes.map { "\(recipe.stagedLabel): \($0)" }
        }
      } catch {
        problems.append(experiment.problem(recipe, "\(error)"))
      }
    }
    guard problems.isEmpty else { throw ExperimentProblems(problems: problems) }
    let heads = experiment.heads
    func decided(_ recipe: Recipe) -> Recipe {
      recipe.decidingHead(heads, census: prepared.census(of: recipe))
    }
    notes += experiment.recipes.droppedHeads(decided)
    experiment.recipes = experiment.recipes.map(decided)
    experiment.usual = experiment.usual.map(decided)
    self.experiment = experiment
    self.notes =
      notes + Self.stageNotes(experiment, data: prepared.stages)
      + zip(experiment.datasets, prepared.stages).flatMap {
        Self.activationNotes(experiment, classes: $0.classes, data: $1)
      }
    // One a stage: a record lists every test image, and all runs of a stage share it.
    var records: [String: DatasetRecord] = [:]
    let texts = PlanTexts()
    let planned =
      try experiment.recipes.map { [experiment] recipe in
        let (name, data) = (recipe.datasetName, prepared.data(of: recipe))
        let record = records[name] ?? data.record(named: name)
        records[name] = record
        return try Self.planned(
          recipe, on: data, record: record, in: experiment, workFolder: workFolder, texts,
          digest: prepared.digest)
      }
    runs = try Self.inOrderOfNeed(planned)
    try markEquals { prepared.data(of: $0) }
  }

  /// One run with its description and its folder.
  ///
  /// - Parameters:
  ///   - digest: of the data of another recipe; `nil` where that is none of this plan.
  private static func planned(
    _ recipe: Recipe, on data: PreparedData, record: DatasetRecord, in experiment: Experiment,
    workFolder: String, _ texts: PlanTexts, digest: (Recipe) -> String?
  ) throws -> PlannedRun {
    let budget = TrainingBudget(
      recipe.training, trainingCount: data.splits.training.examples.count)
    let hash = try texts.run.hash(of: recipe, datasetDigest: data.digest)
    let name = recipe.runName
    var description = RunDescription(
      sweep: experiment.name, name: name, strategy: recipe.label,
      variant: recipe.variant, seed: recipe.seed, configHash: hash,
      groupHash: try texts.group.hash(of: recipe, datasetDigest: data.digest),
      configuration: try texts.whole.text(of: recipe), sweptKeys: recipe.overrides,
      dataset: record, epochsPlanned: budget.epochs,
      imagesPlanned: budget.steps * recipe.training.batch)
    description.shared = SharedRecipe(
      settings: try texts.shared.text(of: experiment.withoutOverrides(recipe)),
      dataDigest: data.digest)
    description.fold = recipe.split.fold
    (description.tags, description.remark) = (experiment.tags, experiment.note)
    return PlannedRun(
      recipe: recipe, description: description,
      folder: folder(ofRun: name, configHash: hash, in: workFolder),
      needs: try recipe.base.flatMap { base in
        try digest(base).map { try texts.run.hash(of: base, datasetDigest: $0) }
      })
  }

  /// The texts that runs are told apart and described by.
  private struct PlanTexts {
    let whole = RecipeTexts(.whole)
    let run = RecipeTexts(.run)
    let group = RecipeTexts(.group)
    let shared = RecipeTexts(.shared)
  }
}

extension SweepPlan {
  /// What is kept of frozen trunks and why not the rest, one sentence for all runs alike.
  ///
  /// - Parameters:
  ///   - classes: those of one of ``Experiment/datasets``; runs on others are left out.
  ///   - data: that data set.
  public static func activationNotes(
    _ experiment: Experiment, classes: ClassSelection, data: PreparedData
  ) -> [String] {
    let firstSplit = experiment.splits[0]
    var labels: [String: [String]] = [:]
    var texts: [String] = []
    for recipe in experiment.recipes
    where recipe.seed == experiment.recipes[0].seed && recipe.dataset.classes == classes
      && recipe.split == firstSplit
    {
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

extension SweepPlan {
  /// What the data have to say, each sentence once: what was set aside, repaired or assumed.
  public var dataRemarks: [String] {
    var seen: Set<String> = []
    return runs.flatMap { $0.description.dataset.remarks }.map(\.text)
      .filter { seen.insert($0).inserted }
  }

  /// Where the checkpoints, weights and outcome of a run are.
  public static func folder(
    ofRun name: String, configHash: String, in workFolder: String
  ) -> String {
    "\(workFolder)/runs/\(name)-\(configHash.prefix(12))"
  }
}

/// Something that keeps a sweep from starting.
public struct SweepError: Error, CustomStringConvertible, Sendable {
  /// What keeps it, and what to do about it; one line a problem.
  public let description: String

  /// An error with its whole text.
  public init(_ description: String) { self.description = description }
}

extension Experiment {
  /// A sentence about one of the runs, where its strategy stands in the file.
  func problem(
    _ recipe: Recipe, _ message: String, as severity: Problem.Severity = .error
  ) -> Problem {
    Problem(
      severity, at: marks.place(of: "strategies.\(recipe.label)"),
      message: "strategies.\(recipe.stagedLabel): \(message)")
  }
}

extension Recipe {
  /// What the store calls the data: each stage has a data set of its own.
  var datasetName: String { stage.map { "\(dataset.name), stage \($0.name)" } ?? dataset.name }

  var stagedLabel: String { stage.map { "\(label), stage \($0.name)" } ?? label }
}
