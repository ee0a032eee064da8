/// A linear layer on a batch of vectors: y = x · Wᵀ + b, W being out × in as in PyTorch.
///
/// One product of matrices on the calling thread: a head is a thousandth of a network's work.
public struct LinearKernel: Sendable {
  public let batch: Int
  public let inputs: Int
  public let outputs: Int

  /// A layer on `batch` vectors of `inputs` numbers.
  public init(batch: Int, inputs: Int, outputs: Int) {
    (self.batch, self.inputs, self.outputs) = (batch, inputs, outputs)
  }

  /// y = x · Wᵀ + b; overwrites y.
  public func forward(
    y: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>, w: UnsafePointer<Float>,
    b: UnsafePointer<Float>
  ) {
    for n in 0..<batch { (y + n * outputs).update(from: b, count: outputs) }
    Gemm.multiplyTransposedB(
      m: batch, n: outputs, k: inputs, a: x, lda: inputs, b: w, ldb: inputs, beta: 1, c: y,
      ldc: outputs)
  }

  /// dx = dy · W; overwrites dx.
  public func backwardData(
    dx: UnsafeMutablePointer<Float>, dy: UnsafePointer<Float>, w: UnsafePointer<Float>
  ) {
    Gemm.multiply(
      m: batch, n: inputs, k: outputs, a: dy, lda: outputs, b: w, ldb: inputs, c: dx, ldc: inputs)
  }

  /// dw += dyᵀ · x, db += Σ over the batch of dy.
  public func backwardWeights(
    dw: UnsafeMutablePointer<Float>, db: UnsafeMutablePointer<Float>, dy: UnsafePointer<Float>,
    x: UnsafePointer<Float>
  ) {
    Gemm.multiplyTransposedA(
      m: outputs, n: inputs, k: batch, a: dy, lda: outputs, b: x, ldb: inputs, beta: 1, c: dw,
      ldc: inputs)
    for n in 0..<batch {
      for k in 0..<outputs { db[k] += dy[n * outputs + k] }
    }
  }
}
