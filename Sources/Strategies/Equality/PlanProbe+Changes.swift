import Randomness

// Whether two changes of a finished run decide alike.
extension PlanProbe {
  /// A change that moves no decision is the same as none.
  func areEqual(_ a: (any ClassifierChange)?, _ b: (any ClassifierChange)?) -> Bool {
    let (a, b) = (a.flatMap(decisive), b.flatMap(decisive))
    guard let a, let b else { return a == nil && b == nil }
    guard a.candidates == b.candidates, a.readsClassMeans == b.readsClassMeans else {
      return false
    }
    return a.candidates.allSatisfy { value in
      ClassifierProbe.all(classCount: census.classCount).allSatisfy { probe in
        probe.decideAlike(
          a.changed(probe.classifier, at: value, means: probe.means),
          b.changed(probe.classifier, at: value, means: probe.means))
      }
    }
  }

  /// The change, unless it moves no decision whatever its parameter is.
  func decisive(_ change: any ClassifierChange) -> (any ClassifierChange)? {
    let isIdle = change.candidates.allSatisfy { value in
      ClassifierProbe.all(classCount: census.classCount).allSatisfy { probe in
        probe.decideAlike(
          change.changed(probe.classifier, at: value, means: probe.means), probe.classifier)
      }
    }
    return isIdle ? nil : change
  }
}

/// A random classifier with features and class means.
private struct ClassifierProbe {
  let classifier: LinearClassifier
  let means: [[Double]?]
  let features: [[Float]]

  static func all(classCount: Int) -> [ClassifierProbe] {
    (0..<3).map { ClassifierProbe(classCount: classCount, seed: UInt64($0)) }
  }

  init(classCount: Int, seed: UInt64) {
    let width = 6
    var generator = SeededGenerator(seed: seed, purpose: .testing)
    func numbers(_ count: Int) -> [Float] {
      (0..<count).map { _ in Float(generator.normal()) }
    }
    classifier = LinearClassifier(
      weights: numbers(classCount * width), bias: numbers(classCount))
    means = (0..<classCount).map { _ in numbers(width).map(Double.init) }
    features = (0..<12).map { _ in numbers(width) }
  }

  /// Whether the logits of every example differ by one number for all classes, which no softmax and
  /// no decision sees.
  func decideAlike(_ a: LinearClassifier, _ b: LinearClassifier) -> Bool {
    features.allSatisfy { features in
      let (first, second) = (a.logits(of: features), b.logits(of: features))
      let shifts = zip(first, second).map { $0 - $1 }
      let scale = first.map(abs).max() ?? 0
      guard let low = shifts.min(), let high = shifts.max() else { return true }
      return high - low <= 1e-5 * max(scale, 1)
    }
  }
}
