/// A tensor by name, as checkpoints hold it.
public struct NamedTensor: Equatable, Sendable {
  public let name: String
  public let shape: [Int]
  public let values: [Float]

  /// A tensor of `values` in the order that its owner chose.
  ///
  /// - Precondition: the shape has as many elements as there are values.
  public init(name: String, shape: [Int], values: [Float]) {
    precondition(shape.reduce(1, *) == values.count, "\(name): \(shape) is not \(values.count)")
    (self.name, self.shape, self.values) = (name, shape, values)
  }
}
