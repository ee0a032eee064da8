/// The patches under the kernel as rows of a matrix: pixels × (kernel height · width · channels).
///
/// In NHWC memory one kernel row of a patch is one run of kernelWidth · channels numbers.
struct Im2col {
  let problem: ConvolutionProblem

  /// Numbers in one patch.
  var depth: Int { problem.kernelHeight * problem.kernelWidth * problem.inChannels }

  /// Writes the patches of the output pixels `pixels`, the first one at `patches`.
  func pack(
    _ pixels: Range<Int>, x: UnsafePointer<Float>, patches: UnsafeMutablePointer<Float>
  ) {
    var target = patches
    forEachPatch(pixels) { row, inside, before in
      let (c, run) = (problem.inChannels, problem.kernelWidth * problem.inChannels)
      if row < 0 || inside.isEmpty {
        target.update(repeating: 0, count: run)
      } else {
        target.update(repeating: 0, count: before * c)
        (target + before * c).update(
          from: x + (row + inside.lowerBound) * c, count: inside.count * c)
        let done = (before + inside.count) * c
        (target + done).update(repeating: 0, count: run - done)
      }
      target += run
    }
  }

  /// Adds the gradients of the patches of `pixels` to the pixels they were read from.
  func unpack(
    _ pixels: Range<Int>, patches: UnsafePointer<Float>, dx: UnsafeMutablePointer<Float>
  ) {
    var source = patches
    forEachPatch(pixels) { row, inside, before in
      let c = problem.inChannels
      if row >= 0 && !inside.isEmpty {
        let (from, to) = (source + before * c, dx + (row + inside.lowerBound) * c)
        for i in 0..<inside.count * c { to[i] += from[i] }
      }
      source += problem.kernelWidth * c
    }
  }

  /// Visits every kernel row of every patch: the first pixel of the image row it reads (negative
  /// outside the image), the columns it reads, and the taps left of the image.
  @inline(__always)
  private func forEachPatch(
    _ pixels: Range<Int>, _ body: (_ row: Int, _ inside: Range<Int>, _ before: Int) -> Void
  ) {
    let p = problem
    let (oh, ow) = (p.outHeight, p.outWidth)
    for pixel in pixels {
      let (n, place) = pixel.quotientAndRemainder(dividingBy: oh * ow)
      let (oy, ox) = place.quotientAndRemainder(dividingBy: ow)
      let left = ox * p.stride - p.padding
      let first = min(max(left, 0), p.width)
      let inside = first..<max(first, min(left + p.kernelWidth, p.width))
      for r in 0..<p.kernelHeight {
        let iy = oy * p.stride + r - p.padding
        let row = iy >= 0 && iy < p.height ? (n * p.height + iy) * p.width : -1
        body(row, inside, first - left)
      }
    }
  }
}
