import CKernels

/// The weights' gradient of a convolution as products over gathered pixels: dw = Σ xᵀ dy, with
/// kernelHeight · kernelWidth · inChannels rows and outChannels columns.
///
/// dw is cut into blocks: some runs, or a piece of one run, by some columns. Where these are few,
/// pixels are cut into groups, each with its own partial sums, which are added up in group order.
/// Cuts depend only on the extents.
struct ProductGradient {
  /// Most rows and columns of a block of dw: what a block is made from stays in the second-level
  /// cache.
  static let blockExtent = 512
  /// Fewest blocks, over all groups, that threads share evenly enough.
  static let enough = 4
  /// Fewest pixels of a group.
  static let leastPixels = 512

  private let problem: ConvolutionProblem
  private let gather: Gather
  /// Runs of a block, or 1 where runs are cut.
  private let runs: Int
  /// Pieces that a run is cut into.
  private let pieces: Int
  /// Blocks side by side.
  private let across: Int
  private let sums: PartialSums

  init(_ problem: ConvolutionProblem) {
    self.problem = problem
    gather = Gather(problem)
    let (segments, length, columns) = (gather.segments, gather.length, problem.outChannels)
    // Smaller blocks where there would be too few to share.
    var extent = Self.blockExtent
    var cut = Self.cut(segments, length, columns, extent: extent)
    while cut.blocks < Self.enough, extent > 256 {
      extent /= 2
      cut = Self.cut(segments, length, columns, extent: extent)
    }
    // Two threads would wait for the odd one of a few blocks.
    let isOdd = cut.blocks % 2 == 1 && cut.blocks > 1 && columns >= extent
    (runs, pieces, across) = (cut.runs, cut.pieces, isOdd ? 2 * cut.across : cut.across)
    let wanted = (Self.enough + cut.blocks - 1) / cut.blocks
    sums = PartialSums(
      count: gather.depth * columns,
      groups: max(1, min(wanted, problem.outPixels / Self.leastPixels)))
  }

  private static func cut(
    _ segments: Int, _ length: Int, _ columns: Int, extent: Int
  ) -> (
    runs: Int, pieces: Int, across: Int, blocks: Int
  ) {
    // A block of one run leaves out the rows where it meets the border.
    let runs = length > 128 ? 1 : min(segments, max(1, extent / length))
    let pieces = (length + extent - 1) / extent
    let across = (columns + extent - 1) / extent
    return (runs, pieces, across, (segments + runs - 1) / runs * pieces * across)
  }

  /// Blocks one below the other.
  private var down: Int { (gather.segments + runs - 1) / runs * pieces }
  private var longestPiece: Int { (gather.length + pieces - 1) / pieces }
  private var widest: Int { (problem.outChannels + across - 1) / across }

  /// Elements of scratch memory for partial sums.
  var partialCount: Int { sums.scratchCount }
  /// Elements of scratch memory of a thread.
  var threadScratch: Int { roundUp(ck_gradient_scratch(runs * longestPiece, widest), 16) }

  /// Overwrites dw.
  ///
  /// - Parameter operands: x is what rows are gathered from, ``Gather/source(_:input:in:)``, and
  ///   its input what is still to happen to it.
  func write(_ operands: WeightGradientOperands, in execution: Execution) {
    let (dw, partials) = (operands.dw.float32, execution.scratch)
    let threads = ThreadScratch(partials + partialCount, count: threadScratch)
    let (blocks, groups) = (down * across, sums.groups)
    execution.pool.run(chunks: groups * blocks) { chunk, thread in
      let (group, index) = chunk.quotientAndRemainder(dividingBy: blocks)
      let pixels =
        group * problem.outPixels / groups..<(group + 1) * problem.outPixels / groups
      let block = block(index)
      let target = sums.start(of: group, in: partials, else: dw)
      if gather.isDense {
        writeDense(block, pixels, to: target, operands, scratch: threads[thread])
      } else {
        writeGathered(block, pixels, to: target, operands, scratch: threads[thread])
      }
    }
    sums.add(to: dw, scratch: partials, pool: execution.pool)
  }

