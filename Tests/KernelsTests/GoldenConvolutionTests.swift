import Kernels
import TestSupport
import Testing

/// A convolution as `Tests/References/kernels_convolution_golden.py` wrote it.
private struct GoldenConvolution: Decodable {
  let name: String
  let batch: Int
  let height: Int
  let width: Int
  let inChannels: Int
  let outChannels: Int
  let kernel: Int
  let stride: Int
  let tensors: [String: GoldenSummary]

  var problem: ConvolutionProblem {
    ConvolutionProblem(
      batch: batch, height: height, width: width, inChannels: inChannels,
      outChannels: outChannels, kernel: kernel, stride: stride, padding: kernel / 2)
  }

  static let all: Result<[GoldenConvolution], any Error> = Result {
    try fixture("convolutions.json", as: [GoldenConvolution].self)
  }
}

@Suite("Convolutions against PyTorch")
struct GoldenConvolutionTests {
  @Test("Every implementation agrees with PyTorch's double precision, forward and backward")
  func agreeWithPyTorch() throws {
    var worst: [String: [String: (error: Double, problem: String)]] = [:]
    let cases = try GoldenConvolution.all.get()
    #expect(cases.count == 15)
    for golden in cases {
      let problem = golden.problem
      let inputs = ConvolutionReference(
        problem, x: goldenStream("\(golden.name)/x", count: problem.inputCount),
        w: goldenStream("\(golden.name)/w", count: problem.weightCount),
        dy: goldenStream("\(golden.name)/dy", count: problem.outputCount))
      for convolution in Convolution.all(problem) {
        let passes = ConvolutionPasses(convolution, inputs, threads: 2)
        for (pass, values) in [("y", passes.y), ("dx", passes.dx), ("dw", passes.dw)] {
          let summary = try #require(golden.tensors[pass])
          let error = summary.error(of: values, named: "\(golden.name)/\(pass)")
          let name = convolution.kernelName
          // Eight projections estimate an error to within a factor of about two.
          #expect(error < 6e-6, "\(name), \(golden.name): \(pass)")
          if error >= worst[name]?[pass]?.error ?? 0 {
            worst[name, default: [:]][pass] = (error, golden.name)
          }
        }
      }
    }
    let names = Set(worst.keys)
    #expect(names.isSuperset(of: ["per pixel", "gathered", "reference"]))
    // Sixteen tiles, and the stem.
    #expect(names.filter { $0.hasPrefix("winograd") }.count == 17)
    for (name, passes) in worst.sorted(by: { $0.key < $1.key }) {
      let text = passes.sorted { $0.key > $1.key }.map {
        "\($0.key) \(inShort($0.value.error)) (\($0.value.problem))"
      }
      print("\(name): worst relative error of \(text.joined(separator: ", "))")
    }
  }
}
