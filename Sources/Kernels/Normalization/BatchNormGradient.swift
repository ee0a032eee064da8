import CKernels

// Backward, with dy the gradient after the ReLU's mask and the sums over all rows:
//
//     dβ = Σ dy,  dγ = r · Σ dy · (x − μ)
//     dx = γ·r · dy − γ·r²·dγ/m · (x − μ) − γ·r·dβ/m
//
// The mask is recomputed: from A·x + B where nothing was added before the ReLU, else from the
// output. dx replaces x, which nobody needs afterwards, so no memory is taken for it.
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

  /// dβ = Σ dy, dγ = r · Σ dy · (x − μ); returns what dx is computed from.
  ///
  /// - Parameters:
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
    return epilogue(
      x: x, dy: dy, isMasked: remasks, saved: saved, dGamma: dGamma, dBeta: dBeta, line: line,
      sums: scratch, parts: chunks.count, vectors: 2, pool: pool)
  }

  /// The same from the sums of a convolution that wrote dy, ``ColumnSums``; `isMasked` as these were.
  public func gradient(
    x: UnsafeMutablePointer<Float>, dy: UnsafePointer<Float>, isMasked: Bool, saved: Saved,
    dGamma: UnsafeMutablePointer<Float>, dBeta: UnsafeMutablePointer<Float>,
    line: UnsafeMutablePointer<Float>, sums: UnsafePointer<Float>, parts: Int, pool: ThreadPool
  ) -> NormalizedGradient {
    epilogue(
      x: x, dy: dy, isMasked: isMasked, saved: saved, dGamma: dGamma, dBeta: dBeta, line: line,
      sums: sums, parts: parts, vectors: ColumnSums.vectors, pool: pool)
  }

  private func epilogue(
    x: UnsafeMutablePointer<Float>, dy: UnsafePointer<Float>, isMasked: Bool, saved: Saved,
    dGamma: UnsafeMutablePointer<Float>, dBeta: UnsafeMutablePointer<Float>,
    line: UnsafeMutablePointer<Float>, sums: UnsafePointer<Float>, parts: Int, vectors: Int,
    pool: ThreadPool
  ) -> NormalizedGradient {
    let (slope, constant) = lines(
      saved: saved, dGamma: dGamma, dBeta: dBeta, line: line, sums: sums, parts: parts,
      vectors: vectors, pool: pool)
    return NormalizedGradient(
      x: x, dy: dy, scale: saved.scale, slope: slope, constant: constant,
      shift: isMasked ? saved.shift : nil)
  }

  /// dβ and dγ from sums; returns slope and constant.
  func lines(
    saved: Saved, dGamma: UnsafeMutablePointer<Float>, dBeta: UnsafeMutablePointer<Float>,
    line: UnsafeMutablePointer<Float>, sums: UnsafePointer<Float>, parts: Int, vectors: Int,
    pool: ThreadPool
  ) -> (slope: UnsafePointer<Float>, constant: UnsafePointer<Float>) {
    let (slope, constant) = (line, line + pitch)
    let m = Double(rows)
    forEachChannel(sums, parts: parts, vectors: vectors, pool: pool) { c, sum, product in
      let reciprocal = Double(saved.reciprocal[c])
      let scaleGradient = reciprocal * product
      dBeta[c] = Float(sum)
      dGamma[c] = Float(scaleGradient)
      let b = -Double(saved.scale[c]) * reciprocal * scaleGradient / m
      slope[c] = Float(b)
      constant[c] = Float(-Double(saved.scale[c]) * sum / m - b * Double(saved.mean[c]))
    }
    return (UnsafePointer(slope), UnsafePointer(constant))
  }

  /// Elements that a gradient's line, slope and constant, takes.
  public var lineCount: Int { 2 * pitch }

  /// x becomes its gradient.
  public func apply(_ gradient: NormalizedGradient, pool: ThreadPool) {
    pool.run(chunks: chunks.count) { chunk, _ in
      let range = chunks.range(chunk)
      let offset = range.lowerBound * channels
      let g = ck_normalized_gradient(
        dy: gradient.dy + offset, y: gradient.x + offset, scale: gradient.scale,
        slope: gradient.slope, constant: gradient.constant, shift: gradient.shift)
      ck_norm_gradient(range.count, channels, g, gradient.x + offset, 1)
    }
  }
}
