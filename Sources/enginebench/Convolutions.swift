import ArgumentParser
import Kernels
import Tensors

/// Times the three passes of a network's convolutions.
struct Convolutions: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Times the convolutions of a network, pass by pass.",
    discussion: """
      GFLOP/s are effective: the operations of a direct convolution over the time it took, the \
      best of several trials. The total counts each layer as often as the network has it, and \
      leaves out backward data of the first.
      """)

  @Option(help: "The network: resnet50 (ImageNet stem) or resnet20 (CIFAR stem).")
  var arch: NetworkShapes = .resnet50
  @Option(help: "Height of the images in pixels.")
  var height: Int?
  @Option(help: "Their width; the height unless given.")
  var width: Int?
  @Option(help: "Images in a batch.")
  var batch = 64
  @Option(help: "Threads that compute.")
  var threads = 2
  @Option(
    help:
      "Which implementations may be chosen: fastest, withoutWinograd (nor Strassen) or reference.")
  var policy = ConvolutionPolicy.fastest
  @Option(help: "Compute with this implementation wherever it can.")
  var kernel: String?
  @Flag(help: "Time every implementation that can compute a layer, the chosen one first.")
  var every = false
  @Option(help: "Only layers whose description contains this, such as `128 k3 s2`.")
  var only: String?
  @Option(help: "Trials of each pass; the best one counts.")
  var trials = 5

  func run() throws {
    let pool = ThreadPool(threads: threads)
    let height = height ?? arch.usualSize, width = width ?? height
    print("\(arch.rawValue), \(height)×\(width) px, batch \(batch), \(threads) threads")
    print("layer                                 ×   fwd ms    dX ms    dW ms   GFLOP/s of each")
    var total = PassTimes(forward: 0, backwardData: 0, backwardWeights: 0)
    var operations = 0.0
    let layers = arch.layers(height: height, width: width, batch: batch)
    for (index, layer) in layers.enumerated() {
      if let only, !"\(layer.problem)".contains(only) { continue }
      let named = kernel.flatMap { Convolution(layer.problem, named: $0) }
      let chosen = named ?? Convolution(layer.problem, policy: policy)
      let times = measure(chosen, repeats: layer.repeats, pool)
      let count = Double(layer.repeats)
      total.forward += count * times.forward
      total.backwardData += index == 0 ? 0 : count * times.backwardData
      total.backwardWeights += count * times.backwardWeights
      operations += (index == 0 ? 2 : 3) * count * layer.problem.operations
      guard every else { continue }
      for other in Convolution.all(layer.problem)
      where other.kernelName != chosen.kernelName && other.kernelName != "reference" {
        _ = measure(other, repeats: layer.repeats, pool)
      }
    }
    let sum = total.forward + total.backwardData + total.backwardWeights
    print(
      "total fwd \(fixed(total.forward * 1e3, 1)) ms, dX \(fixed(total.backwardData * 1e3, 1)) ms,"
        + " dW \(fixed(total.backwardWeights * 1e3, 1)) ms: \(fixed(sum * 1e3, 1)) ms a step,"
        + " \(fixed(Double(batch) / sum, 1)) images/s, \(fixed(operations / sum / 1e9, 1)) GFLOP/s")
  }

  /// Times a convolution and prints its line.
  private func measure(
    _ convolution: Convolution, repeats: Int, _ pool: ThreadPool
  ) -> PassTimes {
    let times = PassTimes(convolution, pool: pool, trials: trials)
    print(
      column("\(convolution.problem)", 36, left: true) + column("\(repeats)", 3)
        + times.line(operations: convolution.problem.operations) + "  " + convolution.kernelName)
    return times
  }
}

/// Seconds that each pass takes.
struct PassTimes {
  var forward: Double
  var backwardData: Double
  var backwardWeights: Double

  init(forward: Double, backwardData: Double, backwardWeights: Double) {
    (self.forward, self.backwardData) = (forward, backwardData)
    self.backwardWeights = backwardWeights
  }

  /// The best of some trials.
  init(_ convolution: Convolution, pool: ThreadPool, trials: Int) {
    let problem = convolution.problem
    func numbers(_ count: Int) -> UnsafeMutablePointer<Float> {
      let pointer = UnsafeMutableRawPointer.allocate(byteCount: max(count, 16) * 4, alignment: 64)
        .bindMemory(to: Float.self, capacity: count)
      for i in 0..<count { pointer[i] = Float((i &* 7919) % 2003 - 1001) / 1024 }
      return pointer
    }
    // Alone, a thread's own time is as good as the wall's and steadier on a busy machine.
    let stopwatch = pool.threads == 1 ? Stopwatch.thread : .wall
    let (x, y) = (numbers(problem.inputCount), numbers(problem.outputCount))
    let (w, dw) = (numbers(problem.weightCount), numbers(problem.weightCount))
    let scratch = numbers(convolution.scratchCount(threads: pool.threads))
    defer { for pointer in [x, y, w, dw, scratch] { pointer.deallocate() } }
    let execution = Execution(scratch: scratch, pool: pool)
    forward = stopwatch.bestTime(of: trials) {
      convolution.forward(ForwardOperands(y: y, x: x, w: w), in: execution)
    }
    backwardData = stopwatch.bestTime(of: trials) {
      convolution.backwardData(DataGradientOperands(dx: x, dy: y, w: w), in: execution)
    }
    backwardWeights = stopwatch.bestTime(of: trials) {
      convolution.backwardWeights(WeightGradientOperands(dw: dw, dy: y, x: x), in: execution)
    }
  }

  /// Milliseconds and GFLOP/s of each pass as columns.
  func line(operations: Double) -> String {
    let passes = [forward, backwardData, backwardWeights]
    return passes.map { column(fixed($0 * 1e3, 3), 9) }.joined()
      + passes.map { column(fixed(operations / $0 / 1e9, 0), 6) }.joined()
  }
}
