import Datasets
import Foundation
import TestSupport
import Testing

/// Error texts of bad data sets, word for word. To record them anew, run with COUNTERPOISE_RECORD=1
/// and read the difference; a recording run fails.
@Suite("Bad data sets")
struct BadDatasetTests {
  private struct Case: Sendable {
    var title: String
    /// Fills the folder and says what is read and how it is divided.
    var prepare: @Sendable (TemporaryFolder) throws -> (DatasetConfiguration, SplitConfiguration)
  }

  private static func table(
    _ title: String, _ text: String, images: [String] = [], label: String = "label",
    image: String = "images/{id}.jpg", split: SplitConfiguration = .init()
  ) -> Case {
    Case(title: title) { folder in
      try folder.write(text, to: "table.csv")
      try folder.images(images)
      return (folder.table(label: label, image: image), split)
    }
  }

  private static let cases: [Case] = [
    Case(title: "no such root") { folder in
      var configuration = folder.table()
      configuration.root += "/absent"
      return (configuration, .init())
    },
    Case(title: "no such table") { folder in
      try folder.write("id,label\n", to: "tables.csv")
      return (folder.table(), .init())
    },
    table("misspelt column", "id,articleType,year\n1,A,2\n", label: "articletype"),
    table("pattern with an unknown column", "id,label\n1,A\n", image: "images/{file}.jpg"),
    table("pattern with an open brace", "id,label\n1,A\n", image: "images/{id.jpg"),
    table("no image where the pattern says", "id,label\n1,A\n2,B\n", images: ["3"]),
    table(
      "too many rows without image", "id,label\n1,A\n2,A\n3,B\n4,\n5\n", images: ["1", "3"]),
    Case(title: "IDX images and labels exchanged") { folder in
      try folder.write(idx([2, 1, 1], [1, 2]), to: "images")
      try folder.write(idx([2], [1, 2]), to: "labels")
      return (
        folder.configuration(.idx(IDXFormat(trainImages: "labels", trainLabels: "images"))), .init()
      )
    },
    Case(title: "truncated IDX file") { folder in
      try folder.write(idx([2, 1, 1], [1]), to: "images")
      try folder.write(idx([2], [1, 2]), to: "labels")
      return (
        folder.configuration(.idx(IDXFormat(trainImages: "images", trainLabels: "labels"))), .init()
      )
    },
    Case(title: "the Python version of CIFAR-10") { folder in
      try folder.write([1], to: "data_batch_1")
      return (folder.configuration(.cifar10), .init())
    },
    Case(title: "train folder beside classes") { folder in
      for file in ["train/a/1.jpg", "vlid/a/1.jpg"] { try folder.write([1], to: file) }
      return (folder.configuration(.folder), .init())
    },
    table(
      "rule on an absent column", "id,label,year\n1,A,2012\n", images: ["1"],
      split: .init(test: .column(name: "yaer", condition: .even, side: .train))),
    table(
      "rule that leaves nothing to learn from", "id,label,year\n1,A,2011\n2,B,2013\n",
      images: ["1", "2"], split: .init(test: .column(name: "year", condition: .even, side: .train))),
    table(
      "one image a class, nothing to test", "id,label\n1,A\n2,B\n", images: ["1", "2"]),
    table("no division of its own", "id,label\n1,A\n", images: ["1"], split: .init(test: .given)),
  ]

  private func message(of example: Case) throws -> String {
    let folder = try TemporaryFolder()
    let (configuration, split) = try example.prepare(folder)
    do {
      let catalogue = try Catalogue.read(configuration)
      try catalogue.checkQuarantine(limit: configuration.quarantineLimit)
      _ = try DatasetSplits.make(from: catalogue, split: split, classes: configuration.classes)
      return "no error"
    } catch {
      return "\(error)".replacing(folder.path, with: "ROOT")
    }
  }

  @Test("are refused in these words") func texts() throws {
    let actual = try Self.cases.map { "# \($0.title)\n\(try message(of: $0))\n" }
      .joined(separator: "\n")
    assertSnapshot(actual, named: "bad-datasets.txt")
  }
}
