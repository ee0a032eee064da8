import Foundation
import Metrics
import Reports
import Results
import TestSupport
import Testing

@Suite("Writing reports down")
struct WritingTests {
  /// Strategies with long names, more classes than anybody wants to read.
  static func wide(strategies: Int, classes: Int, seeds: Int) -> [RunSummary] {
    let records = (0..<classes).map { index in
      ClassRecord(
        index: index, name: "A class with a long name, number \(index)",
        trainCount: 1000 / (index + 1), validationCount: 1, testCount: 10 + index % 3)
    }
    var runs: [RunSummary] = []
    for strategy in 0..<strategies {
      for seed in 1...seeds {
        var run = SampleRuns.unfinished(
          "strategy-with-a-name-\(strategy)", variant: "beta=0.999 gamma=2", seed: UInt64(seed),
          .done)
        run.groupHash = "hash\(strategy)"
        run.classRecords = records
        run.classes = records.map { record in
          let hits = (record.index * 7 + strategy * 3 + seed) % record.testCount
          let share = Double(hits) / Double(record.testCount)
          return ClassMetrics(
            classIndex: record.index, support: record.testCount, predicted: hits, correct: hits,
            correctTop5: hits, top1: share, top5: share, precision: 1, recall: share, f1: share,
            specificity: 1)
        }
        var headline = HeadlineMetrics(images: 100)
        headline.accuracy = Double(strategy) / Double(strategies)
        headline.macroRecall = headline.accuracy
        run.headline = headline
        run.imagesSeen = 48_000
        runs.append(run)
      }
    }
    return runs
  }

  @Test("No line of a terminal report is wider than asked", arguments: [80, 100, 132])
  func width(columns: Int) throws {
    let comparison = try Comparison(
      Self.wide(strategies: 9, classes: 12, seeds: 3), baseline: "strategy-with-a-name-0")
    for subject in ReportSubject.allCases {
      let text = TerminalReport(subject: subject, style: TextStyle(width: columns))
        .render(comparison)
      // These texts hold no wide characters, but for the marks, which take one cell each.
      let widest = text.split(separator: "\n").max { $0.count < $1.count } ?? ""
      #expect(widest.count <= columns, "\(widest)")
    }
  }

