import Recipes
import Testing

@Suite("Training budget")
struct TrainingBudgetTests {
  struct Case: Sendable {
    var budget: TrainingConfiguration.Budget
    var batch: Int
    var count: Int
    var ends: [Int]
  }

  static let cases = [
    // Whole batches: 128 images are two of 64.
    Case(budget: .epochs(3), batch: 64, count: 128, ends: [2, 4, 6]),
    // Batches run across the ends: 100, 200, 300 images end inside of batches 2, 4, 5.
    Case(budget: .epochs(3), batch: 64, count: 100, ends: [2, 4, 5]),
    // A budget in images; the last epoch is short.
    Case(budget: .images(250), batch: 10, count: 100, ends: [10, 20, 25]),
    Case(budget: .images(251), batch: 10, count: 100, ends: [10, 20, 26]),
    Case(budget: .images(200), batch: 10, count: 100, ends: [10, 20]),
    // Fractions of an epoch; 0.1 · 30 is three images, not four.
    Case(budget: .epochs(2.5), batch: 10, count: 100, ends: [10, 20, 25]),
    Case(budget: .epochs(0.1), batch: 1, count: 30, ends: [3]),
    // Never less than one step.
    Case(budget: .epochs(0.001), batch: 64, count: 10, ends: [1]),
    Case(budget: .images(1), batch: 64, count: 1_000_000, ends: [1]),
    // A split smaller than a batch: 10 to 60 images end in the first batch, 70 in the second.
    Case(budget: .epochs(7), batch: 64, count: 10, ends: [1, 2]),
    Case(budget: .epochs(3), batch: 1, count: 1, ends: [1, 2, 3]),
  ]

  @Test("steps and ends of epochs", arguments: cases)
  func ends(_ example: Case) {
    let budget = TrainingBudget(
      TrainingConfiguration(budget: example.budget, batch: example.batch),
      trainingCount: example.count)
    #expect(budget.epochEnds == example.ends)
    #expect(budget.steps == example.ends.last)
    #expect(budget.stepsPerEpoch.reduce(0, +) == budget.steps)
    #expect(budget.stepsPerEpoch.allSatisfy { $0 > 0 })
    let epochs = (0..<budget.steps).map(budget.epoch(ofStep:))
    for (epoch, count) in budget.stepsPerEpoch.enumerated() {
      #expect(epochs.count { $0 == epoch } == count)
    }
    #expect(epochs == epochs.sorted())
  }

  @Test("12 epochs of 2,232 images in batches of 64")
  func quickstart() {
    let budget = TrainingBudget(
      TrainingConfiguration(budget: .epochs(12), batch: 64), trainingCount: 2232)
    #expect(budget.images == 26_784)
    #expect(budget.steps == 419)
    #expect(budget.epochs == 12)
    #expect(budget.epochEnds.prefix(3) == [35, 70, 105])
    #expect(budget.epochsSeen(afterSteps: 0) == 0)
    #expect(abs(budget.epochsSeen(afterSteps: 419) - 12) < 0.02)
  }
}
