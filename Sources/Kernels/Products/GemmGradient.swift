/// dw (m×n) += aᵀ · b over many rows: the weights' gradient of a convolution seen as a product.
///
/// Large gradients are cut into blocks of dw. Small ones are summed over a fixed number of groups
/// of rows, each into its own partial sum, and the partial sums are added to dw in group order.
/// Cuts and groups depend only on the extents.
struct GemmGradient {
  let rows: Int
  let m: Int
  let n: Int
  let mStep: Int
  let nStep: Int
  let groups: Int

  /// Least extent of a block of dw worth cutting to.
  static let leastExtent = 128
  /// Least rows of a group.
  static let leastRows = 256

  /// Cuts the gradient of an m×n matrix over `rows` rows.
  init(rows: Int, m: Int, n: Int) {
    (self.rows, self.m, self.n) = (rows, m, n)
    let work = rows * m * n
    let wanted = max(1, min(GemmGrid.enoughBlocks, work / GemmGrid.leastWork))
    // Halve the longer side while blocks stay large enough for an efficient product.
    var (parts, mParts, nParts) = (1, 1, 1)
    while parts < wanted {
      let (mNow, nNow) = (m / mParts, n / nParts)
      guard max(mNow, nNow) >= 2 * Self.leastExtent else { break }
      if mNow >= nNow { mParts *= 2 } else { nParts *= 2 }
      parts *= 2
    }
    mStep = mParts == 1 ? m : roundUp((m + mParts - 1) / mParts, 16)
    nStep = nParts == 1 ? n : roundUp((n + nParts - 1) / nParts, 16)
    groups = max(1, min((wanted + parts - 1) / parts, rows / Self.leastRows))
  }

  private var across: Int { (n + nStep - 1) / nStep }
  private var blocks: Int { (m + mStep - 1) / mStep * across }

  /// Elements of scratch memory for partial sums.
  var scratchCount: Int { groups > 1 ? groups * roundUp(m * n, 16) : 0 }

  /// dw += aᵀ · b, where a is rows × m and b is rows × n, both dense.
  func add(
    to dw: UnsafeMutablePointer<Float>, a: UnsafePointer<Float>, b: UnsafePointer<Float>,
    scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    let partial = roundUp(m * n, 16)
    pool.run(chunks: groups * blocks) { chunk, _ in
      let (group, block) = (chunk / blocks, chunk % blocks)
      let (first, end) = (group * rows / groups, (group + 1) * rows / groups)
      let (top, left) = (block / across * mStep, block % across * nStep)
      let target = groups > 1 ? scratch + group * partial : dw
      Gemm.multiplyTransposedA(
        m: min(mStep, m - top), n: min(nStep, n - left), k: end - first,
        a: a + first * m + top, lda: m, b: b + first * n + left, ldb: n,
        beta: groups > 1 ? 0 : 1, c: target + top * n + left, ldc: n)
    }
    guard groups > 1 else { return }
    let step = 16384
    pool.run(chunks: (m * n + step - 1) / step) { chunk, _ in
      for group in 0..<groups {
        let source = scratch + group * partial
        for i in chunk * step..<min((chunk + 1) * step, m * n) { dw[i] += source[i] }
      }
    }
  }
}
