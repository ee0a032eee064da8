/// The extent of a batch of images or features in memory order: batch, height, width, channels.
///
/// A matrix of N rows and K columns is `Shape(n: N, h: 1, w: 1, c: K)`.
public struct Shape: Hashable, Sendable, Codable, CustomStringConvertible {
  /// Examples in the batch.
  public var n: Int
  /// Rows of an image.
  public var h: Int
  /// Columns of an image.
  public var w: Int
  /// Channels, the fastest index.
  public var c: Int

  /// A shape of the given extents.
  ///
  /// - Precondition: no extent is negative.
  public init(n: Int, h: Int, w: Int, c: Int) {
    precondition(n >= 0 && h >= 0 && w >= 0 && c >= 0, "negative extent")
    (self.n, self.h, self.w, self.c) = (n, h, w, c)
  }

  /// The shape of `rows` vectors of `columns` elements.
  public static func matrix(_ rows: Int, _ columns: Int) -> Shape {
    Shape(n: rows, h: 1, w: 1, c: columns)
  }

  /// Elements in all.
  public var count: Int { n * h * w * c }

  /// Pixels in all: n · h · w, the rows of the matrix that a 1×1 convolution sees.
  public var pixels: Int { n * h * w }

  /// Such as `16×56×56×64`.
  public var description: String { "\(n)×\(h)×\(w)×\(c)" }
}

/// A network or layer that cannot take a shape.
public struct ShapeError: Error, CustomStringConvertible, Sendable {
  /// What was received, what was expected, where.
  public let description: String

  /// An error with its whole sentence.
  public init(_ description: String) { self.description = description }
}
