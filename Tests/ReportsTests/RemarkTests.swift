import Foundation
import Metrics
import Reports
import Results
import TestSupport
import Testing

@Suite("What a report says beside its figures") struct RemarkTests {
  private func flat(_ text: String) -> String {
    text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  @Test func `a difference over other seeds than the means beside it says so`() throws {
    // Weights has seeds 2 and 3, the baseline 1 and 2: the one shared seed is 2.
    let runs = [
      SampleRuns.done("baseline", seed: 1, hits: [10, 0, 0, 0, 0, 0]),
      SampleRuns.done("baseline", seed: 2, hits: [20, 0, 0, 0, 0, 0]),
      SampleRuns.done("weights", seed: 2, hits: [26, 0, 0, 0, 0, 0]),
      SampleRuns.done("weights", seed: 3, hits: [39, 0, 0, 0, 0, 0]),
    ]
    let comparison = try Comparison(runs, baseline: "baseline", metric: .accuracy)
    let text = flat(TerminalReport(style: TextStyle(width: 2000)).render(comparison))
    // 20 and 26 of 135.
    let sentence =
      "weights: Δ over the 1 shared seed (2), 19.3 against 14.8 of baseline; the means beside it are over 2 "
      + "and 2 seeds."
    #expect(text.contains(sentence))
    #expect(flat(MarkdownReport().render(comparison)).contains("Δ over the 1 shared seed (2)"))
    let csv = CSVReport().render(comparison)
    #expect(csv.contains(sentence))
    let json = try #require(
      try JSONSerialization.jsonObject(with: Data(JSONReport().render(comparison).utf8))
        as? [String: Any])
    let remarks = try #require(json["remarks"] as? [[String: String]])
    #expect(remarks.contains { $0["kind"] == "seeds" && $0["text"] == sentence })
    let strategies = try #require(json["strategies"] as? [[String: Any]])
    let differences = try #require(strategies[0]["differences"] as? [String: [String: Any]])
    let pair = try #require(differences["accuracy"])
    #expect(pair["seeds"] as? [String] == ["2"])
    #expect(abs((pair["baseline_mean"] as? Double ?? 0) - 20.0 / 135) < 1e-12)
    #expect(abs((pair["own_mean"] as? Double ?? 0) - 26.0 / 135) < 1e-12)
  }

  @Test func `where all have the same seeds nothing is said of them`() throws {
    let runs = Array(SampleRuns.night.filter { ["baseline", "weights"].contains($0.strategy) })
    #expect(!TerminalReport().render(try Comparison(runs, baseline: nil)).contains("shared seed"))
  }

  /// As a version that took such runs for done stored them: images without a guess, and no loss.
  @Test func `a finished run without a finite loss is named`() throws {
    var runs = ["baseline", "weights"].map {
      SampleRuns.done($0, seed: 1, hits: [38, 36, 16, 12, 3, 0])
    }
    let sentence =
      "Figures of \(runs[1].name) (run \(runs[1].id)) are of a network that diverged: the test has no "
      + "finite loss."
    func isTold() throws -> Bool {
      try Comparison.ofEachDataset(runs, baseline: "baseline").contains {
        JSONReport().render($0).contains(sentence)
      }
    }
    // Every image was taken for some class.
    for index in runs.indices {
      for place in runs[index].classes.indices {
        runs[index].classes[place].predicted = runs[index].classes[place].support
      }
    }
    #expect(try !isTold())
    runs[1].headline?.loss = nil
    #expect(try !isTold(), "stored without a loss, but every image has a guess")
    for index in runs[1].classes.indices { runs[1].classes[index].predicted = 0 }
    #expect(try isTold())
  }

