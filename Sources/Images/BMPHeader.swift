/// What a BMP says before its pixels.
struct BMPHeader {
  enum Compression { case plain, runs, masks }

  let height: Int
  let width: Int
  let isTopDown: Bool
  /// Bits a pixel: 1, 2, 4, 8, 16, 24 or 32.
  let bits: Int
  let compression: Compression
  /// Where the pixels begin.
  let offset: Int
  /// Of red, green, blue and alpha; zero where there is none.
  private(set) var masks = [0, 0, 0, 0]
  /// Red, green, blue.
  private(set) var palette: [(UInt8, UInt8, UInt8)] = []

  init(_ bytes: [UInt8], _ path: String) throws(ImageError) {
    func unreadable(_ words: String) -> ImageError { .unreadable(path: path, detail: words) }
    let reader = ByteReader(bytes)
    guard let offset = reader.number(at: 10, size: 4), let size = reader.number(at: 14, size: 4)
    else { throw unreadable("the BMP ends within its header") }
    let isOld = size == 12
    guard isOld || (16...1024).contains(size) else {
      throw unreadable("the BMP has a header of \(size) bytes, which is none that is known")
    }
    let columns = isOld ? reader.number(at: 18, size: 2) : reader.signed(at: 18)
    let rows = isOld ? reader.number(at: 20, size: 2) : reader.signed(at: 22)
    guard let columns, let rows, let bits = reader.number(at: isOld ? 24 : 28, size: 2),
      let method = size < 20 ? 0 : reader.number(at: 30, size: 4)
    else { throw unreadable("the BMP ends within its header") }
    (height, width, isTopDown) = (abs(rows), columns, rows < 0)
    (self.bits, self.offset) = (bits, offset)
    switch (method, bits) {
    case (0, 1), (0, 2), (0, 4), (0, 8), (0, 16), (0, 24), (0, 32): compression = .plain
    case (1, 8), (2, 4): compression = .runs
    case (3, 16), (3, 32), (6, 16), (6, 32): compression = .masks
    default:
      throw unreadable("a BMP of \(bits) bits with compression \(method) cannot be read")
    }
    try readMasks(reader, size, hasAlpha: method == 6, path)
    readPalette(reader, size, isOld: isOld)
  }

  /// Behind a header of 40 bytes, or in it where it is longer; without them 5 bits a channel, or 8.
  private mutating func readMasks(
    _ reader: ByteReader, _ size: Int, hasAlpha: Bool, _ path: String
  ) throws(ImageError) {
    guard compression == .masks else {
      masks = bits == 16 ? [0x7C00, 0x03E0, 0x001F, 0] : [0xFF_0000, 0xFF00, 0xFF, 0]
      return
    }
    let count = size >= 56 || hasAlpha ? 4 : 3
    for channel in 0..<count {
      guard let mask = reader.number(at: 54 + 4 * channel, size: 4) else {
        throw .unreadable(path: path, detail: "the BMP ends within its masks")
      }
      masks[channel] = mask
    }
  }

  private mutating func readPalette(_ reader: ByteReader, _ size: Int, isOld: Bool) {
    guard bits <= 8 else { return }
    let used = size < 36 ? 0 : reader.number(at: 46, size: 4) ?? 0
    let count = used == 0 ? 1 << bits : min(used, 1 << bits)
    let entry = isOld ? 3 : 4
    for index in 0..<count {
      let place = 14 + size + entry * index
      guard place + 3 <= offset || offset == 0,
        let colour = reader.slice(at: place, count: 3).map(Array.init)
      else { return }
      palette.append((colour[2], colour[1], colour[0]))
    }
  }
}

/// The run lengths of a BMP of 4 or 8 bits.
struct BMPRuns {
  private let bytes: [UInt8]
  private let header: BMPHeader
  private var indices: [UInt8]
  private var row = 0
  private var column = 0

  init(_ bytes: [UInt8], _ header: BMPHeader) {
    (self.bytes, self.header) = (bytes, header)
    indices = Array(repeating: 0, count: header.height * header.width)
  }

  /// One palette index a pixel, rows from the top. Pixels that no run reaches have index 0.
  func expanded(_ path: String) throws(ImageError) -> [UInt8] {
    var runs = self
    try runs.expand(path)
    return runs.indices
  }

  private mutating func expand(_ path: String) throws(ImageError) {
    var place = header.offset
    func next() throws(ImageError) -> Int {
      guard place < bytes.count else {
        throw .unreadable(path: path, detail: "the BMP's run lengths break off")
      }
      place += 1
      return Int(bytes[place - 1])
    }
    while true {
      let (count, value) = (try next(), try next())
      switch (count, value) {
      case (0, 0): (row, column) = (row + 1, 0)
      case (0, 1): return
      case (0, 2): (column, row) = (column + (try next()), row + (try next()))
      case (0, _):
        let size = header.bits == 8 ? value : (value + 1) / 2
        var last = 0
        for index in 0..<value {
          if header.bits == 8 || index % 2 == 0 { last = try next() }
          put(header.bits == 8 ? last : index % 2 == 0 ? last >> 4 : last & 15)
        }
        if size % 2 == 1 { _ = try next() }
      default:
        // Beyond the picture nothing is drawn, however long the run says that it is.
        let visible = row < header.height ? max(0, min(count, header.width - column)) : 0
        for index in 0..<visible {
          put(header.bits == 8 ? value : index % 2 == 0 ? value >> 4 : value & 15)
        }
        column += count - visible
      }
    }
  }

  /// Pixels beyond a row or the last row are dropped.
  private mutating func put(_ index: Int) {
    if row < header.height && column < header.width {
      let target = header.isTopDown ? row : header.height - 1 - row
      indices[target * header.width + column] = UInt8(index)
    }
    column += 1
  }
}
