import Experiments
import Images
import Networks
import Recipes
import Testing

/// The defaults that ``FileSection`` documents, against those that the readers assume.
@Suite("Documented defaults") struct KeyDefaultTests {
  typealias Setting = (key: String, value: String)

  /// Keys whose default cannot be written out, because an empty list is refused where it has a
  /// meaning.
  private static let unwritable = ["training.schedule.milestones"]

  /// What must be set so that a key has a meaning.
  private static let contexts: [String: [Setting]] = [
    "dataset.separator": [csv], "dataset.encoding": [csv],
    "split.long_tail.profile": [("split.long_tail.factor", "10")],
    "split.long_tail.validation": [("split.long_tail.factor", "10")],
    "model.cache_limit": [("model.freeze", "layer1")],
    "model.head.scale": [("model.head.kind", "cosine")],
    "training.optimizer.beta1": [("training.optimizer.rule", "adamw")],
    "training.optimizer.beta2": [("training.optimizer.rule", "adamw")],
    "training.optimizer.epsilon": [("training.optimizer.rule", "adamw")],
    "training.schedule.gamma": [
      ("training.schedule.curve", "step"), ("training.schedule.milestones", "[4]"),
    ],
  ]
  private static let csv: Setting = (
    "dataset",
    #"{format: csv, root: /data, file: t.csv, id: i, label: l, text: t, image: "{i}.png"}"#
  )
  private static let texts: [Setting] = [csv, ("model.text.variant", "joint")]

  /// The value in a default such as `` `0.1` ``; `nil` where it is words, or names another key.
  private static func literal(of key: FileKey, in section: FileSection) -> String? {
    guard key.usual.hasPrefix("`"), key.usual.hasSuffix("`"),
      key.usual.count(where: { $0 == "`" }) == 2
    else { return nil }
    let text = String(key.usual.dropFirst().dropLast())
    return section.keys.contains { $0.name == text } ? nil : text
  }

  /// The settings of two files that must be equal: one that leaves a key out, and one that gives it
  /// its documented default.
  private static func settings(
    _ section: FileSection, _ key: FileKey, _ value: String
  ) -> (absent: [Setting], given: [Setting]) {
    switch section.name {
    case "stages":
      func stages(_ first: String) -> [Setting] {
        [("stages", "[{name: a, classes: {top: 2}\(first)}, {name: b, classes: {remaining: 2}}]")]
      }
      return (stages(""), stages(", \(key.name): \(value)"))
    case "augmentation[]":
      return (
        [("augmentation", "[\(key.name)]")], [("augmentation", "[{\(key.name): \(value)}]")]
      )
    default:
      let name = section.name.replacing("*", with: "baseline")
      let path = name.isEmpty ? key.name : "\(name).\(key.name)"
      let isText = section.name == "model.text" && key.name != "variant"
      let absent = isText ? texts : contexts[path] ?? []
      return (absent, absent + [(path, value)])
    }
  }

  private static func read(_ settings: [Setting]) throws -> Experiment {
    var experiment = try Reading.read(
      """
      name: t
      dataset: {format: folder, root: /data}
      image: {size: 32}
      strategies: {baseline: {}, inverse-weights: {}}

      """, set: settings)
    for index in experiment.recipes.indices {
      // The limit that counts: absent and its default are the same.
      let limit = experiment.recipes[index].model.cacheLimit
      experiment.recipes[index].model.cacheLimit = limit ?? ModelConfiguration.usualCacheLimit
      // The documentation rounds to thousandths.
      experiment.recipes[index].augmentation = try experiment.recipes[index].augmentation.map {
        try PixelTransform(
          name: $0.name, values: $0.values.mapValues { ($0 * 1000).rounded() / 1000 })
      }
    }
    // Only notes tell what is assumed; that a key without effect is given may be warned of.
    experiment.warnings.removeAll { $0.severity != .note }
    return experiment
  }

  /// What is wrong with the defaults of a section, one sentence each.
  private static func findings(_ section: FileSection) throws -> [String] {
    try section.keys.compactMap { key in
      let name = "\(section.name).\(key.name)"
      guard let value = literal(of: key, in: section), !unwritable.contains(name) else {
        return nil
      }
      let (absent, given) = settings(section, key, value)
      let usual = try read(absent)
      guard let written = try? read(given) else { return "\(name): \(value) cannot be read" }
      let isEqual =
        written.recipes == usual.recipes && written.seeds == usual.seeds
        && written.baseline == usual.baseline && written.limits == usual.limits
        && written.warnings.map(\.message) == usual.warnings.map(\.message)
      return isEqual ? nil : "\(name): \(value) is not what is assumed"
    }
  }

  @Test("are what a file without the key comes to", arguments: FileSection.all)
  func documented(section: FileSection) throws { #expect(try Self.findings(section) == []) }

  @Test("are compared for most keys that have one")
  func isThorough() {
    let compared = FileSection.all.flatMap { section in
      section.keys.filter { Self.literal(of: $0, in: section) != nil }
    }
    #expect(compared.count >= 70)
  }

  @Test(
    "that differ are found",
    arguments: [
      ("", "seeds", "`[2]`"), ("dataset", "quarantine_limit", "`0.06`"),
      ("split.long_tail", "profile", "`step`"), ("model", "cache_limit", "`9`"),
      ("model.text", "min_count", "`3`"), ("training.schedule", "gamma", "`0.2`"),
      ("limits", "retries", "`2`"), ("augmentation[]", "horizontal_flip", "`{probability: 0.4}`"),
      ("stages", "training", "`{batch: 8}`"), ("training", "epochs", "`nine`"),
    ])
  func planted(name: String, key: String, usual: String) throws {
    var section = try #require(FileSection.all.first { $0.name == name })
    let index = try #require(section.keys.firstIndex { $0.name == key })
    section.keys[index].usual = usual
    #expect(try Self.findings(section).count == 1)
  }

  @Test("that depend on the data's format or the architecture are so")
  func dependent() throws {
    func recipe(_ settings: Setting...) throws -> Recipe { try Self.read(settings).recipes[0] }
    #expect(try recipe(Self.csv, ("split.test", "0.2")) == recipe(Self.csv))
    // Of folders only the data can tell whether they have a division of their own.
    #expect(try recipe(("split.test", "0.2")).split.prefersGiven == nil)
    #expect(try recipe().split.prefersGiven == true)
    #expect(
      try recipe(("split.test", "0.2")).configHash(datasetDigest: "d")
        == recipe().configHash(datasetDigest: "d"))
    let lists: Setting = ("dataset", "{format: list, root: /data, train_list: a.txt}")
    #expect(try recipe(lists).split.prefersGiven == true)
    let tested: Setting = ("dataset.test_list", "b.txt")
    #expect(try recipe(lists, tested, ("split.test", "given")) == recipe(lists, tested))
    let cifar: Setting = ("dataset.format", "cifar10")
    #expect(try recipe(cifar, ("split.test", "given")) == recipe(cifar))
    #expect(try recipe(("model.stem", "imagenet")) == recipe())
    let small: Setting = ("model.architecture", "cifar_resnet20")
    #expect(try recipe(small, ("model.stem", "small")) == recipe(small))
  }
}
