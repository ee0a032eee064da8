#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// How the learning rate runs over a training, as a factor of its peak.
public struct ScheduleConfiguration: Codable, Hashable, Sendable {
  /// The curve after the warm-up.
  public enum Curve: String, Codable, CaseIterable, Sendable { case constant, step, cosine }
  public var curve: Curve
  /// Epochs of linear warm-up from 0.
  public var warmupEpochs: Double
  /// `step`: the epochs at which the rate is multiplied by ``gamma``.
  public var milestones: [Double]
  public var gamma: Double
  /// `cosine`: the factor at the end.
  public var minimumFactor: Double

  /// A cosine from 1 to 0 without warm-up.
  public init(
    curve: Curve = .cosine, warmupEpochs: Double = 0, milestones: [Double] = [],
    gamma: Double = 0.1, minimumFactor: Double = 0
  ) {
    (self.curve, self.warmupEpochs) = (curve, warmupEpochs)
    (self.milestones, self.gamma, self.minimumFactor) = (milestones, gamma, minimumFactor)
  }
}

extension ScheduleConfiguration {
  /// The learning rate of step `step` of `totalSteps`, counted from 0, as a factor of its peak.
  ///
  /// Warm-up of W steps: (s + 1) / W. Then over the remaining R steps: 1; or γ to the power of the
  /// milestones passed, counted in epochs from the run's start; or the half cosine
  /// f + (1 − f) · (1 + cos(π · t / R)) / 2 with t from 0 (Loshchilov and Hutter, ICLR 2017).
  public func factor(atStep step: Int, of totalSteps: Int, stepsPerEpoch: Double) -> Double {
    let warmup = min(Int((warmupEpochs * stepsPerEpoch).rounded()), totalSteps)
    if step < warmup { return Double(step + 1) / Double(warmup) }
    switch curve {
    case .constant: return 1
    case .step:
      let passed = milestones.filter { Double(step) >= ($0 * stepsPerEpoch).rounded() }
      return pow(gamma, Double(passed.count))
    case .cosine:
      let progress = Double(step - warmup) / Double(max(totalSteps - warmup, 1))
      let height = (1 + cos(Double.pi * min(progress, 1))) / 2
      return minimumFactor + (1 - minimumFactor) * height
    }
  }

  /// The factor of step `step` of a stretch of `steps`, into which the curve of a whole run of
  /// `totalSteps` is compressed, without its warm-up.
  public func compressedFactor(
    atStep step: Int, of steps: Int, totalSteps: Int, stepsPerEpoch: Double
  ) -> Double {
    var bare = self
    bare.warmupEpochs = 0
    return bare.factor(
      atStep: step, of: steps,
      stepsPerEpoch: stepsPerEpoch * Double(steps) / Double(max(totalSteps, 1)))
  }
}
