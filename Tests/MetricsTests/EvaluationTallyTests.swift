import Metrics
import Testing

@Suite("A tally")
struct EvaluationTallyTests {
  @Test("ranks the five best, ties to the lower index")
  func ranking() {
    var tally = EvaluationTally(classCount: 7, groups: Array(repeating: .many, count: 7))
    tally.add([0, 3, 3, -1, 5, 3, 2], 0, id: "a")
    #expect(tally.predictions[0].classes == [4, 1, 2, 5, 6])
    let probabilities = tally.predictions[0].probabilities
    #expect(probabilities == probabilities.sorted(by: >) && probabilities[1] == probabilities[3])
    #expect(tally.evaluation().classes[0].correctTop5 == 0)
  }

  @Test("keeps only the predictions that it was asked to keep")
  func keeping() {
    var tally = EvaluationTally(classCount: 2, groups: [.many, .few])
    tally.add([1, 0], 0, id: "a", keeps: false)
    tally.add([1, 0], 1, id: "b", keeps: true)
    #expect(tally.predictions.map(\.exampleID) == ["b"])
    #expect(tally.predictions[0].classes == [0, 1] && tally.evaluation().headline.images == 2)
  }

  @Test("gives probabilities that sum to one")
  func probabilities() {
    var tally = EvaluationTally(classCount: 4, groups: Array(repeating: .few, count: 4))
    tally.add([1000, 1000, 999, -1000], 0)
    let sum = tally.predictions[0].probabilities.reduce(0, +)
    #expect(abs(sum - 1) < 1e-6)
  }

  @Test(
    "counts logits that are no numbers as wrong", arguments: [Float.nan, .infinity, -.infinity])
  func nonFinite(bad: Float) {
    var tally = EvaluationTally(classCount: 2, groups: [.many, .few])
    tally.add([1, 0], 0, id: "good")
    #expect(!tally.hasNonFinite)
    tally.add([bad, 0], 0, id: "bad")
    #expect(tally.hasNonFinite && tally.nonFiniteImages == 1)
    let evaluation = tally.evaluation()
    #expect(evaluation.headline.accuracy == 0.5 && evaluation.classes[0].support == 2)
    #expect(evaluation.headline.loss == nil && evaluation.headline.ece == nil)
    #expect(evaluation.headline.mcc == nil && evaluation.confusion.rowSum(0) == 1)
    #expect(tally.predictions[1].classes.isEmpty)
  }

  @Test("does not depend on the order of images but for rounding")
  func order() throws {
    let golden = GoldenCase.all[0]
    var reversed = EvaluationTally(classCount: golden.classCount, groups: golden.groups)
    for (row, truth) in zip(golden.logits, golden.truth).reversed() { reversed.add(row, truth) }
    let (forward, backward) = (golden.tally().evaluation(), reversed.evaluation())
    #expect(forward.confusion == backward.confusion && forward.classes == backward.classes)
    let (one, other) = (try #require(forward.headline.loss), try #require(backward.headline.loss))
    #expect(abs(one - other) < 1e-12)
  }
}

@Suite("A shot group")
struct ShotGroupTests {
  @Test(
    "follows from the training images",
    arguments: [
      (0, ShotGroup.unseen), (1, .few), (19, .few), (20, .medium), (100, .medium), (101, .many),
    ])
  func thresholds(count: Int, group: ShotGroup) {
    #expect(ShotGroup(trainingCount: count) == group)
  }
}

@Suite("A selection metric")
struct SelectionMetricTests {
  @Test("picks its figure")
  func figures() {
    var headline = HeadlineMetrics(images: 1)
    headline.macroRecall = 0.1
    headline.accuracy = 0.2
    headline.macroF1 = 0.3
    headline.gMean = 0.4
    headline.worstRecall = 0.5
    headline.fewRecall = 0.6
    headline.loss = 0.7
    let values = SelectionMetric.allCases.map { $0.value(of: headline) }
    #expect(values == [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, -0.7])
    #expect(SelectionMetric.negativeLoss.value(of: HeadlineMetrics()) == nil)
  }
}
