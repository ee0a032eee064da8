import Kernels

/// The ResNet family as lists of layers, with torchvision's names.
struct ResNet {
  /// Blocks and width of one stage; every stage but the first halves the image.
  private struct Stage {
    let blocks: Int
    let width: Int
  }

  let trunk: [any Layer]
  /// Channels that the trunk ends with.
  let features: Int

  /// Builds a trunk whose widths are divided by `divisor`, which tests use for small networks.
  init(_ configuration: ModelConfiguration, divisor: Int) {
    let architecture = configuration.architecture
    let policy = configuration.convolution
    let stages = Self.stages(architecture).map {
      Stage(blocks: $0.blocks, width: $0.width / divisor)
    }
    let isCIFAR = architecture.isCIFAR
    let isSmall = isCIFAR || configuration.stem == .small
    var channels = stages[0].width
    let stem = NormalizedConvolution(
      convolution: ConvolutionLayer(
        "conv1", from: 3, to: channels, kernel: isSmall ? 3 : 7, stride: isSmall ? 1 : 2,
        policy: policy),
      norm: BatchNormLayer("bn1", channels: channels))
    var layers: [any Layer] = [StemLayer(stem, pools: !isSmall)]
    for (stageIndex, stage) in stages.enumerated() {
      for block in 0..<stage.blocks {
        let plan = BlockPlan(
          path: "layer\(stageIndex + 1).\(block)", inChannels: channels, width: stage.width,
          stride: stageIndex > 0 && block == 0 ? 2 : 1, policy: policy)
        let next = architecture.isBottleneck ? plan.bottleneck() : plan.basic(padded: isCIFAR)
        if let below = layers.last as? ResidualBlock { next.follow(below) }
        layers.append(next)
        channels = stage.width * (architecture.isBottleneck ? 4 : 1)
      }
    }
    trunk = layers
    features = channels
  }

  private static func stages(_ architecture: ModelConfiguration.Architecture) -> [Stage] {
    let (blocks, width) =
      switch architecture {
      case .resnet18: ([2, 2, 2, 2], 64)
      case .resnet34, .resnet50: ([3, 4, 6, 3], 64)
      case .resnet101: ([3, 4, 23, 3], 64)
      case .cifarResnet20: ([3, 3, 3], 16)
      case .cifarResnet32: ([5, 5, 5], 16)
      }
    return blocks.enumerated().map { Stage(blocks: $1, width: width << $0) }
  }

  /// The layers after the trunk and its pooling: linear layers with dropout before and ReLU between.
  ///
  /// `prefix` goes before their names.
  static func head(
    _ configuration: ModelConfiguration, features: Int, classes: Int, prefix: String = ""
  ) -> [any Layer] {
    var layers: [any Layer] = []
    let widths = configuration.hidden + [classes]
    var inputs = features
    for (index, width) in widths.enumerated() {
      let path = prefix + (widths.count == 1 ? "fc" : "fc.\(2 * index)")
      if configuration.dropout > 0 {
        layers.append(DropoutLayer("\(path).dropout", probability: configuration.dropout))
      }
      let isLast = index == widths.count - 1
      if isLast, let scale = configuration.cosineScale {
        layers.append(CosineLayer(path, inputs: inputs, outputs: width, scale: scale))
      } else {
        layers.append(
          LinearLayer(
            path, inputs: inputs, outputs: width,
            initialBias: isLast ? configuration.initialBias : nil))
      }
      if !isLast { layers.append(ReLULayer("\(prefix)fc.\(2 * index + 1)")) }
      inputs = width
    }
    return layers
  }
}

extension ModelConfiguration.Architecture {
  /// Whether it is one of the networks for 32×32 images.
  public var isCIFAR: Bool { self == .cifarResnet20 || self == .cifarResnet32 }
  /// Whether its blocks are 1×1, 3×3, 1×1.
  var isBottleneck: Bool { self == .resnet50 || self == .resnet101 }
}

/// What one residual block is made from.
package struct BlockPlan {
  let path: String
  let inChannels: Int
  let width: Int
  let stride: Int
  let policy: ConvolutionPolicy

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

  /// Version 1.5: the stride is in the 3×3 convolution.
  package func bottleneck() -> ResidualBlock {
    let units = [
      unit("conv1", "bn1", from: inChannels, to: width, kernel: 1),
      unit("conv2", "bn2", from: width, to: width, kernel: 3, stride: stride),
      unit("conv3", "bn3", from: width, to: 4 * width, kernel: 1),
    ]
    return ResidualBlock(path, units: units, shortcut: projection(to: 4 * width))
  }
}
