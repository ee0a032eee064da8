import Foundation
import Metrics
import Testing

/// One case of `Fixtures/golden.json`, written by `Tests/References/metrics_golden.py`.
struct GoldenCase: Decodable, CustomTestStringConvertible, Sendable {
  struct Expected: Decodable {
    struct Class: Decodable {
      var support: Int
      var predicted: Int
      var precision, recall, f1, top5, specificity: Double?
    }
    var images: Int
    var accuracy, top5, balancedAccuracy, macroTop5, macroF1, weightedF1, gMean: Double?
    var mcc, worstRecall, recallMany, recallMedium, recallFew, ece, loss: Double?
    var confusion: [[Int]]?
    var classes: [Class]?
  }
  var name: String
  var classCount: Int
  var unseenCount: Int
  var groups: [ShotGroup]
  var logits: [[Float]]
  var truth: [Int]
  var expected: Expected

  var testDescription: String { name }

  static let all: [GoldenCase] = {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Fixtures/golden.json")
    return try! JSONDecoder().decode([GoldenCase].self, from: Data(contentsOf: file))
  }()

  func tally() -> EvaluationTally {
    var tally = EvaluationTally(
      classCount: classCount, unseenCount: unseenCount, groups: groups)
    for (index, (row, truth)) in zip(logits, truth).enumerated() {
      tally.add(row, truth, id: "image-\(index)")
    }
    return tally
  }
}

extension EvaluationTally {
  mutating func add(_ logits: [Float], _ truth: Int, id: String = "x", keeps: Bool = true) {
    logits.withUnsafeBufferPointer {
      add(logits: $0, trueClass: truth, exampleID: id, keepsPrediction: keeps)
    }
  }
}
