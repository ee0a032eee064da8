import Tensors

/// A tensor that a checkpoint writes from where it lies: a large network's weights and momentum take
/// hundreds of megabytes, which copies would take once more.
public struct WrittenTensor: Sendable {
  private enum Numbers {
    case array([Float])
    /// Those of somebody who does not change them before they are written.
    case living(AlignedBuffer)
  }

  public let name: String
  public let shape: [Int]
  private let numbers: Numbers

  /// The numbers of a tensor.
  public init(_ tensor: NamedTensor) {
    (name, shape, numbers) = (tensor.name, tensor.shape, .array(tensor.values))
  }

  /// - Precondition: the shape has as many numbers as the buffer.
  init(_ name: String, shape: [Int], living buffer: AlignedBuffer) {
    precondition(shape.reduce(1, *) == buffer.count, "\(name): \(shape) is not \(buffer.count)")
    (self.name, self.shape, numbers) = (name, shape, .living(buffer))
  }

  private init(_ name: String, _ tensor: WrittenTensor) {
    (self.name, shape, numbers) = (name, tensor.shape, tensor.numbers)
  }

  /// The same under a folder's name, such as `model/`.
  public func under(_ prefix: String) -> WrittenTensor { WrittenTensor(prefix + name, self) }

  /// Numbers in all.
  var count: Int {
    switch numbers {
    case .array(let values): values.count
    case .living(let buffer): buffer.count
    }
  }

  /// A copy that stays as it is.
  public var copied: NamedTensor {
    switch numbers {
    case .array(let values): NamedTensor(name: name, shape: shape, values: values)
    case .living(let buffer): NamedTensor(name: name, shape: shape, values: buffer.array)
    }
  }

  func withUnsafeBytes(_ body: (UnsafeRawBufferPointer) throws -> Void) rethrows {
    switch numbers {
    case .array(let values): try values.withUnsafeBytes(body)
    case .living(let buffer): try body(UnsafeRawBufferPointer(buffer.buffer))
    }
  }
}

extension NamedTensor {
  /// This tensor to be written.
  public var written: WrittenTensor { WrittenTensor(self) }
}
