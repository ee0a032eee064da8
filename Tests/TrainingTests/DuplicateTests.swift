import Datasets
import Foundation
import Images
import Metrics
import Recipes
import Results
import TestSupport
import Testing
import Training

@Suite("Data with identical pictures") struct DuplicateTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A picture of its own for every number.
  private func picture(_ number: Int, to name: String) throws {
    let pixels = (0..<(12 * 12 * 3)).map { UInt8(($0 * (number + 3) + number * 50) & 255) }
    try folder.write(PNGMaker.encode(height: 12, width: 12, rgb: pixels), to: "data/" + name)
  }

  private func prepare(
    _ format: CatalogueFormat = .folder, _ policy: DuplicatePolicy? = nil, test: TestRule = .given,
    limit: Double = 0
  ) throws -> PreparedData {
    var split = SplitConfiguration(test: test, validation: 0)
    split.duplicates = policy
    return try PreparedData(
      dataset: DatasetConfiguration(
        name: "twice", root: folder.path(of: "data"), format: format, quarantineLimit: limit),
      split: split, image: ImageConfiguration(height: 8, width: 8),
      cacheFolder: folder.path(of: "caches"), threads: 1)
  }

  /// Two classes of six training and three test pictures each; of class a two test pictures, of
  /// class b one are copies of training pictures.
  private func givenDivision() throws {
    for index in 0..<6 {
      try picture(index, to: "train/a/\(index).png")
      try picture(10 + index, to: "train/b/\(index).png")
    }
    for (place, number) in [0, 1, 20].enumerated() {
      try picture(number, to: "test/a/\(place).png")
    }
    for (place, number) in [11, 21, 22].enumerated() {
      try picture(number, to: "test/b/\(place).png")
    }
  }

  @Test func `copies across a given split are told by class, and nothing moves`() throws {
    try givenDivision()
    let data = try prepare()
    #expect(data.splits.training.examples.count == 12 && data.splits.test.examples.count == 6)
    #expect(
      data.splits.notes.contains(
        "3 of 6 test pictures are identical to a training or validation picture:"
          + " a 2 of 3, b 1 of 3"))
    let kept = try prepare(.folder, DuplicatePolicy(copies: .keep))
    #expect(kept.digest == data.digest)
    let images = try #require(data.record(named: "twice").testImages)
    #expect(
      images.map(\.id) == ["a", "b"].flatMap { name in (0..<3).map { "test/\(name)/\($0).png" } })
    #expect(images.map(\.isLeaked) == [true, true, false, true, false, false])
  }

  @Test func `drop takes the copies out of training and leaves test alone`() throws {
    try givenDivision()
    let data = try prepare(.folder, DuplicatePolicy(copies: .drop))
    #expect(data.splits.training.examples.count == 9 && data.splits.test.examples.count == 6)
    #expect(data.splits.leaks?.leaked == 0)
    #expect(data.record(named: "twice").quarantined == ["copy of another picture": 3])
  }

  @Test func `one file under several ids is one picture`() throws {
    try picture(1, to: "images/x.png")
    try picture(2, to: "images/y.png")
    try folder.write(
      "id,label,file\n1,a,x\n2,a,y\n3,a,x\n4,b,y\n5,b,z\n6,b,z\n7,a,v\n8,b,w\n",
      to: "data/table.csv")
    for (number, name) in zip(3..., ["z", "v", "w"]) {
      try picture(number, to: "images/\(name).png")
    }
    let format = CatalogueFormat.csv(
      CSVFormat(
        file: "table.csv", idColumn: "id", labelColumn: "label", imagePattern: "images/{file}.png"))
    // 2 and 4 are one picture with two labels, which the limit of quarantine counts.
    #expect { try prepare(format, test: .stratified(share: 0.5)) } throws: {
      "\($0)".contains("2 of 8 examples (25 %)") && "\($0)".contains("conflicting_labels")
    }
    let data = try prepare(format, test: .stratified(share: 0.5), limit: 0.25)
    #expect(data.catalogue.quarantined.map(\.id) == ["2", "4"])
    #expect(data.copies.groups(in: data.catalogue).map(\.evidence) == [.file, .file])
    #expect(data.copies.groups(in: data.catalogue).map(\.members) == [[0, 1], [2, 3]])
  }

  @Test func `IDX data find their copies, and a run keeps a guess for each test image`() throws {
    let fixture = try TrainingFixture()
    let result = try fixture.result("run")
    let guesses = try #require(result.guesses)
    let images = try #require(fixture.data.record(named: "x").testImages)
    let test = try #require(result.test)
    #expect(
      guesses.count == images.count && guesses.count == fixture.data.splits.test.examples.count)
    var confusion = ConfusionMatrix(classCount: test.confusion.classCount, unseenCount: 0)
    for (image, guess) in zip(images, guesses) {
      confusion.add(trueClass: image.trueClass, predicted: try #require(guess.classIndex))
      let confidence = try #require(guess.confidence)
      #expect(confidence > 0 && confidence <= 1)
    }
    #expect(confusion == test.confusion)
  }

  @Test func `the embedded data set has no copies, as NumPy counts too`() throws {
    let data = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Experiments/data/fashion-mnist-lt").path
    let prepared = try PreparedData(
      dataset: DatasetConfiguration(
        name: "fashion-mnist-lt", root: data,
        format: .idx(
          IDXFormat(
            trainImages: "train-images-idx3-ubyte.gz", trainLabels: "train-labels-idx1-ubyte.gz",
            testImages: "t10k-images-idx3-ubyte.gz", testLabels: "t10k-labels-idx1-ubyte.gz"))),
      split: SplitConfiguration(test: .given),
      image: ImageConfiguration(height: 28, width: 28), cacheFolder: folder.path, threads: 2)
    #expect(prepared.copies.groups.isEmpty && prepared.splits.leaks?.leaked == 0)
    #expect(prepared.pixels.count == 3678)
  }
}
