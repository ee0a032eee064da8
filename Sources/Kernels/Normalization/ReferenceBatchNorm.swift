/// Batch normalisation as the paper writes it, in double precision: slow, obvious, one operation
/// at a time. Defines what the fused kernel must compute.
public enum ReferenceBatchNorm {
  /// Mean and biased variance of every channel of a rows × channels matrix.
  public static func statistics(
    of x: [Float], rows: Int, channels: Int
  ) -> (mean: [Double], variance: [Double]) {
    var mean = [Double](repeating: 0, count: channels)
    var variance = mean
    for row in 0..<rows {
      for c in 0..<channels { mean[c] += Double(x[row * channels + c]) / Double(rows) }
    }
    for row in 0..<rows {
      for c in 0..<channels {
        let d = Double(x[row * channels + c]) - mean[c]
        variance[c] += d * d / Double(rows)
      }
    }
    return (mean, variance)
  }

  /// y = γ · (x − μ) / √(σ² + ε) + β
  public static func forward(
    _ x: [Float], rows: Int, channels: Int, gamma: [Float], beta: [Float], epsilon: Double
  ) -> [Double] {
    let (mean, variance) = statistics(of: x, rows: rows, channels: channels)
    return (0..<rows * channels).map { index in
      let c = index % channels
      let normalized = (Double(x[index]) - mean[c]) / (variance[c] + epsilon).squareRoot()
      return Double(gamma[c]) * normalized + Double(beta[c])
    }
  }

  /// Gradients of the input, the scale and the shift.
  public static func backward(
    dy: [Double], x: [Float], rows: Int, channels: Int, gamma: [Float], epsilon: Double
  ) -> (dx: [Double], dGamma: [Double], dBeta: [Double]) {
    let (mean, variance) = statistics(of: x, rows: rows, channels: channels)
    let reciprocal = variance.map { 1 / ($0 + epsilon).squareRoot() }
    var dGamma = [Double](repeating: 0, count: channels)
    var dBeta = dGamma
    for index in 0..<rows * channels {
      let c = index % channels
      dBeta[c] += dy[index]
      dGamma[c] += dy[index] * (Double(x[index]) - mean[c]) * reciprocal[c]
    }
    let dx = (0..<rows * channels).map { index in
      let c = index % channels
      let normalized = (Double(x[index]) - mean[c]) * reciprocal[c]
      let centred = dy[index] - dBeta[c] / Double(rows) - normalized * dGamma[c] / Double(rows)
      return Double(gamma[c]) * reciprocal[c] * centred
    }
    return (dx, dGamma, dBeta)
  }
}
