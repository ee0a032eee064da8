import Kernels
import Tensors
import Testing

@Suite("Convolutions with folded norms") struct FoldedConvolutionTests {
  /// What a test adds to a result, and how.
  struct Ending: Sendable {
    var hasAddend: Bool
    var relu: Bool
  }

  static let endings = [
    Ending(hasAddend: false, relu: false), Ending(hasAddend: false, relu: true),
    Ending(hasAddend: true, relu: true),
  ]

  private static func scale(_ problem: ConvolutionProblem) -> [Float] {
    (0..<problem.outChannels).map { 0.5 + Float($0 % 7) / 8 }
  }

  private static func shift(_ problem: ConvolutionProblem) -> [Float] {
    (0..<problem.outChannels).map { Float($0 % 11) / 8 - 0.75 }
  }

  /// A result over NaN, with NaN in the scratch memory.
  static func result(
    _ convolution: Convolution, _ inputs: ConvolutionReference, _ ending: Ending, threads: Int
  ) -> [Float] {
    let problem = convolution.problem
    let pool = ThreadPool(threads: threads)
    let (x, w, addend) = (
      AlignedBuffer(inputs.x), AlignedBuffer(inputs.w), AlignedBuffer(inputs.dy)
    )
    let (scale, shift) = (AlignedBuffer(scale(problem)), AlignedBuffer(shift(problem)))
    let (guardCount, canary) = (64, Float(12345))
    func poisoned(_ count: Int) -> AlignedBuffer {
      let buffer = AlignedBuffer(count: count + guardCount)
      buffer.buffer.update(repeating: .nan)
      for i in 0..<guardCount { buffer.pointer[count + i] = canary }
      return buffer
    }
    func check(_ buffer: AlignedBuffer, _ name: String) {
      for i in buffer.count - guardCount..<buffer.count {
        precondition(buffer.pointer[i] == canary, "\(problem) wrote beyond its \(name)")
      }
    }
    let folded = poisoned(convolution.foldedCount)
    let scaled = poisoned(problem.weightCount)
    let scratch = poisoned(convolution.scratchCount(threads: threads))
    let y = poisoned(problem.outputCount)
    convolution.fold(
      FoldingOperands(w: w.pointer, scale: scale.pointer, shift: shift.pointer),
      into: folded.pointer, in: Execution(scratch: scaled.pointer, pool: pool))
    let made = folded.array
    // Twice, because folded weights are kept.
    for _ in 0..<2 {
      for i in 0..<problem.outputCount { y.pointer[i] = .nan }
      convolution.forward(
        folded: FoldedOperands(
          y: y.pointer, x: x.pointer, folded: folded.pointer,
          addend: ending.hasAddend ? addend.pointer : nil, relu: ending.relu),
        in: Execution(scratch: scratch.pointer, pool: pool))
    }
    check(folded, "folded weights")
    check(scaled, "scaled weights")
    check(scratch, "scratch memory")
    check(y, "result")
    precondition(
      zip(made, folded.array).allSatisfy { $0.bitPattern == $1.bitPattern },
      "\(problem) changed its folded weights")
    withExtendedLifetime((x, w, addend, scale, shift)) {}
    return Array(y.array.dropLast(guardCount))
  }

  @Test(
    "Every implementation agrees with double precision", arguments: ConvolutionProblems.edges)
  func agreesWithDoublePrecision(_ problem: ConvolutionProblem) {
    let reference = ConvolutionReference(problem)
    let product = reference.forward
    let (scale, shift) = (Self.scale(problem), Self.shift(problem))
    for ending in Self.endings {
      let sums = product.indices.map { i in
        Double(scale[i % problem.outChannels]) * product[i]
          + Double(shift[i % problem.outChannels])
          + (ending.hasAddend ? Double(reference.dy[i]) : 0)
      }
      for convolution in Convolution.all(problem) {
        let name = convolution.kernelName
        let result = Self.result(convolution, reference, ending, threads: 2)
        // Against the sums before the rectifier: those that it leaves may all be nearly 0.
        let rectified = zip(result, sums).map { y, sum in
          ending.relu && sum < 0 ? Float(sum) + y : y
        }
        let error = relativeError(of: rectified, from: sums)
        #expect(
          error <= ConvolutionTests.bounds(name).forward, "\(name), \(ending): off by \(error)")
      }
    }
  }

  @Test(
    "Results have the same bits with 1, 2 and 3 threads",
    arguments: ConvolutionProblems.edges + ConvolutionProblems.large)
  func doesNotDependOnThreads(_ problem: ConvolutionProblem) {
    let reference = ConvolutionReference(problem)
    let convolution = Convolution(problem, policy: .fastest)
    let ending = Ending(hasAddend: true, relu: true)
    let one = Self.result(convolution, reference, ending, threads: 1)
    #expect(one == Self.result(convolution, reference, ending, threads: 2))
    #expect(one == Self.result(convolution, reference, ending, threads: 3))
  }

  @Test(
    "An image has the same bits at every place of the batch",
    arguments: ConvolutionProblems.edges.filter { $0.batch > 1 })
  func doesNotDependOnPlace(_ problem: ConvolutionProblem) {
    let reference = ConvolutionReference(problem)
    let image = problem.inputCount / problem.batch
    // The last image at all places.
    let copies = ConvolutionReference(
      problem, x: (0..<problem.batch).flatMap { _ in reference.x.suffix(image) }, w: reference.w,
      dy: [Float](repeating: 0.25, count: problem.outputCount))
    for convolution in Convolution.all(problem) {
      let y = Self.result(convolution, copies, Ending(hasAddend: true, relu: true), threads: 2)
      let count = y.count / problem.batch
      for n in 1..<problem.batch {
        #expect(
          y[..<count].elementsEqual(y[(n * count)..<(n * count + count)]),
          "\(convolution.kernelName), image \(n)")
      }
    }
  }
}
