import Foundation
import TestSupport

/// A folder with a tiny data set and an experiment file that sweeps over it in seconds.
struct TinyExperiment {
  let folder: TemporaryFolder

  init(
    strategies: [String] = ["baseline: {}", "class-balanced-sampling: {}"], epochs: Int = 3
  )
    throws
  {
    folder = try TemporaryFolder("command")
    try SyntheticImages(trainCounts: [60, 30, 12, 6], testCounts: [8, 8, 8, 8])
      .write(to: folder.path)
    try folder.write(Self.text(strategies: strategies, epochs: epochs), to: "tiny.yaml")
  }

  var path: String { folder.path }

  static func text(strategies: [String], epochs: Int) -> String {
    """
    name: tiny
    dataset:
      name: stripes
      format: idx
      root: .
      train_images: \(SyntheticImages.trainImages)
      train_labels: \(SyntheticImages.trainLabels)
      test_images: \(SyntheticImages.testImages)
      test_labels: \(SyntheticImages.testLabels)
    split: {test: given, validation: 0.2}
    image: {size: 8}
    model: {architecture: cifar_resnet20, stem: small}
    training:
      epochs: \(epochs)
      batch: 8
      optimizer: {rule: sgd, learning_rate: 0.05}
      schedule: {curve: cosine, warmup_epochs: 0.5}
    baseline: baseline
    strategies:
    \(strategies.map { "  " + $0 }.joined(separator: "\n"))
    seeds: [1, 2]
    store_predictions: true

    """
  }

  /// Waits until a sweep in this folder has stored its first epoch: it is in the midst of a run.
  func waitForFirstEpoch() throws {
    for _ in 0..<3_000 {
      if FileManager.default.fileExists(atPath: folder.path(of: "results.sqlite")),
        try query("SELECT count(*) > 0 FROM epoch") == "1\n"
      {
        return
      }
      Thread.sleep(forTimeInterval: 0.1)
    }
    throw NoEpoch()
  }

  struct NoEpoch: Error {}

  /// Answer of a query, one line a row, columns separated by `|`.
  func query(_ sql: String, store: String = "results.sqlite") throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    // A sweep that is committing an epoch locks readers out for a moment.
    process.arguments = ["sqlite3", "-cmd", ".timeout 60000", folder.path(of: store), sql]
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: output, as: UTF8.self)
  }
}
