/// How often an image of one class was taken for another.
///
/// Only cells that are not 0 are kept: with thousands of classes nearly all are, and there are never
/// more of the others than images.
public struct ConfusionMatrix: Hashable, Sendable {
  /// One cell that is not 0.
  public struct Entry: Hashable, Sendable {
    /// The row: the class of the images.
    public let trueClass: Int
    /// The column: the class they were taken for.
    public let predicted: Int
    /// How many images; at least 1.
    public let count: Int
  }

  /// Classes that can be predicted: the columns.
  public let classCount: Int
  /// Classes that images can have: the rows. At least ``classCount``; rows beyond it belong to
  /// *unseen* classes, which no prediction can name.
  public let rowCount: Int
  /// By row · ``classCount`` + column; never 0.
  private var cells: [Int: Int] = [:]
  /// Of each row that has images.
  private var sums: [Int: Int] = [:]

  /// An empty matrix for `classCount` classes and `unseenCount` further rows.
  public init(classCount: Int, unseenCount: Int = 0) {
    self.classCount = classCount
    rowCount = classCount + unseenCount
  }

  /// How many images of class `trueClass` were taken for class `predicted`.
  ///
  /// - Precondition: `trueClass` is a row and `predicted` a column.
  public subscript(trueClass: Int, predicted: Int) -> Int {
    get { cells[place(trueClass, predicted)] ?? 0 }
    set {
      let place = place(trueClass, predicted)
      let change = newValue - (cells[place] ?? 0)
      cells[place] = newValue == 0 ? nil : newValue
      let sum = (sums[trueClass] ?? 0) + change
      sums[trueClass] = sum == 0 ? nil : sum
    }
  }

  private func place(_ row: Int, _ column: Int) -> Int {
    precondition(
      row >= 0 && row < rowCount && column >= 0 && column < classCount,
      "a confusion matrix of \(rowCount) × \(classCount) has no cell (\(row), \(column))")
    return row * classCount + column
  }

  /// Counts one image.
  public mutating func add(trueClass: Int, predicted: Int) {
    self[trueClass, predicted] += 1
  }

  /// How many images of class `trueClass` were counted.
  public func rowSum(_ trueClass: Int) -> Int { sums[trueClass] ?? 0 }

  /// The cells that are not 0, row by row.
  public var entries: [Entry] {
    cells.sorted { $0.key < $1.key }.map { place, count in
      Entry(trueClass: place / classCount, predicted: place % classCount, count: count)
    }
  }
}

extension ConfusionMatrix: Codable {
  private enum CodingKeys: String, CodingKey { case classCount, rowCount, counts, cells }

  /// Matrices of at most so many cells are written cell by cell, as they always were.
  private static var denseLimit: Int { 10_000 }
  /// More classes than a file of ours has; bounds what a damaged one can ask for.
  private static var classLimit: Int { 10_000_000 }

  /// Writes all cells of a small matrix, and of a large one those that are not 0: place and count, one
  /// after the other, row by row.
  ///
  /// - Throws: what the encoder throws.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(classCount, forKey: .classCount)
    try container.encode(rowCount, forKey: .rowCount)
    if rowCount * classCount <= Self.denseLimit {
      let counts = (0..<rowCount * classCount).map { cells[$0] ?? 0 }
      try container.encode(counts, forKey: .counts)
    } else {
      let pairs = cells.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] }
      try container.encode(pairs, forKey: .cells)
    }
  }

  /// Reads either form, of any size.
  ///
  /// - Throws: `DecodingError` where sizes do not fit one another, a place is none of the matrix's, or
  ///   a count is negative.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let classes = try container.decode(Int.self, forKey: .classCount)
    let rows = try container.decode(Int.self, forKey: .rowCount)
    func damaged(_ words: String) -> DecodingError {
      .dataCorrupted(
        DecodingError.Context(
          codingPath: decoder.codingPath,
          debugDescription: "a confusion matrix of \(rows) × \(classes) \(words)"))
    }
    guard classes >= 0, rows >= classes, rows <= Self.classLimit else {
      throw damaged("is no such matrix")
    }
    self.init(classCount: classes, unseenCount: rows - classes)
    if let counts = try container.decodeIfPresent([Int].self, forKey: .counts) {
      guard counts.count == rows * classes else { throw damaged("has \(counts.count) cells") }
      for (place, count) in counts.enumerated() where count != 0 {
        guard count > 0 else { throw damaged("counts \(count) images") }
        self[place / classes, place % classes] = count
      }
      return
    }
    let pairs = try container.decode([Int].self, forKey: .cells)
    guard pairs.count % 2 == 0 else { throw damaged("has a place without a count") }
    var last = -1
    for index in stride(from: 0, to: pairs.count, by: 2) {
      let (place, count) = (pairs[index], pairs[index + 1])
      guard place > last, place < rows * classes else { throw damaged("has no place \(place)") }
      guard count > 0 else { throw damaged("counts \(count) images") }
      self[place / classes, place % classes] = count
      last = place
    }
  }
}
