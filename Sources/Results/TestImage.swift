/// One image of a data set's test split.
public struct TestImage: Codable, Hashable, Sendable {
  /// Its id in the catalogue.
  public var id: String
  /// Its class; an unseen class has an index of at least the model's class count.
  public var trueClass: Int
  /// Whether training or validation has the same picture; `nil` where nobody looked.
  public var isLeaked: Bool?

  /// A test image with all its parts.
  public init(id: String, trueClass: Int, isLeaked: Bool?) {
    (self.id, self.trueClass, self.isLeaked) = (id, trueClass, isLeaked)
  }
}
