import Results

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// How much each class counts in training, strategy by strategy.
package struct MassBook {
  /// Strategies that treat all classes alike.
  package struct Curve {
    package let strategies: [StrategySummary]
    /// One a class with training images, in the order of the run's classes.
    package let points: [Point]

    /// Whether every class counts as much as it has images.
    package var isNatural: Bool { points.allSatisfy { abs($0.promised - 1) < 0.005 } }
  }

  /// One class.
  package struct Point {
    package let trainCount: Int
    /// Drawn × weighted over the class's share of the training images, by the strategy's promise for
    /// its last phase.
    package let promised: Double
    /// The same counted over the whole run; `nil` where nobody counted.
    package let realised: Double?
  }

  /// The natural share first, then in the order of the comparison's strategies.
  package let curves: [Curve]
  /// Every training count.
  package let counts: ClosedRange<Int>?
  /// How far from 1 the farthest point is, as a factor of at least 2.
  package let reach: Double

  package init(_ context: PageContext) {
    var keys: [[Int]: Int] = [:]
    var groups: [(strategies: [StrategySummary], points: [[Point]])] = []
    for strategy in context.comparison.strategies {
      let runs = strategy.runs.compactMap { run in
        context.evidence.masses[run.id].flatMap { Self.points(of: run, $0) }
      }
      guard let first = runs.first else { continue }
      // Half a percent apart is the same; a class that never counts has no logarithm.
      let key = first.map { $0.promised > 0 ? Int((log($0.promised) * 100).rounded()) : .min }
      if let place = keys[key] {
        groups[place].strategies.append(strategy)
        groups[place].points += runs
      } else {
        keys[key] = groups.count
        groups.append(([strategy], runs))
      }
    }
    let all = groups.map { Curve(strategies: $0.strategies, points: Self.mean($0.points)) }
    curves = all.filter(\.isNatural) + all.filter { !$0.isNatural }
    let points = all.flatMap(\.points)
    let trainCounts = points.map(\.trainCount)
    counts = trainCounts.min().map { $0...trainCounts.max()! }
    let logarithms = points.flatMap { [$0.promised, $0.realised ?? 1] }.filter { $0 > 0 }
      .map { abs(log($0)) }
    reach = exp(max(logarithms.max() ?? 0, log(2)))
  }

  private static func points(of run: RunSummary, _ mass: ClassMass) -> [Point]? {
    let total = Double(run.classRecords.reduce(0) { $0 + $1.trainCount })
    let points = run.classRecords.compactMap { record -> Point? in
      guard record.trainCount > 0, mass.effective.indices.contains(record.index) else { return nil }
      let share = Double(record.trainCount) / total
      let realised = mass.realised.flatMap {
        $0.indices.contains(record.index) ? $0[record.index] / share : nil
      }
      return Point(
        trainCount: record.trainCount, promised: mass.effective[record.index] / share,
        realised: realised)
    }
    return points.isEmpty ? nil : points
  }

  /// Class by class over runs that have as many classes as the first.
  private static func mean(_ runs: [[Point]]) -> [Point] {
    let same = runs.filter { $0.count == runs[0].count }
    return runs[0].indices.map { place in
      let column = same.map { $0[place] }
      let realised = column.compactMap(\.realised)
      return Point(
        trainCount: runs[0][place].trainCount,
        promised: column.reduce(0) { $0 + $1.promised } / Double(column.count),
        realised: realised.isEmpty ? nil : realised.reduce(0, +) / Double(realised.count))
    }
  }
}
