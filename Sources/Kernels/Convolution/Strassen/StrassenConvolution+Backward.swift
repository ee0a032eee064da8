import CKernels

/// The gradients: the data's is a product with the weights transposed, ``StrassenGradient`` is the weights'.
extension StrassenConvolution {
  func backwardData(
    dx: UnsafeMutablePointer<Float>, dy: UnsafePointer<Float>, w: UnsafePointer<Float>,
    epilogue: GradientEpilogue, scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    guard usesStrassen(epilogue, dx) else {
      gathered.backwardData(
        dx: dx, dy: dy, w: w, epilogue: epilogue, scratch: scratch, pool: pool)
      return
    }
    withDataWork(
      dx: dx, dy: dy, w: w, epilogue: epilogue, scratch: scratch, threads: scratch + dataCount,
      pitch: dataThreadScratch, pool: pool
    ) { pool.run($0) }
  }

  var joinsBackward: Bool { StrassenGradient.canCompute(problem) && fusedBackward == nil }

  func backward(
    dx: UnsafeMutablePointer<Float>, dw: UnsafeMutablePointer<Float>, dy: UnsafePointer<Float>,
    x: UnsafePointer<Float>, input: InputTransform?, w: UnsafePointer<Float>,
    epilogue: GradientEpilogue, scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    guard StrassenGradient.canCompute(problem), usesStrassen(epilogue, dx) else {
      backwardWeights(dw: dw, dy: dy, x: x, input: input, scratch: scratch, pool: pool)
      backwardData(dx: dx, dy: dy, w: w, epilogue: epilogue, scratch: scratch, pool: pool)
      return
    }
    let gradient = StrassenGradient(problem)
    let partials = scratch + dataCount
    let (threads, pitch) = (partials + gradient.partialCount, joinedThreadScratch)
    let weights = gradient.work(
      to: dw, dy: dy, x: x, input: input, partials: partials, threads: threads, pitch: pitch)
    withDataWork(
      dx: dx, dy: dy, w: w, epilogue: epilogue, scratch: scratch, threads: threads, pitch: pitch,
      pool: pool
    ) { pool.run(weights, then: $0) }
    gradient.end(dw, partials: partials, pool: pool)
  }

  /// Elements of scratch memory for both gradients at the same time.
  func joinedScratchCount(threads: Int) -> Int {
    dataCount + StrassenGradient(problem).partialCount + threads * joinedThreadScratch
  }
  private var joinedThreadScratch: Int {
    max(dataThreadScratch, StrassenGradient(problem).threadScratch)
  }

  /// Whether the data's gradient does: most pixels that a stride leaves alone are zeros to be written.
  private func usesStrassen(_ epilogue: GradientEpilogue, _ dx: UnsafePointer<Float>) -> Bool {
    problem.isDense || epilogue.accumulates(dx)
  }

  /// Elements of scratch memory for the data's gradient, all threads' and each one's.
  private var dataCount: Int { panelsBack?.formedCount ?? preparedCount }
  private var dataThreadScratch: Int { panelsBack?.threadScratch ?? StrassenFactors.threadScratch }

  /// Calls `body` with the chunks of the data's gradient when what they have in common is prepared.
  ///
  /// - Parameters:
  ///   - scratch: ``dataCount`` elements.
  ///   - threads: each thread's scratch memory, ``dataThreadScratch`` elements or more, `pitch` apart.
  private func withDataWork(
    dx: UnsafeMutablePointer<Float>, dy: UnsafePointer<Float>, w: UnsafePointer<Float>,
    epilogue: GradientEpilogue, scratch: UnsafeMutablePointer<Float>,
    threads: UnsafeMutablePointer<Float>, pitch: Int, pool: ThreadPool, body: (PooledWork) -> Void
  ) {
    let (adds, sums) = (epilogue.accumulates(dx), epilogue.sums)
    let epilogue = epilogue.epilogue(dx)?.loop(dx)
    func withRows(_ rows: Range<Int>, body: (StrassenFactors.Rows) -> Void) {
      body(.dense(dy + rows.lowerBound * problem.outChannels))
    }
    withPixels(of: dx) { starts in
      if let panelsBack {
        panelsBack.form(to: scratch, transform: nil, residual: nil, pool: pool, withRows: withRows)
        body(
          panelsBack.work(
            w, transposed: true, formed: scratch, into: dx, starts: starts, adds: adds,
            epilogue: epilogue, sums: sums, threads: threads, pitch: pitch))
        return
      }
      let factors = StrassenFactors(
        scratch, depth: problem.outChannels, columns: problem.inChannels)
      factors.pack(w, .transposed, pool: pool)
      body(
        work(
          factors, into: dx, starts: starts,
          isNonTemporal: problem.inputCount >= PackedMatrix.nonTemporalCount, transform: nil,
          adds: adds,
          epilogue: epilogue, sums: sums, threads: threads, pitch: pitch, withRows: withRows))
    }
  }

  /// Calls `body` with the pixels of dx that a stride meets; nil where it meets all.
  private func withPixels(
    of dx: UnsafeMutablePointer<Float>, body: (StrassenFactors.ResultStarts?) -> Void
  ) {
    guard !problem.isDense else { return body(nil) }
    Gather(problem).withRows(0..<problem.outPixels, of: dx) { starts in
      starts.withMemoryRebound(
        to: UnsafeMutablePointer<Float>?.self, capacity: problem.outPixels, body)
    }
  }

  /// Weights from which on a gradient of the data by quarters is faster than one that is formed together
  /// with the weights' (measured).
  static let apartWeights = 1 << 18

  /// By quarters where a convolution widens: else the data's products are short (measured).
  var fusedBackward: DenseBackward? {
    guard problem.weightCount < Self.apartWeights else { return nil }
    let widens = problem.outChannels > problem.inChannels
    return DenseBackward(problem, byStrassen: widens && problem.outChannels <= Int(CK_DEPTH))
  }

  func backwardWeights(
    dw: UnsafeMutablePointer<Float>, dy: UnsafePointer<Float>, x: UnsafePointer<Float>,
    input: InputTransform?, scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    guard StrassenGradient.canCompute(problem) else {
      gathered.backwardWeights(
        dw: dw, dy: dy, x: x, input: input, scratch: scratch, pool: pool)
      return
    }
    StrassenGradient(problem).write(
      to: dw, dy: dy, x: x, input: input, scratch: scratch, pool: pool)
  }
}
