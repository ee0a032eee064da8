import Datasets
import Experiments
import Recipes
import Testing

@Suite("folds in a file") struct FoldReadingTests {
  private static let file =
    Reading.head + "split: {folds: 3, validation: 0.2}\nseeds: 2\n"
    + "strategies:\n  baseline: {}\n  sqrt-sampling: {}\n"

  @Test func `every strategy and seed has a run a fold, folds within a seed`() throws {
    let experiment = try Reading.read(Self.file)
    #expect(
      experiment.recipes.map(\.runName) == [
        "baseline-s1-f1", "sqrt-sampling-s1-f1", "baseline-s1-f2", "sqrt-sampling-s1-f2",
        "baseline-s1-f3", "sqrt-sampling-s1-f3", "baseline-s2-f1", "sqrt-sampling-s2-f1",
        "baseline-s2-f2", "sqrt-sampling-s2-f2", "baseline-s2-f3", "sqrt-sampling-s2-f3",
      ])
    #expect(experiment.datasets.count == 1)
    #expect(experiment.splits.map(\.fold) == [1, 2, 3])
    #expect(experiment.splits.allSatisfy { $0.foldCount == 3 && $0.validation == 0.2 })
    let once = try Reading.read(Reading.head + "strategies: {baseline: {}}\n")
    #expect(once.splits.map(\.fold) == [nil])
    #expect(once.recipes.map(\.runName) == ["baseline-s1"])
  }

  @Test func `folds are runs of their own in one group`() throws {
    let recipes = try Reading.read(Self.file).recipes.filter { $0.label == "baseline" }
    let digest = String(repeating: "0", count: 64)
    #expect(Set(recipes.map { $0.configHash(datasetDigest: digest) }).count == 6)
    #expect(Set(recipes.map { $0.groupHash(datasetDigest: digest) }).count == 1)
    let other = try Reading.read(Self.file.replacing("folds: 3", with: "folds: 4")).recipes[0]
    #expect(
      other.groupHash(datasetDigest: digest) != recipes[0].groupHash(datasetDigest: digest))
  }

  @Test func `one fold can be asked for, with what its runs start from`() throws {
    let experiment = try Reading.read(
      Self.file + "  moved: {strategy: tau-normalization}\n")
    let second = try experiment.restricted(to: [RunCondition(.fold, is: "2")])
    #expect(second.recipes.count == 6 && second.recipes.allSatisfy { $0.split.fold == 2 })
    let moved = try experiment.restricted(
      to: [RunCondition(.strategy, is: "moved"), RunCondition(.fold, is: "3")])
    #expect(
      moved.recipes.map(\.runName) == [
        "baseline-s1-f3", "moved-s1-f3", "baseline-s2-f3", "moved-s2-f3",
      ])
    #expect(second.splits.map(\.fold) == [2])
    let one = try experiment.restricted(
      to: [RunCondition(.fold, is: "2"), RunCondition(.seed, is: "1")])
    #expect(one.recipes.count == experiment.strategies.count)
    #expect(throws: NoRunIsLeft.self) {
      try experiment.restricted(to: [RunCondition(.fold, is: "4")])
    }
    #expect(RunCondition("fold=2") == RunCondition(.fold, is: "2"))
  }

  @Test func `a file that extends another one may put folds in place of its test rule`() throws {
    let base = Reading.head + "split: {test: 0.3, validation: 0.2}\n"
    let text = "extends: base.yaml\nname: t\nsplit: {folds: 4}\nstrategies: {baseline: {}}\n"
    let experiment = try Reading.read(text, beside: ["base.yaml": base])
    #expect(experiment.splits.count == 4)
    #expect(experiment.splits[0].validation == 0.2)
    let back = "extends: base.yaml\nname: t\nsplit: {test: 0.3}\nstrategies: {baseline: {}}\n"
    let folded = Reading.head + "split: {folds: 4}\n"
    #expect(
      try Reading.read(back, beside: ["base.yaml": folded]).recipes[0].split.test
        == .stratified(share: 0.3))
  }

  @Test func `groups are read in short and as rules`() throws {
    let csv = """
      name: t
      dataset: {format: csv, root: data, file: f, id: i, label: l, image: "{i}"}
      image: {size: 32}
      strategies: {baseline: {}}

      """
    func group(_ text: String, in head: String = csv) throws -> GroupRule? {
      try Reading.read(head + "split: {group: \(text)}\n").recipes[0].split.group
    }
    #expect(try group("patient_id") == .column("patient_id"))
    #expect(try group("7") == .column("7"))
    #expect(try group("{column: patient_id}") == .column("patient_id"))
    #expect(
      try group("{column: file, pattern: '^(p[0-9]+)_'}")
        == .pattern("^(p[0-9]+)_", column: "file"))
    let folders = Reading.head + "strategies: {baseline: {}}\n"
    #expect(
      try group("{pattern: '/(p[0-9]+)_'}", in: folders) == .pattern("/(p[0-9]+)_", column: nil))
    let json = try Reading.read(folders).recipes[0].canonicalJSON(includingSeed: true)
    #expect(!json.contains("group") && !json.contains("fold\"") && !json.contains("keep"))
  }

  @Test func `a tail's validation follows unless it is kept`() throws {
    let head = Reading.head + "strategies: {baseline: {}}\n"
    let tail = try Reading.read(head + "split: {long_tail: {factor: 10}}\n").recipes[0]
    #expect(tail.split.longTail?.validation == .follow)
    #expect(
      tail.canonicalJSON(includingSeed: true)
        .contains(#""longTail":{"factor":10,"profile":"exponential"}"#))
    let kept = try Reading.read(
      head + "split: {long_tail: {factor: 10, validation: keep}}\n"
    ).recipes[0]
    #expect(kept.split.longTail?.validation == .keep)
    #expect(kept.canonicalJSON(includingSeed: true).contains(#""validation":"keep""#))
  }

  @Test func `lists of ids go with every format`() throws {
    let recipe = try Reading.read(
      Reading.head + "split: {test: {lists: {train: a, validation: b, test: c}}}\n"
        + "strategies: {baseline: {}}\n"
    ).recipes[0]
    #expect(recipe.split.test == .lists(train: "a", validation: "b", test: "c"))
  }
}
