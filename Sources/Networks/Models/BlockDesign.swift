import Kernels

/// What one residual block is made from.
package struct BlockDesign {
  let path: String
  let inChannels: Int
  let width: Int
  let stride: Int
  let policy: ConvolutionPolicy

  /// A block that changes an image of `inChannels` channels with the stride given.
  package init(
    path: String, inChannels: Int, width: Int, stride: Int, policy: ConvolutionPolicy
  ) {
    (self.path, self.inChannels, self.width) = (path, inChannels, width)
    (self.stride, self.policy) = (stride, policy)
  }

  private func unit(
    _ convolution: String, _ norm: String, from: Int, to: Int, kernel: Int, stride: Int = 1
  ) -> NormalizedConvolution {
    NormalizedConvolution(
      convolution: ConvolutionLayer(
        "\(path).\(convolution)", from: from, to: to, kernel: kernel, stride: stride,
        policy: policy),
      norm: BatchNormLayer("\(path).\(norm)", channels: to))
  }

  private func projection(to channels: Int) -> ResidualBlock.Shortcut {
    if stride == 1 && inChannels == channels { return .identity }
    return .projection(
      unit(
        "downsample.0", "downsample.1", from: inChannels, to: channels, kernel: 1, stride: stride))
  }

  /// Two 3×3 convolutions of `width` channels; where a shortcut is needed it is padded or projected.
  package func basic(padded: Bool) -> ResidualBlock {
    let units = [
      unit("conv1", "bn1", from: inChannels, to: width, kernel: 3, stride: stride),
      unit("conv2", "bn2", from: width, to: width, kernel: 3),
    ]
    let isIdentity = stride == 1 && inChannels == width
    return ResidualBlock(
      path, units: units,
      shortcut: padded && !isIdentity ? .padded(stride: stride) : projection(to: width))
  }

  /// Convolutions of 1×1, 3×3 and 1×1 to 4 · `width` channels. This is version 1.5, whose stride is
  /// in the 3×3 convolution.
  package func bottleneck() -> ResidualBlock {
    let units = [
      unit("conv1", "bn1", from: inChannels, to: width, kernel: 1),
      unit("conv2", "bn2", from: width, to: width, kernel: 3, stride: stride),
      unit("conv3", "bn3", from: width, to: 4 * width, kernel: 1),
    ]
    return ResidualBlock(path, units: units, shortcut: projection(to: 4 * width))
  }
}
