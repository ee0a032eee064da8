/// A decoded image: rows from the top, red, green, blue for each pixel.
public struct RGBImage: Hashable, Sendable {
  /// Rows.
  public var height: Int
  /// Columns.
  public var width: Int
  /// height × width × 3 bytes.
  public var pixels: [UInt8]

  /// An image of the given bytes.
  ///
  /// - Precondition: there are height × width × 3 of them.
  public init(height: Int, width: Int, pixels: [UInt8]) {
    precondition(pixels.count == height * width * 3, "\(pixels.count) bytes for \(height)x\(width)")
    (self.height, self.width, self.pixels) = (height, width, pixels)
  }

  /// An image without rows yet, which are to be appended to ``pixels``.
  init(height: Int, width: Int) {
    (self.height, self.width) = (height, width)
    pixels = []
    pixels.reserveCapacity(height * width * 3)
  }

  /// An image whose bytes `fill` writes; all of them.
  init<Failure: Error>(
    height: Int, width: Int,
    filling fill: (UnsafeMutableBufferPointer<UInt8>) throws(Failure) -> Void
  ) throws(Failure) {
    (self.height, self.width) = (height, width)
    let size = height * width * 3
    var failure: Failure?
    pixels = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      let room = UnsafeMutableBufferPointer(rebasing: buffer[..<size])
      do throws(Failure) {
        try fill(room)
        count = size
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
  }
}

extension PixelImage {
  /// An image of `height` × `width` × 3 bytes, 255 becoming 1.
  public init(height: Int, width: Int, bytes: UnsafeBufferPointer<UInt8>) {
    (self.height, self.width) = (height, width)
    values = []
    load(bytes)
  }

  /// Replaces all values by those of `height` × `width` × 3 bytes, 255 becoming 1.
  public mutating func load(_ bytes: UnsafeBufferPointer<UInt8>) {
    let count = height * width * 3
    precondition(bytes.count == count, "\(bytes.count) bytes for \(height)x\(width)")
    if values.count != count { values = Array(repeating: 0, count: count) }
    values.withUnsafeMutableBufferPointer { values in
      for index in 0..<count { values[index] = Float(bytes[index]) * (1 / 255) }
    }
  }
}
