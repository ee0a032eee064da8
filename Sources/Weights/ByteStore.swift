import Files

/// A file's bytes for as long as something refers to them: mapped, or a copy in memory.
final class ByteStore: @unchecked Sendable {
  let bytes: UnsafeRawBufferPointer
  private let file: MappedFile?
  private let copy: UnsafeMutableRawBufferPointer?

  /// The file at `path`, mapped.
  init(mapping path: String) throws(FileError) {
    let file = try MappedFile(path: path)
    file.advise(.sequential)
    (self.file, copy, bytes) = (file, nil, file.bytes)
  }

  /// A copy of `content`.
  init(copying content: [UInt8]) {
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: content.count, alignment: 64)
    copy.copyBytes(from: content)
    (self.copy, file, bytes) = (copy, nil, UnsafeRawBufferPointer(copy))
  }

  deinit { copy?.deallocate() }
}

/// Reads little-endian numbers from bytes, and never past their end.
struct ByteReader {
  let bytes: UnsafeRawBufferPointer
  private(set) var position: Int
  private let purpose: String

  /// A reader from `position`, which may lie anywhere; `purpose` names the bytes in errors.
  init(_ bytes: UnsafeRawBufferPointer, at position: Int = 0, of purpose: String) {
    (self.bytes, self.position, self.purpose) = (bytes, position, purpose)
  }

  var left: Int { max(0, bytes.count - position) }

  /// The next number.
  mutating func next<Number: FixedWidthInteger & BitwiseCopyable>(
    _ type: Number.Type
  ) throws(WeightFault) -> Number {
    let size = MemoryLayout<Number>.size
    guard position >= 0, size <= left else { throw ends(size) }
    defer { position += size }
    return Number(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: Number.self))
  }

  /// The next `count` bytes.
  mutating func next(bytes count: Int) throws(WeightFault) -> UnsafeRawBufferPointer {
    guard position >= 0, count >= 0, count <= left else { throw ends(count) }
    defer { position += count }
    return UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
  }

  /// The next `count` bytes as UTF-8.
  mutating func next(text count: Int) throws(WeightFault) -> String {
    let piece = try next(bytes: count)
    guard let text = String(validating: piece, as: UTF8.self) else {
      throw WeightFault("\(purpose) holds text at byte \(position - count) that is no UTF-8")
    }
    return text
  }

  private func ends(_ count: Int) -> WeightFault {
    WeightFault(
      "\(purpose) ends at byte \(bytes.count), and \(count) bytes from \(position) are needed")
  }
}
