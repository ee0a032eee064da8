import CMeter
import Kernels
import Synchronization

/// What the machine can do at this moment: the measure for all other figures.
enum MachineRate {
  /// The instructions of ``multiplyAdds(_:trials:)``.
  static var multiplyAddName: String { String(cString: meter_fma_name()) }

  /// Additions and multiplications a second in registers only, all threads at once; the best trial.
  static func multiplyAdds(_ pool: ThreadPool, trials: Int) -> Double {
    rate(pool, trials: trials, of: meter_fma)
  }

  /// The same of products of bfloat16 numbers that are added to floats, with the instructions of
  /// ``BFloat16/instructions``; nil where there are none.
  static func bfloat16MultiplyAdds(_ pool: ThreadPool, trials: Int) -> Double? {
    switch BFloat16.instructions {
    case "amx": rate(pool, trials: trials, of: meter_amx)
    case "avx512bf16": rate(pool, trials: trials, of: meter_bf16)
    default: nil
    }
  }

  /// Operations a second of a loop that returns how many it did, all threads at once; the best trial.
  private static func rate(
    _ pool: ThreadPool, trials: Int, of loop: (UInt64) -> UInt64
  ) -> Double {
    var rounds: UInt64 = 1000
    func time() -> (operations: UInt64, seconds: Double) {
      let operations = Atomic<UInt64>(0)
      let seconds = Stopwatch.wall.bestTime(of: 1) {
        operations.store(0, ordering: .relaxed)
        onAllThreads(pool) { operations.add(loop(rounds), ordering: .relaxed) }
      }
      return (operations.load(ordering: .relaxed), seconds)
    }
    // Long enough that the fork and join does not count.
    while rounds < 1 << 40, time().seconds < 0.01 { rounds *= 2 }
    return (0..<trials).reduce(0) { best, _ in
      let (operations, seconds) = time()
      return max(best, Double(operations) / seconds)
    }
  }

  /// Operations a second of 768×768×768 products, four on each thread.
  static func products(_ pool: ThreadPool, trials: Int) -> Double {
    let side = 768
    // A 1×1 convolution of many pixels is one product, cut into blocks that the threads share.
    let problem = ConvolutionProblem(
      batch: 4 * pool.threads, height: side, width: 1, inChannels: side, outChannels: side,
      kernel: 1)
    // Nothing that multiplies less than it says.
    let convolution = Convolution(problem, policy: .exact)
    return problem.operations / PassTimes(convolution, pool: pool, trials: trials).forward
  }

  /// Bytes a second that are read, and that are read and written, of 256 MB.
  static func memory(_ pool: ThreadPool, trials: Int) -> (read: Double, update: Double) {
    let (chunks, step) = (64, 1 << 20)
    let bytes = Double(chunks * step * MemoryLayout<Float>.stride)
    let numbers = UnsafeMutablePointer<Float>.allocate(capacity: chunks * step)
    defer { numbers.deallocate() }
    numbers.initialize(repeating: 1, count: chunks * step)
    let finite = Atomic<Int>(0)
    let read = Stopwatch.wall.bestTime(of: trials) {
      pool.run(chunks: chunks) { chunk, _ in
        let sum = meter_read(numbers + chunk * step, step)
        finite.add(sum.isFinite ? 1 : 0, ordering: .relaxed)
      }
    }
    let update = Stopwatch.wall.bestTime(of: trials) {
      pool.run(chunks: chunks) { chunk, _ in
        let part = numbers + chunk * step
        for i in 0..<step { part[i] += 1 }
      }
    }
    return (bytes / read, 2 * bytes / update)
  }

  /// Seconds of a run in which every thread waits until all have arrived.
  static func fork(_ pool: ThreadPool, trials: Int) -> Double {
    let runs = 100
    return Stopwatch.wall.bestTime(of: trials) {
      for _ in 0..<runs { onAllThreads(pool) {} }
    } / Double(runs)
  }

  /// Runs `body` once on each thread, all beginning together.
  private static func onAllThreads(_ pool: ThreadPool, _ body: () -> Void) {
    let arrived = Atomic<Int>(0)
    pool.run(chunks: pool.threads) { _, _ in
      arrived.add(1, ordering: .sequentiallyConsistent)
      while arrived.load(ordering: .acquiring) < pool.threads {}
      body()
    }
  }
}
