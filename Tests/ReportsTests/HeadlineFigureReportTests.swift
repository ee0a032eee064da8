import Foundation
import Metrics
import Reports
import Testing

@Suite("A headline figure in reports") struct HeadlineFigureReportTests {
  @Test("is in every table and file under its key or title", arguments: HeadlineFigure.allCases)
  func everywhere(figure: HeadlineFigure) throws {
    var run = SampleRuns.done("baseline", seed: 1, hits: [38, 36, 16, 12, 3, 0])
    run.headline?[figure] = 0.123456789
    let comparison = try Comparison([run], baseline: "baseline", metric: figure)
    #expect(comparison.strategies[0].metrics[figure]?.mean == 0.123456789)
    let shown = figure.isShare ? "12.3" : "0.123"
    let text = TerminalReport(subject: .strategy).render(comparison)
    #expect(text.contains("\(figure.title) first") && text.contains(shown))
    #expect(text.contains(figure.lowerIsBetter ? "lowest" : "highest"))

    let rows = CSVReader.rows(CSVReport(subject: .strategy).render(comparison))
    let strategy = Dictionary(uniqueKeysWithValues: zip(rows[0], rows[1]))
    #expect(strategy[figure.rawValue] == "0.123456789")
    #expect(["sd", "diff", "diff_sd"].allSatisfy { strategy["\(figure.rawValue)_\($0)"] != nil })
    let runs = CSVReader.rows(RunTable([run]).render(.csv))
    #expect(zip(runs[0], runs[1]).contains { $0 == (figure.rawValue, "0.123456789") })

    let line = "\"\(figure.rawValue)\": 0.123456789"
    #expect(RunTable([run]).render(.json).contains(line))
    #expect(RunSheet(run).render(.json).contains(line))
    let sheet = RunSheet(run).render(.markdown)
    #expect(sheet.contains("- \(figure.title): \(shown)\n"))
  }
}
