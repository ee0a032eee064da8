import Datasets
import Testing

@Suite("Three parts by one column")
struct PartsTests {
  private func set(_ cells: [String]) -> Catalogue {
    Catalogue(
      name: "parts", root: "/nowhere",
      examples: cells.enumerated().map {
        Example(
          id: "\($0.offset)", label: "A", pixels: .file("x"), attributes: ["part": $0.element])
      })
  }

  private func make(
    _ cells: [String], train: ColumnCondition = .oneOf(["train"]),
    validation: ColumnCondition? = .oneOf(["dev"]), test: ColumnCondition = .oneOf(["test"])
  ) throws -> DatasetSplits {
    try DatasetSplits.make(
      from: set(cells),
      split: SplitConfiguration(
        test: .parts(column: "part", train: train, validation: validation, test: test),
        validation: 0.5),
      classes: .init())
  }

  @Test("each row goes where its cell says, and others are counted") func parts() throws {
    let splits = try make(["train", "dev", "test", "train", "holdout", "", " test ", "holdout"])
    #expect(splits.training.examples.map(\.example) == [0, 3])
    #expect(splits.validation.examples.map(\.example) == [1])
    #expect(splits.test.examples.map(\.example) == [2, 6])
    #expect(
      splits.notes == [
        "3 examples that meet no condition on column 'part' not used: the cells are '', 'holdout'",
        "validation is the data's own; split.validation is not used",
        "1 class only, 'A': there is nothing to tell apart, and strategies cannot be compared",
      ])
  }

  @Test("without a condition for validation a share of train is cut") func cut() throws {
    let splits = try make(
      ["2010", "2010", "2010", "2010", "2012", "2015"], train: .below(2011), validation: nil,
      test: .above(2014))
    #expect(splits.training.examples.count == 2 && splits.validation.examples.count == 2)
    #expect(splits.test.examples.map(\.example) == [5])
    #expect(
      splits.notes == [
        "1 example that meets no condition on column 'part' not used: the cells are '2012'",
        "1 class only, 'A': there is nothing to tell apart, and strategies cannot be compared",
      ])
  }

  @Test("a row of two parts, and a part without rows, are errors") func bad() {
    #expect { try make(["1", "2", "3"], train: .odd, validation: nil, test: .above(2)) } throws: {
      "\($0)" == "split.test: 1 example of two parts by column 'part', such as '2' with '3';"
        + " give conditions of which no cell meets two"
    }
    #expect { try make(["train", "test", "val"]) } throws: {
      "\($0)" == "split.test.validation: no example meets the condition on column 'part';"
        + " its cells are 'test', 'train', 'val'"
    }
    #expect { try make(["train", "dev", "Test"]) } throws: {
      "\($0)".hasPrefix("split.test.test: no example meets")
    }
  }
}
