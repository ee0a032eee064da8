/// The file format of MNIST and its relatives: bytes in an array of one to several dimensions
/// (LeCun: magic 0, 0, type, number of dimensions; sizes as big-endian 32-bit numbers; data).
///
/// Only type 0x08, unsigned bytes, gzipped or not.
public struct IDXFile: Sendable {
  /// Sizes, outermost first: images × height × width, or just labels.
  public let dimensions: [Int]
  /// The data, the last dimension's neighbours side by side.
  public let bytes: [UInt8]

  /// Reads a whole file whose content has at most `limit` bytes.
  ///
  /// - Throws: where the file cannot be read, is larger, or is no IDX file of unsigned bytes.
  public init(path: String, limit: Int = 1 << 31) throws(FileError) {
    let content = try Gzip.decompress(path: path, limit: limit)
    func wrong(_ reason: String) -> FileError {
      FileError(
        "read as an IDX file", path, reason: reason,
        advice: "give an MNIST-style file of unsigned bytes, gzipped or not")
    }
    guard content.count >= 4 else {
      throw wrong("it has \(content.count) bytes and the header alone has 4 or more")
    }
    guard content[0] == 0, content[1] == 0 else {
      throw wrong("it starts with \(content[0]), \(content[1]) and not with 0, 0")
    }
    guard content[2] == 0x08 else {
      throw wrong("its type is \(content[2]) and only 8, unsigned bytes, is read")
    }
    let rank = Int(content[3])
    guard rank >= 1, rank <= 8 else {
      throw wrong("it says \(rank) dimensions, and 1 to 8 are expected")
    }
    guard content.count >= 4 + 4 * rank else { throw wrong("it ends within its header") }
    let sizes = (0..<rank).map { dimension in
      content[(4 + 4 * dimension)..<(8 + 4 * dimension)].reduce(0) { $0 << 8 | Int($1) }
    }
    var count = 1
    for size in sizes {
      let product = count.multipliedReportingOverflow(by: size)
      guard !product.overflow else { throw wrong("its sizes \(sizes) overflow") }
      count = product.partialValue
    }
    let found = content.count - 4 - 4 * rank
    guard found == count else {
      throw wrong("its sizes \(sizes) announce \(count) bytes of data and \(found) are there")
    }
    dimensions = sizes
    bytes = Array(content[(4 + 4 * rank)...])
  }

  /// Items along the first dimension.
  public var count: Int { dimensions[0] }

  /// The bytes of one item along the first dimension.
  ///
  /// - Precondition: `index` is below ``count``.
  public func item(at index: Int) -> ArraySlice<UInt8> {
    precondition((0..<count).contains(index), "item \(index) of \(count)")
    let size = bytes.count / count
    return bytes[(index * size)..<((index + 1) * size)]
  }
}

/// The binary files of CIFAR-10 (one label byte a record) and CIFAR-100 (two: coarse, fine),
/// gzipped or not; 32×32 pixels as a red, a green and a blue plane.
public struct CIFARFile: Sendable {
  /// Bytes of one record's pixels: 3 planes of 32×32.
  public static let pixelBytes = 3 * 32 * 32
  /// Records.
  public let count: Int
  private let labelBytes: Int
  private let bytes: [UInt8]

  /// Reads a whole file whose content has at most `limit` bytes.
  ///
  /// - Parameter labelBytes: 1 for CIFAR-10, 2 for CIFAR-100.
  /// - Throws: where the file cannot be read, is larger, or holds no whole number of records.
  public init(path: String, labelBytes: Int, limit: Int = 1 << 31) throws(FileError) {
    guard labelBytes == 1 || labelBytes == 2 else {
      throw FileError(
        "read as a CIFAR file", path, reason: "\(labelBytes) label bytes were asked for",
        advice: "CIFAR-10 has 1 label byte, CIFAR-100 has 2")
    }
    bytes = try Gzip.decompress(path: path, limit: limit)
    self.labelBytes = labelBytes
    let record = labelBytes + Self.pixelBytes
    guard !bytes.isEmpty, bytes.count % record == 0 else {
      throw FileError(
        "read as a CIFAR file", path,
        reason: "its \(bytes.count) bytes are no whole number of records of \(record) bytes",
        advice: "check that it is complete and whether it is CIFAR-10 or CIFAR-100")
    }
    count = bytes.count / record
  }

  /// The class of a record; the fine one for CIFAR-100.
  public func label(at index: Int) -> Int { Int(bytes[start(index) + labelBytes - 1]) }

  /// The coarse class of a record of CIFAR-100; `nil` for CIFAR-10.
  public func coarseLabel(at index: Int) -> Int? {
    labelBytes == 2 ? Int(bytes[start(index)]) : nil
  }

  /// The pixels of a record: 1024 bytes each of red, green and blue, rows from the top.
  public func pixels(at index: Int) -> ArraySlice<UInt8> {
    let first = start(index) + labelBytes
    return bytes[first..<(first + Self.pixelBytes)]
  }

  private func start(_ index: Int) -> Int {
    precondition((0..<count).contains(index), "record \(index) of \(count)")
    return index * (labelBytes + Self.pixelBytes)
  }
}
