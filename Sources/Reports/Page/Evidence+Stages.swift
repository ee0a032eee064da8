import Metrics
import Results

extension Evidence {
  /// What stages have together: confusions, each image among the classes of its own stage, and how far
  /// confidence can be believed. Curves and class masses are of one network and its classes, and stay
  /// with the stages.
  ///
  /// Nothing of a strategy whose seeds are not the same in all of them, and nothing at all where a class
  /// is one of two stages: its images would count twice.
  ///
  /// - Parameters:
  ///   - stages: each with its evidence.
  ///   - whole: what ``StagesTogether`` made of their runs.
  public init(joining stages: [(comparison: Comparison, evidence: Evidence)], as whole: Comparison)
  {
    self.init()
    let names = stages.flatMap { $0.comparison.classes + $0.comparison.unseen }.map(\.name)
    guard !stages.isEmpty, Set(names).count == names.count else { return }
    for strategy in whole.strategies where !strategy.runs.isEmpty {
      let seeds = strategy.runs.map(\.seed)
      let parts = stages.compactMap { stage in
        stage.comparison.strategies.first {
          $0.name == strategy.name && $0.runs.map(\.seed) == seeds
        }
        .map { (stage: stage, runs: $0.runs) }
      }
      guard parts.count == stages.count else { continue }
      joinConfusions(of: strategy, stages, in: whole)
      for (place, run) in strategy.runs.enumerated() {
        let own = parts.compactMap { $0.stage.evidence.reliability[$0.runs[place].id] }
        guard own.count == stages.count else { continue }
        reliability[run.id] = own.reduce(into: [:]) { sum, groups in
          for (group, bins) in groups { sum[group, default: ReliabilityBins()].add(bins) }
        }
      }
    }
  }

  private mutating func joinConfusions(
    of strategy: StrategySummary, _ stages: [(comparison: Comparison, evidence: Evidence)],
    in whole: Comparison
  ) {
    let matrices = stages.compactMap { $0.evidence.confusions[strategy.name] }
    guard matrices.count == stages.count else { return }
    let order = (whole.classes + whole.unseen).map(\.name)
    let places = Dictionary(zip(order, order.indices)) { first, _ in first }
    var sum = ConfusionMatrix(classCount: whole.classes.count, unseenCount: whole.unseen.count)
    for (stage, matrix) in zip(stages, matrices) {
      let rows = (stage.comparison.classes + stage.comparison.unseen).map { places[$0.name] }
      for cell in matrix.entries {
        guard let row = rows[cell.trueClass], let column = rows[cell.predicted],
          column < whole.classes.count
        else { return }
        sum[row, column] += cell.count
      }
    }
    confusions[strategy.name] = sum
  }
}
