import Metrics
import Testing

@Suite("An evaluation")
struct EvaluationTests {
  /// Sums of at most 200 terms of about 1, in another order than numpy's: 200 · 2⁻⁵³ ≈ 2e-14.
  static let tolerance = 1e-12

  @Test("agrees with scikit-learn", arguments: GoldenCase.all)
  func golden(golden: GoldenCase) throws {
    let evaluation = golden.tally().evaluation()
    let (headline, expected) = (evaluation.headline, golden.expected)
    #expect(headline.images == expected.images)
    #expect(headline.images + headline.unseenImages == golden.truth.count)
    let figures: [(String, Double?, Double?)] = [
      ("accuracy", headline.accuracy, expected.accuracy),
      ("top5", headline.top5, expected.top5),
      ("macro recall", headline.macroRecall, expected.balancedAccuracy),
      ("macro top5", headline.macroTop5, expected.macroTop5),
      ("macro F1", headline.macroF1, expected.macroF1),
      ("weighted F1", headline.weightedF1, expected.weightedF1),
      ("G-mean", headline.gMean, expected.gMean), ("MCC", headline.mcc, expected.mcc),
      ("worst recall", headline.worstRecall, expected.worstRecall),
      ("many", headline.manyRecall, expected.recallMany),
      ("medium", headline.mediumRecall, expected.recallMedium),
      ("few", headline.fewRecall, expected.recallFew),
      ("ECE", headline.ece, expected.ece), ("loss", headline.loss, expected.loss),
    ]
    for (name, actual, expected) in figures { check(name, actual, expected) }
    for (index, expected) in (expected.classes ?? []).enumerated() {
      let actual = evaluation.classes[index]
      #expect(actual.classIndex == index && actual.support == expected.support)
      #expect(actual.predicted == expected.predicted)
      check("precision \(index)", actual.precision, expected.precision)
      check("recall \(index)", actual.recall, expected.recall)
      check("top1 \(index)", actual.top1, expected.recall)
      check("top5 \(index)", actual.top5, expected.top5)
      check("f1 \(index)", actual.f1, expected.f1)
      check("specificity \(index)", actual.specificity, expected.specificity)
    }
    for (row, counts) in (expected.confusion ?? []).enumerated() {
      for (column, count) in counts.enumerated() {
        #expect(evaluation.confusion[row, column] == count)
      }
    }
  }

  @Test("is the same from stored predictions, but for the loss", arguments: GoldenCase.all)
  func fromPredictions(golden: GoldenCase) {
    let tally = golden.tally()
    var expected = tally.evaluation()
    expected.headline.loss = nil
    let actual = Evaluation(
      predictions: tally.predictions, classCount: golden.classCount,
      unseenCount: golden.unseenCount, groups: golden.groups)
    #expect(actual == expected)
  }

  @Test("keeps unseen classes apart")
  func unseen() {
    var tally = EvaluationTally(
      classCount: 6, unseenCount: 1,
      groups: [.many]
        + Array(
          repeating: .few, count: 5))
    tally.add([1, 0, 0, 0, 0, 0], 0)
    let before = tally.evaluation()
    tally.add([0, 9, 0, 0, 0, 0], 6)
    let after = tally.evaluation()
    #expect(after.classes[6].support == 1 && after.classes[6].recall == nil)
    #expect(after.classes[6].top5 == nil && after.classes[6].specificity == nil)
    #expect(after.classes[1].predicted == 0 && after.confusion[6, 1] == 1)
    #expect(after.headline.unseenImages == 1)
    var headline = after.headline
    headline.unseenImages = 0
    #expect(headline == before.headline)
  }

  @Test("does not score a class index without training images")
  func untrainedIndex() {
    var tally = EvaluationTally(classCount: 3, groups: [.many, .unseen, .many])
    tally.add([5, 0, 0], 0)
    tally.add([0, 5, 0], 2)
    tally.add([0, 5, 0], 1)
    let evaluation = tally.evaluation()
    #expect(evaluation.headline.images == 2 && evaluation.headline.unseenImages == 1)
    #expect(evaluation.headline.accuracy == 0.5 && evaluation.headline.macroRecall == 0.5)
    #expect(evaluation.classes[1].recall == nil && evaluation.classes[1].predicted == 1)
  }

  @Test("of nothing is undefined")
  func empty() {
    let evaluation = EvaluationTally(classCount: 3, groups: [.many, .few, .few]).evaluation()
    #expect(evaluation.headline == HeadlineMetrics())
    #expect(evaluation.classes.allSatisfy { $0.recall == nil && $0.support == 0 })
  }

  private func check(
    _ name: String, _ actual: Double?, _ expected: Double?,
    at location: SourceLocation = #_sourceLocation
  ) {
    guard let actual, let expected else {
      #expect(actual == expected, "\(name)", sourceLocation: location)
      return
    }
    let difference = abs(actual - expected)
    #expect(
      difference <= Self.tolerance, "\(name): \(actual), expected \(expected)",
      sourceLocation: location)
  }
}
