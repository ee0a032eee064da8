import ArgumentParser
import Kernels

/// Times whole training steps on random data.
struct Step: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Images per second of whole training steps.",
    discussion: """
      Each step is a forward pass, the gradient of the mean cross-entropy, a backward pass and an
      SGD update with momentum and weight decay. After two steps of warm-up the median of the
      timed steps counts; their mean is what many of them take, disturbances of the machine included.
      """)

  @OptionGroup var options: NetworkOptions

  func run() throws {
    let pool = ThreadPool(threads: options.threads)
    let training = try TrainingStep(options, pool: pool)
    for _ in 0..<2 { _ = training.run() }
    let times = (0..<options.steps).map { _ in training.run() }.sorted { $0.total < $1.total }
    let median = times[times.count / 2]
    let mean = times.reduce(0) { $0 + $1.total } / Double(times.count)
    let report = StepReport(options, median, mean: mean, training)
    if options.json { return try printJSON(report) }
    print(options.title)
    print(
      "  \(fixed(report.imagesPerSecond, 2)) images/s, \(fixed(median.total * 1e3, 2)) ms a step, "
        + "\(fixed(mean * 1e3, 2)) in the mean:")
    print(
      "  forward \(fixed(median.forward * 1e3, 2)) ms, backward "
        + "\(fixed(median.backward * 1e3, 2)) ms, update \(fixed(median.update * 1e3, 2)) ms")
    print(
      "  workspace \(report.workspaceBytes >> 20) MiB, peak memory \(report.peakBytes >> 20) MiB")
    print("  kernels: " + kernelText(report.kernels))
  }
}

/// What `step --json` prints.
private struct StepReport: Encodable {
  var arch: String
  var height: Int
  var width: Int
  var batch: Int
  var threads: Int
  var imagesPerSecond: Double
  var meanSeconds: Double
  var forward: Double
  var backward: Double
  var update: Double
  var workspaceBytes: Int
  var peakBytes: Int
  var kernels: [String: Int]

  init(
    _ options: NetworkOptions, _ times: TrainingStep.Times, mean: Double, _ training: TrainingStep
  ) {
    (arch, height, width) = (options.arch.rawValue, options.height, options.width)
    (batch, threads) = (options.batch, options.threads)
    imagesPerSecond = Double(options.batch) / times.total
    meanSeconds = mean
    (forward, backward, update) = (times.forward, times.backward, times.update)
    workspaceBytes = training.classifier.workspaceBytes
    peakBytes = enginebench.peakBytes()
    kernels = training.classifier.kernelNames
  }
}

/// Such as `im2col ×3, pointwise ×36`.
func kernelText(_ kernels: [String: Int]) -> String {
  kernels.sorted { $0.key < $1.key }.map { "\($0.key) ×\($0.value)" }.joined(separator: ", ")
}
