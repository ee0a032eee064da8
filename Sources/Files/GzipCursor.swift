import CZlib

/// Unpacks a gzip file from its start, piece by piece; copies of it are places to go on from.
///
/// zlib keeps a pointer to the stream it works on: the stream lies on the heap and never moves.
final class GzipCursor {
  /// The next byte of the content.
  private(set) var position = 0
  /// Whether all members were unpacked and their checksums are right.
  private(set) var isAtEnd = false
  private let file: RegularFile
  private let stream: UnsafeMutablePointer<z_stream>
  private let input: UnsafeMutableBufferPointer<UInt8>
  /// The first byte of the file that is not in `input`.
  private var fetched = 0

  private static let inputBytes = 1 << 16

  /// A cursor at the start of `file`.
  init(_ file: RegularFile) throws(FileError) {
    self.file = file
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    input = .allocate(capacity: Self.inputBytes)
    // 15: the largest window; + 16: a gzip header and no other.
    let status = inflateInit2_(
      stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else { throw damaged("zlib does not start (\(status))") }
  }

  /// A cursor at the place of `other`.
  init(copying other: GzipCursor) throws(FileError) {
    (file, position, isAtEnd) = (other.file, other.position, other.isAtEnd)
    fetched = other.fetched - Int(other.stream.pointee.avail_in)
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    input = .allocate(capacity: Self.inputBytes)
    let status = inflateCopy(stream, other.stream)
    guard status == Z_OK else { throw damaged("zlib has no memory (\(status))") }
    stream.pointee.avail_in = 0
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
    input.deallocate()
  }

  /// Fills `room` with the content from ``position`` on; returns how many bytes there were.
  func read(into room: UnsafeMutableBufferPointer<UInt8>) throws(FileError) -> Int {
    var count = 0
    while count < room.count, !isAtEnd {
      if stream.pointee.avail_in == 0 { try fetch() }
      let isDry = stream.pointee.avail_in == 0
      let wanted = min(room.count - count, 1 << 30)
      stream.pointee.next_out = room.baseAddress! + count
      stream.pointee.avail_out = UInt32(wanted)
      let status = inflate(stream, Z_NO_FLUSH)
      let got = wanted - Int(stream.pointee.avail_out)
      count += got
      position += got
      switch status {
      case Z_STREAM_END: try endMember()
      case Z_OK, Z_BUF_ERROR:
        // With room for output, no progress means that input is missing.
        if isDry && got == 0 { throw damaged("the compressed data ends too early") }
      default:
        throw damaged(stream.pointee.msg.map { String(cString: $0) } ?? "zlib's status \(status)")
      }
    }
    return count
  }

  /// Padding with zeros is usual on tapes and harmless; another member may follow.
  private func endMember() throws(FileError) {
    while true {
      if stream.pointee.avail_in == 0 { try fetch() }
      guard stream.pointee.avail_in > 0 else {
        isAtEnd = true
        return
      }
      guard stream.pointee.next_in.pointee == 0 else { break }
      stream.pointee.next_in += 1
      stream.pointee.avail_in -= 1
    }
    inflateReset(stream)
  }

  private func fetch() throws(FileError) {
    let count = try file.read(into: input, at: fetched)
    fetched += count
    stream.pointee.next_in = input.baseAddress
    stream.pointee.avail_in = UInt32(count)
  }

  private func damaged(_ reason: String) -> FileError {
    FileError(
      "unpack", file.path, reason: reason,
      advice: "the file is damaged or incomplete; fetch it again")
  }
}
