import CKernels

/// A network's first convolution, 7×7 with stride 2 and padding 3 over images of three colours, by
/// Winograd's F(3×3, 7×7).
///
/// Along an axis the outputs are the sum of two convolutions of stride 1: of every other pixel with
/// the taps 0, 2, 4, 6, and of the pixels between them with 1, 3, 5. Both are polynomials' values
/// at the points 0, ±5/8, ±3/2 and, the first, at ∞ (``WinogradTransform``): three outputs take 6 +
/// 5 products in place of 21, nine outputs 121 in place of 441 for each colour. Sums over phases
/// and colours are at most twelve products long, so the products of a tile are transformed back
/// along the rows while they are in registers.
///
/// Winograd 1980; phases as in ``WinogradConvolution`` with a stride.
struct StemConvolution: PreparedForward, ResultSummingKernel, LineReadingKernel {
  let name = ConvolutionKernelName.winogradStem
  let problem: ConvolutionProblem

  /// Fewest tiles whose V and D are formed before they are multiplied for the weights' gradient, if
  /// an image has so many; they stay in a second-level cache.
  private static let tilesTogether = 30
  /// Most groups of the weights' gradient, enough for the threads to share evenly.
  private static let mostGroups = 16
  /// Outputs along a side of a tile.
  private static let tile = 3
  /// Points of a tile: the elements of its D for each channel.
  private static let points = 36

  static var policies: Set<ConvolutionPolicy> { [.fastest] }

  static func accepting(_ problem: ConvolutionProblem, isPrepared: Bool) -> Self? {
    variants(for: problem).first
  }

  static func variants(for p: ConvolutionProblem) -> [Self] {
    guard p.kernelHeight == 7, p.kernelWidth == 7, p.stride == 2, p.padding == 3,
      p.inChannels == 3, p.outChannels > 0, p.outChannels % 32 == 0, p.batch > 0, p.height > 0,
      p.width > 0
    else { return [] }
    return [Self(problem: p)]
  }

  private var stem: ck_stem {
    ck_stem(height: problem.height, width: problem.width, channels: problem.outChannels)
  }

  /// Tiles of a row, rows of tiles of an image, and of all.
  private var across: Int { (problem.outWidth + Self.tile - 1) / Self.tile }
  private var down: Int { (problem.outHeight + Self.tile - 1) / Self.tile }
  private var rows: Int { problem.batch * down }
  /// Rows of tiles that are computed together, never of two images.
  private var rowsTogether: Int { min(down, (Self.tilesTogether + across - 1) / across) }

  /// Elements of V of the rows that are computed together, and of the memory that it is made in.
  private var countV: Int { rowsTogether * across * Int(CK_STEM_SPREAD) }
  private var countLine: Int { roundUp(ck_stem_scratch(stem), 16) }
  /// Elements of a point's D of such rows; one cache line more, so that points do not fall on the
  /// same sets of a cache.
  private var plane: Int { rowsTogether * across * problem.outChannels + 16 }

  /// Elements of an output line, and of what a thread of the weights' gradient needs.
  private var outputLine: Int { problem.outWidth * problem.outChannels }
  private var gradientPerThreadCount: Int {
    countLine + countV + Self.points * plane + Self.tile * outputLine
  }

  var preparedCount: Int { roundUp(Int(CK_STEM_SUMS) * problem.outChannels, 16) }

  private var partials: PartialSums {
    PartialSums(count: preparedCount, groups: min(Self.mostGroups, chunks.count))
  }

  func scratchCount(threads: Int) -> Int {
    max(
      preparedCount + preparedScratchCount(threads: threads),
      preparedCount + partials.scratchCount + threads * gradientPerThreadCount,
      GatheredConvolution(problem).scratchCount(threads: threads))
  }

  func preparedScratchCount(threads: Int) -> Int { threads * (countLine + countV) }

  func prepare(
    to prepared: UnsafeMutablePointer<Float>, w: UnsafePointer<Float>, pool: ThreadPool
  ) {
    ck_stem_filter(problem.outChannels, w, prepared)
  }

  /// The rows of tiles that are computed together, numbered image by image.
  private var chunks: [Range<Int>] {
    (0..<problem.batch).flatMap { image in
      stride(from: 0, to: down, by: rowsTogether).map {
        image * down + $0..<image * down + min($0 + rowsTogether, down)
      }
    }
  }

  var resultParts: [Int] {
    chunks.map { rows in
      let first = rows.lowerBound % down
      let end = min(Self.tile * (first + rows.count), problem.outHeight)
      return (end - Self.tile * first) * problem.outWidth
    }
  }

