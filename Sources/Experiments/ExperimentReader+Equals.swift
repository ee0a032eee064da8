import Datasets
import Networks
import Recipes
import Strategies

// What a file alone shows of strategies that are the same, do nothing, or do the same thing twice.
extension ExperimentReader {
  typealias Sample = (recipe: Recipe, place: Place)

  /// Counts of classes that plans are made for before the data are known: a short tail, a long one
  /// down to a single image, and two classes. What holds on all of them is told.
  private static let standIns = [
    [120, 60, 30, 12, 5], [9000, 3000, 400, 180, 90, 50, 17, 6, 2, 1], [41, 3],
  ].map(standIn)

  /// Refuses at the strategy's place what undoes the classes' sizes more than once on any data.
  func checkCompensation(_ samples: [Sample]) {
    for (recipe, place) in samples where recipe.allowsOvercompensation != true {
      let strategy = recipe.strategy.strategy
      guard !strategy.allowsOvercompensation else { continue }
      let found = Self.standIns.map { _, census -> Compensation? in
        let plan = try? strategy.allowingOvercompensation.plan(for: census)
        return plan?.repeatedCompensation(for: census)
      }
      guard let worst = found[0], found.allSatisfy({ $0 != nil }) else { continue }
      problems.add(
        place,
        "strategies.\(Self.groupName(recipe)) undoes the classes' sizes more than once: "
          + "\(worst.sum), and at most \(Compensation.limit) is expected, "
          + "where 1 balances the classes",
        hint: worst.advice(canSplit: strategy is Combined))
    }
  }

  /// Warns of strategies that are the same as an earlier one or as the baseline, and of those that
  /// treat nothing.
  ///
  /// - Returns: the variants that are the same as another one.
  func noteEquals(_ samples: [Sample], baseline: String) -> Set<String> {
    let places = Dictionary(grouping: samples, by: \.recipe.label)
    // The baseline is always run: it comes first, and the others are the same as it.
    let sorted = (places[baseline] ?? []) + samples.filter { $0.recipe.label != baseline }
    var kept: [Planned] = []
    var index = PlanIndex()
    var settings: [Setting: Int] = [:]
    var equal: Set<String> = []
    for sample in sorted {
      let name = Self.groupName(sample.recipe)
      let planned = Planned(recipe: sample.recipe, plans: Self.plans(of: sample.recipe))
      let own = Setting(model: sample.recipe.model, training: sample.recipe.training)
      let setting = settings[own] ?? settings.count
      settings[own] = setting
      let near = planned.plans.first.map { index.places(near: $0, setting: setting) } ?? []
      if let other = near.first(where: { isSame(kept[$0], planned) }) {
        equal.insert(name)
        warnOfEqual(sample, to: kept[other].recipe)
      } else {
        if let plan = planned.plans.first {
          index.insert(plan, at: kept.count, setting: setting)
        }
        kept.append(planned)
        if let why = idleness(of: sample.recipe) {
          problems.warn(sample.place, "strategies.\(name) treats no imbalance: \(why)")
        }
      }
    }
    return equal
  }

  private func warnOfEqual(_ sample: Sample, to other: Recipe) {
    let (name, second) = (Self.groupName(sample.recipe), Self.groupName(other))
    let probe = Self.probe(Self.standIns[0], for: sample.recipe)
    var hint = "one of them is run; --keep-equal runs both"
    let plans = [sample.recipe, other].compactMap {
      try? $0.strategy.strategy.plan(for: probe.census)
    }
    if plans.count == 2, probe.isConstantCancelled(plans[0], plans[1]) {
      hint +=
        ". Their class weights differ by a constant, which the division by the batch's weights "
        + "cancels: give both reduction: mean_over_examples to tell them apart"
    }
    problems.warn(
      sample.place, "strategies.\(name) trains the same as strategies.\(second)", hint: hint)
  }

  /// A recipe with its plans on all stand-ins; empty where one cannot be made without the data.
  private struct Planned {
    var recipe: Recipe
    var plans: [PlanProbe.Probed]
  }

  /// Strategies with different networks or trainings are not compared.
  private struct Setting: Hashable {
    var model: ModelConfiguration
    var training: TrainingConfiguration
  }

  private static func plans(of recipe: Recipe) -> [PlanProbe.Probed] {
    let plans = standIns.compactMap { data in
      (try? recipe.strategy.strategy.plan(for: data.census)).map {
        probe(data, for: recipe).probed($0)
      }
    }
    return plans.count == standIns.count ? plans : []
  }

  /// Whether the strategies of two recipes with one setting train the same on every tail.
  private func isSame(_ a: Planned, _ b: Planned) -> Bool {
    Self.standIns.indices.allSatisfy { place in
      Self.probe(Self.standIns[place], for: a.recipe).areEqual(a.plans[place], b.plans[place])
    }
  }

  private func idleness(of recipe: Recipe) -> String? {
    guard recipe.trains, !(recipe.strategy.strategy is Baseline) else { return nil }
    var reasons: [String] = []
    // Nearly every strategy treats the first of them, and then the others need not be looked at.
    for data in Self.standIns {
      let probe = Self.probe(data, for: recipe)
      guard let plan = try? recipe.strategy.strategy.plan(for: probe.census),
        let reason = probe.idleness(of: plan)
      else { return nil }
      reasons.append(reason)
    }
    return reasons[0]
  }

  private static func probe(
    _ data: (split: TrainingSplit, census: ClassCensus), for recipe: Recipe
  ) -> PlanProbe {
    PlanProbe(
      census: data.census, split: data.split, batch: recipe.training.batch,
      hasValidation: recipe.split.validation > 0 || recipe.split.mayHaveOwnValidation,
      smoothing: recipe.training.labelSmoothing)
  }

  private static func standIn(_ counts: [Int]) -> (split: TrainingSplit, census: ClassCensus) {
    var examples: [LabeledExample] = []
    for (index, count) in counts.enumerated() {
      for _ in 0..<count { examples.append(.init(example: examples.count, classIndex: index)) }
    }
    let split = TrainingSplit(examples: examples, classCount: counts.count)
    return (split, ClassCensus(of: split, names: counts.indices.map { "class \($0)" }))
  }
}
