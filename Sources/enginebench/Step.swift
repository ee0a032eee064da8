import ArgumentParser
import Kernels
import Networks
import Randomness
import Tensors

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Times whole training steps on random data.
struct Step: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Images per second of whole training steps.",
    discussion: """
      Each step is a forward pass, the gradient of the mean cross-entropy, a backward pass and an
      SGD update with momentum and weight decay. After two steps of warm-up the median of the
      timed steps counts.
      """)

  @Option(help: "resnet18, resnet34, resnet50, resnet101, cifar_resnet20 or cifar_resnet32.")
  var arch = "resnet50"
  @Option(help: "Rows of an image.") var height = 224
  @Option(help: "Columns of an image.") var width = 224
  @Option(help: "Images per step.") var batch = 16
  @Option(help: "Timed steps.") var steps = 5
  @Option(help: "Compute threads.") var threads = 2
  @Option(help: "Classes of the linear head.") var classes = 1000
  @Option(help: "imagenet or small.") var stem = "imagenet"
  @Option(help: "fastest, withoutWinograd or reference.") var convolution = "fastest"
  @Flag(help: "One line of JSON instead of text.") var json = false

  func run() throws {
    guard let architecture = ModelConfiguration.Architecture(rawValue: arch) else {
      throw ValidationError("unknown architecture '\(arch)'")
    }
    guard let stem = ModelConfiguration.Stem(rawValue: stem) else {
      throw ValidationError("unknown stem '\(stem)': imagenet or small")
    }
    guard let policy = ConvolutionPolicy(rawValue: convolution) else {
      throw ValidationError("unknown convolution policy '\(convolution)'")
    }
    guard steps >= 1, threads >= 1 else {
      throw ValidationError("--steps and --threads must be at least 1")
    }
    let pool = ThreadPool(threads: threads)
    let classifier = try ImageClassifier(
      ModelConfiguration(architecture: architecture, stem: stem, convolution: policy),
      classes: classes, height: height, width: width, batch: batch, seed: 1, pool: pool)
    let times = measure(classifier, pool: pool)
    report(times, classifier)
  }

  /// Seconds of the three parts of a step.
  private struct Times {
    var forward: Double
    var backward: Double
    var update: Double
    var total: Double { forward + backward + update }
  }

  private func measure(_ classifier: ImageClassifier, pool: ThreadPool) -> Times {
    var generator = SeededGenerator(seed: 1, purpose: .testing)
    for index in 0..<classifier.input.count {
      classifier.input.pointer[index] = Float(generator.uniform() * 4 - 2)
    }
    let labels = (0..<batch).map { _ in generator.integer(below: classes) }
    let optimizer = makeOptimizer(.init(), parameters: classifier.parameters, pool: pool)
    let warmup = 2
    var times: [Times] = []
    let clock = ContinuousClock()
    for step in 0..<warmup + steps {
      let start = clock.now
      classifier.forward(phase: .training, step: step)
      setCrossEntropyGradient(classifier, labels: labels)
      let middle = clock.now
      classifier.zeroGradients()
      classifier.backward()
      let end = clock.now
      optimizer.step(learningRateFactor: 0.01)
      if step >= warmup {
        times.append(
          Times(
            forward: (middle - start) / .seconds(1), backward: (end - middle) / .seconds(1),
            update: (clock.now - end) / .seconds(1)))
      }
    }
    return times.sorted { $0.total < $1.total }[times.count / 2]
  }

  private func setCrossEntropyGradient(_ classifier: ImageClassifier, labels: [Int]) {
    let gradient = classifier.dLogits.pointer
    Softmax.probabilities(gradient, of: classifier.logits.pointer, rows: batch, classes: classes)
    for (row, label) in labels.enumerated() { gradient[row * classes + label] -= 1 }
    for index in 0..<batch * classes { gradient[index] /= Float(batch) }
  }

  private func report(_ times: Times, _ classifier: ImageClassifier) {
    let rate = Double(batch) / times.total
    let kernels = classifier.kernelNames.sorted { $0.key < $1.key }
    if json {
      let names = kernels.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",")
      print(
        "{\"arch\":\"\(arch)\",\"height\":\(height),\"width\":\(width),\"batch\":\(batch),"
          + "\"threads\":\(threads),\"imagesPerSecond\":\(rate),\"forward\":\(times.forward),"
          + "\"backward\":\(times.backward),\"update\":\(times.update),"
          + "\"workspaceBytes\":\(classifier.workspaceBytes),\"peakBytes\":\(peakBytes()),"
          + "\"kernels\":{\(names)}}")
      return
    }
    print("\(arch), batch \(batch) of \(height)×\(width), \(threads) threads")
    print("  \(rounded(rate)) images/s, \(rounded(times.total * 1000)) ms a step:")
    print(
      "  forward \(rounded(times.forward * 1000)) ms, backward "
        + "\(rounded(times.backward * 1000)) ms, update \(rounded(times.update * 1000)) ms")
    print(
      "  workspace \(classifier.workspaceBytes >> 20) MiB, peak memory \(peakBytes() >> 20) MiB")
    print("  kernels: " + kernels.map { "\($0.key) ×\($0.value)" }.joined(separator: ", "))
  }

  private func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }
}

/// The largest resident set that this process has had, in bytes.
func peakBytes() -> Int {
  var usage = rusage()
  #if canImport(Darwin)
    getrusage(RUSAGE_SELF, &usage)
    return usage.ru_maxrss
  #else
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss * 1024
  #endif
}
