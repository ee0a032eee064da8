import Strategies
import Tensors
import TestSupport
import Testing

@Suite("Cross-entropy") struct CrossEntropyTests {
  private func evaluate(
    _ loss: CrossEntropy, _ logits: [Float], _ targets: [Float], classes: Int
  ) -> (loss: Float, gradient: [Float]) {
    let shape = Shape.matrix(logits.count / classes, classes)
    let (z, t) = (AlignedBuffer(logits), AlignedBuffer(targets))
    let gradient = AlignedBuffer(count: shape.count)
    gradient.view(shape).fill(.nan)
    let value = loss.evaluate(
      z.view(shape).readOnly, targets: t.view(shape).readOnly, into: gradient.view(shape))
    return (value, gradient.array)
  }

  @Test("Equal logits lose ln C, and pull towards the target")
  func equalLogits() {
    let result = evaluate(CrossEntropy(), [3, 3, 3, 3], [0, 1, 0, 0], classes: 4)
    assertClose([Double(result.loss)], [1.3862943611198906], within: 1e-7)
    #expect(result.gradient == [0.25, -0.75, 0.25, 0.25])
  }

  @Test("Logits of ±1e4 give finite losses and exact gradients")
  func extremeLogits() {
    let right = evaluate(CrossEntropy(), [1e4, -1e4, 0], [1, 0, 0], classes: 3)
    #expect(right.loss == 0)
    #expect(right.gradient == [0, 0, 0])
    let wrong = evaluate(CrossEntropy(), [1e4, -1e4, 0], [0, 1, 0], classes: 3)
    #expect(wrong.loss == 2e4)
    #expect(wrong.gradient == [1, -1, 0])
  }

  @Test("A loss far below Float's resolution near 1 keeps its digits")
  func tinyLoss() {
    let result = evaluate(CrossEntropy(), [20, 0], [1, 0], classes: 2)
    // ln(1 + e⁻²⁰) = 2.0611536e-9
    assertClose([Double(result.loss)], [2.0611536181902037e-09], within: 1e-6)
  }

  @Test("In a batch of one the weight cancels when divided by weights, and only then")
  func batchOfOne() {
    let weights = [5.0, 1, 0.5]
    let (z, t): ([Float], [Float]) = ([1, 2, 0.5], [1, 0, 0])
    let plain = evaluate(CrossEntropy(), z, t, classes: 3)
    let byWeights = evaluate(
      CrossEntropy(classWeights: weights, reduction: .meanOverWeights), z, t, classes: 3)
    let byExamples = evaluate(
      CrossEntropy(classWeights: weights, reduction: .meanOverExamples), z, t, classes: 3)
    assertClose([byWeights.loss], [plain.loss], within: 1e-6)
    assertClose(byWeights.gradient, plain.gradient, within: 1e-6)
    assertClose([byExamples.loss], [5 * plain.loss], within: 1e-6)
    assertClose(byExamples.gradient, plain.gradient.map { 5 * $0 }, within: 1e-6)
  }

  @Test(
    "A batch whose weights are all 0 has loss and gradient 0", arguments: LossReduction.allCases)
  func zeroWeights(_ reduction: LossReduction) {
    let result = evaluate(
      CrossEntropy(classWeights: [0, 0, 1], reduction: reduction), [1, 2, 3, 3, 2, 1],
      [1, 0, 0, 0, 1, 0], classes: 3)
    #expect(result.loss == 0)
    #expect(result.gradient == [0, 0, 0, 0, 0, 0])
  }

  @Test("A class of logit −∞ is out of the softmax")
  func maskedClass() {
    let masked = evaluate(CrossEntropy(), [1, -.infinity, 2], [1, 0, 0], classes: 3)
    let without = evaluate(CrossEntropy(), [1, 2], [1, 0], classes: 2)
    #expect(masked.loss == without.loss)
    #expect(masked.gradient == [without.gradient[0], 0, without.gradient[1]])
  }

  @Test(
    "A diverged logit makes the loss NaN, also where weights are 0",
    arguments: [Float.nan, .infinity])
  func diverged(_ logit: Float) {
    for weights in [nil, [1.0, 0, 1]] {
      for reduction in LossReduction.allCases {
        let loss = CrossEntropy(classWeights: weights, reduction: reduction)
        #expect(evaluate(loss, [1, 0, logit], [0, 1, 0], classes: 3).loss.isNaN)
      }
    }
  }

  @Test("64 examples of 1000 classes take about a millisecond")
  func speed() {
    let shape = Shape.matrix(64, 1000)
    let logits = AlignedBuffer((0..<shape.count).map { Float($0 % 37) / 10 })
    let targets = AlignedBuffer((0..<shape.count).map { $0 % 1000 == 3 ? 1 : 0 })
    let gradient = AlignedBuffer(count: shape.count)
    let best = (0..<20).map { _ in
      ProcessorTime.of {
        _ = CrossEntropy().evaluate(
          logits.view(shape).readOnly, targets: targets.view(shape).readOnly,
          into: gradient.view(shape))
      }
    }.min()
    // The aim is 1 ms; the bound leaves room for a loaded machine and catches only a real slip.
    #expect(best ?? .zero < .milliseconds(5))
  }
}
