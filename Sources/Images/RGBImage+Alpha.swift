extension RGBImage {
  /// Red, green, blue and alpha bytes, laid on white: (value · alpha + 255 · (255 − alpha)) / 255,
  /// rounded; values that are multiplied already stay so.
  ///
  /// - Returns: the image, and whether any pixel was less than opaque.
  static func onWhite(
    _ source: UnsafeBufferPointer<UInt8>, height: Int, width: Int, isMultiplied: Bool = false
  ) -> (image: RGBImage, isTransparent: Bool) {
    precondition(source.count == height * width * 4, "\(source.count) bytes for RGBA")
    var least = UInt8(255)
    let image = RGBImage(height: height, width: width) { pixels in
      for pixel in 0..<(height * width) {
        let alpha = source[4 * pixel + 3]
        least = min(least, alpha)
        let paper = 255 - Int(alpha)
        for channel in 0..<3 {
          let value = Int(source[4 * pixel + channel])
          pixels[3 * pixel + channel] =
            isMultiplied
            ? UInt8(min(value + paper, 255))
            : UInt8((value * Int(alpha) + 255 * paper + 127) / 255)
        }
      }
    }
    return (image, least < 255)
  }
}
