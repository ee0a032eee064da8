/// One RGB image with values 0…1, rows from the top, channels last.
public struct PixelImage: Sendable, Hashable {
  /// Rows.
  public var height: Int
  /// Columns.
  public var width: Int
  /// height × width × 3 numbers.
  public var values: [Float]

  /// A black image.
  public init(height: Int, width: Int) {
    (self.height, self.width) = (height, width)
    values = Array(repeating: 0, count: height * width * 3)
  }
}
