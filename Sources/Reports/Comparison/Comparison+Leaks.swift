import Results

extension Comparison {
  /// Test images that training or validation has too, the most of any run; `nil` where nobody
  /// looked.
  var leakedImages: Int? {
    strategies.flatMap(\.runs).compactMap(\.leakedImages).max()
  }
}

extension StrategySummary {
  /// A figure over the runs of which it is known with and without leaked images.
  struct LeakComparison {
    /// Over all test images.
    var all: Spread?
    /// Over those that did not leak.
    var clean: Spread?
  }

  /// Runs of which single guesses are known.
  var runsWithGuesses: [RunSummary] { runs.filter { $0.withoutLeaks != nil } }

  /// Accuracy with and without leaked images.
  var leakedAccuracy: LeakComparison {
    LeakComparison(
      all: Spread(runsWithGuesses.compactMap { $0.headline?[.accuracy] }),
      clean: Spread(runsWithGuesses.compactMap { $0.withoutLeaks?.accuracy }))
  }

  /// Macro recall with and without leaked images.
  var leakedRecall: LeakComparison {
    LeakComparison(
      all: Spread(runsWithGuesses.compactMap { $0.headline?[.macroRecall] }),
      clean: Spread(runsWithGuesses.compactMap { $0.withoutLeaks?.macroRecall }))
  }
}
