import Datasets
import Randomness

/// How one example of a batch is mixed with another.
public struct ExampleMix: Hashable, Sendable {
  /// Row of the other example.
  public var partner: Int
  /// Share of the example's own label; the partner's has the rest.
  public var labelShare: Double
  public var pixels: Pixels

  /// What happens to the pixels.
  public enum Pixels: Hashable, Sendable {
    /// own · share + partner · (1 − share)
    case blend(ownShare: Float)
    /// The partner's pixels within the box.
    case paste(top: Int, left: Int, height: Int, width: Int)
  }

  /// A mix with all its parts.
  public init(partner: Int, labelShare: Double, pixels: Pixels) {
    (self.partner, self.labelShare, self.pixels) = (partner, labelShare, pixels)
  }
}

/// A random mixing of the examples of a batch, images and labels.
///
/// Class weights apply to each term: the loss of a mixed target is the sum over its labels, each
/// with its own class's weight.
public protocol BatchMixing: Sendable {
  /// How each row is mixed; `nil` for rows that stay as they are.
  ///
  /// - Parameters:
  ///   - classes: class index of each row.
  ///   - generator: keyed by the optimiser's step, so that a resume changes nothing.
  func mixes(
    of classes: [Int], height: Int, width: Int, using generator: inout SeededGenerator
  ) -> [ExampleMix?]
}

/// A strategy that fills the mixing. An author writes `mixing(for:)`.
public protocol MixingPolicy: Strategy {
  /// The mixing of batches, for classes of these sizes; `nil` where nothing is mixed.
  func mixing(for census: ClassCensus) throws(InvalidParameter) -> (any BatchMixing)?
  /// What a reader should know.
  func mixingNotes(for census: ClassCensus) -> [String]
}

extension MixingPolicy {
  /// Nothing to note.
  public func mixingNotes(for census: ClassCensus) -> [String] { [] }

  /// One phase with the mixing.
  public func plan(for census: ClassCensus) throws(InvalidParameter) -> TrainingPlan {
    TrainingPlan(
      phases: [.init(mixing: try mixing(for: census))], notes: mixingNotes(for: census))
  }
}

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
