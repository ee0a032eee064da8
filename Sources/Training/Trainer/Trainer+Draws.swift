import Datasets
import Foundation
import Recipes
import Strategies

// Which examples are drawn, and what is remembered of them.
extension Trainer {
  /// The stream of a phase, from its beginning or from a checkpoint's position.
  ///
  /// - Parameter errors: what a checkpoint kept of the pass that stands at the position.
  func makeStream(
    phase: Int, at position: OrderStream.Position? = nil, errors: [Float]? = nil
  ) -> OrderStream {
    let sampler = plan.phases[phase].sampler
    // A phase that begins knows what was known before; the run's first one has nothing to know.
    let start = OrderStream.Position(feedback: sampler.changes ? state.feedback : nil)
    let known = position == nil && sampler.readsErrors ? self.errors : errors
    return OrderStream(
      phase: phase, of: plan, recipe: recipe, split: data.splits.training,
      at: position ?? start, errors: known)
  }

  /// What a sampler may know at this step.
  var knowledge: OrderStream.Knowledge {
    let steps = plan.steps(ofPhase: state.phase, of: budget.steps)
    return OrderStream.Knowledge(
      feedback: state.feedback,
      progress: Double(state.step - steps.lowerBound) / Double(max(steps.count, 1)),
      errors: errors)
  }

  /// Counts the draws of each class in this phase.
  func noteDraws(_ examples: [LabeledExample]) {
    var drawn = state.drawn ?? Array(repeating: 0, count: data.splits.census.classCount)
    for example in examples { drawn[example.classIndex] += 1 }
    state.drawn = drawn
  }

  /// Keeps 1 − p of the drawn images, by the softmax of their logits.
  func noteErrors(_ examples: [LabeledExample]) {
    guard errors != nil else { return }
    let classCount = data.splits.census.classCount
    for (row, example) in examples.enumerated() {
      let logits = UnsafeBufferPointer(
        start: model.logits.pointer + row * classCount, count: classCount)
      let largest = Double(logits.max() ?? 0)
      let total = logits.reduce(0) { $0 + exp(Double($1) - largest) }
      let p = exp(Double(logits[example.classIndex]) - largest) / total
      errors?[stream.drawn[row]] = Float(1 - p)
    }
  }
}

extension OrderStream {
  /// The stream of a phase of a run's plan.
  ///
  /// - Parameter errors: what was known of each training image when the position's pass began.
  init(
    phase: Int, of plan: TrainingPlan, recipe: Recipe, split: TrainingSplit,
    at position: Position = Position(), errors: [Float]? = nil
  ) {
    let count = split.examples.count
    let budget = TrainingBudget(recipe.training, trainingCount: count)
    self.init(
      split: split, sampler: plan.phases[phase].sampler, seed: recipe.seed, phase: phase,
      epochShare: plan.epochShare(
        ofPhase: phase, budget: budget, batch: recipe.training.batch, trainingCount: count),
      at: position, errors: errors)
  }
}
