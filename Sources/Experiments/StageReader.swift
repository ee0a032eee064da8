import Datasets
import Recipes

/// Reads `stages`: each entry is the file with other classes and, if it says so, another training.
struct StageReader {
  /// One entry, as the file would be with it.
  struct Entry {
    var name: String
    var place: Place
    var file: FileNode
  }

  let root: SectionReader
  let file: FileNode

  /// More are a slip: each run knows all stages before its own, so that their number counts twice.
  static let limit = 100

  /// The stages in their order; empty where the file has none.
  func read() -> [Entry] {
    guard let node = root.node("stages") else { return [] }
    guard let elements = node.elements, elements.count >= 2 else {
      root.addWrong(
        node, "stages", expected: "a list of at least two stages",
        hint: "write for example '- {name: head, classes: {top: 20}, training: {epochs: 4}}'")
      return []
    }
    guard elements.count <= Self.limit else {
      root.addWrong(
        node, "stages", expected: "at most \(Self.limit) stages",
        hint: "every run names all stages before its own")
      return []
    }
    var seen: Set<String> = []
    return elements.enumerated().compactMap { index, element in
      let section = SectionReader(
        element, FileSection("stages[\(index)]", FileSection.stage.keys), at: node.place,
        problems: root.problems)
      guard let name = name(section, &seen) else { return nil }
      guard let classes = element["classes"] else {
        section.addMissing("classes", example: index == 0 ? "{top: 20}" : "{remaining: 20}")
        return nil
      }
      var file = classes.wrapped(in: ["dataset", "classes"], at: classes.place).merged(over: file)
      if let training = element["training"] {
        file = training.wrapped(in: ["training"], at: training.place).merged(over: file)
      }
      return Entry(name: name, place: element.place, file: file)
    }
  }

  private func name(_ section: SectionReader, _ seen: inout Set<String>) -> String? {
    guard section.node("name") != nil else {
      section.addMissing("name", example: "head")
      return nil
    }
    guard let name = section.text("name") else { return nil }
    guard ExperimentReader.isWord(name, allowing: "_-") else {
      section.add("name", "received '\(name)', expected letters, digits, '_' and '-'")
      return nil
    }
    guard seen.insert(name).inserted else {
      section.add(
        "name", "two stages are called '\(name)'", hint: "their runs are told apart by it")
      return nil
    }
    return name
  }
}

extension ExperimentReader {
  /// Refuses what has no meaning in stages.
  func checkStages(_ stages: [StageReader.Entry], _ recipes: [Recipe]) {
    guard let first = stages.first else { return }
    if let tail = root.node("split")?["long_tail"],
      recipes.contains(where: { $0.split.longTail != nil })
    {
      problems.add(
        tail.place,
        "split.long_tail would be cut of each stage's classes by themselves, and not of all",
        hint: "remove the stages, or long_tail")
    }
    if let folds = root.node("split")?["folds"], recipes.contains(where: { $0.split.fold != nil }) {
      problems.add(
        folds.place, "split.folds has no stages", hint: "remove the stages, or give split.test")
    }
    for recipe in recipes where recipe.model.text != nil {
      problems.add(
        first.place,
        "strategies.\(recipe.label) reads texts (model.text.variant), and a stage's vocabulary would "
          + "be that of its own classes",
        hint: "remove the stages, or set model.text.variant to none")
      return
    }
  }
}
