import CKernels

/// The gradient of a max-pool's input, formed line by line: every output's gradient goes to the
/// pixel that won its window.
public struct PooledGradient {
  let maxPool: MaxPool
  private let dy: UnsafePointer<Float>
  private let winners: UnsafePointer<Float>

  /// - Parameter winners: what ``MaxPool/forward(y:winners:x:scale:shift:pool:)`` left.
  public init(_ maxPool: MaxPool, dy: UnsafePointer<Float>, winners: UnsafePointer<Float>) {
    (self.maxPool, self.dy, self.winners) = (maxPool, dy, winners)
  }

  /// Overwrites `to` with a line of an image, width × channels.
  func form(_ image: Int, _ row: Int, to: UnsafeMutablePointer<Float>) {
    let outputs = image * maxPool.outHeight * maxPool.outWidth * maxPool.channels
    ck_pool_backward(maxPool.extents, dy + outputs, winners + outputs, row, to)
  }
}

/// The gradient of x, whose normalisation went through a ReLU into a max-pool,
///
///     scale · dy + (slope · x + constant)
///
/// line by line, so that neither it nor dy, each four times as large as the pool's result, is ever
/// in memory.
public struct GradientLines {
  private let pooled: PooledGradient
  private let x: UnsafeMutablePointer<Float>
  private let scale: UnsafePointer<Float>
  private let slope: UnsafePointer<Float>
  private let constant: UnsafePointer<Float>

  init(
    _ pooled: PooledGradient, x: UnsafeMutablePointer<Float>, scale: UnsafePointer<Float>,
    slope: UnsafePointer<Float>, constant: UnsafePointer<Float>
  ) {
    (self.pooled, self.x, self.scale) = (pooled, x, scale)
    (self.slope, self.constant) = (slope, constant)
  }

  /// Overwrites `to` with a line of an image, width × channels.
  func form(_ image: Int, _ row: Int, to: UnsafeMutablePointer<Float>) {
    let p = pooled.maxPool
    pooled.form(image, row, to: to)
    ck_norm_gradient(
      p.width, p.channels,
      ck_normalized_gradient(
        dy: to, y: x + (image * p.height + row) * p.width * p.channels, scale: scale, slope: slope,
        constant: constant, shift: nil), to, 0)
  }

  /// Replaces x by its gradient, for whoever needs all of it in memory, and returns x.
  public func apply(pool: ThreadPool) -> UnsafePointer<Float> {
    let p = pooled.maxPool
    let line = p.width * p.channels
    pool.run(chunks: p.batch * p.height) { chunk, _ in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: line) { made in
        let (image, row) = chunk.quotientAndRemainder(dividingBy: p.height)
        form(image, row, to: made.baseAddress!)
        (x + chunk * line).update(from: made.baseAddress!, count: line)
      }
    }
    return UnsafePointer(x)
  }
}

extension BatchNormKernel {
  /// Lines whose sums are formed together: about as many rows as ``RowChunks`` puts into a chunk.
  private static func linesTogether(_ maxPool: MaxPool) -> Int { max(1, 512 / maxPool.width) }

  /// Parts of the rows, each with sums of its own.
  private static func parts(_ maxPool: MaxPool) -> Int {
    let together = linesTogether(maxPool)
    return (maxPool.batch * maxPool.height + together - 1) / together
  }

  /// Elements of scratch memory for a gradient that comes from a max-pool.
  public func scratchCount(_ maxPool: MaxPool) -> Int { Self.parts(maxPool) * 2 * pitch }

  /// dβ and dγ where dy comes from a max-pool; overwrites both and returns what dx is formed from.
  ///
  /// - Parameters:
  ///   - x: what was normalised; what is returned refers to it.
  ///   - line: ``lineCount`` elements that live as long as what is returned.
  ///   - scratch: ``scratchCount(_:)`` elements.
  public func gradient(
    x: UnsafeMutablePointer<Float>, dy: PooledGradient, saved: Saved,
    dGamma: UnsafeMutablePointer<Float>, dBeta: UnsafeMutablePointer<Float>,
    line: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) -> GradientLines {
    let p = dy.maxPool
    let (together, parts) = (Self.linesTogether(p), Self.parts(p))
    let count = p.width * channels
    pool.run(chunks: parts) { part, _ in
      let sums = clearedSums(part, scratch)
      withUnsafeTemporaryAllocation(of: Float.self, capacity: count) { made in
        let made = made.baseAddress!
        for row in part * together..<min((part + 1) * together, p.batch * p.height) {
          dy.form(row / p.height, row % p.height, to: made)
          ck_norm_sums(
            p.width, channels, x + row * count, saved.mean, made, nil, saved.scale, nil, sums,
            sums + pitch)
        }
      }
    }
    let found = GradientVectors(
      saved: saved, dGamma: dGamma, dBeta: dBeta, line: line, pitch: pitch)
    write(
      found, from: FormedSums(start: scratch, parts: parts, vectors: 2, pitch: pitch), pool: pool)
    return GradientLines(dy, x: x, scale: saved.scale, slope: found.slope, constant: found.constant)
  }
}
