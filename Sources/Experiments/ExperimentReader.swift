import Datasets
import Images
import Networks
import Recipes
import Results

/// Reads the merged mapping of an experiment file and makes its recipes.
struct ExperimentReader {
  /// Runs beyond this are a slip.
  static let runLimit = 10_000
  let root: SectionReader
  let file: String
  let problems: ProblemList
  private let node: FileNode
  private let weights: WeightReader

  init(_ node: FileNode, file: String, problems: ProblemList, weights: WeightReader) {
    (self.node, self.file, self.problems, self.weights) = (node, file, problems, weights)
    root = SectionReader(node, .file, at: node.place, problems: problems)
  }

  /// What the recipes of all strategies share.
  private struct Shared {
    var name: String
    var dataset: DatasetConfiguration
    var split: SplitConfiguration
    var image: ImageConfiguration
    var augmentation: [PixelTransform]
    var storesPredictions: Bool
  }

  /// The experiment, or `nil` with problems told. Its source is filled in by the caller.
  func read() -> Experiment? {
    let shared = shared()
    let (tags, note) = (tags(), root.text("note"))
    let training = TrainingReader(section: root.section("training", .training)).read()
    let model = ModelReader(
      section: root.section("model", .model), weights: weights
    ).read()
    let limits = limits()
    let page = page()
    let seeds = seeds()
    let entries = strategies()
    let stages = StageReader(root: root, file: node).read()
    let baseline = baseline(entries)
    let exclusion = Exclusion(
      root, entries: entries, labels: root.node("strategies")?.entries?.map(\.key) ?? [])
    let groups = entries.flatMap { entry in
      entry.variants.map { group(entry, $0, usual: (model, training), stages) }
    }
    if let shared {
      checkTexts(
        groups.map { ($0.label, $0.place, $0.model) }, dataset: shared.dataset, split: shared.split)
    }
    checkPairings(groups.map { ($0.label, $0.place, $0.model, $0.variant.strategy.strategy) })
    if let shared {
      checkChoices(
        groups.map { ($0.label, $0.place, $0.variant.strategy.strategy) }, split: shared.split)
    }
    guard let shared, problems.isEmpty else { return nil }
    let samples = groups.map { (recipe: recipe($0, shared, seed: 1), place: $0.place) }
    checkDifferent(samples)
    checkCompensation(samples)
    let folds = shared.split.foldCount ?? 1
    guard groups.count * seeds.count * max(stages.count, 1) * folds <= Self.runLimit else {
      problems.add(root.place(of: "strategies"), "more than \(Self.runLimit) runs")
      return nil
    }
    let recipes = recipes(groups, shared, seeds: seeds, without: exclusion)
    checkStages(stages, recipes)
    exclusion.warnOfIdleEntries()
    check(recipes, baseline: baseline)
    let places = Dictionary(entries.map { ($0.label, $0.place) }, uniquingKeysWith: { $1 })
    checkBases(recipes, places: places)
    checkShapes(recipes, places: places)
    noteFrozen(recipes)
    let equal = problems.isEmpty ? noteEquals(samples, baseline: baseline) : []
    if folds == 1 {
      noteSignificance(of: recipes, seeds: seeds.count, baseline: baseline, without: equal)
    }
    var experiment = Experiment(
      name: shared.name, file: file, source: "", extended: [], baseline: baseline,
      recipes: recipes, strategies: entries.map(Self.info), seeds: seeds, limits: limits,
      warnings: problems.warnings, marks: SourceMarks(node), heads: weights.heads)
    experiment.usual = usualRecipes(entries, shared, usual: (model, training), stages)
    (experiment.tags, experiment.note, experiment.page) = (tags, note, page)
    return experiment
  }

  /// A run without overrides, one a stage.
  private func usualRecipes(
    _ entries: [StrategyEntry], _ shared: Shared,
    usual: (model: ModelConfiguration, training: TrainingConfiguration),
    _ stages: [StageReader.Entry]
  ) -> [Recipe] {
    guard let entry = entries.first, var plain = entry.variants.first else { return [] }
    (plain.text, plain.swept, plain.overrides, plain.overridden) = ("", [:], [], nil)
    let group = group(entry, plain, usual: usual, stages)
    let recipe = recipe(group, shared, seed: 1)
    return group.stages.isEmpty
      ? [recipe] : group.stages.indices.map { recipe.staged($0, of: group.stages) }
  }

