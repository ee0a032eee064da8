import Recipes
import Results

/// The runs that `exclude` leaves out. An entry covers a run when everything it names agrees.
final class Exclusion {
  private struct Entry {
    var place: Place
    var label: String?
    var seed: UInt64?
    var swept: [String: JSONValue]
    var isUsed = false
  }
  private let problems: ProblemList
  private var excluded: [Entry] = []

  init(_ root: SectionReader, entries: [StrategyEntry], labels: [String]) {
    problems = root.problems
    excluded =
      root.list("exclude", of: "mappings") { node in
        Self.read(node, root, entries: entries, labels: labels)
      } ?? []
  }

  /// Whether a run is left out.
  func covers(_ recipe: Recipe, swept: [String: JSONValue]) -> Bool {
    var isCovered = false
    for (index, entry) in excluded.enumerated() {
      let agrees =
        (entry.label.map { $0 == recipe.label } ?? true)
        && (entry.seed.map { $0 == recipe.seed } ?? true)
        && entry.swept.allSatisfy { key, value in
          swept[key].map { Self.isEqual($0, value) } ?? false
        }
      if agrees {
        excluded[index].isUsed = true
        isCovered = true
      }
    }
    return isCovered
  }

  /// Tells of entries that leave nothing out.
  func warnOfIdleEntries() {
    for entry in excluded where !entry.isUsed {
      problems.warn(entry.place, "exclude: no run agrees with this entry")
    }
  }

  private static func isEqual(_ a: JSONValue, _ b: JSONValue) -> Bool {
    a == b || (try? CanonicalJSON.text(of: a)) == (try? CanonicalJSON.text(of: b))
  }

  private static func read(
    _ node: FileNode, _ root: SectionReader, entries: [StrategyEntry], labels: [String]
  ) -> Entry? {
    guard let listed = node.entries, !listed.isEmpty else {
      root.addWrong(
        node, "exclude", expected: "a mapping",
        hint: "write for example '{strategy: sweep, seed: 3}'")
      return nil
    }
    let label = node["strategy"]?.text
    let sweptKeys = entries.filter { label == nil || $0.label == label }
      .flatMap { $0.variants.flatMap(\.swept.keys) }
    var known = FileSection.exclude.keys
    for key in Set(sweptKeys).sorted() { known.append(FileKey(key, "", "", "")) }
    let section = SectionReader(
      node, FileSection("exclude", known), at: root.place, problems: root.problems)
    if let label, !labels.contains(label) {
      section.add(
        "strategy", "no strategy has the label '\(label)'",
        hint: Suggestion.text(for: label, among: labels, called: "labels"))
    }
    let seed = section.integer("seed", expected: "a whole number of at least 0") { $0 >= 0 }
    let swept = listed.filter { !["strategy", "seed"].contains($0.key) }
      .map { ($0.key, $0.value.json) }
    return Entry(
      place: node.place, label: section.text("strategy"), seed: seed.map { UInt64($0) },
      swept: Dictionary(swept, uniquingKeysWith: { $1 }))
  }
}
