import CKernels

/// A linear layer on a batch of vectors: y = x · Wᵀ + b, W being out × in as in PyTorch.
///
/// Most of the time is spent on reading W, or its gradient, from memory: every pass reads it once,
/// where it lies, and threads share its rows or columns. The result of one vector does not depend
/// on the others of the batch.
public struct LinearKernel: Sendable {
  public let batch: Int
  public let inputs: Int
  public let outputs: Int

  /// A layer on `batch` vectors of `inputs` elements.
  public init(batch: Int, inputs: Int, outputs: Int) {
    (self.batch, self.inputs, self.outputs) = (batch, inputs, outputs)
  }

  /// How yᵀ (outputs × batch), dx (batch × inputs) and dw (outputs × inputs) are cut.
  private var blocks: (y: ProductBlocks, dx: ProductBlocks, dw: ProductBlocks) {
    (
      ProductBlocks(rows: outputs, columns: batch), ProductBlocks(rows: batch, columns: inputs),
      ProductBlocks(rows: outputs, columns: inputs)
    )
  }

  /// Elements of scratch memory of a thread in the forward pass: the product's, then a block of yᵀ.
  private var forwardScratch: Int {
    ProductBlocks.threadScratch + Int(CK_ROWS) * roundUp(batch, 16)
  }
  private var transposedCount: Int { roundUp(outputs * batch, 16) }

  /// Elements of scratch memory of a thread for gradients in such blocks.
  private func gradientScratch(_ blocks: ProductBlocks, columns: Int) -> Int {
    let counts = (0..<blocks.count).map { index in
      ck_gradient_scratch(blocks[index].rows.count, blocks[index].columns(of: columns).count)
    }
    return roundUp(counts.max() ?? 0, 16)
  }

  /// Elements of scratch memory that any pass may use with so many threads.
  public func scratchCount(threads: Int) -> Int {
    let packed = PackedMatrix.count(depth: inputs, columns: batch)
    return max(
      packed + threads * forwardScratch,
      transposedCount + threads * gradientScratch(blocks.dx, columns: inputs),
      threads * gradientScratch(blocks.dw, columns: inputs))
  }

  /// y = x · Wᵀ + b; overwrites y.
  ///
  /// - Parameters:
  ///   - y: batch × outputs.
  ///   - x: batch × inputs.
  ///   - w: outputs × inputs.
  ///   - b: `outputs` elements.
  ///   - scratch: ``scratchCount(threads:)`` elements, aligned to 64 bytes.
  public func forward(
    y: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>, w: UnsafePointer<Float>,
    b: UnsafePointer<Float>, scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    // yᵀ = W · xᵀ, because packing x takes less time than packing W.
    let packed = PackedMatrix(scratch, depth: inputs, columns: batch)
    packed.pack([PackedMatrix.Rows(x, count: inputs)], transposed: true, pool: pool)
    let blocks = blocks.y
    pool.run(chunks: blocks.count) { index, thread in
      let block = blocks[index]
      let thread = packed.end + thread * forwardScratch
      let product = thread + ProductBlocks.threadScratch
      let top = block.rows.lowerBound
      packed.multiply(
        block,
        .dense(
          w + top * inputs, pitch: inputs, length: inputs,
          following: outputs - block.rows.upperBound),
        output: ProductOutput(first: product, pitch: batch), scratch: thread)
      for n in block.columns(of: batch) {
        for k in block.rows { y[n * outputs + k] = product[(k - top) * batch + n] + b[k] }
      }
    }
  }

  /// dx (batch × inputs) = dy (batch × outputs) · W; overwrites dx.
  public func backwardData(
    dx: UnsafeMutablePointer<Float>, dy: UnsafePointer<Float>, w: UnsafePointer<Float>,
    scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    Gemm.transpose(rows: 0..<batch, of: batch, columns: outputs, from: dy, to: scratch)
    let (blocks, threads) = (blocks.dx, scratch + transposedCount)
    let threadScratch = gradientScratch(blocks, columns: inputs)
    pool.run(chunks: blocks.count) { index, thread in
      let (rows, columns) = (blocks[index].rows, blocks[index].columns(of: inputs))
      ck_gradient(
        outputs, Self.columns(rows, of: scratch, pitch: batch),
        Self.columns(columns, of: w, pitch: inputs),
        dx + rows.lowerBound * inputs + columns.lowerBound, inputs, 0,
        threads + thread * threadScratch)
    }
  }

  /// dw += dyᵀ · x, db += Σ over the batch of dy.
  public func backwardWeights(
    dw: UnsafeMutablePointer<Float>, db: UnsafeMutablePointer<Float>, dy: UnsafePointer<Float>,
    x: UnsafePointer<Float>, scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    let blocks = blocks.dw
    let threadScratch = gradientScratch(blocks, columns: inputs)
    pool.run(chunks: blocks.count) { index, thread in
      let (rows, columns) = (blocks[index].rows, blocks[index].columns(of: inputs))
      ck_gradient(
        batch, Self.columns(rows, of: dy, pitch: outputs),
        Self.columns(columns, of: x, pitch: inputs),
        dw + rows.lowerBound * inputs + columns.lowerBound, inputs, 1,
        scratch + thread * threadScratch)
      guard columns.lowerBound == 0 else { return }
      for n in 0..<batch {
        for k in rows { db[k] += dy[n * outputs + k] }
      }
    }
  }

  /// Some columns of a matrix, as products read them.
  private static func columns(
    _ columns: Range<Int>, of matrix: UnsafePointer<Float>, pitch: Int
  ) -> ck_rows {
    .dense(matrix + columns.lowerBound, pitch: pitch, length: columns.count)
  }
}
