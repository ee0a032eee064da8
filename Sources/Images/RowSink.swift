import Files

/// Takes a picture's rows, from the top and one after the other, as a decoder brings them.
protocol RowSink: AnyObject {
  /// Bytes that this sink holds of a picture of that size while it is decoded.
  func held(height: Int, width: Int) -> Int
  /// Says how large the picture is; called once, before the first row.
  func begin(height: Int, width: Int)
  /// Takes the next row: width × red, green, blue.
  func take(_ row: UnsafePointer<UInt8>)
}

extension RowSink {
  /// Takes all rows of a picture.
  func take(all image: RGBImage) {
    begin(height: image.height, width: image.width)
    image.pixels.withUnsafeBufferPointer { pixels in
      for row in 0..<image.height { take(pixels.baseAddress! + row * image.width * 3) }
    }
  }
}

/// Keeps the whole picture.
final class ImageSink: RowSink {
  /// The picture, once all rows came.
  private(set) var image = RGBImage(height: 0, width: 0, pixels: [])

  func held(height: Int, width: Int) -> Int { 3 * height * width }

  func begin(height: Int, width: Int) {
    image = RGBImage(height: height, width: width)
  }

  func take(_ row: UnsafePointer<UInt8>) {
    image.pixels.append(contentsOf: UnsafeBufferPointer(start: row, count: 3 * image.width))
  }
}

/// SHA-256 of a picture's size and its pixels, of which none is kept.
final class DigestSink: RowSink {
  private var digest = SHA256Digest()
  private var width = 0

  /// The digest of all rows so far, in hexadecimal digits.
  func finalize() -> String { digest.finalize() }

  func held(height: Int, width: Int) -> Int { 0 }

  func begin(height: Int, width: Int) {
    digest.update("\(height) \(width)\n")
    self.width = width
  }

  func take(_ row: UnsafePointer<UInt8>) {
    digest.update(UnsafeRawBufferPointer(start: row, count: 3 * width))
  }
}
