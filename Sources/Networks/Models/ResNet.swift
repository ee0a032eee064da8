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
        let design = BlockDesign(
          path: "layer\(stageIndex + 1).\(block)", inChannels: channels, width: stage.width,
          stride: stageIndex > 0 && block == 0 ? 2 : 1, policy: policy)
        layers.append(
          architecture.isBottleneck ? design.bottleneck() : design.basic(padded: isCIFAR))
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
