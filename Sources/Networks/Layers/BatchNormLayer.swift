import Kernels
import Tensors

/// Batch normalisation over batch, height and width; the arithmetic is in `BatchNormKernel`.
///
/// As PyTorch: the biased variance normalises, the unbiased one goes into the running average
/// (momentum 0.1), ε = 1e-5. In the evaluation phase the running averages normalise.
package final class BatchNormLayer: Layer {
  static let epsilon = 1e-5
  static let momentum = 0.1

  package let path: String
  let gamma: Parameter
  let beta: Parameter
  let runningMean: Parameter
  let runningVariance: Parameter
  private let channels: Int
  private(set) var kernel = BatchNormKernel(rows: 0, channels: 0)
  private var pitch: Int { BatchNormKernel.pitch(channels) }
  private var saved: WorkspacePlan.Slot?
  private var scratch: WorkspacePlan.Slot?

  /// A normalisation of so many channels.
  package init(_ path: String, channels: Int) {
    (self.path, self.channels) = (path, channels)
    func vector(_ name: String, _ kind: Parameter.Kind, _ value: Float) -> Parameter {
      Parameter(
        "\(path).\(name)", [channels], part: .trunk, kind: kind, initial: .constant(value))
    }
    gamma = vector("weight", .normScale, 1)
    beta = vector("bias", .normShift, 0)
    runningMean = vector("running_mean", .buffer, 0)
    runningVariance = vector("running_var", .buffer, 1)
  }

  package var parameters: [Parameter] { [gamma, beta, runningMean, runningVariance] }

  /// Fixes the extents and reserves what a forward pass leaves for the backward pass.
  func prepare(for src: Shape, in plan: inout WorkspacePlan) throws(ShapeError) {
    guard src.pixels > 1, src.c == channels else {
      throw ShapeError(
        "\(path): batch normalisation of \(channels) channels cannot take \(src): it needs at "
          + "least two numbers per channel. Use a larger batch or larger images.")
    }
    kernel = BatchNormKernel(rows: src.pixels, channels: channels)
    saved = plan.reserve(
      5 * pitch + kernel.lineCount, for: .untilBackward, label: "\(path) statistics")
  }

  /// Elements of scratch memory for any pass.
  var scratchCount: Int { kernel.scratchCount }

  /// Mean, 1/√(σ²+ε), A, B and the variance of the last forward pass, then its gradient's line.
  func vectors(_ workspace: Workspace) -> BatchNormKernel.Saved {
    let start = workspace[saved!]
    return BatchNormKernel.Saved(
      mean: start, reciprocal: start + pitch, scale: start + 2 * pitch, shift: start + 3 * pitch)
  }

  /// Finds the statistics that normalise x and, while training, moves the running averages.
  ///
  /// - Parameter found: sums over parts of x that a convolution has formed; without them x is read.
  func observe(
    _ x: UnsafePointer<Float>, found: (sums: UnsafePointer<Float>, parts: [Int])? = nil,
    scratch: UnsafeMutablePointer<Float>, pass: Pass
  ) -> BatchNormKernel.Saved {
    let mean = pass.workspace[saved!]
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

  /// 1/√(σ²+ε), A and B of a channel.
  @inline(__always)
  private static func affine(
    gamma: Float, beta: Float, mean: Float, variance: Float
  ) -> (reciprocal: Double, scale: Float, shift: Float) {
    let r = 1 / (Double(variance) + epsilon).squareRoot()
    let a = Float(Double(gamma) * r)
    return (r, a, Float(Double(beta) - Double(mean) * Double(a)))
  }

  /// A and B of the normalisation by running averages.
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

  /// Moves the running averages towards a batch's.
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

  /// Overwrites the gradients of scale and shift; returns what x's gradient is computed from.
  func gradient(
    x: UnsafeMutablePointer<Float>, dy: UnsafeMutablePointer<Float>, mask: BatchNormKernel.Mask,
    scratch: UnsafeMutablePointer<Float>, pass: Pass
  ) -> NormalizedGradient {
    kernel.gradient(
      x: x, dy: dy, mask: mask, saved: vectors(pass.workspace), dGamma: gamma.gradient!.pointer,
      dBeta: beta.gradient!.pointer, line: pass.workspace[saved!] + 5 * pitch, scratch: scratch,
      pool: pass.pool)
  }

  /// The same where dy comes from a max-pool of the normalised x.
  func gradient(
    x: UnsafeMutablePointer<Float>, dy: PooledGradient, scratch: UnsafeMutablePointer<Float>,
    pass: Pass
  ) -> GradientLines {
    kernel.gradient(
      x: x, dy: dy, saved: vectors(pass.workspace), dGamma: gamma.gradient!.pointer,
      dBeta: beta.gradient!.pointer, line: pass.workspace[saved!] + 5 * pitch, scratch: scratch,
      pool: pass.pool)
  }

  /// What a convolution sums while it writes dy, the gradient of the normalised x; where that was
  /// rectified at once, `isMasked`.
  func sums(
    at start: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>, isMasked: Bool, pass: Pass
  ) -> ColumnSums {
    .gradient(
      start, x: x, saved: vectors(pass.workspace), channels: channels, isMasked: isMasked)
  }

  /// The same from such sums.
  func gradient(
    x: UnsafeMutablePointer<Float>, dy: UnsafePointer<Float>, isMasked: Bool,
    sums: UnsafePointer<Float>, parts: Int, pass: Pass
  ) -> NormalizedGradient {
    kernel.gradient(
      x: x, dy: dy, isMasked: isMasked, saved: vectors(pass.workspace),
      dGamma: gamma.gradient!.pointer, dBeta: beta.gradient!.pointer,
      line: pass.workspace[saved!] + 5 * pitch, sums: sums, parts: parts, pool: pass.pool)
  }

  package func plan(
    for src: Shape, in plan: inout WorkspacePlan, threads: Int
  ) throws(ShapeError) -> Shape {
    try prepare(for: src, in: &plan)
    scratch = plan.reserve(scratchCount, for: .call, label: "\(path) scratch")
    return src
  }

  package func forward(_ src: TensorView, into dst: MutableTensorView, pass: Pass) {
    let found = observe(src.pointer, scratch: pass.workspace[scratch!], pass: pass)
    kernel.apply(
      y: dst.pointer, x: src.pointer, scale: found.scale, shift: found.shift, relu: false,
      pool: pass.pool)
  }

  package func backward(
    _ dDst: MutableTensorView, src: TensorView, dst: TensorView, into dSrc: MutableTensorView?,
    pass: Pass
  ) {
    guard let dSrc else { preconditionFailure("\(path): a normalisation needs dSrc") }
    dSrc.pointer.update(from: src.pointer, count: src.count)
    let found = gradient(
      x: dSrc.pointer, dy: dDst.pointer, mask: .none, scratch: pass.workspace[scratch!],
      pass: pass)
    kernel.apply(found, pool: pass.pool)
  }
}
