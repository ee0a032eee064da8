import ArgumentParser
import Kernels

/// Times inference on random data.
struct Inference: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "eval",
    abstract: "Images per second of inference: forward passes in the evaluation phase.",
    discussion: """
      After two passes of warm-up the median of the timed passes counts; their mean is what many of
      them take, disturbances of the machine included.
      """)

  @OptionGroup var options: NetworkOptions

  func run() throws {
    let pool = ThreadPool(threads: options.threads)
    let classifier = try options.classifier(pool: pool)
    let times = (0..<2 + options.steps).map { step in
      let start = Stopwatch.wall.now
      classifier.forward(phase: .evaluation, step: step)
      return Stopwatch.wall.now - start
    }.dropFirst(2).sorted()
    let median = times[times.count / 2]
    let mean = times.reduce(0, +) / Double(times.count)
    let report = InferenceReport(
      arch: options.arch.rawValue, height: options.height, width: options.width,
      batch: options.batch, threads: options.threads,
      imagesPerSecond: Double(options.batch) / median, seconds: median, meanSeconds: mean,
      workspaceBytes: classifier.workspaceBytes, peakBytes: peakBytes(),
      kernels: classifier.kernelNames)
    if options.json { return try printJSON(report) }
    print(options.title)
    print(
      "  \(fixed(report.imagesPerSecond, 2)) images/s, \(fixed(median * 1e3, 2)) ms a batch, "
        + "\(fixed(mean * 1e3, 2)) in the mean")
    print("  peak memory \(report.peakBytes >> 20) MiB")
    print("  kernels: " + kernelText(report.kernels))
  }
}

/// What `eval --json` prints.
private struct InferenceReport: Encodable {
  var arch: String
  var height: Int
  var width: Int
  var batch: Int
  var threads: Int
  var imagesPerSecond: Double
  var seconds: Double
  var meanSeconds: Double
  var workspaceBytes: Int
  var peakBytes: Int
  var kernels: [String: Int]
}
