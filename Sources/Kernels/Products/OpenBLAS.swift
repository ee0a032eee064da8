import CKernels
import COpenBLAS

/// Facts about the BLAS library and the inner loops in use, and the library's one setting.
public enum OpenBLAS {
  /// Version and build options, such as `OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH …`.
  public static var configuration: String { String(cString: openblas_get_config()) }

  /// The processor family whose kernels run; last bits of results may differ between families.
  public static var coreName: String { String(cString: openblas_get_corename()) }

  /// The compiled inner loops in use: `avx512`, `avx2` or `portable`.
  public static var kernels: String { String(cString: ck_implementation()) }

  /// Lets OpenBLAS compute every product on the calling thread: ``ThreadPool`` shares out the work,
  /// in blocks that do not depend on the number of threads.
  public static func useOneThread() { openblas_set_num_threads(1) }
}
