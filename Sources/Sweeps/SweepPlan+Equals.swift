import Recipes
import Results
import Strategies
import Training

// Runs that train the same: one of them is run.
extension SweepPlan {
  /// Finds the runs that train as another one does, judged on the data by ``PlanProbe``, and puts
  /// each behind the one that stands for it.
  ///
  /// Only runs whose recipes differ in nothing but the strategy, and that start from the same weights,
  /// are compared. The baseline is always run, and stands for those that are the same; otherwise the
  /// first of the file does. What one seed shows holds for all; every fold is judged by itself.
  mutating func markEquals(data: (Recipe) -> PreparedData) throws {
    guard let seed = runs.first?.recipe.seed else { return }
    var finder = EqualRuns(baseline: experiment.baseline)
    for run in runs where run.recipe.seed == seed {
      try finder.add(run, data: data(run.recipe))
    }
    var idle: Set<String> = []
    notes += finder.idle.filter { idle.insert($0).inserted }
    guard !finder.pairs.isEmpty else { return }
    let byPlace = Dictionary(
      runs.map { (Place($0.recipe, seed: $0.recipe.seed), $0) }, uniquingKeysWith: { $1 })
    for index in runs.indices {
      let recipe = runs[index].recipe
      guard let other = finder.pairs[Place(recipe, seed: seed)]?.other else { continue }
      var place = other
      place.seed = recipe.seed
      runs[index].equals = byPlace[place]?.description.configHash
    }
    var said: Set<String> = []
    notes += finder.sentences.filter { said.insert($0).inserted }
    runs = try Self.inOrderOfNeed(runs)
  }

  /// Runs every run for itself, those that train the same too.
  public mutating func keepEqualRuns() {
    for index in runs.indices { runs[index].equals = nil }
    notes = notes.map { $0.replacing(EqualRuns.notRun, with: EqualRuns.runAllTheSame) }
  }

  /// Where a run stands in an experiment.
  struct Place: Hashable {
    var label: String
    var variant: String
    var stage: String
    var seed: UInt64
    var fold: Int?

    init(_ recipe: Recipe, seed: UInt64) {
      (label, variant, self.seed) = (recipe.label, recipe.variant, seed)
      fold = recipe.split.fold
      stage = recipe.stage?.name ?? ""
    }
  }
}

/// Sorts the runs of one seed into those that train the same, in an order in which each comes after
/// the run that it needs.
struct EqualRuns {
  static let notRun = "not run (--keep-equal runs it)"
  static let runAllTheSame = "run all the same (--keep-equal)"

  /// Label of the strategy that all are compared with.
  let baseline: String
  /// The run that stands for each one that is not run, and why they are the same.
  private(set) var pairs: [SweepPlan.Place: Pair] = [:]
  /// One sentence a strategy that treats no imbalance.
  private(set) var idle: [String] = []
  private var order: [SweepPlan.Place] = []
  private var kept: [Candidate] = []
  private var index = PlanIndex()
  /// Each setting that was met, with its number.
  private var settings: [String: Int] = [:]
  private let texts = RecipeTexts(.run)
  /// The run that stands for each one, by configuration hash; itself where none other does.
  private var standing: [String: String] = [:]

  /// A run that is not run.
  struct Pair {
    /// The run that stands for it.
    var other: SweepPlan.Place
    var title: String
    var otherTitle: String
    /// What makes them the same, where that is known.
    var why: String

    var sentence: String {
      "\(title): the same as \(otherTitle) on these data\(why); \(EqualRuns.notRun)"
    }
  }

  private struct Candidate {
    var run: SweepPlan.PlannedRun
    var plan: PlanProbe.Probed
    /// The number of all of the recipe but the strategy.
    var setting: Int
    /// What stands for the run whose weights it starts from.
    var origin: String?
  }

  init(baseline: String) { self.baseline = baseline }

  /// One sentence a run that is not run.
  var sentences: [String] { order.compactMap { pairs[$0]?.sentence } }

