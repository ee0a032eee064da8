import CKernels

/// The gradients: the data's is a product with the weights transposed; ``StrassenGradient`` is the
/// weights'.
extension StrassenConvolution {
  func backwardData(_ operands: DataGradientOperands, in execution: Execution) {
    guard usesStrassen(operands) else {
      gathered.backwardData(operands, in: execution)
      return
    }
    let threads = ThreadScratch(execution.scratch + dataCount, count: dataThreadScratch)
    withDataWork(operands, threads: threads, in: execution) { execution.pool.run($0) }
  }

  var joinsBackward: Bool { StrassenGradient.canCompute(problem) && fusedBackward == nil }

  func backward(
    _ data: DataGradientOperands, _ weights: WeightGradientOperands, in execution: Execution
  ) {
    guard StrassenGradient.canCompute(problem), usesStrassen(data) else {
      backwardWeights(weights, in: execution)
      backwardData(data, in: execution)
      return
    }
    // scratch: what the data's gradient needs, partial sums of dw, each thread's memory
    let gradient = StrassenGradient(problem)
    let partials = execution.scratch + dataCount
    let threads = ThreadScratch(partials + gradient.partialCount, count: joinedThreadScratch)
    let weightWork = gradient.work(weights, partials: partials, threads: threads)
    withDataWork(data, threads: threads, in: execution) {
      execution.pool.run(weightWork, then: $0)
    }
    gradient.end(weights.dw.float32, partials: partials, pool: execution.pool)
  }

  /// Elements of scratch memory for both gradients at the same time.
  func joinedScratchCount(threads: Int) -> Int {
    dataCount + StrassenGradient(problem).partialCount + threads * joinedThreadScratch
  }
  private var joinedThreadScratch: Int {
    max(dataThreadScratch, StrassenGradient(problem).threadScratch)
  }

  /// Whether the data's gradient is computed by Strassen's method: with a stride only where it is
  /// added to what dx holds, so that pixels that meet no output can be left alone.
  private func usesStrassen(_ operands: DataGradientOperands) -> Bool {
    problem.isDense || operands.epilogue.accumulates(operands.dx.float32)
  }

  /// Elements of scratch memory for the data's gradient: what all threads share, and each one's.
  private var dataCount: Int { panelsBack?.formedCount ?? preparedCount }
  private var dataThreadScratch: Int { panelsBack?.threadScratch ?? StrassenFactors.threadScratch }

  /// Calls `body` with the chunks of the data's gradient once the factors that they share are
  /// formed at the beginning of the scratch memory.
  ///
  /// - Parameter threads: ``dataThreadScratch`` elements or more for each.
  private func withDataWork(
    _ operands: DataGradientOperands, threads: ThreadScratch, in execution: Execution,
    body: (PooledWork) -> Void
  ) {
    let (dx, w, epilogue) = (operands.dx.float32, operands.w.float32, operands.epilogue)
    let (scratch, pool) = (execution.scratch, execution.pool)
    let rows = StrassenRows(
      operands.dy.float32, count: problem.outPixels, length: problem.outChannels)
    withPixels(of: dx) { starts in
      var result = ProductResult(
        start: dx, starts: starts, adds: epilogue.accumulates(dx),
        epilogue: epilogue.epilogue(writing: dx)?.relative(to: dx), columnSums: epilogue.sums)
      if let panelsBack {
        panelsBack.form(rows, to: scratch, pool: pool)
        body(
          panelsBack.work(w, transposed: true, formed: scratch, into: result, threads: threads))
        return
      }
      result.isNonTemporal = problem.inputCount >= PackedMatrix.nonTemporalCount
      let factors = StrassenFactors(
        scratch, depth: problem.outChannels, columns: problem.inChannels)
      factors.pack(w, .transposed, pool: pool)
      body(factors.work(rows, into: result, threads: threads))
    }
  }

  /// Calls `body` with the pixels of dx that a stride meets; nil where it meets all.
  private func withPixels(of dx: UnsafeMutablePointer<Float>, body: (ResultStarts?) -> Void) {
    guard !problem.isDense else { return body(nil) }
    Gather(problem).withRows(0..<problem.outPixels, of: dx) { starts in
      starts.withMemoryRebound(
        to: UnsafeMutablePointer<Float>?.self, capacity: problem.outPixels, body)
    }
  }

  /// Fewest weights for which two gradients, the data's by Strassen's method, are faster than one
  /// pass that forms both (measured).
  static let apartWeights = 1 << 18

  /// By Strassen's method where the convolution has more output than input channels; else the
  /// products of the data's gradient are too narrow (measured).
  var fusedBackward: DenseBackward? {
    guard problem.weightCount < Self.apartWeights else { return nil }
    let widens = problem.outChannels > problem.inChannels
    return DenseBackward(problem, byStrassen: widens && problem.outChannels <= Int(CK_DEPTH))
  }

  func backwardWeights(_ operands: WeightGradientOperands, in execution: Execution) {
    guard StrassenGradient.canCompute(problem) else {
      gathered.backwardWeights(operands, in: execution)
      return
    }
    StrassenGradient(problem).write(operands, in: execution)
  }
}
