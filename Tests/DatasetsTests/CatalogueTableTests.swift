import Datasets
import Foundation
import TestSupport
import Testing

@Suite("A catalogue read from a table")
struct CatalogueTableTests {
  @Test("holds ids, labels, texts, cells and images") func complete() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      "id,label,year,name\n7 , Shirts ,2012,\"Blue, slim\"\n8,Ties,,Red\n", to: "table.csv")
    try folder.images(["7", "8"])
    let catalogue = try Catalogue.read(folder.table(text: "name"))
    let first = try #require(catalogue.examples.first)
    #expect(first.id == "7" && first.label == "Shirts" && first.text == "Blue, slim")
    #expect(
      first.attributes == ["id": "7 ", "label": " Shirts ", "year": "2012", "name": "Blue, slim"])
    #expect(catalogue.examples.map(\.label) == ["Shirts", "Ties"])
    guard case .file(let path) = first.pixels else { Issue.record("no file"); return }
    #expect(FileManager.default.fileExists(atPath: path) && path.hasSuffix("/images/7.jpg"))
    #expect(catalogue.quarantined.isEmpty && catalogue.sourceIndices == [0, 1])
  }

  @Test("sets every unusable row aside with its reason") func quarantine() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      "id,label,file\n1,A,1\n2,A,2\n1,B,1\n3, ,1\n,A,1\n4,A,../x\n5\n6,A,\n7,A,d\n8,A,gone/1\n9,A,out\n",
      to: "table.csv")
    try folder.images(["1", "x"])
    try folder.write([1], to: "images/d.jpg/inner")
    try folder.link("images/out.jpg", to: "/etc/hostname")
    var configuration = folder.table(image: "images/{file}.jpg")
    configuration.followLinks = .inside
    let catalogue = try Catalogue.read(configuration)
    #expect(catalogue.examples.map(\.id) == ["1"])
    let found = catalogue.quarantined.map { "\($0.id): \($0.reason.rawValue)" }
    #expect(
      found == [
        "line 8: malformed row", "2: missing image", "1: duplicate id", "3: empty label",
        "line 6: malformed row", "4: missing image", "6: missing image", "7: missing image",
        "8: missing image", "9: path outside the data root",
      ])
    let details = Dictionary(
      catalogue.quarantined.map { ($0.id, $0.detail) }, uniquingKeysWith: { first, _ in first })
    #expect(details["2"] == "no file 'images/2.jpg'")
    #expect(
      details["1"]
        == "line 4: the id is already in line 2, there with the label 'A' and here with 'B'")
    #expect(details["6"] == "line 9: column 'file' is empty")
    #expect(details["7"] == "'images/d.jpg' is no file")
  }

  @Test(
    "never leaves the root", arguments: ["../../../etc/hostname", "a/../../../x", "..", "a\u{0}b"])
  func unsafe(cell: String) throws {
    let folder = try TemporaryFolder()
    try folder.write("id,label,file\n1,A,ok.jpg\n2,A,\(cell)\n", to: "table.csv")
    try folder.write([1], to: "images/ok.jpg")
    let catalogue = try Catalogue.read(folder.table(image: "images/{file}"))
    #expect(catalogue.examples.map(\.id) == ["1"])
    let reason = try #require(catalogue.quarantined.first?.reason)
    #expect(reason == .unsafePath || reason == .missingImage)
    if cell.contains("../..") { #expect(reason == .unsafePath) }
  }

  @Test("takes columns with any names, several in one pattern") func pattern() throws {
    let folder = try TemporaryFolder()
    try folder.write("Bild Nr.,Klasse,Jahr\n1,Ähre,2011\n2,Ähre,2012\n", to: "table.csv")
    try folder.write([1], to: "pix/2011/n1.png")
    try folder.write([1], to: "pix/2012/n2.png")
    let catalogue = try Catalogue.read(
      folder.table(id: "Bild Nr.", label: "Klasse", image: "pix/{Jahr}/n{Bild Nr.}.png"))
    #expect(catalogue.examples.map(\.id) == ["1", "2"])
  }

  @Test("finds a file whose name spells an accent otherwise") func normalisation() throws {
    let folder = try TemporaryFolder()
    try folder.write("id,label\ncaf\u{E9},A\n", to: "table.csv")
    try folder.images(["cafe\u{301}"])
    let catalogue = try Catalogue.read(folder.table())
    guard case .file(let path) = catalogue.examples[0].pixels else {
      Issue.record("no file"); return
    }
    #expect(FileManager.default.fileExists(atPath: path))
  }

  @Test("sets pixel problems aside, keeps the way back, and checks the limit") func limit() throws {
    let folder = try TemporaryFolder()
    try folder.write("id,label\n1,A\n2,A\n3,A\n4,A\n5,A\n", to: "table.csv")
    try folder.images(["1", "2", "3", "4"])
    let catalogue = try Catalogue.read(folder.table())
    let smaller = catalogue.quarantining([
      (index: 2, reason: .unreadableImage, detail: "no JPEG"),
      (index: 0, reason: .oversizedImage, detail: "9 × 10^9 pixels"),
      (index: 2, reason: .emptyImage, detail: "again"),
    ])
    #expect(smaller.examples.map(\.id) == ["2", "4"] && smaller.sourceIndices == [1, 3])
    #expect(smaller.quarantined.map(\.id) == ["5", "1", "3"])
    #expect(smaller.quarantining([(0, .emptyImage, "")]).sourceIndices == [3])
    #expect(smaller.quarantinedShare == 0.6)
    try smaller.checkQuarantine(limit: 0.6)
    #expect(throws: DatasetError.self) { try smaller.checkQuarantine(limit: 0.59) }
  }

  @Test("of 44,446 rows is read at once, with every repair in its line") func large() throws {
    var text = "id,label,name\n"
    for line in 2...44_447 {
      let comma = FashionProducts.linesWithCommas.contains(line) ? ", and more" : ""
      text += "\(line),class \(line % 143),a name of some length\(comma)\n"
    }
    let table = try CSVTable(Array(text.utf8), path: "large")
    #expect(table.rows.count == 44_446 && table.malformed.isEmpty)
    #expect(table.repairs.map(\.line) == FashionProducts.linesWithCommas)
    #expect(
      table.rows.allSatisfy {
        ($0.cells[2].hasSuffix(", and more")) == FashionProducts.linesWithCommas.contains($0.line)
      })
  }

  @Test(
    "of the fashion products has every row, and every repair in its line",
    .enabled(if: FashionProducts.isPresent, FashionProducts.absence))
  func fashion() throws {
    let root = FashionProducts.root
    let catalogue = try Catalogue.read(
      DatasetConfiguration(
        name: "fashion", root: root,
        format: .csv(
          CSVFormat(
            file: "styles.csv", idColumn: "id", labelColumn: "articleType",
            textColumn: "productDisplayName", imagePattern: "images/{id}.jpg"))))
    #expect(catalogue.examples.count + catalogue.quarantined.count == 44_446)
    #expect(catalogue.examples.count == 9_583)
    #expect(catalogue.quarantined.allSatisfy { $0.reason == .missingImage })
    // Some copies of the table had their surplus commas cut off by another program.
    let repaired = catalogue.repairs.map(\.line)
    #expect(repaired.isEmpty || repaired == FashionProducts.linesWithCommas)
    #expect(Set(catalogue.examples.map(\.label)).count == 75)
  }
}
