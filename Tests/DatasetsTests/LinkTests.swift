import Datasets
import TestSupport
import Testing

@Suite("Symbolic links in a data set")
struct LinkTests {
  private func read(_ folder: TemporaryFolder, _ rule: LinkRule? = nil) throws -> Catalogue {
    var configuration = folder.configuration(.folder)
    configuration.followLinks = rule
    return try Catalogue.read(configuration)
  }

  /// Ids with reasons.
  private func aside(_ catalogue: Catalogue) -> [String] {
    catalogue.quarantined.map { "\($0.id): \($0.reason.rawValue)" }
  }

  @Test("lead out of it unless the file forbids that") func outside() throws {
    let (folder, other) = (try TemporaryFolder(), try TemporaryFolder())
    for file in ["1.jpg", "class/2.jpg", "class/deep/3.jpg", "x.jpg"] {
      try other.write([1], to: file)
    }
    try folder.write([1], to: "a/1.jpg")
    try folder.link("a/2.jpg", to: other.path(of: "1.jpg"))
    try folder.link("a/3.jpg", to: "nowhere")
    try folder.link("b", to: other.path(of: "class"))
    let followed = try read(folder)
    #expect(
      followed.examples.map(\.id) == ["a/1.jpg", "a/2.jpg", "b/2.jpg", "b/deep/3.jpg"])
    #expect(followed.examples.map(\.label) == ["a", "a", "b", "b"])
    #expect(aside(followed) == ["a/3.jpg: missing image"])
    #expect(
      followed.notes == [
        "3 images outside the root reached through links: 'b' to '\(try real(other))/class',"
          + " 'a/2.jpg' to '\(try real(other))/1.jpg'"
      ])
    let kept = try read(folder, .inside)
    #expect(kept.examples.map(\.id) == ["a/1.jpg"])
    #expect(
      aside(kept) == [
        "b: path outside the data root", "a/2.jpg: path outside the data root",
        "a/3.jpg: missing image",
      ])
  }

  @Test(
    "to the root, to a part, or to whole trees of links are followed", arguments: [true, false])
  func farm(isDivided: Bool) throws {
    // As clusters keep one copy of the pictures and link to them.
    let (folder, store) = (try TemporaryFolder(), try TemporaryFolder())
    let parts = isDivided ? ["train/", "test/"] : [""]
    for part in parts {
      for file in ["a/1.jpg", "b/1.jpg"] { try store.write([1], to: part + file) }
      if !part.isEmpty {
        try folder.link(String(part.dropLast()), to: store.path(of: String(part.dropLast())))
      }
    }
    if !isDivided { for name in ["a", "b"] { try folder.link(name, to: store.path(of: name)) } }
    #expect(try read(folder).examples.count == 2 * parts.count)
    let root = try TemporaryFolder()
    try root.link("data", to: folder.path)
    var configuration = folder.configuration(.folder)
    configuration.root = root.path(of: "data")
    #expect(try Catalogue.read(configuration).examples.count == 2 * parts.count)
  }

  @Test("to one file count once, and not in two classes") func listedTwice() throws {
    let (folder, other) = (try TemporaryFolder(), try TemporaryFolder())
    try other.write([1], to: "x.jpg")
    try folder.write([1], to: "b/1.jpg")
    try folder.write([1], to: "c/1.jpg")
    try folder.write([], to: "a/.keep")
    try folder.link("a/1.jpg", to: "../b/1.jpg")
    try folder.link("a/2.jpg", to: other.path(of: "x.jpg"))
    try folder.link("b/2.jpg", to: other.path(of: "x.jpg"))
    try folder.link("d", to: "c")
    let catalogue = try read(folder)
    #expect(catalogue.examples.map(\.id) == ["a/2.jpg", "b/1.jpg", "c/1.jpg"])
    #expect(
      catalogue.quarantined.map { "\($0.id): \($0.detail)" } == [
        "a/1.jpg: a link to the same file as 'b/1.jpg'",
        "b/2.jpg: a link to the same file as 'a/2.jpg'",
        "d/1.jpg: a link to the same file as 'c/1.jpg'",
      ])
    #expect(
      catalogue.notes.last == "1 class has no usable image and is left out: 'd' (1)")
  }

  @Test("that go round in circles end") func circles() throws {
    let (folder, other) = (try TemporaryFolder(), try TemporaryFolder())
    try folder.write([1], to: "a/1.jpg")
    try folder.write([1], to: "b/1.jpg")
    try folder.link("a/up", to: "..")
    try folder.link("a/self", to: ".")
    try folder.link("a/other", to: other.path)
    try folder.link("a/again", to: other.path)
    try folder.link("a/above", to: "/")
    try folder.link("top", to: "/")
    try other.write([1], to: "deep/9.jpg")
    try other.link("deep/back", to: other.path)
    try other.link("loop", to: "loop")
    let catalogue = try read(folder)
    #expect(catalogue.examples.map(\.id) == ["a/again/deep/9.jpg", "a/1.jpg", "b/1.jpg"].sorted())
    #expect(
      catalogue.notes.contains {
        $0.hasPrefix(
          "5 folders not entered, reached through a link into the data set itself or too")
      })
    #expect(
      aside(catalogue) == ["top: path outside the data root", "a/again/loop: missing image"])
  }

  @Test("to a table or to the folder of its images are followed unless forbidden")
  func table() throws {
    let (folder, other) = (try TemporaryFolder(), try TemporaryFolder())
    try other.write("id,label\n1,A\n2,B\n", to: "labels.csv")
    for name in ["1.jpg", "2.jpg"] { try other.write([1], to: "pictures/\(name)") }
    try folder.link("table.csv", to: other.path(of: "labels.csv"))
    try folder.link("images", to: other.path(of: "pictures"))
    var configuration = folder.table()
    let catalogue = try Catalogue.read(configuration)
    #expect(catalogue.examples.map(\.id) == ["1", "2"])
    #expect(
      catalogue.notes == [
        "2 images outside the root reached through links: 'table.csv' to"
          + " '\(try real(other))/labels.csv', 'images' to '\(try real(other))/pictures'"
      ])
    configuration.followLinks = .inside
    #expect(throws: DatasetError.self) { try Catalogue.read(configuration) }
  }

  /// The folder's path without links, as some systems' temporary folders have them.
  private func real(_ folder: TemporaryFolder) throws -> String {
    folder.url.resolvingSymlinksInPath().path
  }
}
