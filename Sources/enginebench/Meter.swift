import ArgumentParser
import Kernels
import Synchronization

/// What the machine can do at this moment: the measure for all other figures.
struct Meter: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measures products of matrices, memory bandwidth and the pool's fork and join.")

  @Option(help: "The most threads to measure with.")
  var threads = 2
  @Option(help: "Trials of each figure; the best one counts.")
  var trials = 7

  func run() throws {
    print("\(OpenBLAS.configuration), \(OpenBLAS.coreName)")
    for count in 1...max(1, threads) {
      let pool = ThreadPool(threads: count)
      print(
        "\(count) threads: sgemm \(fixed(productRate(pool), 1)) GFLOP/s,"
          + " add a number to 256 MB \(fixed(bandwidth(pool), 1)) GB/s,"
          + " fork and join \(fixed(forkTime(pool) * 1e6, 2)) µs")
    }
  }

  /// GFLOP/s of 768×768×768 products, four on each lane.
  private func productRate(_ pool: ThreadPool) -> Double {
    let side = 768
    // A 1×1 convolution of many pixels is one product, cut into blocks that the lanes share.
    let problem = ConvolutionProblem(
      batch: 4 * pool.threads, height: side, width: 1, inChannels: side, outChannels: side,
      kernel: 1)
    let convolution = Convolution(problem, policy: .fastest)
    return problem.operations / PassTimes(convolution, pool: pool, trials: trials).forward / 1e9
  }

  /// GB/s read and written.
  private func bandwidth(_ pool: ThreadPool) -> Double {
    let (chunks, step) = (64, 1 << 20)
    let numbers = UnsafeMutablePointer<Float>.allocate(capacity: chunks * step)
    defer { numbers.deallocate() }
    numbers.initialize(repeating: 1, count: chunks * step)
    let time = Stopwatch.wall.bestTime(of: trials) {
      pool.run(chunks: chunks) { chunk, _ in
        let part = numbers + chunk * step
        for i in 0..<step { part[i] += 1 }
      }
    }
    return Double(chunks * step) * 8 / time / 1e9
  }

  /// Seconds of a run in which every lane waits until all have arrived.
  private func forkTime(_ pool: ThreadPool) -> Double {
    let arrived = Atomic<Int>(0)
    let runs = 100
    return Stopwatch.wall.bestTime(of: trials) {
      for _ in 0..<runs {
        arrived.store(0, ordering: .relaxed)
        pool.run(chunks: pool.threads) { _, _ in
          arrived.add(1, ordering: .sequentiallyConsistent)
          while arrived.load(ordering: .acquiring) < pool.threads {}
        }
      }
    } / Double(runs)
  }
}
