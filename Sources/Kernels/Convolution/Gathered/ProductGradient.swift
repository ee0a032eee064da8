import CKernels

/// The weights' gradient of a convolution as products over gathered pixels: dw = Σ xᵀ dy.
///
/// dw is cut into blocks; where these are few, pixels are cut into groups, each with its own
/// partial sums, which are added up in group order. Cuts depend only on the extents.
struct ProductGradient {
  /// Most rows and columns of a block of dw: their pixels stay in the second-level cache.
  static let blockExtent = 512
  /// Blocks and groups that two threads share evenly enough.
  static let enough = 4
  /// Least pixels of a group.
  static let leastPixels = 512

  private let problem: ConvolutionProblem
  private let gather: Gather
  /// Runs of a block, or 1 where runs are cut.
  private let runs: Int
  /// Parts that a run is cut into.
  private let parts: Int
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
    (runs, parts, across) = (cut.runs, cut.parts, isOdd ? 2 * cut.across : cut.across)
    let wanted = (Self.enough + cut.blocks - 1) / cut.blocks
    sums = PartialSums(
      count: gather.depth * columns,
      groups: max(1, min(wanted, problem.outPixels / Self.leastPixels)))
  }

  private static func cut(
    _ segments: Int, _ length: Int, _ columns: Int, extent: Int
  ) -> (
    runs: Int, parts: Int, across: Int, blocks: Int
  ) {
    // A block of one run leaves out the rows where it meets the border.
    let runs = length > 128 ? 1 : min(segments, max(1, extent / length))
    let parts = (length + extent - 1) / extent
    let across = (columns + extent - 1) / extent
    return (runs, parts, across, (segments + runs - 1) / runs * parts * across)
  }

  private var down: Int { (gather.segments + runs - 1) / runs * parts }
  private var longestPart: Int { (gather.length + parts - 1) / parts }
  private var widest: Int { (problem.outChannels + across - 1) / across }

  /// Elements of scratch memory for partial sums.
  var partialCount: Int { sums.scratchCount }
  /// Elements of scratch memory of a thread.
  var threadScratch: Int { roundUp(ck_gradient_scratch(runs * longestPart, widest), 16) }

  func write(
    to dw: UnsafeMutablePointer<Float>, gather: Gather, source: UnsafePointer<Float>,
    transform: InputTransform?, dy: UnsafePointer<Float>, scratch: UnsafeMutablePointer<Float>,
    pool: ThreadPool
  ) {
    let threads = scratch + partialCount
    let (blocks, groups) = (down * across, sums.groups)
    pool.run(chunks: groups * blocks) { chunk, thread in
      let (group, block) = chunk.quotientAndRemainder(dividingBy: blocks)
      let pixels =
        group * problem.outPixels / groups..<(group + 1) * problem.outPixels / groups
      write(
        block, pixels, to: sums.start(of: group, in: scratch, else: dw), source: source,
        transform: transform, dy: dy, scratch: threads + thread * threadScratch)
    }
    sums.add(to: dw, scratch: scratch, pool: pool)
  }

  /// One block of the gradient over some pixels.
  private func write(
    _ block: Int, _ pixels: Range<Int>, to target: UnsafeMutablePointer<Float>,
    source: UnsafePointer<Float>, transform: InputTransform?, dy: UnsafePointer<Float>,
    scratch: UnsafeMutablePointer<Float>
  ) {
    let k = problem.outChannels
    let (i, j) = block.quotientAndRemainder(dividingBy: across)
    let (run, part) = (i / parts * runs, i % parts)
    let runCount = min(runs, gather.segments - run)
    let channels = part * gather.length / parts..<(part + 1) * gather.length / parts
    let columns = j * k / across..<(j + 1) * k / across
    let to = target + (run * gather.length + channels.lowerBound) * k + columns.lowerBound
    if gather.isDense {
      let (left, right) = (gather.length, k)
      let a = ck_rows(
        starts: nil, first: source + pixels.lowerBound * left + channels.lowerBound, pitch: left,
        segments: 1, length: channels.count,
        scale: transform.map { $0.scale + channels.lowerBound },
        shift: transform.map { $0.shift + channels.lowerBound }, following: 0)
      let b = ck_rows(
        starts: nil, first: dy + pixels.lowerBound * right + columns.lowerBound, pitch: right,
        segments: 1, length: columns.count, scale: nil, shift: nil, following: 0)
      ck_gradient(pixels.count, a, b, to, k, 0, scratch)
      return
    }
    // Several blocks of rows, so that one can be fetched while the one before is multiplied.
    let step = 4 * Int(CK_GRADIENT_ROWS)
    var isEmpty = true
    withUnsafeTemporaryAllocation(
      of: UnsafePointer<Float>?.self, capacity: step * (runCount + 1)
    ) { table in
      let (left, right) = (table.baseAddress!, table.baseAddress! + step * runCount)
      for first in stride(from: pixels.lowerBound, to: pixels.upperBound, by: step) {
        let rows = first..<min(first + step, pixels.upperBound)
        let count = gather.withRows(rows, of: source) { starts in
          var count = 0
          for r in 0..<rows.count {
            let row = starts + r * gather.segments + run
            // A tap that meets the border adds nothing.
            if runCount == 1, row[0] == nil { continue }
            for s in 0..<runCount {
              left[count * runCount + s] = row[s].map { $0 + channels.lowerBound }
            }
            right[count] = dy + (first + r) * k + columns.lowerBound
            count += 1
          }
          return count
        }
        guard count > 0 else { continue }
        ck_gradient(
          count,
          ck_rows(
            starts: left, first: nil, pitch: 0, segments: runCount, length: channels.count,
            scale: transform.map { $0.scale + channels.lowerBound },
            shift: transform.map { $0.shift + channels.lowerBound }, following: 0),
          ck_rows(
            starts: right, first: nil, pitch: 0, segments: 1, length: columns.count, scale: nil,
            shift: nil, following: 0),
          to, k, isEmpty ? 0 : 1, scratch)
        isEmpty = false
      }
    }
    // A tap that meets nothing but the border.
    guard isEmpty else { return }
    for row in 0..<runCount * channels.count {
      (to + row * k).update(repeating: 0, count: columns.count)
    }
  }
}
