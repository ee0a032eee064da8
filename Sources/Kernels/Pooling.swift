/// Max-pooling with a square window, optionally of ReLU(A · x + B), which is then never stored.
///
/// Of equal numbers the first in reading order wins, as in PyTorch.
public struct MaxPool: Sendable {
  public let batch: Int
  public let height: Int
  public let width: Int
  public let channels: Int
  public let window: Int
  public let stride: Int
  public let padding: Int

  /// A pool over images of the given extents; padding never wins.
  public init(
    batch: Int, height: Int, width: Int, channels: Int, window: Int = 3, stride: Int = 2,
    padding: Int = 1
  ) {
    (self.batch, self.height, self.width, self.channels) = (batch, height, width, channels)
    (self.window, self.stride, self.padding) = (window, stride, padding)
  }

  public var outHeight: Int { (height + 2 * padding - window) / stride + 1 }
  public var outWidth: Int { (width + 2 * padding - window) / stride + 1 }
  /// Numbers in y, and in the winners.
  public var outputCount: Int { batch * outHeight * outWidth * channels }

  /// A winner where the ReLU cut the maximum off: nobody.
  private static let nobody: Float = -1

  /// y = max over the window of x, or of max(0, A · x + B) where `scale` and `shift` are given.
  ///
  /// `winners` receives the place of the maximum in its window, row by row from 0, or −1.
  public func forward(
    y: UnsafeMutablePointer<Float>, winners: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>,
    scale: UnsafePointer<Float>? = nil, shift: UnsafePointer<Float>? = nil, pool: ThreadPool
  ) {
    pool.run(chunks: batch * outHeight) { chunk, _ in
      let (n, oy) = chunk.quotientAndRemainder(dividingBy: outHeight)
      for ox in 0..<outWidth {
        let output = (chunk * outWidth + ox) * channels
        var c = 0
        while c &+ 8 <= channels {
          let affine = scale.map { ($0.vector(c), shift!.vector(c)) }
          var best = Vector(repeating: -.infinity)
          var winner = Vector(repeating: Self.nobody)
          forEachTap(n, oy, ox) { input, tap in
            var value = x.vector(input &+ c)
            if let (a, b) = affine { value = a * value + b }
            let wins = (value .> best) .| (value .!= value)
            best.replace(with: value, where: wins)
            winner.replace(with: Float(tap), where: wins)
          }
          if affine != nil {
            winner.replace(with: Self.nobody, where: best .<= 0)
            best.replace(with: 0, where: best .< 0)
          }
          y.store(best, output &+ c)
          winners.store(winner, output &+ c)
          c &+= 8
        }
        for c in c..<channels {
          var best = -Float.infinity
          var winner = Self.nobody
          forEachTap(n, oy, ox) { input, tap in
            var value = x[input + c]
            if let scale { value = scale[c] * value + shift![c] }
            if value > best || value.isNaN { (best, winner) = (value, Float(tap)) }
          }
          if scale != nil, best <= 0 { (best, winner) = (0, Self.nobody) }
          y[output + c] = best
          winners[output + c] = winner
        }
      }
    }
  }

  /// dx: every output's gradient goes to its winner; overwrites.
  public func backward(
    dx: UnsafeMutablePointer<Float>, dy: UnsafePointer<Float>, winners: UnsafePointer<Float>,
    pool: ThreadPool
  ) {
    pool.run(chunks: batch * height) { chunk, _ in
      let (n, iy) = chunk.quotientAndRemainder(dividingBy: height)
      for ix in 0..<width {
        let input = (chunk * width + ix) * channels
        var c = 0
        while c &+ 8 <= channels {
          var sum = Vector.zero
          forEachWindow(n, iy, ix) { output, tap in
            let lost = winners.vector(output &+ c) .!= Float(tap)
            sum += dy.vector(output &+ c).replacing(with: 0, where: lost)
          }
          dx.store(sum, input &+ c)
          c &+= 8
        }
        for c in c..<channels {
          var sum: Float = 0
          forEachWindow(n, iy, ix) { output, tap in
            if winners[output + c] == Float(tap) { sum += dy[output + c] }
          }
          dx[input + c] = sum
        }
      }
    }
  }

  @inline(__always)
  private func forEachTap(
    _ n: Int, _ oy: Int, _ ox: Int, _ body: (_ input: Int, _ tap: Int) -> Void
  ) {
    let top = oy * stride - padding
    let left = ox * stride - padding
    for iy in max(top, 0)..<min(top + window, height) {
      for ix in max(left, 0)..<min(left + window, width) {
        body(((n * height + iy) * width + ix) * channels, (iy - top) * window + ix - left)
      }
    }
  }

  /// Visits the windows that contain an input pixel, in reading order.
  @inline(__always)
  private func forEachWindow(
    _ n: Int, _ iy: Int, _ ix: Int, _ body: (_ output: Int, _ tap: Int) -> Void
  ) {
    let (y, x) = (iy + padding, ix + padding)
    let firstRow = y < window ? 0 : (y - window) / stride + 1
    let firstColumn = x < window ? 0 : (x - window) / stride + 1
    let lastRow = min(y / stride, outHeight - 1)
    let lastColumn = min(x / stride, outWidth - 1)
    guard firstRow <= lastRow, firstColumn <= lastColumn else { return }
    for oy in firstRow...lastRow {
      for ox in firstColumn...lastColumn {
        body(
          ((n * outHeight + oy) * outWidth + ox) * channels,
          (y - oy * stride) * window + x - ox * stride)
      }
    }
  }
}

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
