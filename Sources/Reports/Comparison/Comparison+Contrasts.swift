import Metrics
import Results
import Statistics

// What may be said of every difference, worked out once all strategies are known.
extension Comparison {
  /// A false discovery rate, and the error rate of simultaneous intervals.
  static let level = SeedStatistics.level

  /// Fills in the contrasts of headline figures, of averages and of classes.
  static func settle(
    _ strategies: inout [StrategySummary], classes: [ClassRow], replicas: [Replica],
    comparisons: Int
  ) {
    guard comparisons > 0 else { return }
    let designs = strategies.map { SampleDesign($0.runs) }
    let blocks = SeedBlocks(strategies, replicas)
    for figure in HeadlineFigure.allCases {
      let places = strategies.indices.filter { strategies[$0].differences[figure] != nil }
      let samples = places.map {
        DifferenceSample(strategies[$0].differences[figure]!.differences, designs[$0])
      }
      let images = places.map { imageLuck(of: figure, in: strategies[$0], strategies, classes) }
      let contrasts = blocks.contrasts(
        samples, at: places, images: images, comparisons: comparisons
      ) { run in run.headline.flatMap(figure.value) }
      for (place, contrast) in zip(places, contrasts) {
        strategies[place].contrasts[figure] = contrast
      }
    }
    for change in [\ClassFigures.top1Change, \ClassFigures.top5Change] {
      settleAverages(
        &strategies, designs, blocks, change, classes: classes, comparisons: comparisons)
      settleClasses(&strategies, designs, change)
    }
  }

  /// What other test images would add to the variance of a difference; `nil` where that is not known.
  private static func imageLuck(
    of figure: HeadlineFigure, in strategy: StrategySummary, _ all: [StrategySummary],
    _ classes: [ClassRow]
  ) -> Double? {
    guard let average = figure.average, let kind = figure.recall,
      let name = strategy.reference?.name,
      let reference = all.first(where: { $0.name == name })
    else { return nil }
    return TestImageLuck(classes).variance(
      of: average,
      [strategy.classes, reference.classes].map { $0.map { $0[keyPath: kind]?.mean } })
  }

