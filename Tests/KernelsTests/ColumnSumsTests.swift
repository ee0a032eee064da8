import Kernels
import Tensors
import TestSupport
import Testing

/// What convolutions sum over the rows that they write, for the normalisations beside them.
@Suite("Sums of convolutions") struct ColumnSumsTests {
  private static let epsilon = 1e-5

  /// Numbers whose sums are poisoned before they are formed and guarded behind.
  private final class Sums {
    let count: Int
    let buffer: AlignedBuffer

    init(_ count: Int) {
      self.count = count
      buffer = AlignedBuffer(count: count + 16)
      buffer.buffer.update(repeating: .nan)
      for i in 0..<16 { buffer.pointer[count + i] = 12345 }
    }

    deinit { precondition((0..<16).allSatisfy { buffer.pointer[count + $0] == 12345 }) }
  }

  private static func scratch(_ convolution: Convolution, threads: Int) -> AlignedBuffer {
    let scratch = AlignedBuffer(count: convolution.scratchCount(threads: threads))
    scratch.buffer.update(repeating: .nan)
    return scratch
  }

  private struct Statistics: Equatable {
    var y: [Float]
    var mean: [Float]
    var variance: [Float]
  }

  /// y, far from 0 where told, with the mean and the variance that its sums give.
  private static func forward(
    _ convolution: Convolution, _ inputs: ConvolutionReference, threads: Int, sums: Bool = true,
    offset: Float = 0
  ) -> Statistics {
    let problem = convolution.problem
    let pool = ThreadPool(threads: threads)
    let (x, w) = (AlignedBuffer(inputs.x.map { $0 + offset }), AlignedBuffer(inputs.w))
    let y = AlignedBuffer(count: problem.outputCount)
    y.buffer.update(repeating: .nan)
    let statistics = Sums(convolution.statisticsCount)
    let found = AlignedBuffer(count: 2 * problem.outChannels)
    let scratch = scratch(convolution, threads: threads)
    convolution.forward(
      ForwardOperands(
        y: y.pointer, x: x.pointer, w: w.pointer,
        statistics: sums ? statistics.buffer.pointer : nil),
      in: Execution(scratch: scratch.pointer, pool: pool))
    if sums {
      BatchNormKernel(
        rows: problem.outputCount / problem.outChannels, channels: problem.outChannels
      ).statistics(
        mean: found.pointer, variance: found.pointer + problem.outChannels,
        sums: statistics.buffer.pointer, parts: convolution.resultParts, pool: pool)
    }
    withExtendedLifetime((x, w, statistics)) {}
    return Statistics(
      y: y.array, mean: Array(found.array[..<problem.outChannels]),
      variance: Array(found.array[problem.outChannels...]))
  }

  private static func check(_ problem: ConvolutionProblem) {
    let inputs = ConvolutionReference(problem)
    let rows = problem.outputCount / problem.outChannels
    for convolution in Convolution.all(problem) where !convolution.resultParts.isEmpty {
      #expect(convolution.resultParts.reduce(0, +) == rows, "\(problem) \(convolution.kernelName)")
      let found = forward(convolution, inputs, threads: 2)
      let alone = forward(convolution, inputs, threads: 1)
      let isSame = found == alone
      #expect(isSame, "\(problem) \(convolution.kernelName) with one thread")
      let isUnchanged = found.y == forward(convolution, inputs, threads: 2, sums: false).y
      #expect(isUnchanged, "\(problem) \(convolution.kernelName) without sums")
      let expected = ReferenceBatchNorm.statistics(
        of: found.y, rows: rows, channels: problem.outChannels)
      let name = "\(problem) \(convolution.kernelName)"
      assertClose(
        found.mean.map(Double.init), expected.mean, within: 1e-5, floor: 0.1, "\(name) mean")
      assertClose(
        found.variance.map(Double.init), expected.variance, within: 2e-5, floor: 0.1,
        "\(name) variance")
    }
  }

  @Test("give the mean and the variance of the result", arguments: ConvolutionProblems.edges)
  func statistics(_ problem: ConvolutionProblem) { Self.check(problem) }

  @Test("do so in every schedule", arguments: ConvolutionProblems.large)
  func large(_ problem: ConvolutionProblem) { Self.check(problem) }

