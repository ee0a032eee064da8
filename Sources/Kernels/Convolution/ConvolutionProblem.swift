/// The extents of one convolution over a batch: what an implementation is chosen by.
///
/// Images are NHWC, weights are kernelHeight × kernelWidth × inChannels × outChannels ("HWIO"), so
/// that a 1×1 convolution is one product of row-major matrices. Padding is symmetric zeros.
public struct ConvolutionProblem: Hashable, Sendable, CustomStringConvertible {
  public var batch: Int
  public var height: Int
  public var width: Int
  public var inChannels: Int
  public var outChannels: Int
  public var kernelHeight: Int
  public var kernelWidth: Int
  public var stride: Int
  public var padding: Int

  /// A problem with a square kernel.
  public init(
    batch: Int, height: Int, width: Int, inChannels: Int, outChannels: Int, kernel: Int,
    stride: Int = 1, padding: Int = 0
  ) {
    (self.batch, self.height, self.width) = (batch, height, width)
    (self.inChannels, self.outChannels) = (inChannels, outChannels)
    (kernelHeight, kernelWidth) = (kernel, kernel)
    (self.stride, self.padding) = (stride, padding)
  }

  /// Rows of an output image.
  public var outHeight: Int { (height + 2 * padding - kernelHeight) / stride + 1 }
  /// Columns of an output image.
  public var outWidth: Int { (width + 2 * padding - kernelWidth) / stride + 1 }
  /// Pixels of all output images.
  var outPixels: Int { batch * outHeight * outWidth }
  /// Elements in x.
  public var inputCount: Int { batch * height * width * inChannels }
  /// Elements in y.
  public var outputCount: Int { batch * outHeight * outWidth * outChannels }
  /// Elements in w.
  public var weightCount: Int { kernelHeight * kernelWidth * inChannels * outChannels }

  /// Additions and multiplications of one pass by the definition.
  public var operations: Double {
    2 * Double(outputCount) * Double(inChannels * kernelHeight * kernelWidth)
  }

  /// Such as `n64 64×64×3 → 64 k7 s2 p3`.
  public var description: String {
    "n\(batch) \(height)×\(width)×\(inChannels) → \(outChannels) "
      + "k\(kernelHeight) s\(stride) p\(padding)"
  }
}
