import Datasets
import Files
import Images
import Kernels
import Metrics
import Recipes
import Results

/// A data set ready to train on: catalogue read, pixels decoded and checked, splits cut.
///
/// Every run of a sweep prepares the same data from the same recipe; the pixels are decoded once
/// and shared through the cache file.
public final class PreparedData: Sendable {
  /// Every usable example; those without pixels are quarantined.
  public let catalogue: Catalogue
  /// The catalogue, divided.
  public let splits: DatasetSplits
  /// The decoded pixels, indexed by `Catalogue.sourceIndices`.
  public let pixels: PixelCache
  /// Which pictures are identical.
  public let copies: PictureCopies
  /// Where the pixels came from, in the order of the cache.
  let sources: [PixelSource]
  /// SHA-256 over splits and pixels: part of every run's fingerprint.
  public let digest: String

  /// Reads, decodes and divides.
  ///
  /// - Parameters:
  ///   - cacheFolder: where the pixel cache is kept; made when absent.
  ///   - progress: called while pixels are decoded; not at all when the cache is intact.
  /// - Throws: the error of the room that found the problem: a catalogue that cannot be read, more
  ///   quarantined rows than allowed, a split that leaves no training image.
  public init(
    dataset: DatasetConfiguration, split: SplitConfiguration, image: ImageConfiguration,
    cacheFolder: String, threads: Int, progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws {
    let listed = try Catalogue.read(dataset)
    sources = listed.examples.map { PixelSource($0.pixels) }
    pixels = try PixelCache.open(
      folder: cacheFolder, sources: sources, height: image.height, width: image.width,
      threads: threads, progress: progress)
    let pixels = pixels
    let problems = listed.examples.indices.compactMap { index in
      pixels.problem(at: index).map {
        (index: index, reason: QuarantinedExample.Reason($0.reason), detail: $0.detail)
      }
    }
    let usable = listed.quarantining(problems)
    try usable.checkQuarantine(limit: dataset.quarantineLimit)
    copies = PictureCopies(try pixels.identicalPictures(of: sources, threads: threads))
    catalogue = try usable.settingAside(copies, by: split)
    let near =
      split.duplicatePolicy.near == .group
      ? try Self.nearPairs(
        sources, copies: copies, folder: cacheFolder, threads: threads, progress: progress) : []
    let together = try catalogue.together(
      copies, near: near.map { ($0.first, $0.second) }, by: split)
    splits = try DatasetSplits.make(
      from: catalogue, split: split, classes: dataset.classes, together: together.groups
    ).counting(copies, by: split, notes: together.notes)
    digest = splits.digest(pixels: pixels.digest)
  }

  /// Each class's group by its training images, unseen classes last.
  var groups: [ShotGroup] {
    DatasetSummary(of: splits).classes.map { ShotGroup(trainingCount: $0.train) }
  }

  /// What a store keeps of the data.
  public func record(named name: String) -> DatasetRecord {
    var record = DatasetRecord(
      name: name, digest: digest,
      classes: DatasetSummary(of: splits).classes.map { row in
        ClassRecord(
          index: row.index, name: row.name, trainCount: row.train, validationCount: row.validation,
          testCount: row.test)
      },
      quarantined: Dictionary(
        catalogue.quarantined.map { ($0.reason.rawValue, 1) }, uniquingKeysWith: +))
    record.testImages = testImages
    return record
  }
}

extension QuarantinedExample.Reason {
  /// The same reason in the words of the room that lists.
  init(_ reason: PixelProblem.Reason) {
    switch reason {
    case .missing: self = .missingImage
    case .unreadable: self = .unreadableImage
    case .empty: self = .emptyImage
    case .oversized: self = .oversizedImage
    }
  }
}

extension PixelSource {
  /// The same place in the words of the room that decodes.
  init(_ location: PixelLocation) {
    switch location {
    case .file(let path): self = .file(path)
    case .idx(let file, let index): self = .idx(file: file, index: index)
    case .cifar(let file, let index, let labelBytes):
      self = .cifar(file: file, index: index, labelBytes: labelBytes)
    }
  }
}
