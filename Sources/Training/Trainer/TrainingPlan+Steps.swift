import Recipes
import Strategies

extension TrainingPlan {
  /// The phase that step `step` (from 0) of `total` belongs to: phase i ends at the rounded share.
  func phaseIndex(atStep step: Int, of total: Int) -> Int {
    var end = 0.0
    for (index, phase) in phases.enumerated() {
      end += phase.share
      if Double(step) < (end * Double(total)).rounded() { return index }
    }
    return phases.count - 1
  }

  /// The steps of a phase.
  func steps(ofPhase index: Int, of total: Int) -> Range<Int> {
    func bound(_ count: Int) -> Int {
      count == phases.count
        ? total
        : Int((phases.prefix(count).reduce(0) { $0 + $1.share } * Double(total)).rounded())
    }
    return bound(index)..<max(bound(index + 1), bound(index))
  }

  /// Share of a phase that as many draws take as there are training images; at most 1.
  func epochShare(
    ofPhase index: Int, budget: TrainingBudget, batch: Int, trainingCount: Int
  ) -> Double {
    let images = steps(ofPhase: index, of: budget.steps).count * batch
    return images > 0 ? min(Double(trainingCount) / Double(images), 1) : 1
  }
}
