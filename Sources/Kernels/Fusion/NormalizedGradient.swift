/// The gradient of x, the input of a batch normalisation, as what it is computed from:
///
///     scale · dy + (slope · x + constant)
///
/// Matrices are rows × channels, vectors hold a number for each channel. What reads it next may
/// compute it on the way, so that it never lies in memory; see ``BatchNormKernel/apply(_:pool:)``
/// for the others.
public struct NormalizedGradient {
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
}
