import CZlib
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
