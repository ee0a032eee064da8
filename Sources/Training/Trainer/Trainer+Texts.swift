import Datasets
import Metrics
import Networks
import Recipes
import Results
import Strategies

extension TextTable.Rules {
  /// The rules of a configuration.
  init(_ configuration: TextConfiguration) {
    self.init(
      minCount: configuration.minCount, maxLength: configuration.maxLength,
      masksClassWords: configuration.masksClassWords)
  }
}

extension Recipe {
  /// Refuses what has no meaning where texts are read.
  func checkTexts(_ plan: TrainingPlan) throws {
    guard let text = model.text else { return }
    guard plan.phases.allSatisfy({ $0.mixing == nil }) else {
      throw TrainingError(
        "\(strategy.name) mixes images, and there is no mixing of texts; set model.text.variant to "
          + "none, or choose a strategy without mixing")
    }
    guard text.variant != .text || model.freeze == nil && model.weights == nil else {
      throw TrainingError(
        "model.text.variant is text, which reads no image: model.freeze and model.weights have no "
          + "meaning; remove them")
    }
  }

  /// The texts that its model reads; `nil` where it reads none.
  func texts(of splits: DatasetSplits) throws -> TextTable? {
    guard let text = model.text else { return nil }
    if text.variant == .fallback, splits.validation.examples.isEmpty {
      throw TrainingError(
        "model.text.variant is fallback, whose threshold is chosen on validation, and there is no "
          + "validation image; give split.validation a share above 0")
    }
    return try TextTable(of: splits, rules: TextTable.Rules(text))
  }
}

// What a fallback adds to the evaluation of a run.
extension Trainer {
  /// What a fallback's two models say about validation, and about test by the rule chosen there.
  typealias FallbackOutcomes = (
    validation: FallbackEvaluator.Outcome, test: FallbackEvaluator.Outcome
  )

  /// Evaluates both models of a fallback; `nil` where there is one model.
  var fallback: FallbackEvaluator? {
    textLearner.map {
      FallbackEvaluator(
        image: evaluator, text: evaluator(of: $0), selectBy: recipe.training.selectBy)
    }
  }

  /// Chooses the threshold on validation, then tests once; with the weights as they are.
  func test(_ fallback: FallbackEvaluator) -> FallbackOutcomes {
    let validation = fallback.evaluate(data.splits.validation.examples, by: nil)
    let test = fallback.evaluate(
      data.splits.test.examples, by: validation.rule, keepsPredictions: recipe.storesPredictions)
    return (validation, test)
  }

  /// What the store keeps of the texts that are read: shares of 1, and 0 or 1 for no or yes.
  func figures(of texts: TextTable) -> [String: Double] {
    [
      "text.with_image": recipe.model.text?.variant == .text ? 0 : 1,
      "text.masked": texts.rules.masksClassWords ? 1 : 0,
      "text.naming": texts.testFigures.naming, "text.unknown": texts.testFigures.unknown,
      "text.empty": texts.testFigures.empty, "text.cut": texts.testFigures.cut,
    ]
  }

  /// What the store keeps of a fallback, as shares of 1.
  func figures(of outcomes: FallbackOutcomes) -> [String: Double] {
    let (validation, test) = outcomes
    let values: [(String, Double?)] = [
      ("fallback.threshold", min(validation.rule.threshold, 1)),
      ("fallback.asked.validation", validation.shares?.asked),
      ("fallback.asked", test.shares?.asked), ("fallback.text_decided", test.shares?.decided),
      ("fallback.image.accuracy", test.image.evaluation.headline.accuracy),
      ("fallback.image.macro_recall", test.image.evaluation.headline.macroRecall),
      ("fallback.text.accuracy", test.text.evaluation.headline.accuracy),
      ("fallback.text.macro_recall", test.text.evaluation.headline.macroRecall),
    ]
    return values.reduce(into: [:]) { $0[$1.0] = $1.1 }
  }

  /// The same in a sentence.
  func note(on outcomes: FallbackOutcomes) -> String {
    func percent(_ share: Double?) -> String { share.map(Wording.percent) ?? "none" }
    let (validation, test) = outcomes
    let epochs = [learner, textLearner].map { $0?.best.map { String($0.epoch) } ?? "last" }
    return
      "fallback, seed \(recipe.seed): image and text model trained apart with the same images and "
      + "steps (best epochs \(epochs[0]) and \(epochs[1])); below a confidence of "
      + "\(Double((min(validation.rule.threshold, 1) * 1000).rounded()) / 1000), chosen on validation"
      + ", the text was asked: for \(percent(test.shares?.asked)) of the test images; it decided "
      + "\(percent(test.shares?.decided))"
  }
}
