import Files

/// A picture's format, as far as names and first bytes tell it. Which of them are decoded is said
/// here for the lists of examples; `ImageDecoder` is what does it.
enum PictureFormat: String, CaseIterable {
  case jpeg, png, webp, gif, bmp, tiff, avif, heic, jpeg2000, jpegXL, netpbm, other

  /// Formats whose pixels can be read.
  static let decoded: Set<PictureFormat> = [.jpeg, .png, .webp, .gif, .bmp, .tiff]

  var isDecoded: Bool { Self.decoded.contains(self) }

  /// The names of those formats, such as `JPEG and PNG`.
  static let decodedNames: String = {
    let names = allCases.filter(\.isDecoded).map { format in
      format == .webp ? "WebP" : format.rawValue.uppercased()
    }
    return names.dropLast().joined(separator: ", ") + " and " + (names.last ?? "")
  }()

  /// By the ending of a name, in small letters.
  private static let endings: [String: PictureFormat] = [
    "jpg": .jpeg, "jpeg": .jpeg, "jpe": .jpeg, "jfif": .jpeg, "png": .png, "apng": .png,
    "webp": .webp, "gif": .gif, "bmp": .bmp,
    "dib": .bmp, "tif": .tiff, "tiff": .tiff, "avif": .avif, "heic": .heic, "heif": .heic,
    "jp2": .jpeg2000, "j2k": .jpeg2000, "jpx": .jpeg2000, "jxl": .jpegXL, "pbm": .netpbm,
    "pgm": .netpbm, "ppm": .netpbm, "pnm": .netpbm, "tga": .other, "psd": .other, "exr": .other,
    "hdr": .other, "svg": .other, "ico": .other, "dng": .other, "cr2": .other, "nef": .other,
    "arw": .other, "dcm": .other, "dicom": .other, "nii": .other, "npy": .other,
  ]
  /// Endings of what is never a picture, so that it need not be opened.
  private static let otherEndings: Set<String> = [
    "txt", "csv", "tsv", "json", "jsonl", "xml", "html", "htm", "md", "yaml", "yml", "toml", "ini",
    "log", "db", "pdf", "doc", "docx", "xls", "xlsx", "zip", "gz", "tar", "tgz", "7z", "rar", "py",
    "ipynb", "sh", "mat", "h5", "hdf5", "pkl", "pt", "pth", "npz", "parquet", "tfrecord", "mp4",
    "avi", "mov", "mkv", "wav", "mp3", "lst", "rec", "idx", "sqlite", "part", "tmp",
  ]

  /// What a file in a class folder is.
  enum Finding: Equatable {
    /// A picture that will be decoded.
    case picture
    /// A picture of a format that is not decoded.
    case unread
    /// No picture.
    case nothing
  }

  /// Judges a file by the ending of its name and, where that leaves a doubt, by its first bytes.
  static func judge(_ name: String, at path: String) -> Finding {
    let ending = ending(of: name)
    if endings[ending]?.isDecoded == true { return .picture }
    if otherEndings.contains(ending) { return .nothing }
    let start = (try? WholeFile.start(of: path, count: 16)) ?? []
    if let format = PictureFormat(firstBytes: start) {
      return format.isDecoded ? .picture : .unread
    }
    return endings[ending] == nil ? .nothing : .unread
  }

  /// Whether a name ends as a picture's does, decoded or not.
  static func isPictureName(_ name: String) -> Bool { endings[ending(of: name)] != nil }

  /// The ending of a name in small letters, without the point; empty where there is none.
  static func ending(of name: String) -> String {
    guard let point = name.lastIndex(of: "."), point > name.startIndex else { return "" }
    return name[name.index(after: point)...].lowercased()
  }

  /// Counts of paths by their ending, most frequent first, such as `6 .webp, 1 .gif`.
  static func endings(of paths: [String]) -> String {
    var counts: [String: Int] = [:]
    for path in paths {
      let name = path.split(separator: "/").last.map(String.init) ?? path
      counts[ending(of: name), default: 0] += 1
    }
    let sorted = counts.sorted {
      $0.value != $1.value ? $0.value > $1.value : Wording.precedes($0.key, $1.key)
    }
    let shown = sorted.prefix(6).map {
      "\($0.value) \($0.key.isEmpty ? "without ending" : ".\($0.key)")"
    }
    return shown.joined(separator: ", ") + (sorted.count > 6 ? ", …" : "")
  }

  /// By the first 16 bytes of a file; `nil` where they are of none of the formats.
  init?(firstBytes bytes: [UInt8]) {
    func starts(_ text: String) -> Bool { bytes.starts(with: text.utf8) }
    func has(_ text: String, at offset: Int) -> Bool {
      bytes.count >= offset + text.utf8.count && bytes[offset...].starts(with: text.utf8)
    }
    if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
      self = .jpeg
    } else if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
      self = .png
    } else if starts("RIFF"), has("WEBP", at: 8) {
      self = .webp
    } else if starts("GIF87a") || starts("GIF89a") {
      self = .gif
    } else if bytes.starts(with: [0x49, 0x49, 0x2A, 0])
      || bytes.starts(with: [0x4D, 0x4D, 0, 0x2A])
    {
      self = .tiff
    } else if starts("BM"), bytes.count >= 16, bytes[6...9].allSatisfy({ $0 == 0 }) {
      self = .bmp
    } else if has("ftypavif", at: 4) || has("ftypavis", at: 4) {
      self = .avif
    } else if has("ftyphe", at: 4) || has("ftypmif1", at: 4) {
      self = .heic
    } else if bytes.starts(with: [0, 0, 0, 12, 0x6A, 0x50, 0x20, 0x20]) {
      self = .jpeg2000
    } else {
      return nil
    }
  }
}