  private func shared() -> Shared? {
    let name = word("name", example: "night")
    for key in ["dataset", "image", "strategies"] where root.node(key) == nil {
      root.addMissing(key, example: key == "image" ? "{size: 64}" : "{…}")
    }
    let reader = DatasetReader(section: root.section("dataset", .dataset))
    let dataset = root.node("dataset") == nil ? nil : reader.read()
    let split = SplitReader(
      section: root.section("split", .split), format: reader.format,
      hasTestFiles: ["test_images", "test_list"].contains { reader.section.node($0) != nil }
    ).read()
    let imageSection = root.section("image", .image)
    let image = root.node("image") == nil ? nil : ImageReader(section: imageSection).read()
    let augmentation = TransformReader(section: root).read("augmentation")
    let stores = root.boolean("store_predictions", default: false)
    guard let name, let dataset, let image else { return nil }
    return Shared(
      name: name, dataset: dataset, split: split, image: image, augmentation: augmentation,
      storesPredictions: stores)
  }

  /// A name that is fit for a folder.
  private func word(_ key: String, example: String) -> String? {
    guard root.node(key) != nil else {
      root.addMissing(key, example: example)
      return nil
    }
    guard let text = root.text(key) else { return nil }
    guard Self.isWord(text, allowing: "._-") else {
      root.add(
        key, "received '\(text)', expected letters, digits, '.', '_' and '-'",
        hint: "it names folders and rows of the store")
      return nil
    }
    return text
  }

  static func isWord(_ text: String, allowing others: String) -> Bool {
    guard let first = text.first, first != ".", first != "-", text.count <= 64 else { return false }
    return text.allSatisfy {
      $0.isASCII && ($0.isLetter || $0.isNumber) || others.contains($0)
    }
  }

  private func limits() -> SweepLimits {
    let section = root.section("limits", .limits)
    let usual = SweepLimits()
    return SweepLimits(
      run: section.seconds("run"), night: section.seconds("night"),
      failuresInARow: section.integer(
        "failures_in_a_row", default: usual.failuresInARow, expected: "a whole number of at least 1"
      ) { $0 >= 1 },
      retries: section.integer(
        "retries", default: usual.retries, expected: "a whole number from 0 to 100"
      ) { (0...100).contains($0) },
      silence: section.seconds("silence") ?? usual.silence)
  }

  /// The page that is kept up to date while the sweep runs.
  private func page() -> String? {
    let section = root.section("report", .report)
    guard let path = section.text("html") else { return nil }
    guard path.lowercased().hasSuffix(".html"), !path.hasSuffix("/.html"), path.count > 5 else {
      section.add("html", "received '\(path)', expected a file's name that ends with .html")
      return nil
    }
    return path
  }

  private func seeds() -> [UInt64] {
    guard let node = root.node("seeds") else { return [1] }
    if node.elements == nil {
      let count = root.integer(
        node, "seeds", expected: "a list of whole numbers, or how many from 1 to 1000"
      ) { (1...1000).contains($0) }
      return (1...UInt64(count ?? 1)).map(\.self)
    }
    var seen: Set<Int> = []
    let seeds = root.list("seeds", of: "whole numbers") { node -> UInt64? in
      let seed = root.integer(node, "seeds", expected: "whole numbers of at least 0") { $0 >= 0 }
      guard let seed else { return nil }
      if !seen.insert(seed).inserted {
        problems.add(node.place, "seeds: \(seed) stands twice", hint: "a run is made once")
      }
      return UInt64(seed)
    }
    if node.elements?.isEmpty == true { root.add("seeds", "the list is empty") }
    return seeds ?? [1]
  }

  private func strategies() -> [StrategyEntry] {
    guard let node = root.node("strategies") else { return [] }
    guard let entries = node.entries, !entries.isEmpty else {
      root.addWrong(
        node, "strategies", expected: "a mapping of at least one strategy",
        hint: "write for example 'strategies: {baseline: {}}'")
      return []
    }
    return entries.compactMap { entry in
      guard Self.isWord(entry.key, allowing: "_-") else {
        problems.add(
          entry.place,
          "strategies: received the label '\(entry.key)', "
            + "expected letters, digits, '_' and '-'", hint: "it names rows and folders")
        return nil
      }
      return StrategyReader(
        label: entry.key, node: entry.value, place: entry.place, problems: problems
      ).read()
    }
  }

