import Reports
import Results
import TestSupport
import Testing

@Suite("Reports on data with leaked test images") struct LeakReportTests {
  /// The night's runs, of which those of seed 3 kept no guesses. Of 60 images of two classes four
  /// leaked, all of them right: without them 26 of 36 and 10 of 20 are right.
  private static let runs = SampleRuns.night.map { run in
    var run = run
    run.leakedImages = 4
    guard run.status == .done, run.seed != 3 else { return run }
    run.withoutLeaks = LeakFigures(
      [
        .init(trueClass: 0, images: 40, right: 30, leaked: 4, leakedRight: 4),
        .init(trueClass: 1, images: 20, right: 10, leaked: 0, leakedRight: 0),
      ], modelClasses: 2)
    return run
  }

  @Test("show both figures for every strategy")
  func table() throws {
    let comparison = try Comparison(Self.runs, baseline: "baseline")
    let text = TerminalReport().render(comparison)
    let start = try #require(text.range(of: "With and without leaked test images"))
    let section = text[start.lowerBound...].components(separatedBy: "\n\nWhat helped")[0]
    // (26/36 + 10/20) / 2 and 36/56.
    #expect(section.contains("61.1") && section.contains("64.3"))
    #expect(section.contains("4 test images are identical to a training or validation"))
    #expect(section.contains("Not known of runs"))
    let csv = CSVReport().render(comparison)
    let header = try #require(csv.split(separator: "\r\n").first)
    #expect(header.contains(",notes,leaked_images,clean_accuracy,clean_macro_recall,"))
    #expect(csv.contains(",4,0.6428571428571429,0.6111111111111112"))
    let json = JSONReport().render(comparison)
    #expect(json.contains(#""leaked_images": 4"#) && json.contains(#""without_leaks""#))
  }

  @Test("say nothing of it where there are none, and that they do not know where nobody looked")
  func none() throws {
    var runs = SampleRuns.night
    let before = TerminalReport().render(try Comparison(runs, baseline: "baseline"))
    for index in runs.indices { runs[index].leakedImages = 0 }
    #expect(TerminalReport().render(try Comparison(runs, baseline: "baseline")) == before)
    #expect(!before.contains("leaked"))
    var sheet = RunSheet(Self.runs[0])
    #expect(sheet.render(.table).contains("4 test images that training or validation has too"))
    sheet.run.withoutLeaks = nil
    #expect(sheet.render(.table).contains("not known"))
  }
}
