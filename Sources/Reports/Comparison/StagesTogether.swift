import Metrics
import Results

/// The stages of a staged experiment as one: each class as its own stage's network knows it.
///
/// A run of a last stage and those it continues become one run with the classes of all. Its averages
/// are over all classes and all images, but each image was judged among the classes of its own stage
/// only: an easier task than one network for all classes has.
public enum StagesTogether {
  /// What a report calls the joined data.
  public static let dataset = "all stages together"

  /// One run for every finished run of a last stage whose earlier stages are there; empty where the
  /// runs have no stages.
  ///
  /// Runs belong together by their course and not by their names: a file that was changed between
  /// two sweeps has several runs of one name. Where even the course is that of several runs, because
  /// the data changed, there is no whole.
  public static func runs(_ runs: [RunSummary]) -> [RunSummary] {
    let staged = runs.filter { $0.stage != nil && Comparison.counts($0) }
    let last = runs.compactMap(\.stage?.place).max() ?? 0
    guard last >= 1 else { return [] }
    return staged.filter { $0.stage?.place == last }.compactMap { end in
      let parts = end.stage!.course.map { step in
        staged.filter {
          $0.stage?.course.last == step && $0.strategy == end.strategy
            && $0.variant == end.variant && $0.seed == end.seed
        }
      }
      return parts.allSatisfy { $0.count == 1 } ? joined(parts.map { $0[0] }) : nil
    }
  }

  private static func joined(_ parts: [RunSummary]) -> RunSummary {
    var whole = parts[parts.count - 1]
    (whole.dataset, whole.stage) = (dataset, nil)
    (whole.classes, whole.classRecords) = ([], [])
    for (place, part) in parts.enumerated() {
      // A class of several stages is one of the last of them.
      let later = Set(parts[(place + 1)...].flatMap(\.classRecords).map(\.name))
      var indices: [Int: Int] = [:]
      for record in part.classRecords where !later.contains(record.name) {
        indices[record.index] = whole.classRecords.count
        whole.classRecords.append(moved(record, to: whole.classRecords.count))
      }
      whole.classes += part.classes.compactMap { metrics in
        indices[metrics.classIndex].map { moved(metrics, to: $0) }
      }
    }
    whole.headline = headline(whole.classes, whole.classRecords)
    whole.imagesSeen = sum(parts, \.imagesSeen)
    whole.steps = sum(parts, \.steps)
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

  private static func moved(_ metrics: ClassMetrics, to index: Int) -> ClassMetrics {
    var moved = metrics
    moved.classIndex = index
    // Said of the other classes of a stage, which are not all others here.
    moved.specificity = nil
    return moved
  }

  private static func moved(_ record: ClassRecord, to index: Int) -> ClassRecord {
    var moved = record
    moved.index = index
    return moved
  }

  /// What follows from the classes' counts; what does not is `nil`.
  private static func headline(
    _ classes: [ClassMetrics], _ records: [ClassRecord]
  ) -> HeadlineMetrics {
    let counted = classes.filter { $0.support > 0 && $0.recall != nil }
    let groups = Dictionary(uniqueKeysWithValues: records.map { ($0.index, $0.group) })
    var headline = HeadlineMetrics(
      classes: counted, groups: counted.map { groups[$0.classIndex] ?? .unseen })
    // Each image was judged among its own stage's classes only: these two were never given for all.
    (headline.weightedF1, headline.gMean) = (nil, nil)
    return headline
  }
}
