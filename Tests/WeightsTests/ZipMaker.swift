import Files
import Foundation

/// Makes zip archives as `torch.save` does, and wrong ones.
struct ZipMaker {
  var entries: [(name: String, content: [UInt8])] = []
  /// Changes a local header's and a directory entry's method.
  var method: UInt16 = 0
  /// Adds to what the directory says of each entry's place.
  var shift = 0
  /// Writes places and sizes as zip64 fields.
  var isWide = false

  /// A PyTorch archive with this pickle and these storages.
  static func checkpoint(pickle: [UInt8], storages: [[UInt8]] = []) -> [UInt8] {
    var zip = ZipMaker()
    zip.entries = [("a/data.pkl", pickle), ("a/byteorder", Array("little".utf8))]
    for (index, storage) in storages.enumerated() {
      zip.entries.append(("a/data/\(index)", storage))
    }
    return zip.made()
  }

  func made() -> [UInt8] {
    var bytes: [UInt8] = []
    var directory: [UInt8] = []
    for (name, content) in entries {
      let place = bytes.count + shift
      let sum = content.withUnsafeBytes { CRC32.checksum(of: $0) }
      let size = UInt32(content.count)
      bytes += le(0x0403_4B50 as UInt32) + le(20 as UInt16) + le(0 as UInt16) + le(method)
      bytes += le(0 as UInt32) + le(sum) + le(size) + le(size)
      bytes += le(UInt16(name.utf8.count)) + le(0 as UInt16) + Array(name.utf8) + content
      let wide = UInt32.max
      directory += le(0x0201_4B50 as UInt32) + le(0 as UInt32) + le(0 as UInt16) + le(method)
      directory += le(0 as UInt32) + le(sum) + le(isWide ? wide : size) + le(isWide ? wide : size)
      directory += le(UInt16(name.utf8.count)) + le(UInt16(isWide ? 28 : 0)) + le(0 as UInt16)
      directory += le(0 as UInt16) + le(0 as UInt16) + le(0 as UInt32)
      directory += le(isWide ? wide : UInt32(truncatingIfNeeded: place)) + Array(name.utf8)
      if isWide {
        directory += le(1 as UInt16) + le(24 as UInt16)
        directory += le(UInt64(size)) + le(UInt64(size)) + le(UInt64(bitPattern: Int64(place)))
      }
    }
    let start = bytes.count
    bytes += directory
    if isWide {
      let end = bytes.count
      bytes += le(0x0606_4B50 as UInt32) + le(44 as UInt64) + le(45 as UInt16) + le(45 as UInt16)
      bytes += le(0 as UInt64) + le(UInt64(entries.count)) + le(UInt64(entries.count))
      bytes += le(UInt64(directory.count)) + le(UInt64(start))
      bytes += le(0x0706_4B50 as UInt32) + le(0 as UInt32) + le(UInt64(end)) + le(1 as UInt32)
    }
    bytes += le(0x0605_4B50 as UInt32) + le(0 as UInt32) + le(UInt16(entries.count))
    bytes += le(UInt16(entries.count)) + le(UInt32(directory.count)) + le(UInt32(start))
    return bytes + le(0 as UInt16)
  }

  private func le(_ number: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian) { Array($0) }
  }
}

/// Writes pickles by hand.
struct PickleMaker {
  var bytes: [UInt8] = [0x80, 2]

  static func text(_ text: String) -> [UInt8] {
    [0x58] + withUnsafeBytes(of: UInt32(text.utf8.count).littleEndian) { Array($0) }
      + Array(text.utf8)
  }

  static func global(_ module: String, _ name: String) -> [UInt8] {
    Array("c\(module)\n\(name)\n".utf8)
  }

  /// A whole number of eight bytes.
  static func integer(_ value: Int) -> [UInt8] {
    [0x8A, 8] + withUnsafeBytes(of: Int64(value).littleEndian) { Array($0) }
  }

  static func tuple(_ parts: [[UInt8]]) -> [UInt8] { [0x28] + parts.flatMap(\.self) + [0x74] }

  /// Storage 0 of so many numbers.
  static func storage(count: Int, type: String = "FloatStorage") -> [UInt8] {
    let identity = tuple([
      text("storage"), global("torch", type), text("0"), text("cpu"), integer(count),
    ])
    return identity + [0x51]
  }

  /// `{"x": tensor}` over storage 0.
  static func tensor(
    count: Int, offset: Int, shape: [Int], strides: [Int], type: String = "FloatStorage"
  ) -> [UInt8] {
    let arguments = tuple([
      storage(count: count, type: type), integer(offset), tuple(shape.map(integer)),
      tuple(strides.map(integer)),
      [0x89], [0x7D],
    ])
    return [0x80, 2, 0x7D] + text("x") + global("torch._utils", "_rebuild_tensor_v2") + arguments
      + [0x52, 0x73, 0x2E]
  }
}
