/// The file format of MNIST and its relatives: bytes in an array of one to several dimensions
/// (LeCun: magic 0, 0, type, number of dimensions; sizes as big-endian 32-bit numbers; data).
///
/// Only type 0x08, unsigned bytes, gzipped or not. The data are not held in memory: items are read
/// when they are asked for, in any order and by any thread.
public struct IDXFile: Sendable {
  /// Sizes, outermost first: images × height × width, or just labels.
  public let dimensions: [Int]
  private let file: ContentFile
  private let itemSize: Int
  private let headerSize: Int

  /// Opens a file whose content has at most `limit` bytes, and reads it once to the end.
  ///
  /// The header comes first: what it announces is compared with `limit` and with what a file of
  /// this length may hold before anything else is read.
  ///
  /// - Throws: where the file cannot be read, is larger, is damaged, or is no IDX file of unsigned
  ///   bytes.
  public init(path: String, limit: Int = 1 << 31) throws(FileError) {
    file = try ContentFile(path: path)
    let start = try file.read(4 + 4 * 8, at: 0)
    let sizes = try Self.dimensions(in: start, path)
    var count = 1
    for size in sizes {
      let product = count.multipliedReportingOverflow(by: size)
      guard !product.overflow else { throw Self.wrong(path, "its sizes \(sizes) overflow") }
      count = product.partialValue
    }
    dimensions = sizes
    headerSize = 4 + 4 * sizes.count
    itemSize = sizes[0] == 0 ? 0 : count / sizes[0]
    guard sizes[0] == 0 || itemSize > 0 else {
      throw Self.wrong(path, "its sizes \(sizes) announce items without bytes")
    }
    try checkLength(announced: count, limit: limit)
  }

  private static func wrong(_ path: String, _ reason: String) -> FileError {
    FileError(
      "read as an IDX file", path, reason: reason,
      advice: "give an MNIST-style file of unsigned bytes, gzipped or not")
  }

  private static func dimensions(
    in start: [UInt8], _ path: String
  ) throws(FileError) -> [Int] {
    guard start.count >= 4 else {
      throw wrong(path, "it has \(start.count) bytes and the header alone has 4 or more")
    }
    guard start[0] == 0, start[1] == 0 else {
      throw wrong(path, "it starts with \(start[0]), \(start[1]) and not with 0, 0")
    }
    guard start[2] == 0x08 else {
      throw wrong(path, "its type is \(start[2]) and only 8, unsigned bytes, is read")
    }
    let rank = Int(start[3])
    guard rank >= 1, rank <= 8 else {
      throw wrong(path, "it says \(rank) dimensions, and 1 to 8 are expected")
    }
    guard start.count >= 4 + 4 * rank else { throw wrong(path, "it ends within its header") }
    return (0..<rank).map { dimension in
      start[(4 + 4 * dimension)..<(8 + 4 * dimension)].reduce(0) { $0 << 8 | Int($1) }
    }
  }

  private func checkLength(announced: Int, limit: Int) throws(FileError) {
    let (path, sizes) = (file.path, dimensions)
    func differs(_ found: String) -> FileError {
      Self.wrong(path, "its sizes \(sizes) announce \(announced) bytes of data and \(found) there")
    }
    guard file.isCompressed else {
      let found = file.fileSize - headerSize
      guard found == announced else { throw differs("\(found) are") }
      guard file.fileSize <= limit else { throw tooLarge(limit) }
      return
    }
    let (whole, overflows) = announced.addingReportingOverflow(headerSize)
    guard !overflows, whole <= file.mostContent else {
      throw Self.wrong(
        path,
        "its sizes \(sizes) announce \(announced) bytes of data, and a gzip file of"
          + " \(file.fileSize) bytes is unpacked to \(file.mostContent) at most")
    }
    guard whole <= limit else { throw tooLarge(limit) }
    let found = try file.forEachPiece(upTo: whole) { _, _ in }
    guard found <= whole else { throw differs("more are") }
    guard found == whole else { throw differs("\(found - headerSize) are") }
  }

  private func tooLarge(_ limit: Int) -> FileError {
    FileError(
      "read", file.path, reason: "its content is larger than the limit of \(limit) bytes",
      advice: "check that this is the right file")
  }

  /// Items along the first dimension.
  public var count: Int { dimensions[0] }

  /// The bytes of one item along the first dimension.
  ///
  /// - Throws: where the file cannot be read any more, or became shorter.
  /// - Precondition: `index` is below ``count``.
  public func item(at index: Int) throws(FileError) -> [UInt8] {
    precondition((0..<count).contains(index), "item \(index) of \(count)")
    return try read(itemSize, at: index * itemSize)
  }

  /// All of the data, the last dimension's neighbours side by side: for labels.
  ///
  /// - Throws: as ``item(at:)``.
  public func bytes() throws(FileError) -> [UInt8] { try read(count * itemSize, at: 0) }

  private func read(_ size: Int, at offset: Int) throws(FileError) -> [UInt8] {
    let bytes = try file.read(size, at: headerSize + offset)
    guard bytes.count == size else {
      throw Self.wrong(file.path, "it became shorter while it was read")
    }
    return bytes
  }
}
