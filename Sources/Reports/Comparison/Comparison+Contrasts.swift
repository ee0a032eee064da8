import Metrics
import Results
import Statistics

// What may be said of every difference, worked out once all strategies are known.
extension Comparison {
  /// A false discovery rate, and the error rate of simultaneous intervals.
  static let level = SeedStatistics.level

  /// Fills in the contrasts of headline figures, of averages and of classes.
  static func settle(_ strategies: inout [StrategySummary], classes: [ClassRow], comparisons: Int) {
    guard comparisons > 0 else { return }
    let designs = strategies.map { SampleDesign($0.runs) }
    let references = Dictionary(
      strategies.map { ($0.name, $0.classes) }, uniquingKeysWith: { first, _ in first })
    for figure in HeadlineFigure.allCases {
      let places = strategies.indices.filter { strategies[$0].differences[figure] != nil }
      let samples = places.map {
        DifferenceSample(strategies[$0].differences[figure]!.differences, designs[$0])
      }
      let images = places.map { place -> Double? in
        let strategy = strategies[place]
        guard let average = figure.average, let kind = figure.recall,
          let reference = strategy.reference.flatMap({ references[$0.name] })
        else { return nil }
        return TestImageLuck(classes).variance(
          of: average, [strategy.classes, reference].map { $0.map { $0[keyPath: kind]?.mean } })
      }
      let contrasts = SimultaneousContrasts(samples, images: images, comparisons: comparisons)
      for (place, contrast) in zip(places, contrasts.all) {
        strategies[place].contrasts[figure] = contrast
      }
    }
    for change in [\ClassFigures.top1Change, \ClassFigures.top5Change] {
      settleAverages(&strategies, designs, change, classes: classes, comparisons: comparisons)
      settleClasses(&strategies, designs, change)
    }
  }

  private static func settleAverages(
    _ strategies: inout [StrategySummary], _ designs: [SampleDesign],
    _ change: WritableKeyPath<ClassFigures, ClassChange?>, classes: [ClassRow], comparisons: Int
  ) {
    for average in ClassAverage.allCases {
      let places = strategies.indices.filter {
        strategies[$0].averages[average]?[keyPath: change] != nil
      }
      let samples = places.map { place in
        DifferenceSample(
          strategies[place].averages[average]![keyPath: change]!.differences, designs[place])
      }
      let images = places.map { place in
        let shares = strategies[place].classes.map { $0[keyPath: change]?.share }
        return TestImageLuck(classes).variance(of: average, [shares, shares])
      }
      let contrasts = SimultaneousContrasts(samples, images: images, comparisons: comparisons)
      for (place, contrast) in zip(places, contrasts.all) {
        strategies[place].averages[average]![keyPath: change]!.contrast = contrast
      }
    }
  }

  private static func settleClasses(
    _ strategies: inout [StrategySummary], _ designs: [SampleDesign],
    _ change: WritableKeyPath<ClassFigures, ClassChange?>
  ) {
    var cells: [ClassContrasts.Cell] = []
    var places: [(strategy: Int, row: Int)] = []
    for strategy in strategies.indices {
      for row in strategies[strategy].classes.indices {
        guard let one = strategies[strategy].classes[row][keyPath: change] else { continue }
        let sample = DifferenceSample(one.differences, designs[strategy])
        cells.append(.init(sample: sample, share: one.share, images: Double(one.support)))
        places.append((strategy, row))
      }
    }
    let rows = Set(places.map(\.row)).count
    for (place, contrast) in zip(places, ClassContrasts(cells, classes: rows).all) {
      strategies[place.strategy].classes[place.row][keyPath: change]!.contrast = contrast
    }
  }
}

/// What the runs of one strategy repeat.
struct SampleDesign {
  /// Folds that they are tested on; 0 where the data are divided once.
  let folds: Int
  /// Test images of a fold over its training images.
  let testShare: Double

  init(_ runs: [RunSummary]) {
    folds = Set(runs.compactMap(\.fold)).count
    testShare = folds == 0 ? 0 : StrategySummary.testShare(runs)
  }
}