  private func baseline(_ entries: [StrategyEntry]) -> String {
    let label = root.text("baseline") ?? "baseline"
    let labels = root.node("strategies")?.entries?.map(\.key) ?? []
    guard !labels.isEmpty else { return label }
    if !labels.contains(label) {
      let place = root.node("baseline")?.place ?? root.place(of: "strategies")
      let near = Suggestion.nearest(to: label, among: labels)
      problems.add(
        place, "baseline: no strategy has the label '\(label)'",
        hint: (near.map { "did you mean '\($0)'? " } ?? "")
          + "labels: \(labels.joined(separator: ", "))")
    } else if let entry = entries.first(where: { $0.label == label }), entry.variants.count > 1 {
      problems.add(
        entry.place, "the baseline '\(label)' has \(entry.variants.count) variants",
        hint: "what others are compared with is one thing; sweep it under another label")
    }
    return label
  }

  /// All seeds of one variant.
  private struct Group {
    var label: String
    var place: Place
    var variant: StrategyEntry.Variant
    var model: ModelConfiguration
    var training: TrainingConfiguration
    /// What differs by stage; empty where there are none.
    var stages: [Stage.Part] = []
  }

  /// One variant with its overrides, which are read as if they stood in the file.
  private func group(
    _ entry: StrategyEntry, _ variant: StrategyEntry.Variant,
    usual: (model: ModelConfiguration, training: TrainingConfiguration),
    _ stages: [StageReader.Entry]
  ) -> Group {
    var group = Group(
      label: entry.label, place: entry.place, variant: variant, model: usual.model,
      training: usual.training)
    func changed(_ file: FileNode) -> SectionReader {
      let file = file.removing(["strategies"])
      return SectionReader(
        variant.overridden?.merged(over: file) ?? file, .file, at: node.place, problems: problems)
    }
    group.stages = stages.map { stage in
      let section = changed(stage.file)
      return Stage.Part(
        name: stage.name,
        classes: DatasetReader.classes(of: section.section("dataset", .dataset)),
        training: TrainingReader(section: section.section("training", .training)).read())
    }
    guard variant.overridden != nil else { return group }
    let section = changed(node)
    group.model = ModelReader(
      section: section.section("model", .model), weights: weights
    ).read()
    group.training = TrainingReader(section: section.section("training", .training)).read()
    return group
  }

  /// Every run that is not excluded, seeds breadth-first, then folds, the stages of a run one after
  /// the other.
  private func recipes(
    _ groups: [Group], _ shared: Shared, seeds: [UInt64], without exclusion: Exclusion
  ) -> [Recipe] {
    seeds.flatMap { seed in
      shared.split.folds.flatMap { split in
        groups.flatMap { group -> [Recipe] in
          var recipe = recipe(group, shared, seed: seed)
          recipe.split = split
          guard !exclusion.covers(recipe, swept: group.variant.swept) else { return [] }
          return group.stages.isEmpty
            ? [recipe] : group.stages.indices.map { recipe.staged($0, of: group.stages) }
        }
      }
    }
  }

  private func recipe(_ group: Group, _ shared: Shared, seed: UInt64) -> Recipe {
    var recipe = Recipe(
      experiment: shared.name, label: group.label, variant: group.variant.text, seed: seed,
      strategy: group.variant.strategy, dataset: shared.dataset, split: shared.split,
      image: shared.image, model: group.model, training: group.training,
      augmentation: shared.augmentation, overrides: group.variant.overrides,
      storesPredictions: shared.storesPredictions)
    recipe.allowsOvercompensation = group.variant.allowsOvercompensation
    return recipe
  }

  private static func info(_ entry: StrategyEntry) -> Experiment.StrategyInfo {
    Experiment.StrategyInfo(
      label: entry.label, name: entry.name, variants: entry.variants.map(\.text),
      overrides: Set(entry.variants.flatMap(\.overrides)).sorted())
  }
}
