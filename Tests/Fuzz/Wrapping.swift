import Files

/// Puts bytes into containers whose lengths and checksums are right.
enum Wrapping {
  /// A safetensors file with this header and a few numbers.
  static func safetensors(header: [UInt8]) -> [UInt8] {
    withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) } + header
      + [UInt8](repeating: 63, count: 96)
  }

  /// The bytes, and the CRC-32 that a checkpoint ends with. Lengths in its head are mended where the
  /// first of them is odd, so that both right and wrong ones are tried.
  static func checked(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    if bytes.count >= 40, bytes[16] & 1 == 1 {
      let rest = bytes.count - 40
      let directory = rest / 2
      let lengths = [1, directory, 0, rest - directory]
      for (index, length) in lengths.enumerated() {
        withUnsafeBytes(of: UInt64(length).littleEndian) {
          bytes.replaceSubrange((8 + 8 * index)..<(16 + 8 * index), with: $0)
        }
      }
    }
    let sum = bytes.withUnsafeBytes { CRC32.checksum(of: $0) }
    return bytes + withUnsafeBytes(of: sum.littleEndian) { Array($0) }
  }
}

/// A PyTorch archive around a pickle: stored entries, right checksums.
enum TorchArchive {
  /// The archive's bytes.
  static func bytes(pickle: [UInt8]) -> [UInt8] {
    let numbers = [UInt8](repeating: 63, count: 256)
    let entries = [
      ("archive/data.pkl", pickle), ("archive/version", Array("3\n".utf8)),
      ("archive/data/0", numbers), ("archive/data/1", numbers),
    ]
    var (archive, directory): ([UInt8], [UInt8]) = ([], [])
    for (name, content) in entries {
      let offset = archive.count
      let sum = content.withUnsafeBytes { CRC32.checksum(of: $0) }
      let head =
        number(UInt32(sum)) + number(UInt32(content.count)) + number(UInt32(content.count))
        + number(UInt16(name.utf8.count)) + number(UInt16(0))
      let common = number(UInt16(0)) + number(UInt16(0)) + number(UInt32(0))
      archive += [0x50, 0x4B, 3, 4] + number(UInt16(20)) + common + head + Array(name.utf8)
      archive += content
      directory += [0x50, 0x4B, 1, 2] + number(UInt16(20)) + number(UInt16(20)) + common + head
      directory += number(UInt16(0)) + number(UInt16(0)) + number(UInt16(0)) + number(UInt32(0))
      directory += number(UInt32(offset)) + Array(name.utf8)
    }
    let count = number(UInt16(entries.count))
    return archive + directory + [0x50, 0x4B, 5, 6] + number(UInt32(0)) + count + count
      + number(UInt32(directory.count)) + number(UInt32(archive.count)) + number(UInt16(0))
  }

  private static func number(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }
}
