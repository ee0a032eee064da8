import CKernels

/// Products over thin pixels, such as a stem's, whose rows are read where they lie: the runs of
/// neighbouring output pixels overlap in the bordered copy of x, and copying them takes a fifth as long
/// as multiplying them.
///
/// Sums of the weights' gradient are formed over a fixed number of groups of lines and added in group
/// order.
struct WindowedProducts {
  /// Most groups, enough for the threads to share evenly.
  static let mostGroups = 16

  private let gather: Gather
  private let problem: ConvolutionProblem

  init(_ gather: Gather) { (self.gather, problem) = (gather, gather.problem) }

  /// Lines of output pixels.
  private var lines: Int { problem.batch * problem.outHeight }
  /// Lines whose windows are summed at a time.
  private var linesTogether: Int { max(1, Int(CK_DEPTH) / problem.outWidth) }
  private var groups: Int {
    max(1, min(Self.mostGroups, (lines + linesTogether - 1) / linesTogether))
  }
  private var partial: Int { roundUp(gather.depth * problem.outChannels, 16) }

  /// Elements of scratch memory for the groups' sums.
  var partialCount: Int { Self.givesGradient(gather) ? groups * partial : 0 }

  /// Whether there is no panel that is not full: rows of dy are read by panels.
  static func givesGradient(_ gather: Gather) -> Bool {
    gather.isWindowed && gather.problem.outChannels % PackedMatrix.width == 0
  }

  /// y = epilogue(windows · packed)
  func multiply(
    _ packed: PackedMatrix, y: UnsafeMutablePointer<Float>, source: UnsafePointer<Float>,
    epilogue: ck_epilogue?, sums: ColumnSums?, pool: ThreadPool
  ) {
    let (k, rows) = (problem.outChannels, problem.outWidth)
    let isNonTemporal = problem.outputCount >= PackedMatrix.nonTemporalCount
    pool.run(chunks: (lines + linesTogether - 1) / linesTogether) { chunk, _ in
      let lines = lines(chunk)
      let sums = sums?.part(chunk, of: y, columns: 0..<k)
      epilogue.withPointer { epilogue in
        for line in lines {
          (line == lines.lowerBound ? sums : sums?.later).withPointer { sums in
            ck_multiply_windows(
              rows, k, gather.windows(line, of: source), packed.start,
              ck_result(
                starts: nil, first: y + line * rows * k, pitch: k,
                non_temporal: isNonTemporal ? 1 : 0,
                epilogue: epilogue, sums: sums))
          }
        }
      }
    }
  }

  /// Lines of the result that are computed together.
  private func lines(_ chunk: Int) -> Range<Int> {
    chunk * linesTogether..<min((chunk + 1) * linesTogether, lines)
  }

  /// Their pixels.
  var resultParts: [Int] {
    (0..<(lines + linesTogether - 1) / linesTogether).map { lines($0).count * problem.outWidth }
  }

  /// dw = Σ windowsᵀ · dy
  func gradient(
    dw: UnsafeMutablePointer<Float>, source: UnsafePointer<Float>, dy: UnsafePointer<Float>,
    scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    let (k, rows) = (problem.outChannels, problem.outWidth)
    pool.run(chunks: groups) { group, _ in
      let sums = groups > 1 ? scratch + group * partial : dw
      let end = (group + 1) * lines / groups
      let first = group * lines / groups
      var line = first
      while line < end {
        // The windows of different images are not one distance apart.
        let count = min(end - line, linesTogether, problem.outHeight - line % problem.outHeight)
        let next = line + count
        ck_gradient_windows(
          count, gather.windowLine, rows, k, gather.windows(line, of: source), dy + line * rows * k,
          sums, line > first ? 1 : 0, next + count <= end ? dy + next * rows * k : nil)
        line = next
      }
    }
    guard groups > 1 else { return }
    let chunks = FlatChunks(gather.depth * k)
    pool.run(chunks: chunks.count) { chunk, _ in
      let range = chunks.range(chunk)
      (dw + range.lowerBound).update(from: scratch + range.lowerBound, count: range.count)
      for group in 1..<groups {
        let source = scratch + group * partial
        for i in range { dw[i] += source[i] }
      }
    }
  }
}
