import Kernels
import Testing

@Suite struct ConvolutionTests {
  struct Case: Sendable, CustomStringConvertible {
    var problem: ConvolutionProblem
    var name: String
    var description: String { "\(name), \(problem)" }
  }

  static let cases: [Case] = ConvolutionProblems.edges.flatMap { problem in
    Convolution.kernelNames.compactMap { name in
      Convolution(problem, named: name) == nil ? nil : Case(problem: problem, name: name)
    }
  }

  @Test("Every implementation agrees with seven loops in double precision", arguments: cases)
  func agreesWithDoublePrecision(_ item: Case) throws {
    let reference = ConvolutionReference(item.problem)
    let convolution = try #require(Convolution(item.problem, named: item.name))
    let passes = ConvolutionPasses(convolution, reference, threads: 2)
    // Blocked sums in single precision err by a few units in the last place; the transforms of
    // F(4×4, 3×3) multiply that by about five; the reference adds thousands of products in one
    // chain, and its error grows with the root of their number.
    let bounds =
      switch item.name {
      case "winograd 4×4": (1.5e-6, 1.5e-6, 3e-6)
      case "reference": (1.5e-6, 1.5e-6, 1.5e-6)
      default: (5e-7, 5e-7, 5e-7)
      }
    let forward = relativeError(of: passes.y, from: reference.forward)
    #expect(forward <= bounds.0, "forward is off by \(forward)")
    let data = relativeError(of: passes.dx, from: reference.backwardData)
    #expect(data <= bounds.1, "backwardData is off by \(data)")
    let weights = relativeError(of: passes.dw, from: reference.backwardWeights)
    #expect(weights <= bounds.2, "backwardWeights is off by \(weights)")
  }

  @Test("Results have the same bits with 1, 2 and 3 threads, and twice", arguments: cases)
  func doesNotDependOnThreads(_ item: Case) throws {
    let reference = ConvolutionReference(item.problem)
    let convolution = try #require(Convolution(item.problem, named: item.name))
    let one = ConvolutionPasses(convolution, reference, threads: 1)
    #expect(one == ConvolutionPasses(convolution, reference, threads: 1))
    #expect(one == ConvolutionPasses(convolution, reference, threads: 2))
    #expect(one == ConvolutionPasses(convolution, reference, threads: 3))
  }

  @Test(
    "Large problems have the same bits with 1, 2 and 3 threads, and those of im2col nearly",
    arguments: ConvolutionProblems.large)
  func largeProblems(_ problem: ConvolutionProblem) throws {
    let reference = ConvolutionReference(problem)
    let convolution = Convolution(problem, policy: .fastest)
    let one = ConvolutionPasses(convolution, reference, threads: 1)
    #expect(one == ConvolutionPasses(convolution, reference, threads: 2))
    #expect(one == ConvolutionPasses(convolution, reference, threads: 3))
    let direct = ConvolutionPasses(
      try #require(Convolution(problem, named: "im2col")), reference, threads: 2)
    let forward = relativeError(of: one.y, from: direct.y.map { Double($0) })
    #expect(forward <= 2e-6, "forward is off by \(forward)")
    let data = relativeError(of: one.dx, from: direct.dx.map { Double($0) })
    #expect(data <= 2e-6, "backwardData is off by \(data)")
    let weights = relativeError(of: one.dw, from: direct.dw.map { Double($0) })
    #expect(weights <= 4e-6, "backwardWeights is off by \(weights)")
  }

  @Test("A wrong number is noticed")
  func errorMeasureNotices() {
    #expect(relativeError(of: [1, 2], from: [1, 2]) == 0)
    #expect(relativeError(of: [1, 2.1], from: [1, 2]) > 0.04)
    #expect(relativeError(of: [1, .nan], from: [1, 2]) == .infinity)
  }
}