  mutating func add(_ run: SweepPlan.PlannedRun, data: PreparedData) throws {
    let hash = run.description.configHash
    standing[hash] = hash
    let probe = PlanProbe(
      census: data.splits.census, split: data.splits.training, batch: run.recipe.training.batch,
      hasValidation: !data.splits.validation.examples.isEmpty,
      smoothing: run.recipe.training.labelSmoothing)
    let candidate = Candidate(
      run: run,
      plan: probe.probed(try run.recipe.strategy.strategy.plan(for: data.splits.census)),
      setting: try setting(of: run.recipe), origin: run.needs.flatMap { standing[$0] })
    let near = index.places(near: candidate.plan, setting: candidate.setting)
    let same = near.first { isSame(kept[$0], candidate, probe) }
    guard let same else {
      keep(candidate)
      if run.recipe.label != baseline, let why = probe.idleness(of: candidate.plan.plan) {
        idle.append("\(run.recipe.title) treats no imbalance on these data: \(why)")
      }
      return
    }
    let other = kept[same]
    if run.recipe.label != baseline {
      stand(other, for: candidate, probe)
    } else if run.recipe.trains {
      // The baseline is always run, and what came before it is the same as it.
      kept[same] = candidate
      index.insert(candidate.plan, at: same, setting: candidate.setting)
      stand(candidate, for: other, probe)
    } else {
      keep(candidate)
    }
  }

  private mutating func keep(_ candidate: Candidate) {
    index.insert(candidate.plan, at: kept.count, setting: candidate.setting)
    kept.append(candidate)
  }

  private func isSame(_ a: Candidate, _ b: Candidate, _ probe: PlanProbe) -> Bool {
    let (first, second) = (a.run, b.run)
    // A change of a finished run that moves no decision is the same as that run.
    let isOwnBase = !second.recipe.trains && b.origin == first.description.configHash
    guard isOwnBase || a.origin == b.origin && first.recipe.trains == second.recipe.trains else {
      return false
    }
    return probe.areEqual(a.plan, b.plan)
  }

  private mutating func stand(_ other: Candidate, for one: Candidate, _ probe: PlanProbe) {
    let (recipe, hash) = (one.run.recipe, other.run.description.configHash)
    let place = SweepPlan.Place(recipe, seed: recipe.seed)
    for (key, value) in standing where value == one.run.description.configHash {
      standing[key] = hash
    }
    let why = Self.why(one.plan.plan, other.plan.plan, recipe, probe)
    pairs[place] = Pair(
      other: SweepPlan.Place(other.run.recipe, seed: recipe.seed), title: recipe.title,
      otherTitle: other.run.recipe.title, why: why)
    // Those that one stood for are the other's now.
    for (key, pair) in pairs where pair.other == place {
      pairs[key]?.other = SweepPlan.Place(other.run.recipe, seed: recipe.seed)
      pairs[key]?.otherTitle = other.run.recipe.title
    }
    order.append(place)
  }

  /// What makes them the same, where that is known, with what would tell them apart.
  private static func why(
    _ a: TrainingPlan, _ b: TrainingPlan, _ recipe: Recipe, _ probe: PlanProbe
  ) -> String {
    guard probe.isConstantCancelled(a, b) else { return "" }
    return " (class weights that differ by a constant, which the division by the batch's weights "
      + "cancels; give both reduction: mean_over_examples to tell them apart)"
  }

  /// The number of a recipe without its strategy and without what it is called.
  private mutating func setting(of recipe: Recipe) throws -> Int {
    var plain = recipe
    plain.strategy = Self.plain
    let text = try texts.text(of: plain)
    let number = settings[text] ?? settings.count
    settings[text] = number
    return number
  }

  private static let plain = StrategyConfiguration(Baseline())
}

extension Recipe {
  /// Label, variant and stage, as people are told of a run.
  fileprivate var title: String {
    let name = variant.isEmpty ? label : "\(label) \(variant)"
    return stage.map { "\(name), stage \($0.name)" } ?? name
  }
}
