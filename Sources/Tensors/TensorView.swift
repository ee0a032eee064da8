/// A borrowed, read-only view of `shape.count` elements in NHWC order.
///
/// Views do not own memory: they are valid while the buffer or workspace behind them lives.
/// They are `@unchecked Sendable` because the kernels hand disjoint parts to threads.
public struct TensorView: @unchecked Sendable {
  /// First number; 64-byte aligned when it comes from an ``AlignedBuffer`` or a ``Workspace``.
  public let pointer: UnsafePointer<Float>
  /// Extents.
  public let shape: Shape

  /// A view of `shape.count` elements from `pointer`.
  public init(_ pointer: UnsafePointer<Float>, _ shape: Shape) {
    (self.pointer, self.shape) = (pointer, shape)
  }

  /// Elements in the view.
  public var count: Int { shape.count }

  /// The elements as a buffer.
  public var buffer: UnsafeBufferPointer<Float> { .init(start: pointer, count: count) }
}

/// A borrowed, writable view of `shape.count` elements in NHWC order.
public struct MutableTensorView: @unchecked Sendable {
  /// First number.
  public let pointer: UnsafeMutablePointer<Float>
  /// Extents.
  public let shape: Shape

  /// A view of `shape.count` elements from `pointer`.
  public init(_ pointer: UnsafeMutablePointer<Float>, _ shape: Shape) {
    (self.pointer, self.shape) = (pointer, shape)
  }

  /// Elements in the view.
  public var count: Int { shape.count }

  /// The elements as a buffer.
  public var buffer: UnsafeMutableBufferPointer<Float> { .init(start: pointer, count: count) }

  /// The same memory, read-only.
  public var readOnly: TensorView { TensorView(pointer, shape) }

  /// Sets every number to `value`.
  public func fill(_ value: Float) { buffer.update(repeating: value) }
}
