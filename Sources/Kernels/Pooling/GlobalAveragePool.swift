/// The mean over all pixels of each image and channel.
public struct GlobalAveragePool: Sendable {
  public let batch: Int
  /// Pixels of one image.
  public let pixels: Int
  public let channels: Int

  /// A pool over images of the given extents.
  public init(batch: Int, pixels: Int, channels: Int) {
    (self.batch, self.pixels, self.channels) = (batch, pixels, channels)
  }

  /// y = Σ over pixels of x / pixels; y is batch × channels.
  public func forward(
    y: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>, pool: ThreadPool
  ) {
    let factor = 1 / Float(pixels)
    pool.run(chunks: batch) { n, _ in
      let source = x + n * pixels * channels
      let result = y + n * channels
      result.update(repeating: 0, count: channels)
      for pixel in 0..<pixels {
        let row = source + pixel * channels
        var c = 0
        while c &+ 8 <= channels {
          result.store(result.vector(c) + row.vector(c), c)
          c &+= 8
        }
        for c in c..<channels { result[c] += row[c] }
      }
      for c in 0..<channels { result[c] *= factor }
    }
  }

  /// dx = dy / pixels at every pixel; overwrites.
  public func backward(
    dx: UnsafeMutablePointer<Float>, dy: UnsafePointer<Float>, pool: ThreadPool
  ) {
    let factor = 1 / Float(pixels)
    pool.run(chunks: batch) { n, _ in
      let gradient = dy + n * channels
      for pixel in 0..<pixels {
        let row = dx + (n * pixels + pixel) * channels
        for c in 0..<channels { row[c] = gradient[c] * factor }
      }
    }
  }
}
