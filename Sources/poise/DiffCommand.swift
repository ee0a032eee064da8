import ArgumentParser
import Experiments
import Reports
import Results
import ResultsSQLite

/// Two runs beside each other.
struct Diff: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Shows in which settings and figures two runs differ.",
    discussion: """
      Settings have the keys of experiment files. Figures are those of the test set.

        poise diff 3 7                      by number
        poise diff baseline-s1 focal-s1     by name, in one sweep
      """)

  @Argument(help: "The first run's number, or its name in the sweep.") var first: String
  @Argument(help: "The second run's number, or its name in the sweep.") var second: String
  @OptionGroup var store: StoreOptions
  @Option(help: "table, markdown, csv or json.") var format: ListFormat = .table

  func run() throws {
    let opened = try store.open()
    let both = try [first, second].map { try store.details(ofRun: $0, in: opened) }
    let files = try both.map { RecipeFile(try RunFile.recipe(of: $0)) }
    let settings = files[0].differences(to: files[1]).map {
      RunPair.Difference(key: $0.key, first: $0.first, second: $0.second)
    }
    let digests = both.map(\.description.dataset.digest)
    let pair = RunPair(
      both[0].summary, both[1].summary, settings: settings,
      machines: Self.machines(both.map(\.environment)), hasSameData: digests[0] == digests[1])
    try Terminal.show(pair.render(format, style: Terminal.style()))
    try store.tell(opened.damages)
  }

  /// In what the machines and builds differ.
  private static func machines(_ environments: [EnvironmentRecord?]) -> [RunPair.Difference] {
    let facts: [(String, (EnvironmentRecord) -> String?)] = [
      ("host", { $0.host }), ("system", { $0.operatingSystem }), ("processor", { $0.processor }),
      ("threads", { "\($0.threads)" }), ("BLAS", { $0.blas }), ("poise", { $0.toolVersion }),
      ("commit", { $0.gitCommit }),
    ]
    return facts.compactMap { key, fact in
      let values = environments.map { $0.flatMap(fact) }
      return values[0] == values[1]
        ? nil : RunPair.Difference(key: key, first: values[0], second: values[1])
    }
  }
}
