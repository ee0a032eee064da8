import Datasets
import TestSupport
import Testing

@Suite("Lists of ids")
struct IDListTests {
  private static let odd = [
    "plain", "with, comma", "ünïcödé", "\"quoted\"", "a\"b", " leading", "trailing ", "tab\tin",
    "line\nbreak", "carriage\rreturn", "next\u{85}line", "separator\u{2028}x", "back\\slash",
    "\\u{A}", "\"", "#comment", "'single'",
  ]

  @Test("what is written is read back to the same division and digest") func roundTrip() throws {
    let folder = try TemporaryFolder()
    let examples = Self.odd.enumerated().flatMap { index, id in
      (0..<4).map { copy in
        Example(
          id: copy == 0 ? id : "\(id)\(copy)", label: index % 2 == 0 ? "even" : "odd",
          pixels: .file("x"))
      }
    }
    let set = Catalogue(name: "odd", root: folder.path, examples: examples)
    var split = SplitConfiguration(
      test: .stratified(share: 0.3), validation: 0.2,
      longTail: LongTail(profile: .step, factor: 3))
    let made = try DatasetSplits.make(from: set, split: split, classes: .init())
    for (part, file) in [
      (SplitName.train, "train.txt"), (.validation, "val.txt"), (.test, "test.txt"),
    ] {
      try folder.write(made.idList(of: part), to: file)
    }
    split.longTail = nil
    split.test = .lists(train: "train.txt", validation: "val.txt", test: "test.txt")
    let read = try DatasetSplits.make(from: set, split: split, classes: .init())
    #expect(read.digest(pixels: "p") == made.digest(pixels: "p"))
    #expect(!made.validation.examples.isEmpty && made.droppedByLongTail > 0)
  }

  @Test("an empty validation list is none, and nothing is cut for it") func withoutValidation()
    throws
  {
    let folder = try TemporaryFolder()
    let set = Catalogue(
      name: "listed", root: folder.path, examples: catalogue(["A": 10, "B": 10]).examples)
    var split = SplitConfiguration(validation: 0)
    let made = try DatasetSplits.make(from: set, split: split, classes: .init())
    try folder.write(made.idList(of: .train), to: "train.txt")
    try folder.write(made.idList(of: .validation), to: "val.txt")
    try folder.write(made.idList(of: .test), to: "test.txt")
    split = SplitConfiguration(
      test: .lists(train: "train.txt", validation: "val.txt", test: "test.txt"))
    let read = try DatasetSplits.make(from: set, split: split, classes: .init())
    #expect(read.digest(pixels: "") == made.digest(pixels: ""))
  }

  @Test(
    "most ids stand as they are, others in quotes",
    arguments: [
      ("12345", "12345"), ("train/rose/1 2.jpg", "train/rose/1 2.jpg"), (" a", "\" a\""),
      ("\"a", "\"\\\"a\""), ("a\nb", "\"a\\u{A}b\""), ("a\"b", "a\"b"),
    ])
  func lines(id: String, line: String) {
    #expect(IDLine.text(of: id) == line)
  }

  @Test("a list with quotes of its own reads as before") func ownQuotes() throws {
    let folder = try TemporaryFolder()
    let set = Catalogue(
      name: "listed", root: folder.path,
      examples: ["\"a\"", "b", "c", "d"].map { Example(id: $0, label: "A", pixels: .file("x")) })
    try folder.write("\"a\"\nb\n", to: "train.txt")
    try folder.write("c\n\"d\"\n", to: "test.txt")
    let splits = try DatasetSplits.make(
      from: set,
      split: SplitConfiguration(
        test: .lists(train: "train.txt", validation: nil, test: "test.txt"), validation: 0),
      classes: .init())
    #expect(splits.training.examples.map(\.example) == [0, 1])
    #expect(splits.test.examples.map(\.example) == [2, 3])
  }
}
