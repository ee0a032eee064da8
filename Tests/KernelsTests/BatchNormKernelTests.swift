import Kernels
import Randomness
import Tensors
import TestSupport
import Testing

@Suite("Fused batch normalisation")
struct BatchNormKernelTests {
  /// Row counts around the chunk's edges, channel counts around the vector's.
  static let sizes = [(2, 1), (7, 8), (65, 11), (513, 16), (1030, 64), (40, 2048), (300, 130)]

  private static func numbers(_ name: String, _ count: Int, around centre: Float = 0) -> [Float] {
    var generator = SeededGenerator(seed: 2, purpose: .testing, item: stableHash(name))
    return (0..<count).map { _ in centre + Float(generator.normal()) }
  }

  /// One problem with everything that its passes read, and their results.
  private final class Problem {
    let rows: Int
    let channels: Int
    let kernel: BatchNormKernel
    let pool: ThreadPool
    let x: AlignedBuffer
    let z: AlignedBuffer
    let gamma: [Float]
    let beta: [Float]
    let vectors: AlignedBuffer
    let scratch: AlignedBuffer
    static let epsilon = 1e-5

    init(rows: Int, channels: Int, centre: Float = 3, threads: Int = 2) {
      (self.rows, self.channels) = (rows, channels)
      kernel = BatchNormKernel(rows: rows, channels: channels)
      pool = ThreadPool(threads: threads)
      x = AlignedBuffer(numbers("x", rows * channels, around: centre))
      z = AlignedBuffer(count: rows * channels)
      gamma = numbers("gamma", channels, around: 0.5)
      beta = numbers("beta", channels)
      vectors = AlignedBuffer(count: 5 * channels)
      scratch = AlignedBuffer(count: kernel.scratchCount + kernel.lineCount)
    }

    var saved: BatchNormKernel.Saved {
      let start = vectors.pointer
      return .init(
        mean: start, reciprocal: start + channels, scale: start + 2 * channels,
        shift: start + 3 * channels)
    }

    /// dγ and dβ are added to `gradients`; x becomes its gradient.
    func backward(
      _ dz: AlignedBuffer, _ mask: BatchNormKernel.Mask, into gradients: AlignedBuffer
    ) {
      let gradient = kernel.gradient(
        x: x.pointer, dy: dz.pointer, mask: mask, saved: saved, dGamma: gradients.pointer,
        dBeta: gradients.pointer + channels, line: scratch.pointer + kernel.scratchCount,
        scratch: scratch.pointer, pool: pool)
      kernel.apply(gradient, pool: pool)
    }

    func observe() {
      let start = vectors.pointer
      kernel.statistics(
        mean: start, variance: start + 4 * channels, x: x.pointer, scratch: scratch.pointer,
        pool: pool)
      for c in 0..<channels {
        let r = 1 / (Double(start[4 * channels + c]) + Self.epsilon).squareRoot()
        let a = Float(Double(gamma[c]) * r)
        start[channels + c] = Float(r)
        start[2 * channels + c] = a
        start[3 * channels + c] = Float(Double(beta[c]) - Double(start[c]) * Double(a))
      }
    }
  }

  @Test("finds mean and variance as double precision does", arguments: sizes)
  func statistics(rows: Int, channels: Int) {
    let problem = Problem(rows: rows, channels: channels)
    problem.observe()
    let expected = ReferenceBatchNorm.statistics(
      of: problem.x.array, rows: rows, channels: channels)
    let found = problem.vectors.array.map(Double.init)
    // Sums of at most 512 terms in single precision, then double.
    assertClose(Array(found[..<channels]), expected.mean, within: 1e-5, floor: 0.1, "mean")
    assertClose(
      Array(found[(4 * channels)...]), expected.variance, within: 2e-5, floor: 0.1, "variance")
  }

  @Test("keeps the variance of numbers far from zero")
  func farFromZero() {
    // x = 1000 ± 1: sums of x² in single precision would lose the variance entirely.
    let problem = Problem(rows: 4096, channels: 8, centre: 1000)
    problem.observe()
    let expected = ReferenceBatchNorm.statistics(of: problem.x.array, rows: 4096, channels: 8)
    assertClose(
      problem.vectors.array.suffix(8).map(Double.init), expected.variance, within: 1e-4)
  }

