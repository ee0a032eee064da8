import Files
import Foundation

/// The bytes of a pixel cache file: a ``RecordFile`` of count × height × width × 3 bytes, and behind
/// it
///
///     findings   JSON: index, problem and remarks of every record that has any
///     footer     content digest (64), length of the findings (8), seal (64)
///
/// The seal is the SHA-256 of header, checksums, findings and what stands before it in the footer:
/// every byte of the file is covered by it or by a record's checksum.
struct PixelCacheLayout {
  private static let version = 2
  static let footerBytes = 64 + 8 + RecordFile.sealBytes

  let form: RecordFile

  /// The layout of one file.
  init(_ key: PixelCacheKey, count: Int) {
    let recordBytes = key.height * key.width * 3
    form = RecordFile(
      magic: "POISEPIX", numbers: [Self.version, key.height, key.width, count, recordBytes],
      key: key.digest, count: count, recordBytes: recordBytes)
  }

  /// Bytes of a file without findings.
  var leastSize: Int { form.size + Self.footerBytes }

  struct Listed: Codable {
    var index: Int
    var finding: PixelFinding
  }

  static func encode(_ findings: [PixelFinding]) throws -> [UInt8] {
    let listed = findings.enumerated().compactMap { index, finding in
      finding.isEmpty ? nil : Listed(index: index, finding: finding)
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return [UInt8](try encoder.encode(listed))
  }

  func footer(checksums: [UInt32], findings: [UInt8], digest: String) -> [UInt8] {
    var bytes = Array(digest.utf8)
    withUnsafeBytes(of: Int64(findings.count)) { bytes += $0 }
    return bytes + form.seal(checksums, and: findings, bytes)
  }
}

/// What there is to say of one record.
struct PixelFinding: Codable, Hashable {
  /// Why it has no pixels.
  var problem: PixelProblem?
  /// What else a user should know.
  var remarks: [PixelRemark] = []
  /// Set where the machine and not the picture is at fault; such a finding is never kept.
  var refusal: SystemRefusal?

  private enum CodingKeys: CodingKey { case problem, remarks }

  var isEmpty: Bool { problem == nil && remarks.isEmpty }
}

/// A cache file as found on the disk, checked.
struct CheckedPixelCache {
  let file: MappedFile
  let findings: [Int: PixelFinding]
  let digest: String
  let checksums: [UInt32]

  /// Checks size, header, seal and the checksum of every record.
  init(
    _ file: MappedFile, _ layout: PixelCacheLayout, threads: Int
  ) throws(CheckedFile.Damage) {
    typealias Damage = CheckedFile.Damage
    let (bytes, smallest) = (file.bytes, layout.leastSize)
    guard bytes.count >= smallest else {
      throw Damage("it has \(bytes.count) bytes and \(smallest) or more are expected")
    }
    let checksums = try layout.form.checksums(in: bytes)
    let footer = Array(bytes.suffix(PixelCacheLayout.footerBytes))
    let findingBytes = footer.withUnsafeBytes {
      $0.loadUnaligned(fromByteOffset: 64, as: Int64.self)
    }
    guard findingBytes == Int64(bytes.count - smallest) else {
      throw Damage("its size is not what its footer says")
    }
    let findings = Array(bytes[layout.form.size...].prefix(Int(findingBytes)))
    let digest = String(decoding: footer.prefix(64), as: UTF8.self)
    guard footer == layout.footer(checksums: checksums, findings: findings, digest: digest) else {
      throw Damage("its tables do not fit their seal")
    }
    try layout.form.checkRecords(in: bytes, checksums) { count, body in
      ParallelLoop.run(count: count, threads: threads, block: 64, body)
    }
    guard
      let listed = try? JSONDecoder().decode(
        [PixelCacheLayout.Listed].self, from: Data(findings))
    else { throw Damage("its list of findings cannot be read") }
    self.findings = Dictionary(listed.map { ($0.index, $0.finding) }) { first, _ in first }
    (self.file, self.digest, self.checksums) = (file, digest, checksums)
  }
}
