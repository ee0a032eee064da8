/// How often an image of one class was taken for another.
public struct ConfusionMatrix: Hashable, Sendable, Codable {
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
}
