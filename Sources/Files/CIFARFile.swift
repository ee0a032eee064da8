/// The binary files of CIFAR-10 (one label byte a record) and CIFAR-100 (two: coarse, fine),
/// gzipped or not; 32×32 pixels as a red, a green and a blue plane.
///
/// Labels are held in memory, pixels are read when they are asked for.
public struct CIFARFile: Sendable {
  /// Bytes of one record's pixels: 3 planes of 32×32.
  public static let pixelBytes = 3 * 32 * 32
  /// Records.
  public let count: Int
  private let labelBytes: Int
  /// The label bytes of every record.
  private let labels: [UInt8]
  private let file: ContentFile

  /// Opens a file whose content has at most `limit` bytes, and reads it once to the end.
  ///
  /// - Parameter labelBytes: 1 for CIFAR-10, 2 for CIFAR-100.
  /// - Throws: where the file cannot be read, is larger, is damaged, or holds no whole number of
  ///   records.
  public init(path: String, labelBytes: Int, limit: Int = 1 << 31) throws(FileError) {
    guard labelBytes == 1 || labelBytes == 2 else {
      throw FileError(
        "read as a CIFAR file", path, reason: "\(labelBytes) label bytes were asked for",
        advice: "CIFAR-10 has 1 label byte, CIFAR-100 has 2")
    }
    file = try ContentFile(path: path)
    self.labelBytes = labelBytes
    let record = labelBytes + Self.pixelBytes
    let most = min(limit, file.mostContent)
    var labels: [UInt8] = []
    let size = try file.forEachPiece(upTo: most) { piece, offset in
      // The label bytes that lie in this piece.
      var start = (offset + record - 1) / record * record
      if start - record + labelBytes > offset { start -= record }
      while start < offset + piece.count {
        for place in start..<(start + labelBytes)
        where place >= offset && place < offset + piece.count {
          labels.append(piece[place - offset])
        }
        start += record
      }
    }
    guard size <= most else {
      throw most < limit
        ? Gzip.unpacksTooMuch(file)
        : FileError(
          "read", path, reason: "its content is larger than the limit of \(limit) bytes",
          advice: "check that this is the right file")
    }
    guard size > 0, size % record == 0 else {
      throw FileError(
        "read as a CIFAR file", path,
        reason: "its \(size) bytes are no whole number of records of \(record) bytes",
        advice: "check that it is complete and whether it is CIFAR-10 or CIFAR-100")
    }
    self.labels = labels
    count = size / record
  }

  /// The class of a record; the fine one for CIFAR-100.
  public func label(at index: Int) -> Int { Int(labels[place(of: index) + labelBytes - 1]) }

  /// The coarse class of a record of CIFAR-100; `nil` for CIFAR-10.
  public func coarseLabel(at index: Int) -> Int? {
    labelBytes == 2 ? Int(labels[place(of: index)]) : nil
  }

  /// The pixels of a record: 1024 bytes each of red, green and blue, rows from the top.
  ///
  /// - Throws: where the file cannot be read any more, or became shorter.
  public func pixels(at index: Int) throws(FileError) -> [UInt8] {
    precondition((0..<count).contains(index), "record \(index) of \(count)")
    let record = labelBytes + Self.pixelBytes
    let bytes = try file.read(Self.pixelBytes, at: index * record + labelBytes)
    guard bytes.count == Self.pixelBytes else {
      throw FileError(
        "read as a CIFAR file", file.path, reason: "it became shorter while it was read")
    }
    return bytes
  }

  private func place(of index: Int) -> Int {
    precondition((0..<count).contains(index), "record \(index) of \(count)")
    return index * labelBytes
  }
}
