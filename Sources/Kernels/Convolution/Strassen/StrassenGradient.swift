import CKernels

/// The weights' gradient of a 1×1 convolution, dw = Σ xᵀ dy over pixels, as seven products of quarters in
/// place of eight: ``StrassenConvolution``. Pixels go in pairs, which are summed over.
///
/// dw is cut into blocks, each with quarters of its own; where these are few, pixels are cut into groups,
/// each with its own partial sums, which are added up in group order. Cuts depend only on the extents.
struct StrassenGradient {
  /// Most rows of a block of dw: their factors stay in the second-level cache.
  static let mostRows = 256
  /// Most columns of a block.
  static let mostColumns = 1024
  /// Fewest columns for which rows' factors are formed once more.
  static let leastColumns = 128
  /// Blocks and groups that two threads share evenly enough.
  static let enough = 4
  /// Least pixels of a group.
  static let leastPixels = 512

  private let problem: ConvolutionProblem
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
  func write(
    to dw: UnsafeMutablePointer<Float>, dy: UnsafePointer<Float>, x: UnsafePointer<Float>,
    input: InputTransform?, scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    pool.run(
      work(
        to: dw, dy: dy, x: x, input: input, partials: scratch, threads: scratch + partialCount,
        pitch: threadScratch))
    end(dw, partials: scratch, pool: pool)
  }

  /// What comes before ``end(_:partials:pool:)``.
  ///
  /// - Parameters:
  ///   - partials: ``partialCount`` elements.
  ///   - threads: each thread's scratch memory, ``threadScratch`` elements or more, `pitch` apart.
  func work(
    to dw: UnsafeMutablePointer<Float>, dy: UnsafePointer<Float>, x: UnsafePointer<Float>,
    input: InputTransform?, partials: UnsafeMutablePointer<Float>,
    threads: UnsafeMutablePointer<Float>, pitch: Int
  ) -> PooledWork {
    let gather = Gather(problem)
    let (c, k) = (problem.inChannels, problem.outChannels)
    let (height, width) = (c / down, k / across)
    let groups = sums.groups
    return PooledWork(chunks: groups * down * across) { chunk, thread in
      let (group, block) = chunk.quotientAndRemainder(dividingBy: down * across)
      let (i, j) = (block / across * height, block % across * width)
      let pairs = problem.outPixels / 2
      let pixels = 2 * (group * pairs / groups)..<2 * ((group + 1) * pairs / groups)
      let target = sums.start(of: group, in: partials, else: dw) + i * k + j
      var a = ck_rows(
        starts: nil, first: x + pixels.lowerBound * c + i, pitch: c, segments: 1, length: height,
        scale: input.map { $0.scale + i }, shift: input.map { $0.shift + i }, following: 0)
      let b = ck_rows(
        starts: nil, first: dy + pixels.lowerBound * k + j, pitch: k, segments: 1, length: width,
        scale: nil, shift: nil, following: 0)
      let scratch = threads + thread * pitch
      guard !gather.isDense else {
        ck_strassen_gradient(pixels.count, a, b, target, k, 0, scratch)
        return
      }
      gather.withRows(pixels, of: x + i) { starts in
        a.starts = UnsafePointer(starts)
        ck_strassen_gradient(pixels.count, a, b, target, k, 0, scratch)
      }
    }
  }

  /// Adds the partial sums up.
  func end(
    _ dw: UnsafeMutablePointer<Float>, partials: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    sums.add(to: dw, scratch: partials, pool: pool)
  }
}
