import Datasets

/// A strategy that changes a finished run instead of training: it reuses the run of another
/// strategy of the same recipe and seed.
public protocol PostHoc: Strategy {
  /// The strategy whose run is reused.
  var of: StrategyConfiguration { get }
  /// What is done to its classifier.
  ///
  /// - Parameter prior: the class masses that the run was trained with: draws times weights.
  func change(for census: ClassCensus, prior: [Double]) -> any ClassifierChange
}

extension PostHoc {
  /// The reused strategy's plan, with the change.
  ///
  /// - Throws: ``InvalidParameter`` where the reused strategy has no plan, or a cosine classifier.
  public func plan(for census: ClassCensus) throws(InvalidParameter) -> TrainingPlan {
    try changedPlan(for: census)
  }

  /// As ``plan(for:)``, for methods that refuse some strategies.
  func changedPlan(for census: ClassCensus) throws(InvalidParameter) -> TrainingPlan {
    var plan: TrainingPlan
    do { plan = try of.strategy.plan(for: census) } catch {
      throw InvalidParameter(
        "of.\(error.parameter)", received: error.received, expected: error.expected)
    }
    guard plan.head?.cosineScale == nil else {
      throw InvalidParameter(
        "of", received: of.name, expected: "a strategy with a linear classifier, not a cosine one")
    }
    let masses = plan.effectiveMass(for: census)
    plan.change = change(for: census, prior: masses[masses.count - 1].effective)
    let before = plan.notes
    plan.notes += plan.compensations(for: census).flatMap(\.notes).filter { !before.contains($0) }
    return plan
  }

  /// Throws where the reused strategy cannot be used.
  func validateBase() throws(InvalidParameter) {
    guard !(of.strategy is any PostHoc) else {
      throw InvalidParameter("of", received: of.name, expected: "a strategy that trains")
    }
    do { try of.strategy.validate() } catch {
      throw InvalidParameter(
        "of.\(error.parameter)", received: error.received, expected: error.expected)
    }
  }
}

extension StrategyParameter {
  static let reusedStrategy = StrategyParameter(
    "of", default: "baseline", range: "a strategy that trains: its name, or a mapping with a name",
    "The strategy whose run is reused; a run of it must be in the same file.")

  static let chosenTau = StrategyParameter.unset(
    "tau", range: "a number, 0 ≤ tau ≤ 10",
    "τ; chosen from 0, 0.1, … 2 on validation where not set.")
}
