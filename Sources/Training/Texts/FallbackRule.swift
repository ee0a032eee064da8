import Foundation
import Metrics

/// When the text is asked, and who decides.
///
/// The image's model decides alone where its confidence, its largest probability, is at least the
/// threshold. Below it the text's model is asked too, and the more confident of the two decides;
/// the image's model where they are equal.
package struct FallbackRule: Hashable, Sendable, Codable {
  package var threshold: Double

  package init(threshold: Double) { self.threshold = threshold }

  /// Whether the text's model is asked.
  package func asks(image: Double) -> Bool { image < threshold }

  /// Whether the text's model decides, given both confidences.
  package func isTextsTurn(image: Double, text: Double) -> Bool {
    asks(image: image) && text > image
  }

  /// The thresholds worth trying: those that pass on 0, 1, … 100 percent of images with these
  /// confidences, rising, each once. The first passes on none, the last all.
  package static func candidates(_ confidences: [Double]) -> [Double] {
    let sorted = confidences.sorted()
    var thresholds: [Double] = [0]
    for percent in 1..<100 where !sorted.isEmpty {
      thresholds.append(sorted[min(percent * sorted.count / 100, sorted.count - 1)])
    }
    // No softmax is above 1, and nobody is more confident than 1.
    thresholds.append(1.0.nextUp)
    return thresholds.reduce(into: []) { if $0.last != $1 { $0.append($1) } }
  }

  /// The threshold with the largest value; of equal ones the lowest, which asks least. Where nothing
  /// has a value, nobody is asked.
  package static func choose(
    _ confidences: [Double], value: (FallbackRule) -> Double?
  ) -> FallbackRule {
    var best = (rule: FallbackRule(threshold: 0), value: -Double.infinity)
    for threshold in candidates(confidences) {
      let rule = FallbackRule(threshold: threshold)
      if let value = value(rule), value > best.value { best = (rule, value) }
    }
    return best.rule
  }
}

/// eˣ in double precision.
func exponential(of x: Double) -> Double { exp(x) }

/// What two models said about the same examples, and what a rule makes of it.
struct FallbackTable {
  let image: LogitTable
  let text: LogitTable
  /// The largest probability of each row.
  let imageConfidence: [Double]
  let textConfidence: [Double]

  init(image: LogitTable, text: LogitTable) {
    precondition(image.count == text.count, "two models, but not the same examples")
    (self.image, self.text) = (image, text)
    imageConfidence = (0..<image.count).map(image.confidence)
    textConfidence = (0..<text.count).map(text.confidence)
  }

  /// The logits that decide about a row.
  func decided(_ row: Int, by rule: FallbackRule) -> ArraySlice<Float> {
    rule.isTextsTurn(image: imageConfidence[row], text: textConfidence[row])
      ? text[row] : image[row]
  }

  /// The share of rows that are passed on, and the share that the text decides.
  func shares(of rule: FallbackRule) -> (asked: Double, decided: Double)? {
    guard image.count > 0 else { return nil }
    let asked = imageConfidence.count { rule.asks(image: $0) }
    let decided = zip(imageConfidence, textConfidence).count {
      rule.isTextsTurn(image: $0, text: $1)
    }
    let count = Double(image.count)
    return (Double(asked) / count, Double(decided) / count)
  }
}
