import CZlib

/// Compressed files, read whole.
public enum Gzip {
  /// The content of a gzip file (all of its members), or of a plain file as it is.
  ///
  /// - Parameter limit: the most bytes the content may have; guards against a small file that
  ///   unpacks to fill the memory.
  /// - Throws: where the file cannot be read, is damaged, or has more content than `limit`.
  public static func decompress(path: String, limit: Int) throws(FileError) -> [UInt8] {
    let file = try MappedFile(path: path)
    let bytes = file.bytes
    guard bytes.count >= 2, bytes[0] == 0x1F, bytes[1] == 0x8B else {
      guard bytes.count <= limit else { throw tooLarge(path, limit) }
      return Array(bytes)
    }
    var inflater = Inflater(path: path, limit: limit)
    return try inflater.run(bytes)
  }

  fileprivate static func tooLarge(_ path: String, _ limit: Int) -> FileError {
    FileError(
      "read", path, reason: "its content is larger than the limit of \(limit) bytes",
      advice: "check that this is the right file")
  }
}

private struct Inflater {
  let path: String
  let limit: Int
  var content: [UInt8] = []

  mutating func run(_ input: UnsafeRawBufferPointer) throws(FileError) -> [UInt8] {
    var stream = z_stream()
    // 15: the largest window; + 16: a gzip header and no other.
    let status = inflateInit2_(
      &stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else { throw damaged("zlib does not start (\(status))") }
    defer { inflateEnd(&stream) }
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    var position = 0
    while true {
      let status = step(&stream, input, &position, &piece)
      guard content.count <= limit else { throw Gzip.tooLarge(path, limit) }
      if status == Z_STREAM_END {
        // Padding with zeros is usual on tapes and harmless; another member may follow.
        while position < input.count && input[position] == 0 { position += 1 }
        if position == input.count { return content }
        inflateReset(&stream)
      } else if status == Z_BUF_ERROR || (status == Z_OK && position == input.count) {
        // With room for output, no progress means that input is missing.
        if status == Z_BUF_ERROR { throw damaged("the compressed data ends too early") }
      } else if status != Z_OK {
        throw damaged(stream.msg.map { String(cString: $0) } ?? "zlib's status \(status)")
      }
    }
  }

  private mutating func step(
    _ stream: inout z_stream, _ input: UnsafeRawBufferPointer, _ position: inout Int,
    _ piece: inout [UInt8]
  ) -> Int32 {
    let size = min(input.count - position, 1 << 30)
    let start = input.baseAddress!.assumingMemoryBound(to: UInt8.self) + position
    stream.next_in = UnsafeMutablePointer(mutating: start)
    stream.avail_in = UInt32(size)
    let status = piece.withUnsafeMutableBufferPointer { output in
      stream.next_out = output.baseAddress
      stream.avail_out = UInt32(output.count)
      return inflate(&stream, Z_NO_FLUSH)
    }
    position += size - Int(stream.avail_in)
    content.append(contentsOf: piece[..<(piece.count - Int(stream.avail_out))])
    return status
  }

  private func damaged(_ reason: String) -> FileError {
    FileError(
      "unpack", path, reason: reason, advice: "the file is damaged or incomplete; fetch it again")
  }
}
