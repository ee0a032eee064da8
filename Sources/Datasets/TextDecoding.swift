/// A text file's content as UTF-8, with what is worth knowing of how it was read.
struct TextDecoding {
  /// Valid UTF-8 without a byte order mark.
  let bytes: [UInt8]
  /// What a reader should know, in sentences.
  private(set) var notes: [String] = []

  /// Reads a file's bytes.
  ///
  /// - Throws: with line and byte where the bytes are not what the encoding demands, and with the
  ///   encoding that would read them.
  init(
    _ raw: [UInt8], declared: TextEncoding?, path: String
  ) throws(DatasetError) {
    var encoding = declared ?? .utf8
    let mark = Self.mark(of: raw)
    if mark?.name == "UTF-32" {
      throw DatasetError(
        .malformedTable, at: path, "it is UTF-32 text", advice: "save it as UTF-8")
    }
    if declared == nil || declared == .utf16, let marked = mark?.encoding { encoding = marked }
    switch encoding {
    case .utf8:
      bytes = mark?.encoding == .utf8 ? Array(raw.dropFirst(3)) : raw
      try Self.checkUTF8(bytes, path: path)
    case .utf16, .utf16LittleEndian, .utf16BigEndian:
      bytes = try Self.utf16(
        raw, isBig: encoding == .utf16BigEndian, skipping: mark?.encoding == encoding ? 2 : 0,
        path: path)
    case .latin1, .latin9, .windows1252:
      bytes = try Self.singleBytes(raw, as: encoding, path: path)
      if raw.contains(where: { $0 >= 0x80 }), UTF8Fault(in: raw) == nil {
        notes.append(
          "1 table was read as \(encoding.rawValue), as dataset.encoding says, though all its bytes"
            + " are valid UTF-8: if names look garbled, leave dataset.encoding out")
      }
    }
  }

  private static func mark(of raw: [UInt8]) -> (name: String, encoding: TextEncoding?)? {
    if raw.starts(with: [0xEF, 0xBB, 0xBF]) { return ("UTF-8", .utf8) }
    if raw.starts(with: [0xFF, 0xFE, 0, 0]) || raw.starts(with: [0, 0, 0xFE, 0xFF]) {
      return ("UTF-32", nil)
    }
    if raw.starts(with: [0xFF, 0xFE]) { return ("UTF-16", .utf16LittleEndian) }
    return raw.starts(with: [0xFE, 0xFF]) ? ("UTF-16", .utf16BigEndian) : nil
  }

  private static func checkUTF8(_ bytes: [UInt8], path: String) throws(DatasetError) {
    if bytes.count >= 4, bytes.count.isMultiple(of: 2), (bytes[0] == 0) != (bytes[1] == 0),
      (bytes[2] == 0) == (bytes[0] == 0), (bytes[3] == 0) == (bytes[1] == 0)
    {
      throw DatasetError(
        .malformedTable, at: path, "every other byte is zero, as in UTF-16 text",
        advice: "write encoding: \(bytes[0] == 0 ? "utf-16be" : "utf-16le") under dataset")
    }
    guard let fault = UTF8Fault(in: bytes) else { return }
    throw fault.error(path: path)
  }

  private static func singleBytes(
    _ raw: [UInt8], as encoding: TextEncoding, path: String
  ) throws(DatasetError) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(raw.count + raw.count / 8)
    for (index, byte) in raw.enumerated() {
      guard let character = encoding.character(of: byte) else {
        let place = TextPlace(of: index, in: raw)
        let other = TextEncoding.windows1252.character(of: byte)
        throw DatasetError(
          .malformedTable, at: "\(path):\(place.line):\(place.column)",
          "byte \(hexadecimal(byte)) is no character of \(encoding.rawValue)",
          advice: other.map {
            "write encoding: windows-1252 under dataset, which reads it as '\($0)'"
          } ?? "find out in which encoding the file was written")
      }
      text.append(contentsOf: UTF8.encode(character)!)
    }
    return text
  }

  private static func utf16(
    _ raw: [UInt8], isBig: Bool, skipping start: Int, path: String
  ) throws(DatasetError) -> [UInt8] {
    guard raw.count.isMultiple(of: 2) else {
      throw DatasetError(
        .malformedTable, at: path, "its \(raw.count) bytes are no whole number of UTF-16 units",
        advice: "check that the file is complete, and that it is UTF-16")
    }
    let units = stride(from: start, to: raw.count, by: 2).map { index -> UInt16 in
      let (first, second) = (UInt16(raw[index]), UInt16(raw[index + 1]))
      return isBig ? first << 8 | second : second << 8 | first
    }
    var decoder = UTF16()
    var iterator = units.makeIterator()
    var (text, count): ([UInt8], Int) = ([], 0)
    while true {
      switch decoder.decode(&iterator) {
      case .scalarValue(let scalar):
        text.append(contentsOf: UTF8.encode(scalar)!)
        count += scalar.value > 0xFFFF ? 2 : 1
      case .emptyInput: return text
      case .error:
        throw DatasetError(
          .malformedTable, at: path,
          "the UTF-16 text is damaged near byte \(start + 2 * count)",
          advice: "check that the file is complete, and that it is UTF-16")
      }
    }
  }
}

