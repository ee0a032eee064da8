import COpenBLAS

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

  /// OpenBLAS computes each product on the thread that asks for it, so that bits do not depend on
  /// the number of threads.
  private static let singleThreaded: Void = openblas_set_num_threads(1)

  /// y = x · Wᵀ + b; overwrites y.
  public func forward(
    y: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>, w: UnsafePointer<Float>,
    b: UnsafePointer<Float>
  ) {
    _ = Self.singleThreaded
    for n in 0..<batch { (y + n * outputs).update(from: b, count: outputs) }
    cblas_sgemm(
      CblasRowMajor, CblasNoTrans, CblasTrans, Int32(batch), Int32(outputs), Int32(inputs), 1, x,
      Int32(inputs), w, Int32(inputs), 1, y, Int32(outputs))
  }

  /// dx = dy · W; overwrites dx.
  public func backwardData(
    dx: UnsafeMutablePointer<Float>, dy: UnsafePointer<Float>, w: UnsafePointer<Float>
  ) {
    _ = Self.singleThreaded
    cblas_sgemm(
      CblasRowMajor, CblasNoTrans, CblasNoTrans, Int32(batch), Int32(inputs), Int32(outputs), 1,
      dy, Int32(outputs), w, Int32(inputs), 0, dx, Int32(inputs))
  }

  /// dw += dyᵀ · x, db += Σ over the batch of dy.
  public func backwardWeights(
    dw: UnsafeMutablePointer<Float>, db: UnsafeMutablePointer<Float>, dy: UnsafePointer<Float>,
    x: UnsafePointer<Float>
  ) {
    _ = Self.singleThreaded
    cblas_sgemm(
      CblasRowMajor, CblasTrans, CblasNoTrans, Int32(outputs), Int32(inputs), Int32(batch), 1, dy,
      Int32(outputs), x, Int32(inputs), 1, dw, Int32(inputs))
    for n in 0..<batch {
      for k in 0..<outputs { db[k] += dy[n * outputs + k] }
    }
  }
}