/// Differences of one figure under one strategy, one a pair of runs.
struct DifferenceSample {
  let mean: Double
  /// How many pairs of runs.
  let pairs: Int
  /// Of single differences; `nil` for one.
  let variance: Double?
  /// Degrees of freedom of ``variance``.
  let degrees: Double
  /// The variance of the mean over that of a difference: 1/n, and over folds, which share training
  /// images, 1/n + n_test/n_train (``CorrectedResampledT``).
  let factor: Double
  /// Whether every difference has test images of its own, so that their luck is in the variance.
  let hasOwnImages: Bool

  /// - Parameter differences: not empty; of folds with several seeds all of them, in the order of
  ///   seeds and folds.
  init(_ differences: [Double], _ design: SampleDesign) {
    let sample = Sample(differences)
    (mean, pairs) = (sample.mean ?? 0, differences.count)
    variance = sample.standardDeviation.map { $0 * $0 }
    hasOwnImages = design.folds > 0
    // The seeds of a fold share its test images: they are no more than one difference together.
    let count = hasOwnImages ? min(design.folds, differences.count) : differences.count
    degrees = Double(count - 1)
    factor = 1 / Double(count) + (hasOwnImages ? design.testShare : 0)
  }

  /// Whether anything is known of the spread.
  var hasSpread: Bool { variance != nil && degrees >= 1 }
}

/// Contrasts of one figure under several strategies, whose intervals hold together: each at the level
/// 1 − (1 − 0.05)^(1/m) of Šidák, which is on the careful side since all share one baseline.
///
/// The variance over seeds is moderated over the strategies (``VariancePrior``): two or three seeds say
/// little of their own spread.
struct SimultaneousContrasts {
  let all: [Contrast]

  /// - Parameters:
  ///   - images: the variance that other test images would add to each; `nil` where it is not known.
  ///   - comparisons: m, at least the number of samples.
  init(_ samples: [DifferenceSample], images: [Double?], comparisons: Int) {
    let known = samples.filter(\.hasSpread)
    // Differences to one baseline: two of their variances have a correlation of 1/4.
    let share = Double(known.count) / (1 + Double(max(known.count, 1) - 1) / 4)
    let limit = share * (known.map(\.degrees).max() ?? 0)
    let prior = VariancePrior(
      known.map { ($0.variance ?? 0, $0.degrees) }, limit: limit)
    var quantiles = QuantileCache(level: Sidak.level(Comparison.level, count: comparisons))
    all = zip(samples, images).map { sample, images in
      guard sample.hasSpread, let prior, let own = sample.variance else {
        return Contrast(mean: sample.mean, pairs: sample.pairs)
      }
      let (variance, degrees) = prior.posterior(of: own, degrees: sample.degrees, limit: limit)
      let error = (variance * sample.factor).squareRoot()
      guard error > 0 else { return Contrast(mean: sample.mean, pairs: sample.pairs) }
      let p = 2 * StudentT.cumulative(-abs(sample.mean) / error, degrees: degrees)
      let luck = sample.hasOwnImages ? 0 : images
      return Contrast(
        mean: sample.mean, pairs: sample.pairs, reach: quantiles.t(degrees) * error,
        images: luck.map { quantiles.normal * $0.squareRoot() },
        adjustedP: Sidak.adjust(p, count: comparisons))
    }
  }
}

/// Contrasts of the classes' recalls under all strategies, of which at most one in twenty that are
/// called a difference is none (Benjamini and Hochberg); their intervals have the level that goes with
/// it (Y. Benjamini and D. Yekutieli, "False Discovery Rate-Adjusted Multiple Confidence Intervals",
/// JASA 100, 2005), so that an interval without zero and a mark are the same.
///
/// What is tested is whether another seed of the baseline could have given the difference. Its variance
/// over seeds is expected as ``HitVariance`` says, and moderated over all classes and strategies.
struct ClassContrasts {
  struct Cell {
    var sample: DifferenceSample
    /// The class's recall, off 0 and 1.
    var share: Double
    /// Its test images.
    var images: Double
  }

  let all: [Contrast]

