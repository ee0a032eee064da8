/// Where an example's pixels are.
public enum PixelLocation: Codable, Hashable, Sendable {
  /// A picture file, absolute path.
  case file(String)
  /// The i-th image of an IDX file, gzipped or not.
  case idx(file: String, index: Int)
  /// The i-th record of a CIFAR-10 or CIFAR-100 binary file.
  case cifar(file: String, index: Int, labelBytes: Int)
}

/// One of the three parts of a data set.
public enum SplitName: String, Codable, CaseIterable, Sendable {
  case train
  case validation = "val"
  case test
}

/// One row of a catalogue.
public struct Example: Hashable, Sendable, Codable {
  /// Unique in its catalogue.
  public var id: String
  /// The class's name.
  public var label: String
  /// Text beside the image, such as a product's name.
  public var text: String?
  /// Where its pixels are.
  public var pixels: PixelLocation
  /// Cells of a table by column name, for column rules; empty for other formats.
  public var attributes: [String: String]
  /// The part it belongs to by its data set's own division, where there is one.
  public var givenSplit: SplitName?

  /// A row with all its parts.
  public init(
    id: String, label: String, text: String? = nil, pixels: PixelLocation,
    attributes: [String: String] = [:], givenSplit: SplitName? = nil
  ) {
    (self.id, self.label, self.text, self.pixels) = (id, label, text, pixels)
    (self.attributes, self.givenSplit) = (attributes, givenSplit)
  }
}

/// A row that cannot be used, with its reason.
public struct QuarantinedExample: Hashable, Sendable, Codable {
  /// Why a row cannot be used.
  public enum Reason: String, Codable, CaseIterable, Sendable {
    case missingImage = "missing image"
    case unreadableImage = "unreadable image"
    case emptyImage = "image of zero size"
    case oversizedImage = "image too large"
    case duplicateID = "duplicate id"
    case emptyLabel = "empty label"
    case malformedRow = "malformed row"
    case unsafePath = "path outside the data root"
    case unreadFormat = "picture of a format that is not read"
    case duplicateFile = "file listed twice"
    case conflictingLabels = "identical pictures with different labels"
    case droppedCopy = "copy of another picture"
  }
  /// The row's id, or what stands for it where it has none.
  public var id: String
  /// Why it cannot be used.
  public var reason: Reason
  /// The decoder's words, the path, the line.
  public var detail: String
  /// The class that it would have had; `nil` where that is not known.
  public var label: String?

  /// A row with its reason.
  public init(id: String, reason: Reason, detail: String, label: String? = nil) {
    (self.id, self.reason, self.detail, self.label) = (id, reason, detail, label)
  }
}
