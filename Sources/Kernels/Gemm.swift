import COpenBLAS

/// Facts about the BLAS library in use, and the one setting we make.
public enum OpenBLAS {
  /// Version and build options, such as `OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH …`.
  public static var configuration: String { String(cString: openblas_get_config()) }

  /// The processor family whose kernels run; last bits of results may differ between families.
  public static var coreName: String { String(cString: openblas_get_corename()) }

  /// Keeps every product on the thread that asks for it: ``ThreadPool`` shares out the work, in
  /// blocks that do not depend on the number of threads.
  public static func useOneThread() { openblas_set_num_threads(1) }
}

/// Products of row-major matrices, each on the calling thread.
///
/// Bits of a product depend on its extents, so callers cut their work into blocks that depend on
/// the problem only.
enum Gemm {
  /// c (m×n) = a (m×k) · b (k×n) + beta · c
  ///
  /// `lda`, `ldb` and `ldc` are the distances between rows. With `beta` 0, c is never read.
  @inline(__always)
  static func multiply(
    m: Int, n: Int, k: Int, a: UnsafePointer<Float>, lda: Int, b: UnsafePointer<Float>, ldb: Int,
    beta: Float = 0, c: UnsafeMutablePointer<Float>, ldc: Int
  ) {
    cblas_sgemm(
      CblasRowMajor, CblasNoTrans, CblasNoTrans, Int32(m), Int32(n), Int32(k), 1, a, Int32(lda),
      b, Int32(ldb), beta, c, Int32(ldc))
  }

  /// c (m×n) = aᵀ · b + beta · c, where a is k×m and b is k×n
  @inline(__always)
  static func multiplyTransposedA(
    m: Int, n: Int, k: Int, a: UnsafePointer<Float>, lda: Int, b: UnsafePointer<Float>, ldb: Int,
    beta: Float = 0, c: UnsafeMutablePointer<Float>, ldc: Int
  ) {
    cblas_sgemm(
      CblasRowMajor, CblasTrans, CblasNoTrans, Int32(m), Int32(n), Int32(k), 1, a, Int32(lda),
      b, Int32(ldb), beta, c, Int32(ldc))
  }

  /// c (m×n) = a · bᵀ + beta · c, where a is m×k and b is n×k
  @inline(__always)
  static func multiplyTransposedB(
    m: Int, n: Int, k: Int, a: UnsafePointer<Float>, lda: Int, b: UnsafePointer<Float>, ldb: Int,
    beta: Float = 0, c: UnsafeMutablePointer<Float>, ldc: Int
  ) {
    cblas_sgemm(
      CblasRowMajor, CblasNoTrans, CblasTrans, Int32(m), Int32(n), Int32(k), 1, a, Int32(lda),
      b, Int32(ldb), beta, c, Int32(ldc))
  }
}
