/// Batch normalisation of a rows × channels matrix, each channel over all rows.
///
///     μ = Σ x / m,  σ² = Σ (x − μ)² / m,  r = 1 / √(σ² + ε),  y = γ · r · (x − μ) + β
///
/// Ioffe and Szegedy, ICML 2015. The normalisation is applied as y = A · x + B with A = γ·r and
/// B = β − μ·A, in one pass together with what follows it: the addition of a residual branch and
/// the ReLU. All vectors hold `channels` numbers. Results do not depend on the thread count.
public struct BatchNormKernel: Sendable {
  /// Numbers per channel, m.
  public let rows: Int
  public let channels: Int
  let chunks: RowChunks

  /// A kernel for one matrix size.
  public init(rows: Int, channels: Int) {
    (self.rows, self.channels) = (rows, channels)
    chunks = RowChunks(rows: rows)
  }

  /// Numbers of scratch memory for sums per chunk.
  public var scratchCount: Int { chunks.count * 2 * pitch }

  /// Numbers from one vector of sums to the next. A multiple of 4 KiB apart, vectors would fight
  /// for the same lines of the first-level cache.
  var pitch: Int { BatchNormKernel.pitch(channels) }

  /// Numbers from one vector of `channels` to the next that suit the caches.
  public static func pitch(_ channels: Int) -> Int { (channels + 15) / 16 * 16 + 48 }

  /// The mean and the biased variance of every channel.
  ///
  /// Each chunk sums x − k and (x − k)² in single precision, k being the channel's first number;
  /// the chunks' sums are combined in double precision, in order.
  public func statistics(
    mean: UnsafeMutablePointer<Float>, variance: UnsafeMutablePointer<Float>,
    x: UnsafePointer<Float>, scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    pool.run(chunks: chunks.count) { chunk, _ in
      shiftedSums(of: chunks.range(chunk), x: x, into: scratch + chunk * 2 * pitch)
    }
    let m = Double(rows)
    forEachChannel(scratch) { c, first, second in
      mean[c] = Float(Double(x[c]) + first / m)
      variance[c] = Float(max(0, second / m - (first / m) * (first / m)))
      if !second.isFinite { variance[c] = Float(second) }
    }
  }

  /// Visits every channel with both its sums over all chunks, formed in chunk order.
  func forEachChannel(
    _ scratch: UnsafeMutablePointer<Float>, _ body: (Int, _ first: Double, _ second: Double) -> Void
  ) {
    var c = 0
    while c < channels {
      let width = min(8, channels - c)
      var (first, second) = (SIMD8<Double>.zero, SIMD8<Double>.zero)
      var partial = scratch + c
      for _ in 0..<chunks.count {
        if width == 8 {
          first += SIMD8<Double>(partial.vector(0))
          second += SIMD8<Double>(partial.vector(pitch))
        } else {
          for lane in 0..<width {
            first[lane] += Double(partial[lane])
            second[lane] += Double(partial[pitch + lane])
          }
        }
        partial += 2 * pitch
      }
      for lane in 0..<width { body(c + lane, first[lane], second[lane]) }
      c += width
    }
  }

  /// Visits the rows in an order that suits the caches: narrow rows eight at a time, so that a
  /// sum stays in a register; wide rows one by one, because many short pieces at once are slow to
  /// fetch.
  @inline(__always)
  func forEachBlock(_ rows: Int, _ body: (_ row: Int, _ block: Int) -> Void) {
    let rowsAtOnce = channels <= 64 ? 8 : 1
    var row = 0
    while row < rows {
      let block = min(rowsAtOnce, rows - row)
      body(row, block)
      row += block
    }
  }

  private func shiftedSums(
    of range: Range<Int>, x: UnsafePointer<Float>, into sums: UnsafeMutablePointer<Float>
  ) {
    sums.update(repeating: 0, count: 2 * pitch)
    let start = x + range.lowerBound * channels
    forEachBlock(range.count) { row, block in
      var c = 0
      while c &+ 8 <= channels {
        let shift = x.vector(c)
        var first = Vector.zero
        var second = Vector.zero
        var at = row * channels + c
        for _ in 0..<block {
          let d = start.vector(at) - shift
          first += d
          second += d * d
          at &+= channels
        }
        sums.store(sums.vector(c) + first, c)
        sums.store(sums.vector(pitch &+ c) + second, pitch &+ c)
        c &+= 8
      }
      for c in c..<channels {
        for r in row..<row + block {
          let d = start[r * channels + c] - x[c]
          sums[c] += d
          sums[pitch + c] += d * d
        }
      }
    }
  }
}