  /// A block of dw: some runs, some channels of each, some columns.
  private struct Block {
    let runs: Range<Int>
    let channels: Range<Int>
    let columns: Range<Int>
  }

  private func block(_ index: Int) -> Block {
    let k = problem.outChannels
    let (i, j) = index.quotientAndRemainder(dividingBy: across)
    let (run, piece) = (i / pieces * runs, i % pieces)
    return Block(
      runs: run..<run + min(runs, gather.segments - run),
      channels: piece * gather.length / pieces..<(piece + 1) * gather.length / pieces,
      columns: j * k / across..<(j + 1) * k / across)
  }

  /// Where a block begins in dw.
  private func start(
    _ block: Block, in dw: UnsafeMutablePointer<Float>
  ) -> UnsafeMutablePointer<Float> {
    let row = block.runs.lowerBound * gather.length + block.channels.lowerBound
    return dw + row * problem.outChannels + block.columns.lowerBound
  }

  /// One block over some pixels, which lie one after the other.
  private func writeDense(
    _ block: Block, _ pixels: Range<Int>, to dw: UnsafeMutablePointer<Float>,
    _ operands: WeightGradientOperands, scratch: UnsafeMutablePointer<Float>
  ) {
    let (c, k, first) = (gather.length, problem.outChannels, block.channels.lowerBound)
    let left = ck_rows.dense(
      operands.x.float32 + pixels.lowerBound * c + first, pitch: c, length: block.channels.count,
      transform: operands.input?.from(first))
    let right = ck_rows.dense(
      operands.dy.float32 + pixels.lowerBound * k + block.columns.lowerBound, pitch: k,
      length: block.columns.count)
    ck_gradient(pixels.count, left, right, start(block, in: dw), k, 0, scratch)
  }

  /// One block over some pixels, whose runs are gathered.
  private func writeGathered(
    _ block: Block, _ pixels: Range<Int>, to dw: UnsafeMutablePointer<Float>,
    _ operands: WeightGradientOperands, scratch: UnsafeMutablePointer<Float>
  ) {
    let (k, dy, x) = (problem.outChannels, operands.dy.float32, operands.x.float32)
    let (to, runCount) = (start(block, in: dw), block.runs.count)
    let transform = operands.input?.from(block.channels.lowerBound)
    // Several blocks of rows, so that one can be fetched while the one before is multiplied.
    let step = 4 * Int(CK_GRADIENT_ROWS)
    var isEmpty = true
    withUnsafeTemporaryAllocation(
      of: UnsafePointer<Float>?.self, capacity: step * (runCount + 1)
    ) { table in
      // left: step × runCount, the runs of x; right: step, the rows of dy
      let (left, right) = (table.baseAddress!, table.baseAddress! + step * runCount)
      for first in stride(from: pixels.lowerBound, to: pixels.upperBound, by: step) {
        let rows = first..<min(first + step, pixels.upperBound)
        let count = gather.withRows(rows, of: x) { starts in
          var count = 0
          for r in 0..<rows.count {
            let row = starts + r * gather.segments + block.runs.lowerBound
            // A tap that meets the border adds nothing.
            if runCount == 1, row[0] == nil { continue }
            for s in 0..<runCount {
              left[count * runCount + s] = row[s].map { $0 + block.channels.lowerBound }
            }
            right[count] = dy + (first + r) * k + block.columns.lowerBound
            count += 1
          }
          return count
        }
        guard count > 0 else { continue }
        ck_gradient(
          count,
          .gathered(
            left, segments: runCount, length: block.channels.count, transform: transform),
          .gathered(right, segments: 1, length: block.columns.count),
          to, k, isEmpty ? 0 : 1, scratch)
        isEmpty = false
      }
    }
    // A tap that meets nothing but the border.
    guard isEmpty else { return }
    for row in 0..<runCount * block.channels.count {
      (to + row * k).update(repeating: 0, count: block.columns.count)
    }
  }
}
