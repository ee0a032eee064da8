import ArgumentParser
import Results
import ResultsSQLite

/// Runs of a store, by number, by name, or by what they are.
struct RunSelection: ParsableArguments {
  @Argument(help: "The runs' numbers, or their names in the sweep.") var runs: [String] = []
  @OptionGroup var store: StoreOptions
  @Option(help: "Runs of this recipe; the beginning of its name is enough.")
  var recipe: String?
  @Option(
    help: "Runs in this state: \(RunStatus.allCases.map(\.rawValue).joined(separator: ", ")).",
    completion: .list(RunStatus.allCases.map(\.rawValue)), transform: Choice.read)
  var status: RunStatus?
  @Option(help: "Runs with this tag.") var tag: String?

  func validate() throws {
    let filters = [store.sweeps.first, recipe, status?.rawValue, tag].compactMap(\.self)
    if runs.isEmpty, filters.isEmpty {
      throw ValidationError(
        "no run is named: give numbers or names, or --sweep, --recipe, --status or --tag")
    }
  }

  /// The numbers of the runs that meet all conditions, ascending.
  func chosen(in opened: SQLiteRunStore) throws -> [RunID] {
    let sweep = try store.sweep(in: opened).name
    var all = try opened.listedRuns(ofSweep: sweep)
    if !runs.isEmpty { all = try runs.map { try Self.run($0, among: all, in: opened, store) } }
    if let recipe {
      let members = try opened.runs(ofRecipe: recipe.lowercased())
      all.removeAll { !members.contains($0.id) }
    }
    if let status { all.removeAll { $0.status != status } }
    if let tag { all.removeAll { !$0.tags.contains(tag) } }
    let ids = Set(all.map(\.id)).sorted()
    guard !ids.isEmpty else {
      throw Failure("no run of \(store.results) is meant by that", code: Failure.missingInput)
    }
    return ids
  }

  /// A run by its number in the store, or by its name in the sweep.
  static func run(
    _ text: String, among runs: [RunSummary], in opened: SQLiteRunStore, _ store: StoreOptions
  ) throws -> RunSummary {
    if let id = Int64(text) {
      guard let found = try opened.listedRun(id) else {
        throw Failure("\(store.results) has no run \(id)", code: Failure.missingInput)
      }
      return found
    }
    let named = runs.filter { $0.name == text }
    guard let found = named.last else {
      throw Failure(
        "the sweep has no run named '\(text)'; 'poise runs' lists them", code: Failure.missingInput)
    }
    guard named.count == 1 else {
      let ids = named.map { "\($0.id)" }.joined(separator: ", ")
      throw Failure(
        "\(named.count) runs are named '\(text)': \(ids); give a number", code: Failure.badInput)
    }
    return found
  }
}