// MARK: - Forward

extension BatchNormKernel {
  /// What is added to the normalised numbers before the ReLU.
  public enum Addend {
    case none
    /// A matrix of the same size.
    case plain(UnsafePointer<Float>)
    /// A matrix that is itself normalised on the way: A′ · x′ + B′.
    case normalized(
      UnsafePointer<Float>, scale: UnsafePointer<Float>, shift: UnsafePointer<Float>)
  }

  /// y = A · x + B + addend, then the ReLU where asked for, in one pass; y may be x.
  public func apply(
    y: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>, scale: UnsafePointer<Float>,
    shift: UnsafePointer<Float>, addend: Addend = .none, relu: Bool, pool: ThreadPool
  ) {
    let floor: Float = relu ? 0 : -.infinity
    pool.run(chunks: chunks.count) { chunk, _ in
      let range = chunks.range(chunk)
      let offset = range.lowerBound * channels
      switch addend {
      case .none:
        affine(y + offset, x + offset, scale, shift, rows: range.count, floor: floor)
      case .plain(let other):
        affineAdding(
          y + offset, x + offset, scale, shift, other + offset, rows: range.count, floor: floor)
      case .normalized(let other, let otherScale, let otherShift):
        affineAdding(
          y + offset, x + offset, scale, shift, other + offset, otherScale, otherShift,
          rows: range.count, floor: floor)
      }
    }
  }

  private func affine(
    _ y: UnsafeMutablePointer<Float>, _ x: UnsafePointer<Float>, _ scale: UnsafePointer<Float>,
    _ shift: UnsafePointer<Float>, rows: Int, floor: Float
  ) {
    let floors = Vector(repeating: floor)
    var (y, x) = (y, x)
    for _ in 0..<rows {
      var c = 0
      while c &+ 8 <= channels {
        let value = scale.vector(c) * x.vector(c) + shift.vector(c)
        y.store(value.replacing(with: floors, where: value .< floors), c)
        c &+= 8
      }
      while c < channels {
        let value = scale[c] * x[c] + shift[c]
        y[c] = value < floor ? floor : value
        c += 1
      }
      y += channels
      x += channels
    }
  }

  private func affineAdding(
    _ y: UnsafeMutablePointer<Float>, _ x: UnsafePointer<Float>, _ scale: UnsafePointer<Float>,
    _ shift: UnsafePointer<Float>, _ other: UnsafePointer<Float>, rows: Int, floor: Float
  ) {
    let floors = Vector(repeating: floor)
    var (y, x, other) = (y, x, other)
    for _ in 0..<rows {
      var c = 0
      while c &+ 8 <= channels {
        let value = (scale.vector(c) * x.vector(c) + shift.vector(c)) + other.vector(c)
        y.store(value.replacing(with: floors, where: value .< floors), c)
        c &+= 8
      }
      while c < channels {
        let value = (scale[c] * x[c] + shift[c]) + other[c]
        y[c] = value < floor ? floor : value
        c += 1
      }
      y += channels
      x += channels
      other += channels
    }
  }

  private func affineAdding(
    _ y: UnsafeMutablePointer<Float>, _ x: UnsafePointer<Float>, _ scale: UnsafePointer<Float>,
    _ shift: UnsafePointer<Float>, _ other: UnsafePointer<Float>,
    _ otherScale: UnsafePointer<Float>, _ otherShift: UnsafePointer<Float>, rows: Int, floor: Float
  ) {
    let floors = Vector(repeating: floor)
    var (y, x, other) = (y, x, other)
    for _ in 0..<rows {
      var c = 0
      while c &+ 8 <= channels {
        let branch = otherScale.vector(c) * other.vector(c) + otherShift.vector(c)
        let value = (scale.vector(c) * x.vector(c) + shift.vector(c)) + branch
        y.store(value.replacing(with: floors, where: value .< floors), c)
        c &+= 8
      }
      while c < channels {
        let branch = otherScale[c] * other[c] + otherShift[c]
        let value = (scale[c] * x[c] + shift[c]) + branch
        y[c] = value < floor ? floor : value
        c += 1
      }
      y += channels
      x += channels
      other += channels
    }
  }
}
