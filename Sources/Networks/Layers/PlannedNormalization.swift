import Kernels
import Tensors

/// A batch normalisation of given extents, with the memory that it keeps for its backward pass but
/// without scratch memory.
///
/// x and its gradient are rows × channels with rows = batch × height × width; dy is the gradient of
/// the normalised x. Scratch memory has ``scratchCount`` elements.
final class PlannedNormalization {
  private static let epsilon = 1e-5
  private static let momentum = 0.1

  let kernel: BatchNormKernel
  private let gamma: Parameter
  private let beta: Parameter
  private let runningMean: Parameter
  private let runningVariance: Parameter
  /// Five vectors of the forward pass, each ``pitch`` after the last: mean, 1/√(σ²+ε), A, B and
  /// variance; then the line of the backward pass, `kernel.lineCount` elements.
  private let saved: WorkspacePlan.Slot

  /// - Parameter saved: ``savedCount(_:)`` elements, kept until the backward pass.
  init(_ layer: BatchNormLayer, _ kernel: BatchNormKernel, saved: WorkspacePlan.Slot) {
    (gamma, beta) = (layer.gamma, layer.beta)
    (runningMean, runningVariance) = (layer.runningMean, layer.runningVariance)
    (self.kernel, self.saved) = (kernel, saved)
  }

  /// Elements that a forward pass leaves for the backward pass.
  static func savedCount(_ kernel: BatchNormKernel) -> Int {
    5 * BatchNormKernel.pitch(kernel.channels) + kernel.lineCount
  }

  private var channels: Int { kernel.channels }
  private var pitch: Int { BatchNormKernel.pitch(channels) }

  /// Elements of scratch memory for any pass.
  var scratchCount: Int { kernel.scratchCount }

  /// How often somebody could have changed parameters or running averages; only grows.
  var changes: Int {
    gamma.changes &+ beta.changes &+ runningMean.changes &+ runningVariance.changes
  }

  /// What the last forward pass left.
  func vectors(_ workspace: Workspace) -> BatchNormKernel.Saved {
    let start = workspace[saved]
    return BatchNormKernel.Saved(
      mean: start, reciprocal: start + pitch, scale: start + 2 * pitch, shift: start + 3 * pitch)
  }
}

// MARK: - Forward

extension PlannedNormalization {
  /// Finds the statistics that normalise x and, while training, moves the running averages.
  ///
  /// - Parameter found: sums over parts of x that a convolution has formed; without them x is read.
  func observe(
    _ x: UnsafePointer<Float>, found: (sums: UnsafePointer<Float>, parts: [Int])? = nil,
    scratch: UnsafeMutablePointer<Float>, pass: Pass
  ) -> BatchNormKernel.Saved {
    let mean = pass.workspace[saved]
    let (reciprocal, scale, shift) = (mean + pitch, mean + 2 * pitch, mean + 3 * pitch)
    let variance = mean + 4 * pitch
    switch pass.phase {
    case .training:
      if let found {
        kernel.statistics(
          mean: mean, variance: variance, sums: found.sums, parts: found.parts, pool: pass.pool)
      } else {
        kernel.statistics(mean: mean, variance: variance, x: x, scratch: scratch, pool: pass.pool)
      }
      move(towards: mean, variance)
    case .evaluation:
      mean.update(from: runningMean.elements, count: channels)
      variance.update(from: runningVariance.elements, count: channels)
    }
    let (gamma, beta) = (gamma.elements, beta.elements)
    for c in 0..<channels {
      let found = Self.affine(
        gamma: gamma[c], beta: beta[c], mean: mean[c], variance: variance[c])
      (reciprocal[c], scale[c], shift[c]) = (Float(found.reciprocal), found.scale, found.shift)
    }
    return vectors(pass.workspace)
  }

