import CKernels
import CKernels.Table
import Kernels
import Tensors
import Testing

/// Both gradients of a dense convolution in one pass, from a gradient that is not yet in memory.
@Suite("Fused backward of 1×1 convolutions") struct DenseBackwardTests {
  struct Example: CustomTestStringConvertible {
    var problem: ConvolutionProblem
    var rectifies = false
    var normalizesInput = false
    var kernel = "gathered"
    var bound = 1e-6
    var testDescription: String { "\(kernel) \(problem) \(rectifies) \(normalizesInput)" }
  }

  private static func dense(
    _ pixels: Int, _ inChannels: Int, _ outChannels: Int
  )
    -> ConvolutionProblem
  {
    ConvolutionProblem(
      batch: 1, height: 1, width: pixels, inChannels: inChannels, outChannels: outChannels,
      kernel: 1, stride: 1, padding: 0)
  }

  static let examples = [
    Example(problem: dense(512, 1, 1)),
    Example(problem: dense(519, 7, 19), rectifies: true, normalizesInput: true),
    Example(problem: dense(1000, 64, 48), normalizesInput: true),
    Example(problem: dense(777, 33, 100), rectifies: true),
    Example(problem: dense(530, 520, 1040), rectifies: true, normalizesInput: true),
    // By Strassen's method: groups of an odd number of pairs, ragged tiles, several panels.
    Example(
      problem: dense(518, 64, 128), rectifies: true, normalizesInput: true, kernel: "strassen",
      bound: 1.5e-6),
    Example(problem: dense(1000, 192, 512), kernel: "strassen", bound: 1.5e-6),
  ]

  /// What both ways read.
  private struct Inputs {
    let problem: ConvolutionProblem
    let reference: ConvolutionReference
    /// Scale, slope, constant and shift of the gradient; scale and shift of the input.
    let vectors: [[Float]]
    let y: [Float]
    let other: [Float]

    init(_ problem: ConvolutionProblem) {
      self.problem = problem
      reference = ConvolutionReference(problem)
      let k = problem.outChannels
      vectors =
        (0..<4).map { MicroKernelTests.numbers(k, $0 + 1) }
        + (5...6).map { MicroKernelTests.numbers(problem.inChannels, $0) }
      y = MicroKernelTests.numbers(problem.outputCount, 7)
      other = MicroKernelTests.numbers(problem.inputCount, 8)
    }
  }

  private struct Results: Equatable {
    var dx: [Float]
    var dw: [Float]
  }

  private enum Epilogue: CaseIterable { case none, adds, gates, accumulates }

  private static func run(
    _ example: Example, _ inputs: Inputs, _ epilogue: Epilogue, threads: Int, fused: Bool,
    wantsData: Bool = true
  ) throws -> Results {
    let problem = example.problem
    let convolution = try #require(Convolution(problem, named: example.kernel))
    #expect(convolution.fusesBackward)
    let pool = ThreadPool(threads: threads)
    let buffers = inputs.vectors.map { AlignedBuffer($0) }
    let (x, w) = (AlignedBuffer(inputs.reference.x), AlignedBuffer(inputs.reference.w))
    let (y, dy) = (AlignedBuffer(inputs.y), AlignedBuffer(inputs.reference.dy))
    let other = AlignedBuffer(inputs.other)
    let dw = AlignedBuffer(inputs.reference.startingGradient)
    let dx = AlignedBuffer(epilogue == .accumulates ? inputs.other : inputs.other.map { _ in .nan })
    let scratchCount = convolution.scratchCount(threads: threads)
    let scratch = AlignedBuffer(count: scratchCount + 16)
    scratch.buffer.update(repeating: .nan)
    for i in 0..<16 { scratch.pointer[scratchCount + i] = 12345 }
    defer {
      #expect((0..<16).allSatisfy { scratch.pointer[scratchCount + $0] == 12345 })
      withExtendedLifetime((buffers, x, w, y, dy, other)) {}
    }
    let gradient = NormalizedGradient(
      x: y.pointer, dy: dy.pointer, scale: buffers[0].pointer, slope: buffers[1].pointer,
      constant: buffers[2].pointer, shift: example.rectifies ? buffers[3].pointer : nil)
    let input =
      example.normalizesInput
      ? InputTransform(scale: buffers[4].pointer, shift: buffers[5].pointer) : nil
    let told =
      switch epilogue {
      case .none: GradientEpilogue()
      case .adds: GradientEpilogue(addend: other.pointer)
      case .gates: GradientEpilogue(addend: other.pointer, gate: x.pointer)
      case .accumulates: GradientEpilogue(addend: dx.pointer)
      }
    let execution = Execution(scratch: scratch.pointer, pool: pool)
    if fused {
      var operands = FusedGradientOperands(
        dx: wantsData ? dx.pointer : nil, dw: dw.pointer, dy: gradient, x: x.pointer,
        w: w.pointer)
      (operands.input, operands.epilogue) = (input, told)
      convolution.backward(operands, in: execution)
    } else {
      BatchNormKernel(
        rows: problem.outputCount / problem.outChannels, channels: problem.outChannels
      )
      .apply(gradient, pool: pool)
      convolution.backwardWeights(
        WeightGradientOperands(dw: dw.pointer, dy: y.pointer, x: x.pointer, input: input),
        in: execution)
      convolution.backwardData(
        DataGradientOperands(dx: dx.pointer, dy: y.pointer, w: w.pointer, epilogue: told),
        in: execution)
    }
    return Results(dx: dx.array, dw: dw.array)
  }

