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
  /// What image and text alone say about a split, and how a rule combines them.
  struct FallbackOutcome {
    let image: SplitEvaluator.Outcome
    let text: SplitEvaluator.Outcome
    let combined: SplitEvaluator.Outcome
    let rule: FallbackRule
    let shares: (asked: Double, decided: Double)?
  }

  /// Puts a split through both models. Without a rule, the one is chosen that is best by the
  /// recipe's figure: on validation only.
  func evaluate(
    _ examples: [LabeledExample], with fallback: TextFallback, by rule: FallbackRule?,
    keepsPredictions: Bool = false
  ) -> FallbackOutcome {
    let evaluator = evaluator
    let textEvaluator = evaluator.reading(with: fallback.model)
    let table = FallbackTable(
      image: evaluator.logits(of: examples), text: textEvaluator.logits(of: examples))
    func outcome(
      keepsPredictions: Bool = false, _ row: (Int) -> ArraySlice<Float>
    ) -> SplitEvaluator.Outcome {
      evaluator.tally(examples, keepsPredictions: keepsPredictions, logits: row)
    }
    let selectBy = recipe.training.selectBy
    let rule =
      rule
      ?? FallbackRule.choose(table.imageConfidence) { rule in
        selectBy.value(of: outcome { table.decided($0, by: rule) }.evaluation.headline)
      }
    return FallbackOutcome(
      image: outcome { table.image[$0] }, text: outcome { table.text[$0] },
      combined: outcome(keepsPredictions: keepsPredictions) { table.decided($0, by: rule) },
      rule: rule, shares: table.shares(of: rule))
  }

  /// Chooses the threshold on validation with the best weights of both models, then tests once.
  func testFallback(
    _ fallback: TextFallback
  ) throws -> (validation: FallbackOutcome, test: FallbackOutcome) {
    try fallback.restoreBest()
    let validation = evaluate(data.splits.validation.examples, with: fallback, by: nil)
    let test = evaluate(
      data.splits.test.examples, with: fallback, by: validation.rule,
      keepsPredictions: recipe.storesPredictions)
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
  func figures(
    _ outcomes: (validation: FallbackOutcome, test: FallbackOutcome)
  ) -> [String: Double] {
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
  func note(
    _ outcomes: (validation: FallbackOutcome, test: FallbackOutcome), _ fallback: TextFallback
  ) -> String {
    func percent(_ share: Double?) -> String { share.map(Wording.percent) ?? "none" }
    let (validation, test) = outcomes
    let epochs = [state.best?.epoch, fallback.state.bestEpoch].map { $0.map(String.init) ?? "last" }
    return
      "fallback, seed \(recipe.seed): image and text model trained apart with the same images and "
      + "steps (best epochs \(epochs[0]) and \(epochs[1])); below a confidence of "
      + "\(Double((min(validation.rule.threshold, 1) * 1000).rounded()) / 1000), chosen on validation"
      + ", the text was asked: for \(percent(test.shares?.asked)) of the test images; it decided "
      + "\(percent(test.shares?.decided))"
  }
}
