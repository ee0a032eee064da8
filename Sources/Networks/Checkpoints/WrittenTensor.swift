import Tensors

/// A tensor that a checkpoint writes from where it lies: a large network's weights and momentum take
/// hundreds of megabytes, which copies would take once more.
public struct WrittenTensor: Sendable {
  private enum Elements {
    case array([Float])
    /// Elements that belong to a parameter or an optimiser, which must not change before they are
    /// written.
    case living(AlignedBuffer)
  }

  public let name: String
  public let shape: [Int]
  private let elements: Elements

  /// The elements of a tensor.
  public init(_ tensor: NamedTensor) {
    (name, shape, elements) = (tensor.name, tensor.shape, .array(tensor.values))
  }

  /// The elements of a buffer as they are when they are written.
  ///
  /// - Precondition: the shape has as many elements as the buffer.
  init(_ name: String, shape: [Int], living buffer: AlignedBuffer) {
    precondition(shape.reduce(1, *) == buffer.count, "\(name): \(shape) is not \(buffer.count)")
    (self.name, self.shape, elements) = (name, shape, .living(buffer))
  }

  private init(_ name: String, _ tensor: WrittenTensor) {
    (self.name, shape, elements) = (name, tensor.shape, tensor.elements)
  }

  /// This tensor with its name under a prefix, such as `model/`.
  public func under(_ prefix: String) -> WrittenTensor { WrittenTensor(prefix + name, self) }

  /// Elements in all.
  var count: Int {
    switch elements {
    case .array(let values): values.count
    case .living(let buffer): buffer.count
    }
  }

  /// A copy that stays as it is.
  public var copied: NamedTensor {
    switch elements {
    case .array(let values): NamedTensor(name: name, shape: shape, values: values)
    case .living(let buffer): NamedTensor(name: name, shape: shape, values: buffer.array)
    }
  }

  func withUnsafeBytes(_ body: (UnsafeRawBufferPointer) throws -> Void) rethrows {
    switch elements {
    case .array(let values): try values.withUnsafeBytes(body)
    case .living(let buffer): try body(UnsafeRawBufferPointer(buffer.buffer))
    }
  }
}

extension NamedTensor {
  /// This tensor to be written.
  public var written: WrittenTensor { WrittenTensor(self) }
}
