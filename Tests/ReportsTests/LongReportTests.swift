import Metrics
import Reports
import Testing

@Suite("CSV in long form")
struct LongReportTests {
  @Test("has a row a finished run, class and figure, and nothing of other runs")
  func rows() throws {
    let comparison = try Comparison(SampleRuns.night, baseline: "baseline")
    let lines = LongReport().render(comparison).split(separator: "\r\n").map(String.init)
    let runs = comparison.strategies.reduce(0) { $0 + $1.runs.count }
    let seen = SampleRuns.classes.count { $0.train > 0 }
    #expect(lines.count == 1 + runs * (HeadlineFigure.allCases.count + 4 * seen))
    #expect(lines[0].hasSuffix("class,group,train,test,metric,value"))
    // Seed 2 of the baseline finds 37 of 40 T-shirts.
    #expect(
      lines.contains {
        $0.contains(",2,,T-shirts,many,420,40,recall,0.925") && $0.contains("baseline")
      })
    // What is undefined has a row without a value.
    #expect(lines.contains { $0.hasSuffix(",g_mean,") })
  }
}
