import Drawing
import Foundation
import Metrics
import Randomness
import Reports
import Results
import Testing

@Suite("A page")
struct PageTests {
  private static func page(_ runs: [RunSummary]) throws -> String {
    HTMLReport().render(try Comparison(runs, baseline: "baseline"))
  }

  @Test("is well-formed, with unique ids and links that lead somewhere")
  func wellFormed() throws {
    let page = try Self.page(SampleRuns.night)
    #expect(TagCheck(page).problems == [])
    let ids = page.matches(of: /\sid="([^"]*)"/).map { String($0.1) }
    #expect(Set(ids).count == ids.count)
    let targets = page.matches(of: /href="#([^"]*)"/).map { String($0.1) }
    #expect(!targets.isEmpty)
    for target in targets { #expect(ids.contains(target), "#\(target)") }
    let labels = page.matches(of: /aria-labelledby="([^"]*)"/).flatMap {
      $0.1.split(separator: " ")
    }
    for label in labels { #expect(ids.contains(String(label)), "\(label)") }
  }

  @Test("of several stages has one part each, all well-formed together")
  func parts() throws {
    let one = try Comparison(SampleRuns.night, baseline: "baseline")
    let page = HTMLReport().render([one, one])
    #expect(TagCheck(page).problems == [])
    let ids = page.matches(of: /\sid="([^"]*)"/).map { String($0.1) }
    #expect(Set(ids).count == ids.count)
    #expect(ids.contains("p1-strategies") && ids.contains("p2-strategies"))
  }

  @Test("loads nothing and forbids it")
  func selfContained() throws {
    let page = try Self.page(SampleRuns.night)
    #expect(!page.contains("http://") && !page.contains("https://"))
    #expect(page.contains("default-src 'none'"))
    #expect(page.firstMatch(of: /(src|href)="(?!#|data:)/) == nil)
  }

  @Test("has names of any kind as text and nothing else")
  func hostile() throws {
    let name = "</script><b onmouseover='x'>&\"\u{202E}שלום{{title}}"
    var runs = SampleRuns.night
    for index in runs.indices {
      if runs[index].strategy == "weights" { runs[index].strategy = name }
      for place in runs[index].classRecords.indices where place == 1 {
        runs[index].classRecords[place].name = name
      }
      runs[index].notes = [name]
    }
    let page = try Self.page(runs)
    #expect(TagCheck(page).problems == [])
    #expect(!page.contains("<b onmouseover"))
    // The end of a script element is there only where one was begun.
    #expect(
      page.components(separatedBy: "</script>").count
        == page.components(separatedBy: "<script").count)
    #expect(page.contains("{{title}}"))
  }

  @Test("claims no difference that an interval does not show")
  func verdicts() throws {
    let comparison = try Comparison(SampleRuns.night, baseline: "baseline")
    for strategy in comparison.strategies where !strategy.isBaseline {
      for figure in HeadlineFigure.allCases {
        guard let contrast = comparison.contrast(of: strategy, in: figure) else { continue }
        let excludes = contrast.seedInterval.map { !$0.contains(0) } ?? false
        #expect(contrast.verdict.isDifference == excludes, "\(strategy.name) \(figure.rawValue)")
      }
    }
    let one = SampleRuns.night.filter { $0.seed == 1 }
    let page = try Self.page(one)
    #expect(page.contains("Nothing can be told from these runs yet"))
    #expect(!page.contains(" raises macro recall"))
  }

  @Test("of thirty strategies, 150 classes and five seeds is far below two megabytes")
  func size() throws {
    var generator = SeededGenerator(seed: 1, purpose: .testing)
    var runs: [RunSummary] = []
    for strategy in 0..<30 {
      for seed in 1...5 {
        var run = SampleRuns.unfinished(
          strategy == 0 ? "baseline" : "strategy-number-\(strategy)", seed: UInt64(seed), .done,
          epochsDone: 8)
        run.classRecords = (0..<150).map {
          ClassRecord(
            index: $0, name: "a class called \($0)", trainCount: 3 + 9000 / (1 + $0),
            validationCount: 0, testCount: 20)
        }
        run.classes = (0..<150).map { index in
          let hits = Int.random(in: 5...20, using: &generator)
          let share = Double(hits) / 20
          return ClassMetrics(
            classIndex: index, support: 20, predicted: hits, correct: hits, correctTop5: 20,
            top1: share, top5: 1, precision: 1, recall: share, f1: share, specificity: 1)
        }
        run.headline = HeadlineMetrics(classes: run.classes, groups: run.classRecords.map(\.group))
        runs.append(run)
      }
    }
    let page = try Self.page(runs)
    print("30 strategies x 150 classes x 5 seeds: \(page.utf8.count / 1000) kB")
    #expect(page.utf8.count < 1_000_000)
  }

  @Test("says how far a sweep is, and asks to be read again only while it runs")
  func live() throws {
    let comparison = try Comparison(SampleRuns.night, baseline: "baseline")
    let live = HTMLReport(progress: .init("3 of 9 runs done", refresh: 20)).render(comparison)
    #expect(
      live.contains("id=\"again\" data-seconds=\"20\"") && live.contains("3 of 9 runs done"))
    let ended = HTMLReport(progress: .init("9 of 9 runs done")).render(comparison)
    #expect(!ended.contains("data-seconds=\"") && ended.contains("9 of 9 runs done"))
  }
}

/// Looks whether every tag that is opened is closed in its turn, and every attribute quoted.
private struct TagCheck {
  private(set) var problems: [String] = []
  private static let void: Set = ["meta", "input", "br", "link", "img", "hr"]

  init(_ page: String) {
    var open: [String] = []
    var rest = page[...]
    while let start = rest.firstIndex(of: "<") {
      rest = rest[start...]
      if rest.hasPrefix("<!DOCTYPE html>") {
        rest = rest.dropFirst(15)
        continue
      }
      guard
        let match = rest.prefixMatch(
          of: /<(\/?)([a-zA-Z][a-zA-Z0-9]*)((?:\s+[a-zA-Z][a-zA-Z0-9:-]*(?:="[^"<]*")?)*)\s*>/)
      else {
        problems.append("no tag: \(rest.prefix(60))")
        return
      }
      let name = String(match.2)
      rest = rest[match.range.upperBound...]
      if match.1 == "/" {
        if open.popLast() != name { problems.append("</\(name)> closes another element") }
      } else if !Self.void.contains(name) {
        open.append(name)
        // Their content is no markup.
        if name == "script" || name == "style" {
          guard let end = rest.firstRange(of: "</\(name)>") else { return }
          rest = rest[end.lowerBound...]
        }
      }
      if problems.count > 5 { return }
    }
    if !open.isEmpty { problems.append("never closed: \(open)") }
  }
}
