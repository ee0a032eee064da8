import Metrics
import Results

/// Made-up runs whose figures follow from hits a class, so that every mean can be checked by hand.
enum SampleRuns {
  static let classes: [(name: String, train: Int, test: Int)] = [
    ("T-shirts", 420, 40), ("Watches", 150, 40), ("Shoes | casual", 100, 20), ("Bags", 40, 20),
    ("Ties and Cufflinks of every kind", 19, 10), ("帽子", 6, 5), ("Umbrellas", 0, 4),
  ]

  static var records: [ClassRecord] {
    classes.enumerated().map { index, row in
      ClassRecord(
        index: index, name: row.name, trainCount: row.train, validationCount: row.train / 10,
        testCount: row.test)
    }
  }

  /// A finished run with these many hits in each seen class.
  static func done(
    _ strategy: String, variant: String = "", seed: UInt64, hits: [Int], top5: [Int]? = nil,
    imagesSeen: Int = 48_000, overrides: [String] = [], notes: [String] = []
  ) -> RunSummary {
    let seen = classes.filter { $0.train > 0 }
    precondition(hits.count == seen.count)
    let top5 = top5 ?? zip(hits, seen).map { min($1.test, $0 + 3) }
    var metrics: [ClassMetrics] = []
    for (index, row) in seen.enumerated() {
      let (hit, near) = (hits[index], top5[index])
      let recall = Double(hit) / Double(row.test)
      metrics.append(
        ClassMetrics(
          classIndex: index, support: row.test, predicted: hit + 1, correct: hit,
          correctTop5: near, top1: recall, top5: Double(near) / Double(row.test),
          precision: Double(hit) / Double(hit + 1), recall: recall,
          f1: 2 * Double(hit) / Double(row.test + hit + 1), specificity: 0.99))
    }
    metrics.append(
      ClassMetrics(
        classIndex: seen.count, support: classes[seen.count].test, predicted: 0, correct: 0,
        correctTop5: 0, top1: nil, top5: nil, precision: nil, recall: nil, f1: nil,
        specificity: nil))
    var run = unfinished(strategy, variant: variant, seed: seed, .done, epochsDone: 8)
    run.headline = headline(of: metrics.dropLast())
    (run.classes, run.imagesSeen, run.bestEpoch) = (metrics, imagesSeen, 7)
    (run.seconds, run.overrides, run.notes) = (75.3 + Double(seed), overrides, notes)
    return run
  }

  static func headline(of classes: some Collection<ClassMetrics>) -> HeadlineMetrics {
    let images = classes.reduce(0) { $0 + $1.support }
    var headline = HeadlineMetrics(images: images, unseenImages: 4)
    func mean(_ values: [Double]) -> Double? {
      values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }
    func group(_ group: ShotGroup) -> Double? {
      mean(classes.filter { records[$0.classIndex].group == group }.compactMap(\.recall))
    }
    headline.accuracy = Double(classes.reduce(0) { $0 + $1.correct }) / Double(images)
    headline.top5 = Double(classes.reduce(0) { $0 + $1.correctTop5 }) / Double(images)
    headline.macroRecall = mean(classes.compactMap(\.recall))
    headline.macroTop5 = mean(classes.compactMap(\.top5))
    headline.macroF1 = mean(classes.compactMap(\.f1))
    headline.worstRecall = classes.compactMap(\.recall).min()
    headline.manyRecall = group(.many)
    headline.mediumRecall = group(.medium)
    headline.fewRecall = group(.few)
    headline.mcc = 0.71234
    headline.loss = 1.25
    return headline
  }

  static func unfinished(
    _ strategy: String, variant: String = "", seed: UInt64, _ status: RunStatus,
    epochsDone: Int = 3, error: String? = nil
  ) -> RunSummary {
    let place = ["baseline", "weights", "oversampling", "augmentation", "combined"]
      .firstIndex(of: strategy)
    return RunSummary(
      id: RunID((place ?? 5) * 10) + RunID(seed), sweep: "night", dataset: "fashion-small",
      name: "\(strategy)-s\(seed)", strategy: strategy, variant: variant, seed: seed,
      status: status, groupHash: "\(strategy.count)\(variant.count)abcdef0123", headline: nil,
      classes: [], classRecords: records, imagesSeen: nil, imagesPlanned: 48_000,
      epochsDone: epochsDone, epochsPlanned: 8, bestEpoch: nil, seconds: nil, error: error,
      overrides: [], notes: [])
  }

  /// Five strategies, three seeds; one failed, one diverged, one strategy with another budget.
  static var night: [RunSummary] {
    [
      done("baseline", seed: 1, hits: [38, 36, 16, 12, 3, 0]),
      done(
        "weights", variant: "kind=effective-number beta=0.999", seed: 1,
        hits: [36, 36, 16, 14, 5, 2], notes: ["1 class without images: weight 0, masked"]),
      done("oversampling", seed: 1, hits: [35, 35, 17, 14, 6, 2]),
      done("augmentation", seed: 1, hits: [38, 35, 17, 13, 4, 1], imagesSeen: 48_064),
      unfinished("combined", seed: 1, .failed, error: "out of memory\nsecond line"),
      done("baseline", seed: 2, hits: [37, 37, 15, 11, 4, 1]),
      done(
        "weights", variant: "kind=effective-number beta=0.999", seed: 2,
        hits: [36, 35, 16, 14, 6, 2]),
      done(
        "oversampling", seed: 2, hits: [34, 36, 16, 13, 6, 3],
        overrides: ["training.learning_rate=0.01"]),
      unfinished("augmentation", seed: 2, .diverged, error: "loss is NaN at step 211"),
      done("combined", seed: 2, hits: [33, 33, 16, 14, 7, 3]),
      done("baseline", seed: 3, hits: [38, 36, 17, 12, 4, 1]),
      done(
        "weights", variant: "kind=effective-number beta=0.999", seed: 3,
        hits: [37, 36, 16, 13, 5, 1]),
      done("oversampling", seed: 3, hits: [35, 36, 16, 14, 6, 3]),
      done("augmentation", seed: 3, hits: [38, 36, 17, 13, 5, 1], imagesSeen: 48_064),
      unfinished("combined", seed: 3, .running),
    ]
  }
}
