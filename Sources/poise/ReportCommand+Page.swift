import ArgumentParser
import Reports
import Results
import ResultsSQLite
import Sweeps

extension ReportCommand {
  /// The page of `--format html`, with pictures of the data where `--samples` asks for them.
  func page(
    of comparisons: [Comparison], _ recipes: [RecipeRecord], in opened: SQLiteRunStore
  ) throws -> String {
    if output == nil, Terminal.outputIsTerminal {
      throw ValidationError(
        "a page is for a browser and not for a terminal: give it a file with -o report.html")
    }
    let day = Timestamp.now().prefix(10)
    var evidence = try EvidenceReading.evidence(for: comparisons, recipes: recipes, in: opened)
    if let samples {
      let strips = SampleStrips(store: store.results, count: samples)
      for (place, comparison) in comparisons.enumerated() {
        evidence[place].samples = try strips.addresses(for: comparison, in: opened)
      }
    }
    return HTMLReport(evidence: evidence, origin: "\(day), poise \(Build.version)")
      .render(comparisons)
  }
}
