import Reports
import Results
import TestSupport
import Testing

@Suite("Texts in reports")
struct TextReportTests {
  /// Two image-only strategies beside texts alone, joint and in a fallback, masked and not.
  static var runs: [RunSummary] {
    func text(_ masked: Bool, withImage: Bool = true) -> [String: Double] {
      [
        "text.with_image": withImage ? 1 : 0, "text.masked": masked ? 1 : 0, "text.naming": 0.81234,
        "text.unknown": 0.021, "text.empty": 0, "text.cut": 0.001,
      ]
    }
    func fallback(_ seed: UInt64) -> [String: Double] {
      text(true).merging([
        "fallback.threshold": 0.6125, "fallback.asked": 0.25 + Double(seed) / 100,
        "fallback.asked.validation": 0.24, "fallback.text_decided": 0.125,
        "fallback.image.accuracy": 0.7, "fallback.image.macro_recall": 0.5,
        "fallback.text.accuracy": 0.6, "fallback.text.macro_recall": 0.55,
      ]) { $1 }
    }
    var runs: [RunSummary] = []
    for seed in UInt64(1)...2 {
      let extra = Int(seed) - 1
      var joint = SampleRuns.done(
        "joint", seed: seed, hits: [40, 39, 20, 19, 9, 4 + extra],
        overrides: ["model.text.variant"])
      joint.figures = text(false)
      var masked = SampleRuns.done(
        "joint-masked", seed: seed, hits: [37, 36, 17, 14 - extra, 3, 2],
        overrides: ["model.text"])
      masked.figures = text(true)
      var alone = SampleRuns.done(
        "text-masked", seed: seed, hits: [30, 20, 18, 15, 2, 0], overrides: ["model.text"])
      alone.figures = text(true, withImage: false)
      var asked = SampleRuns.done(
        "fallback-masked", seed: seed, hits: [38, 36, 16, 13, 4, 1], overrides: ["model.text"])
      asked.figures = fallback(seed)
      runs += [
        SampleRuns.done("baseline", seed: seed, hits: [38, 36, 16, 12, 3, 0]),
        SampleRuns.done("oversampling", seed: seed, hits: [35, 35, 17, 14, 6, 2]),
        joint, masked, alone, asked,
      ]
    }
    return runs
  }

  @Test("stand beside strategies that read images only", arguments: ListFormat.allCases)
  func overview(format list: ListFormat) throws {
    let format = try #require(ReportFormat(rawValue: list.rawValue))
    let report = format.report(on: .overview)
    let text = report.render(try Comparison(Self.runs, baseline: "baseline"))
    assertSnapshot(text, named: "texts.\(type(of: report).fileExtension)")
  }

  @Test("warn where no strategy hides the words of class names")
  func unmasked() throws {
    let runs = Self.runs.filter { $0.figures?["text.masked"] != 1 }
    let text = TerminalReport(style: TextStyle(width: 2000))
      .render(try Comparison(runs, baseline: "baseline"))
    #expect(text.contains("No strategy here hides them (model.text.mask_class_words: true)."))
    #expect(!text.contains("Fallback:"))
  }

  @Test("are left out where nothing is read, also of runs of older versions")
  func without() throws {
    var runs = Self.runs
    for index in runs.indices { runs[index].figures = nil }
    let text = TerminalReport().render(try Comparison(runs, baseline: "baseline"))
    #expect(!text.contains("Texts beside the image"))
  }

  @Test("of the baseline itself have no gains")
  func baseline() throws {
    let text = TerminalReport(style: TextStyle(width: 2000))
      .render(try Comparison(Self.runs, baseline: "joint"))
    #expect(!text.contains("joint (class words READ) against"))
    #expect(text.contains("joint-masked (class words hidden) against joint, recall of classes: "))
  }
}
