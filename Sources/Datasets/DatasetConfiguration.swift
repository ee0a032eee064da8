/// Which images a run is about: where they are, how they are listed, which classes count.
public struct DatasetConfiguration: Codable, Hashable, Sendable {
  /// For people and for the store.
  public var name: String
  /// Folder that all paths start from; absolute once a file is read. Not part of a fingerprint:
  /// the data's digest is.
  public var root: String
  /// How examples are listed.
  public var format: CatalogueFormat
  /// Which classes count.
  public var classes: ClassSelection
  /// The share of quarantined examples above which reading stops with an error.
  public var quarantineLimit: Double

  /// A configuration with the usual quarantine limit of 5 %.
  public init(
    name: String, root: String, format: CatalogueFormat, classes: ClassSelection = .init(),
    quarantineLimit: Double = 0.05
  ) {
    (self.name, self.root, self.format) = (name, root, format)
    (self.classes, self.quarantineLimit) = (classes, quarantineLimit)
  }
}

/// How a data set lists its examples.
public enum CatalogueFormat: Codable, Hashable, Sendable {
  case csv(CSVFormat)
  /// One folder a class, with or without `train`, `validation`/`val`, `test` above it.
  case folder
  case idx(IDXFormat)
  /// `data_batch_1.bin` … `data_batch_5.bin`, `test_batch.bin`, `batches.meta.txt`.
  case cifar10
  /// `train.bin`, `test.bin`, `fine_label_names.txt`; the fine labels.
  case cifar100
}

/// A table of examples; column names as in its header line.
public struct CSVFormat: Codable, Hashable, Sendable {
  /// Relative to the root.
  public var file: String
  /// Names an example, uniquely.
  public var idColumn: String
  /// The class's name.
  public var labelColumn: String
  /// A description beside the image; `nil` where there is none.
  public var textColumn: String?
  /// Relative to the root; `{column}` stands for a cell, such as `images/{id}.jpg`.
  public var imagePattern: String

  /// A table's description.
  public init(
    file: String, idColumn: String, labelColumn: String, textColumn: String? = nil,
    imagePattern: String
  ) {
    (self.file, self.idColumn, self.labelColumn) = (file, idColumn, labelColumn)
    (self.textColumn, self.imagePattern) = (textColumn, imagePattern)
  }
}

/// IDX files (the MNIST family), gzipped or not, relative to the root.
public struct IDXFormat: Codable, Hashable, Sendable {
  /// Pixels of the training images.
  public var trainImages: String
  /// Their classes, as numbers from 0.
  public var trainLabels: String
  /// Pixels of the test images; `nil` where the data has no test part.
  public var testImages: String?
  /// Their classes; given where the images are.
  public var testLabels: String?
  /// Names of the classes 0, 1, …; the digits themselves where absent.
  public var classNames: [String]?

  /// The files' names.
  public init(
    trainImages: String, trainLabels: String, testImages: String? = nil, testLabels: String? = nil,
    classNames: [String]? = nil
  ) {
    (self.trainImages, self.trainLabels) = (trainImages, trainLabels)
    (self.testImages, self.testLabels, self.classNames) = (testImages, testLabels, classNames)
  }
}

/// Which classes count. The conditions hold together.
public struct ClassSelection: Codable, Hashable, Sendable {
  /// Only the k classes with most training images (ties by name).
  public var top: Int?
  /// All but the k classes with most training images.
  public var remaining: Int?
  /// Only classes with at least so many usable images over all splits.
  public var minImages: Int?
  /// Only these; empty means all.
  public var include: [String]
  /// None of these.
  public var exclude: [String]

  /// All classes, or those that meet the conditions.
  public init(
    top: Int? = nil, remaining: Int? = nil, minImages: Int? = nil, include: [String] = [],
    exclude: [String] = []
  ) {
    (self.top, self.remaining, self.minImages) = (top, remaining, minImages)
    (self.include, self.exclude) = (include, exclude)
  }
}

/// How the examples are divided. Validation is cut from train, never from test.
public struct SplitConfiguration: Codable, Hashable, Sendable {
  /// What becomes test.
  public var test: TestRule
  /// The share of train that becomes validation, stratified; 0 for none.
  public var validation: Double
  /// Seed of all cuts. One split for all seeds of a sweep.
  public var seed: UInt64
  /// Makes the training split long-tailed after the cut.
  public var longTail: LongTail?
  /// What becomes of identical and nearly identical pictures; the usual policy where absent.
  public var duplicates: DuplicatePolicy?

  /// What becomes of identical and nearly identical pictures.
  public var duplicatePolicy: DuplicatePolicy { duplicates ?? DuplicatePolicy() }

  /// A division with all its parts; a policy for duplicates is set afterwards.
  public init(
    test: TestRule = .stratified(share: 0.2), validation: Double = 0.1, seed: UInt64 = 1,
    longTail: LongTail? = nil
  ) {
    (self.test, self.validation) = (test, validation)
    (self.seed, self.longTail) = (seed, longTail)
  }
}

/// What becomes the test split.
public enum TestRule: Codable, Hashable, Sendable {
  /// A share of every class, drawn by seed.
  case stratified(share: Double)
  /// By a column: the examples that meet the condition go to `side`, all others to the other.
  case column(name: String, condition: ColumnCondition, side: ColumnSide)
  /// Files with one id a line, relative to the root. Ids in none of them are not used.
  case lists(train: String, validation: String?, test: String)
  /// As the data set itself divides: folders, IDX and CIFAR files.
  case given
}

/// Where examples go that meet a column's condition.
public enum ColumnSide: String, Codable, Sendable { case train, test }

/// A condition on a cell. An empty or non-numeric cell meets no numeric condition.
public enum ColumnCondition: Codable, Hashable, Sendable {
  case even, odd
  case divisible(by: Int)
  case oneOf([String])
  case below(Double)
  case above(Double)
}

/// A long tail made from the training split: class i of C (by falling count) keeps a share.
///
/// `exponential`: n_i = n_max · factor^(−i/(C−1)); `step`: the second half of the classes keeps
/// n_max / factor. Cui et al., CVPR 2019; Buda et al. 2018. No class keeps more than it has.
public struct LongTail: Codable, Hashable, Sendable {
  /// The tail's form.
  public enum Profile: String, Codable, Sendable { case exponential, step }
  /// The tail's form.
  public var profile: Profile
  /// Imbalance factor n_max / n_min, at least 1.
  public var factor: Double
  /// Images of the largest class; its whole count where absent.
  public var largest: Int?

  /// A tail with all its parts.
  public init(profile: Profile, factor: Double, largest: Int? = nil) {
    (self.profile, self.factor, self.largest) = (profile, factor, largest)
  }
}