  /// - Parameter classes: how many classes the cells are of.
  init(_ cells: [Cell], classes: Int) {
    let known = cells.filter(\.sample.hasSpread)
    let trend = HitVariance(
      fitting: known.map {
        .init(share: $0.share, images: $0.images, variance: $0.sample.variance ?? 0)
      })
    func expected(_ cell: Cell) -> Double {
      max(trend.expected(share: cell.share, images: cell.images), 1e-12)
    }
    let strategies = Double(known.count) / Double(max(classes, 1))
    let share = strategies / (1 + max(strategies - 1, 0) / 4)
    let limit = Double(classes) * share * (known.map(\.sample.degrees).max() ?? 0)
    let prior = VariancePrior(
      known.map { (($0.sample.variance ?? 0) / expected($0), $0.sample.degrees) }, limit: limit)
    let tests = cells.map { cell -> (p: Double, error: Double, degrees: Double)? in
      guard cell.sample.hasSpread, let prior, let own = cell.sample.variance else { return nil }
      let unit = expected(cell)
      let (variance, degrees) = prior.posterior(
        of: own / unit, degrees: cell.sample.degrees, limit: limit)
      let error = (variance * unit * cell.sample.factor).squareRoot()
      guard error > 0 else { return nil }
      let p = 2 * StudentT.cumulative(-abs(cell.sample.mean) / error, degrees: degrees)
      return (min(p, 1), error, degrees)
    }
    let p = tests.compactMap { $0?.p }
    var adjusted = FalseDiscoveryRate.adjust(p)[...]
    let findings = adjusted.count { $0 <= Comparison.level }
    let level = Comparison.level * Double(max(findings, 1)) / Double(max(p.count, 1))
    var quantiles = QuantileCache(level: level)
    all = zip(cells, tests).map { cell, test in
      guard let test else { return Contrast(mean: cell.sample.mean, pairs: cell.sample.pairs) }
      let binomial = 2 * cell.share * (1 - cell.share) / cell.images
      return Contrast(
        mean: cell.sample.mean, pairs: cell.sample.pairs,
        reach: quantiles.t(test.degrees) * test.error,
        images: cell.sample.hasOwnImages ? 0 : quantiles.normal * binomial.squareRoot(),
        adjustedP: adjusted.removeFirst())
    }
  }
}

/// Two-sided quantiles at one level; t's for each number of degrees of freedom once.
private struct QuantileCache {
  let level: Double
  private var known: [Double: Double] = [:]

  init(level: Double) { self.level = level }

  var normal: Double { -NormalDistribution.quantile(level / 2) }

  mutating func t(_ degrees: Double) -> Double {
    if let value = known[degrees] { return value }
    let value = -StudentT.quantile(level / 2, degrees: degrees)
    known[degrees] = value
    return value
  }
}

/// What other test images would change: the variance of a difference of two averages of recalls, each
/// class a binomial count, both sides on images of their own. On the same images it is less, so that
/// this is a bound.
struct TestImageLuck {
  private let classes: [ClassRow]

  init(_ classes: [ClassRow]) { self.classes = classes }

  /// - Parameter sides: each side's share of every class; `nil` where a class has no test image.
  func variance(of average: ClassAverage, _ sides: [[Double?]]) -> Double? {
    let rows = classes.indices.filter { row in
      average.includes(classes[row].group) && classes[row].support.lowerBound > 0
        && sides.allSatisfy { $0[row] != nil }
    }
    guard !rows.isEmpty else { return nil }
    let images = rows.reduce(0) { $0 + Double(classes[$1].support.lowerBound) }
    return sides.reduce(0) { sum, shares in
      rows.reduce(sum) { sum, row in
        let (n, p) = (Double(classes[row].support.lowerBound), shares[row]!)
        let weight = average == .images ? n / images : 1 / Double(rows.count)
        return sum + weight * weight * p * (1 - p) / n
      }
    }
  }
}

extension HeadlineFigure {
  /// The average over classes that it is; `nil` for one that is none.
  fileprivate var average: ClassAverage? {
    switch self {
    case .macroRecall, .macroTop5: .classes
    case .accuracy, .top5: .images
    case .manyRecall: .many
    case .mediumRecall: .medium
    case .fewRecall: .few
    default: nil
    }
  }

  /// Which of a class's shares it averages.
  fileprivate var recall: KeyPath<ClassFigures, Spread?>? {
    switch self {
    case .top5, .macroTop5: \.top5
    default: average == nil ? nil : \.top1
    }
  }
}
