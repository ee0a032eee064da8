import Datasets

/// What a phase makes of the classes' sizes: how often each is drawn, and what a draw counts.
public struct ClassMass: Hashable, Sendable, Codable {
  /// Expected share of the draws on each class; sums to 1.
  public var sampled: [Double]
  /// Loss weight of each class; 1 where the loss has none.
  public var weights: [Double]
  /// sampled × weights, scaled to sum 1: the share of each class in what is learned from.
  public var effective: [Double]

  /// The effective mass of these draws and weights.
  public init(sampled: [Double], weights: [Double]) {
    (self.sampled, self.weights) = (sampled, weights)
    effective = zip(sampled, weights).map { $0 * $1 }.normalized()
  }

  /// How far `values` undo the classes' sizes: the exponent e of values ∝ n_c^(−e), by least
  /// squares of log values on log n_c over classes with images. 0 where all classes are of one
  /// size, since there is nothing to undo.
  static func compensation(of values: [Double], for census: ClassCensus) -> Double {
    let points = zip(census.counts, values).filter { $0.0 > 0 && $0.1 > 0 }
      .map { (x: naturalLogarithm(Double($0.0)), y: naturalLogarithm($0.1)) }
    guard let first = points.first, points.contains(where: { $0.x != first.x }) else { return 0 }
    let count = Double(points.count)
    let (meanX, meanY) = points.reduce((0.0, 0.0)) { ($0.0 + $1.x / count, $0.1 + $1.y / count) }
    let covariance = points.reduce(0) { $0 + ($1.x - meanX) * ($1.y - meanY) }
    let variance = points.reduce(0) { $0 + ($1.x - meanX) * ($1.x - meanX) }
    return -covariance / variance
  }

  /// The exponent a of sampled ∝ n^(1−a): 0 draws images alike, 1 draws classes alike.
  public func samplerCompensation(for census: ClassCensus) -> Double {
    let shares = EveryExampleOnce().classMass(for: census)
    return Self.compensation(of: zip(sampled, shares).map { $1 > 0 ? $0 / $1 : 0 }, for: census)
  }

  /// The exponent b of weights ∝ n^(−b).
  public func weightCompensation(for census: ClassCensus) -> Double {
    Self.compensation(of: weights, for: census)
  }
}

extension TrainingPlan.Phase {
  /// What this phase makes of classes of these sizes.
  public func classMass(for census: ClassCensus) -> ClassMass {
    ClassMass(
      sampled: sampler.classMass(for: census),
      weights: loss.classWeights ?? census.counts.map { _ in 1 })
  }
}

extension TrainingPlan {
  /// What each phase makes of classes of these sizes: the trainer stores it with the run.
  public func effectiveMass(for census: ClassCensus) -> [ClassMass] {
    phases.map { $0.classMass(for: census) }
  }
}
