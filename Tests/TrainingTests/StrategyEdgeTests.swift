import Recipes
import Results
import Strategies
import Testing
import Training

/// Every strategy trains on data that hardly is any: the budget is spent, nothing is NaN.
@Suite struct StrategyEdgeTests {
  private func expectTrained(
    _ name: String, trainCounts: [Int], testCounts: [Int], batch: Int, images: Int
  ) throws {
    let strategy = try #require(StrategyCatalog.type(named: name)).init()
    var fixture = try TrainingFixture(
      strategy: strategy, trainCounts: trainCounts, testCounts: testCounts)
    fixture.recipe.training.budget = .images(images)
    fixture.recipe.training.batch = batch
    fixture.recipe.training.optimizer.learningRate = 1e-3
    let result = try fixture.result("run")
    #expect(result.imagesSeen == images, "\(result.imagesSeen) images")
    #expect(result.steps == images / batch)
    let headline = try #require(result.test?.headline)
    // Images of classes that nobody could have learned are counted apart.
    let seen = zip(trainCounts, testCounts).reduce(0) { $0 + ($1.0 > 0 ? $1.1 : 0) }
    #expect(headline.images == seen)
    #expect(headline.unseenImages == testCounts.reduce(0, +) - seen)
    #expect(headline.accuracy.map { $0 >= 0 && $0 <= 1 } == true)
  }

  @Test(arguments: StrategyCatalog.names)
  func `a class of one image, batches of one`(_ name: String) throws {
    try expectTrained(name, trainCounts: [24, 6, 1], testCounts: [3, 3, 3], batch: 1, images: 40)
  }

  @Test(arguments: StrategyCatalog.names)
  func `a class without a training image`(_ name: String) throws {
    try expectTrained(name, trainCounts: [24, 0, 6], testCounts: [3, 3, 3], batch: 4, images: 80)
  }

  @Test(arguments: StrategyCatalog.names)
  func `one class only`(_ name: String) throws {
    try expectTrained(name, trainCounts: [24], testCounts: [4], batch: 4, images: 80)
  }
}
