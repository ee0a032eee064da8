import Datasets
import TestSupport
import Testing

@Suite("What lies in class folders")
struct FolderContentTests {
  private static let jpeg: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE0, 0, 16, 0x4A, 0x46, 0x49, 0x46]
  private static let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0]
  /// `....ftypavif`, as ISO 23008-12 has it.
  private static let avif: [UInt8] = [0, 0, 0, 28] + Array("ftypavif".utf8) + [0, 0, 0, 0]

  @Test("is judged by content where the name leaves a doubt") func byContent() throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.jpeg, to: "a/1.jfif")
    try folder.write(Self.jpeg, to: "a/2.jpe")
    try folder.write(Self.png, to: "a/3")
    try folder.write(Self.jpeg, to: "a/4.avif")
    try folder.write(Self.jpeg, to: "a/5.JPG.1")
    try folder.write([1, 2, 3], to: "a/README")
    try folder.write([1, 2, 3], to: "a/Thumbs.db")
    try folder.write([1], to: "b/1.png")
    let catalogue = try Catalogue.read(folder.configuration(.folder))
    #expect(
      catalogue.examples.map(\.id) == [
        "a/1.jfif", "a/2.jpe", "a/3", "a/4.avif", "a/5.JPG.1", "b/1.png",
      ])
    #expect(catalogue.quarantined.isEmpty)
    #expect(
      catalogue.notes == [
        "2 files passed over, no pictures by name and content, 1 without ending, 1 .db:"
          + " 'a/README', 'a/Thumbs.db'"
      ])
  }

  @Test("of formats that are not read counts against the limit, and a lost class is named")
  func unread() throws {
    let folder = try TemporaryFolder()
    for index in 0..<19 { try folder.write([1], to: "a/\(index).jpg") }
    try folder.write(Self.avif, to: "b/1.avif")
    try folder.write(Array("P5 1 1 255\n0".utf8), to: "b/2.pgm")
    let catalogue = try Catalogue.read(folder.configuration(.folder))
    #expect(catalogue.quarantined.map(\.reason) == [.unreadFormat, .unreadFormat])
    #expect(
      catalogue.notes == [
        "2 pictures of formats that are not read set aside, 1 .avif, 1 .pgm; by folder: 'b' 2",
        "1 class has no usable image and is left out: 'b' (2)",
      ])
    try catalogue.checkQuarantine(limit: 0.1)
    #expect { try catalogue.checkQuarantine(limit: 0.05) } throws: {
      let text = "\($0)"
      return text.contains("2 of 21 examples (9.5 %) cannot be used")
        && text.contains("2 picture of a format that is not read (1 .avif, 1 .pgm; such as")
        && text.contains("1 class has no usable image and is left out: 'b' (2)")
    }
  }

  @Test("that cannot be decoded takes its class along by name") func lostInDecoding() throws {
    let folder = try TemporaryFolder()
    for file in ["a/1.jpg", "a/2.jpg", "b/1.jpg", "b/2.jpg"] { try folder.write([1], to: file) }
    let catalogue = try Catalogue.read(folder.configuration(.folder))
    let smaller = catalogue.quarantining([
      (index: 2, reason: .unreadableImage, detail: "x"), (3, .emptyImage, "y"),
      (0, .unreadableImage, "z"),
    ])
    #expect(smaller.notes == ["1 class has no usable image and is left out: 'b' (2)"])
  }

  @Test("of archives and systems is passed over by name") func leftovers() throws {
    let folder = try TemporaryFolder()
    for file in [
      "a/1.jpg", "b/1.jpg", "__MACOSX/a/._1.jpg", "a/@eaDir/1.jpg/SYNOPHOTO_THUMB_M.jpg",
      ".ipynb_checkpoints/1-checkpoint.jpg", "b/.ipynb_checkpoints/1-checkpoint.jpg",
      "b/._1.jpg",
    ] { try folder.write([1], to: file) }
    let catalogue = try Catalogue.read(folder.configuration(.folder))
    #expect(catalogue.examples.map(\.id) == ["a/1.jpg", "b/1.jpg"])
    #expect(
      catalogue.notes == [
        "2 folders of archives and systems passed over: '__MACOSX', 'a/@eaDir'"
      ])
  }

  @Test("under one name in two Unicode forms is one class, and says so") func composed() throws {
    let folder = try TemporaryFolder()
    try folder.write([1], to: "M\u{FC}sli/1.jpg")
    try folder.write([1], to: "Mu\u{308}sli/2.jpg")
    try folder.write([1], to: "b/1.jpg")
    let catalogue = try Catalogue.read(folder.configuration(.folder))
    #expect(Set(catalogue.examples.map(\.label)).count == 2)
    #expect(
      catalogue.notes == [
        "1 class of labels that differ only in how letters are composed: 'M\u{FC}sli' (2)"
      ])
  }

  @Test("of one class says that nothing can be compared") func oneClass() throws {
    let splits = try DatasetSplits.make(
      from: catalogue(["only": 10]), split: SplitConfiguration(validation: 0), classes: .init())
    #expect(
      splits.notes == [
        "1 class only, 'only': there is nothing to tell apart, and strategies cannot be compared"
      ])
  }

  @Test("in classes that differ only in capitals is asked about") func nearClasses() throws {
    let folder = try TemporaryFolder()
    for file in ["train/Rose/1.jpg", "test/rose/1.jpg", "train/Tulip/1.jpg", "test/Tulip/1.jpg"] {
      try folder.write([1], to: file)
    }
    var configuration = folder.configuration(.folder)
    #expect { try Catalogue.read(configuration) } throws: {
      "\($0)".contains("1 group of labels differ only in")
        && "\($0)".contains("'Rose' (1), 'rose' (1)")
    }
    configuration.labels = LabelRules(near: .merge)
    #expect(Set(try Catalogue.read(configuration).examples.map(\.label)) == ["Rose", "Tulip"])
  }
}
