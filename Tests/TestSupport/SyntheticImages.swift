import Foundation
import Randomness

/// Small gray images whose class can be seen: class c brightens the c-th of `classes` columns.
///
/// Written as plain IDX files, so that a test has a whole data set in a few kilobytes.
public struct SyntheticImages: Sendable {
  public var size: Int
  /// Images of each class in the training files.
  public var trainCounts: [Int]
  /// Images of each class in the test files.
  public var testCounts: [Int]
  /// Standard deviation of the noise, in gray levels.
  public var noise: Double

  /// Images with noise that makes the task neither trivial nor hopeless.
  public init(size: Int = 8, trainCounts: [Int], testCounts: [Int], noise: Double = 40) {
    (self.size, self.trainCounts, self.testCounts) = (size, trainCounts, testCounts)
    self.noise = noise
  }

  /// Names of the four files that ``write(to:)`` makes.
  public static let trainImages = "train-images-idx3-ubyte"
  public static let trainLabels = "train-labels-idx1-ubyte"
  public static let testImages = "test-images-idx3-ubyte"
  public static let testLabels = "test-labels-idx1-ubyte"

  /// Writes the four IDX files into a folder.
  public func write(to folder: String) throws {
    try write(trainCounts, Self.trainImages, Self.trainLabels, folder, part: 0)
    try write(testCounts, Self.testImages, Self.testLabels, folder, part: 1)
  }

  private func write(
    _ counts: [Int], _ imagesName: String, _ labelsName: String, _ folder: String, part: Int
  ) throws {
    var generator = SeededGenerator(seed: 7, purpose: .testing, epoch: part)
    var labels: [UInt8] = []
    for (label, count) in counts.enumerated() {
      labels += Array(repeating: UInt8(label), count: count)
    }
    generator.shuffle(&labels)
    var pixels: [UInt8] = []
    for label in labels {
      for position in 0..<(size * size) {
        let isMarked = (position % size) * counts.count / size == Int(label)
        let level = (isMarked ? 180.0 : 60.0) + noise * generator.normal()
        pixels.append(UInt8(min(max(level, 0), 255)))
      }
    }
    let url = URL(fileURLWithPath: folder)
    try (header([labels.count, size, size]) + Data(pixels))
      .write(to: url.appendingPathComponent(imagesName))
    try (header([labels.count]) + Data(labels)).write(to: url.appendingPathComponent(labelsName))
  }

  private func header(_ dimensions: [Int]) -> Data {
    var bytes: [UInt8] = [0, 0, 8, UInt8(dimensions.count)]
    for dimension in dimensions {
      withUnsafeBytes(of: UInt32(dimension).bigEndian) { bytes += Array($0) }
    }
    return Data(bytes)
  }
}
