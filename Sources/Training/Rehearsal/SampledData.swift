import Datasets
import Files
import Foundation
import Images
import Recipes

/// A data set looked at before the night: listed and divided whole, but with only some of its
/// pictures decoded.
///
/// Where all pictures were decoded already, they are used as they are, and nothing is sampled.
public struct SampledData: Sendable {
  /// The data. Where it is a sample, the splits hold every listed example, each with the pixels of one
  /// of the sampled pictures, and the digest is none that a run could have.
  public let data: PreparedData
  /// Pictures that were decoded; `nil` where all of them were there.
  public let sampled: Int?
  /// Sampled pictures that cannot be used, each with its id and what is wrong.
  public let unreadable: [(id: String, detail: String)]
  /// Seconds that listing and dividing took.
  public let secondsToList: Double
  /// Seconds that decoding one more picture takes, with these threads; 0 where all are there.
  public let secondsPerPicture: Double
  /// Seconds that checking one decoded picture takes whenever the file of pixels is opened.
  public let secondsPerCheck: Double

  /// Pictures that are decoded: enough to find a fault that every twentieth has, mostly (96 %).
  private static let sampleSize = 64

  /// Lists, divides, and decodes a sample.
  ///
  /// - Parameters:
  ///   - cacheFolder: where decoded pixels are kept; nothing is written there.
  /// - Throws: the error of the room that found the problem.
  public init(
    dataset: DatasetConfiguration, split: SplitConfiguration, image: ImageConfiguration,
    cacheFolder: String, threads: Int
  ) throws {
    let start = monotonicSeconds()
    let listed = try Catalogue.read(dataset)
    let sources = listed.examples.map { PixelSource($0.pixels) }
    let key = PixelCacheKey(
      sources: sources, height: image.height, width: image.width, options: image.decoding)
    if FileManager.default.fileExists(atPath: "\(cacheFolder)/\(key.fileName)") {
      data = try PreparedData(
        dataset: dataset, split: split, image: image, cacheFolder: cacheFolder, threads: threads)
      (sampled, unreadable, secondsPerPicture, secondsPerCheck) = (nil, [], 0, 0)
      secondsToList = monotonicSeconds() - start
      return
    }
    try listed.checkQuarantine(limit: dataset.quarantineLimit)
    let copies = PictureCopies(IdenticalPictures.equalFiles(among: sources))
    let (catalogue, folds) = try PreparedData.divide(
      listed, by: split, of: dataset, copies: copies, near: [])
    secondsToList = monotonicSeconds() - start
    let chosen = Self.evenly(Self.sampleSize, of: sources.count)
    let sample = try Self.decode(chosen.map { sources[$0] }, image, threads: threads)
    (secondsPerPicture, secondsPerCheck) = (sample.secondsPerPicture, sample.secondsPerCheck)
    sampled = chosen.count
    unreadable = chosen.indices.compactMap { place in
      sample.pixels.problem(at: place).map {
        (id: listed.examples[chosen[place]].id, detail: "\($0.reason.rawValue): \($0.detail)")
      }
    }
    data = PreparedData(
      catalogue: catalogue, folds: folds, fold: split.foldIndex, pixels: sample.pixels,
      pixelIndices: catalogue.sourceIndices.map { $0 * chosen.count / sources.count },
      digest: DatasetSplits.digest(of: folds, pixels: "sampled"), copies: copies,
      sources: sources)
  }

  /// The same data with a sample of its pictures at another size.
  ///
  /// - Throws: `FileError` where the temporary folder cannot be used.
  public static func resized(
    _ data: PreparedData, to image: ImageConfiguration, threads: Int
  ) throws -> PreparedData {
    let sources = data.catalogue.examples.map { PixelSource($0.pixels) }
    let chosen = evenly(16, of: sources.count)
    let sample = try decode(chosen.map { sources[$0] }, image, threads: threads)
    return PreparedData(
      catalogue: data.catalogue, folds: [data.splits], fold: 0, pixels: sample.pixels,
      pixelIndices: sources.indices.map { $0 * chosen.count / sources.count },
      digest: data.digest, copies: data.copies, sources: data.sources)
  }

  private static func evenly(_ count: Int, of total: Int) -> [Int] {
    let chosen = min(count, total)
    return (0..<chosen).map { $0 * total / chosen }
  }

  /// Decodes pictures into a file that is gone at once, and measures what one more of them takes.
  private static func decode(
    _ sources: [PixelSource], _ image: ImageConfiguration, threads: Int
  ) throws -> (pixels: PixelCache, secondsPerPicture: Double, secondsPerCheck: Double) {
    let folder =
      FileManager.default.temporaryDirectory.path
      + "/poise-sample-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    func open(_ sources: [PixelSource]) throws -> (PixelCache, Double) {
      let start = monotonicSeconds()
      let cache = try PixelCache.open(
        folder: folder, sources: sources, height: image.height, width: image.width,
        options: image.decoding, threads: threads)
      return (cache, monotonicSeconds() - start)
    }
    // What opening containers takes is in both, so the difference is pictures alone.
    let few = sources.count / 8
    let first = few > 0 ? try open(Array(sources[..<few])).1 : 0
    let (pixels, whole) = try open(sources)
    let again = try open(sources).1
    return (
      pixels, max(whole - first, 0) / Double(max(sources.count - few, 1)),
      again / Double(max(sources.count, 1))
    )
  }
}
