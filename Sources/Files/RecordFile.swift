/// The form of a file of records of one size, every byte of which can be checked:
///
///     header     4096 bytes: magic, numbers as Int64, key, zeros
///     records    count × bytes of a record
///     checksums  count × CRC-32 of the record
///
/// in the machine's byte order. What follows is the format's own, and holds the ``seal(_:and:)`` of
/// header, checksums and itself.
public struct RecordFile: Sendable {
  /// Bytes before the first record: a page, so that records begin at one.
  public static let headerBytes = 4096
  /// Bytes of a seal: SHA-256 as hexadecimal digits.
  public static let sealBytes = 64

  /// The bytes before the first record.
  public let header: [UInt8]
  /// Records.
  public let count: Int
  /// Bytes of each record.
  public let recordBytes: Int

  /// Runs `body` for every index below `count`, each once, in any order and on any thread.
  public typealias Loop = (_ count: Int, _ body: @Sendable (Int) -> Void) -> Void

  /// The form of one file.
  ///
  /// - Parameters:
  ///   - magic: what files of this format begin with.
  ///   - numbers: what says how to read the records: version, sizes.
  ///   - key: names all that the records depend on.
  /// - Precondition: magic, numbers and key fit into the header.
  public init(magic: String, numbers: [Int], key: String, count: Int, recordBytes: Int) {
    var bytes = Array(magic.utf8)
    for number in numbers { withUnsafeBytes(of: Int64(number)) { bytes += $0 } }
    bytes += key.utf8
    precondition(bytes.count <= Self.headerBytes, "a header of \(bytes.count) bytes")
    header = bytes + repeatElement(0, count: Self.headerBytes - bytes.count)
    (self.count, self.recordBytes) = (count, recordBytes)
  }

  /// Bytes of header, records and checksums.
  public var size: Int { tableStart + 4 * count }

  private var tableStart: Int { Self.headerBytes + count * recordBytes }

  /// SHA-256 of header, checksums, and what a format has besides.
  public func seal(_ checksums: [UInt32], and rest: [UInt8]...) -> [UInt8] {
    var digest = SHA256Digest()
    header.withUnsafeBytes { digest.update($0) }
    checksums.withUnsafeBytes { digest.update($0) }
    for bytes in rest { bytes.withUnsafeBytes { digest.update($0) } }
    return Array(digest.finalize().utf8)
  }

  /// The CRC-32 of each of the records that lie one after the other in `records`.
  public func checksums(of records: UnsafeRawBufferPointer, by loop: Loop) -> [UInt32] {
    let count = recordBytes > 0 ? records.count / recordBytes : 0
    // All threads share one empty array, whose count would be written without a lock.
    if count == 0 { return [] }
    return [UInt32](unsafeUninitializedCapacity: count) { sums, filled in
      // Each index is one thread's alone.
      nonisolated(unsafe) let (sums, records) = (sums, records)
      let size = recordBytes
      loop(count) { index in
        sums[index] = CRC32.checksum(
          of: UnsafeRawBufferPointer(rebasing: records[(index * size)..<((index + 1) * size)]))
      }
      filled = count
    }
  }

  /// The table of checksums in a file's bytes.
  ///
  /// - Throws: where the bytes are fewer than ``size``, or begin with another header.
  public func checksums(in bytes: UnsafeRawBufferPointer) throws(CheckedFile.Damage) -> [UInt32] {
    guard bytes.count >= size else {
      throw CheckedFile.Damage("it has \(bytes.count) bytes and \(size) or more are expected")
    }
    guard bytes.prefix(Self.headerBytes).elementsEqual(header) else {
      throw CheckedFile.Damage("its header is not the expected one")
    }
    return (0..<count).map {
      bytes.loadUnaligned(fromByteOffset: tableStart + 4 * $0, as: UInt32.self)
    }
  }

  /// Compares the records in a file's bytes with their checksums.
  ///
  /// - Parameters:
  ///   - checksums: as ``checksums(in:)`` found them.
  ///   - loop: runs over the records, perhaps on several threads.
  /// - Precondition: the bytes are at least ``size``.
  /// - Throws: where a record is not as it was written.
  public func checkRecords(
    in bytes: UnsafeRawBufferPointer, _ checksums: [UInt32], by loop: Loop
  ) throws(CheckedFile.Damage) {
    let records = UnsafeRawBufferPointer(rebasing: bytes[Self.headerBytes..<tableStart])
    let found = self.checksums(of: records, by: loop)
    if let index = zip(found, checksums).enumerated().first(where: { $1.0 != $1.1 })?.offset {
      throw CheckedFile.Damage("record \(index) does not fit its checksum")
    }
  }
}
