import CKernels
import COpenBLAS

/// Facts about the BLAS library in use, and the one setting we make.
public enum OpenBLAS {
  /// Version and build options, such as `OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH …`.
  public static var configuration: String { String(cString: openblas_get_config()) }

  /// The processor family whose kernels run; last bits of results may differ between families.
  public static var coreName: String { String(cString: openblas_get_corename()) }

  /// The compiled inner loops in use: `avx512`, `avx2` or `portable`.
  public static var kernels: String { String(cString: ck_implementation()) }

  /// Keeps every product on the thread that asks for it: ``ThreadPool`` shares out the work, in
  /// blocks that do not depend on the number of threads.
  public static func useOneThread() { openblas_set_num_threads(1) }
}

/// Products of row-major matrices, each on the calling thread.
///
/// Bits of a product depend on its extents, so callers cut their work into blocks that depend on
/// the problem only.
enum Gemm {
  /// Multiply–adds of one call below which OpenBLAS multiplies in place, without first copying
  /// both matrices into its own order; 0 for processors that it has no such kernels for.
  ///
  /// Where matrices are narrow the copies cost a quarter of the time, so long products are cut
  /// into calls that stay below.
  static let inPlaceWork = inPlaceCores.contains(OpenBLAS.coreName) ? 1_000_000 : 0
  private static let inPlaceCores: Set<String> = ["SkylakeX", "Cooperlake", "SapphireRapids"]

  /// Fewest rows of such a call.
  private static let leastRows = 24

  /// Whether products with a matrix of so many elements are multiplied in place.
  static func isInPlace(matrixCount: Int) -> Bool { matrixCount * leastRows <= inPlaceWork }

  /// Rows of one call out of `rows`, when each meets a matrix of `matrixCount` elements.
  @inline(__always)
  private static func step(rows: Int, matrixCount: Int) -> Int {
    guard rows * matrixCount > inPlaceWork, isInPlace(matrixCount: matrixCount) else {
      return rows
    }
    return inPlaceWork / matrixCount / 12 * 12
  }

  /// c (m×n) = a (m×k) · b (k×n) + beta · c
  ///
  /// `lda`, `ldb` and `ldc` are the distances between rows. With `beta` 0, c is never read.
  @inline(__always)
  static func multiply(
    m: Int, n: Int, k: Int, a: UnsafePointer<Float>, lda: Int, b: UnsafePointer<Float>, ldb: Int,
    beta: Float = 0, c: UnsafeMutablePointer<Float>, ldc: Int
  ) {
    let step = step(rows: m, matrixCount: n * k)
    var i = 0
    while i < m {
      cblas_sgemm(
        CblasRowMajor, CblasNoTrans, CblasNoTrans, Int32(min(step, m - i)), Int32(n), Int32(k), 1,
        a + i * lda, Int32(lda), b, Int32(ldb), beta, c + i * ldc, Int32(ldc))
      i += step
    }
  }

  /// c (m×n) = aᵀ · b + beta · c, where a is k×m and b is k×n
  @inline(__always)
  static func multiplyTransposedA(
    m: Int, n: Int, k: Int, a: UnsafePointer<Float>, lda: Int, b: UnsafePointer<Float>, ldb: Int,
    beta: Float = 0, c: UnsafeMutablePointer<Float>, ldc: Int
  ) {
    let step = step(rows: k, matrixCount: m * n)
    var i = 0
    while i < k {
      cblas_sgemm(
        CblasRowMajor, CblasTrans, CblasNoTrans, Int32(m), Int32(n), Int32(min(step, k - i)), 1,
        a + i * lda, Int32(lda), b + i * ldb, Int32(ldb), i == 0 ? beta : 1, c, Int32(ldc))
      i += step
    }
  }

  /// c (m×n) = a · bᵀ + beta · c, where a is m×k and b is n×k
  ///
  /// Slower than ``multiply`` for narrow matrices: transpose b first where it is used often.
  @inline(__always)
  static func multiplyTransposedB(
    m: Int, n: Int, k: Int, a: UnsafePointer<Float>, lda: Int, b: UnsafePointer<Float>, ldb: Int,
    beta: Float = 0, c: UnsafeMutablePointer<Float>, ldc: Int
  ) {
    cblas_sgemm(
      CblasRowMajor, CblasNoTrans, CblasTrans, Int32(m), Int32(n), Int32(k), 1, a, Int32(lda),
      b, Int32(ldb), beta, c, Int32(ldc))
  }

  /// to (columns × all) = fromᵀ for some of the `all` rows of `from`.
  ///
  /// Goes by squares of one cache line a side through a copy in order: where rows are a power of
  /// two apart, lines would otherwise drive each other out half used.
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
