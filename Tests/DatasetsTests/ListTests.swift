import Datasets
import TestSupport
import Testing

@Suite("A catalogue read from lists")
struct ListTests {
  /// As ImageNet-LT and iNaturalist are listed: path and class number, one a line.
  private func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for name in ["n01/a.JPEG", "n01/b.JPEG", "n02/c d.JPEG", "n02/e.JPEG"] {
      try folder.write([1], to: "train/\(name)")
    }
    try folder.write(
      "train/n01/a.JPEG 0\r\ntrain/n01/b.JPEG 0\r\n\r\ntrain/n02/c d.JPEG 1\r\n", to: "train.txt")
    try folder.write("train/n02/e.JPEG\t1", to: "test.txt")
    return folder
  }

  private func read(_ folder: TemporaryFolder, _ format: ListFormat) throws -> Catalogue {
    try Catalogue.read(folder.configuration(.list(format)))
  }

  private func message(_ folder: TemporaryFolder, _ format: ListFormat) -> String {
    do {
      _ = try read(folder, format)
      return ""
    } catch { return "\(error)".replacing(folder.path, with: "ROOT") }
  }

  @Test("has paths as ids, classes by number, and their division") func plain() throws {
    let folder = try folder()
    let catalogue = try read(folder, ListFormat(train: "train.txt", test: "test.txt"))
    #expect(
      catalogue.examples.map(\.id) == [
        "train/n01/a.JPEG", "train/n01/b.JPEG", "train/n02/c d.JPEG", "train/n02/e.JPEG",
      ])
    #expect(catalogue.examples.map(\.label) == ["0", "0", "1", "1"])
    #expect(catalogue.examples.map(\.givenSplit) == [.train, .train, .train, .test])
    #expect(catalogue.quarantined.isEmpty && catalogue.notes.isEmpty)
  }

  @Test("has the names of a list or of a file") func names() throws {
    let folder = try folder()
    try folder.write("tench\nhen, female\n", to: "names.txt")
    let byFile = try read(
      folder, ListFormat(train: "train.txt", test: "test.txt", classNamesFile: "names.txt"))
    #expect(byFile.examples.map(\.label) == ["tench", "tench", "hen, female", "hen, female"])
    let byList = try read(folder, ListFormat(train: "train.txt", classNames: ["b", "B"]))
    #expect(byList.examples.map(\.label) == ["b", "b", "B"])
    #expect(
      message(folder, ListFormat(train: "train.txt", classNames: ["one"]))
        == "ROOT/train.txt:4: received class '1', expected a number from 0 to 0; correct the line,"
        + " or dataset.class_names")
  }

  @Test("takes a folder before the paths") func prefix() throws {
    let folder = try folder()
    try folder.write("n01/a.JPEG 0\nn02/e.JPEG 1\nn02/gone.JPEG 1\n", to: "short.txt")
    let catalogue = try read(
      folder, ListFormat(train: "short.txt", imagePattern: "train/{path}"))
    #expect(catalogue.examples.map(\.id) == ["n01/a.JPEG", "n02/e.JPEG"])
    #expect(catalogue.quarantined.map(\.detail) == ["no file 'train/n02/gone.JPEG'"])
  }

  @Test("is refused with line and advice where it is another kind of file") func refused() throws {
    let folder = try folder()
    try folder.write("train/n01/a.JPEG 0\ntrain/n01/b.JPEG,0\n", to: "commas.txt")
    #expect(
      message(folder, ListFormat(train: "commas.txt"))
        == "ROOT/commas.txt:2: received 'train/n01/b.JPEG,0', expected a path, a blank and a class;"
        + " for a table use format csv, with separator: comma and, without a header line,"
        + " columns: [path, label]")
    try folder.write("train/n01/a.JPEG\n", to: "paths.txt")
    #expect(
      message(folder, ListFormat(train: "paths.txt")).hasSuffix(
        "for ids or paths without classes use format csv or folder and split.test.lists"))
    try folder.write("train/n01/a.JPEG 0\ntrain/n02/e.JPEG 1\n", to: "leak.txt")
    #expect(
      message(folder, ListFormat(train: "train.txt", test: "leak.txt"))
        == "ROOT/leak.txt:1: 1 path of this test list stand in another list too:"
        + " 'train/n01/a.JPEG'; list every image once; an image in two parts makes the comparison"
        + " worthless")
    #expect(
      message(folder, ListFormat(train: "trian.txt")).hasPrefix(
        "dataset.train_list: no file 'trian.txt' in 'ROOT' (did you mean 'train.txt'?)"))
  }

  @Test("counts a path that stands twice in one file once") func twice() throws {
    let folder = try folder()
    try folder.write("train/n01/a.JPEG 0\ntrain/n01/a.JPEG 1\n", to: "twice.txt")
    let catalogue = try read(folder, ListFormat(train: "twice.txt"))
    #expect(catalogue.examples.map(\.label) == ["0"])
    #expect(
      catalogue.quarantined.map(\.detail) == [
        "line 2: the id is already in line 1, there with the label '0' and here with '1'"
      ])
  }

  @Test("of ids may start with a byte order mark") func mark() throws {
    let folder = try TemporaryFolder()
    try folder.write("id,label\n1,A\n2,A\n", to: "table.csv")
    try folder.images(["1", "2"])
    try folder.write("\u{FEFF}1\r\n", to: "train.txt")
    try folder.write("2\r\n", to: "test.txt")
    let splits = try DatasetSplits.make(
      from: try Catalogue.read(folder.table()),
      split: SplitConfiguration(
        test: .lists(train: "train.txt", validation: nil, test: "test.txt"), validation: 0),
      classes: .init())
    #expect(splits.training.examples.count == 1 && splits.test.examples.count == 1)
  }
}