  @Test func `an average counts only classes with test images`() throws {
    var runs = ["baseline", "weights"].map {
      SampleRuns.done($0, seed: 1, hits: [38, 36, 16, 12, 3, 0])
    }
    // The rarest class has no test image any more.
    for index in runs.indices {
      runs[index].classRecords[5].testCount = 0
      var metrics = runs[index].classes[5]
      (metrics.support, metrics.top1, metrics.top5, metrics.recall) = (0, nil, nil, nil)
      runs[index].classes[5] = metrics
    }
    let comparison = try Comparison(runs, baseline: "baseline")
    let text = TerminalReport(subject: .group).render(comparison)
    #expect(text.contains("all, over classes, 5"))
    #expect(text.contains("few (<20), 1"))
    let csv = CSVReport(subject: .group).render(comparison)
    #expect(csv.contains("\r\nclasses,5,130,baseline"))
    // (38/40 + 36/40 + 16/20 + 12/20 + 3/10) / 5
    let mean = try #require(comparison.strategies[0].averages[.classes]?.top1?.mean)
    #expect(abs(mean - 0.71) < 1e-12)
  }

  @Test func `two networks are no equal budget`() throws {
    let runs = TextReportTests.runs.filter {
      ["baseline", "fallback-masked"].contains($0.strategy)
    }
    let text = flat(
      TerminalReport(style: TextStyle(width: 2000)).render(
        try Comparison(runs, baseline: "baseline")))
    #expect(!text.contains("Equal budgets"))
    #expect(
      text.contains(
        "UNEQUAL BUDGETS, up to 100.0 % more images seen: baseline 48,000, fallback-masked 96,000")
        || text.contains(
          "UNEQUAL BUDGETS, up to 100.0 % more images seen: fallback-masked 96,000, baseline 48,000"
        ))
    // Seconds are 75.3 and one more a seed.
    #expect(
      text.contains(
        "fallback-masked trains 2 networks, each with a whole budget: 2 x 48,000 images, "
          + "1 min 17 s a run (baseline 1 min 17 s)."))
  }

  @Test func `of many strategies only those that differ are named`() throws {
    var runs = (1...9).map { SampleRuns.done("s\($0)", seed: 1, hits: [9, 9, 9, 9, 9, 0]) }
    runs[4].imagesSeen = 96_000
    let text = flat(
      TerminalReport(style: TextStyle(width: 2000)).render(try Comparison(runs, baseline: nil)))
    #expect(text.contains("more images seen: 48,000 by 8 strategies, s5 96,000."))
  }

  @Test func `notes are counted in a terminal and listed when asked for`() throws {
    let comparison = try Comparison(SampleRuns.night, baseline: "baseline")
    let plain = flat(TerminalReport().render(comparison))
    #expect(plain.contains("1 note: --notes"))
    #expect(!plain.contains("weight 0, masked"))
    #expect(plain.contains("combined: means over 1 of 3 seeds (missing: 1, 3)."))
    #expect(plain.contains("failed after 3 of 8 epochs: out of memory"))
    let noted = flat(TerminalReport(showsNotes: true).render(comparison))
    #expect(noted.contains("weight 0, masked") && !noted.contains("--notes"))
    let markdown = MarkdownReport().render(comparison)
    #expect(markdown.contains("## Remarks") && markdown.contains("## Notes"))
  }

  @Test func `several comparisons are one document of each format`() throws {
    let first = try Comparison(SampleRuns.night, baseline: "baseline")
    for subject in ReportSubject.allCases {
      let csv = CSVReport(subject: subject).render([first, first])
      let lines = csv.split(separator: "\r\n")
      #expect(
        lines.count == 2 * CSVReport(subject: subject).render(first).split(separator: "\r\n").count
          - 1)
      #expect(lines.count { $0 == lines[0] } == 1)
      let json = try #require(
        try JSONSerialization.jsonObject(
          with: Data(JSONReport(subject: subject).render([first, first]).utf8)) as? [String: Any])
      #expect((json["comparisons"] as? [[String: Any]])?.count == 2)
      #expect(json["schema"] as? Int == 1 && json["sweep"] as? String == "night")
    }
    #expect(CSVReport().render([Comparison]()) == "\r\n")
  }
}
