import Datasets
import TestSupport
import Testing

@Suite("Test rules")
struct DivisionTests {
  private func years(_ rows: [(String, String, String)]) -> Catalogue {
    Catalogue(
      name: "years", root: "/nowhere",
      examples: rows.map { id, label, year in
        Example(
          id: id, label: label, pixels: .file("/nowhere/\(id)"),
          attributes: ["id": id, "year": year])
      })
  }

  @Test(
    "a cell meets a condition, or says nothing",
    arguments: [
      (ColumnCondition.even, "2012", true), (.even, "2011", false), (.even, "2012.0", true),
      (.even, "-4", true), (.even, "", nil), (.even, " ", nil), (.even, "x", nil),
      (.even, "3.5", nil),
      (.odd, "2011", true), (.odd, "2012", false), (.odd, "", nil), (.odd, "-3", true),
      (.divisible(by: 5), "15", true), (.divisible(by: 5), "16", false),
      (.oneOf(["Summer", "Fall"]), " Fall ", true), (.oneOf(["Summer"]), "Winter", false),
      (.oneOf([""]), "", nil), (.below(2.5), "2.4", true), (.below(2.5), "2.5", false),
      (.above(2), "1e9", true), (.above(2), "nan", nil), (.above(2), "inf", nil),
      (.above(2), "two", nil),
    ] as [(ColumnCondition, String, Bool?)])
  func conditions(condition: ColumnCondition, cell: String, expected: Bool?) {
    #expect(condition.isMet(by: cell) == expected)
  }

