import ArgumentParser
import Kernels
import Tensors

/// Times the kernels that wait for memory, against a plain copy.
struct Passes: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Gigabytes per second of normalisation, pooling and updates, beside a copy.",
    discussion: """
      Bytes are those that must be moved at least: every matrix that is read or written, once. The
      best of the timed calls counts.
      """)

  @Option(help: "Rows: images × height × width.") var rows = 16 * 56 * 56
  @Option(help: "Channels.") var channels = 256
  @Option(help: "Timed calls.") var calls = 10
  @Option(help: "Compute threads.") var threads = 2

  func run() throws {
    guard rows >= 2, channels >= 1, calls >= 1, threads >= 1 else {
      throw ValidationError("--rows must be at least 2, the rest at least 1")
    }
    let pool = ThreadPool(threads: threads)
    let count = rows * channels
    let matrices = (0..<3).map { _ in AlignedBuffer(count: count) }
    // Pointers do not keep what they point to.
    defer { withExtendedLifetime(matrices) {} }
    let (x, y, z) = (matrices[0].pointer, matrices[1].pointer, matrices[2].pointer)
    for index in 0..<count { x[index] = Float(index % 251) / 125 - 1 }
    let pitch = BatchNormKernel.pitch(channels)
    let vectors = AlignedBuffer([Float](repeating: 0.5, count: 6 * pitch))
    defer { withExtendedLifetime(vectors) {} }
    let vector = (0..<6).map { vectors.pointer + $0 * pitch }
    let kernel = BatchNormKernel(rows: rows, channels: channels)
    let scratch = AlignedBuffer(count: kernel.scratchCount + kernel.lineCount)
    defer { withExtendedLifetime(scratch) {} }
    let saved = BatchNormKernel.Saved(
      mean: vector[0], reciprocal: vector[1], scale: vector[2], shift: vector[3])
    func backward(_ mask: BatchNormKernel.Mask) {
      let gradient = kernel.gradient(
        x: x, dy: y, mask: mask, saved: saved, dGamma: vector[4], dBeta: vector[5],
        line: scratch.pointer + kernel.scratchCount, scratch: scratch.pointer, pool: pool)
      kernel.apply(gradient, pool: pool)
    }
    print("\(rows) × \(channels), \(threads) threads")
    time("copy", 2 * count) { y.update(from: x, count: count) }
    time("statistics", count) {
      kernel.statistics(
        mean: vector[0], variance: vector[4], x: x, scratch: scratch.pointer, pool: pool)
    }
    time("normalise, ReLU", 2 * count) {
      kernel.apply(y: y, x: x, scale: vector[2], shift: vector[3], relu: true, pool: pool)
    }
    time("normalise, add, ReLU", 3 * count) {
      kernel.apply(
        y: y, x: x, scale: vector[2], shift: vector[3], addend: .plain(z), relu: true, pool: pool)
    }
    time("normalisation backward", 5 * count) { backward(.normalized) }
    time("block end backward", 7 * count) { backward(.output(z)) }
    time("add", 3 * count) { Activation.add(x, to: y, count: count, pool: pool) }
    time("SGD update", 5 * count) {
      UpdateRules.sgd(
        .init(
          learningRate: 1e-6, momentum: 0.9, nesterov: false, weightDecay: 0, gradientScale: 1),
        w: x, g: z, velocity: y, count: count, pool: pool)
    }
    try timePooling(x: x, y: y, z: z, vector: vector, pool: pool)
  }

  private func timePooling(
    x: UnsafeMutablePointer<Float>, y: UnsafeMutablePointer<Float>,
    z: UnsafeMutablePointer<Float>, vector: [UnsafeMutablePointer<Float>], pool: ThreadPool
  ) throws {
    let side = Int(Double(rows).squareRoot())
    let maxPool = MaxPool(batch: 1, height: side, width: side, channels: channels)
    let (inputs, outputs) = (side * side * channels, maxPool.outputCount)
    time("normalise, ReLU, max-pool", inputs + 2 * outputs) {
      maxPool.forward(
        y: y, winners: z, x: x, scale: vector[2], shift: vector[3], pool: pool)
    }
    time("max-pool backward", inputs + 2 * outputs) {
      maxPool.backward(dx: x, dy: y, winners: z, pool: pool)
    }
  }

  private func time(_ name: String, _ numbers: Int, _ body: () -> Void) {
    let clock = ContinuousClock()
    body()
    let best = (0..<calls).map { _ in clock.measure(body) / .seconds(1) }.min()!
    let rate = Double(numbers * MemoryLayout<Float>.stride) / best / 1e9
    let padded = name + String(repeating: " ", count: max(0, 28 - name.count))
    print("  \(padded)\((best * 1e5).rounded() / 100) ms  \((rate * 10).rounded() / 10) GB/s")
  }
}
