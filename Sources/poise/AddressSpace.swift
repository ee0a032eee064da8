import Foundation
import Kernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Processes whose memory is bounded, as by `ulimit -v`.
///
/// OpenBLAS starts a thread for every processor when it is loaded, each of which maps 128 MB and asks
/// again without end where it gets none; the process cannot even leave then. Its threads are never used
/// here.
enum AddressSpace {
  /// Starts the program once more without OpenBLAS's threads, where memory may be refused. Returns
  /// where there is no need, or it cannot be done.
  static func restartWithinLimits() {
    #if canImport(Glibc)
      let variables = ProcessInfo.processInfo.environment
      guard isBounded, variables["OPENBLAS_NUM_THREADS"] == nil else { return }
      setenv("OPENBLAS_NUM_THREADS", "1", 1)
      let arguments = CommandLine.arguments.map { strdup($0) } + [nil]
      execv("/proc/self/exe", arguments)
      for argument in arguments { free(argument) }
    #endif
  }

  /// Throws where nothing could be computed.
  static func requireSome() throws(MemoryShortage) {
    if isBounded { try OpenBLAS.requireRoom(threads: 1) }
  }

  /// Whether the system may refuse memory that it has not given yet.
  private static var isBounded: Bool {
    #if canImport(Glibc)
      for resource in [RLIMIT_AS, RLIMIT_DATA] {
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(resource.rawValue), &limit) == 0,
          limit.rlim_cur != rlim_t.max
        {
          return true
        }
      }
      let text = try? String(contentsOfFile: "/proc/sys/vm/overcommit_memory", encoding: .utf8)
      return text?.first == "2"
    #else
      return false
    #endif
  }
}
