/// A shared recipe of one sweep, in memory.
struct RecipePlan {
  var sweep: String
  var record: RecipeRecord
}

extension [RecipePlan] {
  /// Notes that the experiment file plans a run now: its recipe becomes the newest, and a run of the
  /// same recipe, label, variant, seed and fold gives its place up.
  ///
  /// - Parameter descriptions: of all runs, in the order of their ids from 1.
  mutating func add(
    _ run: RunDescription, id: RunID, at now: String, among descriptions: [RunDescription]
  ) {
    let known = firstIndex {
      $0.sweep == run.sweep && $0.record.recipe == run.shared
        && $0.record.dataset == run.dataset.name
    }
    var plan =
      known.map { remove(at: $0) }
      ?? RecipePlan(
        sweep: run.sweep,
        record: RecipeRecord(
          recipe: run.shared, datasets: [], addedAt: now, plannedAt: now, runs: [], replaced: []))
    plan.record.plannedAt = now
    if !plan.record.datasets.contains(run.dataset) {
      plan.record.datasets.removeAll { $0.digest == run.dataset.digest }
      plan.record.datasets.append(run.dataset)
    }
    let rivals = plan.record.runs.filter {
      $0 != id && descriptions[Int($0) - 1].hasPlace(of: run)
    }
    plan.record.runs.removeAll { rivals.contains($0) || $0 == id }
    plan.record.replaced.removeAll { $0 == id }
    plan.record.runs = (plan.record.runs + [id]).sorted()
    plan.record.replaced = (plan.record.replaced + rivals).sorted()
    append(plan)
  }
}

extension RunDescription {
  /// Whether a table has one cell for both.
  fileprivate func hasPlace(of other: RunDescription) -> Bool {
    strategy == other.strategy && variant == other.variant && seed == other.seed
      && fold == other.fold
  }
}
