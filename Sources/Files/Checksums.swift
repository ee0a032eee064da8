import CZlib
import Crypto
import Foundation

/// The CRC-32 of zlib, gzip and PNG (polynomial 0xEDB88320).
public enum CRC32 {
  /// The checksum of `bytes`, continuing from that of the bytes before them.
  public static func checksum(
    of bytes: UnsafeRawBufferPointer, continuing: UInt32 = 0
  ) -> UInt32 {
    guard let start = bytes.baseAddress else { return continuing }
    return UInt32(
      crc32_z(UInt(continuing), start.assumingMemoryBound(to: UInt8.self), bytes.count))
  }
}

/// SHA-256 as 64 small hexadecimal digits.
public struct SHA256Digest {
  private var state = SHA256()

  /// The digest of nothing so far.
  public init() {}

  /// Takes more bytes.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    state.update(bufferPointer: bytes)
  }

  /// Takes the UTF-8 bytes of more text.
  public mutating func update(_ text: String) {
    var text = text
    text.withUTF8 { state.update(bufferPointer: UnsafeRawBufferPointer($0)) }
  }

  /// The digest of everything taken.
  public func finalize() -> String {
    var text: [UInt8] = []
    text.reserveCapacity(64)
    let digits = Array("0123456789abcdef".utf8)
    for byte in state.finalize() {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The digest of bytes, `Data` among them.
  public static func hex(of bytes: some Sequence<UInt8>) -> String {
    var digest = SHA256Digest()
    let done: Void? = bytes.withContiguousStorageIfAvailable {
      digest.update(UnsafeRawBufferPointer($0))
    }
    if done == nil { Array(bytes).withUnsafeBytes { digest.update($0) } }
    return digest.finalize()
  }

  /// The digest of a text's UTF-8 bytes.
  public static func hex(of text: String) -> String {
    var digest = SHA256Digest()
    digest.update(text)
    return digest.finalize()
  }

  /// The digest of a file's content.
  public static func hex(ofFile path: String) throws -> String {
    if let stamp = try FileStamp(of: path), stamp.size == 0 { return hex(of: "") }
    let file = try MappedFile(path: path)
    file.advise(.sequential)
    var digest = SHA256Digest()
    digest.update(file.bytes)
    return digest.finalize()
  }
}
