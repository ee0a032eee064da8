/// How a stored picture has to be turned or mirrored to stand upright: EXIF's numbers 1 to 8.
///
/// Number 6, for example, is a picture whose first stored row belongs on the right.
enum Orientation: Int {
  case upright = 1
  case mirrored, turnedAround, flipped
  case transposed, turnedRight, transversed, turnedLeft

  /// Whether height and width change places.
  var swapsSides: Bool { rawValue >= 5 }

  /// The orientation that EXIF data name; `nil` where there is none, or a number that means nothing.
  ///
  /// - Parameter exif: a TIFF header and its first directory, as in an APP1 segment, with
  ///   or without `Exif\0\0` before them.
  init?(exif: ArraySlice<UInt8>) {
    var exif = exif
    // Some programs put JPEG's prefix before it, and some put it there twice.
    while ByteReader(exif).has("Exif\0\0", at: 0) { exif = exif.dropFirst(6) }
    let start = ByteReader(exif)
    guard start.has("II", at: 0) || start.has("MM", at: 0) else { return nil }
    let reader = ByteReader(exif, isBigEndian: start.has("MM", at: 0))
    guard reader.number(at: 2, size: 2) == 42, let directory = reader.number(at: 4, size: 4),
      let count = reader.number(at: directory, size: 2)
    else { return nil }
    for index in 0..<count {
      let entry = directory + 2 + 12 * index
      guard let tag = reader.number(at: entry, size: 2) else { return nil }
      guard tag == 0x0112 else { continue }
      let type = reader.number(at: entry + 2, size: 2)
      let size = type == 1 ? 1 : type == 4 ? 4 : 2
      guard let value = reader.number(at: entry + 8, size: size) else { return nil }
      self.init(rawValue: value)
      return
    }
    return nil
  }

  /// Where the pixel at a row and column of the upright picture lies in the stored one.
  func source(_ row: Int, _ column: Int, height: Int, width: Int) -> (row: Int, column: Int) {
    switch self {
    case .upright: (row, column)
    case .mirrored: (row, width - 1 - column)
    case .turnedAround: (height - 1 - row, width - 1 - column)
    case .flipped: (height - 1 - row, column)
    case .transposed: (column, row)
    case .turnedRight: (height - 1 - column, row)
    case .transversed: (height - 1 - column, width - 1 - row)
    case .turnedLeft: (column, width - 1 - row)
    }
  }
}

extension RGBImage {
  /// The picture upright.
  func turned(_ orientation: Orientation) -> RGBImage {
    if orientation == .upright { return self }
    let (rows, columns) = orientation.swapsSides ? (width, height) : (height, width)
    return RGBImage(height: rows, width: columns) { output in
      pixels.withUnsafeBufferPointer { input in
        var target = 0
        for row in 0..<rows {
          for column in 0..<columns {
            let place = orientation.source(row, column, height: height, width: width)
            let source = 3 * (place.row * width + place.column)
            for channel in 0..<3 { output[target + channel] = input[source + channel] }
            target += 3
          }
        }
      }
    }
  }
}