/// Two digits, such as `E4`.
private func hexadecimal(_ byte: UInt8) -> String {
  (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
}

/// Where a byte stands in a text file; both from 1, the column in bytes.
struct TextPlace {
  var line: Int
  var column: Int

  init(of index: Int, in bytes: [UInt8]) {
    var (line, start) = (1, 0)
    for position in 0..<index where Self.endsLine(position, in: bytes) {
      line += 1
      start = position + 1
    }
    (self.line, column) = (line, index - start + 1)
  }

  /// Whether a line ends at this byte: LF, or a CR that no LF follows.
  static func endsLine(_ position: Int, in bytes: [UInt8]) -> Bool {
    bytes[position] == 0x0A
      || bytes[position] == 0x0D && (position + 1 == bytes.count || bytes[position + 1] != 0x0A)
  }
}

/// The first byte of a text that is no UTF-8.
struct UTF8Fault {
  private let bytes: [UInt8]
  private let index: Int

  /// `nil` where all bytes are UTF-8 (Unicode 15, table 3-7).
  init?(in bytes: [UInt8]) {
    var index = 0
    while index < bytes.count {
      let length = Self.length(at: index, in: bytes)
      if length == 0 {
        (self.bytes, self.index) = (bytes, index)
        return
      }
      index += length
    }
    return nil
  }

  /// Bytes of the character at an index; 0 where there is none.
  private static func length(at index: Int, in bytes: [UInt8]) -> Int {
    let lead = bytes[index]
    if lead < 0x80 { return 1 }
    let (length, second): (Int, ClosedRange<UInt8>) =
      switch lead {
      case 0xC2...0xDF: (2, 0x80...0xBF)
      case 0xE0: (3, 0xA0...0xBF)
      case 0xE1...0xEC, 0xEE, 0xEF: (3, 0x80...0xBF)
      case 0xED: (3, 0x80...0x9F)
      case 0xF0: (4, 0x90...0xBF)
      case 0xF1...0xF3: (4, 0x80...0xBF)
      case 0xF4: (4, 0x80...0x8F)
      default: (0, 0...0)
      }
    guard length > 0, index + length <= bytes.count, second.contains(bytes[index + 1]) else {
      return 0
    }
    for next in (index + 2)..<max(index + length, index + 2)
    where bytes[next] & 0xC0 != 0x80 { return 0 }
    return length
  }

  /// What was found, where, in how many lines, and the encoding that would read it.
  func error(path: String) -> DatasetError {
    let lines = lines()
    let bad = lines.filter { UTF8Fault(in: Array($0)) != nil }
    let hasUTF8 = lines.contains { line in
      line.contains { $0 >= 0x80 } && UTF8Fault(in: Array(line)) == nil
    }
    let needsWindows = bad.contains { $0.contains { (0x80...0x9F).contains($0) } }
    let encoding = needsWindows ? TextEncoding.windows1252 : .latin1
    let place = TextPlace(of: index, in: bytes)
    let reading = bad.first.flatMap { Self.text(of: $0, as: encoding) }
    var reason = "byte \(hexadecimal(bytes[index])) is no UTF-8"
    if bad.count > 1 { reason += ", nor are \(bad.count - 1) later lines" }
    let advice: String =
      if hasUTF8 {
        "other lines of it are UTF-8: the file mixes encodings, and these lines have to be mended"
      } else if let reading {
        "write encoding: \(encoding.rawValue) under dataset, which reads this line as"
          + " '\(reading.prefix(80))', or save the file as UTF-8"
      } else {
        "find out in which encoding the file was written, and save it as UTF-8"
      }
    return DatasetError(
      .malformedTable, at: "\(path):\(place.line):\(place.column)", reason, advice: advice)
  }

  private func lines() -> [ArraySlice<UInt8>] {
    bytes.split { $0 == 0x0A || $0 == 0x0D }
  }

  private static func text(of line: ArraySlice<UInt8>, as encoding: TextEncoding) -> String? {
    var text = ""
    for byte in line {
      guard let character = encoding.character(of: byte) else { return nil }
      text.unicodeScalars.append(character)
    }
    return text
  }
}
