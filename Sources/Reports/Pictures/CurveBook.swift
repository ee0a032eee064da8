import Drawing
import Metrics
import Results

/// Learning curves of a comparison, strategy by strategy.
struct CurveBook {
  /// The curves of one strategy that has trained something.
  struct Entry {
    let strategy: StrategySummary
    /// Epochs of each of its runs with curves, by ascending seed.
    let runs: [(run: RunSummary, epochs: [EpochRecord])]
    /// Epochs after which a phase begins: places between two epochs where it begins within one.
    let phases: [Double]

    func curves(_ figure: (EpochRecord) -> Double?) -> [Curve] {
      runs.map { Curve($0.epochs, figure) }
    }
  }

  let comparison: Comparison
  /// In the order of the comparison's strategies.
  let entries: [Entry]
  /// Strategies whose runs trained nothing.
  let untrained: [StrategySummary]
  /// The validation figure that is shown: the comparison's, or macro recall where no epoch has it.
  let metric: HeadlineFigure
  /// The last epoch of any run.
  let lastEpoch: Int

  init(_ context: PageContext) {
    comparison = context.comparison
    var entries: [Entry] = []
    var untrained: [StrategySummary] = []
    for strategy in context.comparison.strategies where !strategy.runs.isEmpty {
      let known = strategy.runs.compactMap { run in
        context.evidence.curves[run.id].map { (run: run, epochs: $0) }
      }
      let runs = known.filter { !$0.epochs.isEmpty }
      if !runs.isEmpty {
        entries.append(
          Entry(
            strategy: strategy, runs: runs,
            phases: Self.phases(of: runs[0], in: context.evidence)))
      } else if !known.isEmpty {
        untrained.append(strategy)
      }
    }
    (self.entries, self.untrained) = (entries, untrained)
    let wanted = context.comparison.metric
    let epochs = entries.flatMap { $0.runs.flatMap(\.epochs) }
    metric = epochs.contains { $0.validation?[wanted] != nil } ? wanted : .macroRecall
    lastEpoch = epochs.map(\.epoch).max() ?? 0
  }

  /// From the steps of its phases; a run without them, as of older versions, has one phase.
  private static func phases(
    of run: (run: RunSummary, epochs: [EpochRecord]), in evidence: Evidence
  ) -> [Double] {
    guard let phases = evidence.masses[run.run.id]?.phases, phases.count > 1 else { return [] }
    let total = phases.reduce(0) { $0 + $1.steps }
    guard total > 0, let last = run.epochs.last?.epoch else { return [] }
    var steps = 0
    return phases.dropLast().map { phase in
      steps += phase.steps
      return Double(steps) / Double(total) * Double(last)
    }
  }

  func validation(_ epoch: EpochRecord) -> Double? { epoch.validation?[metric] }

  /// The baseline and the strategy that is set against it, as far as they have curves.
  var pair: [Entry] {
    let names = [comparison.reference?.name, leadingTrained?.strategy.name]
    return names.compactMap { name in entries.first { $0.strategy.name == name } }
  }

  /// The best strategy that trained something itself.
  private var leadingTrained: Entry? {
    let others = entries.filter { !$0.strategy.isBaseline }
    return others.first { $0.strategy.overrides.isEmpty } ?? others.first
  }

  private static func looksSame(_ a: Curve, _ b: Curve) -> Bool {
    guard a.points.map(\.epoch) == b.points.map(\.epoch) else { return false }
    let highest = (a.defined + b.defined).max() ?? 0
    return zip(a.points, b.points).allSatisfy { first, second in
      abs((first.value ?? -1) - (second.value ?? -1)) <= 0.005 * highest
    }
  }

  /// Strategies by their learning rates, which are those of the first run of each. Rates that differ by
  /// less than 0.5 % of the highest one look the same, and count as the same.
  var learningRates: [(curve: Curve, entries: [Entry])] {
    var groups: [(curve: Curve, entries: [Entry])] = []
    for entry in entries {
      let curve = Curve(entry.runs[0].epochs) { $0.learningRate }
      if let place = groups.firstIndex(where: { Self.looksSame($0.curve, curve) }) {
        groups[place].entries.append(entry)
      } else {
        groups.append((curve, [entry]))
      }
    }
    return groups
  }
}
