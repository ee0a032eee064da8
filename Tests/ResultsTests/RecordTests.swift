import Metrics
import Results
import Testing

@Suite("A record")
struct RecordTests {
  private func description(_ configuration: String, swept: [String]) -> RunDescription {
    RunDescription(
      sweep: "s", name: "n", strategy: "focal", variant: "", seed: 1, configHash: "c",
      groupHash: "g", configuration: configuration, sweptKeys: swept,
      dataset: DatasetRecord(name: "d", digest: "x", classes: [], quarantined: [:]),
      epochsPlanned: 1, imagesPlanned: 1)
  }

  @Test("of a data set knows its imbalance, over classes with images")
  func imbalance() {
    func dataset(_ counts: [Int]) -> DatasetRecord {
      let classes = counts.enumerated().map {
        ClassRecord(
          index: $0.offset, name: "", trainCount: $0.element, validationCount: 0, testCount: 0)
      }
      return DatasetRecord(name: "", digest: "", classes: classes, quarantined: [:])
    }
    #expect(dataset([0, 5, 50]).imbalanceFactor == 10)
    #expect(dataset([0]).imbalanceFactor == nil && dataset([]).imbalanceFactor == nil)
  }

  @Test("of a run takes its overrides from the configuration, else from the swept keys")
  func overrides() {
    let swept = ["beta", "training.batch", "model.depth"]
    #expect(description(#"{"overrides":["a"]}"#, swept: swept).overrides == ["a"])
    #expect(
      description("{}", swept: swept).overrides == ["training.batch", "model.depth"])
  }

  @Test("of an outcome says how it ended")
  func outcomes() {
    let diverged = RunOutcome.diverged(step: 3, reason: "the loss is inf")
    #expect(diverged.status == .diverged && diverged.attemptOutcome == .diverged)
    #expect(diverged.errorText == "diverged at step 3: the loss is inf")
    let failed = RunOutcome.failed(reason: "killed", exitCode: nil, signal: 9)
    #expect(failed.status == .failed && failed.errorText == "killed")
    #expect(RunOutcome.cancelled(reason: "INT").status == .cancelled)
  }

  @Test("of an error says what to do")
  func errors() {
    #expect(
      RunStoreError.unknownSweep("x", known: ["a", "b"]).description
        == "no sweep 'x' in the store (known: 'a', 'b'); register it before its runs")
    #expect(RunStoreError.unknownRun(3).description.contains("no run 3"))
    #expect(RunStoreError.alreadyDone(3, name: "n").description.contains("already done"))
  }
}
