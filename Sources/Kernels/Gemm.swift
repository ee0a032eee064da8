import COpenBLAS

/// What the linked OpenBLAS is and does.
public enum OpenBLAS {
  /// Version, options and the processor it was built or dispatched for.
  public static var configuration: String { String(cString: openblas_get_config()) }

  /// The kernels in use, such as `Haswell` or `SkylakeX`.
  public static var coreName: String { String(cString: openblas_get_corename()) }

  /// Makes every product run on the calling thread: our own pool shares the work.
  static func useOneThread() { openblas_set_num_threads(1) }
}

/// Products of row-major matrices on the calling thread.
enum Gemm {
  /// c (m×n, rows `ldc` apart) = a (m×k) · b (k×n) + beta·c
  static func multiply(
    _ c: UnsafeMutablePointer<Float>, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
    m: Int, n: Int, k: Int, lda: Int? = nil, ldb: Int? = nil, ldc: Int? = nil, beta: Float = 0
  ) {
    cblas_sgemm(
      CblasRowMajor, CblasNoTrans, CblasNoTrans, Int32(m), Int32(n), Int32(k), 1, a,
      Int32(lda ?? k), b, Int32(ldb ?? n), beta, c, Int32(ldc ?? n))
  }

  /// c (m×n) = a (m×k) · bᵀ (b is n×k) + beta·c
  static func multiplyTransposingB(
    _ c: UnsafeMutablePointer<Float>, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
    m: Int, n: Int, k: Int, lda: Int? = nil, ldb: Int? = nil, ldc: Int? = nil, beta: Float = 0
  ) {
    cblas_sgemm(
      CblasRowMajor, CblasNoTrans, CblasTrans, Int32(m), Int32(n), Int32(k), 1, a,
      Int32(lda ?? k), b, Int32(ldb ?? k), beta, c, Int32(ldc ?? n))
  }

  /// c (m×n) = aᵀ (a is k×m) · b (k×n) + beta·c
  static func multiplyTransposingA(
    _ c: UnsafeMutablePointer<Float>, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
    m: Int, n: Int, k: Int, lda: Int? = nil, ldb: Int? = nil, ldc: Int? = nil, beta: Float = 0
  ) {
    cblas_sgemm(
      CblasRowMajor, CblasTrans, CblasNoTrans, Int32(m), Int32(n), Int32(k), 1, a,
      Int32(lda ?? m), b, Int32(ldb ?? n), beta, c, Int32(ldc ?? n))
  }
}
