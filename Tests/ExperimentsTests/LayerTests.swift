import Experiments
import Foundation
import Recipes
import Testing

@Suite("Extending and overriding")
struct LayerTests {
  static let base = """
    name: base
    dataset: {format: folder, root: data}
    image: {size: 32}
    training: {epochs: 5, batch: 16, optimizer: {learning_rate: 0.1, momentum: 0.8}}
    augmentation: [horizontal_flip, vertical_flip]
    strategies:
      baseline: {}
      cb: {strategy: effective-number-weights, beta: 0.9}
    """

  @Test("mappings are merged, lists and scalars replaced, rivals driven out")
  func extends() throws {
    let text = """
      extends: base.yaml
      name: t
      image: {height: 16, width: 24}
      training: {images: 100, optimizer: {momentum: 0.5}}
      augmentation: [{shift: {amount: 0.3}}]
      strategies: {cb: {reduction: mean_over_examples}, sqrt-sampling: {}}
      """
    let experiment = try Reading.read(text, beside: ["base.yaml": Self.base])
    #expect(experiment.name == "t")
    #expect(experiment.strategies.map(\.label) == ["baseline", "cb", "sqrt-sampling"])
    let recipe = experiment.recipes[1]
    #expect(recipe.training.budget == .images(100))
    #expect(recipe.training.batch == 16)
    #expect(recipe.training.optimizer.learningRate == 0.1)
    #expect(recipe.training.optimizer.momentum == 0.5)
    #expect(recipe.image.height == 16 && recipe.image.width == 24)
    #expect(recipe.augmentation.map(\.name) == ["shift"])
    let strategy = recipe.canonicalJSON(includingSeed: false)
    #expect(strategy.contains(#""beta":0.9,"#) && strategy.contains("mean_over_examples"))
    #expect(experiment.extended.map { ($0 as NSString).lastPathComponent } == ["base.yaml"])
  }

  @Test("another strategy, or another format, replaces the older one's keys")
  func replacedWhole() throws {
    let csv = Self.base.replacing(
      "{format: folder, root: data}",
      with: "{format: csv, root: data, file: f, id: i, label: l, image: \"{i}\"}")
    let text = """
      extends: base.yaml
      name: t
      dataset: {format: folder}
      strategies: {cb: {strategy: sqrt-sampling}}
      """
    let experiment = try Reading.read(text, beside: ["base.yaml": csv])
    #expect(experiment.recipes[0].dataset.format == .folder)
    #expect(experiment.strategies[1].name == "sqrt-sampling")
  }

  @Test("a root is seen from the file it is written in")
  func roots() throws {
    let text = "extends: sub/base.yaml\nname: t\n"
    let experiment = try Reading.read(text, beside: ["sub/base.yaml": Self.base])
    #expect(experiment.recipes[0].dataset.root.hasSuffix("/sub/data"))
    #expect(experiment.recipes[0].dataset.root.hasPrefix("/"))
  }

  @Test("the file gives way to the environment, and that to --set")
  func order() throws {
    let environment = [ExperimentFile.rootVariable: "/from/environment"]
    let one = try Reading.read(Self.base, environment: environment)
    #expect(one.recipes[0].dataset.root == "/from/environment")
    let two = try Reading.read(
      Self.base, set: [("dataset.root", "/from/set")], environment: environment)
    #expect(two.recipes[0].dataset.root == "/from/set")
    let three = try Reading.read(Self.base, set: [("dataset.root", "relative/./x")])
    let here = FileManager.default.currentDirectoryPath
    #expect(three.recipes[0].dataset.root == here + "/relative/x")
    let four = try Reading.read(Self.base, environment: [ExperimentFile.rootVariable: ""])
    #expect(four.recipes[0].dataset.root.hasSuffix("/data"))
  }

  @Test("--set takes values as they stand in a file, and the last one counts")
  func set() throws {
    let experiment = try Reading.read(
      Self.base,
      set: [
        ("training.batch", "8"), ("training.batch", "4"), ("seeds", "[5, 6]"),
        ("training.images", "1000"), ("strategies.cb.beta", "0.99"),
        ("split.test", "0.5"), ("training.optimizer", "{nesterov: true}"),
      ])
    let recipe = experiment.recipes[1]
    #expect(recipe.training.batch == 4)
    #expect(recipe.training.budget == .images(1000))
    #expect(recipe.training.optimizer.nesterov && recipe.training.optimizer.momentum == 0.8)
    #expect(recipe.split.test == .stratified(share: 0.5))
    #expect(experiment.seeds == [5, 6])
    #expect(recipe.canonicalJSON(includingSeed: true).contains(#""beta":0.99,"#))
  }
}
