import Experiments
import TestSupport
import Testing

/// Networks that cannot take what a file gives them, found without data.
@Suite("Shapes of a file") struct CheckShapeTests {
  /// 32 × 32 pixels are one pixel in the last stage: 1 × 1 × 1 numbers a channel.
  @Test func `one number a channel cannot be normalised`() {
    func found(_ model: String, batch: Int) -> [String] {
      Reading.problems(
        Reading.head + """
          strategies: {baseline: {}}
          model: {architecture: \(model)}
          training:
            batch: \(batch)
          """)
    }
    let one = found("resnet18", batch: 1)
    #expect(
      one.count == 1 && one[0].hasPrefix("t.yaml:7:10: error: strategies.baseline: "), "\(one)")
    #expect(one.first?.contains("needs at least two numbers per channel") == true)
    #expect(found("resnet18", batch: 2) == [])
    #expect(found("cifar_resnet20", batch: 64) == [])
  }

  @Test func `an override that cannot work is told at its strategy`() {
    let found = Reading.problems(
      Reading.head + """
        model: {architecture: resnet18}
        strategies:
          baseline: {}
          single: {strategy: inverse-weights, overrides: {training.batch: 1}}
        """)
    #expect(found.count == 1, "\(found)")
    #expect(found.first?.contains("error: strategies.single: the network cannot take") == true)
  }

  @Test func `what is not there is told apart from what is wrong`() throws {
    let folder = try TemporaryFolder("shapes")
    func error(_ text: String) throws -> ExperimentProblems? {
      let file = try folder.write(text, to: "t.yaml")
      return #expect(throws: ExperimentProblems.self) { try ExperimentFile.read(path: file) }
    }
    let missing = try error(
      Reading.head + "strategies: {baseline: {}}\nmodel: {weights: absent.pth}\n")
    #expect(missing?.areAllMissing == true)
    let both = try error(
      Reading.head + "strategies: {baseline: {}}\nmodel: {weights: absent.pth, stem: x}\n")
    #expect(both?.areAllMissing == false && both?.problems.count == 2)
  }
}
