import CKernels

/// Batch normalisation of a rows × channels matrix, each channel over all rows.
///
///     μ = Σ x / m,  σ² = Σ (x − μ)² / m,  r = 1 / √(σ² + ε),  y = γ · r · (x − μ) + β
///
/// Ioffe and Szegedy, ICML 2015. The normalisation is applied as y = A · x + B with A = γ·r and B =
/// β − μ·A, together with what follows it, so that memory is read and written once: the addition of
/// a residual branch and the ReLU. All vectors have `channels` elements. Results do not depend on
/// the number of threads.
public struct BatchNormKernel: Sendable {
  /// Elements of each channel, m.
  public let rows: Int
  public let channels: Int
  let chunks: RowChunks

  /// A kernel for one matrix size.
  public init(rows: Int, channels: Int) {
    (self.rows, self.channels) = (rows, channels)
    chunks = RowChunks(rows: rows)
  }

  /// Elements of scratch memory for sums per chunk.
  public var scratchCount: Int { chunks.count * 2 * pitch }

  /// Elements from one vector of sums to the next, ``pitch(_:)``.
  var pitch: Int { BatchNormKernel.pitch(channels) }

  /// Elements from one vector of `channels` to the next. Vectors that lie a multiple of 4 KiB apart
  /// would drive each other out of the first-level cache.
  public static func pitch(_ channels: Int) -> Int { (channels + 15) / 16 * 16 + 48 }

  /// The mean and the biased variance of every channel.
  ///
  /// Each chunk sums x − k and (x − k)² in single precision, k being the channel's first element;
  /// the chunks' sums are combined in double precision, in order.
  ///
  /// - Parameters:
  ///   - x: rows × channels.
  ///   - scratch: ``scratchCount`` elements.
  public func statistics(
    mean: UnsafeMutablePointer<Float>, variance: UnsafeMutablePointer<Float>,
    x: UnsafePointer<Float>, scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    pool.run(chunks: chunks.count) { chunk, _ in
      let range = chunks.range(chunk)
      let sums = clearedSums(chunk, scratch)
      ck_norm_statistics(
        range.count, channels, x + range.lowerBound * channels, x, sums, sums + pitch)
    }
    let m = Double(rows)
    let sums = FormedSums(start: scratch, parts: chunks.count, vectors: 2, pitch: pitch)
    forEachChannel(sums, pool: pool) { c, first, second in
      mean[c] = Float(Double(x[c]) + first / m)
      variance[c] = Float(max(0, second / m - (first / m) * (first / m)))
      if !second.isFinite { variance[c] = Float(second) }
    }
  }

  /// The same from the sums of a convolution, each of whose parts has a k of its own: sums are
  /// moved to the first part's k and added in double precision, in order.
  ///
  /// - Parameters:
  ///   - sums: what the convolution wrote, ``ColumnSums``.
  ///   - parts: rows of each of its parts, ``Convolution/resultParts``.
  public func statistics(
    mean: UnsafeMutablePointer<Float>, variance: UnsafeMutablePointer<Float>,
    sums: UnsafePointer<Float>, parts: [Int], pool: ThreadPool
  ) {
    typealias Eight = SIMD8<Double>
    let together = Self.channelsTogether
    let (m, distance) = (Double(rows), ColumnSums.vectors * pitch)
    pool.run(chunks: (channels + together - 1) / together) { chunk, _ in
      let end = min((chunk + 1) * together, channels)
      // Vectors are a multiple of 16 long, so the last eight may reach beyond the channels.
      for c in stride(from: chunk * together, to: end, by: 8) {
        let origin = Eight((sums + 2 * pitch).vector(c))
        var (total, squares) = (Eight.zero, Eight.zero)
        var part = sums
        for count in parts {
          let (first, second) = (Eight(part.vector(c)), Eight(part.vector(pitch + c)))
          let away = Eight(part.vector(2 * pitch + c)) - origin
          let moved = first + away * Double(count)
          total += moved
          squares += second + away * (first + moved)
          part += distance
        }
        for i in 0..<min(8, end - c) {
          let middle = total[i] / m
          let found = squares[i] / m - middle * middle
          mean[c + i] = Float(origin[i] + middle)
          variance[c + i] = found.isFinite ? Float(max(0, found)) : Float(squares[i])
        }
      }
    }
  }

