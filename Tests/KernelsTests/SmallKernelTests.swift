import Kernels
import Randomness
import Tensors
import TestSupport
import Testing

@Suite("Small kernels")
struct SmallKernelTests {
  private let pool = ThreadPool(threads: 2)

  private func numbers(_ count: Int, item: UInt64 = 0) -> [Float] {
    var generator = SeededGenerator(seed: 3, purpose: .testing, item: item)
    return (0..<count).map { _ in Float(generator.normal()) }
  }

  @Test("of equal numbers the first wins, and NaN wins over all")
  func maxPoolTies() {
    let pool = MaxPool(batch: 1, height: 3, width: 3, channels: 9)
    #expect((pool.outHeight, pool.outWidth) == (2, 2))
    let x = AlignedBuffer([Float](repeating: 1, count: 81))
    let (y, winners) = (AlignedBuffer(count: 36), AlignedBuffer(count: 36))
    x.pointer[4 * 9 + 8] = .nan
    pool.forward(y: y.pointer, winners: winners.pointer, x: x.pointer, pool: self.pool)
    // The window of the first output starts one pixel outside: its first pixel is tap 4.
    #expect(winners.pointer[0] == 4)
    #expect(y.pointer[0] == 1)
    #expect(y.pointer[8].isNaN)
  }

  @Test("pooling with normalisation and ReLU is those three one by one")
  func fusedMaxPool() {
    let (channels, height, width) = (19, 9, 8)
    let count = 2 * height * width * channels
    let x = AlignedBuffer(numbers(count))
    let (scale, shift) = (numbers(channels, item: 1), numbers(channels, item: 2))
    let z = AlignedBuffer(
      (0..<count).map { index in
        max(0, scale[index % channels] * x.pointer[index] + shift[index % channels])
      })
    let kernel = MaxPool(batch: 2, height: height, width: width, channels: channels)
    let fused = AlignedBuffer(count: kernel.outputCount)
    let steps = AlignedBuffer(count: kernel.outputCount)
    let winners = [AlignedBuffer(count: fused.count), AlignedBuffer(count: fused.count)]
    kernel.forward(
      y: fused.pointer, winners: winners[0].pointer, x: x.pointer, scale: scale, shift: shift,
      pool: pool)
    kernel.forward(y: steps.pointer, winners: winners[1].pointer, x: z.pointer, pool: pool)
    #expect(fused.array == steps.array)
    let dy = numbers(fused.count, item: 3)
    let dx = [AlignedBuffer(count: count), AlignedBuffer(count: count)]
    for index in 0..<2 {
      kernel.backward(
        dx: dx[index].pointer, dy: dy, winners: winners[index].pointer, pool: pool)
    }
    Activation.reluBackward(
      dx: dx[1].pointer, dy: dx[1].pointer, y: z.pointer, count: count, pool: pool)
    #expect(dx[0].array == dx[1].array)
    #expect(dx[0].array.contains { $0 != 0 })
  }

  @Test("probabilities sum to one for any finite logits and are NaN for others")
  func softmax() {
    let logits: [Float] = [1000, 1000, -1000, 0, 0, 0, .nan, 1, 2, .infinity, 0, 0, 1, 2, 3]
    let buffer = AlignedBuffer(logits)
    Softmax.probabilities(buffer.pointer, of: buffer.pointer, rows: 5, classes: 3)
    let rows = (0..<5).map { Array(buffer.array[3 * $0..<3 * $0 + 3]) }
    #expect(rows[0] == [0.5, 0.5, 0])
    #expect(rows[1].allSatisfy { $0 == Float(1) / 3 })
    #expect(rows[2].allSatisfy { $0.isNaN } && rows[3].allSatisfy { $0.isNaN })
    // SciPy: softmax([1, 2, 3]).
    assertClose(
      rows[4].map(Double.init), [0.09003057317038046, 0.24472847105479764, 0.6652409557748218],
      within: 2e-7)
  }

