import Datasets
import Files
import Foundation
import Testing

@Suite("The embedded data set")
struct EmbeddedDataTests {
  private static let project = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path
  private static let folder = project + "/Experiments/data/fashion-mnist-lt"
  private static let names = [
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
    "Ankle boot",
  ]

  @Test("has an imbalance factor of 100, a balanced test and at most 2 MB") func counts() throws {
    let catalogue = try Catalogue.read(
      DatasetConfiguration(
        name: "fashion-mnist-lt", root: Self.folder,
        format: .idx(
          IDXFormat(
            trainImages: "train-images-idx3-ubyte.gz", trainLabels: "train-labels-idx1-ubyte.gz",
            testImages: "t10k-images-idx3-ubyte.gz", testLabels: "t10k-labels-idx1-ubyte.gz",
            classNames: Self.names))))
    let splits = try DatasetSplits.make(
      from: catalogue, split: SplitConfiguration(test: .given, validation: 0), classes: .init())
    #expect(splits.census.counts == [1000, 599, 359, 215, 129, 77, 46, 27, 16, 10])
    #expect(
      splits.census.names == [
        "T-shirt/top", "Sneaker", "Pullover", "Bag", "Dress", "Ankle boot", "Coat", "Trouser",
        "Shirt", "Sandal",
      ])
    #expect(DatasetSummary(of: splits).classes.allSatisfy { $0.test == 120 })
    let sizes = try FileManager.default.contentsOfDirectory(atPath: Self.folder).map {
      try #require(try FileStamp(of: "\(Self.folder)/\($0)")).size
    }
    #expect(sizes.count == 5 && sizes.reduce(0, +) < 2_000_000)
  }

  @Test("has the digests its page says") func digests() throws {
    let page = try String(contentsOfFile: Self.folder + "/README.md", encoding: .utf8)
    let lines = page.split(separator: "\n").filter { $0.hasSuffix(".gz") && $0.contains("  ") }
    #expect(lines.count == 4)
    for line in lines {
      let parts = line.split(separator: " ")
      #expect(try SHA256Digest.hex(ofFile: "\(Self.folder)/\(parts[1])") == parts[0])
    }
  }

  private static let source = "/usr/share/datasets/fashion-mnist"
  private static let python = "/usr/bin/python3"
  private static let canMake =
    FileManager.default.fileExists(atPath: source)
    && FileManager.default.isExecutableFile(atPath: python)

  @Test(
    "is byte for byte what its script makes",
    .enabled(if: canMake, "it needs python3 and Debian's package dataset-fashion-mnist"))
  func reproducible() throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Self.python)
    process.arguments = [Self.project + "/Scripts/make_fashion_mnist_lt.py", "--check"]
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
  }
}
