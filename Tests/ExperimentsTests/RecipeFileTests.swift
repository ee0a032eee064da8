import Experiments
import Foundation
import Recipes
import TestSupport
import Testing

@Suite("A run as an experiment file")
struct RecipeFileTests {
  /// Every format, rule and section that a file can have, and what YAML could take for something else.
  static let oddFiles: [String] = [
    """
    name: t
    dataset:
      format: csv
      root: "da ta/ä: #1"
      file: l.csv
      id: id
      label: "no"
      text: "12"
      image: "{id:05}.jpg"
      separator: semicolon
      columns: ["id", "no", "12", "when", "it's"]
      comment: "#"
      encoding: latin1
      follow_links: inside
      labels: {near: merge, merge: {"Boot: a": ["BOOT", "~"]}, missing: ["null", "n/a"]}
      classes: {min_images: 3, exclude: ["true", "1e3"]}
      quarantine_limit: 0.25
    split:
      test: {column: when, train: {one_of: ["1", a]}, validation: odd, test: {divisible_by: 3}}
      group: {column: id, pattern: "^(p[0-9]+)_\\\\d"}
      validation: 0
      seed: 7
      duplicates: drop
    image: {height: 32, width: 48, mean: [0.5, 0.25, 0.1], orientation: apply, decode: exact,
            pixel_limit: 5000}
    model:
      architecture: resnet18
      head: {kind: cosine, scale: 12.5, hidden: [16, 8], dropout: 0.3}
      convolution: exact
      text: {variant: joint, cell: lstm, bidirectional: false, mask_class_words: true}
    training:
      images: 1000
      optimizer: {rule: adamw, learning_rate: 1e-5, beta2: 0.95, epsilon: 1e-7, clip_norm: 2}
      schedule: {curve: step, milestones: [0.5, 2], gamma: 0.2, warmup_epochs: 0.25}
      select_by: few_recall
    augmentation: [horizontal_flip, {color_jitter: {hue: 0.1}}, {erasing: {value: 0.5}}]
    strategies: {baseline: {}, focal: {grid: {gamma: [0.5, 2]}}}
    seeds: [0, 9007199254740993]
    store_predictions: true
    """,
    """
    name: t
    dataset: {format: list, root: d, train_list: a.txt, class_names: [a, "2", "off"]}
    split: {test: 0.3, long_tail: {profile: step, factor: 12.5, largest: 90, validation: keep}}
    image: {size: 32}
    strategies:
      baseline: {}
      both:
        allow_overcompensation: true
        parts: [{strategy: inverse-weights}, {strategy: class-balanced-sampling}]
      la: {strategy: posthoc-logit-adjustment, of: baseline, tau: 0.7}
      wide: {strategy: baseline, overrides: {model.architecture: resnet34, training.batch: 16}}
    seeds: 2
    """,
    """
    name: t
    dataset: {format: folder, root: d}
    split: {folds: 3}
    image: {size: 32}
    strategies: {baseline: {}, rand: {strategy: mixup}}
    """,
    """
    name: t
    dataset: {format: csv, root: d, file: l.csv, id: i, label: l, image: "{i}.png"}
    split: {test: {lists: {train: a.txt, test: b.txt}}, group: i}
    image: {size: 32}
    strategies: {baseline: {}}
    """,
    """
    name: t
    dataset: {format: csv, root: d, file: l.csv, id: i, label: l, image: "{i}.png"}
    split: {test: {column: year, test: {above: 2016.5}}}
    image: {size: 32}
    strategies: {baseline: {}}
    """,
  ]

  /// The recipes of a text that stands in `t.yaml` of a folder.
  private func read(_ text: String, in folder: TemporaryFolder) throws -> Experiment {
    try ExperimentFile.read(path: try folder.write(text, to: "t.yaml"))
  }

  private func check(_ experiment: Experiment) throws {
    let folder = try TemporaryFolder("recipe-file")
    for recipe in experiment.recipes where recipe.stage?.earlier.isEmpty != true {
      let text = try RecipeFile(recipe).text()
      let again: Experiment
      do {
        again = try read(text, in: folder)
      } catch {
        Issue.record("\(recipe.runName): \(error)\n\(text)")
        continue
      }
      let wanted = recipe.canonicalJSON(includingSeed: true)
      let found = again.recipes.first { $0.canonicalJSON(includingSeed: true) == wanted }
      #expect(found != nil, "\(recipe.runName):\n\(text)")
      #expect(found?.label == recipe.label)
      #expect(found?.dataset == recipe.dataset)
      #expect(found?.split == recipe.split)
      #expect(found?.storesPredictions == recipe.storesPredictions)
    }
  }

  @Test("every run of every shipped file is made again by its own file")
  func shipped() throws {
    let folder = ShippedFileTests.folder
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    for name in names.sorted() where name.hasSuffix(".yaml") {
      try check(try ExperimentFile.read(path: folder.appending(path: name).path))
    }
  }

  @Test("so is every run of odd files", arguments: oddFiles.indices)
  func odd(index: Int) throws {
    let folder = try TemporaryFolder("odd-file")
    try check(try read(Self.oddFiles[index], in: folder))
  }

  @Test("a first stage does not know the others, and says so")
  func firstStage() throws {
    let path = ShippedFileTests.folder.appending(path: "study-two-stages.yaml").path
    let first = try #require(try ExperimentFile.read(path: path).recipes.first)
    #expect(throws: RecipeFile.Failure.self) { try RecipeFile(first).text() }
  }

  @Test("the resolved text of a file has the same runs, wherever it lies")
  func resolved() throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: ShippedFileTests.folder.path)
    let folder = try TemporaryFolder("resolved")
    for name in names.sorted() where name.hasSuffix(".yaml") {
      let path = ShippedFileTests.folder.appending(path: name).path
      let changes = [(key: "training.batch", value: "7")]
      let text = try ExperimentFile.resolved(path: path, overrides: changes)
      let again = try read(text, in: folder)
      #expect(again.recipes == (try ExperimentFile.read(path: path, overrides: changes)).recipes)
      #expect(!text.contains("extends"))
    }
  }

  @Test("odd files too", arguments: oddFiles.indices)
  func resolvedOdd(index: Int) throws {
    let folder = try TemporaryFolder("resolved-odd")
    let path = try folder.write(Self.oddFiles[index], to: "t.yaml")
    let text = try ExperimentFile.resolved(path: path)
    let again = try read(text, in: try TemporaryFolder("resolved-elsewhere"))
    #expect(again.recipes == (try ExperimentFile.read(path: path)).recipes)
  }
}
