import Kernels
import Testing

@Suite struct ConvolutionPolicyTests {
  typealias Choice = ConvolutionProblems.Choice

  /// Convolutions of the bottlenecks of ResNet-50 in the order of their stages, and what must compute
  /// them: the 3×3 of stage 1 to 4, then those of stride 2 that lead to stages 2 to 4.
  static func choices(
    _ height: Int, _ width: Int, batch: Int, threes: [String], strided: [String]
  ) -> [Choice] {
    func problem(
      _ stage: Int, _ c: Int, _ k: Int, kernel: Int, stride: Int = 1
    ) -> ConvolutionProblem {
      func side(_ extent: Int) -> Int { (0..<stage).reduce(extent) { side, _ in (side + 1) / 2 } }
      return ConvolutionProblem(
        batch: batch, height: side(height), width: side(width), inChannels: c, outChannels: k,
        kernel: kernel, stride: stride, padding: kernel / 2)
    }
    let ones = [
      problem(2, 64, 64, kernel: 1), problem(2, 256, 512, kernel: 1, stride: 2),
      problem(5, 512, 2048, kernel: 1),
    ]
    return [Choice(problem: problem(0, 3, 64, kernel: 7, stride: 2), name: "winograd stem 3×3")]
      + ones.map {
        // An odd pixel has no neighbour in its image.
        Choice(
          problem: $0,
          name: ($0.outHeight * $0.outWidth).isMultiple(of: 2) ? "strassen" : "gathered")
      }
      + threes.enumerated().map {
        Choice(
          problem: problem(2 + $0, 64 << $0, 64 << $0, kernel: 3), name: $1)
      }
      + strided.enumerated().map {
        Choice(
          problem: problem(2 + $0, 128 << $0, 128 << $0, kernel: 3, stride: 2), name: $1)
      }
  }

  @Test(
    "The layers of ResNet-50 get the implementations measured to be fastest",
    arguments: choices(
      64, 64, batch: 64, threes: ["winograd 4×4", "winograd 4×4", "winograd 4×4", "winograd 2×2"],
      strided: ["winograd 4×4", "winograd 4×4", "per pixel"])
      + choices(
        96, 96, batch: 32,
        threes: ["winograd 4×4", "winograd 4×4", "winograd 3×3", "winograd 3×3"],
        strided: ["winograd 3×4", "winograd 3×3", "winograd 3×3"])
      + choices(
        80, 60, batch: 64,
        threes: ["winograd 4×5", "winograd 5×4", "winograd 5×4", "winograd 3×2"],
        strided: ["winograd 5×4", "winograd 5×4", "per pixel"])
      + choices(
        224, 224, batch: 16,
        threes: ["winograd 4×4", "winograd 4×4", "winograd 3×5", "winograd 4×4"],
        strided: ["winograd 4×4", "winograd 3×3", "winograd 4×4"]))
  func fastest(_ choice: Choice) {
    #expect(Convolution(choice.problem, policy: .fastest).kernelName == choice.name)
  }

  static let winogradProblem = ConvolutionProblem(
    batch: 16, height: 16, width: 16, inChannels: 64, outChannels: 64, kernel: 3, padding: 1)

  @Test("A policy drops what it forbids", arguments: ConvolutionPolicy.allCases)
  func policies(_ policy: ConvolutionPolicy) {
    let names = [
      ConvolutionPolicy.fastest: "winograd 4×4", .exact: "gathered",
      .reference: "reference",
    ]
    #expect(Convolution(Self.winogradProblem, policy: policy).kernelName == names[policy])
    for problem in ConvolutionProblems.edges {
      let name = Convolution(problem, policy: policy).kernelName
      #expect(policy != .reference || name == "reference")
      #expect(policy != .exact || !name.hasPrefix("winograd") && name != "strassen")
      #expect(policy == .reference || name != "reference")
    }
  }

  @Test("Few tiles, thin images and odd channels are left to other implementations")
  func winogradDeclines() {
    var problems = [ConvolutionProblem](repeating: Self.winogradProblem, count: 6)
    (problems[0].batch, problems[0].height, problems[0].width) = (1, 8, 8)
    (problems[1].height, problems[1].width) = (2, 2)
    problems[2].inChannels = 20
    problems[3].outChannels = 8
    problems[4].padding = 0
    problems[5].stride = 3
    for problem in problems {
      let name = Convolution(problem, policy: .fastest).kernelName
      #expect(["per pixel", "gathered"].contains(name), "\(problem)")
    }
  }

  @Test("Products by Strassen's method need pairs of pixels and channels, and more than a few")
  func strassen() {
    let problem = ConvolutionProblem(
      batch: 16, height: 4, width: 3, inChannels: 128, outChannels: 1024, kernel: 1)
    #expect(Convolution(problem, policy: .fastest).kernelName == "strassen")
    #expect(Convolution(problem, policy: .fastest).foldedKernelName == "gathered")
    #expect(Convolution(problem, policy: .exact).kernelName == "gathered")
    var problems = [ConvolutionProblem](repeating: problem, count: 5)
    problems[0].batch = 8
    (problems[1].height, problems[1].batch) = (3, 64)
    problems[2].inChannels = 96
    problems[3].outChannels = 1056
    problems[4].padding = 1
    for problem in problems {
      #expect(Convolution(problem, policy: .fastest).kernelName != "strassen", "\(problem)")
    }
  }

  @Test("Few images and images that meet little padding are gathered, others go pixel by pixel")
  func perPixel() {
    var problem = ConvolutionProblem(
      batch: 8, height: 4, width: 4, inChannels: 32, outChannels: 64, kernel: 3, stride: 2,
      padding: 1)
    #expect(Convolution(problem, policy: .fastest).kernelName == "gathered")
    problem.batch = 64
    #expect(Convolution(problem, policy: .fastest).kernelName == "per pixel")
    (problem.height, problem.width) = (16, 16)
    #expect(Convolution(problem, policy: .exact).kernelName == "gathered")
  }

  @Test("All that can compute a problem end with the reference, and a name gives one of them")
  func list() throws {
    let names = Convolution.all(Self.winogradProblem).map(\.kernelName)
    #expect(names.first == "winograd 4×4" && names.last == "reference")
    #expect(Set(names).count == names.count)
    #expect(Convolution(Self.winogradProblem, named: "unheard of") == nil)
    var strided = Self.winogradProblem
    strided.stride = 2
    #expect(Convolution(strided, named: "winograd 2×2") == nil)
    #expect(Convolution(strided, named: "gathered")?.kernelName == "gathered")
  }
}
