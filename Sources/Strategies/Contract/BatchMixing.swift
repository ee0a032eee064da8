import Randomness

/// How one example of a batch is mixed with another.
public struct ExampleMix: Hashable, Sendable {
  /// Row of the other example.
  public var partner: Int
  /// Share of the example's own label; the partner's has the rest.
  public var labelShare: Double
  /// What happens to the pixels.
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
  /// Whether it is known that no image is ever mixed.
  var changesNothing: Bool { get }
}

extension BatchMixing {
  /// Not known.
  public var changesNothing: Bool { false }
}
