import Datasets
import TestSupport
import Testing

@Suite("Rows of a table that are not as they should be")
struct TableRowTests {
  @Test("are not repaired where the last column is the class") func classLast() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      "id,name,label\n1,\"Puma, red\",Boot\n2,Puma, red,Boot\n3,shoe,Boot\n4,shoe,Boot,,\n"
        + "5,shoe,\"Boot\",\n", to: "table.csv")
    try folder.images(["1", "2", "3", "4", "5"])
    let catalogue = try Catalogue.read(folder.table())
    #expect(catalogue.examples.map(\.id) == ["1", "3", "4", "5"])
    #expect(catalogue.examples.allSatisfy { $0.label == "Boot" })
    #expect(catalogue.quarantined.map(\.id) == ["line 3"])
    #expect(
      catalogue.quarantined[0].detail
        == "more cells than the header's 3, and column 'label', the last, cannot hold the surplus;"
        + " quote cells that contain ','")
    #expect(
      catalogue.repairs == [
        RepairedRow(line: 5, repair: .surplusEmptyCells),
        RepairedRow(line: 6, repair: .surplusEmptyCells),
      ])
  }

  @Test("are not repaired where the class would be one that no whole row has") func shifted() throws
  {
    let folder = try TemporaryFolder()
    try folder.write(
      "id,name,label,note\n1,shoe,Boot,plain\n2,shoe,Boot,red, green\n3,Puma, red,Boot,ok\n",
      to: "table.csv")
    try folder.images(["1", "2", "3"])
    let catalogue = try Catalogue.read(folder.table(text: "note"))
    #expect(catalogue.examples.map(\.id) == ["1", "2"])
    #expect(catalogue.examples[1].text == "red, green")
    #expect(catalogue.repairs == [RepairedRow(line: 3, repair: .verbatimLastCell)])
    #expect(catalogue.quarantined.map(\.id) == ["line 4"])
    #expect(catalogue.quarantined[0].detail.contains("'red' is the label of no row"))
  }

  @Test("with paths of another kind are read where they lead to files") func paths() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      "id,label,path\n1,A,images\\1.jpg\n2,A,\(folder.path)/images/2.jpg\n3,A,./images/3.jpg\n"
        + "4,A,/elsewhere/4.jpg\n5,A,C:\\data\\5.jpg\n", to: "table.csv")
    try folder.images(["1", "2", "3"])
    let catalogue = try Catalogue.read(folder.table(image: "{path}"))
    #expect(catalogue.examples.map(\.id) == ["1", "2", "3"])
    #expect(
      catalogue.quarantined.map { "\($0.id): \($0.reason.rawValue)" } == [
        "4: path outside the data root", "5: missing image",
      ])
    #expect(
      catalogue.notes == [
        "1 path with backslashes read as with slashes",
        "1 absolute path below the root taken as they are",
      ])
  }

  @Test("get leading zeros from the pattern") func zeros() throws {
    let folder = try TemporaryFolder()
    try folder.write("id,label\n1,A\n12.0,A\n00123,A\n7.5,A\nx,A\n", to: "table.csv")
    try folder.images(["00001", "00012", "00123", "7.5", "x"])
    let catalogue = try Catalogue.read(folder.table(image: "images/{id:05}.jpg"))
    #expect(catalogue.examples.map(\.id) == ["1", "12.0", "00123", "7.5", "x"])
  }

  @Test(
    "whose images are called otherwise are told how",
    arguments: [
      ("1", "images/{id}.png", "'1.jpg' is there: correct the ending in dataset.image"),
      ("1", "images/{id}.JPG", "'1.jpg' is there: correct the ending in dataset.image"),
      ("1", "images/{id}", "'1.jpg' is there: correct the ending in dataset.image"),
      ("1.0", "images/{id}.jpg", "write {…:01} in dataset.image, such as 'images/{id:01}.png'"),
    ])
  func hints(id: String, pattern: String, advice: String) throws {
    let folder = try TemporaryFolder()
    try folder.write("id,label\n\(id),A\n", to: "table.csv")
    try folder.images(["1"])
    #expect { try Catalogue.read(folder.table(image: pattern)) } throws: {
      "\($0)".contains(advice)
    }
  }

  @Test("that lose a class name it") func lostClass() throws {
    let folder = try TemporaryFolder()
    try folder.write("id,label\n1,A\n2,A\n3,B\n4,B\n", to: "table.csv")
    try folder.images(["1", "2"])
    let catalogue = try Catalogue.read(folder.table())
    #expect(catalogue.notes == ["1 class has no usable image and is left out: 'B' (2)"])
  }

  @Test("are divided by a column of yes and no as people mean them")
  func booleans() throws {
    let cells = [
      ["True", "False"], ["TRUE", "FALSE"], ["true", "false"], ["1", "0"], ["yes", "no"],
      ["t", "f"],
    ]
    for pair in cells {
      let catalogue = try Self.catalogue(column: [pair[0], pair[1], pair[0], pair[1]])
      for (wanted, count) in [("true", 2), ("false", 2)] {
        let splits = try DatasetSplits.make(
          from: catalogue,
          split: SplitConfiguration(
            test: .column(name: "c", condition: .oneOf([wanted]), side: .test), validation: 0),
          classes: .init())
        #expect(splits.test.examples.count == count)
        let first = wanted == "true" ? 0 : 1
        #expect(splits.test.examples[0].example == first)
      }
    }
  }

  @Test("are not divided by what no cell means, and the cells are shown") func noSuchCell() throws {
    func message(_ cells: [String], _ condition: ColumnCondition) throws -> String {
      do throws(SplitError) {
        _ = try DatasetSplits.make(
          from: try! Self.catalogue(column: cells),
          split: SplitConfiguration(
            test: .column(name: "c", condition: condition, side: .test), validation: 0),
          classes: .init())
        return ""
      } catch { return error.description }
    }
    #expect(
      try message(["a", "b", "a"], .oneOf(["true"]))
        == "split.test: no row of column 'c' meets the condition, one_of: [true]; its values are"
        + " 'a' (2), 'b' (1); correct the condition")
    #expect(
      try message(["1,5", "2,5"], .above(2)).hasSuffix(
        "its values are '1,5' (1), '2,5' (1); write its numbers with decimal points in the table"))
    #expect(
      try message(["x", "x"], .oneOf(["x"]))
        == "split.test: every row of column 'c' meets the condition, one_of: [x]; its values are"
        + " 'x' (2); correct the condition")
    // Rows that say nothing are on the other side.
    #expect(try message(["1", "", "1", ""], .oneOf(["1"])) == "")
  }

  private static func catalogue(column: [String]) throws -> Catalogue {
    Catalogue(
      name: "made up", root: "/nowhere",
      examples: column.enumerated().map {
        Example(
          id: "\($0.offset)", label: "A", pixels: .file("x"), attributes: ["c": $0.element])
      })
  }
}
