extension ConvolutionProblem {
  /// Writes each tap's matrix of weights transposed, out × in channels, to the place among the
  /// taps that `place` gives it.
  func transposeTaps(
    _ w: UnsafePointer<Float>, to turned: UnsafeMutablePointer<Float>,
    pool: ThreadPool, place: (_ tap: Int) -> Int
  ) {
    let (c, k) = (inChannels, outChannels)
    let step = 64
    let parts = (c + step - 1) / step
    pool.run(chunks: kernelHeight * kernelWidth * parts) { chunk, _ in
      let (tap, part) = (chunk / parts, chunk % parts)
      Gemm.transpose(
        rows: part * step..<min((part + 1) * step, c), of: c, columns: k,
        from: w + tap * c * k, to: turned + place(tap) * c * k)
    }
  }
}
