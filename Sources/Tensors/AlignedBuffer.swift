#if canImport(Glibc)
  import Glibc
#endif

/// Memory for `count` numbers, zero at first, 64-byte aligned, freed with its owner.
///
/// Large buffers ask for large pages: an image's rows lie on many pages, and looking these up takes
/// as long as reading them.
public final class AlignedBuffer: @unchecked Sendable {
  /// First number.
  public let pointer: UnsafeMutablePointer<Float>
  /// Numbers in all.
  public let count: Int

  private static let largePage = 2 << 20

  /// Allocates and zeroes memory for `count` numbers.
  public init(count: Int) {
    let byteCount = max(count, 1) * MemoryLayout<Float>.stride
    let isLarge = byteCount >= 4 * Self.largePage
    let bytes = UnsafeMutableRawPointer.allocate(
      byteCount: byteCount, alignment: isLarge ? Self.largePage : 64)
    #if canImport(Glibc)
      if isLarge {
        // Only whole large pages, or the last one would take memory that nobody asked for.
        madvise(bytes, byteCount / Self.largePage * Self.largePage, MADV_HUGEPAGE)
      }
    #endif
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
