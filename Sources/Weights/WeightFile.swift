import Files

/// A file of named tensors as people exchange them: safetensors, or what `torch.save` wrote.
///
/// Opening it checks all of its structure (and a zip archive's checksums); nothing in it is ever
/// run. The numbers stay in the file until they are asked for.
public final class WeightFile: Sendable {
  /// The kinds of files, told apart by their first bytes, never by their names.
  public enum Format: String, Sendable { case safetensors, torch }

  /// The file, or what stands for it in errors.
  public let path: String
  /// The kind of file, by its first bytes.
  public let format: Format
  /// In the order of the file, names once each.
  public let tensors: [StoredTensor]
  /// What a safetensors file says about itself; empty for PyTorch's.
  public let metadata: [String: String]
  /// The key that the tensors stood under in a checkpoint of more than tensors; `nil` where the
  /// file holds nothing but them.
  public let wrapper: String?
  private let store: ByteStore
  private let index: [String: Int]

  /// Tensors beyond this are no network's.
  static let tensorLimit = 65_536

  /// Opens the file at `path`.
  ///
  /// - Throws: ``WeightError`` where its content is at fault, `FileError` where the system is.
  public convenience init(path: String) throws {
    try self.init(store: try ByteStore(mapping: path), path: path)
  }

  /// Opens bytes in memory; `path` stands for them in errors.
  ///
  /// - Throws: where they are no safetensors and no PyTorch file, or a damaged one.
  public convenience init(bytes: [UInt8], path: String = "(memory)") throws(WeightError) {
    try self.init(store: ByteStore(copying: bytes), path: path)
  }

  private init(store: ByteStore, path: String) throws(WeightError) {
    let content: Content
    do throws(WeightFault) {
      content = try Self.read(store)
      var index: [String: Int] = [:]
      for (position, tensor) in content.tensors.enumerated() {
        guard index.updateValue(position, forKey: tensor.name) == nil else {
          throw WeightFault("tensor \(WeightFault.quoted(tensor.name)) stands twice in it")
        }
      }
      self.index = index
    } catch {
      throw WeightError(path, reason: error.reason, advice: error.advice)
    }
    (self.path, self.store, format) = (path, store, content.format)
    (tensors, metadata, wrapper) = (content.tensors, content.metadata, content.wrapper)
  }

  /// The tensor of that name.
  public subscript(name: String) -> StoredTensor? { index[name].map { tensors[$0] } }

  /// SHA-256 of the whole file, 64 hexadecimal digits.
  public func digest() -> String {
    withExtendedLifetime(store) {
      var digest = SHA256Digest()
      digest.update(store.bytes)
      return digest.finalize()
    }
  }

  /// What a reader of a format finds.
  struct Content {
    var format: Format
    var tensors: [StoredTensor]
    var metadata: [String: String] = [:]
    var wrapper: String?
  }

  private static func read(_ store: ByteStore) throws(WeightFault) -> Content {
    let bytes = store.bytes
    if bytes.starts(with: [0x50, 0x4B, 0x03, 0x04]) || bytes.starts(with: [0x50, 0x4B, 0x05, 0x06])
    {
      return try TorchCheckpoint.read(store)
    }
    if bytes.count > 8, bytes[8] == UInt8(ascii: "{") {
      return try SafetensorsHeader.read(store)
    }
    if let legacy = legacyKind(bytes) {
      throw WeightFault(
        "it is \(legacy), the form that PyTorch wrote before version 1.6, which is not read",
        advice: "save it anew: python -c \"import torch; torch.save(torch.load('old.pth', "
          + "map_location='cpu', weights_only=True), 'new.pth')\"")
    }
    let start = bytes.prefix(4).map { String($0, radix: 16) }.joined(separator: " ")
    throw WeightFault(
      "it is neither safetensors nor a zip archive of PyTorch; it starts with \(start)",
      advice: "give a .safetensors file, or a .pth or .pt file that torch.save wrote")
  }

  /// What a file of older PyTorch is: a bare pickle of any protocol, or a tar archive.
  private static func legacyKind(_ bytes: UnsafeRawBufferPointer) -> String? {
    if bytes.count > 2, bytes[0] == 0x80, (1...5).contains(bytes[1]) { return "a bare pickle" }
    if bytes.count > 512, bytes[257..<262].elementsEqual("ustar".utf8) { return "a tar archive" }
    return nil
  }
}
