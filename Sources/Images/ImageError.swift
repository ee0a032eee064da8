import Files

/// Why an example has no pixels.
public struct PixelProblem: Codable, Hashable, Sendable {
  /// The kinds of reasons; the raw values are those that catalogues quarantine by.
  public enum Reason: String, Codable, CaseIterable, Sendable {
    case missing = "missing image"
    case unreadable = "unreadable image"
    case empty = "image of zero size"
    case oversized = "image too large"
  }
  /// The kind of reason.
  public var reason: Reason
  /// The path and the decoder's words.
  public var detail: String

  /// A reason with its detail.
  public init(reason: Reason, detail: String) {
    (self.reason, self.detail) = (reason, detail)
  }
}

/// An image that cannot be decoded.
public enum ImageError: Error, Hashable, Sendable, CustomStringConvertible {
  case missing(path: String)
  /// `detail`: the system's or the decoder's words.
  case unreadable(path: String, detail: String)
  /// No bytes, or no rows or columns.
  case empty(path: String, detail: String)
  /// More bytes or pixels than the limits allow.
  case oversized(path: String, detail: String)
  /// The machine did not let it be read, which says nothing about the image.
  case refused(SystemRefusal)

  /// The error as a reason to set an example aside.
  public var problem: PixelProblem {
    switch self {
    case .missing(let path):
      PixelProblem(reason: .missing, detail: "\(path): there is no such file")
    case .unreadable(let path, let detail):
      PixelProblem(reason: .unreadable, detail: "\(path): \(detail)")
    case .empty(let path, let detail):
      PixelProblem(reason: .empty, detail: "\(path): \(detail)")
    case .oversized(let path, let detail):
      PixelProblem(reason: .oversized, detail: "\(path): \(detail)")
    case .refused(let refusal):
      PixelProblem(reason: .unreadable, detail: refusal.description)
    }
  }

  /// What a file's error says of an image in it.
  init(_ error: FileError, path: String) {
    self = error.refusal.map(Self.refused) ?? .unreadable(path: path, detail: error.reason)
  }

  public var description: String { "\(problem.reason.rawValue): \(problem.detail)" }
}

/// How large an image file may be. Checked before anything of that size is allocated.
public struct DecodingLimits: Codable, Hashable, Sendable {
  /// Bytes of a file.
  public var bytes: Int
  /// Height × width as the file announces them.
  public var pixels: Int

  /// Limits as given.
  public init(bytes: Int, pixels: Int) { (self.bytes, self.pixels) = (bytes, pixels) }

  /// 64 MiB and 100 million pixels.
  public static let standard = DecodingLimits(bytes: 64 << 20, pixels: 100_000_000)

  /// Scans that a progressive JPEG may have: 32, and up to 500 as long as scans × pixels stay below
  /// 10⁹. A file of a few bytes a scan could else keep a processor busy for minutes.
  func scans(height: Int, width: Int) -> Int {
    max(32, min(500, 1_000_000_000 / max(1, height * width)))
  }

  /// Throws when an announced size is nothing, or beyond the limit.
  ///
  /// - Parameters:
  ///   - times: how often the limit, where few of the pixels are held.
  ///   - shrink: what both sides are divided by while the picture is decoded.
  func check(
    height: Int, width: Int, times: Int = 1, shrink: Int = 1, path: String
  ) throws(ImageError) {
    guard height > 0, width > 0 else {
      throw .empty(path: path, detail: "it says that it has \(width) x \(height) pixels")
    }
    let (rows, columns) = ((height - 1) / shrink + 1, (width - 1) / shrink + 1)
    let product = rows.multipliedReportingOverflow(by: columns)
    let most = pixels.multipliedReportingOverflow(by: times)
    guard !product.overflow, most.overflow || product.partialValue <= most.partialValue else {
      throw .oversized(
        path: path,
        detail: "\(width) x \(height) pixels"
          + (shrink > 1 ? " (\(columns) x \(rows) at 1/\(shrink) of its size)" : "")
          + " are more than" + (times > 1 ? " \(times) times" : "")
          + " the limit of \(pixels), which image: {pixel_limit: …} changes")
    }
  }
}
