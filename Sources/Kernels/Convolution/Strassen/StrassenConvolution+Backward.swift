import CKernels

/// The gradients: the data's is a product with the weights transposed, ``StrassenGradient`` is the weights'.
extension StrassenConvolution {
  func backwardData(
    dx: UnsafeMutablePointer<Float>, dy: UnsafePointer<Float>, w: UnsafePointer<Float>,
    finish: GradientFinish, scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    guard goesByQuarters(finish, dx) else {
      gathered.backwardData(
        dx: dx, dy: dy, w: w, finish: finish, scratch: scratch, pool: pool)
      return
    }
    withDataWork(
      dx: dx, dy: dy, w: w, finish: finish, scratch: scratch, lanes: scratch + dataCount,
      pitch: dataLaneScratch, pool: pool
    ) { pool.run($0) }
  }

  var joinsBackward: Bool { StrassenGradient.canCompute(problem) && fusedBackward == nil }

  func backward(
    dx: UnsafeMutablePointer<Float>, dw: UnsafeMutablePointer<Float>, dy: UnsafePointer<Float>,
    x: UnsafePointer<Float>, input: InputTransform?, w: UnsafePointer<Float>,
    finish: GradientFinish, scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    guard StrassenGradient.canCompute(problem), goesByQuarters(finish, dx) else {
      backwardWeights(dw: dw, dy: dy, x: x, input: input, scratch: scratch, pool: pool)
      backwardData(dx: dx, dy: dy, w: w, finish: finish, scratch: scratch, pool: pool)
      return
    }
    let gradient = StrassenGradient(problem)
    let partials = scratch + dataCount
    let (lanes, pitch) = (partials + gradient.partialCount, joinedLaneScratch)
    let weights = gradient.work(
      to: dw, dy: dy, x: x, input: input, partials: partials, lanes: lanes, pitch: pitch)
    withDataWork(
      dx: dx, dy: dy, w: w, finish: finish, scratch: scratch, lanes: lanes, pitch: pitch,
      pool: pool
    ) { pool.run(weights, then: $0) }
    gradient.end(dw, partials: partials, pool: pool)
  }

  /// Numbers of scratch memory for both gradients at the same time.
  func joinedScratchCount(threads: Int) -> Int {
    dataCount + StrassenGradient(problem).partialCount + threads * joinedLaneScratch
  }
  private var joinedLaneScratch: Int {
    max(dataLaneScratch, StrassenGradient(problem).laneScratch)
  }

  /// Whether the data's gradient does: most pixels that a stride leaves alone are zeros to be written.
  private func goesByQuarters(_ finish: GradientFinish, _ dx: UnsafePointer<Float>) -> Bool {
    problem.isDense || finish.accumulates(dx)
  }

  /// Numbers of scratch memory for the data's gradient, all lanes' and each one's.
  private var dataCount: Int { panelsBack?.formedCount ?? preparedCount }
  private var dataLaneScratch: Int { panelsBack?.laneScratch ?? StrassenFactors.laneScratch }

  /// Calls `body` with the chunks of the data's gradient when what they have in common is prepared.
  ///
  /// - Parameters:
  ///   - scratch: ``dataCount`` numbers.
  ///   - lanes: each lane's scratch memory, ``dataLaneScratch`` numbers or more, `pitch` apart.
  private func withDataWork(
    dx: UnsafeMutablePointer<Float>, dy: UnsafePointer<Float>, w: UnsafePointer<Float>,
    finish: GradientFinish, scratch: UnsafeMutablePointer<Float>,
    lanes: UnsafeMutablePointer<Float>, pitch: Int, pool: ThreadPool, body: (PooledWork) -> Void
  ) {
    let (adds, sums) = (finish.accumulates(dx), finish.sums)
    let finish = finish.finish(dx)?.loop(dx)
    func withRows(_ rows: Range<Int>, body: (StrassenFactors.Rows) -> Void) {
      body(.dense(dy + rows.lowerBound * problem.outChannels))
    }
    withPixels(of: dx) { starts in
      if let panelsBack {
        panelsBack.form(to: scratch, transform: nil, residual: nil, pool: pool, withRows: withRows)
        body(
          panelsBack.work(
            w, transposed: true, formed: scratch, into: dx, starts: starts, adds: adds,
            finish: finish, sums: sums, lanes: lanes, pitch: pitch))
        return
      }
      let factors = StrassenFactors(
        scratch, depth: problem.outChannels, columns: problem.inChannels)
      factors.pack(w, .transposed, pool: pool)
      body(
        work(
          factors, into: dx, starts: starts,
          streams: problem.inputCount >= PackedMatrix.streamedCount, transform: nil, adds: adds,
          finish: finish, sums: sums, lanes: lanes, pitch: pitch, withRows: withRows))
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
    return DenseBackward(problem, byQuarters: widens && problem.outChannels <= Int(CK_DEPTH))
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