  @Test("agrees with one pass after the other", arguments: examples)
  func agrees(_ example: Example) throws {
    let inputs = Inputs(example.problem)
    for epilogue in Epilogue.allCases {
      let apart = try Self.run(example, inputs, epilogue, threads: 2, fused: false)
      let fused = try Self.run(example, inputs, epilogue, threads: 2, fused: true)
      let data = relativeError(of: fused.dx, from: apart.dx.map { Double($0) })
      #expect(data <= example.bound, "\(epilogue): dx is off by \(data)")
      let weights = relativeError(of: fused.dw, from: apart.dw.map { Double($0) })
      #expect(weights <= example.bound, "\(epilogue): dw is off by \(weights)")
      if epilogue == .gates {
        #expect(zip(fused.dx, inputs.reference.x).allSatisfy { $1 > 0 || $0 == 0 })
        #expect(fused.dx.contains { $0 != 0 })
      }
    }
  }

  @Test("agrees with the products in double precision", arguments: examples)
  func agreesWithDoublePrecision(_ example: Example) throws {
    let inputs = Inputs(example.problem)
    let (k, v) = (example.problem.outChannels, inputs.vectors)
    let t = inputs.y.indices.map { i in
      let (c, y) = (i % k, inputs.y[i])
      let dy = example.rectifies && v[0][c] * y + v[3][c] <= 0 ? 0 : inputs.reference.dy[i]
      return v[0][c] * dy + (v[1][c] * y + v[2][c])
    }
    let n = example.problem.inChannels
    let x = inputs.reference.x.enumerated().map { i, x in
      example.normalizesInput ? max(0, v[4][i % n] * x + v[5][i % n]) : x
    }
    let expected = ConvolutionReference(example.problem, x: x, w: inputs.reference.w, dy: t)
    let found = try Self.run(example, inputs, .none, threads: 2, fused: true)
    let data = relativeError(of: found.dx, from: expected.backwardData)
    #expect(data <= example.bound, "dx is off by \(data)")
    let weights = relativeError(of: found.dw, from: expected.backwardWeights)
    #expect(weights <= example.bound, "dw is off by \(weights)")
  }

  @Test("has the same bits with 1, 2 and 3 threads", arguments: examples)
  func threads(_ example: Example) throws {
    let inputs = Inputs(example.problem)
    let one = try Self.run(example, inputs, .gates, threads: 1, fused: true)
    for threads in 2...3 {
      let other = try Self.run(example, inputs, .gates, threads: threads, fused: true)
      #expect(other == one)
    }
  }

  @Test("leaves dx alone where nobody wants it")
  func weightsOnly() throws {
    let example = Self.examples[2]
    let inputs = Inputs(example.problem)
    let both = try Self.run(example, inputs, .none, threads: 2, fused: true)
    let one = try Self.run(example, inputs, .none, threads: 2, fused: true, wantsData: false)
    #expect(one.dw == both.dw)
    #expect(one.dx.allSatisfy { $0.isNaN })
  }

