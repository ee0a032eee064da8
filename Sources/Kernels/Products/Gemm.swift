import COpenBLAS

/// Products of row-major matrices, each on the calling thread.
///
/// Bits of a product depend on its extents, so callers cut their work into blocks that depend on
/// the problem only.
enum Gemm {
  /// A matrix that is read, with the elements from one row to the next.
  struct Matrix {
    let start: UnsafePointer<Float>
    let pitch: Int

    init(_ start: UnsafePointer<Float>, pitch: Int) { (self.start, self.pitch) = (start, pitch) }
  }

  /// A matrix that is written, with the elements from one row to the next.
  struct Result {
    let start: UnsafeMutablePointer<Float>
    let pitch: Int
    /// What the elements that are there are multiplied by before the product is added; with 0 they
    /// are never read.
    let beta: Float

    init(_ start: UnsafeMutablePointer<Float>, pitch: Int, beta: Float = 0) {
      (self.start, self.pitch, self.beta) = (start, pitch, beta)
    }
  }

  /// Most multiply–adds of one call for which OpenBLAS multiplies in place, without copying both
  /// matrices into its own order first; 0 for processors that it has no such kernels for.
  ///
  /// Where matrices are narrow the copies cost a quarter of the time, so long products are cut
  /// into calls that stay below.
  static let inPlaceWork = inPlaceCores.contains(OpenBLAS.coreName) ? 1_000_000 : 0
  private static let inPlaceCores: Set<String> = ["SkylakeX", "Cooperlake", "SapphireRapids"]

  /// Fewest rows of such a call.
  private static let leastRows = 24

  /// Rows of one call out of `rows`, when each meets a matrix of `matrixCount` elements.
  @inline(__always)
  private static func step(rows: Int, matrixCount: Int) -> Int {
    guard rows * matrixCount > inPlaceWork, matrixCount * leastRows <= inPlaceWork else {
      return rows
    }
    return inPlaceWork / matrixCount / 12 * 12
  }

  /// c (m×n) = a (m×k) · b (k×n) + beta · c
  @inline(__always)
  static func multiply(m: Int, n: Int, k: Int, a: Matrix, b: Matrix, c: Result) {
    let step = step(rows: m, matrixCount: n * k)
    var i = 0
    while i < m {
      cblas_sgemm(
        CblasRowMajor, CblasNoTrans, CblasNoTrans, Int32(min(step, m - i)), Int32(n), Int32(k), 1,
        a.start + i * a.pitch, Int32(a.pitch), b.start, Int32(b.pitch), c.beta,
        c.start + i * c.pitch, Int32(c.pitch))
      i += step
    }
  }

  /// c (m×n) = aᵀ · b + beta · c, where a is k×m and b is k×n
  @inline(__always)
  static func multiplyTransposedA(m: Int, n: Int, k: Int, a: Matrix, b: Matrix, c: Result) {
    let step = step(rows: k, matrixCount: m * n)
    var i = 0
    while i < k {
      cblas_sgemm(
        CblasRowMajor, CblasTrans, CblasNoTrans, Int32(m), Int32(n), Int32(min(step, k - i)), 1,
        a.start + i * a.pitch, Int32(a.pitch), b.start + i * b.pitch, Int32(b.pitch),
        i == 0 ? c.beta : 1, c.start, Int32(c.pitch))
      i += step
    }
  }

  /// to (columns × all) = fromᵀ for some of the `all` rows of `from` (all × columns).
  ///
  /// Squares with sides of one cache line are copied first, row by row, and transposed from the
  /// copy: where rows of `from` are a power of two apart, its lines would otherwise drive each
  /// other out of the cache before all of their elements are used.
  static func transpose(
    rows: Range<Int>, of all: Int, columns: Int, from: UnsafePointer<Float>,
    to: UnsafeMutablePointer<Float>
  ) {
    typealias Four = SIMD4<Float>
    let side = 16
    let evenRows = rows.lowerBound + rows.count / side * side
    let evenColumns = columns / side * side
    withUnsafeTemporaryAllocation(of: Four.self, capacity: side * side / 4) { square in
      for i in stride(from: rows.lowerBound, to: evenRows, by: side) {
        for j in stride(from: 0, to: evenColumns, by: side) {
          for p in 0..<side {
            let source = UnsafeRawPointer(from + (i + p) * columns + j)
            for q in 0..<4 {
              square[4 * p + q] = source.loadUnaligned(fromByteOffset: 16 * q, as: Four.self)
            }
          }
          for q in 0..<4 {
            let target = to + (j + 4 * q) * all + i
            for p in 0..<4 {
              let at = 16 * p + q
              let (r0, r1) = (square[at], square[at + 4])
              let (r2, r3) = (square[at + 8], square[at + 12])
              let low0 = Four(lowHalf: r0.lowHalf, highHalf: r1.lowHalf)
              let low1 = Four(lowHalf: r2.lowHalf, highHalf: r3.lowHalf)
              let high0 = Four(lowHalf: r0.highHalf, highHalf: r1.highHalf)
              let high1 = Four(lowHalf: r2.highHalf, highHalf: r3.highHalf)
              store(Four(lowHalf: low0.evenHalf, highHalf: low1.evenHalf), target + 4 * p)
              store(Four(lowHalf: low0.oddHalf, highHalf: low1.oddHalf), target + all + 4 * p)
              store(
                Four(lowHalf: high0.evenHalf, highHalf: high1.evenHalf), target + 2 * all + 4 * p)
              store(
                Four(lowHalf: high0.oddHalf, highHalf: high1.oddHalf), target + 3 * all + 4 * p)
            }
          }
        }
      }
    }
    for i in rows {
      for j in (i < evenRows ? evenColumns : 0)..<columns {
        to[j * all + i] = from[i * columns + j]
      }
    }
  }

  @inline(__always)
  private static func store(_ value: SIMD4<Float>, _ to: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(to).storeBytes(of: value, as: SIMD4<Float>.self)
  }
}
