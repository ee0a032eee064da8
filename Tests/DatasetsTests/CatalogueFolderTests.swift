import Datasets
import TestSupport
import Testing

@Suite("A catalogue read from folders")
struct CatalogueFolderTests {
  @Test("has one class a folder, sorted by bytes") func classes() throws {
    let folder = try TemporaryFolder()
    for file in [
      "b/2.JPG", "b/10.jpeg", "a/1.png", "Ähre 麦/1.jpg", "Z/1.jpg", "a/deep/er/2.jpg",
      "a/.hidden.jpg",
      ".git/x.jpg", "a/notes.txt", "top.jpg",
    ] {
      try folder.write([1], to: file)
    }
    try folder.write([], to: "empty/.keep")
    let catalogue = try Catalogue.read(folder.configuration(.folder))
    #expect(
      catalogue.examples.map(\.id) == [
        "Z/1.jpg", "a/1.png", "a/deep/er/2.jpg", "b/10.jpeg", "b/2.JPG", "Ähre 麦/1.jpg",
      ])
    #expect(catalogue.examples.map(\.label) == ["Z", "a", "a", "b", "b", "Ähre 麦"])
    #expect(catalogue.examples.allSatisfy { $0.givenSplit == nil })
    #expect(
      catalogue.notes == [
        "the folder 'empty' holds no image",
        "1 entry passed over, no JPEG, PNG, WebP, GIF, BMP or TIFF by name, or a link to a folder: "
          + "'a/notes.txt'",
      ])
  }

  @Test("takes the division of its folders", arguments: ["val", "validation"])
  func given(validation: String) throws {
    let folder = try TemporaryFolder()
    for file in ["train/a/1.jpg", "train/b/1.jpg", "\(validation)/a/1.jpg", "test/b/1.jpg"] {
      try folder.write([1], to: file)
    }
    let catalogue = try Catalogue.read(folder.configuration(.folder))
    #expect(Set(catalogue.examples.map(\.id)).count == 4)
    #expect(
      Dictionary(uniqueKeysWithValues: catalogue.examples.map { ($0.id, $0.givenSplit) })[
        "\(validation)/a/1.jpg"] == .validation)
    let splits = try DatasetSplits.make(
      from: catalogue, split: SplitConfiguration(test: .given), classes: .init())
    #expect(splits.census.names == ["a", "b"] && splits.census.counts == [1, 1])
    #expect(splits.validation.examples.count == 1 && splits.test.examples.count == 1)
    #expect(splits.notes.first == "validation is the data's own; split.validation is not used")
  }

  @Test("takes 'test' as a class when there is no 'train'") func testAsClass() throws {
    let folder = try TemporaryFolder()
    try folder.write([1], to: "test/1.jpg")
    try folder.write([1], to: "rest/1.jpg")
    let catalogue = try Catalogue.read(folder.configuration(.folder))
    #expect(catalogue.examples.map(\.label) == ["rest", "test"])
  }

  @Test("follows links that stay inside and sets the others aside") func links() throws {
    let folder = try TemporaryFolder()
    try folder.write([1], to: "a/1.jpg")
    try folder.link("a/2.jpg", to: "1.jpg")
    try folder.link("a/3.jpg", to: "/etc/hostname")
    try folder.link("a/4.jpg", to: "nowhere")
    try folder.link("outside", to: "/etc")
    let catalogue = try Catalogue.read(folder.configuration(.folder))
    #expect(catalogue.examples.map(\.id) == ["a/1.jpg", "a/2.jpg"])
    #expect(
      catalogue.quarantined.map { "\($0.id): \($0.reason.rawValue)" } == [
        "outside: path outside the data root", "a/3.jpg: path outside the data root",
        "a/4.jpg: missing image",
      ])
  }

  @Test("follows no link from one class into another") func loop() throws {
    let folder = try TemporaryFolder()
    try folder.write([1], to: "a/1.jpg")
    try folder.write([1], to: "b/1.jpg")
    try folder.link("a/again", to: "..")
    let catalogue = try Catalogue.read(folder.configuration(.folder))
    #expect(catalogue.examples.map(\.id) == ["a/1.jpg", "b/1.jpg"])
  }
}
