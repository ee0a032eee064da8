// Backward, with dy the gradient after the ReLU's mask and the sums over all rows:
//
//     dβ = Σ dy,  dγ = r · Σ dy · (x − μ)
//     dx = γ·r · dy − γ·r²·dγ/m · (x − μ) − γ·r·dβ/m
//
// The mask is recomputed: from A·x + B where nothing was added before the ReLU, else from the
// output. dx replaces x, which nobody needs afterwards, so no memory is taken for it.
extension BatchNormKernel {
  /// What a normalisation's forward pass left for its backward pass, `channels` numbers each.
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

  /// dβ += Σ dy, dγ += r · Σ dy · (x − μ); returns what dx is computed from.
  ///
  /// - Parameters:
  ///   - line: ``lineCount`` numbers that live as long as what is returned.
  ///   - scratch: ``scratchCount`` numbers.
  public func gradient(
    x: UnsafeMutablePointer<Float>, dy: UnsafeMutablePointer<Float>, mask: Mask, saved: Saved,
    dGamma: UnsafeMutablePointer<Float>, dBeta: UnsafeMutablePointer<Float>,
    line: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) -> NormalizedGradient {
    pool.run(chunks: chunks.count) { chunk, _ in
      let range = chunks.range(chunk)
      let offset = range.lowerBound * channels
      let sums = scratch + chunk * 2 * pitch
      sums.update(repeating: 0, count: 2 * pitch)
      switch mask {
      case .none: plainSums(x + offset, dy + offset, saved, range.count, sums)
      case .normalized: normalizedSums(x + offset, dy + offset, saved, range.count, sums)
      case .output(let z): maskedSums(x + offset, dy + offset, z + offset, saved, range.count, sums)
      }
    }
    let (slope, constant) = (line, line + pitch)
    let m = Double(rows)
    forEachChannel(scratch) { c, sum, product in
      let reciprocal = Double(saved.reciprocal[c])
      let scaleGradient = reciprocal * product
      dBeta[c] += Float(sum)
      dGamma[c] += Float(scaleGradient)
      let b = -Double(saved.scale[c]) * reciprocal * scaleGradient / m
      slope[c] = Float(b)
      constant[c] = Float(-Double(saved.scale[c]) * sum / m - b * Double(saved.mean[c]))
    }
    let remasks = if case .normalized = mask { true } else { false }
    return NormalizedGradient(
      x: x, dy: UnsafePointer(dy), scale: saved.scale, slope: UnsafePointer(slope),
      constant: UnsafePointer(constant), shift: remasks ? saved.shift : nil)
  }

  /// Numbers that a gradient's line, slope and constant, takes.
  public var lineCount: Int { 2 * pitch }

  /// x becomes its gradient.
  public func apply(_ gradient: NormalizedGradient, pool: ThreadPool) {
    pool.run(chunks: chunks.count) { chunk, _ in
      let range = chunks.range(chunk)
      let offset = range.lowerBound * channels
      if let shift = gradient.shift {
        maskedInput(gradient, shift, offset, range.count)
      } else {
        plainInput(gradient, offset, range.count)
      }
    }
  }

  private func plainSums(
    _ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, _ saved: Saved, _ rows: Int,
    _ sums: UnsafeMutablePointer<Float>
  ) {
    forEachBlock(rows) { row, block in
      var c = 0
      while c &+ 8 <= channels {
        let mean = saved.mean.vector(c)
        var sum = Vector.zero
        var product = Vector.zero
        var at = row * channels + c
        for _ in 0..<block {
          let d = dy.vector(at)
          sum += d
          product += d * (x.vector(at) - mean)
          at &+= channels
        }
        sums.store(sums.vector(c) + sum, c)
        sums.store(sums.vector(pitch &+ c) + product, pitch &+ c)
        c &+= 8
      }
      for c in c..<channels {
        for r in row..<row + block {
          let d = dy[r * channels + c]
          sums[c] += d
          sums[pitch + c] += d * (x[r * channels + c] - saved.mean[c])
        }
      }
    }
  }

