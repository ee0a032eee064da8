/// What happens to x on its way into a convolution: max(0, A · x + B), a normalisation and its
/// ReLU, `inChannels` numbers each. The border of a padded image stays 0.
///
/// So the normalised image never lies in memory.
public struct InputTransform {
  public var scale: UnsafePointer<Float>
  public var shift: UnsafePointer<Float>

  /// A transform with both vectors.
  public init(scale: UnsafePointer<Float>, shift: UnsafePointer<Float>) {
    (self.scale, self.shift) = (scale, shift)
  }

  /// to = max(0, A · x + B) for one pixel.
  func apply(_ x: UnsafePointer<Float>, to: UnsafeMutablePointer<Float>, channels: Int) {
    var c = 0
    while c &+ 8 <= channels {
      let value = scale.vector(c) * x.vector(c) + shift.vector(c)
      to.store(value.replacing(with: 0, where: value .< 0), c)
      c &+= 8
    }
    while c < channels {
      let value = scale[c] * x[c] + shift[c]
      to[c] = value < 0 ? 0 : value
      c += 1
    }
  }
}
