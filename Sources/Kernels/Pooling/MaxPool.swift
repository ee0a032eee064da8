import CKernels

/// Max-pooling with a square window, optionally of ReLU(A · x + B), which is then never stored.
///
/// Of equal elements of a window the first one wins, row by row, and a NaN wins over every number,
/// as in PyTorch.
public struct MaxPool: Sendable {
  public let batch: Int
  public let height: Int
  public let width: Int
  public let channels: Int
  public let window: Int
  public let stride: Int
  public let padding: Int

  /// A pool over images of the given extents; padding is never the maximum.
  public init(
    batch: Int, height: Int, width: Int, channels: Int, window: Int = 3, stride: Int = 2,
    padding: Int = 1
  ) {
    (self.batch, self.height, self.width, self.channels) = (batch, height, width, channels)
    (self.window, self.stride, self.padding) = (window, stride, padding)
  }

  public var outHeight: Int { (height + 2 * padding - window) / stride + 1 }
  public var outWidth: Int { (width + 2 * padding - window) / stride + 1 }
  /// Elements in y, and in the winners.
  public var outputCount: Int { batch * outHeight * outWidth * channels }

  /// The same for the loops in C.
  var extents: ck_pool {
    ck_pool(
      height: height, width: width, channels: channels, window: window, stride: stride,
      padding: padding, out_height: outHeight, out_width: outWidth)
  }

  /// y = max over the window of x, or of max(0, A · x + B) where `scale` and `shift` are given;
  /// overwrites y.
  ///
  /// - Parameters:
  ///   - y: batch × outHeight × outWidth × channels, which are overwritten.
  ///   - winners: as y; the place of the maximum in its window, counted row by row from 0, or −1
  ///     where the ReLU cut it off.
  ///   - x: batch × height × width × channels.
  ///   - scale: A, `channels` elements, or nil.
  ///   - shift: B, the same.
  public func forward(
    y: UnsafeMutablePointer<Float>, winners: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>,
    scale: UnsafePointer<Float>? = nil, shift: UnsafePointer<Float>? = nil, pool: ThreadPool
  ) {
    let (extents, line) = (extents, outWidth * channels)
    pool.run(chunks: batch * outHeight) { chunk, _ in
      let (n, oy) = chunk.quotientAndRemainder(dividingBy: outHeight)
      ck_pool_forward(
        extents, x + n * height * width * channels, oy, scale, shift, y + chunk * line,
        winners + chunk * line)
    }
  }

  /// dx, batch × height × width × channels: at each pixel the sum of the gradients of the outputs
  /// whose windows it won; overwrites dx.
  public func backward(
    dx: UnsafeMutablePointer<Float>, dy: UnsafePointer<Float>, winners: UnsafePointer<Float>,
    pool: ThreadPool
  ) {
    let gradient = PooledGradient(self, dy: dy, winners: winners)
    pool.run(chunks: batch * height) { chunk, _ in
      let (image, row) = chunk.quotientAndRemainder(dividingBy: height)
      gradient.form(image, row, to: dx + chunk * width * channels)
    }
  }
}