  @Test("Shortened names stay apart and are explained")
  func legend() throws {
    let comparison = try Comparison(
      Self.wide(strategies: 3, classes: 4, seeds: 1), baseline: "strategy-with-a-name-0")
    let text = TerminalReport().render(comparison)
    for class_ in comparison.classes { #expect(text.contains("= \(class_.name)")) }
    for strategy in comparison.strategies { #expect(text.contains("= \(strategy.name)")) }
  }

  @Test("A thousand runs of a hundred classes are rendered in well under a second")
  func speed() throws {
    let runs = Self.wide(strategies: 100, classes: 100, seeds: 10)
    let time = try ProcessorTime.of {
      let comparison = try Comparison(runs, baseline: "strategy-with-a-name-0")
      for format in ReportFormat.allCases { _ = format.report().render(comparison) }
    }
    print("1000 runs x 100 classes, four formats: \(time)")
    // A build without optimisation takes several times as long.
    #expect(time < .seconds(20))
  }

  @Test("CSV reads back as RFC 4180 says")
  func csv() throws {
    var run = SampleRuns.done("a,\"b\"", seed: 1, hits: [1, 1, 1, 1, 1, 1])
    run.error = "line one\r\nline two"
    let text = RunTable([run]).render(.csv)
    #expect(text.hasSuffix("\r\n"))
    let rows = CSVReader.rows(text)
    #expect(rows.count == 2 && rows.allSatisfy { $0.count == rows[0].count })
    let record = Dictionary(uniqueKeysWithValues: zip(rows[0], rows[1]))
    #expect(record["strategy"] == "a,\"b\"")
    #expect(record["error"] == "line one\r\nline two")
    #expect(record["accuracy"].flatMap(Double.init) == run.headline?.accuracy)
    #expect(record["ece"] == "")
  }

  @Test("JSON is JSON, with the numbers unrounded", arguments: ReportSubject.allCases)
  func json(subject: ReportSubject) throws {
    var runs = SampleRuns.night
    runs[4].error = "quote \" backslash \\ tab \t bell \u{7}"
    let comparison = try Comparison(runs, baseline: "baseline")
    let text = JSONReport(subject: subject).render(comparison)
    let object = try #require(
      JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(object["schema"] as? Int == 1)
    let unfinished = try #require(object["unfinished"] as? [[String: Any]])
    #expect(unfinished.contains { $0["error"] as? String == runs[4].error })
    guard let strategies = object["strategies"] as? [[String: Any]] else {
      #expect(subject == .class || subject == .group)
      return
    }
    let metrics = try #require(strategies[0]["metrics"] as? [String: Any])
    let accuracy = try #require((metrics["accuracy"] as? [String: Any])?["mean"] as? Double)
    #expect(accuracy == comparison.strategies[0].metrics[.accuracy]?.mean)
  }

  @Test("Markdown tables have as many columns in each line, whatever the names hold")
  func markdown() throws {
    let text = MarkdownReport().render(try Comparison(SampleRuns.night, baseline: "baseline"))
    var width: Int?
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      guard line.hasPrefix("|") else {
        width = nil
        continue
      }
      let bars = line.replacing("\\|", with: "").count { $0 == "|" }
      #expect(width == nil || width == bars, "\(line)")
      width = bars
    }
    #expect(text.contains("Shoes \\| casual"))
  }

  @Test("Control characters in names do not reach the terminal")
  func controlCharacters() {
    let rows = [
      DatasetTable.Row(name: "evil\u{1B}[2J\nname\u{202E}", train: 3, validation: 0, test: 1)
    ]
    for style in [TextStyle(), TextStyle(unicode: false)] {
      let text = DatasetTable(name: "x\u{7}y", rows: rows).render(.table, style: style)
      #expect(!text.contains("\u{1B}") && !text.contains("\u{7}") && !text.contains("\u{202E}"))
      #expect(text.contains(#"evil\u{1B}[2J\nname\u{202E}"#))
    }
  }

  @Test("Colour and signs beyond ASCII appear only when asked for")
  func plain() throws {
    var runs = SampleRuns.night
    for index in runs.indices { runs[index].classRecords[5].name = "Hats" }
    let comparison = try Comparison(runs, baseline: "baseline")
    let ascii = TerminalReport(style: TextStyle(unicode: false)).render(comparison)
    #expect(ascii.utf8.allSatisfy { $0 < 0x80 })
    #expect(!TerminalReport().render(comparison).contains("\u{1B}"))
    #expect(
      TerminalReport(style: TextStyle(colour: true)).render(comparison).contains("\u{1B}[32m"))
  }

  @Test("Wide characters and combining marks keep the columns straight")
  func displayWidth() {
    let names = ["帽子", "e\u{301}te\u{301}", "plain", "👒"]
    let rows = names.map { DatasetTable.Row(name: $0, train: 5, validation: 1, test: 7) }
    let text = DatasetTable(name: "hats", rows: rows).render(.table)
    let lines = text.split(separator: "\n").filter { $0.contains(" few ") && $0.contains("█") }
    let expected = ["帽子  ", "e\u{301}te\u{301}   ", "plain ", "👒    "]
    #expect(lines.count == names.count)
    for (line, start) in zip(lines, expected) { #expect(line.hasPrefix(start), "\(line)") }
  }

  @Test("An empty data set and no runs make no fuss", arguments: ListFormat.allCases)
  func empty(format: ListFormat) {
    #expect(!DatasetTable(name: "nothing", rows: []).render(format).isEmpty)
    #expect(!RunTable([]).render(format).isEmpty)
    #expect(!RunSheet(SampleRuns.unfinished("x", seed: 1, .queued)).render(format).isEmpty)
  }
}

/// Reads RFC 4180 the way a spreadsheet does, apart from our writer.
enum CSVReader {
  static func rows(_ text: String) -> [[String]] {
    var (rows, row, field) = ([[String]](), [String](), "")
    var quoted = false
    let scalars = Array(text.unicodeScalars)
    var index = 0
    while index < scalars.count {
      let scalar = scalars[index]
      let next = index + 1 < scalars.count ? scalars[index + 1] : nil
      switch (scalar, quoted) {
      case ("\"", true) where next == "\"":
        field += "\""
        index += 1
      case ("\"", _): quoted.toggle()
      case (",", false):
        row.append(field)
        field = ""
      case ("\r", false) where next == "\n":
        rows.append(row + [field])
        (row, field) = ([], "")
        index += 1
      default: field.unicodeScalars.append(scalar)
      }
      index += 1
    }
    return rows
  }
}
