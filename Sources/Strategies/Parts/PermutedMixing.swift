import Randomness

/// Mixing of rows with a permutation of the batch, with one λ ~ Beta(α, α) a batch.
struct PermutedMixing: BatchMixing {
  enum Kind { case blend, paste }
  var kind: Kind
  var alpha: Double
  /// Whether the images of each class are mixed at all.
  var isMixed: [Bool]
  /// Share of the batches that are mixed.
  var probability = 1.0
  /// Label share of (own class, partner's class, λ); λ where `nil`.
  var labelShare: (@Sendable (_ own: Int, _ partner: Int, _ lambda: Double) -> Double)?

  var changesNothing: Bool { probability <= 0 || !isMixed.contains(true) }

  func mixes(
    of classes: [Int], height: Int, width: Int, using generator: inout SeededGenerator
  ) -> [ExampleMix?] {
    // Everything is drawn before anything is decided: the same numbers for every batch.
    let happens = generator.chance(probability)
    var lambda = generator.beta(alpha)
    let (centreY, centreX) = (
      generator.integer(below: max(height, 1)), generator.integer(below: max(width, 1))
    )
    var partners = Array(classes.indices)
    generator.shuffle(&partners)
    guard happens else { return classes.map { _ in nil } }
    var pixels = ExampleMix.Pixels.blend(ownShare: Float(lambda))
    if kind == .paste {
      let cut = (1 - lambda).squareRoot()
      let (boxHeight, boxWidth) = (Int(Double(height) * cut), Int(Double(width) * cut))
      let (top, left) = (max(centreY - boxHeight / 2, 0), max(centreX - boxWidth / 2, 0))
      let (bottom, right) = (
        min(centreY + boxHeight / 2, height), min(centreX + boxWidth / 2, width)
      )
      pixels = .paste(top: top, left: left, height: bottom - top, width: right - left)
      // The box may reach over the border: labels get the share of pixels that really are left.
      lambda = 1 - Double((bottom - top) * (right - left)) / Double(max(height * width, 1))
    }
    return classes.indices.map { row in
      let partner = partners[row]
      guard isMixed[classes[row]], partner != row else { return nil }
      let share = labelShare?(classes[row], classes[partner], lambda) ?? lambda
      return ExampleMix(partner: partner, labelShare: share, pixels: pixels)
    }
  }
}

extension SeededGenerator {
  /// A Beta(α, α) number: X/(X + Y) of two Gamma(α) numbers.
  package mutating func beta(_ alpha: Double) -> Double {
    let (x, y) = (logGamma(alpha), logGamma(alpha))
    // 1/(1 + e^(log Y − log X)): for small α the numbers themselves are 0.
    return 1 / (1 + exponential(y - x))
  }

  /// The logarithm of a Gamma(α) number: Marsaglia, Tsang, ACM TOMS 2000, for α + 1, times U^(1/α).
  private mutating func logGamma(_ alpha: Double) -> Double {
    let d = alpha + 1 - 1.0 / 3
    let c = 1 / (9 * d).squareRoot()
    while true {
      let x = normal()
      let v = 1 + c * x
      let u = 1 - uniform()
      guard v > 0 else { continue }
      let cube = v * v * v
      if naturalLogarithm(u) < 0.5 * x * x + d - d * cube + d * naturalLogarithm(cube) {
        return naturalLogarithm(d * cube) + naturalLogarithm(1 - uniform()) / alpha
      }
    }
  }
}
