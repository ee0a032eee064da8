import ArgumentParser
import Kernels

/// What the machine can do at this moment.
struct Meter: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measures multiply-adds, matrix products, memory, and the pool's fork and join.",
    discussion: """
      Multiply-adds run in registers only: the rate that no kernel can exceed, except by needing \
      fewer operations, as Winograd's does.
      """)

  @Option(help: "The most threads to measure with.")
  var threads = 2
  @Option(help: "Trials of each figure; the best one counts.")
  var trials = 7
  @Flag(help: "One line of JSON instead of text.") var json = false

  func validate() throws {
    guard threads >= 1, trials >= 1 else {
      throw ValidationError("--threads and --trials must be at least 1")
    }
  }

  func run() throws {
    let report = MeterReport(
      openBLAS: OpenBLAS.configuration, core: OpenBLAS.coreName,
      instructions: MachineRate.multiplyAddName, bfloat16: BFloat16.instructions,
      rates: (1...threads).map { MeterReport.Rates(ThreadPool(threads: $0), trials: trials) })
    if json { return try printJSON(report) }
    print(
      "\(report.openBLAS), \(report.core); multiply-adds with \(report.instructions),"
        + " bfloat16 with \(report.bfloat16)")
    print("threads  multiply-adds        bfloat16     sgemm      read  read+write  fork+join")
    for rates in report.rates {
      print(
        column("\(rates.threads)", 7) + column(fixed(rates.multiplyAddGFLOPS, 1), 8) + " GFLOP/s"
          + column(rates.bfloat16GFLOPS.map { fixed($0, 1) + " GFLOP/s" } ?? "—", 16)
          + column(fixed(rates.productGFLOPS, 1), 8) + "  "
          + column(fixed(rates.readGBPerSecond, 1), 5) + " GB/s"
          + column(fixed(rates.updateGBPerSecond, 1), 7) + " GB/s"
          + column(fixed(rates.forkMicroseconds, 2), 8) + " µs")
    }
  }
}

/// What `meter --json` prints.
private struct MeterReport: Encodable {
  /// With one number of threads.
  struct Rates: Encodable {
    var threads: Int
    var multiplyAddGFLOPS: Double
    /// Nil where the processor has no such instructions.
    var bfloat16GFLOPS: Double?
    var productGFLOPS: Double
    var readGBPerSecond: Double
    var updateGBPerSecond: Double
    var forkMicroseconds: Double

    init(_ pool: ThreadPool, trials: Int) {
      threads = pool.threads
      multiplyAddGFLOPS = MachineRate.multiplyAdds(pool, trials: trials) / 1e9
      bfloat16GFLOPS = MachineRate.bfloat16MultiplyAdds(pool, trials: trials).map { $0 / 1e9 }
      productGFLOPS = MachineRate.products(pool, trials: trials) / 1e9
      let memory = MachineRate.memory(pool, trials: trials)
      (readGBPerSecond, updateGBPerSecond) = (memory.read / 1e9, memory.update / 1e9)
      forkMicroseconds = MachineRate.fork(pool, trials: trials) * 1e6
    }
  }

  var openBLAS: String
  var core: String
  var instructions: String
  var bfloat16: String
  var rates: [Rates]
}
