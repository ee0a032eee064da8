import ArgumentParser
import Kernels

/// Times the 1×1 convolutions of a network as products of bfloat16 matrices.
struct BFloat16Layers: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "products",
    abstract: "Times 1×1 convolutions as bfloat16 products, beside those in single precision.",
    discussion: """
      Weights are packed and results rounded to bfloat16 within the time; single precision uses \
      the fastest implementation. Both are timed in turn, and the best of the trials counts.
      """)

  @Option(help: "Height and width of the images in pixels.") var height = 64
  @Option(help: "Images in a batch.") var batch = 64
  @Option(help: "Threads that compute.") var threads = 2
  @Option(help: "Trials of each pass; the best one counts.") var trials = 5

  func validate() throws {
    guard height >= 1, batch >= 1, threads >= 1, trials >= 1 else {
      throw ValidationError("--height, --batch, --threads and --trials must be at least 1")
    }
  }

  func run() throws {
    let pool = ThreadPool(threads: threads)
    print(
      "resnet50, \(height)×\(height) px, batch \(batch), \(threads) threads,"
        + " \(BFloat16.instructions)")
    print("layer                                 ×   fwd ms    dX ms    dW ms   GFLOP/s of each")
    var totals = Array(repeating: (single: 0.0, half: 0.0), count: 3)
    for layer in NetworkShapes.resnet50.layers(height: height, width: height, batch: batch) {
      guard let half = BFloat16Passes(layer.problem) else { continue }
      let (single, times) = measure(layer.problem, half, pool)
      let name = column("\(layer.problem)", 36, left: true) + column("\(layer.repeats)", 3)
      let operations = layer.problem.operations
      print(name + single.line(operations: operations) + "  float32")
      print(column("", 39) + times.line(operations: operations) + "  bfloat16")
      for (index, pass) in [\PassTimes.forward, \.backwardData, \.backwardWeights].enumerated() {
        totals[index].single += Double(layer.repeats) * single[keyPath: pass]
        totals[index].half += Double(layer.repeats) * times[keyPath: pass]
      }
    }
    let ratios = totals.map { fixed($0.single / $0.half, 2) }
    print(
      "float32's time over bfloat16's, all layers: fwd \(ratios[0]), dX \(ratios[1]),"
        + " dW \(ratios[2])")
  }

  /// Trials of both in turn, so that a slow moment of the machine meets both.
  private func measure(
    _ problem: ConvolutionProblem, _ half: BFloat16Passes, _ pool: ThreadPool
  ) -> (single: PassTimes, half: PassTimes) {
    let convolution = Convolution(problem, policy: .fastest)
    var single = PassTimes(convolution, pool: pool, trials: 1)
    var best = half.times(pool)
    for _ in 1..<max(trials, 2) {
      single = single.best(PassTimes(convolution, pool: pool, trials: 1))
      best = best.best(half.times(pool))
    }
    return (single, best)
  }
}

extension PassTimes {
  /// The shorter time of each pass.
  fileprivate func best(_ other: PassTimes) -> PassTimes {
    PassTimes(
      forward: min(forward, other.forward), backwardData: min(backwardData, other.backwardData),
      backwardWeights: min(backwardWeights, other.backwardWeights))
  }
}
