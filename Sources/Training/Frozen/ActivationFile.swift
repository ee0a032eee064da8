import Files
import Kernels

/// The bytes of a file of activations: a ``RecordFile`` of count × numbers × Float, whose key is a
/// key's SHA-256, and behind it
///
///     seal       SHA-256 of header and checksums, 64 digits
///
/// Every byte is covered by the seal or by a record's checksum, and the file's size by its header.
package enum ActivationFile {
  private static let version = 1

  /// The form of a file.
  static func form(key: String, count: Int, numbers: Int) -> RecordFile {
    RecordFile(
      magic: "POISEACT", numbers: [version, count, numbers], key: key, count: count,
      recordBytes: numbers * MemoryLayout<Float>.stride)
  }

  /// Bytes of a file of so many records.
  static func size(count: Int, numbers: Int) -> Int {
    form(key: "", count: count, numbers: numbers).size + RecordFile.sealBytes
  }

  /// Writes the file whole or not at all; `compute` fills the records of a range.
  static func write(
    to path: String, form: RecordFile, chunk: Int, pool: ThreadPool,
    compute: ActivationCache.Computation
  ) throws {
    let count = form.count
    let room = UnsafeMutableRawBufferPointer.allocate(
      byteCount: max(1, min(chunk, count) * form.recordBytes), alignment: 64)
    defer { room.deallocate() }
    let numbers = room.bindMemory(to: Float.self).baseAddress!
    var checksums: [UInt32] = []
    try AtomicFile.write(to: path) { sink in
      try sink.write(form.header)
      for start in stride(from: 0, to: count, by: chunk) {
        let range = start..<min(start + chunk, count)
        try compute(range, numbers)
        let records = UnsafeRawBufferPointer(rebasing: room[..<(range.count * form.recordBytes)])
        checksums += form.checksums(of: records, by: pool.loop)
        try sink.write(records)
      }
      try sink.write(checksums)
      try sink.write(form.seal(checksums))
    }
  }

  /// Checks that every byte is as it was written for this key.
  static func check(
    _ file: MappedFile, form: RecordFile, pool: ThreadPool
  ) throws(CheckedFile.Damage) {
    let expected = form.size + RecordFile.sealBytes
    guard file.bytes.count == expected else {
      throw CheckedFile.Damage("it has \(file.bytes.count) bytes and \(expected) are expected")
    }
    let checksums = try form.checksums(in: file.bytes)
    guard file.bytes.suffix(RecordFile.sealBytes).elementsEqual(form.seal(checksums)) else {
      throw CheckedFile.Damage("its checksums do not fit their seal")
    }
    try form.checkRecords(in: file.bytes, checksums, by: pool.loop)
  }

  /// Why a file cannot be trusted; nil where every byte is as it was written for this key.
  package static func damage(
    in file: MappedFile, key: String, count: Int, numbers: Int, pool: ThreadPool
  ) -> String? {
    do throws(CheckedFile.Damage) {
      try check(file, form: form(key: key, count: count, numbers: numbers), pool: pool)
      return nil
    } catch {
      return error.reason
    }
  }
}

extension ThreadPool {
  /// A loop over chunks that need no scratch memory.
  fileprivate var loop: RecordFile.Loop {
    { count, body in self.run(chunks: count) { chunk, _ in body(chunk) } }
  }
}
