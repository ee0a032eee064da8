/// How the difference of two recalls varies from seed to seed, as a function of the class: a part that
/// falls with its images, and a part that does not.
///
///     Var(d) = φ · 2 p (1 − p) / n + τ · 2 (p (1 − p))²
///
/// with p the recall and n the class's test images. φ = 1 and τ = 0 would be two binomial counts of
/// independent images. Another seed asks the same images again, of which many are always right or always
/// wrong, so φ is smaller; and it moves all of them together, so that τ is not 0: on the scale of logits
/// by a normal error of variance τ, to first order.
///
/// φ, τ ≥ 0 are the least squares of the variances, weighted with the inverse square of what they are
/// expected to be, repeated until they stay.
public struct HitVariance: Hashable, Sendable {
  /// φ.
  public let images: Double
  /// τ.
  public let seeds: Double

  /// One class, or one class under one strategy.
  public struct Cell: Hashable, Sendable {
    /// p, within 0…1 and better not at its ends.
    public var share: Double
    /// n, at least 1.
    public var images: Double
    /// The differences' sample variance.
    public var variance: Double

    public init(share: Double, images: Double, variance: Double) {
      (self.share, self.images, self.variance) = (share, images, variance)
    }

    /// Factors of φ and τ.
    var terms: (Double, Double) {
      let spread = share * (1 - share)
      return (2 * spread / images, 2 * spread * spread)
    }
  }

  /// Fits φ and τ; φ = 1 and τ = 0 where there is nothing to fit.
  public init(fitting cells: [Cell]) {
    let terms = cells.map(\.terms)
    var (phi, tau) = (1.0, 0.0)
    for _ in 0..<50 {
      // Sums of the weighted normal equations.
      var (aa, ab, bb, ay, by) = (0.0, 0.0, 0.0, 0.0, 0.0)
      for (cell, term) in zip(cells, terms) {
        let expected = phi * term.0 + tau * term.1
        guard expected > 0 else { continue }
        let weight = 1 / (expected * expected)
        aa += weight * term.0 * term.0
        ab += weight * term.0 * term.1
        bb += weight * term.1 * term.1
        ay += weight * term.0 * cell.variance
        by += weight * term.1 * cell.variance
      }
      guard aa > 0, ay > 0 || by > 0 else { break }
      let determinant = aa * bb - ab * ab
      var next = (0.0, 0.0)
      if determinant > 1e-12 * aa * bb {
        next = ((ay * bb - by * ab) / determinant, (aa * by - ab * ay) / determinant)
      }
      // One of both alone where the other would be negative, or where they cannot be told apart.
      if next.0 < 0 || next.1 < 0 || next == (0, 0) {
        next = next.0 < 0 && by > 0 ? (0, by / bb) : (ay / aa, 0)
      }
      let change = abs(next.0 - phi) + abs(next.1 - tau)
      (phi, tau) = next
      if change <= 1e-9 * (phi + tau) { break }
    }
    (images, seeds) = (phi, tau)
  }

  /// What is expected of a class.
  public func expected(share: Double, images: Double) -> Double {
    let terms = Cell(share: share, images: images, variance: 0).terms
    return self.images * terms.0 + seeds * terms.1
  }
}
