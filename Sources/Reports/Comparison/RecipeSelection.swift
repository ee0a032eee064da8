import Results

/// Which of a sweep's recipes a report is about.
public enum RecipeChoice: Hashable, Sendable {
  /// Of each data set the one that was planned last.
  case newest
  /// Each one by itself.
  case all
  /// The one whose hash begins like this.
  case one(String)
}

/// Runs of one data set with one recipe, and what was left out beside them.
struct RecipeSelection {
  var dataset: String
  /// `nil` where none is known.
  var record: RecipeRecord?
  var runs: [RunSummary]
  /// Runs whose label and variant stand for another run now.
  var replaced: Set<RunID> = []
  var remarks: [Remark] = []

  /// The selections of each data set in the order in which the data sets first occur.
  static func all(
    of runs: [RunSummary], among recipes: [RecipeRecord], _ choice: RecipeChoice
  ) throws(ComparisonError) -> [RecipeSelection] {
    let shown = runs.filter { !$0.isArchived }
    let ids = Set(shown.map(\.id))
    let known = recipes.filter { !ids.isDisjoint(with: $0.runs + $0.replaced) }
    if case .one(let start) = choice,
      !known.contains(where: { $0.recipe.hash.hasPrefix(start.lowercased()) })
    {
      throw .unknownRecipe(start, known: known.map(\.recipe.id))
    }
    return Comparison.distinct(shown.map(\.dataset)).flatMap { name in
      let here = shown.filter { $0.dataset == name }
      let records = known.filter { $0.dataset == name }
      guard let newest = records.last else {
        return [RecipeSelection(dataset: name, runs: here)]
      }
      let archived = runs.count { $0.dataset == name && $0.isArchived }
      return chosen(records, choice).map { record in
        RecipeSelection(record, newest: newest, choice, among: records, here, archived: archived)
      }
    }
  }

  private static func chosen(_ records: [RecipeRecord], _ choice: RecipeChoice) -> [RecipeRecord] {
    switch choice {
    case .newest: records.suffix(1)
    case .all: records.reversed()
    case .one(let start): records.filter { $0.recipe.hash.hasPrefix(start.lowercased()) }
    }
  }

  private init(dataset: String, runs: [RunSummary]) {
    (self.dataset, self.runs) = (dataset, runs)
  }

  private init(
    _ record: RecipeRecord, newest: RecipeRecord, _ choice: RecipeChoice,
    among records: [RecipeRecord], _ runs: [RunSummary], archived: Int
  ) {
    (dataset, self.record) = (record.dataset, record)
    let own = Set(record.runs)
    replaced = Set(record.replaced)
    let visible = choice == .newest ? own : own.union(replaced)
    self.runs = runs.filter { visible.contains($0.id) }
    if choice == .newest {
      remarks = Self.setAside(runs, own, records.dropLast(), newest: record)
      remarks += Self.replacedRuns(runs.filter { replaced.contains($0.id) })
    } else if record.recipe != newest.recipe {
      let changes = Self.listed(record.changes(to: newest, arrow: "→"))
      remarks = [Remark(.recipe, "Recipe \(record.recipe.id) is not the newest: \(changes).")]
    }
    if archived > 0 {
      remarks.append(
        Remark(
          .archived,
          Figures.count(archived, "archived run", "archived runs") + " left out; "
            + "poise runs --archived lists them."))
    }
    remarks += Self.missingFolds(self.runs, of: record.recipe)
    var said: Set<String> = []
    remarks += record.datasets.flatMap(\.remarks).filter { said.insert($0.text).inserted }
      .map { Remark(.data, "data: \($0.text)") }
  }

  /// One remark an older recipe, the newest three.
  private static func setAside(
    _ runs: [RunSummary], _ own: Set<RunID>, _ older: some Collection<RecipeRecord>,
    newest: RecipeRecord
  ) -> [Remark] {
    var counted = own
    let groups = older.reversed().compactMap { record -> (record: RecipeRecord, count: Int)? in
      let members = Set(record.runs + record.replaced)
      let left = runs.filter { members.contains($0.id) && !counted.contains($0.id) }
      counted.formUnion(left.map(\.id))
      return left.isEmpty ? nil : (record, left.count)
    }
    var remarks = groups.prefix(3).map { record, count in
      let changes = listed(record.changes(to: newest, arrow: "→"))
      return Remark(
        .recipe,
        Figures.count(count, "older run", "older runs") + " (\(changes)) set aside; "
          + "--recipe lists them.")
    }
    let rest = groups.dropFirst(3)
    if !rest.isEmpty {
      let count = rest.reduce(0) { $0 + $1.count }
      remarks.append(
        Remark(
          .recipe,
          Figures.count(count, "older run", "older runs") + " of "
            + Figures.count(rest.count, "more recipe", "more recipes") + " set aside too."))
    }
    return remarks
  }

  /// Where a sweep has runs of some folds only, how many the recipe divides the data into.
  private static func missingFolds(_ runs: [RunSummary], of recipe: SharedRecipe) -> [Remark] {
    let settings = try? JSONValue(parsing: recipe.settings)
    guard case .integer(let count)? = settings?[path: "split.test.fold.of"] else { return [] }
    let folds = Set(runs.compactMap(\.fold)).sorted()
    guard folds.count < count else { return [] }
    let list = folds.map(String.init).joined(separator: ", ")
    return [
      Remark(
        .missing,
        "\(folds.count) of \(count) folds have runs (\(list)): figures are over the test images of these "
          + "folds only.")
    ]
  }

  private static func replacedRuns(_ runs: [RunSummary]) -> [Remark] {
    Comparison.distinct(runs.map(\.strategy)).map { label in
      let count = runs.count { $0.strategy == label }
      return Remark(
        .recipe,
        Figures.count(count, "older run", "older runs") + " of \(label), which the file has "
          + "changed since, set aside; --recipe all shows them.")
    }
  }

  private static func listed(_ changes: [String]) -> String {
    guard !changes.isEmpty else { return "the same settings" }
    let rest = changes.count > 3 ? ", and \(changes.count - 3) more" : ""
    return changes.prefix(3).joined(separator: ", ") + rest
  }
}