  @Test("keep the variance of results far from zero")
  func farFromZero() throws {
    let problem = ConvolutionProblem(
      batch: 8, height: 16, width: 16, inChannels: 32, outChannels: 48, kernel: 1)
    let convolution = try #require(Convolution(problem, named: "gathered"))
    let found = Self.forward(
      convolution, ConvolutionReference(problem), threads: 2, offset: 1000)
    let expected = ReferenceBatchNorm.statistics(
      of: found.y, rows: problem.outputCount / 48, channels: 48)
    // Means are up to a thousand times as large as deviations: squares would leave nothing.
    assertClose(found.variance.map(Double.init), expected.variance, within: 1e-4)
  }

  @Test("are not finite where the result is not, and only there")
  func notFinite() throws {
    let problem = ConvolutionProblem(
      batch: 2, height: 4, width: 4, inChannels: 16, outChannels: 40, kernel: 3, padding: 1)
    for convolution in Convolution.all(problem) where !convolution.resultParts.isEmpty {
      var inputs = ConvolutionReference(problem)
      // Every tap of channel 5's filter.
      for i in 0..<9 * 16 { inputs.w[i * 40 + 5] = .infinity }
      let found = Self.forward(convolution, inputs, threads: 2)
      for c in 0..<40 { #expect(found.variance[c].isFinite == (c != 5)) }
    }
  }

  // MARK: - Gradients

  private struct Gradients: Equatable {
    var dx: [Float]
    var dGamma: [Float]
    var dBeta: [Float]
  }

  /// What is between a convolution and the normalisation before it, and how its gradient is written.
  private struct Way: CaseIterable {
    /// Whether a ReLU comes directly after the normalisation.
    var isMasked = false
    /// Whether something is added to the gradient and a gate cuts it off.
    var isFinished = false
    /// Whether it is added to what is there already.
    var accumulates = false

    static let allCases = [
      Way(isMasked: true), Way(), Way(isFinished: true),
      Way(isMasked: true, isFinished: true), Way(isFinished: true, accumulates: true),
    ]

    func isPossible(_ convolution: Convolution) -> Bool {
      let problem = convolution.problem
      return !accumulates || problem.kernelHeight * problem.kernelWidth == 1
    }
  }

  /// A normalised image before a convolution, and what is added to its gradient and cuts it off.
  private struct Before {
    let raw: AlignedBuffer
    let addend: AlignedBuffer
    let gate: AlignedBuffer
    let kernel: BatchNormKernel
    /// Mean, reciprocal, scale, shift.
    private let vectors: AlignedBuffer

    init(_ problem: ConvolutionProblem) {
      let (rows, channels) = (problem.inputCount / problem.inChannels, problem.inChannels)
      raw = AlignedBuffer(MicroKernelTests.numbers(problem.inputCount, 11))
      addend = AlignedBuffer(MicroKernelTests.numbers(problem.inputCount, 12))
      gate = AlignedBuffer(MicroKernelTests.numbers(problem.inputCount, 13))
      kernel = BatchNormKernel(rows: rows, channels: channels)
      let pitch = BatchNormKernel.pitch(channels)
      vectors = AlignedBuffer(count: 4 * pitch)
      let (mean, variance) = ReferenceBatchNorm.statistics(
        of: raw.array, rows: rows, channels: channels)
      for c in 0..<channels {
        let r = 1 / (variance[c] + epsilon).squareRoot()
        let numbers = [mean[c], r, 0.7 * r, 0.1 - 0.7 * r * mean[c]]
        for (i, number) in numbers.enumerated() { vectors.pointer[i * pitch + c] = Float(number) }
      }
    }

    var saved: BatchNormKernel.Saved {
      let pitch = BatchNormKernel.pitch(kernel.channels)
      return BatchNormKernel.Saved(
        mean: vectors.pointer, reciprocal: vectors.pointer + pitch,
        scale: vectors.pointer + 2 * pitch, shift: vectors.pointer + 3 * pitch)
    }

    /// dγ and dβ where dy is the gradient of what was normalised, in double precision.
    func expected(_ dy: [Float], isMasked: Bool) -> (dGamma: [Double], dBeta: [Double]) {
      let (channels, saved, raw) = (kernel.channels, saved, raw.pointer)
      var counted = [Double](repeating: 0, count: dy.count)
      for index in 0..<dy.count {
        let c = index % channels
        let isCut = saved.scale[c] * raw[index] + saved.shift[c] <= 0
        if !isMasked || !isCut { counted[index] = Double(dy[index]) }
      }
      let found = ReferenceBatchNorm.backward(
        dy: counted, x: self.raw.array, rows: kernel.rows, channels: channels,
        gamma: Array(repeating: 0.7, count: channels), epsilon: epsilon)
      return (found.dGamma, found.dBeta)
    }
  }

  /// The gradient towards the data, and what its sums say of the normalisation that gave it.
  private static func backward(
    _ convolution: Convolution, _ inputs: ConvolutionReference, _ before: Before, _ way: Way,
    threads: Int, sums: Bool = true
  ) -> Gradients {
    let problem = convolution.problem
    let (channels, saved) = (problem.inChannels, before.saved)
    let (k, pool) = (problem.outChannels, ThreadPool(threads: threads))
    let (x, w) = (AlignedBuffer(inputs.x), AlignedBuffer(inputs.w))
    let dy = AlignedBuffer(inputs.dy)
    let (raw, addend, gate, kernel) = (before.raw, before.addend, before.gate, before.kernel)
    let found = Sums(convolution.gradientSumCount)
    let dx = AlignedBuffer(count: problem.inputCount)
    dx.buffer.update(repeating: .nan)
    if way.accumulates { _ = dx.buffer.update(fromContentsOf: addend.array) }
    var epilogue = GradientEpilogue()
    if way.isFinished {
      epilogue.addend = UnsafePointer(way.accumulates ? dx.pointer : addend.pointer)
      epilogue.gate = UnsafePointer(gate.pointer)
    }
    if sums {
      epilogue.sums = .gradient(
        found.buffer.pointer, x: raw.pointer, saved: saved, channels: channels,
        isMasked: way.isMasked)
    }
    let scratch = scratch(convolution, threads: threads)
    let execution = Execution(scratch: scratch.pointer, pool: pool)
    if convolution.fusesBackward {
      let ones = AlignedBuffer((0..<3 * k).map { $0 < k ? 1 : 0 })
      let (y, dw) = (AlignedBuffer(count: problem.outputCount), AlignedBuffer(inputs.w))
      var operands = FusedGradientOperands(
        dx: dx.pointer, dw: dw.pointer,
        dy: NormalizedGradient(
          x: y.pointer, dy: dy.pointer, scale: ones.pointer, slope: ones.pointer + k,
          constant: ones.pointer + 2 * k, shift: nil),
        x: x.pointer, w: w.pointer)
      operands.epilogue = epilogue
      convolution.backward(operands, in: execution)
      withExtendedLifetime((ones, y, dw)) {}
    } else {
      convolution.backwardData(
        DataGradientOperands(
          dx: dx.pointer, dy: dy.pointer, w: w.pointer, epilogue: epilogue), in: execution)
    }
    let (dGamma, dBeta) = (AlignedBuffer(count: channels), AlignedBuffer(count: channels))
    let line = AlignedBuffer(count: kernel.lineCount)
    if sums {
      _ = kernel.gradient(
        x: raw.pointer, dy: dx.pointer, isMasked: way.isMasked, saved: saved,
        dGamma: dGamma.pointer, dBeta: dBeta.pointer, line: line.pointer,
        sums: found.buffer.pointer, parts: convolution.gradientParts, pool: pool)
    }
    withExtendedLifetime((x, w, dy, before, found)) {}
    return Gradients(dx: dx.array, dGamma: dGamma.array, dBeta: dBeta.array)
  }

  @Test(
    "give the gradients of the normalisation before",
    arguments: ConvolutionProblems.edges + ConvolutionProblems.large)
  func gradients(_ problem: ConvolutionProblem) {
    let (inputs, before) = (ConvolutionReference(problem), Before(problem))
    for convolution in Convolution.all(problem) where convolution.gradientParts > 0 {
      for way in Way.allCases where way.isPossible(convolution) {
        Self.check(convolution, inputs, before, way)
      }
    }
  }

  private static func check(
    _ convolution: Convolution, _ inputs: ConvolutionReference, _ before: Before, _ way: Way
  ) {
    let name = "\(convolution.problem) \(convolution.kernelName) \(way)"
    let found = backward(convolution, inputs, before, way, threads: 2)
    let isSame = found == backward(convolution, inputs, before, way, threads: 1)
    #expect(isSame, "\(name) with one thread")
    let withoutSums = backward(convolution, inputs, before, way, threads: 2, sums: false)
    let isUnchanged = found.dx == withoutSums.dx
    #expect(isUnchanged, "\(name) without sums")
    let expected = before.expected(found.dx, isMasked: way.isMasked)
    let scale = (expected.dGamma + expected.dBeta).map(abs).max() ?? 0
    assertClose(
      found.dGamma.map(Double.init), expected.dGamma, within: 1e-5, floor: scale, "\(name) dγ")
    assertClose(
      found.dBeta.map(Double.init), expected.dBeta, within: 1e-5, floor: scale, "\(name) dβ")
  }
}
