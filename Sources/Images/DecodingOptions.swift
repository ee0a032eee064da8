/// What becomes of the way up that a camera noted in a picture's EXIF data.
public enum OrientationRule: String, Codable, Hashable, Sendable, CaseIterable {
  /// The rows and columns as they are stored, as torchvision's `ImageFolder` gives them.
  case ignore
  /// Turned and mirrored as noted, as Pillow's `ImageOps.exif_transpose` does.
  case apply
}

/// How a large JPEG is decoded that will be resized to something small.
public enum DecodingScale: String, Codable, Hashable, Sendable, CaseIterable {
  /// At 1/2, 1/4 or 1/8 of its size, never below twice the target: fast.
  case scaled
  /// In full.
  case exact
}

/// What an experiment chooses of how pictures become pixels.
public struct DecodingOptions: Codable, Hashable, Sendable {
  /// What becomes of an orientation in EXIF data.
  public var orientation: OrientationRule
  /// Whether large JPEGs are decoded in full.
  public var scale: DecodingScale
  /// Most pixels of a picture, height × width; `nil`: ``DecodingLimits/standard``.
  public var pixelLimit: Int?

  /// Orientations ignored and large JPEGs decoded at a reduced size, unless said otherwise.
  public init(
    orientation: OrientationRule = .ignore, scale: DecodingScale = .scaled, pixelLimit: Int? = nil
  ) {
    (self.orientation, self.scale, self.pixelLimit) = (orientation, scale, pixelLimit)
  }
}
