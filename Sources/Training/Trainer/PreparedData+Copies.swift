import Datasets
import Images
import Results

extension PictureCopies {
  /// The same groups in the words of the room that divides.
  init(_ found: [IdenticalPictures]) {
    self.init(
      groups: found.map { Group(members: $0.members, evidence: Evidence($0.evidence)) })
  }
}

extension PictureCopies.Evidence {
  init(_ evidence: IdenticalPictures.Evidence) {
    switch evidence {
    case .file: self = .file
    case .bytes: self = .bytes
    case .pixels: self = .pixels
    }
  }
}

extension PreparedData {
  /// Divides the usable examples, with what becomes of identical and nearly identical pictures.
  ///
  /// - Parameter near: pairs by the index of the catalogue as first read.
  /// - Throws: where the division cannot be made.
  static func divide(
    _ usable: Catalogue, by split: SplitConfiguration, of dataset: DatasetConfiguration,
    copies: PictureCopies, near: [NearPair]
  ) throws -> (catalogue: Catalogue, folds: [DatasetSplits]) {
    let followed = try split.following(usable)
    let catalogue = try usable.settingAside(copies, by: followed)
    try catalogue.checkConflicts(limit: dataset.quarantineLimit)
    let together = try catalogue.together(
      copies, near: near.map { ($0.first, $0.second) }, by: followed)
    let folds = try DatasetSplits.makeEach(
      from: catalogue, split: split, classes: dataset.classes, together: together.groups)
    return (catalogue, folds.map { $0.counting(copies, by: followed, notes: together.notes) })
  }

  /// Where the first image of the test split stands in ``testImages``.
  var firstTestImage: Int { folds[..<foldIndex].reduce(0) { $0 + $1.test.examples.count } }

  /// The test split as a store keeps it, in its order; of folds one after the other.
  var testImages: [TestImage] {
    folds.flatMap { fold in
      let leaks = fold.leaks?.isLeaked
      return fold.test.examples.enumerated().map { place, item in
        TestImage(
          id: catalogue.examples[item.example].id, trueClass: item.classIndex,
          isLeaked: leaks?[place])
      }
    }
  }
}

extension PreparedData {
  /// Pairs of pictures that are nearly the same, by the cache's index. Of identical pictures only
  /// the first is looked at.
  ///
  /// - Parameter folder: where a further cache of small pictures is kept, whatever the experiment's
  ///   size is.
  static func nearPairs(
    _ sources: [PixelSource], copies: PictureCopies, folder: String, threads: Int,
    progress: (_ done: Int, _ total: Int) -> Void
  ) throws -> [NearPair] {
    let small = try PixelCache.open(
      folder: folder, sources: sources, height: NearSearch.size, width: NearSearch.size,
      threads: threads, progress: progress)
    let further = Set(copies.groups.flatMap { $0.members.dropFirst() })
    return try NearSearch(in: small, passingOver: further).pairs(threads: threads)
  }

  /// Pairs of usable pictures that are nearly the same, by the catalogue's index.
  ///
  /// - Throws: what opening the cache throws, and `TooManyNearPairs`.
  public func nearPairs(
    cacheFolder: String, threads: Int, progress: (_ done: Int, _ total: Int) -> Void
  ) throws -> [NearPair] {
    let pairs = try Self.nearPairs(
      sources, copies: copies, folder: cacheFolder, threads: threads, progress: progress)
    var places: [Int: Int] = [:]
    for (index, source) in catalogue.sourceIndices.enumerated() { places[source] = index }
    return pairs.compactMap { pair in
      guard let first = places[pair.first], let second = places[pair.second] else { return nil }
      var pair = pair
      (pair.first, pair.second) = (first, second)
      return pair
    }
  }
}