  @Test("even years are train, odd and missing ones test, and unseen classes stay apart")
  func evenYears() throws {
    let rows = [
      ("1", "A", "2012"), ("2", "A", "2011"), ("3", "A", "2010"), ("4", "B", "2012"),
      ("5", "B", ""), ("6", "Rare", "2013"), ("7", "Rare", "2011"), ("8", "Alone", "2013"),
    ]
    let splits = try DatasetSplits.make(
      from: years(rows),
      split: SplitConfiguration(
        test: .column(name: "year", condition: .even, side: .train), validation: 0),
      classes: .init())
    #expect(splits.labelMap == LabelMap(names: ["A", "B"], unseen: ["Rare", "Alone"]))
    #expect(splits.census.counts == [2, 1])
    #expect(splits.test.examples.map(\.classIndex) == [0, 1, 2, 2, 3])
    #expect(
      splits.notes == [
        "1 row with nothing usable in column 'year' went to test",
        "2 unseen classes with 3 test images and none to learn from, kept apart: 'Rare', 'Alone'",
      ])
  }

  @Test("the other side of a column is train") func testSide() throws {
    let rows = (0..<10).map { ("\($0)", "A", "\($0)") }
    let splits = try DatasetSplits.make(
      from: years(rows),
      split: SplitConfiguration(
        test: .column(name: "id", condition: .divisible(by: 5), side: .test), validation: 0),
      classes: .init())
    #expect(splits.test.examples.map(\.example) == [0, 5])
  }

  private func listed(_ folder: TemporaryFolder, validation: Bool) throws -> DatasetSplits {
    let made = catalogue(["A": 4, "B": 4])
    let set = Catalogue(
      name: "listed", root: folder.path, examples: made.examples,
      quarantined: [QuarantinedExample(id: "A/9", reason: .missingImage, detail: "")])
    return try DatasetSplits.make(
      from: set,
      split: SplitConfiguration(
        test: .lists(train: "train.txt", validation: validation ? "val.txt" : nil, test: "test.txt")
      ),
      classes: .init())
  }

  @Test("lists of ids say what belongs where") func lists() throws {
    let folder = try TemporaryFolder()
    try folder.write("A/0\r\n\n A/1 \nA/0\nA/9\nB/0\n", to: "train.txt")
    try folder.write("A/2\n", to: "val.txt")
    try folder.write("A/3\nB/1", to: "test.txt")
    let splits = try listed(folder, validation: true)
    #expect(splits.census.counts == [2, 1])
    #expect(splits.validation.examples.count == 1 && splits.test.examples.count == 2)
    #expect(
      splits.notes == [
        "2 examples in none of the lists not used", "1 listed id set aside because of the data",
        "validation is the data's own; split.validation is not used",
      ])
  }

  @Test("lists that overlap or name strangers are refused") func badLists() throws {
    let folder = try TemporaryFolder()
    try folder.write("A/0\nA/1\n", to: "train.txt")
    try folder.write("B/0\nA/1\n", to: "test.txt")
    #expect { try listed(folder, validation: false) } throws: {
      "\($0)" == "test.txt: this test list shares 1 id with that of train: 'A/1';"
        + " list every id once; an image in two splits makes the comparison worthless"
    }
    try folder.write("B/0\nC/1\nC/2\n", to: "test.txt")
    #expect { try listed(folder, validation: false) } throws: {
      "\($0)" == "test.txt: 2 ids of no example of the data set: 'C/1', 'C/2', the first in line 2;"
        + " correct the list, or check that it belongs to data set 'listed'"
    }
    #expect { try listed(folder, validation: true) } throws: { "\($0)".contains("C/1") }
  }

  @Test("a class known only from a given validation part is left out, and said")
  func onlyValidation() throws {
    let parts: [(String, SplitName)] = [
      ("A", .train), ("A", .test), ("B", .validation), ("A", .validation),
    ]
    let set = Catalogue(
      name: "given", root: "/nowhere",
      examples: parts.enumerated().map {
        Example(
          id: "\($0.offset)", label: $0.element.0, pixels: .file("x"), givenSplit: $0.element.1)
      })
    let splits = try DatasetSplits.make(
      from: set, split: SplitConfiguration(test: .given), classes: .init())
    #expect(splits.labelMap.allNames == ["A"])
    #expect(splits.validation.examples.map(\.example) == [3])
    #expect(
      splits.notes.contains("1 validation image of classes without training image left out: 'B'"))
  }

  @Test(
    "the fashion products divide as the study divided them, by year",
    .enabled(if: FashionProducts.isPresent, FashionProducts.absence)) func fashion() throws
  {
    let root = FashionProducts.root
    // The study counted rows whether or not their image was there, and lost those with commas.
    let table = try CSVTable(path: root + "/styles.csv")
    let columns = try ["id", "articleType", "year"].map { try table.index(of: $0, for: "test") }
    let all = years(
      table.rows.map { ($0.cells[columns[0]], $0.cells[columns[1]], $0.cells[columns[2]]) })
    #expect(all.examples.count == 44_446)
    let unrepaired = Catalogue(
      name: "study", root: root,
      examples: zip(all.examples, table.rows).filter {
        !FashionProducts.linesWithCommas.contains($0.1.line)
      }
      .map(\.0))
    let split = SplitConfiguration(
      test: .column(name: "year", condition: .even, side: .train), validation: 0)
    let splits = try DatasetSplits.make(from: unrepaired, split: split, classes: .init())
    #expect(splits.training.examples.count == 23_788 && splits.test.examples.count == 20_636)
    #expect(splits.census.classCount == 108)
    #expect(Set(splits.test.examples.map(\.classIndex)).count == 122)
    #expect(
      splits.census.counts.prefix(20) == [
        2749, 2482, 1550, 1140, 1130, 1059, 1042, 1006, 881, 775, 662, 600, 507, 505, 492, 477, 427,
        371, 359, 342,
      ])
    #expect(splits.census.names[0] == "Tshirts" && splits.census.names[19] == "Flats")
    let top = try DatasetSplits.make(
      from: unrepaired, split: split, classes: ClassSelection(top: 20))
    #expect(top.training.examples.count == 18_556 && top.unseen.isEmpty)
    let rest = try DatasetSplits.make(
      from: unrepaired, split: split, classes: ClassSelection(remaining: 20))
    #expect(rest.training.examples.count == 5_232 && rest.census.classCount == 88)
    #expect(rest.unseen == splits.unseen && rest.unseen.count > 0)
  }
}
