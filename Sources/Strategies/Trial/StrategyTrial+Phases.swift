import Datasets

// What a trial finds of schedules and of changes after training.
extension StrategyTrial {
  /// The shares of the run that the phases take, and what learns in them.
  mutating func schedule(_ plan: TrainingPlan) {
    guard plan.phases.count > 1 else { return }
    let total = plan.phases.reduce(0) { $0 + $1.share }
    let texts = plan.phases.map { phase in
      "\(phase.share.digits(2)) of the run trains \(phase.trains.rawValue)"
        + (phase.startsHeadAnew ? " anew" : "")
    }
    add(
      "phases", texts.joined(separator: ", then "),
      abs(total - 1) < 1e-9 && plan.phases.allSatisfy { $0.share > 0 })
  }

  /// A change at its smallest value against the classifier as it was, and twice.
  mutating func change(_ change: any ClassifierChange, again plan: TrainingPlan) {
    let width = 3
    let weights: [Float] = (0..<Self.counts.count * width).map { index in
      Float((index * 7) % 11) / 4 - 1
    }
    let bias: [Float] = Self.counts.indices.map { Float($0) / 8 }
    let classifier = LinearClassifier(weights: weights, bias: bias)
    func feature(_ item: Int, _ index: Int) -> Float {
      let number = (item * 13 + index * 29) % 37
      return Float(number) / 18 - 1
    }
    let examples: [[Float]] = (0..<40).map { item in (0..<width).map { feature(item, $0) } }
    let means: [[Double]] = Self.counts.indices.map { label in
      (0..<width).map { Double(feature(label * 5, $0)) + 1 }
    }
    func predictions(_ classifier: LinearClassifier) -> [Int] {
      examples.map { features in
        let logits = classifier.logits(of: features)
        return logits.indices.max { logits[$0] < logits[$1] } ?? 0
      }
    }
    let changed = change.candidates.map { change.changed(classifier, at: $0, means: means) }
    let isFinite = changed.allSatisfy {
      $0.weights.allSatisfy(\.isFinite) && $0.bias.allSatisfy(\.isFinite)
    }
    let other = predictions(changed[changed.count - 1])
    let moved = zip(other, predictions(classifier)).count { $0 != $1 }
    add(
      "change",
      "\(change.candidates.count) value(s) of \(change.parameter ?? "no parameter"); the last one "
        + "moves \(moved) of \(examples.count) predictions", isFinite && moved > 0)
    let twice = plan.change.map { $0.changed(classifier, at: change.candidates[0], means: means) }
    add("change again", "the same classifier", twice == changed[0])
    guard change.parameter != nil, change.candidates[0] == 0 else { return }
    // τ-normalisation drops the bias whatever τ is.
    var plain = classifier
    if changed[0].bias.allSatisfy({ $0 == 0 }) { plain.bias = changed[0].bias }
    add(
      "change by 0", "every prediction stays", predictions(changed[0]) == predictions(plain))
  }
}
