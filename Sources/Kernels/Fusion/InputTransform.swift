import CKernels

/// What happens to x on its way into a convolution: max(0, A · x + B), a normalisation and its
/// ReLU. The border of a padded image stays 0.
///
/// So the normalised image need not be in memory, except at the end of a residual block: there
/// another image is added before the ReLU, and the result is written, because the next block's
/// shortcut reads it.
public struct InputTransform {
  /// What is added to A · x + B at the end of a residual block.
  public struct Residual {
    /// As x, elsewhere in memory.
    let addend: BatchNormKernel.Addend
    /// As x, elsewhere in memory: max(0, A · x + B + addend) is written here.
    let result: UnsafeMutablePointer<Float>

    /// - Parameter addend: not ``BatchNormKernel/Addend/none``.
    public init(addend: BatchNormKernel.Addend, result: UnsafeMutablePointer<Float>) {
      (self.addend, self.result) = (addend, result)
    }
  }

  /// A, inChannels elements.
  public var scale: UnsafePointer<Float>
  /// B, inChannels elements.
  public var shift: UnsafePointer<Float>
  /// Only for convolutions that end blocks, ``Convolution/endsBlocks``.
  public var residual: Residual?

  /// A transform by both vectors.
  public init(
    scale: UnsafePointer<Float>, shift: UnsafePointer<Float>, residual: Residual? = nil
  ) {
    (self.scale, self.shift, self.residual) = (scale, shift, residual)
  }

  /// The transform of the channels from this one on.
  func from(_ channel: Int) -> InputTransform {
    InputTransform(scale: scale + channel, shift: shift + channel)
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

extension InputTransform.Residual {
  /// The same for the loops in C that read `x`, where matrices are given by their distance from x.
  func relative(to x: UnsafePointer<Float>, isNonTemporal: Bool) -> ck_residual {
    func distance(_ other: UnsafePointer<Float>) -> Int {
      UnsafeRawPointer(other) - UnsafeRawPointer(x)
    }
    var loop = ck_residual(
      addend: 0, scale: nil, shift: nil, result: distance(result),
      non_temporal: isNonTemporal ? 1 : 0)
    switch addend {
    case .none: preconditionFailure("a residual adds something")
    case .plain(let other): loop.addend = distance(other)
    case .normalized(let other, let scale, let shift):
      (loop.addend, loop.scale, loop.shift) = (distance(other), scale, shift)
    }
    return loop
  }
}
