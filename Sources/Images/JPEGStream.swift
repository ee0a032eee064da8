import Files

/// The part of a JPEG file that decides about its pixels.
///
/// Segments that no decoder of this room looks at are left out: comments, and the application
/// segments of cameras and editors but for APP0 (JFIF) and APP14 (Adobe), which say what the colours
/// are. Colour profiles, which are never applied to pixels here, are among them, and so is the
/// orientation, which whoever applies it has to compare besides.
enum JPEGStream {
  /// SHA-256 of that part; `nil` for what is no JPEG or has no scan.
  static func digest(of bytes: [UInt8]) -> String? {
    guard bytes.starts(with: [0xFF, 0xD8]) else { return nil }
    var digest = SHA256Digest()
    var position = 2
    while position + 4 <= bytes.count, bytes[position] == 0xFF {
      let marker = bytes[position + 1]
      if marker == 0xFF {
        position += 1
        continue
      }
      let isScan = marker == 0xDA
      let length = Int(bytes[position + 2]) << 8 | Int(bytes[position + 3])
      let end = isScan ? bytes.count : position + 2 + length
      guard length >= 2, end <= bytes.count else { return nil }
      if !isIgnored(marker) {
        bytes.withUnsafeBytes {
          digest.update(UnsafeRawBufferPointer(rebasing: $0[position..<end]))
        }
      }
      if isScan { return digest.finalize() }
      position = end
    }
    return nil
  }

  private static func isIgnored(_ marker: UInt8) -> Bool {
    switch marker {
    case 0xFE, 0xE1...0xED, 0xEF: true
    default: false
    }
  }
}
