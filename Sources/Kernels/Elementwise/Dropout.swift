import Randomness

/// Inverted dropout (Srivastava et al., JMLR 2014): a number is zeroed with probability p, else
/// divided by 1 − p.
public enum Dropout {
  /// Factors 0 or 1 / (1 − p), a pure function of seed, step and layer: nothing needs saving for
  /// an exact resume, and the backward pass multiplies by the same factors.
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
