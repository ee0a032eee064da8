import Files
import Foundation

/// The bytes of a pixel cache file, in the machine's byte order:
///
///     header     4096 bytes: magic, version, height, width, count, record size, key, zeros
///     records    count × height × width × 3
///     checksums  count × CRC-32 of the record
///     problems   JSON: index and reason of every record without pixels
///     footer     content digest (64), length of the problems (8), seal (64)
///
/// The seal is the SHA-256 of header, checksums, problems and what stands before it in the footer:
/// every byte of the file is covered by it or by a record's checksum.
enum PixelCacheLayout {
  static let magic = Array("POISEPIX".utf8)
  static let version = 1
  static let headerBytes = 4096
  static let footerBytes = 64 + 8 + 64

  struct Problem: Codable {
    var index: Int
    var problem: PixelProblem
  }

  static func header(key: PixelCacheKey, count: Int) -> [UInt8] {
    var bytes = magic
    let recordBytes = key.height * key.width * 3
    for number in [version, key.height, key.width, count, recordBytes] {
      withUnsafeBytes(of: Int64(number)) { bytes += $0 }
    }
    bytes += key.digest.utf8
    return bytes + repeatElement(0, count: headerBytes - bytes.count)
  }

  static func size(recordBytes: Int, count: Int, problemBytes: Int) -> Int {
    headerBytes + count * (recordBytes + 4) + problemBytes + footerBytes
  }

  static func encode(_ problems: [PixelProblem?]) throws -> [UInt8] {
    let listed = problems.enumerated().compactMap { index, problem in
      problem.map { Problem(index: index, problem: $0) }
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return [UInt8](try encoder.encode(listed))
  }

  static func footer(
    header: [UInt8], checksums: [UInt32], problems: [UInt8], digest: String
  ) -> [UInt8] {
    var bytes = Array(digest.utf8)
    withUnsafeBytes(of: Int64(problems.count)) { bytes += $0 }
    var seal = SHA256Digest()
    header.withUnsafeBytes { seal.update($0) }
    checksums.withUnsafeBytes { seal.update($0) }
    problems.withUnsafeBytes { seal.update($0) }
    bytes.withUnsafeBytes { seal.update($0) }
    return bytes + seal.finalize().utf8
  }
}

/// A cache file as found on the disk, checked.
struct CheckedPixelCache {
  let file: MappedFile
  let problems: [Int: PixelProblem]
  let digest: String

  /// The reason why a file is not used.
  struct Damage: Error {
    var reason: String
  }

  /// Checks size, header, seal and the checksum of every record.
  init(_ file: MappedFile, key: PixelCacheKey, count: Int, threads: Int) throws(Damage) {
    typealias Layout = PixelCacheLayout
    let bytes = file.bytes
    let recordBytes = key.height * key.width * 3
    let smallest = Layout.size(recordBytes: recordBytes, count: count, problemBytes: 0)
    guard bytes.count >= smallest else {
      throw Damage(reason: "it has \(bytes.count) bytes and \(smallest) or more are expected")
    }
    let header = Layout.header(key: key, count: count)
    guard bytes.prefix(header.count).elementsEqual(header) else {
      throw Damage(reason: "its header is not the expected one")
    }
    let footer = Array(bytes.suffix(Layout.footerBytes))
    let problemBytes = footer.withUnsafeBytes {
      $0.loadUnaligned(fromByteOffset: 64, as: Int64.self)
    }
    guard problemBytes == Int64(bytes.count - smallest) else {
      throw Damage(reason: "its size is not what its footer says")
    }
    let tables = UnsafeRawBufferPointer(
      rebasing: bytes[(Layout.headerBytes + count * recordBytes)...])
    let checksums = (0..<count).map {
      tables.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)
    }
    let problems = Array(tables[(4 * count)..<(4 * count + Int(problemBytes))])
    let digest = String(decoding: footer.prefix(64), as: UTF8.self)
    let expected = Layout.footer(
      header: header, checksums: checksums, problems: problems, digest: digest)
    guard footer == expected else { throw Damage(reason: "its tables do not fit their seal") }
    let records = UnsafeRawBufferPointer(
      rebasing: bytes[Layout.headerBytes..<(Layout.headerBytes + count * recordBytes)])
    if let index = Self.firstDamage(records, recordBytes, checksums, threads) {
      throw Damage(reason: "record \(index) does not fit its checksum")
    }
    guard let listed = try? JSONDecoder().decode([Layout.Problem].self, from: Data(problems)) else {
      throw Damage(reason: "its list of problems cannot be read")
    }
    self.problems = Dictionary(listed.map { ($0.index, $0.problem) }) { first, _ in first }
    (self.file, self.digest) = (file, digest)
  }

  private static func firstDamage(
    _ records: UnsafeRawBufferPointer, _ recordBytes: Int, _ checksums: [UInt32], _ threads: Int
  ) -> Int? {
    let count = checksums.count
    var damaged = [Bool](repeating: false, count: count)
    damaged.withUnsafeMutableBufferPointer { damaged in
      nonisolated(unsafe) let (damaged, records) = (damaged, records)
      ParallelLoop.run(count: count, threads: threads, block: 64) { index in
        let record = UnsafeRawBufferPointer(
          rebasing: records[(index * recordBytes)..<((index + 1) * recordBytes)])
        damaged[index] = CRC32.checksum(of: record) != checksums[index]
      }
    }
    return damaged.firstIndex(of: true)
  }
}
