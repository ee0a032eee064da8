import CKernels

// Backward, with dy the gradient after the ReLU's mask and the sums over all rows:
//
//     dβ = Σ dy,  dγ = r · Σ dy · (x − μ)
//     dx = γ·r · dy − γ·r²·dγ/m · (x − μ) − γ·r·dβ/m
//
// The mask is recomputed: from A·x + B where nothing was added before the ReLU, else from the
// output. Nothing reads x afterwards, so dx may replace it and needs no memory of its own.
extension BatchNormKernel {
  /// What a normalisation's forward pass left for its backward pass, `channels` elements each.
  public struct Saved {
    public var mean: UnsafePointer<Float>
    /// r = 1 / √(σ² + ε)
    public var reciprocal: UnsafePointer<Float>
    /// A = γ · r
    public var scale: UnsafePointer<Float>
    /// B = β − μ · A
    public var shift: UnsafePointer<Float>

    /// The four vectors of one layer.
    public init(
      mean: UnsafePointer<Float>, reciprocal: UnsafePointer<Float>, scale: UnsafePointer<Float>,
      shift: UnsafePointer<Float>
    ) {
      (self.mean, self.reciprocal, self.scale, self.shift) = (mean, reciprocal, scale, shift)
    }
  }

  /// Where the derivative of the ReLU comes from.
  public enum Mask {
    /// There was no ReLU, or `dy` is masked already.
    case none
    /// The ReLU came directly after the normalisation.
    case normalized
    /// The output of the ReLU; `dy` is masked in place for whoever needs it next.
    case output(UnsafePointer<Float>)
  }

  /// dβ = Σ dy, dγ = r · Σ dy · (x − μ); overwrites both and returns what dx is computed from.
  ///
  /// - Parameters:
  ///   - x: what was normalised, rows × channels; what is returned refers to it.
  ///   - dy: rows × channels, elsewhere in memory.
  ///   - line: ``lineCount`` elements that live as long as what is returned.
  ///   - scratch: ``scratchCount`` elements.
  public func gradient(
    x: UnsafeMutablePointer<Float>, dy: UnsafeMutablePointer<Float>, mask: Mask, saved: Saved,
    dGamma: UnsafeMutablePointer<Float>, dBeta: UnsafeMutablePointer<Float>,
    line: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) -> NormalizedGradient {
    let remasks = if case .normalized = mask { true } else { false }
    pool.run(chunks: chunks.count) { chunk, _ in
      let range = chunks.range(chunk)
      let offset = range.lowerBound * channels
      let sums = clearedSums(chunk, scratch)
      let output: UnsafePointer<Float>? = if case .output(let z) = mask { z + offset } else { nil }
      ck_norm_sums(
        range.count, channels, x + offset, saved.mean, dy + offset, output, saved.scale,
        remasks ? saved.shift : nil, sums, sums + pitch)
    }
    let found = GradientVectors(
      saved: saved, dGamma: dGamma, dBeta: dBeta, line: line, pitch: pitch)
    let sums = FormedSums(start: scratch, parts: chunks.count, vectors: 2, pitch: pitch)
    write(found, from: sums, pool: pool)
    return NormalizedGradient(
      x: x, dy: dy, scale: saved.scale, slope: found.slope, constant: found.constant,
      shift: remasks ? saved.shift : nil)
  }

  /// The same from the sums of a convolution that wrote dy, ``ColumnSums``; `isMasked` as these
  /// were.
  ///
  /// - Parameters:
  ///   - sums: what the convolution wrote.
  ///   - parts: ``Convolution/gradientParts`` of the convolution.
  public func gradient(
    x: UnsafeMutablePointer<Float>, dy: UnsafePointer<Float>, isMasked: Bool, saved: Saved,
    dGamma: UnsafeMutablePointer<Float>, dBeta: UnsafeMutablePointer<Float>,
    line: UnsafeMutablePointer<Float>, sums: UnsafePointer<Float>, parts: Int, pool: ThreadPool
  ) -> NormalizedGradient {
    let found = GradientVectors(
      saved: saved, dGamma: dGamma, dBeta: dBeta, line: line, pitch: pitch)
    let sums = FormedSums(start: sums, parts: parts, vectors: ColumnSums.vectors, pitch: pitch)
    write(found, from: sums, pool: pool)
    return NormalizedGradient(
      x: x, dy: dy, scale: saved.scale, slope: found.slope, constant: found.constant,
      shift: isMasked ? saved.shift : nil)
  }

  /// The vectors that a gradient is computed from and into, `channels` elements each.
  struct GradientVectors {
    let saved: Saved
    let dGamma: UnsafeMutablePointer<Float>
    let dBeta: UnsafeMutablePointer<Float>
    /// dx = A · dy + (slope · x + constant)
    let slope: UnsafeMutablePointer<Float>
    let constant: UnsafeMutablePointer<Float>

    /// - Parameter line: ``lineCount`` elements for slope and constant.
    init(
      saved: Saved, dGamma: UnsafeMutablePointer<Float>, dBeta: UnsafeMutablePointer<Float>,
      line: UnsafeMutablePointer<Float>, pitch: Int
    ) {
      (self.saved, self.dGamma, self.dBeta) = (saved, dGamma, dBeta)
      (slope, constant) = (line, line + pitch)
    }
  }

  /// Overwrites dβ, dγ, slope and constant from Σ dy and Σ dy · (x − μ).
  func write(_ vectors: GradientVectors, from sums: FormedSums, pool: ThreadPool) {
    let (m, saved) = (Double(rows), vectors.saved)
    forEachChannel(sums, pool: pool) { c, sum, product in
      let reciprocal = Double(saved.reciprocal[c])
      let scaleGradient = reciprocal * product
      vectors.dBeta[c] = Float(sum)
      vectors.dGamma[c] = Float(scaleGradient)
      let b = -Double(saved.scale[c]) * reciprocal * scaleGradient / m
      vectors.slope[c] = Float(b)
      vectors.constant[c] = Float(-Double(saved.scale[c]) * sum / m - b * Double(saved.mean[c]))
    }
  }

  /// Elements of the vectors `slope` and `constant` together.
  public var lineCount: Int { 2 * pitch }

  /// Replaces x by its gradient.
  public func apply(_ gradient: NormalizedGradient, pool: ThreadPool) {
    pool.run(chunks: chunks.count) { chunk, _ in
      let range = chunks.range(chunk)
      let offset = range.lowerBound * channels
      ck_norm_gradient(
        range.count, channels, gradient.rows(from: range.lowerBound, channels: channels),
        gradient.x + offset, 1)
    }
  }
}