  private func normalizedSums(
    _ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, _ saved: Saved, _ rows: Int,
    _ sums: UnsafeMutablePointer<Float>
  ) {
    forEachBlock(rows) { row, block in
      var c = 0
      while c &+ 8 <= channels {
        let (mean, scale, shift) =
          (saved.mean.vector(c), saved.scale.vector(c), saved.shift.vector(c))
        var sum = Vector.zero
        var product = Vector.zero
        var at = row * channels + c
        for _ in 0..<block {
          let value = x.vector(at)
          let d = dy.vector(at).replacing(with: 0, where: scale * value + shift .<= 0)
          sum += d
          product += d * (value - mean)
          at &+= channels
        }
        sums.store(sums.vector(c) + sum, c)
        sums.store(sums.vector(pitch &+ c) + product, pitch &+ c)
        c &+= 8
      }
      for c in c..<channels {
        for r in row..<row + block {
          let value = x[r * channels + c]
          let d = saved.scale[c] * value + saved.shift[c] <= 0 ? 0 : dy[r * channels + c]
          sums[c] += d
          sums[pitch + c] += d * (value - saved.mean[c])
        }
      }
    }
  }

  private func maskedSums(
    _ x: UnsafePointer<Float>, _ dy: UnsafeMutablePointer<Float>, _ z: UnsafePointer<Float>,
    _ saved: Saved, _ rows: Int, _ sums: UnsafeMutablePointer<Float>
  ) {
    forEachBlock(rows) { row, block in
      var c = 0
      while c &+ 8 <= channels {
        let mean = saved.mean.vector(c)
        var sum = Vector.zero
        var product = Vector.zero
        var at = row * channels + c
        for _ in 0..<block {
          let d = dy.vector(at).replacing(with: 0, where: z.vector(at) .<= 0)
          dy.store(d, at)
          sum += d
          product += d * (x.vector(at) - mean)
          at &+= channels
        }
        sums.store(sums.vector(c) + sum, c)
        sums.store(sums.vector(pitch &+ c) + product, pitch &+ c)
        c &+= 8
      }
      for c in c..<channels {
        for r in row..<row + block {
          let at = r * channels + c
          if z[at] <= 0 { dy[at] = 0 }
          sums[c] += dy[at]
          sums[pitch + c] += dy[at] * (x[at] - saved.mean[c])
        }
      }
    }
  }

  private func plainInput(_ gradient: NormalizedGradient, _ offset: Int, _ rows: Int) {
    let (scale, slope, constant) = (gradient.scale, gradient.slope, gradient.constant)
    var (x, dy) = (gradient.x + offset, gradient.dy + offset)
    for _ in 0..<rows {
      var c = 0
      while c &+ 8 <= channels {
        let line = slope.vector(c) * x.vector(c) + constant.vector(c)
        x.store(scale.vector(c) * dy.vector(c) + line, c)
        c &+= 8
      }
      for c in c..<channels {
        x[c] = scale[c] * dy[c] + (slope[c] * x[c] + constant[c])
      }
      x += channels
      dy += channels
    }
  }

  private func maskedInput(
    _ gradient: NormalizedGradient, _ shift: UnsafePointer<Float>, _ offset: Int, _ rows: Int
  ) {
    let (scale, slope, constant) = (gradient.scale, gradient.slope, gradient.constant)
    var (x, dy) = (gradient.x + offset, gradient.dy + offset)
    for _ in 0..<rows {
      var c = 0
      while c &+ 8 <= channels {
        let value = x.vector(c)
        let a = scale.vector(c)
        let d = dy.vector(c).replacing(with: 0, where: a * value + shift.vector(c) .<= 0)
        x.store(a * d + (slope.vector(c) * value + constant.vector(c)), c)
        c &+= 8
      }
      for c in c..<channels {
        let d = scale[c] * x[c] + shift[c] <= 0 ? 0 : dy[c]
        x[c] = scale[c] * d + (slope[c] * x[c] + constant[c])
      }
      x += channels
      dy += channels
    }
  }
}
