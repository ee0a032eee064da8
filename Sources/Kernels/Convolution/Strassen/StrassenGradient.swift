import CKernels

/// The weights' gradient of a 1×1 convolution, dw (inChannels × outChannels) = Σ xᵀ dy over pixels,
/// by Strassen's method, as in ``StrassenConvolution``: even and odd pixels are the halves that are
/// summed over.
///
/// dw is cut into blocks, each of which is cut into quadrants. Where blocks are few, pixels are cut
/// into groups, each with its own partial sums, which are added up in group order. Cuts depend only
/// on the extents.
struct StrassenGradient {
  /// Most rows of a block of dw: the factors of so many channels of x stay in the second-level
  /// cache.
  static let mostRows = 256
  /// Most columns of a block.
  static let mostColumns = 1024
  /// Fewest columns of a block where dw is cut into more blocks than the extents demand, since
  /// every block side by side forms the factors of its rows once more.
  static let leastColumns = 128
  /// Fewest blocks, over all groups, that threads share evenly enough.
  static let enough = 4
  /// Fewest pixels of a group.
  static let leastPixels = 512

  private let problem: ConvolutionProblem
  /// Blocks one below the other, and side by side.
  private let down: Int
  private let across: Int
  private let sums: PartialSums

  init(_ problem: ConvolutionProblem) {
    self.problem = problem
    let (c, k) = (problem.inChannels, problem.outChannels)
    let down = (c + Self.mostRows - 1) / Self.mostRows
    var across = (k + Self.mostColumns - 1) / Self.mostColumns
    while down * across < Self.enough, k / across >= 2 * Self.leastColumns { across *= 2 }
    let wanted = (Self.enough + down * across - 1) / (down * across)
    (self.down, self.across) = (down, across)
    sums = PartialSums(
      count: c * k, groups: max(1, min(wanted, problem.outPixels / Self.leastPixels)))
  }

  /// Whether the gradient can be cut this way.
  static func canCompute(_ problem: ConvolutionProblem) -> Bool {
    let gradient = StrassenGradient(problem)
    return problem.outPixels % 2 == 0 && problem.inChannels % (64 * gradient.down) == 0
      && problem.outChannels % (64 * gradient.across) == 0
  }

  /// Elements of scratch memory of a thread.
  var threadScratch: Int {
    roundUp(ck_strassen_gradient_scratch(problem.inChannels / down), 16)
  }

  /// Elements of scratch memory for partial sums.
  var partialCount: Int { sums.scratchCount }
  /// Elements of scratch memory.
  func scratchCount(threads: Int) -> Int { partialCount + threads * threadScratch }

  /// Overwrites dw.
  func write(_ operands: WeightGradientOperands, in execution: Execution) {
    let threads = ThreadScratch(execution.scratch + partialCount, count: threadScratch)
    execution.pool.run(work(operands, partials: execution.scratch, threads: threads))
    end(operands.dw.float32, partials: execution.scratch, pool: execution.pool)
  }

  /// All blocks of all groups, for threads to share; ``end(_:partials:pool:)`` comes afterwards.
  ///
  /// - Parameters:
  ///   - partials: ``partialCount`` elements.
  ///   - threads: ``threadScratch`` elements or more for each.
  func work(
    _ operands: WeightGradientOperands, partials: UnsafeMutablePointer<Float>,
    threads: ThreadScratch
  ) -> PooledWork {
    let (dw, dy, x) = (operands.dw.float32, operands.dy.float32, operands.x.float32)
    let input = operands.input
    let gather = Gather(problem)
    let (c, k) = (problem.inChannels, problem.outChannels)
    let (height, width) = (c / down, k / across)
    let groups = sums.groups
    return PooledWork(chunks: groups * down * across) { chunk, thread in
      // Block (i, j) of dw, height × width, over the pixels of one group.
      let (group, block) = chunk.quotientAndRemainder(dividingBy: down * across)
      let (i, j) = (block / across * height, block % across * width)
      let pairs = problem.outPixels / 2
      let pixels = 2 * (group * pairs / groups)..<2 * ((group + 1) * pairs / groups)
      let target = sums.start(of: group, in: partials, else: dw) + i * k + j
      // pixels × width of dy
      let right = ck_rows.dense(dy + pixels.lowerBound * k + j, pitch: k, length: width)
      let transform = input?.from(i)
      guard !gather.isDense else {
        // pixels × height of x
        let left = ck_rows.dense(
          x + pixels.lowerBound * c + i, pitch: c, length: height, transform: transform)
        ck_strassen_gradient(pixels.count, left, right, target, k, 0, threads[thread])
        return
      }
      gather.withRows(pixels, of: x + i) { starts in
        let left = ck_rows.gathered(starts, segments: 1, length: height, transform: transform)
        ck_strassen_gradient(pixels.count, left, right, target, k, 0, threads[thread])
      }
    }
  }

  /// Adds the groups' partial sums up in dw, in group order.
  func end(
    _ dw: UnsafeMutablePointer<Float>, partials: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    sums.add(to: dw, scratch: partials, pool: pool)
  }
}
