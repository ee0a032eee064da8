import Foundation
import Metrics
import Testing

@Suite("A headline figure") struct HeadlineFigureTests {
  @Test("has names of its own", arguments: HeadlineFigure.allCases)
  func names(figure: HeadlineFigure) {
    #expect(figure.rawValue.allSatisfy { $0.isLowercase || $0.isNumber || $0 == "_" })
    #expect(HeadlineFigure(rawValue: figure.rawValue) == figure)
    #expect(!figure.title.isEmpty && figure.columnTitle.count <= figure.title.count)
    for name in [
      \HeadlineFigure.rawValue, \.title, \.columnTitle, \.stored.testColumn,
      \.stored.validationColumn, \.stored.recordKey,
    ] {
      let others = HeadlineFigure.allCases.filter { $0[keyPath: name] == figure[keyPath: name] }
      #expect(others == [figure])
    }
  }

  @Test("is in the list once it is declared")
  func complete() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Sources/Metrics/HeadlineFigure+Declarations.swift")
    let declared =
      try String(contentsOf: file, encoding: .utf8)
      .components(separatedBy: " = HeadlineFigure(").count - 1
    #expect(declared == HeadlineFigure.allCases.count)
  }

  @Test("is measured", arguments: HeadlineFigure.allCases)
  func measured(figure: HeadlineFigure) {
    let headlines = GoldenCase.all.map { $0.tally().evaluation().headline }
    #expect(headlines.contains { figure.value(of: $0) != nil })
    #expect(figure.value(of: HeadlineMetrics()) == nil)
  }

  @Test("is a member of the metrics, and no number where it is none")
  func members() {
    var headline = HeadlineMetrics(images: 3)
    headline.macroRecall = 0.25
    headline[.loss] = .infinity
    #expect(headline[.macroRecall] == 0.25 && headline.loss == .infinity)
    #expect(HeadlineFigure.macroRecall.value(of: headline) == 0.25)
    #expect(HeadlineFigure.loss.value(of: headline) == nil)
    headline.macroRecall = nil
    #expect(headline[.macroRecall] == nil)
  }

  @Test("has the keys in outcomes and checkpoints that it always had")
  func record() throws {
    let keys = [
      "balancedAccuracy", "accuracy", "macroF1", "top5", "macroTop5", "weightedF1", "gMean", "mcc",
      "worstRecall", "recallMany", "recallMedium", "recallFew", "ece", "loss",
    ]
    var headline = HeadlineMetrics(images: 7, unseenImages: 2)
    for (index, figure) in HeadlineFigure.allCases.enumerated() {
      headline[figure] = Double(index) / 16
    }
    let data = try JSONEncoder().encode(headline)
    let numbers = try JSONDecoder().decode([String: Double].self, from: data)
    var expected: [String: Double] = ["images": 7, "unseenImages": 2]
    for (index, key) in keys.enumerated() { expected[key] = Double(index) / 16 }
    // Figures that were added later have keys of their own.
    #expect(numbers.filter { expected[$0.key] != nil } == expected)
    #expect(try JSONDecoder().decode(HeadlineMetrics.self, from: data) == headline)
  }

  @Test("that is undefined is absent from the record")
  func absent() throws {
    let text = #"{"images":4,"unseenImages":0,"balancedAccuracy":0.5}"#
    let headline = try JSONDecoder().decode(HeadlineMetrics.self, from: Data(text.utf8))
    #expect(headline.images == 4 && headline.macroRecall == 0.5 && headline.accuracy == nil)
    let again = try JSONEncoder().encode(headline)
    #expect(try JSONDecoder().decode([String: Double].self, from: again).count == 3)
  }

  @Test("is what its selection metric chooses by", arguments: SelectionMetric.allCases)
  func selection(metric: SelectionMetric) {
    #expect(metric.rawValue == metric.figure.rawValue || metric == .negativeLoss)
  }
}
