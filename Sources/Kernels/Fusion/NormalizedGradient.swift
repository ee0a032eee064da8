import CKernels

/// The gradient of x, the input of a batch normalisation, as what it is computed from:
///
///     scale · dy + (slope · x + constant)
///
/// Matrices are rows × channels, vectors have one element for each channel. Whatever reads the
/// gradient next may compute it while it reads, so that it is never in memory;
/// ``BatchNormKernel/apply(_:pool:)`` writes it to memory for those that cannot.
public struct NormalizedGradient {
  /// Replaced by its gradient where that is written to memory.
  public let x: UnsafeMutablePointer<Float>
  /// The gradient of what follows.
  public let dy: UnsafePointer<Float>
  public let scale: UnsafePointer<Float>
  public let slope: UnsafePointer<Float>
  public let constant: UnsafePointer<Float>
  /// Where not nil, dy counts as 0 where scale · x + shift ≤ 0: a ReLU followed.
  public let shift: UnsafePointer<Float>?

  /// A gradient with all its parts.
  public init(
    x: UnsafeMutablePointer<Float>, dy: UnsafePointer<Float>, scale: UnsafePointer<Float>,
    slope: UnsafePointer<Float>, constant: UnsafePointer<Float>, shift: UnsafePointer<Float>?
  ) {
    (self.x, self.dy, self.scale) = (x, dy, scale)
    (self.slope, self.constant, self.shift) = (slope, constant, shift)
  }

  /// The same from a row on, for the loops in C.
  func rows(from row: Int, channels: Int) -> ck_normalized_gradient {
    ck_normalized_gradient(
      dy: dy + row * channels, y: x + row * channels, scale: scale, slope: slope,
      constant: constant, shift: shift)
  }
}
