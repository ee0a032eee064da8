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
  /// Where symbolic links may lead; `nil` means anywhere. Not part of a fingerprint.
  public var followLinks: LinkRule?
  /// How labels become classes; `nil` means as they stand, and none nearly equal to another. Not
  /// part of a fingerprint: the data's digest covers the classes.
  public var labels: LabelRules?

  /// A configuration with the usual quarantine limit of 5 %.
  public init(
    name: String, root: String, format: CatalogueFormat, classes: ClassSelection = .init(),
    quarantineLimit: Double = 0.05, followLinks: LinkRule? = nil, labels: LabelRules? = nil
  ) {
    (self.name, self.root, self.format) = (name, root, format)
    (self.classes, self.quarantineLimit) = (classes, quarantineLimit)
    (self.followLinks, self.labels) = (followLinks, labels)
  }
}

/// Where symbolic links in a data set may lead.
public enum LinkRule: String, Codable, CaseIterable, Sendable {
  /// Only to what lies below the root; what lies elsewhere is set aside.
  case inside
  /// To any place of the machine.
  case anywhere
}

/// How a data set lists its examples.
public enum CatalogueFormat: Codable, Hashable, Sendable {
  case csv(CSVFormat)
  /// One folder a class, with or without folders such as `train`, `val`, `test` above it.
  case folder
  /// Text files with a path and a class a line, one file for each part.
  case list(ListFormat)
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
  /// How the file is written, where that is not as usual. Not part of a fingerprint.
  public var dialect: TableDialect?

  /// A table's description.
  public init(
    file: String, idColumn: String, labelColumn: String, textColumn: String? = nil,
    imagePattern: String, dialect: TableDialect? = nil
  ) {
    (self.file, self.idColumn, self.labelColumn) = (file, idColumn, labelColumn)
    (self.textColumn, self.imagePattern, self.dialect) = (textColumn, imagePattern, dialect)
  }
}

/// How a table is written, where that is not UTF-8 with commas and a header line.
public struct TableDialect: Codable, Hashable, Sendable {
  /// How its bytes are to be read; `nil` means UTF-8, or UTF-16 where a byte order mark says so.
  public var encoding: TextEncoding?
  /// One ASCII character between cells; `nil` means a comma, or what a line `sep=;` says.
  public var separator: String?
  /// Names of the columns of a file without a header line; `nil` means that its first line has them.
  public var columns: [String]?
  /// Lines that start with this are passed over.
  public var comment: String?

  /// The usual table, or what differs from it.
  public init(
    encoding: TextEncoding? = nil, separator: String? = nil, columns: [String]? = nil,
    comment: String? = nil
  ) {
    (self.encoding, self.separator) = (encoding, separator)
    (self.columns, self.comment) = (columns, comment)
  }
}

/// Text files with one example a line: a path, blanks, and a class as a number or a word.
///
/// ImageNet-LT, Places-LT and iNaturalist come with such files.
public struct ListFormat: Codable, Hashable, Sendable {
  /// What is learned from, relative to the root.
  public var train: String
  /// What chooses the best epoch; `nil` where the data has no such part.
  public var validation: String?
  /// What is tested on; `nil` where the data has no such part.
  public var test: String?
  /// Relative to the root; `{path}` stands for the line's path.
  public var imagePattern: String
  /// Names of the classes 0, 1, …; the numbers or words themselves where absent.
  public var classNames: [String]?
  /// A file with those names, one a line, relative to the root.
  public var classNamesFile: String?
  /// How the files' bytes are to be read. Not part of a fingerprint.
  public var encoding: TextEncoding?

  /// The files' names.
  public init(
    train: String, validation: String? = nil, test: String? = nil, imagePattern: String = "{path}",
    classNames: [String]? = nil, classNamesFile: String? = nil, encoding: TextEncoding? = nil
  ) {
    (self.train, self.validation, self.test) = (train, validation, test)
    (self.imagePattern, self.encoding) = (imagePattern, encoding)
    (self.classNames, self.classNamesFile) = (classNames, classNamesFile)
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
  /// Which examples belong together, such as those of one patient; `nil` where each stands alone.
  public var group: GroupRule?
  /// Whether a division of the data's own, where it has one, takes the place of ``test``: so it is
  /// where a file says nothing of the test split. `nil` means no. Not part of a fingerprint: the
  /// data's digest covers the splits.
  public var prefersGiven: Bool?
  /// What becomes of identical and nearly identical pictures; the usual policy where absent.
  public var duplicates: DuplicatePolicy?

  /// What becomes of identical and nearly identical pictures.
  public var duplicatePolicy: DuplicatePolicy { duplicates ?? DuplicatePolicy() }

  /// A division with all its parts; a policy for duplicates is set afterwards.
  public init(
    test: TestRule = .stratified(share: 0.2), validation: Double = 0.1, seed: UInt64 = 1,
    longTail: LongTail? = nil, group: GroupRule? = nil, prefersGiven: Bool? = nil
  ) {
    (self.test, self.validation) = (test, validation)
    (self.seed, self.longTail, self.group) = (seed, longTail, group)
    self.prefersGiven = prefersGiven
  }
}

/// What becomes the test split.
public enum TestRule: Codable, Hashable, Sendable {
  /// A share of every class, drawn by seed.
  case stratified(share: Double)
  /// By a column: the examples that meet the condition go to `side`, all others to the other.
  case column(name: String, condition: ColumnCondition, side: ColumnSide)
  /// By a column, each part by a condition of its own. Without a condition for validation a share of
  /// train is cut. Examples that meet none are not used; one that meets two is an error.
  case parts(
    column: String, train: ColumnCondition, validation: ColumnCondition?, test: ColumnCondition)
  /// Files with one id a line, relative to the root. Ids in none of them are not used.
  case lists(train: String, validation: String?, test: String)
  /// As the data set itself divides: folders, IDX and CIFAR files.
  case given
  /// One of `of` parts of every class, drawn by seed, the first with index 1: over all of them each
  /// example is tested once.
  case fold(index: Int, of: Int)
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
