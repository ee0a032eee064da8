import Kernels
import Tensors
import Testing

/// A stem's gradient that is formed line by line, beside the same formed in memory.
@Suite("Gradients formed line by line") struct GradientLinesTests {
  private static let problem = ConvolutionProblem(
    batch: 9, height: 27, width: 22, inChannels: 3, outChannels: 32, kernel: 7, stride: 2,
    padding: 3)

  /// What a stem's backward pass gives.
  private struct Results: Equatable {
    var dGamma: [Float]
    var dBeta: [Float]
    var dw: [Float]
    var dx: [Float]
  }

  private let convolution = Convolution(Self.problem, policy: .fastest)
  private let inputs = ConvolutionReference(Self.problem)

  private func results(inLines: Bool, threads: Int) -> Results {
    let p = Self.problem
    let pool = ThreadPool(threads: threads)
    let channels = p.outChannels
    // dy serves as the raw result, whose normalisation went into the pool.
    let raw = AlignedBuffer(inputs.dy)
    let maxPool = MaxPool(
      batch: p.batch, height: p.outHeight, width: p.outWidth, channels: channels)
    let vectors = (0..<4).map { AlignedBuffer(MicroKernelTests.numbers(channels, 20 + $0)) }
    let saved = BatchNormKernel.Saved(
      mean: vectors[0].pointer, reciprocal: vectors[1].pointer, scale: vectors[2].pointer,
      shift: vectors[3].pointer)
    defer { withExtendedLifetime((raw, vectors)) {} }
    let y = AlignedBuffer(count: maxPool.outputCount)
    let winners = AlignedBuffer(count: maxPool.outputCount)
    maxPool.forward(
      y: y.pointer, winners: winners.pointer, x: raw.pointer, scale: saved.scale,
      shift: saved.shift, pool: pool)
    let dy = AlignedBuffer(MicroKernelTests.numbers(maxPool.outputCount, 30))
    let (dGamma, dBeta) = (AlignedBuffer(count: channels), AlignedBuffer(count: channels))
    let dw = AlignedBuffer(count: p.weightCount)
    let kernel = BatchNormKernel(rows: raw.count / channels, channels: channels)
    let line = AlignedBuffer(count: kernel.lineCount)
    let scratch = AlignedBuffer(
      count: max(
        convolution.scratchCount(threads: threads), kernel.scratchCount,
        kernel.scratchCount(maxPool)))
    let x = AlignedBuffer(inputs.x)
    defer { withExtendedLifetime((y, winners, dy, line, scratch, x)) {} }
    let whole: UnsafePointer<Float>
    if inLines {
      let lines = kernel.gradient(
        x: raw.pointer,
        dy: PooledGradient(maxPool, dy: dy.pointer, winners: winners.pointer), saved: saved,
        dGamma: dGamma.pointer, dBeta: dBeta.pointer, line: line.pointer,
        scratch: scratch.pointer, pool: pool)
      scratch.buffer.update(repeating: .nan)
      convolution.backwardWeights(
        lines: LineGradientOperands(dw: dw.pointer, lines: lines, x: x.pointer),
        in: Execution(scratch: scratch.pointer, pool: pool))
      whole = lines.apply(pool: pool)
    } else {
      let gradient = AlignedBuffer(count: raw.count)
      maxPool.backward(
        dx: gradient.pointer, dy: dy.pointer, winners: winners.pointer, pool: pool)
      let found = kernel.gradient(
        x: raw.pointer, dy: gradient.pointer, mask: .none, saved: saved, dGamma: dGamma.pointer,
        dBeta: dBeta.pointer, line: line.pointer, scratch: scratch.pointer, pool: pool)
      kernel.apply(found, pool: pool)
      whole = UnsafePointer(found.x)
      convolution.backwardWeights(
        WeightGradientOperands(dw: dw.pointer, dy: whole, x: x.pointer),
        in: Execution(scratch: scratch.pointer, pool: pool))
    }
    return Results(
      dGamma: dGamma.array, dBeta: dBeta.array, dw: dw.array,
      dx: Array(UnsafeBufferPointer(start: whole, count: raw.count)))
  }

  @Test("are those of a gradient in memory, but for the order of sums")
  func agree() {
    #expect(convolution.readsLines)
    let (lines, memory) = (results(inLines: true, threads: 2), results(inLines: false, threads: 2))
    for (part, name) in [
      (\Results.dGamma, "dGamma"), (\Results.dBeta, "dBeta"), (\Results.dx, "dx"),
      (\Results.dw, "dw"),
    ] {
      let error = relativeError(
        of: lines[keyPath: part], from: memory[keyPath: part].map { Double($0) })
      #expect(error <= 1e-6, "\(name) is off by \(error)")
    }
    #expect(lines.dw.contains { $0 != 0 })
  }

  @Test("have the same bits with 1, 2 and 3 threads")
  func threads() {
    let one = results(inLines: true, threads: 1)
    for threads in 2...3 {
      let isSame = one == results(inLines: true, threads: threads)
      #expect(isSame)
    }
  }
}
