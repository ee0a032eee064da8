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
  /// Every fold's division, ``splits`` among them; that alone where there are no folds.
  public let folds: [DatasetSplits]
  /// The decoded pixels, indexed by ``pixelIndices``.
  public let pixels: PixelCache
  /// For each example of the catalogue, the index of its pixels.
  let pixelIndices: [Int]
  /// Which pictures are identical.
  public let copies: PictureCopies
  /// Where the pixels came from, in the order of the cache.
  let sources: [PixelSource]
  /// What there is to say of the data; of folds, of all together.
  public let summary: DatasetSummary
  /// SHA-256 over splits and pixels: part of every run's fingerprint. All folds share it, since they
  /// are one data set.
  public let digest: String
  /// SHA-256 over the pixels and ``splits`` alone, which differs from fold to fold.
  let splitDigest: String
  /// Where ``splits`` stand in ``folds``.
  let foldIndex: Int

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
      options: image.decoding, threads: threads, progress: progress)
    let pixels = pixels
    let problems = listed.examples.indices.compactMap { index in
      pixels.problem(at: index).map {
        (index: index, reason: QuarantinedExample.Reason($0.reason), detail: $0.detail)
      }
    }
    let remarks = listed.examples.indices.lazy.flatMap { index in
      pixels.remarks(at: index).map { (name: listed.examples[index].id, remark: $0) }
    }
    let usable = listed.quarantining(problems).noting(PixelRemark.sentences(of: remarks))
    try usable.checkQuarantine(limit: dataset.quarantineLimit)
    copies = PictureCopies(try pixels.identicalPictures(of: sources, threads: threads))
    let near =
      split.duplicatePolicy.near == .group
      ? try Self.nearPairs(
        sources, copies: copies, folder: cacheFolder, threads: threads, progress: progress) : []
    (catalogue, folds) = try Self.divide(
      usable, by: split, of: dataset, copies: copies, near: near)
    pixelIndices = catalogue.sourceIndices
    foldIndex = split.foldIndex
    splits = folds[foldIndex]
    summary = DatasetSummary(ofEach: folds)
    digest = DatasetSplits.digest(of: folds, pixels: pixels.digest)
    splitDigest = splits.digest(pixels: pixels.digest)
  }

  /// Another fold of the same data, which shares its pixels.
  ///
  /// - Precondition: `split` is one of the folds that `other` was made for.
  public init(_ other: PreparedData, fold split: SplitConfiguration) {
    (catalogue, pixels, folds) = (other.catalogue, other.pixels, other.folds)
    (pixelIndices, summary, digest) = (other.pixelIndices, other.summary, other.digest)
    (copies, sources, foldIndex) = (other.copies, other.sources, split.foldIndex)
    splits = folds[foldIndex]
    splitDigest = splits.digest(pixels: pixels.digest)
  }

  /// Data with all its parts.
  ///
  /// - Parameters:
  ///   - fold: which of the folds it is, from 0.
  ///   - copies: as far as identical pictures are known.
  ///   - sources: where all listed pictures are.
  init(
    catalogue: Catalogue, folds: [DatasetSplits], fold: Int, pixels: PixelCache,
    pixelIndices: [Int], digest: String, copies: PictureCopies, sources: [PixelSource]
  ) {
    (self.catalogue, self.folds, self.pixels) = (catalogue, folds, pixels)
    (self.pixelIndices, self.digest, foldIndex) = (pixelIndices, digest, fold)
    (self.copies, self.sources) = (copies, sources)
    splits = folds[fold]
    summary = DatasetSummary(ofEach: folds)
    splitDigest = splits.digest(pixels: digest)
  }

  /// Bytes of one picture's pixels.
  public var pixelBytes: Int { pixels.height * pixels.width * 3 }

  /// Each class's group by its training images, unseen classes last.
  var groups: [ShotGroup] { summary.classes.map { ShotGroup(trainingCount: $0.train) } }

  /// What a store keeps of the data.
  public func record(named name: String) -> DatasetRecord {
    var record = DatasetRecord(
      name: name, digest: digest,
      classes: summary.classes.map { row in
        ClassRecord(
          index: row.index, name: row.name, trainCount: row.train, validationCount: row.validation,
          testCount: row.test)
      },
      quarantined: Dictionary(
        catalogue.quarantined.map { ($0.reason.rawValue, 1) }, uniquingKeysWith: +),
      remarks: remarks)
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
