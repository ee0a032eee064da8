import Kernels
import Testing

@Suite("Names of implementations") struct ConvolutionKernelNameTests {
  @Test("are different texts, each of which is read back")
  func rawValues() {
    let names = ConvolutionKernelName.allCases
    #expect(Set(names.map(\.rawValue)).count == names.count)
    for name in names { #expect(ConvolutionKernelName(rawValue: name.rawValue) == name) }
    #expect(ConvolutionKernelName(rawValue: "winograd 6×6") == nil)
  }

  @Test("belong to one implementation each, and to one variant for each problem")
  func uniqueness() {
    var owners: [String: String] = [:]
    for problem in ConvolutionProblems.edges + ConvolutionProblems.large {
      let all = Convolution.all(problem)
      #expect(Set(all.map(\.kernelName)).count == all.count, "\(problem)")
      for convolution in all {
        let (name, owner) = (convolution.kernelName, convolution.implementation)
        #expect(ConvolutionKernelName(rawValue: name) != nil, "'\(name)' is no case")
        #expect(owners[name, default: owner] == owner, "'\(name)' is given twice")
        owners[name] = owner
      }
    }
    // Every implementation computes some problem of the list.
    #expect(Set(owners.values).count == 6)
  }
}
