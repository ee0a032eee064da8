import Metrics
import Networks
import Recipes

/// Reads `training`.
struct TrainingReader {
  let section: SectionReader

  func read() -> TrainingConfiguration {
    let usual = TrainingConfiguration()
    let batch = section.integer(
      "batch", default: usual.batch, expected: "a whole number from 1 to 65536"
    ) {
      (1...65_536).contains($0)
    }
    let smoothing = section.number(
      "label_smoothing", default: usual.labelSmoothing, expected: "a number from 0 to below 1"
    ) { $0 >= 0 && $0 < 1 }
    let budget = budget() ?? usual.budget
    return TrainingConfiguration(
      budget: budget, batch: batch, optimizer: optimizer(), schedule: schedule(budget),
      labelSmoothing: smoothing, selectBy: section.choice("select_by", default: usual.selectBy))
  }

  /// The budget that the section gives, if it does.
  private func budget() -> TrainingConfiguration.Budget? {
    let epochs = section.number("epochs", expected: "a number above 0, at most 100000") {
      $0 > 0 && $0 <= 100_000
    }
    let images = section.integer("images", expected: "a whole number from 1 to 1000000000") {
      $0 >= 1 && $0 <= 1_000_000_000
    }
    if section.node("epochs") != nil, section.node("images") != nil {
      section.add("images", "excludes 'epochs'", hint: "give the budget once")
    }
    if let images { return .images(images) }
    return epochs.map { .epochs($0) }
  }

  private func optimizer() -> OptimizerConfiguration {
    let section = section.section("optimizer", .optimizer)
    let usual = OptimizerConfiguration()
    let rule = section.choice("rule", default: usual.rule)
    let foreign = rule == .sgd ? ["beta1", "beta2", "epsilon"] : ["momentum", "nesterov"]
    for key in foreign where section.node(key) != nil {
      section.problems.add(
        section.place(of: key), "\(section.path(key)) has no meaning for rule \(rule.rawValue)",
        hint: "it belongs to \(rule == .sgd ? "adamw" : "sgd")")
    }
    func fraction(_ key: String, _ usual: Double) -> Double {
      section.number(key, default: usual, expected: "a number from 0 to below 1") {
        $0 >= 0 && $0 < 1
      }
    }
    func positive(_ key: String) -> Double? {
      section.number(key, expected: "a number above 0") { $0 > 0 }
    }
    let momentum = fraction("momentum", usual.momentum)
    let nesterov = section.boolean("nesterov", default: usual.nesterov)
    if nesterov, momentum == 0 {
      section.add("nesterov", "needs a momentum above 0")
    }
    return OptimizerConfiguration(
      rule: rule, learningRate: positive("learning_rate") ?? usual.learningRate,
      headLearningRate: positive("head_learning_rate"), momentum: momentum, nesterov: nesterov,
      weightDecay: section.number(
        "weight_decay", default: usual.weightDecay, expected: "a number from 0 to 1"
      ) { (0...1).contains($0) },
      decaysNormAndBias: section.boolean(
        "decays_norm_and_bias", default: usual.decaysNormAndBias),
      beta1: fraction("beta1", usual.beta1), beta2: fraction("beta2", usual.beta2),
      epsilon: positive("epsilon") ?? usual.epsilon, clipNorm: positive("clip_norm"))
  }

  private func schedule(_ budget: TrainingConfiguration.Budget) -> ScheduleConfiguration {
    let section = section.section("schedule", .schedule)
    let usual = ScheduleConfiguration()
    let curve = section.choice("curve", default: usual.curve)
    let owners: [(key: String, curve: ScheduleConfiguration.Curve)] = [
      ("milestones", .step), ("gamma", .step), ("minimum_factor", .cosine),
    ]
    for (key, owner) in owners where owner != curve && section.node(key) != nil {
      section.problems.add(
        section.place(of: key), "\(section.path(key)) has no meaning for curve \(curve.rawValue)",
        hint: "it belongs to \(owner.rawValue)")
    }
    let warmup = section.number(
      "warmup_epochs", default: usual.warmupEpochs, expected: "a number of at least 0"
    ) { $0 >= 0 }
    let milestones = milestones(in: section, curve: curve)
    if case .epochs(let epochs) = budget {
      if warmup > 0, warmup >= epochs {
        section.add(
          "warmup_epochs",
          "received \(Self.short(warmup)), the budget is "
            + "\(Self.short(epochs)) epochs", hint: "the warm-up must end before the training does")
      }
      if let last = milestones.last, last >= epochs {
        section.add(
          "milestones",
          "the last is \(Self.short(last)), the budget is "
            + "\(Self.short(epochs)) epochs", hint: "a milestone must come before the end")
      }
    }
    return ScheduleConfiguration(
      curve: curve, warmupEpochs: warmup, milestones: milestones,
      gamma: section.number("gamma", default: usual.gamma, expected: "a number above 0, at most 1")
      { $0 > 0 && $0 <= 1 },
      minimumFactor: section.number(
        "minimum_factor", default: usual.minimumFactor, expected: "a number from 0 to 1"
      ) { (0...1).contains($0) })
  }

  private func milestones(in section: SectionReader, curve: ScheduleConfiguration.Curve) -> [Double]
  {
    let values =
      section.list("milestones", of: "epochs") { node in
        section.number(node, "milestones", expected: "epochs above 0") { $0 > 0 }
      } ?? []
    if zip(values, values.dropFirst()).contains(where: { $0 >= $1 }) {
      section.add("milestones", "the epochs must rise")
      return []
    }
    let isGiven = section.node("milestones").map { $0.elements?.isEmpty != true } ?? false
    if curve == .step, !isGiven {
      section.problems.add(
        section.place(of: "curve"), "\(section.path("curve")) is step, but there are no milestones",
        hint: "write for example 'milestones: [4, 6]'")
    }
    return values
  }

  private static func short(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : "\(value)"
  }
}
