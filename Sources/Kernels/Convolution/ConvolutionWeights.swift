extension ConvolutionProblem {
  /// Transposes every tap's matrix of weights.
  ///
  /// - Parameters:
  ///   - w: taps × (inChannels × outChannels).
  ///   - turned: taps × (outChannels × inChannels), which are overwritten.
  ///   - place: the tap's index in `turned`.
  func transposeTaps(
    _ w: UnsafePointer<Float>, to turned: UnsafeMutablePointer<Float>,
    pool: ThreadPool, place: (_ tap: Int) -> Int
  ) {
    let (c, k) = (inChannels, outChannels)
    let step = 64
    let blocks = (c + step - 1) / step
    pool.run(chunks: kernelHeight * kernelWidth * blocks) { chunk, _ in
      let (tap, block) = (chunk / blocks, chunk % blocks)
      Gemm.transpose(
        rows: block * step..<min((block + 1) * step, c), of: c, columns: k,
        from: w + tap * c * k, to: turned + place(tap) * c * k)
    }
  }
}
