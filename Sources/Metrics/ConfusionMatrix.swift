/// How often an image of one class was taken for another.
public struct ConfusionMatrix: Hashable, Sendable, Codable {
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
  private var counts: [Int]

  /// An empty matrix for `classCount` classes and `unseenCount` further rows.
  public init(classCount: Int, unseenCount: Int = 0) {
    self.classCount = classCount
    rowCount = classCount + unseenCount
    counts = Array(repeating: 0, count: rowCount * classCount)
  }

  /// How many images of class `trueClass` were taken for class `predicted`.
  public subscript(trueClass: Int, predicted: Int) -> Int {
    get { counts[trueClass * classCount + predicted] }
    set { counts[trueClass * classCount + predicted] = newValue }
  }

  /// Counts one image.
  public mutating func add(trueClass: Int, predicted: Int) {
    self[trueClass, predicted] += 1
  }

  /// How many images of class `trueClass` were counted.
  public func rowSum(_ trueClass: Int) -> Int {
    counts[trueClass * classCount..<(trueClass + 1) * classCount].reduce(0, +)
  }

  /// The cells that are not 0, row by row.
  public var entries: [Entry] {
    counts.indices.compactMap { index in
      counts[index] == 0
        ? nil
        : Entry(
          trueClass: index / classCount, predicted: index % classCount, count: counts[index])
    }
  }
}
