import Datasets
import Foundation
import Testing

@Suite("A data set's summary")
struct DatasetSummaryTests {
  @Test("counts classes, groups, quarantine and repairs, and survives JSON") func summary() throws {
    let made = catalogue(["a": 200, "b": 60, "c": 10])
    let extra = Example(
      id: "u", label: "u", pixels: .file("x"), attributes: [:], givenSplit: .test)
    let set = Catalogue(
      name: "made", root: "/nowhere",
      examples: made.examples.enumerated().map { index, example in
        var example = example
        example.givenSplit = index % 5 == 0 ? .test : .train
        return example
      } + [extra],
      quarantined: [
        QuarantinedExample(id: "1", reason: .emptyLabel, detail: "x"),
        QuarantinedExample(id: "2", reason: .missingImage, detail: "y"),
        QuarantinedExample(id: "3", reason: .missingImage, detail: "z"),
      ],
      repairs: [4, 9].map { RepairedRow(line: $0, repair: .verbatimLastCell) }, notes: ["first"])
    let splits = try DatasetSplits.make(
      from: set, split: SplitConfiguration(test: .given, validation: 0), classes: .init())
    let summary = DatasetSummary(of: splits, examples: 1)
    #expect(summary.classes.map(\.name) == ["a", "b", "c", "u"])
    #expect(summary.classes.map(\.train) == [160, 48, 8, 0])
    #expect(summary.classes.map(\.test) == [40, 12, 2, 1])
    #expect(summary.classes.map(\.group) == [.many, .medium, .few, .unseen])
    #expect(summary.groups.map(\.classes) == [1, 1, 1, 1])
    #expect(summary.imbalanceFactor == 20 && summary.largestClass == 160)
    #expect(summary.trainCount == 216 && summary.testCount == 55 && summary.unseenTestCount == 1)
    #expect(summary.quarantine.map(\.reason) == [.missingImage, .emptyLabel])
    #expect(summary.quarantine.map(\.count) == [2, 1])
    #expect(summary.quarantine[0].examples.map(\.id) == ["2"])
    #expect(summary.repairs.map(\.lines) == [[4, 9]])
    #expect(summary.notes.first == "first" && summary.notes.count == 2)
    let data = try JSONEncoder().encode(summary)
    #expect(try JSONDecoder().decode(DatasetSummary.self, from: data) == summary)
  }
}