  /// The memory of both sums of a chunk, cleared.
  func clearedSums(
    _ chunk: Int, _ scratch: UnsafeMutablePointer<Float>
  ) -> UnsafeMutablePointer<Float> {
    let sums = scratch + chunk * 2 * pitch
    sums.update(repeating: 0, count: 2 * pitch)
    return sums
  }

  /// Channels that a thread visits at a time.
  static let channelsTogether = 64

  /// Two sums for each channel over the rows of each of some parts: parts × vectors × pitch, the
  /// first two vectors of a part being the sums.
  struct FormedSums {
    let start: UnsafePointer<Float>
    let parts: Int
    let vectors: Int
    let pitch: Int
  }

  /// Visits every channel with both its sums over all parts, added up in order in double precision.
  ///
  /// Threads share the channels, for there may be more than a hundred parts.
  func forEachChannel(
    _ sums: FormedSums, pool: ThreadPool,
    _ body: (Int, _ first: Double, _ second: Double) -> Void
  ) {
    typealias Eight = SIMD8<Double>
    let together = Self.channelsTogether
    pool.run(chunks: (channels + together - 1) / together) { chunk, _ in
      let end = min((chunk + 1) * together, channels)
      // Vectors are a multiple of 16 long, so the last eight may reach beyond the channels.
      for c in stride(from: chunk * together, to: end, by: 8) {
        var (first, second) = (Eight.zero, Eight.zero)
        var part = sums.start + c
        for _ in 0..<sums.parts {
          first += Eight(part.vector(0))
          second += Eight(part.vector(sums.pitch))
          part += sums.vectors * sums.pitch
        }
        for i in 0..<min(8, end - c) { body(c + i, first[i], second[i]) }
      }
    }
  }
}

// MARK: - Forward

extension BatchNormKernel {
  /// What is added to the normalised elements before the ReLU.
  public enum Addend {
    case none
    /// A matrix of the same size.
    case plain(UnsafePointer<Float>)
    /// A matrix x′ that is normalised while it is read: A′ · x′ + B′.
    case normalized(
      UnsafePointer<Float>, scale: UnsafePointer<Float>, shift: UnsafePointer<Float>)
  }

  /// y = A · x + B + addend, then max(0, y) with `relu`.
  ///
  /// - Parameters:
  ///   - y: rows × channels, which are overwritten; may be x.
  ///   - x: rows × channels.
  ///   - scale: A, `channels` elements.
  ///   - shift: B, `channels` elements.
  public func apply(
    y: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>, scale: UnsafePointer<Float>,
    shift: UnsafePointer<Float>, addend: Addend = .none, relu: Bool, pool: ThreadPool
  ) {
    let isNonTemporal = rows * channels >= PackedMatrix.nonTemporalCount
    pool.run(chunks: chunks.count) { chunk, _ in
      let range = chunks.range(chunk)
      let offset = range.lowerBound * channels
      let added =
        switch addend {
        case .none: ck_normalized(first: nil, scale: nil, shift: nil)
        case .plain(let other): ck_normalized(first: other + offset, scale: nil, shift: nil)
        case .normalized(let other, let scale, let shift):
          ck_normalized(first: other + offset, scale: scale, shift: shift)
        }
      ck_norm_apply(
        range.count, channels, ck_normalized(first: x + offset, scale: scale, shift: shift), added,
        relu ? 1 : 0, y + offset, isNonTemporal ? 1 : 0)
    }
  }
}
