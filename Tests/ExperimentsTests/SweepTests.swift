import Experiments
import Foundation
import Recipes
import Testing

@Suite("Grids, seeds and exclusions")
struct SweepTests {
  static func names(_ tail: String) throws -> [String] {
    try Reading.read(Reading.head + tail).recipes.map(\.runName)
  }

  @Test("seeds go breadth-first, strategies in the file's order")
  func breadthFirst() throws {
    let names = try Self.names(
      "strategies: {sqrt-sampling: {}, baseline: {}, inverse-weights: {}}\nseeds: 2\n")
    #expect(
      names == [
        "sqrt-sampling-s1", "baseline-s1", "inverse-weights-s1", "sqrt-sampling-s2", "baseline-s2",
        "inverse-weights-s2",
      ])
  }

  @Test("a grid is a product, the first key slowest")
  func grid() throws {
    let names = try Self.names(
      """
      strategies:
        baseline: {}
        cb: {strategy: effective-number-weights, grid: {beta: [0.9, .99], training.batch: [8, 16]}}
      """)
    #expect(
      names == [
        "baseline-s1", "cb-beta=0.9,training.batch=8-s1", "cb-beta=0.9,training.batch=16-s1",
        "cb-beta=0.99,training.batch=8-s1", "cb-beta=0.99,training.batch=16-s1",
      ])
  }

  @Test("a zip pairs its lists, inside of a grid too")
  func zips() throws {
    let experiment = try Reading.read(
      Reading.head + """
        strategies:
          baseline: {}
          cb:
            strategy: effective-number-weights
            grid: {beta: [0.9, 0.99]}
            zip: {training.batch: [8, 16], training.optimizer.learning_rate: [0.01, 0.02]}
        """)
    let rows = experiment.recipes.dropFirst()
    #expect(rows.map(\.training.batch) == [8, 16, 8, 16])
    #expect(rows.map(\.training.optimizer.learningRate) == [0.01, 0.02, 0.01, 0.02])
    #expect(
      rows.map(\.overrides)
        == Array(repeating: ["training.batch", "training.optimizer.learning_rate"], count: 4))
    #expect(experiment.recipes[0].training.batch == 64)
    #expect(experiment.strategies[1].variants.count == 4)
    #expect(
      experiment.strategies[1].variants[0]
        == "beta=0.9 training.batch=8 training.optimizer.learning_rate=0.01")
  }

  @Test("overrides are read dotted or nested, recorded, and count for their strategy only")
  func overrides() throws {
    let experiment = try Reading.read(
      Reading.head + """
        training: {epochs: 3, batch: 16}
        strategies:
          baseline: {}
          one: {strategy: baseline, overrides: {training.batch: 32, model.architecture: resnet18}}
          two: {strategy: baseline, overrides: {training: {optimizer: {momentum: 0.5}}}}
        """)
    #expect(experiment.recipes.map(\.training.batch) == [16, 32, 16])
    #expect(experiment.recipes.map(\.training.budget) == Array(repeating: .epochs(3), count: 3))
    #expect(experiment.recipes[1].overrides == ["model.architecture", "training.batch"])
    #expect(experiment.recipes[2].training.optimizer.momentum == 0.5)
    #expect(experiment.strategies[2].overrides == ["training.optimizer.momentum"])
  }

  @Test("exclude leaves out the runs that agree with all it names")
  func exclude() throws {
    let head = """
      strategies:
        baseline: {}
        cb: {strategy: effective-number-weights, grid: {beta: [0.9, 0.99]}}
      seeds: 2

      """
    #expect(
      try Self.names(head + "exclude: [{strategy: cb, beta: 0.990, seed: 2}]\n") == [
        "baseline-s1", "cb-beta=0.9-s1", "cb-beta=0.99-s1", "baseline-s2", "cb-beta=0.9-s2",
      ])
    #expect(
      try Self.names(head + "exclude: [{seed: 1}, {beta: 0.9}]\n") == [
        "baseline-s2", "cb-beta=0.99-s2",
      ])
    let idle = try Reading.read(Reading.head + head + "exclude: [{strategy: cb, seed: 9}]\n")
    #expect(idle.warnings.contains { $0.message == "exclude: no run agrees with this entry" })
  }

  @Test("too few seeds to tell a difference from luck are noted")
  func significance() throws {
    let strategies =
      "strategies: {baseline: {}, inverse-weights: {}, sqrt-inverse-weights: {}, "
      + "sqrt-sampling: {}, class-balanced-sampling: {}}\n"
    func notes(_ seeds: Int) throws -> [String] {
      let warnings = try Reading.read(Reading.head + strategies + "seeds: \(seeds)\n").warnings
      #expect(warnings.allSatisfy { $0.severity == .note })
      return warnings.map(\.message)
    }
    #expect(try notes(1).first?.contains("no difference can be told from the luck") == true)
    for seeds in 2...4 {
      #expect(try notes(seeds).first?.contains("\(seeds) seeds: only large differences") == true)
    }
    #expect(try notes(5) == [])
  }

  @Test("run names are unique and fit for files, whatever is swept")
  func runNames() throws {
    let names = try Self.names(
      """
      strategies:
        baseline: {}
        rare:
          strategy: minority-augmentation
          grid: {classes: [[a/b, "c d"], ["ä"], ["a b"], ["a,b"]]}
      """)
    #expect(Set(names).count == 5)
    for name in names {
      #expect(
        name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._=+-,%".contains($0)) })
    }
  }

  @Test("recipes survive JSON, and fingerprints with them")
  func roundTrip() throws {
    let files = ["quickstart-fashion-mnist-lt", "sweep-fashion-products", "sweep-cifar10-lt"]
    for file in files {
      let path = ShippedFileTests.folder.appending(path: "\(file).yaml").path
      for recipe in try ExperimentFile.read(path: path).recipes {
        let data = try JSONEncoder().encode(recipe)
        let copy = try JSONDecoder().decode(Recipe.self, from: data)
        #expect(copy == recipe)
        #expect(copy.configHash(datasetDigest: "d") == recipe.configHash(datasetDigest: "d"))
      }
    }
  }
}
