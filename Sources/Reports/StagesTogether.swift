import Metrics
import Results

/// The stages of a staged experiment as one: each class as its own stage's network knows it.
///
/// A run of each stage, of the same strategy, variant and seed, becomes one run with the classes of
/// all. Its averages are over all classes and all images, but each image was judged among the
/// classes of its own stage only: an easier task than one network for all classes has.
public enum StagesTogether {
  /// What a report calls the joined data.
  public static let dataset = "all stages together"

  /// One run for every strategy, variant and seed whose stages are all done; empty where the runs
  /// have no stages.
  public static func runs(_ runs: [RunSummary]) -> [RunSummary] {
    let stages = Set(runs.compactMap(\.stage))
    guard stages.count >= 2 else { return [] }
    struct Key: Hashable {
      var strategy: String
      var variant: String
      var seed: UInt64
    }
    let keys = runs.map { Key(strategy: $0.strategy, variant: $0.variant, seed: $0.seed) }
    var seen: Set<Key> = []
    return keys.filter { seen.insert($0).inserted }.compactMap { key in
      let parts = zip(keys, runs).filter { $0.0 == key && Comparison.counts($0.1) }.map(\.1)
        .sorted { ($0.stage?.place ?? 0) < ($1.stage?.place ?? 0) }
      return Set(parts.compactMap(\.stage)) == stages ? joined(parts) : nil
    }
  }

  private static func joined(_ parts: [RunSummary]) -> RunSummary {
    var whole = parts[parts.count - 1]
    (whole.dataset, whole.stage) = (dataset, nil)
    (whole.classes, whole.classRecords) = ([], [])
    for part in parts {
      let shift = whole.classRecords.count
      whole.classes += part.classes.map { moved($0, by: shift) }
      whole.classRecords += part.classRecords.map { moved($0, by: shift) }
    }
    // One line a group of runs: the strategy's hash of the first stage stands for all.
    whole.groupHash = parts[0].groupHash
    whole.headline = headline(whole.classes, whole.classRecords)
    whole.imagesSeen = sum(parts, \.imagesSeen)
    whole.imagesPlanned = parts.reduce(0) { $0 + $1.imagesPlanned }
    whole.seconds = sum(parts, \.seconds)
    whole.notes = []
    return whole
  }

  private static func sum<Number: AdditiveArithmetic>(
    _ parts: [RunSummary], _ value: (RunSummary) -> Number?
  ) -> Number? {
    let values = parts.compactMap(value)
    return values.count == parts.count ? values.reduce(.zero, +) : nil
  }

  private static func moved(_ metrics: ClassMetrics, by shift: Int) -> ClassMetrics {
    var moved = metrics
    moved.classIndex += shift
    // Said of the other classes of a stage, which are not all others here.
    moved.specificity = nil
    return moved
  }

  private static func moved(_ record: ClassRecord, by shift: Int) -> ClassRecord {
    var moved = record
    moved.index += shift
    return moved
  }

  /// What follows from the classes' counts; what does not is `nil`.
  private static func headline(
    _ classes: [ClassMetrics], _ records: [ClassRecord]
  ) -> HeadlineMetrics {
    let counted = classes.filter { $0.support > 0 && $0.recall != nil }
    let images = counted.reduce(0) { $0 + $1.support }
    var headline = HeadlineMetrics(images: images)
    func share(_ count: (ClassMetrics) -> Int) -> Double? {
      images > 0 ? Double(counted.reduce(0) { $0 + count($1) }) / Double(images) : nil
    }
    func mean(_ values: [Double]) -> Double? {
      values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }
    let groups = Dictionary(uniqueKeysWithValues: records.map { ($0.index, $0.group) })
    func recall(of group: ShotGroup) -> Double? {
      mean(counted.filter { groups[$0.classIndex] == group }.compactMap(\.recall))
    }
    headline.accuracy = share(\.correct)
    headline.top5 = share(\.correctTop5)
    headline.balancedAccuracy = mean(counted.compactMap(\.recall))
    headline.macroTop5 = mean(counted.compactMap(\.top5))
    headline.macroF1 = mean(counted.compactMap(\.f1))
    headline.worstRecall = counted.compactMap(\.recall).min()
    headline.recallMany = recall(of: .many)
    headline.recallMedium = recall(of: .medium)
    headline.recallFew = recall(of: .few)
    return headline
  }
}
