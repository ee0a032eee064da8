import Datasets
import Metrics
import Recipes

/// Puts a split through the two models of a fallback and combines what they say by a rule.
struct FallbackEvaluator {
  let image: SplitEvaluator
  let text: SplitEvaluator
  /// Chooses the threshold on validation.
  let selectBy: SelectionMetric

  /// What image and text alone say about a split, and how a rule combines them.
  struct Outcome {
    let image: SplitEvaluator.Outcome
    let text: SplitEvaluator.Outcome
    let combined: SplitEvaluator.Outcome
    let rule: FallbackRule
    /// Shares of the examples for which the text was asked, and that it decided; `nil` where there
    /// are no examples.
    let shares: (asked: Double, decided: Double)?
  }

  /// Evaluates examples.
  ///
  /// - Parameter rule: `nil` to choose the one that is best on these examples, which must be those
  ///   of validation.
  func evaluate(
    _ examples: [LabeledExample], by rule: FallbackRule?, keepsPredictions: Bool = false
  ) -> Outcome {
    let table = FallbackTable(
      image: image.logits(of: examples), text: text.logits(of: examples))
    func outcome(
      keepsPredictions: Bool = false, _ row: (Int) -> ArraySlice<Float>
    ) -> SplitEvaluator.Outcome {
      image.tally(examples, keepsPredictions: keepsPredictions, logits: row)
    }
    let rule =
      rule
      ?? FallbackRule.choose(table.imageConfidence) { rule in
        selectBy.value(of: outcome { table.decided($0, by: rule) }.evaluation.headline)
      }
    return Outcome(
      image: outcome { table.image[$0] }, text: outcome { table.text[$0] },
      combined: outcome(keepsPredictions: keepsPredictions) { table.decided($0, by: rule) },
      rule: rule, shares: table.shares(of: rule))
  }
}
