import Datasets
import Experiments
import Files
import Foundation
import Images
import Networks
import Recipes
import Results
import Training
import Weights

/// The project's readers; what they throw is an answer.
enum Readers {
  /// Decodes a picture in full, and as for a small network.
  static func picture(_ bytes: [UInt8]) {
    for target in [nil, (height: 16, width: 16)] {
      let options = DecodingOptions(orientation: target == nil ? .apply : .ignore)
      _ = try? ImageDecoder.picture(bytes: bytes, options: options, target: target)
        .image.resized(height: 8, width: 8)
    }
  }

  /// Opens a file of weights and reads every small tensor in it.
  static func weights(_ bytes: [UInt8]) {
    guard let file = try? WeightFile(bytes: bytes) else { return }
    for tensor in file.tensors where tensor.count < 1 << 20 {
      _ = tensor.floats()
      _ = tensor.integers()
    }
    _ = PretrainedWeights(file).summary
  }

  /// Reads an experiment file with all that it stands for.
  static func experiment(_ bytes: [UInt8]) {
    guard let experiment = try? ExperimentFile.read(path: InputFile.shared.path(of: bytes)) else {
      return
    }
    for recipe in experiment.recipes { _ = recipe.configHash(datasetDigest: "") }
  }

  /// Reads a table; the first byte chooses its encoding, the second its separator.
  static func table(_ bytes: [UInt8]) {
    guard bytes.count > 2 else { return }
    let encodings = TextEncoding.allCases.map(Optional.some) + [nil]
    let separators = [nil, ",", ";", "\t", "|"]
    let dialect = TableDialect(
      encoding: encodings[Int(bytes[0]) % encodings.count],
      separator: separators[Int(bytes[1]) % separators.count],
      columns: bytes[1] > 200 ? ["id", "label"] : nil, comment: bytes[1] % 2 == 1 ? "#" : nil)
    _ = try? CSVTable(Array(bytes.dropFirst(2)), path: "table.csv", dialect: dialect)
  }

  /// Reads IDX and CIFAR files.
  static func idx(_ bytes: [UInt8]) {
    let path = InputFile.shared.path(of: bytes)
    let limit = 1 << 25
    if let file = try? IDXFile(path: path, limit: limit), file.count > 0 {
      _ = try? file.item(at: file.count - 1)
    }
    for labelBytes in 1...2 {
      guard let file = try? CIFARFile(path: path, labelBytes: labelBytes, limit: limit) else {
        continue
      }
      _ = try? (file.label(at: file.count - 1), file.pixels(at: file.count - 1))
    }
  }

  /// Reads a checkpoint whose checksum is right, whatever is in it.
  static func checkpoint(_ bytes: [UInt8]) {
    let path = InputFile.shared.path(of: Wrapping.checked(bytes))
    guard let checkpoint = try? Checkpoint(readingFrom: path) else { return }
    _ = checkpoint.tensors.reduce(0) { $0 + $1.values.count }
  }

  private struct Finished: Codable {
    var outcome: RunOutcome
    var epochs: [EpochRecord]
  }

  /// Reads what a worker left.
  static func outcome(_ bytes: [UInt8]) {
    guard let finished = try? JSONDecoder().decode(Finished.self, from: Data(bytes)) else { return }
    _ = try? JSONEncoder().encode(finished)
  }

  /// Reads JSON texts as a store has them.
  static func stored(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    if let value = try? JSONValue(parsing: text) {
      _ = value.leaves
      _ = value.removing(["model.weights", "seed"])
    }
    if let recipe = try? JSONDecoder().decode(Recipe.self, from: Data(bytes)) {
      _ = recipe.configHash(datasetDigest: "")
      try? recipe.strategy.strategy.validate()
    }
  }
}