  @Test(
    "has the same bits in every implementation with fused multiply-add", arguments: [false, true])
  func implementations(_ byStrassen: Bool) throws {
    let (rows, k, n) = byStrassen ? (202, 64, 128) : (200, 70, 50)
    let numbers = (0..<5).map { MicroKernelTests.numbers(rows * max(k, n), $0) }
    let results = try MicroKernelTests.names.filter { $0 != "portable" }.map { name in
      let table = try #require(ck_find(name)).pointee
      let width = (byStrassen ? 2 : 1) * table.panel_width
      let (panels, columns) = ((k + width - 1) / width, (n + width - 1) / width)
      var packed = [Float](repeating: .nan, count: 2 * columns * width * panels * width)
      if byStrassen {
        table.strassen_pack_transposed(n, k, numbers[4], 0, panels, 1, &packed)
      } else {
        table.pack_transposed(n, k, numbers[4], n, 0, panels, &packed, n)
      }
      let sumCount = byStrassen ? table.strassen_backward_sums(k, n) : table.backward_sums(k, n)
      var sums = [Float](repeating: .nan, count: sumCount)
      var scratch = [Float](
        repeating: .nan,
        count: byStrassen ? ck_strassen_backward_scratch(k, n) : ck_gradient_scratch(k, n))
      var dx = [Float](repeating: .nan, count: rows * k)
      var dw = [Float](repeating: 0, count: k * n)
      numbers.withPointers { p in
        dx.withUnsafeMutableBufferPointer { dx in
          let backward = byStrassen ? table.strassen_backward : table.backward
          backward!(
            rows,
            ck_rows(
              starts: nil, first: p[0], pitch: k, segments: 1, length: k, scale: p[1], shift: p[2],
              following: 0),
            n,
            ck_normalized_gradient(
              dy: p[3], y: p[2], scale: p[1], slope: p[0], constant: p[3], shift: p[4]),
            packed,
            ck_result(
              starts: nil, first: dx.baseAddress!, pitch: k, non_temporal: 0, epilogue: nil,
              sums: nil),
            0, &sums, &scratch)
        }
      }
      let add = byStrassen ? table.strassen_backward_add : table.backward_add
      add!(k, n, 0, columns, sums, 1, 0, &dw)
      return Results(dx: dx, dw: dw)
    }
    for other in results.dropFirst() { #expect(other == results[0]) }
    #expect(results.allSatisfy { $0.dx.allSatisfy { $0.isFinite } && $0.dw.contains { $0 != 0 } })
  }

  @Test("is for dense products with enough pixels and not too many weights")
  func chosen() {
    func fuses(
      _ problem: ConvolutionProblem, _ policy: ConvolutionPolicy = .fastest
    ) -> Bool { Convolution(problem, policy: policy).fusesBackward }
    #expect(!fuses(Self.dense(511, 64, 64)))
    #expect(fuses(Self.dense(512, 64, 64)))
    #expect(fuses(Self.dense(5120, 128, 1024)))
    #expect(fuses(Self.dense(5120, 128, 512)))
    #expect(
      !fuses(Self.dense(5120, 256, 1024)), "the data's gradient is computed by Strassen's method")
    #expect(fuses(Self.dense(5121, 256, 1024)), "it cannot")
    #expect(fuses(Self.dense(5120, 256, 1024), .exact))
    #expect(!fuses(Self.dense(5120, 512, 2048)))
    #expect(fuses(Self.dense(5120, 256, 64)))
    #expect(!fuses(Self.dense(5120, 512, 128)))
    #expect(
      !fuses(
        ConvolutionProblem(
          batch: 8, height: 28, width: 28, inChannels: 64, outChannels: 64, kernel: 1, stride: 2,
          padding: 0)))
    for policy in ConvolutionPolicy.allCases {
      let chosen = Convolution(Self.dense(1000, 64, 64), policy: policy)
      #expect(chosen.fusesBackward == (policy != .reference))
    }
  }
}

extension [[Float]] {
  /// Calls `body` with a pointer to each.
  fileprivate func withPointers(_ body: ([UnsafePointer<Float>]) -> Void) {
    let buffers = map { AlignedBuffer($0) }
    body(buffers.map { UnsafePointer($0.pointer) })
    withExtendedLifetime(buffers) {}
  }
}
