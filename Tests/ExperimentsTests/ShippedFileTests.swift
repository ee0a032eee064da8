import Datasets
import Experiments
import Foundation
import Recipes
import Testing

@Suite("Files in Experiments/")
struct ShippedFileTests {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Experiments")

  @Test(
    "every file reads, and is named like its experiment",
    arguments: [
      ("quickstart-fashion-mnist-lt", 5, 5), ("sweep-fashion-products", 6, 6),
      ("sweep-cifar10-lt", 18, 5), ("sweep-fashion-text", 7, 7),
      ("reference-fashion", 54, 27), ("study-two-stages", 6, 3), ("final-cifar10-lt", 18, 6),
      ("final-fashion-mnist-lt", 6, 6),
    ])
  func reads(name: String, runs: Int, strategies: Int) throws {
    let experiment = try ExperimentFile.read(
      path: Self.folder.appending(path: "\(name).yaml").path)
    #expect(experiment.name == name)
    #expect(experiment.recipes.count == runs)
    #expect(experiment.strategies.count == strategies)
    #expect(experiment.recipes.allSatisfy { $0.dataset.root.hasPrefix(Self.folder.path) })
    // Both have published figures; a sweep runs one of the two.
    let known = "strategies.logit-adjustment trains the same as strategies.balanced-softmax"
    #expect(experiment.warnings.allSatisfy { $0.severity == .note || $0.message == known })
  }

  @Test("the quickstart's data is there")
  func dataIsThere() throws {
    let path = Self.folder.appending(path: "quickstart-fashion-mnist-lt.yaml").path
    let dataset = try #require(try ExperimentFile.read(path: path).recipes.first).dataset
    guard case .idx(let files) = dataset.format else {
      Issue.record("the quickstart reads \(dataset.format)")
      return
    }
    let names = [files.trainImages, files.trainLabels, files.testImages, files.testLabels]
    for name in names {
      let file = "\(dataset.root)/\(try #require(name))"
      #expect(FileManager.default.fileExists(atPath: file), "\(file)")
    }
  }

  @Test("there are no other files")
  func allAreTested() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
    #expect(files.filter { $0.hasSuffix(".yaml") }.count == 8)
  }
}
