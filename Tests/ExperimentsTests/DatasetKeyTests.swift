import Datasets
import Experiments
import Testing

@Suite("Keys of data sets")
struct DatasetKeyTests {
  private static let rest = "image: {size: 32}\nstrategies: {baseline: {}}\n"

  private func dataset(_ text: String) throws -> DatasetConfiguration {
    try #require(
      try Reading.read("name: t\ndataset: \(text)\n" + Self.rest).recipes.first
    ).dataset
  }

  @Test("say how a table is written and what its labels mean") func table() throws {
    let set = try dataset(
      """
      {format: csv, root: /d, file: t.csv, id: i, label: l, image: "{i:05}.png",
        separator: semicolon, encoding: cp1252, columns: [i, l], comment: "#",
        follow_links: inside,
        labels: {near: merge, merge: {Boot: [BOOT, no]}, missing: [nan, 010]}}
      """)
    #expect(
      set.format
        == .csv(
          CSVFormat(
            file: "t.csv", idColumn: "i", labelColumn: "l", imagePattern: "{i:05}.png",
            dialect: TableDialect(
              encoding: .windows1252, separator: ";", columns: ["i", "l"], comment: "#"))))
    #expect(set.followLinks == .inside)
    #expect(
      set.labels
        == LabelRules(near: .merge, merge: ["Boot": ["BOOT", "no"]], missing: ["nan", "010"]))
  }

  @Test(
    "name separators or give them",
    arguments: [
      ("comma", nil), ("','", nil), ("tab", "\t"), ("\"\\t\"", "\t"), ("pipe", "|"), ("'|'", "|"),
      ("space", " "), (";", ";"), ("\"^\"", "^"),
    ] as [(String, String?)])
  func separators(text: String, separator: String?) throws {
    let set = try dataset(
      "{format: csv, root: /d, file: f, id: i, label: l, image: '{i}', separator: \(text)}")
    guard case .csv(let format) = set.format else { Issue.record("no table"); return }
    #expect(format.dialect?.separator == separator)
  }

  @Test("say which lists there are") func lists() throws {
    let set = try dataset(
      """
      {format: list, root: /d, train_list: a.txt, validation_list: b.txt, test_list: c.txt,
        image: "images/{path}", class_names: names.txt, encoding: latin1}
      """)
    #expect(
      set.format
        == .list(
          ListFormat(
            train: "a.txt", validation: "b.txt", test: "c.txt", imagePattern: "images/{path}",
            classNamesFile: "names.txt", encoding: .latin1)))
    let plain = try dataset("{format: list, root: /d, train_list: a.txt, class_names: [x, y]}")
    #expect(plain.format == .list(ListFormat(train: "a.txt", classNames: ["x", "y"])))
  }

  @Test("of another format are dropped where a file extends one") func extended() throws {
    let base = """
      dataset: {format: csv, root: /d, file: f, id: i, label: l, image: '{i}', separator: tab,
        encoding: latin1, labels: {near: keep}}
      """
    let text = "name: t\nextends: base.yaml\ndataset: {format: folder}\n" + Self.rest
    let set = try #require(
      try Reading.read(text, beside: ["base.yaml": base]).recipes.first
    ).dataset
    #expect(set.format == .folder && set.labels == LabelRules(near: .keep))
  }
}
