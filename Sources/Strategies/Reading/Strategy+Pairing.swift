import Datasets

// What of a plan is known before the data is: enough to refuse models that it cannot be paired with.
extension Strategy {
  /// Whether batches are mixed, whatever the classes are.
  public var mixesImages: Bool {
    switch self {
    case is any MixingPolicy: true
    case let strategy as Combined: strategy.parts.contains { $0.strategy.mixesImages }
    case let strategy as any PostHoc: strategy.of.strategy.mixesImages
    default: false
    }
  }

  /// Whether the trunk stays as it is for a while, or a finished run is changed without training.
  public var leavesTrunk: Bool {
    if self is any PostHoc { return true }
    // Parts of a plan that need the data's own classes do not decide what is trained.
    return planForTwoClasses?.phases.contains { $0.trains != .all } ?? false
  }

  /// The parameter of a post-hoc method that is chosen among several values on validation images;
  /// `nil` where none is.
  public var parameterChosenOnValidation: String? {
    guard let change = planForTwoClasses?.change, change.candidates.count > 1 else { return nil }
    return change.parameter ?? "parameter"
  }

  private var planForTwoClasses: TrainingPlan? {
    let names = ["class 0", "class 1"]
    let examples = (0..<80).map { LabeledExample(example: $0, classIndex: $0 % 2) }
    let census = ClassCensus(of: TrainingSplit(examples: examples, classCount: 2), names: names)
    return try? plan(for: census)
  }
}