  @Test("NaN passes the ReLU, and its gradient stops where the output is zero")
  func relu() {
    let x = AlignedBuffer([-1, 0, 2, .nan, -3, 4, 5, -6, -7, 8])
    let y = AlignedBuffer(count: 10)
    Activation.relu(y: y.pointer, x: x.pointer, count: 10, pool: pool)
    #expect(y.pointer[3].isNaN)
    #expect(y.array[4...] == [0, 4, 5, 0, 0, 8])
    let dx = AlignedBuffer(count: 10)
    let ones = [Float](repeating: 1, count: 10)
    Activation.reluBackward(dx: dx.pointer, dy: ones, y: y.pointer, count: 10, pool: pool)
    #expect(dx.array == [0, 0, 1, 1, 0, 1, 1, 0, 0, 1])
  }

  @Test("the sum of squares is exact to double precision and the same for all thread counts")
  func sumOfSquares() {
    let x = numbers(100_003)
    let expected = x.reduce(0) { $0 + Double($1) * Double($1) }
    let sums = [1, 2, 3].map { threads in
      var partials = [Double](repeating: 0, count: UpdateRules.partialCount(x.count))
      return UpdateRules.sumOfSquares(
        x, count: x.count, partials: &partials, pool: ThreadPool(threads: threads))
    }
    #expect(abs(sums[0] - expected) < 1e-10 * expected)
    #expect(sums[0] == sums[1] && sums[1] == sums[2])
  }

  /// torch 2.13, float64, w = [1, -2, 3], gradients [0.5, -1, 0.25] then [-0.25, 0.5, 1]:
  /// `SGD(lr=0.1, momentum=0.9, weight_decay=0.01, nesterov=…)` and `AdamW(lr=0.1,
  /// weight_decay=0.1)`, two steps each; `Tests/References/kernels_golden.py` prints them.
  @Test("update rules are PyTorch's")
  func updateRules() {
    let gradients: [[Float]] = [[0.5, -1, 0.25], [-0.25, 0.5, 1]]
    for (nesterov, expected) in [(false, Golden.sgd), (true, Golden.nesterov)] {
      let (w, v) = (AlignedBuffer([1, -2, 3]), AlignedBuffer(count: 3))
      for g in gradients {
        UpdateRules.sgd(
          .init(
            learningRate: 0.1, momentum: 0.9, nesterov: nesterov, weightDecay: 0.01,
            gradientScale: 1), w: w.pointer, g: g, velocity: v.pointer, count: 3, pool: pool)
      }
      assertClose(w.array.map(Double.init), expected, within: 5e-7)
    }
    let (w, m, v) = (AlignedBuffer([1, -2, 3]), AlignedBuffer(count: 3), AlignedBuffer(count: 3))
    for (step, g) in gradients.enumerated() {
      UpdateRules.adamW(
        .init(
          learningRate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.1,
          step: step + 1, gradientScale: 1), w: w.pointer, g: g, first: m.pointer,
        second: v.pointer, count: 3, pool: pool)
    }
    assertClose(w.array.map(Double.init), Golden.adamW, within: 5e-7)
  }

  private enum Golden {
    static let sgd = [0.927151, -1.854302, 2.843828]
    static let nesterov = [0.90757411, -1.81514822, 2.72852108]
    static let adamW = [0.8544662986878463, -1.8345662973609032, 2.7528623561154872]
  }

  @Test("the padded shortcut keeps every other pixel between zero channels")
  func paddedShortcut() {
    let kernel = PaddedShortcut(
      batch: 1, height: 3, width: 2, inChannels: 2, outChannels: 4, stride: 2)
    #expect((kernel.outHeight, kernel.outWidth) == (2, 1))
    let x = AlignedBuffer((1...12).map(Float.init))
    let y = AlignedBuffer(count: 8)
    kernel.forward(y: y.pointer, x: x.pointer, pool: pool)
    #expect(y.array == [0, 1, 2, 0, 0, 9, 10, 0])
    let dx = AlignedBuffer([Float](repeating: 1, count: 12))
    kernel.addBackward(dx: dx.pointer, dy: y.pointer, pool: pool)
    #expect(dx.array == [2, 3, 1, 1, 1, 1, 1, 1, 10, 11, 1, 1])
  }
}
