import Experiments
import TestSupport
import Testing

@Suite("model.weights") struct WeightTests {
  private func problems(_ model: String, beside files: [String: String] = [:]) -> [String] {
    Reading.problems(
      Reading.head + "strategies: {baseline: {}}\nmodel: \(model)\n", beside: files)
  }

  @Test func `a file that is not there is a problem with a place`() {
    let found = problems("{weights: absent.pth}")
    #expect(found.count == 1)
    #expect(found.first?.hasPrefix("t.yaml:5:") == true, "\(found)")
    #expect(found.first?.contains("model.weights: cannot open") == true, "\(found)")
    #expect(found.first?.contains("absent.pth") == true)
  }

  @Test func `a file that is no file of weights is a problem, told once`() {
    let found = Reading.problems(
      Reading.head + """
        strategies:
          baseline: {}
          weights: {strategy: inverse-weights, overrides: {model.head.dropout: 0.1}}
        model: {weights: sub/w.pth}
        """, beside: ["sub/w.pth": "no weights at all"])
    #expect(found.count == 1, "\(found)")
    #expect(found.first?.contains("sub/w.pth': it is neither safetensors") == true, "\(found)")
  }

  @Test func `weights of another network are a problem that lists the tensors`() {
    let header = #"{"conv1.weight":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}"#
    // Its length, 64, is the letter @ in the eight bytes before it.
    let file = "@\0\0\0\0\0\0\0\(header)ab"
    let found = problems(
      "{architecture: resnet18, weights: w.safetensors}", beside: ["w.safetensors": file])
    #expect(found.count == 1, "\(found)")
    #expect(found.first?.contains("do not fit resnet18 with the imagenet stem: 99 missing") == true)
    #expect(found.first?.contains("conv1.weight [2], expected [64, 3, 7, 7]") == true, "\(found)")
  }

  @Test func `what becomes of the head is said in one of three ways`() {
    for (value, received) in [("take", "'take'"), ("3", "'3'"), ("{a: 1}", "a mapping")] {
      // The file is looked at first: every problem is told.
      let found = problems("{weights: {file: absent.pth, head: \(value)}}")
      #expect(
        found.contains {
          $0.contains("model.weights.head: received \(received), expected drop, keep, or the list")
        }, "\(found)")
    }
    #expect(
      problems("{weights: {file: absent.pth, head: []}}").contains {
        $0.contains("model.weights.head: the list is empty")
      })
    #expect(
      problems("{weights: {file: absent.pth, head: [a, b, a]}}").contains {
        $0.contains("model.weights.head: 'a' stands twice")
      })
    #expect(
      problems("{weights: {head: drop}}").first?.contains("model.weights.file is missing") == true)
    #expect(
      problems("{weights: {file: absent.pth, heads: drop}}").contains {
        $0.contains("unknown key 'heads' in model.weights; did you mean 'head'?")
      })
  }

  @Test func `a run must be exported first`() {
    let found = problems("{weights: 'run:12'}")
    #expect(found.first?.contains("poise export 12 weights.safetensors") == true, "\(found)")
  }
}