  @Test("lets NaN and infinity through", arguments: [Float.nan, .infinity])
  func notFinite(_ value: Float) {
    let problem = Problem(rows: 20, channels: 9)
    problem.x.pointer[9 * 5 + 2] = value
    problem.observe()
    #expect(!problem.vectors.pointer[4 * 9 + 2].isFinite)
    #expect(problem.vectors.pointer[4 * 9 + 3].isFinite)
  }

  @Test("normalises, adds and cuts off in one pass as the steps do one by one", arguments: sizes)
  func forward(rows: Int, channels: Int) {
    let problem = Problem(rows: rows, channels: channels)
    problem.observe()
    let plain = ReferenceBatchNorm.forward(
      problem.x.array, rows: rows, channels: channels, gamma: problem.gamma, beta: problem.beta,
      epsilon: Problem.epsilon)
    let other = AlignedBuffer(Self.numbers("other", rows * channels))
    let scale = Self.numbers("scale", channels)
    let shift = Self.numbers("shift", channels)
    scale.withUnsafeBufferPointer { scale in
      shift.withUnsafeBufferPointer { shift in
        let addends: [(BatchNormKernel.Addend, (Int) -> Double)] = [
          (.none, { _ in 0 }),
          (.plain(other.pointer), { Double(other.pointer[$0]) }),
          (
            .normalized(other.pointer, scale: scale.baseAddress!, shift: shift.baseAddress!),
            {
              Double(scale[$0 % channels]) * Double(other.pointer[$0])
                + Double(shift[$0 % channels])
            }
          ),
        ]
        for (addend, value) in addends {
          for relu in [true, false] {
            problem.kernel.apply(
              y: problem.z.pointer, x: problem.x.pointer, scale: problem.saved.scale,
              shift: problem.saved.shift, addend: addend, relu: relu, pool: problem.pool)
            let expected = plain.indices.map { index in
              let sum = plain[index] + value(index)
              return relu ? max(0, sum) : sum
            }
            // A·x + B cancels: an error of the size of μ/σ roundings.
            assertClose(
              problem.z.array.map(Double.init), expected, within: 2e-5, floor: 1)
          }
        }
      }
    }
  }

  @Test("has the reference's gradients under all masks", arguments: sizes)
  func backward(rows: Int, channels: Int) {
    for useOutput in [false, true] {
      let problem = Problem(rows: rows, channels: channels)
      problem.observe()
      let addend = AlignedBuffer(Self.numbers("addend", rows * channels))
      problem.kernel.apply(
        y: problem.z.pointer, x: problem.x.pointer, scale: problem.saved.scale,
        shift: problem.saved.shift, addend: useOutput ? .plain(addend.pointer) : .none,
        relu: true, pool: problem.pool)
      let dz = AlignedBuffer(Self.numbers("dz", rows * channels))
      let dy = (0..<rows * channels).map {
        problem.z.pointer[$0] > 0 ? Double(dz.pointer[$0]) : 0
      }
      let expected = ReferenceBatchNorm.backward(
        dy: dy, x: problem.x.array, rows: rows, channels: channels, gamma: problem.gamma,
        epsilon: Problem.epsilon)
      let gradients = AlignedBuffer([Float](repeating: .nan, count: 2 * channels))
      problem.backward(
        dz, useOutput ? .output(problem.z.pointer) : .normalized, into: gradients)
      let found = gradients.array.map(Double.init)
      assertClose(Array(found[..<channels]), expected.dGamma, within: 1e-4, floor: 1, "dγ")
      assertClose(Array(found[channels...]), expected.dBeta, within: 1e-4, floor: 1, "dβ")
      // Two rows of nearly equal numbers have σ near 0 and 1/σ large: allow for that factor.
      let scale = expected.dx.map(abs).max() ?? 1
      assertClose(
        problem.x.array.map(Double.init), expected.dx, within: 1e-4, floor: max(scale, 1), "dx")
      if useOutput { #expect(dz.array.map(Double.init) == dy) }
    }
  }

  @Test("gives the same bits with any number of threads")
  func threads() {
    let results = [1, 2, 3].map { threads in
      let problem = Problem(rows: 3000, channels: 24, threads: threads)
      problem.observe()
      let gradients = AlignedBuffer(count: 48)
      let dz = AlignedBuffer(Self.numbers("dz", 3000 * 24))
      problem.backward(dz, .normalized, into: gradients)
      return [problem.vectors.array, gradients.array, problem.x.array]
    }
    #expect(results[0] == results[1])
    #expect(results[0] == results[2])
  }
}
