import Files
import Foundation

/// Writes small PNG files without compression, for tests that need a picture with known pixels.
public enum PNGMaker {
  /// 8-bit RGB: rows from the top, height × width × 3 bytes.
  public static func encode(height: Int, width: Int, rgb: [UInt8]) -> Data {
    var rows: [UInt8] = []
    for row in 0..<height {
      rows.append(0)
      rows += rgb[(row * width * 3)..<((row + 1) * width * 3)]
    }
    precondition(rows.count < 65_536, "one stored block holds no more")
    // RFC 1950 and 1951: header, one stored block, Adler-32.
    let count = UInt16(rows.count)
    let content = [0x78, 1, 1] + bytes(count.littleEndian) + bytes((~count).littleEndian) + rows
    var (a, b): (UInt32, UInt32) = (1, 0)
    for byte in rows {
      a = (a + UInt32(byte)) % 65_521
      b = (b + a) % 65_521
    }
    let header =
      bytes(UInt32(width).bigEndian) + bytes(UInt32(height).bigEndian) + [8, 2, 0, 0, 0]
    return Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
      + chunk("IHDR", header) + chunk("IDAT", content + bytes((b << 16 | a).bigEndian))
      + chunk("IEND", [])
  }

  private static func chunk(_ name: String, _ content: [UInt8]) -> Data {
    let body = Array(name.utf8) + content
    let sum = body.withUnsafeBytes { CRC32.checksum(of: $0) }
    return Data(bytes(UInt32(content.count).bigEndian) + body + bytes(sum.bigEndian))
  }

  private static func bytes(_ number: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: number) { Array($0) }
  }
}
