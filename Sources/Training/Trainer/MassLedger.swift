import Datasets
import Results
import Strategies

/// What each class received in each phase: images drawn, and weight in the losses of the batches.
///
/// A batch of images i with label shares q_ic (1 for the image's class, or what mixing left of it),
/// smoothing s over C classes and class weights w gives class c
///
///     Σ_i q_ic · w'_c / D,   w'_c = (1 − s) · w_c + s · Σ_k w_k / C
///
/// where D is Σ_i Σ_c q_ic · w'_c under `mean_over_weights`, the batch's images under
/// `mean_over_examples`. That is the share of the batch's loss that its weights give to images of
/// the class; what a loss does example by example besides, such as focal loss, is not in it.
package struct MassLedger: Codable, Hashable {
  /// One phase.
  package struct Phase: Codable, Hashable {
    package var steps = 0
    /// Images drawn of each class.
    package var drawn: [Int]
    /// Summed over batches.
    package var received: [Double]
  }

  /// In order.
  package private(set) var phases: [Phase]

  /// Nothing counted yet.
  package init(phases: Int, classCount: Int) {
    let empty = Phase(
      drawn: Array(repeating: 0, count: classCount),
      received: Array(repeating: 0, count: classCount))
    self.phases = Array(repeating: empty, count: phases)
  }

  /// Books one batch.
  ///
  /// - Parameters:
  ///   - labels: the class of each image.
  ///   - mixes: one an image; empty where nothing is mixed.
  ///   - smoothing: the experiment's label smoothing.
  package mutating func add(
    _ labels: [Int], mixes: [ExampleMix?], loss: any ClassificationLoss, smoothing: Double,
    inPhase index: Int
  ) {
    let classCount = phases[index].drawn.count
    var shares = [Double](repeating: 0, count: classCount)
    for (row, label) in labels.enumerated() {
      phases[index].drawn[label] += 1
      let mix = mixes.isEmpty ? nil : mixes[row]
      let own = mix?.labelShare ?? 1
      shares[label] += own
      if let mix { shares[labels[mix.partner]] += 1 - own }
    }
    phases[index].steps += 1
    if let weights = loss.classWeights {
      let mean = weights.reduce(0, +) / Double(classCount)
      for c in 0..<classCount { shares[c] *= (1 - smoothing) * weights[c] + smoothing * mean }
    }
    let divisor =
      loss.reduction == .meanOverWeights ? shares.reduce(0, +) : Double(labels.count)
    guard divisor > 0 else { return }
    for c in 0..<classCount { phases[index].received[c] += shares[c] / divisor }
  }

  /// Images drawn of each class in all phases, as shares of 1; `nil` where none was.
  package var drawn: [Double]? {
    Self.shares(phases.map { $0.drawn.map(Double.init) })
  }

  /// Weight of each class in all phases, as shares of 1; `nil` where none was given.
  package var realised: [Double]? { Self.shares(phases.map(\.received)) }

  /// Each phase beside its promise.
  func beside(_ promises: [Strategies.ClassMass]) -> [PhaseMass] {
    zip(phases, promises).enumerated().map { index, phase in
      let (counted, promise) = phase
      return PhaseMass(
        phase: index + 1, steps: counted.steps,
        promise: Results.ClassMass(
          sampled: promise.sampled, weights: promise.weights, effective: promise.effective),
        draws: counted.drawn,
        realised: Self.shares([counted.received]) ?? counted.received)
    }
  }

  private static func shares(_ rows: [[Double]]) -> [Double]? {
    guard let first = rows.first else { return nil }
    let sums = rows.dropFirst().reduce(first) { zip($0, $1).map { $0 + $1 } }
    let total = sums.reduce(0, +)
    return total > 0 ? sums.map { $0 / total } : nil
  }
}
