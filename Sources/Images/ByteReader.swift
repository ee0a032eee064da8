/// Numbers at places of bytes that nobody has checked.
struct ByteReader {
  let bytes: ArraySlice<UInt8>
  var isBigEndian = false

  init(_ bytes: ArraySlice<UInt8>, isBigEndian: Bool = false) {
    (self.bytes, self.isBigEndian) = (bytes, isBigEndian)
  }

  init(_ bytes: [UInt8], isBigEndian: Bool = false) {
    self.init(bytes[...], isBigEndian: isBigEndian)
  }

  var count: Int { bytes.count }

  /// `count` bytes from `position` on, counted from the start of the slice; `nil` beyond its end.
  func slice(at position: Int, count: Int) -> ArraySlice<UInt8>? {
    guard position >= 0, count >= 0, position <= bytes.count, count <= bytes.count - position
    else { return nil }
    let start = bytes.startIndex + position
    return bytes[start..<(start + count)]
  }

  /// The number of `size` bytes, at most four, at `position`.
  func number(at position: Int, size: Int) -> Int? {
    guard let part = slice(at: position, count: size) else { return nil }
    return isBigEndian
      ? part.reduce(0) { $0 << 8 | Int($1) } : part.reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  /// The number of four bytes at `position`, negative ones as two's complement.
  func signed(at position: Int) -> Int? {
    number(at: position, size: 4).map { Int(Int32(truncatingIfNeeded: $0)) }
  }

  /// Whether these characters stand at `position`.
  func has(_ text: String, at position: Int) -> Bool {
    slice(at: position, count: text.utf8.count)?.elementsEqual(text.utf8) ?? false
  }
}
