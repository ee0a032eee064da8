import Datasets
import TestSupport
import Testing

@Suite("A catalogue read from containers")
struct CatalogueContainerTests {
  private func writeIDX(_ folder: TemporaryFolder) throws {
    try folder.write(idx([3, 2, 2], Array(0..<12)), to: "images")
    try folder.write(idx([3], [2, 0, 2]), to: "labels")
    try folder.write(idx([1, 2, 2], [1, 2, 3, 4]), to: "test-images")
    try folder.write(idx([1], [0]), to: "test-labels")
  }

  @Test("of IDX files names classes and points at pixels") func idxFiles() throws {
    let folder = try TemporaryFolder()
    try writeIDX(folder)
    let format = IDXFormat(
      trainImages: "images", trainLabels: "labels", testImages: "test-images",
      testLabels: "test-labels", classNames: ["zero", "one", "two"])
    let catalogue = try Catalogue.read(folder.configuration(.idx(format)))
    #expect(catalogue.examples.map(\.id) == ["train/0", "train/1", "train/2", "test/0"])
    #expect(catalogue.examples.map(\.label) == ["two", "zero", "two", "zero"])
    #expect(catalogue.examples.map(\.givenSplit) == [.train, .train, .train, .test])
    guard case .idx(let file, let index) = catalogue.examples[2].pixels else {
      Issue.record("no IDX pixels")
      return
    }
    #expect(file.hasSuffix("/images") && index == 2)
    var unnamed = format
    unnamed.classNames = nil
    #expect(
      try Catalogue.read(folder.configuration(.idx(unnamed))).examples.map(\.label) == [
        "2", "0", "2", "0",
      ])
  }

  private func records(_ labels: [[UInt8]]) -> [UInt8] {
    labels.flatMap { $0 + Array(repeating: $0[0], count: 3072) }
  }

  @Test(
    "of CIFAR-10 has five batches and a test batch, in its folder or the root",
    arguments: ["", "cifar-10-batches-bin/"])
  func cifar10(prefix: String) throws {
    let folder = try TemporaryFolder()
    for batch in 1...5 {
      try folder.write(records([[UInt8(batch)], [0]]), to: "\(prefix)data_batch_\(batch).bin")
    }
    try folder.write(records([[9]]), to: "\(prefix)test_batch.bin")
    let plain = try Catalogue.read(folder.configuration(.cifar10))
    #expect(plain.examples.count == 11)
    #expect(plain.examples[2].id == "data_batch_2/0" && plain.examples[2].label == "2")
    #expect(plain.examples[10].givenSplit == .test)
    let names = (0..<10).map { "class \($0)" }.joined(separator: "\n") + "\n\n"
    try folder.write(names, to: "\(prefix)batches.meta.txt")
    let named = try Catalogue.read(folder.configuration(.cifar10))
    #expect(named.examples.map(\.label).last == "class 9")
  }

  @Test("of CIFAR-100 takes the fine labels") func cifar100() throws {
    let folder = try TemporaryFolder()
    try folder.write(records([[3, 77], [4, 99]]), to: "train.bin")
    try folder.write(records([[3, 77]]), to: "test.bin")
    let catalogue = try Catalogue.read(folder.configuration(.cifar100))
    #expect(catalogue.examples.map(\.label) == ["77", "99", "77"])
    #expect(
      catalogue.examples[1].pixels
        == .cifar(file: "\(folder.path)/train.bin", index: 1, labelBytes: 2))
  }
}
