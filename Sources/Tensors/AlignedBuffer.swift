/// Memory for `count` numbers, zero at first, 64-byte aligned, freed with its owner.
public final class AlignedBuffer: @unchecked Sendable {
  /// First number.
  public let pointer: UnsafeMutablePointer<Float>
  /// Numbers in all.
  public let count: Int

  /// Allocates and zeroes memory for `count` numbers.
  public init(count: Int) {
    let bytes = UnsafeMutableRawPointer.allocate(
      byteCount: max(count, 1) * MemoryLayout<Float>.stride, alignment: 64)
    pointer = bytes.bindMemory(to: Float.self, capacity: max(count, 1))
    pointer.initialize(repeating: 0, count: max(count, 1))
    self.count = count
  }

  /// A buffer with a copy of `values`.
  public convenience init(_ values: some Collection<Float>) {
    self.init(count: values.count)
    for (index, value) in values.enumerated() { pointer[index] = value }
  }

  deinit { pointer.deallocate() }

  /// The numbers as a buffer.
  public var buffer: UnsafeMutableBufferPointer<Float> { .init(start: pointer, count: count) }

  /// A copy of the numbers.
  public var array: [Float] { Array(buffer) }

  /// The memory as a tensor of the given shape.
  ///
  /// - Precondition: the shape has no more than `count` numbers.
  public func view(_ shape: Shape) -> MutableTensorView {
    precondition(shape.count <= count, "a view of \(shape) needs more than \(count) numbers")
    return MutableTensorView(pointer, shape)
  }
}
