import Randomness

/// Inverted dropout (Srivastava et al., JMLR 2014): an element is zeroed with probability p, else
/// divided by 1 − p.
public enum Dropout {
  /// Overwrites `count` factors with 0 or 1 / (1 − p). They follow from seed, step and layer alone,
  /// so that nothing needs saving to resume exactly; the backward pass multiplies by the same
  /// factors.
  ///
  /// - Parameter probability: p, from 0 to below 1.
  public static func factors(
    _ factors: UnsafeMutablePointer<Float>, count: Int, probability: Double, seed: UInt64,
    step: Int, layer: UInt64
  ) {
    precondition(probability >= 0 && probability < 1, "dropout needs 0 ≤ p < 1")
    var generator = SeededGenerator(seed: seed, purpose: .dropout, epoch: step, item: layer)
    let kept = Float(1 / (1 - probability))
    for i in 0..<count { factors[i] = generator.uniform() < probability ? 0 : kept }
  }
}
