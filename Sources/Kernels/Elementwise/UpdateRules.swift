#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The optimisers' update rules, as PyTorch defines them. Each reads and writes a parameter once a
/// step.
public enum UpdateRules {
  /// The settings of one step of stochastic gradient descent.
  public struct SGD: Sendable {
    public var learningRate: Float
    public var momentum: Float
    public var nesterov: Bool
    public var weightDecay: Float
    /// Every gradient is multiplied by this first.
    public var gradientScale: Float

    /// The settings of one step.
    public init(
      learningRate: Float, momentum: Float, nesterov: Bool, weightDecay: Float,
      gradientScale: Float
    ) {
      (self.learningRate, self.momentum) = (learningRate, momentum)
      (self.nesterov, self.weightDecay) = (nesterov, weightDecay)
      self.gradientScale = gradientScale
    }
  }

  /// g = scale·g + λ·w;  v = μ·v + g;  w −= η·(nesterov ? g + μ·v : v)
  ///
  /// Zero velocity makes the first step v = g.
  ///
  /// - Parameters:
  ///   - w: `count` elements, which are updated.
  ///   - g: the gradient, `count` elements, elsewhere in memory.
  ///   - velocity: v, `count` elements, which are updated; nil where there is no momentum.
  public static func sgd(
    _ rule: SGD, w: UnsafeMutablePointer<Float>, g: UnsafePointer<Float>,
    velocity: UnsafeMutablePointer<Float>?, count: Int, pool: ThreadPool
  ) {
    let (rate, decay, scale) = (rule.learningRate, rule.weightDecay, rule.gradientScale)
    let momentum = rule.momentum
    guard let velocity else {
      Activation.each(
        count, pool,
        vector: { i in
          let d = scale * g.vector(i) + decay * w.vector(i)
          w.store(w.vector(i) - rate * d, i)
        }, scalar: { i in w[i] -= rate * (scale * g[i] + decay * w[i]) })
      return
    }
    if rule.nesterov {
      Activation.each(
        count, pool,
        vector: { i in
          let d = scale * g.vector(i) + decay * w.vector(i)
          let v = momentum * velocity.vector(i) + d
          velocity.store(v, i)
          w.store(w.vector(i) - rate * (d + momentum * v), i)
        },
        scalar: { i in
          let d = scale * g[i] + decay * w[i]
          velocity[i] = momentum * velocity[i] + d
          w[i] -= rate * (d + momentum * velocity[i])
        })
    } else {
      Activation.each(
        count, pool,
        vector: { i in
          let d = scale * g.vector(i) + decay * w.vector(i)
          let v = momentum * velocity.vector(i) + d
          velocity.store(v, i)
          w.store(w.vector(i) - rate * v, i)
        },
        scalar: { i in
          velocity[i] = momentum * velocity[i] + (scale * g[i] + decay * w[i])
          w[i] -= rate * velocity[i]
        })
    }
  }

  /// The settings of one step of AdamW (Loshchilov and Hutter, ICLR 2019).
  public struct AdamW: Sendable {
    public var learningRate: Double
    public var beta1: Double
    public var beta2: Double
    public var epsilon: Double
    public var weightDecay: Double
    /// The number of this step, from 1.
    public var step: Int
    public var gradientScale: Float

    /// The settings of one step.
    public init(
      learningRate: Double, beta1: Double, beta2: Double, epsilon: Double, weightDecay: Double,
      step: Int, gradientScale: Float
    ) {
      (self.learningRate, self.beta1, self.beta2) = (learningRate, beta1, beta2)
      (self.epsilon, self.weightDecay, self.step) = (epsilon, weightDecay, step)
      self.gradientScale = gradientScale
    }
  }

  /// w *= 1 − η·λ;  m += (1 − β₁)(g − m);  v = β₂·v + (1 − β₂)·g²;
  /// w −= η / (1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε)
  ///
  /// - Parameters:
  ///   - w: `count` elements, which are updated.
  ///   - g: the gradient, `count` elements, elsewhere in memory.
  ///   - first: m, `count` elements, which are updated; zeros before the first step.
  ///   - second: v, the same.
  public static func adamW(
    _ rule: AdamW, w: UnsafeMutablePointer<Float>, g: UnsafePointer<Float>,
    first: UnsafeMutablePointer<Float>, second: UnsafeMutablePointer<Float>, count: Int,
    pool: ThreadPool
  ) {
    let keep = Float(1 - rule.learningRate * rule.weightDecay)
    let (rise1, beta2, rise2) = (Float(1 - rule.beta1), Float(rule.beta2), Float(1 - rule.beta2))
    let stepSize = Float(rule.learningRate / (1 - pow(rule.beta1, Double(rule.step))))
    let rootCorrection = Float(1 / (1 - pow(rule.beta2, Double(rule.step))).squareRoot())
    let (epsilon, scale) = (Float(rule.epsilon), rule.gradientScale)
    Activation.each(
      count, pool,
      vector: { i in
        let d = scale * g.vector(i)
        let m = first.vector(i) + rise1 * (d - first.vector(i))
        let v = beta2 * second.vector(i) + rise2 * (d * d)
        first.store(m, i)
        second.store(v, i)
        let denominator = v.squareRoot() * rootCorrection + epsilon
        w.store(keep * w.vector(i) - stepSize * (m / denominator), i)
      },
      scalar: { i in
        let d = scale * g[i]
        first[i] += rise1 * (d - first[i])
        second[i] = beta2 * second[i] + rise2 * (d * d)
        let denominator = second[i].squareRoot() * rootCorrection + epsilon
        w[i] = keep * w[i] - stepSize * (first[i] / denominator)
      })
  }

  /// x = 0
  public static func zero(_ x: UnsafeMutablePointer<Float>, count: Int, pool: ThreadPool) {
    let chunks = FlatChunks(count)
    pool.run(chunks: chunks.count) { chunk, _ in
      let range = chunks.range(chunk)
      (x + range.lowerBound).update(repeating: 0, count: range.count)
    }
  }

  /// Σ x² in double precision, chunk by chunk and then over the chunks in order; NaN and ∞
  /// propagate.
  ///
  /// - Parameter partials: ``partialCount(_:)`` elements of scratch memory.
  public static func sumOfSquares(
    _ x: UnsafePointer<Float>, count: Int, partials: UnsafeMutablePointer<Double>,
    pool: ThreadPool
  ) -> Double {
    let chunks = FlatChunks(count)
    pool.run(chunks: chunks.count) { chunk, _ in
      let range = chunks.range(chunk)
      var low = SIMD4<Double>.zero
      var high = SIMD4<Double>.zero
      var i = range.lowerBound
      while i &+ 8 <= range.upperBound {
        let value = x.vector(i)
        let (a, b) = (SIMD4<Double>(value.lowHalf), SIMD4<Double>(value.highHalf))
        low += a * a
        high += b * b
        i &+= 8
      }
      var sum = (low + high).sum()
      for i in i..<range.upperBound { sum += Double(x[i]) * Double(x[i]) }
      partials[chunk] = sum
    }
    return (0..<chunks.count).reduce(0) { $0 + partials[$1] }
  }

  /// Elements of scratch memory that ``sumOfSquares(_:count:partials:pool:)`` needs for so many
  /// elements.
  public static func partialCount(_ count: Int) -> Int { FlatChunks(count).count }
}
