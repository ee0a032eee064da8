import Files
import Foundation
import Kernels

/// The bytes of a file of activations, in the machine's byte order:
///
///     header     4096 bytes: magic, version, count, numbers a record, the key's SHA-256, zeros
///     records    count × numbers × Float
///     checksums  count × CRC-32 of the record
///     seal       SHA-256 of header and checksums, 64 digits
///
/// Every byte is covered by the seal or by a record's checksum, and the file's size by its header.
package enum ActivationFile {
  static let magic = Array("POISEACT".utf8)
  static let version = 1
  static let headerBytes = 4096
  static let sealBytes = 64

  static func header(key: String, count: Int, numbers: Int) -> [UInt8] {
    var bytes = magic
    for number in [version, count, numbers] {
      withUnsafeBytes(of: Int64(number)) { bytes += $0 }
    }
    bytes += key.utf8
    return bytes + repeatElement(0, count: headerBytes - bytes.count)
  }

  static func size(count: Int, numbers: Int) -> Int {
    headerBytes + count * (numbers * MemoryLayout<Float>.stride + 4) + sealBytes
  }

  static func seal(header: [UInt8], checksums: [UInt32]) -> [UInt8] {
    var digest = SHA256Digest()
    header.withUnsafeBytes { digest.update($0) }
    checksums.withUnsafeBytes { digest.update($0) }
    return Array(digest.finalize().utf8)
  }

  /// Writes the file whole or not at all; `compute` fills the records of a range.
  static func write(
    to path: String, key: String, count: Int, numbers: Int, chunk: Int, pool: ThreadPool,
    compute: (Range<Int>, UnsafeMutablePointer<Float>) throws -> Void
  ) throws {
    let folder = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
    try AtomicFile.requireFreeSpace(
      size(count: count, numbers: numbers), in: folder.isEmpty ? "." : folder)
    let header = header(key: key, count: count, numbers: numbers)
    var checksums = [UInt32](repeating: 0, count: count)
    let room = UnsafeMutablePointer<Float>.allocate(capacity: max(1, min(chunk, count) * numbers))
    defer { room.deallocate() }
    try AtomicFile.write(to: path) { sink in
      try sink.write(header)
      for start in stride(from: 0, to: count, by: chunk) {
        let range = start..<min(start + chunk, count)
        try compute(range, room)
        checksums.withUnsafeMutableBufferPointer { all in
          checksum(
            room, numbers: numbers, into: UnsafeMutableBufferPointer(rebasing: all[range]), pool)
        }
        try sink.write(
          UnsafeRawBufferPointer(
            start: room, count: range.count * numbers * MemoryLayout<Float>.stride))
      }
      try sink.write(checksums)
      try sink.write(seal(header: header, checksums: checksums))
    }
  }

  private static func checksum(
    _ records: UnsafePointer<Float>, numbers: Int, into sums: UnsafeMutableBufferPointer<UInt32>,
    _ pool: ThreadPool
  ) {
    pool.run(chunks: sums.count) { index, _ in
      sums[index] = CRC32.checksum(
        of: UnsafeRawBufferPointer(
          start: records + index * numbers, count: numbers * MemoryLayout<Float>.stride))
    }
  }

  /// Why a file cannot be trusted; nil where every byte is as it was written for this key.
  package static func damage(
    in file: MappedFile, key: String, count: Int, numbers: Int, pool: ThreadPool
  ) -> String? {
    let bytes = file.bytes
    let expected = size(count: count, numbers: numbers)
    guard bytes.count == expected else {
      return "it has \(bytes.count) bytes and \(expected) are expected"
    }
    let header = header(key: key, count: count, numbers: numbers)
    guard bytes.prefix(headerBytes).elementsEqual(header) else {
      return "its header is not the expected one"
    }
    let table = headerBytes + count * numbers * MemoryLayout<Float>.stride
    let checksums = (0..<count).map {
      bytes.loadUnaligned(fromByteOffset: table + 4 * $0, as: UInt32.self)
    }
    guard bytes.suffix(sealBytes).elementsEqual(seal(header: header, checksums: checksums)) else {
      return "its checksums do not fit their seal"
    }
    var found = [UInt32](repeating: 0, count: count)
    let records = (bytes.baseAddress! + headerBytes).assumingMemoryBound(to: Float.self)
    found.withUnsafeMutableBufferPointer {
      checksum(records, numbers: numbers, into: $0, pool)
    }
    guard let index = zip(found, checksums).enumerated().first(where: { $1.0 != $1.1 })?.offset
    else { return nil }
    return "record \(index) does not fit its checksum"
  }
}
