import CCrypto
import Foundation

/// SHA-256 as 64 small hexadecimal digits (FIPS 180-4), by the system's libcrypto.
public struct SHA256Digest {
  private var state: Context

  /// The digest of nothing so far.
  public init() {
    state = Context()
    precondition(EVP_DigestInit_ex(state.pointer, EVP_sha256(), nil) == 1, "libcrypto: no SHA-256")
  }

  /// Takes more bytes.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    // Copies of a digest go on separately, as copies of a value do.
    if !isKnownUniquelyReferenced(&state) { state = Context(copying: state) }
    precondition(
      EVP_DigestUpdate(state.pointer, bytes.baseAddress, bytes.count) == 1,
      "libcrypto: SHA-256 takes no more bytes")
  }

  /// Takes the UTF-8 bytes of more text.
  public mutating func update(_ text: String) {
    var text = text
    text.withUTF8 { update(UnsafeRawBufferPointer($0)) }
  }

  /// The digest of everything taken so far; more may follow.
  public func finalize() -> String {
    let last = Context(copying: state)
    let digest = [UInt8](unsafeUninitializedCapacity: 32) { bytes, count in
      precondition(
        EVP_DigestFinal_ex(last.pointer, bytes.baseAddress, nil) == 1, "libcrypto: no SHA-256")
      count = 32
    }
    var text: [UInt8] = []
    text.reserveCapacity(64)
    let digits = Array("0123456789abcdef".utf8)
    for byte in digest {
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
  ///
  /// - Throws: `FileError` where the file cannot be read.
  public static func hex(ofFile path: String) throws -> String {
    // A FIFO has no size either, and is refused below.
    if FileKind(at: path) == .regular, let stamp = try FileStamp(of: path), stamp.size == 0 {
      return hex(of: "")
    }
    let file = try MappedFile(path: path)
    file.advise(.sequential)
    var digest = SHA256Digest()
    digest.update(file.bytes)
    return digest.finalize()
  }
}

/// libcrypto's state of a digest, freed with its last reference.
private final class Context {
  let pointer: OpaquePointer

  init() {
    guard let pointer = EVP_MD_CTX_new() else { fatalError("libcrypto: no memory for a digest") }
    self.pointer = pointer
  }

  convenience init(copying other: Context) {
    self.init()
    precondition(
      EVP_MD_CTX_copy_ex(pointer, other.pointer) == 1, "libcrypto: a digest cannot be copied")
  }

  deinit { EVP_MD_CTX_free(pointer) }
}