  func forwardPrepared(_ operands: ForwardOperands, in execution: Execution) {
    let (x, y, u) = (operands.x.float32, operands.y.float32, operands.w.float32)
    let chunks = chunks
    let threads = ThreadScratch(execution.scratch, count: countLine + countV)
    let (epilogue, columnSums) = (operands.epilogue?.relative(to: y), operands.sums(problem))
    let isNonTemporal: Int32 = problem.outputCount >= PackedMatrix.nonTemporalCount ? 1 : 0
    execution.pool.run(chunks: chunks.count) { chunk, thread in
      let line = threads[thread]
      let v = line + countLine
      let rows = chunks[chunk]
      let sums = columnSums?.part(chunk, of: y, columns: 0..<problem.outChannels)
      epilogue.withPointer { epilogue in
        for row in rows {
          let place = readInput(row, x: x, input: operands.input, v: v, line: line)
          (row == rows.lowerBound ? sums : sums?.later).withPointer { sums in
            ck_stem_multiply(
              stem, place.row, v, u, y + place.image * problem.outHeight * outputLine, epilogue,
              sums, isNonTemporal)
          }
        }
      }
    }
  }

  /// A row of tiles of an image.
  private typealias Place = (image: Int, row: Int)

  /// V of a row of tiles; returns where the row is.
  private func readInput(
    _ row: Int, x: UnsafePointer<Float>, input: InputTransform?, v: UnsafeMutablePointer<Float>,
    line: UnsafeMutablePointer<Float>
  ) -> Place {
    let (image, row) = row.quotientAndRemainder(dividingBy: down)
    ck_stem_input(
      stem, x + image * problem.height * problem.width * problem.inChannels, row, input?.scale,
      input?.shift, v, line)
    return (image, row)
  }

  func backwardData(_ operands: DataGradientOperands, in execution: Execution) {
    GatheredConvolution(problem).backwardData(operands, in: execution)
  }

  func backwardWeights(_ operands: WeightGradientOperands, in execution: Execution) {
    let (dy, image) = (operands.dy.float32, problem.outHeight * outputLine)
    formGradient(operands.dw.float32, operands.x.float32, operands.input, in: execution) {
      place, _, _ in dy + place.image * image + place.row * Self.tile * outputLine
    }
  }

  func backwardWeights(_ operands: LineGradientOperands, in execution: Execution) {
    formGradient(operands.dw.float32, operands.x.float32, operands.input, in: execution) {
      place, count, own in
      for line in 0..<count {
        operands.lines.form(place.image, place.row * Self.tile + line, to: own + line * outputLine)
      }
      return UnsafePointer(own)
    }
  }

  /// Overwrites dw.
  ///
  /// - Parameter dy: says where the output lines of a row of tiles are, and may form them in `own`,
  ///   a thread's own memory for `tile` lines.
  private func formGradient(
    _ dw: UnsafeMutablePointer<Float>, _ x: UnsafePointer<Float>, _ input: InputTransform?,
    in execution: Execution,
    dy: (_ place: Place, _ lines: Int, _ own: UnsafeMutablePointer<Float>) -> UnsafePointer<Float>
  ) {
    let (chunks, partials, k) = (chunks, partials, problem.outChannels)
    // scratch: dU; each group's sums for it; each thread's line, V, D and output lines
    let du = execution.scratch
    let sums = du + preparedCount
    let threads = ThreadScratch(sums + partials.scratchCount, count: gradientPerThreadCount)
    execution.pool.run(chunks: partials.groups) { group, thread in
      let line = threads[thread]
      let v = line + countLine
      let d = v + countV
      let made = d + Self.points * plane
      let own = partials.start(of: group, in: sums, else: du)
      let first = group * chunks.count / partials.groups
      for chunk in first..<(group + 1) * chunks.count / partials.groups {
        // V and D of the tiles of a chunk, then dU += Vᵀ D at every point.
        let rows = chunks[chunk]
        for (index, row) in rows.enumerated() {
          let place = readInput(
            row, x: x, input: input, v: v + index * across * Int(CK_STEM_SPREAD), line: line)
          let lines = min(Self.tile, problem.outHeight - place.row * Self.tile)
          ck_stem_gradient_input(
            stem, dy(place, lines, made), lines, d + index * across * k, plane)
        }
        ck_stem_gradient(rows.count * across, k, v, d, plane, own, chunk > first ? 1 : 0)
      }
    }
    partials.add(to: du, scratch: sums, pool: execution.pool)
    ck_stem_filter_gradient(k, du, dw)
  }
}
