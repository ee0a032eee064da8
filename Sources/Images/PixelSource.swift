import Files

/// Where one image's pixels come from.
public enum PixelSource: Hashable, Sendable {
  /// A file with one picture.
  case file(String)
  /// The i-th image of an IDX file, gzipped or not.
  case idx(file: String, index: Int)
  /// The i-th record of a CIFAR-10 (1 label byte) or CIFAR-100 (2) binary file.
  case cifar(file: String, index: Int, labelBytes: Int)

  /// The file that holds the pixels.
  public var path: String {
    switch self {
    case .file(let path), .idx(let path, _), .cifar(let path, _, _): path
    }
  }
}

/// What the content of a pixel cache depends on, without decoding anything.
public struct PixelCacheKey: Codable, Hashable, Sendable {
  /// SHA-256 over every source's path, index, and its file's size and time of change.
  public let sources: String
  /// Rows of the images in the cache.
  public let height: Int
  /// Columns of the images in the cache.
  public let width: Int
  /// How large an image file may be.
  public let limits: DecodingLimits
  /// What the experiment chose.
  public let options: DecodingOptions
  /// Raised whenever the same file would become other pixels, or other remarks.
  public let decoder: String

  /// `jpeg`: accurate DCT, reductions never below twice the size; `stored`: without gamma;
  /// `triangle`: see ``RGBImage``.
  public static let currentDecoder =
    "3;jpeg-islow-2x;png-stored-white;all-formats;in-proportion;triangle-float"

  /// What a content digest begins with. It stays while the decoders change for some pictures only:
  /// a data set without such pictures keeps its digest, and its finished runs stay finished; one
  /// with them gets another digest from their pixels.
  static let contentName = "1;jpeg-islow-2x;png-srgb-white;triangle-float"

  /// The key for sources with the given digest at one size.
  public init(
    sources digest: String, height: Int, width: Int, limits: DecodingLimits = .standard,
    options: DecodingOptions = .init()
  ) {
    (sources, self.height, self.width, self.limits) = (digest, height, width, limits)
    self.options = options
    decoder = Self.currentDecoder
  }

  /// The key for the given sources as they lie on the disk now.
  public init(
    sources: [PixelSource], height: Int, width: Int, limits: DecodingLimits = .standard,
    options: DecodingOptions = .init()
  ) {
    var digest = SHA256Digest()
    var stamps: [String: String] = [:]
    for source in sources {
      if stamps[source.path] == nil { stamps[source.path] = Self.stamp(of: source.path) }
      let place =
        switch source {
        case .file: "file"
        case .idx(_, let index): "idx \(index)"
        case .cifar(_, let index, let labelBytes): "cifar \(index) \(labelBytes)"
        }
      digest.update("\(place)\0\(source.path)\0\(stamps[source.path]!)\n")
    }
    self.init(
      sources: digest.finalize(), height: height, width: width, limits: limits, options: options)
  }

  /// `pixels-HEIGHTxWIDTH-….cache`
  public var fileName: String { "pixels-\(height)x\(width)-\(digest.prefix(24)).cache" }

  /// SHA-256 over all parts.
  public var digest: String {
    SHA256Digest.hex(
      of: "\(sources) \(height) \(width) \(limits.bytes) \(limits.pixels) \(decoder) "
        + "\(options.orientation.rawValue) \(options.scale.rawValue)"
        + (options.pixelLimit.map { " \($0)" } ?? ""))
  }

  private static func stamp(of path: String) -> String {
    do throws(FileError) {
      guard let stamp = try FileStamp(of: path) else { return "missing" }
      return "\(stamp.size) \(stamp.seconds) \(stamp.nanoseconds)"
    } catch {
      // The same file will be set aside as unreadable when it is decoded.
      return "error \(error.code ?? 0)"
    }
  }
}
