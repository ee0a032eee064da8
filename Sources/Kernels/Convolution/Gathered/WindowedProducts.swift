import CKernels

/// Products over pixels of few channels, such as a stem's, whose rows are read where they lie: the
/// runs of neighbouring output pixels overlap in the copy of x with its border, and to copy each
/// for itself would take a fifth of the time that multiplying takes.
///
/// Sums of the weights' gradient are formed over a fixed number of groups of lines and added in
/// group order.
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
  private var partials: PartialSums {
    PartialSums(count: gather.depth * problem.outChannels, groups: groups)
  }

  /// Elements of scratch memory for the groups' sums.
  var partialCount: Int { Self.givesGradient(gather) ? partials.scratchCount : 0 }

  /// Whether the weights' gradient can be computed this way: rows of dy are read by whole panels.
  static func givesGradient(_ gather: Gather) -> Bool {
    gather.isWindowed && gather.problem.outChannels % PackedMatrix.width == 0
  }

  /// y = epilogue(windows · packed)
  ///
  /// - Parameter source: the copy of x with its border.
  func multiply(
    _ packed: PackedMatrix, source: UnsafePointer<Float>, into result: ProductResult,
    pool: ThreadPool
  ) {
    let (k, rows) = (problem.outChannels, problem.outWidth)
    pool.run(chunks: (lines + linesTogether - 1) / linesTogether) { chunk, _ in
      let lines = lines(chunk)
      let sums = result.columnSums?.part(chunk, of: result.start, columns: 0..<k)
      for line in lines {
        let some = line == lines.lowerBound ? sums : sums?.later
        result.rows(from: line * rows, pitch: k, sums: some).withResult { output in
          ck_multiply_windows(rows, k, gather.windows(line, of: source), packed.start, output)
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
  ///
  /// - Parameters:
  ///   - source: the copy of x with its border.
  ///   - execution: with ``partialCount`` elements of scratch memory.
  func gradient(
    dw: UnsafeMutablePointer<Float>, source: UnsafePointer<Float>, dy: UnsafePointer<Float>,
    in execution: Execution
  ) {
    let (k, rows) = (problem.outChannels, problem.outWidth)
    let partials = partials
    execution.pool.run(chunks: groups) { group, _ in
      let sums = partials.start(of: group, in: execution.scratch, else: dw)
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
    partials.add(to: dw, scratch: execution.scratch, pool: execution.pool)
  }
}