  /// 1/√(σ²+ε), A and B of a channel, as in `BatchNormKernel`.
  @inline(__always)
  private static func affine(
    gamma: Float, beta: Float, mean: Float, variance: Float
  ) -> (reciprocal: Double, scale: Float, shift: Float) {
    let r = 1 / (Double(variance) + epsilon).squareRoot()
    let a = Float(Double(gamma) * r)
    return (r, a, Float(Double(beta) - Double(mean) * Double(a)))
  }

  /// A and B of the normalisation by running averages, `channels` elements each.
  func runningAffine() -> (scale: AlignedBuffer, shift: AlignedBuffer) {
    let (scale, shift) = (AlignedBuffer(count: channels), AlignedBuffer(count: channels))
    for c in 0..<channels {
      let found = Self.affine(
        gamma: gamma.elements[c], beta: beta.elements[c], mean: runningMean.elements[c],
        variance: runningVariance.elements[c])
      (scale.pointer[c], shift.pointer[c]) = (found.scale, found.shift)
    }
    return (scale, shift)
  }

  /// Moves the running averages towards a batch's mean and variance.
  private func move(
    towards mean: UnsafePointer<Float>, _ variance: UnsafePointer<Float>
  ) {
    let (means, variances) = (runningMean.value.pointer, runningVariance.value.pointer)
    let m = Double(kernel.rows)
    func moved(_ average: Float, _ value: Double) -> Float {
      Float(Double(average) + Self.momentum * (value - Double(average)))
    }
    for c in 0..<channels {
      means[c] = moved(means[c], Double(mean[c]))
      variances[c] = moved(variances[c], m / (m - 1) * Double(variance[c]))
    }
  }
}

// MARK: - Backward

extension PlannedNormalization {
  /// Overwrites the gradients of γ and β; returns what the gradient of x is computed from.
  func gradient(
    x: UnsafeMutablePointer<Float>, dy: UnsafeMutablePointer<Float>, mask: BatchNormKernel.Mask,
    scratch: UnsafeMutablePointer<Float>, pass: Pass
  ) -> NormalizedGradient {
    kernel.gradient(
      x: x, dy: dy, mask: mask, saved: vectors(pass.workspace),
      dGamma: gamma.trainedGradient.pointer, dBeta: beta.trainedGradient.pointer, line: line(pass),
      scratch: scratch, pool: pass.pool)
  }

  /// As ``gradient(x:dy:mask:scratch:pass:)``, where the normalised x went through a ReLU into a
  /// max-pool, whose result's gradient is known.
  func gradient(
    x: UnsafeMutablePointer<Float>, dy: PooledGradient, scratch: UnsafeMutablePointer<Float>,
    pass: Pass
  ) -> GradientLines {
    kernel.gradient(
      x: x, dy: dy, saved: vectors(pass.workspace), dGamma: gamma.trainedGradient.pointer,
      dBeta: beta.trainedGradient.pointer, line: line(pass), scratch: scratch, pool: pass.pool)
  }

  /// What a convolution is to sum while it writes dy.
  ///
  /// - Parameter isMasked: whether a ReLU follows the normalisation directly and is still to be
  ///   applied to dy.
  func sums(
    at start: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>, isMasked: Bool, pass: Pass
  ) -> ColumnSums {
    .gradient(
      start, x: x, saved: vectors(pass.workspace), channels: channels, isMasked: isMasked)
  }

  /// As ``gradient(x:dy:mask:scratch:pass:)``, from such sums over so many parts of the rows.
  func gradient(
    x: UnsafeMutablePointer<Float>, dy: UnsafePointer<Float>, isMasked: Bool,
    sums: UnsafePointer<Float>, parts: Int, pass: Pass
  ) -> NormalizedGradient {
    kernel.gradient(
      x: x, dy: dy, isMasked: isMasked, saved: vectors(pass.workspace),
      dGamma: gamma.trainedGradient.pointer, dBeta: beta.trainedGradient.pointer, line: line(pass),
      sums: sums, parts: parts, pool: pass.pool)
  }

  private func line(_ pass: Pass) -> UnsafeMutablePointer<Float> {
    pass.workspace[saved] + 5 * pitch
  }
}
