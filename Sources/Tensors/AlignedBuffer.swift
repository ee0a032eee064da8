#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Memory for `count` elements, zero at first, 64-byte aligned, freed with its owner.
///
/// The system gives large buffers page by page when they are first touched: what only training
/// uses takes no memory while a network is evaluated.
///
/// Large buffers ask for large pages: an image's rows lie on many pages, and looking these up takes
/// as long as reading them.
public final class AlignedBuffer: @unchecked Sendable {
  /// First number.
  public let pointer: UnsafeMutablePointer<Float>
  /// Elements in all.
  public let count: Int

  private let block: UnsafeMutableRawPointer

  private static let largePage = 2 << 20

  /// Allocates memory for `count` elements.
  public init(count: Int) {
    let bytes = max(count, 1) * MemoryLayout<Float>.stride
    let isLarge = bytes >= 4 * Self.largePage
    let alignment = isLarge ? Self.largePage : 64
    guard let block = calloc(1, bytes + alignment) else {
      fatalError("no memory for \(count) numbers")
    }
    let start = block.alignedUp(toMultipleOf: alignment)
    #if canImport(Glibc)
      if isLarge {
        // Whole pages only: the last one would take memory that nobody asked for.
        madvise(start, bytes / Self.largePage * Self.largePage, MADV_HUGEPAGE)
      }
    #endif
    pointer = start.bindMemory(to: Float.self, capacity: max(count, 1))
    (self.block, self.count) = (block, count)
  }

  /// A buffer with a copy of `values`.
  public convenience init(_ values: some Collection<Float>) {
    self.init(count: values.count)
    _ = buffer.update(fromContentsOf: values)
  }

  deinit { free(block) }

  /// The elements as a buffer.
  public var buffer: UnsafeMutableBufferPointer<Float> { .init(start: pointer, count: count) }

  /// A copy of the elements.
  public var array: [Float] { Array(buffer) }

  /// The memory as a tensor of the given shape.
  ///
  /// - Precondition: the shape has no more than `count` elements.
  public func view(_ shape: Shape) -> MutableTensorView {
    precondition(shape.count <= count, "a view of \(shape) needs more than \(count) numbers")
    return MutableTensorView(pointer, shape)
  }
}
