/// The parameter-free shortcut of the CIFAR networks (He et al., CVPR 2016, option A): every
/// `stride`-th pixel, with zero channels added in equal number before and after.
public struct PaddedShortcut: Sendable {
  public let batch: Int
  public let height: Int
  public let width: Int
  public let inChannels: Int
  public let outChannels: Int
  public let stride: Int

  /// A shortcut from images of the given extents.
  public init(
    batch: Int, height: Int, width: Int, inChannels: Int, outChannels: Int, stride: Int
  ) {
    (self.batch, self.height, self.width) = (batch, height, width)
    (self.inChannels, self.outChannels, self.stride) = (inChannels, outChannels, stride)
  }

  public var outHeight: Int { (height - 1) / stride + 1 }
  public var outWidth: Int { (width - 1) / stride + 1 }
  private var padding: Int { (outChannels - inChannels) / 2 }

  /// y: the pixels that are kept, padded with zero channels; overwrites y.
  ///
  /// - Parameters:
  ///   - y: batch × outHeight × outWidth × outChannels.
  ///   - x: batch × height × width × inChannels.
  public func forward(y: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>, pool: ThreadPool) {
    pool.run(chunks: batch * outHeight) { chunk, _ in
      forEachPixel(chunk) { output, input in
        (y + output).update(repeating: 0, count: outChannels)
        (y + output + padding).update(from: x + input, count: inChannels)
      }
    }
  }

  /// dx += the gradient of the pixels that were kept.
  public func addBackward(
    dx: UnsafeMutablePointer<Float>, dy: UnsafePointer<Float>, pool: ThreadPool
  ) {
    pool.run(chunks: batch * outHeight) { chunk, _ in
      forEachPixel(chunk) { output, input in
        for c in 0..<inChannels { dx[input + c] += dy[output + padding + c] }
      }
    }
  }

  private func forEachPixel(_ chunk: Int, _ body: (_ output: Int, _ input: Int) -> Void) {
    let (n, oy) = chunk.quotientAndRemainder(dividingBy: outHeight)
    for ox in 0..<outWidth {
      body(
        (chunk * outWidth + ox) * outChannels,
        ((n * height + oy * stride) * width + ox * stride) * inChannels)
    }
  }
}