  private static func settleAverages(
    _ strategies: inout [StrategySummary], _ designs: [SampleDesign], _ blocks: SeedBlocks,
    _ change: WritableKeyPath<ClassFigures, ClassChange?>, classes: [ClassRow], comparisons: Int
  ) {
    for average in ClassAverage.allCases {
      let places = strategies.indices.filter {
        strategies[$0].averages[average]?[keyPath: change] != nil
      }
      let changes = places.map { strategies[$0].averages[average]![keyPath: change]! }
      let samples = zip(places, changes).map { DifferenceSample($1.differences, designs[$0]) }
      let images = places.map { place in
        let shares = strategies[place].classes.map { $0[keyPath: change]?.share }
        return TestImageLuck(classes).variance(of: average, [shares, shares])
      }
      // What a run's average was follows from the differences and the baseline's; both are in the pairs.
      let contrasts = blocks.contrasts(
        samples, at: places, images: images, comparisons: comparisons, of: changes)
      for (place, contrast) in zip(places, contrasts) {
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
/// How seeds differ is estimated from all strategies and the baseline together (``BlockDesign``), each
/// strategy's part moderated by the others' (``VariancePrior``): two or three seeds say little of their
/// own spread. The variance of a difference of means over n seeds is (s₁² + s₂²) / n, its degrees of
/// freedom are Satterthwaite's. Over folds each strategy's differences stand for themselves.
struct SimultaneousContrasts {
  let all: [Contrast]

  /// - Parameters:
  ///   - samples: the strategies' differences.
  ///   - spreads: of each what is known of the single values' spread, its own and the baseline's.
  ///   - degrees: the most degrees of freedom that there are.
  ///   - images: the variance that other test images would add to each; `nil` where it is not known.
  ///   - comparisons: m, at least the number of samples.
  init(
    _ samples: [DifferenceSample],
    spreads: [(own: BlockDesign.Variance?, baseline: BlockDesign.Variance?)],
    prior: VariancePrior?, degrees limit: Double, images: [Double?], comparisons: Int
  ) {
    var quantiles = QuantileCache(level: Sidak.level(Comparison.level, count: comparisons))
    all = samples.indices.map { place in
      let sample = samples[place]
      let unknown = Contrast(mean: sample.mean, pairs: sample.pairs)
      let (error, degrees): (Double, Double)
      if sample.hasOwnImages {
        guard sample.hasSpread, let variance = sample.variance else { return unknown }
        (error, degrees) = ((variance * sample.factor).squareRoot(), sample.degrees)
      } else {
        guard let prior, let own = spreads[place].own, let other = spreads[place].baseline else {
          return unknown
        }
        let a = prior.posterior(of: own.value, degrees: own.degrees, limit: limit)
        let b = prior.posterior(of: other.value, degrees: other.degrees, limit: limit)
        let sum = a.variance + b.variance
        let satterthwaite =
          sum * sum
          / (a.variance * a.variance / a.degrees + b.variance * b.variance / b.degrees)
        (error, degrees) = ((sum * sample.factor).squareRoot(), min(satterthwaite, limit))
      }
      guard error > 0, degrees > 0 else { return unknown }
      let p = 2 * StudentT.cumulative(-abs(sample.mean) / error, degrees: degrees)
      let luck = sample.hasOwnImages ? 0 : images[place]
      return Contrast(
        mean: sample.mean, pairs: sample.pairs, spread: (error, degrees),
        reach: quantiles.t(degrees) * error,
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

  /// Classes are never taken to be more alike than this many degrees of freedom say: two seeds cannot
  /// show how unlike they are, and with real runs of one recipe a stronger belief marked too much.
  private static let likeness = 10.0

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
      known.map { (($0.sample.variance ?? 0) / expected($0), $0.sample.degrees) },
      limit: min(limit, Self.likeness))
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
        mean: cell.sample.mean, pairs: cell.sample.pairs, spread: (test.error, test.degrees),
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

/// All runs of a comparison, a row a strategy and a column a seed.
struct SeedBlocks {
  private let strategies: [StrategySummary]
  private let replicas: [Replica]
  private let places: [String: Int]

  init(_ strategies: [StrategySummary], _ replicas: [Replica]) {
    (self.strategies, self.replicas) = (strategies, replicas)
    places = Dictionary(
      strategies.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// Contrasts of a figure that every run has by itself.
  func contrasts(
    _ samples: [DifferenceSample], at own: [Int], images: [Double?], comparisons: Int,
    value: (RunSummary) -> Double?
  ) -> [Contrast] {
    contrasts(samples, at: own, images: images, comparisons: comparisons, table: table(value))
  }

  /// Contrasts of what is known as pairs only.
  func contrasts(
    _ samples: [DifferenceSample], at own: [Int], images: [Double?], comparisons: Int,
    of changes: [ClassChange]
  ) -> [Contrast] {
    var table = strategies.map { _ in [Double?](repeating: nil, count: replicas.count) }
    for (place, change) in zip(own, changes) {
      guard let reference = strategies[place].reference.flatMap({ places[$0.name] }) else {
        continue
      }
      let partners = Set(strategies[reference].runs.map(Replica.init))
      let shared = strategies[place].runs.map(Replica.init).filter(partners.contains)
      guard shared.count == change.pairs.count else { continue }
      for (replica, pair) in zip(shared, change.pairs) {
        guard let column = replicas.firstIndex(of: replica) else { continue }
        (table[place][column], table[reference][column]) = (pair.own, pair.baseline)
      }
    }
    return contrasts(samples, at: own, images: images, comparisons: comparisons, table: table)
  }

  private func contrasts(
    _ samples: [DifferenceSample], at own: [Int], images: [Double?], comparisons: Int,
    table: [[Double?]]
  ) -> [Contrast] {
    let design = BlockDesign(table)
    let prior = VariancePrior(
      design.variances.compactMap { $0.map { ($0.value, $0.degrees) } }, limit: design.degrees)
    let spreads = own.map { place in
      (
        own: design.variances[place],
        baseline: strategies[place].reference.flatMap { places[$0.name] }
          .flatMap { design.variances[$0] }
      )
    }
    return SimultaneousContrasts(
      samples, spreads: spreads, prior: prior, degrees: design.degrees, images: images,
      comparisons: comparisons
    ).all
  }

  /// The mean square of what is left of a figure without strategies' and seeds' means.
  func variance(_ value: (RunSummary) -> Double?) -> Double? {
    BlockDesign(table(value)).meanSquare
  }

  /// A value of every finished run.
  private func table(_ value: (RunSummary) -> Double?) -> [[Double?]] {
    strategies.map { strategy in
      var row = [Double?](repeating: nil, count: replicas.count)
      for run in strategy.runs {
        if let column = replicas.firstIndex(of: Replica(run)) { row[column] = value(run) }
      }
      return row
    }
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
