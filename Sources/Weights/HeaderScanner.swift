/// Reads the little JSON that a safetensors header may be: objects of text, objects of whole
/// numbers in lists. Strict, and never deeper than that.
///
/// Foundation's parser would let the last of two equal keys win, take 1.0 for 1, and descend into
/// whatever it is given.
struct HeaderScanner {
  private let bytes: UnsafeRawBufferPointer
  private var position = 0

  private static let listLimit = 64
  /// As many tensors as are read, and what a file says of itself.
  private static let keyLimit = WeightFile.tensorLimit + 1
  private static let textLimit = 1 << 24

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// An object; `member` reads the value of each key.
  mutating func object(
    _ member: (String, inout HeaderScanner) throws(WeightFault) -> Void
  ) throws(WeightFault) {
    var keys: Set<String> = []
    try expect("{")
    if take("}") { return }
    repeat {
      let key = try text()
      guard keys.count < Self.keyLimit else {
        throw broken("has an object of more than \(Self.keyLimit) keys")
      }
      guard keys.insert(key).inserted else {
        throw WeightFault("the key \(WeightFault.quoted(key)) stands twice in its header")
      }
      try expect(":")
      try member(key, &self)
    } while take(",")
    try expect("}")
  }

  /// An object of texts.
  mutating func texts() throws(WeightFault) -> [String: String] {
    var texts: [String: String] = [:]
    try object { key, scanner throws(WeightFault) in texts[key] = try scanner.text() }
    return texts
  }

  /// A list of whole numbers of at least 0.
  mutating func integers() throws(WeightFault) -> [Int] {
    var numbers: [Int] = []
    try expect("[")
    if take("]") { return numbers }
    repeat {
      guard numbers.count < Self.listLimit else { throw broken("has a list that is too long") }
      numbers.append(try integer())
    } while take(",")
    try expect("]")
    return numbers
  }

  private mutating func integer() throws(WeightFault) -> Int {
    skipSpace()
    var value = 0
    let start = position
    while position < bytes.count, case let digit = bytes[position], (0x30...0x39).contains(digit) {
      let (tens, overflows) = value.multipliedReportingOverflow(by: 10)
      let (sum, overflowsToo) = tens.addingReportingOverflow(Int(digit) - 0x30)
      guard !overflows, !overflowsToo else { throw broken("has a number that is too large") }
      value = sum
      position += 1
    }
    let hasLeadingZero = position - start > 1 && bytes[start] == 0x30
    guard position > start, !hasLeadingZero else {
      throw broken("has no whole number of at least 0 where one should be")
    }
    return value
  }

  /// A string.
  mutating func text() throws(WeightFault) -> String {
    try expect("\"")
    var units: [UInt8] = []
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: units, as: UTF8.self) else {
          throw broken("has text that is no UTF-8")
        }
        return text
      case UInt8(ascii: "\\"): units.append(contentsOf: Array(String(try escaped()).utf8))
      case 0..<0x20: throw broken("has a control character in text")
      default: units.append(byte)
      }
      guard units.count <= Self.textLimit else { throw broken("has text that is too long") }
    }
    throw broken("has text that does not end")
  }

  private mutating func escaped() throws(WeightFault) -> Unicode.Scalar {
    guard position < bytes.count else { throw broken("has text that does not end") }
    let byte = bytes[position]
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      let high = try hexadecimal()
      if let scalar = Unicode.Scalar(high) { return scalar }
      // A pair of surrogates, UTF-16's way to write what is beyond 16 bits.
      guard (0xD800..<0xDC00).contains(high), takeByte("\\"), takeByte("u") else {
        throw broken("has half a surrogate pair")
      }
      let low = try hexadecimal()
      guard (0xDC00..<0xE000).contains(low),
        let scalar = Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
      else { throw broken("has half a surrogate pair") }
      return scalar
    default: throw broken("has an unknown escape in text")
    }
  }

  private mutating func hexadecimal() throws(WeightFault) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard position < bytes.count,
        let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue
      else { throw broken("has an unknown escape in text") }
      value = value << 4 + UInt32(digit)
      position += 1
    }
    return value
  }

  /// Nothing but the spaces that align the numbers may follow.
  mutating func end() throws(WeightFault) {
    skipSpace()
    guard position == bytes.count else { throw broken("goes on after its end") }
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(WeightFault) {
    guard take(character) else { throw broken("has no '\(character)' where one should be") }
  }

  /// Skips white space, then the character if it is next.
  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    return takeByte(character)
  }

  private mutating func takeByte(_ character: Unicode.Scalar) -> Bool {
    guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func skipSpace() {
    while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) {
      position += 1
    }
  }

  private func broken(_ what: String) -> WeightFault {
    WeightFault("its header \(what), at byte \(position)")
  }
}
