import CKernels
import COpenBLAS

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

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

  /// Throws where the system would not give the memory that products on so many threads take: OpenBLAS
  /// asks again and again then, without end and without a word, and so do the threads of the system.
  ///
  /// Looks at the address space that is left (`ulimit -v`) and at strict accounting
  /// (`vm.overcommit_memory`); no memory is touched.
  public static func requireRoom(threads: Int) throws(MemoryShortage) {
    let needed = threads * (bufferBytes + stackBytes) + otherBytes
    let memory = mmap(nil, needed, PROT_READ | PROT_WRITE, MAP_PRIVATE | mapAnonymous, -1, 0)
    guard memory != MAP_FAILED else { throw MemoryShortage(bytes: needed, threads: threads) }
    munmap(memory, needed)
  }

  /// What OpenBLAS maps for every thread that multiplies.
  private static let bufferBytes = 128 << 20
  /// A thread's stack.
  private static let stackBytes = 8 << 20
  /// What the run time maps as it goes, stacks of its own threads among it.
  private static let otherBytes = 64 << 20

  #if canImport(Darwin)
    private static let mapAnonymous = MAP_ANON
  #else
    private static let mapAnonymous = MAP_ANONYMOUS
  #endif
}

/// Less memory than any computation takes.
public struct MemoryShortage: Error, Hashable, Sendable, CustomStringConvertible {
  /// What was asked for.
  public let bytes: Int
  /// Threads that would compute.
  public let threads: Int

  public var description: String {
    "the system does not give this process \(bytes >> 20) MB more address space, which products on "
      + "\(threads) thread\(threads == 1 ? "" : "s") and the run time take; raise the limit "
      + "(ulimit -v, or the batch system's) or use fewer --threads"
  }
}
