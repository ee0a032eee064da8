import Kernels
import Testing

@Suite struct ConvolutionTests {
  /// Largest relative errors of the three passes.
  ///
  /// Blocked sums in single precision err by a few units in the last place. Winograd's transforms
  /// multiply that, the more so the larger the tile, and Strassen's sums of quadrants double it. The
  /// reference adds thousands of products to one sum, and its error grows with the root of their
  /// number; so does that of the weights' gradient pixel by pixel, a sum over the pixels.
  static func bounds(_ name: String) -> (forward: Double, data: Double, weights: Double) {
    switch name {
    case _ where name.hasPrefix("winograd"):
      name.contains("5") ? (3e-6, 3e-6, 5e-6) : (1.5e-6, 1.5e-6, 3e-6)
    case "reference": (1.5e-6, 1.5e-6, 1.5e-6)
    case "strassen": (1.5e-6, 1.5e-6, 1.5e-6)
    case "per pixel": (5e-7, 5e-7, 1e-6)
    default: (5e-7, 5e-7, 5e-7)
    }
  }

  @Test(
    "Every implementation agrees with seven loops in double precision",
    arguments: ConvolutionProblems.edges)
  func agreesWithDoublePrecision(_ problem: ConvolutionProblem) {
    let reference = ConvolutionReference(problem)
    let (y, dx, dw) = (reference.forward, reference.backwardData, reference.backwardWeights)
    for convolution in Convolution.all(problem) {
      let name = convolution.kernelName
      let bounds = Self.bounds(name)
      let passes = ConvolutionPasses(convolution, reference, threads: 2)
      let forward = relativeError(of: passes.y, from: y)
      #expect(forward <= bounds.forward, "\(name) forward is off by \(forward)")
      let data = relativeError(of: passes.dx, from: dx)
      #expect(data <= bounds.data, "\(name) backwardData is off by \(data)")
      #expect(
        passes.dxAdded == zip(passes.dx, reference.x).map { $0 + $1 },
        "\(name) backwardData adds another gradient, rounded once")
      #expect(
        passes.dxGated == zip(passes.dxAdded, reference.x).map { $1 > 0 ? $0 : 0 },
        "\(name) backwardData lets through what a ReLU did")
      let sum = zip(dx, reference.x).map { $0 + Double($1) }
      let accumulated = relativeError(of: passes.dxAccumulated, from: sum)
      #expect(accumulated <= bounds.data, "\(name) backwardData in place is off by \(accumulated)")
      #expect(
        zip(passes.dxAccumulated, passes.dxAccumulatedGated).enumerated().allSatisfy {
          $1.1 == (reference.x[$0] > 0 ? $1.0 : 0)
        }, "\(name) backwardData in place lets through what a ReLU did")
      #expect(
        passes.joined == [passes.dxAccumulated, passes.dw],
        "\(name): both gradients at the same time have other bits")
      let weights = relativeError(of: passes.dw, from: dw)
      #expect(weights <= bounds.weights, "\(name) backwardWeights is off by \(weights)")
    }
  }

  @Test(
    "Results have the same bits with 1, 2 and 3 threads, and twice",
    arguments: ConvolutionProblems.edges)
  func doesNotDependOnThreads(_ problem: ConvolutionProblem) {
    let reference = ConvolutionReference(problem)
    // The reference knows nothing of threads.
    for convolution in Convolution.all(problem) where convolution.kernelName != "reference" {
      let name = Comment(rawValue: convolution.kernelName)
      let one = ConvolutionPasses(convolution, reference, threads: 1)
      #expect(one == ConvolutionPasses(convolution, reference, threads: 1), name)
      #expect(one == ConvolutionPasses(convolution, reference, threads: 2), name)
      #expect(one == ConvolutionPasses(convolution, reference, threads: 3), name)
    }
  }

  @Test(
    "Large problems have the same bits with 1, 2 and 3 threads, and those of gathered nearly",
    arguments: ConvolutionProblems.large)
  func largeProblems(_ problem: ConvolutionProblem) throws {
    let reference = ConvolutionReference(problem)
    let convolution = Convolution(problem, policy: .fastest)
    let one = ConvolutionPasses(convolution, reference, threads: 1)
    #expect(one == ConvolutionPasses(convolution, reference, threads: 2))
    #expect(one == ConvolutionPasses(convolution, reference, threads: 3))
    let direct = ConvolutionPasses(
      try #require(Convolution(problem, named: "gathered")), reference, threads: 2)
    let forward = relativeError(of: one.y, from: direct.y.map { Double($0) })
    #expect(forward <= 2e-6, "forward is off by \(forward)")
    let data = relativeError(of: one.dx, from: direct.dx.map { Double($0) })
    #expect(data <= 3e-6, "backwardData is off by \(data)")
    #expect(one.dxAdded == zip(one.dx, reference.x).map { $0 + $1 })
    #expect(one.dxGated == zip(one.dxAdded, reference.x).map { $1 > 0 ? $0 : 0 })
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
