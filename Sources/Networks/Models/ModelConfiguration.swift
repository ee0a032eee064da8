import Kernels

/// The network of a run.
public struct ModelConfiguration: Codable, Hashable, Sendable {
  public var architecture: Architecture
  /// How the first layers reduce the image.
  public var stem: Stem
  /// Widths of hidden layers between the pooled features and the classifier; empty for a linear head.
  public var hidden: [Int]
  /// Dropout before every linear layer of the head, 0 ≤ p < 1.
  public var dropout: Double
  /// Which implementations of convolution may be used.
  public var convolution: ConvolutionPolicy
  /// How a text beside the image takes part; `nil` for the image alone.
  public var text: TextConfiguration?
  /// Where the weights come from; `nil` to start from random ones.
  public var weights: WeightSource?
  /// What stays as it is from the run's first step to its last; nil where everything is trained.
  public var freeze: FrozenPart?
  /// With a frozen part and random augmentation: every training image is seen in so many augmented
  /// views, each drawn once from the seed, instead of in a new one each time.
  public var cachedViews: Int?
  /// Gigabytes (10⁹ bytes) that a frozen part's activations may take on the disk; nil for
  /// ``usualCacheLimit``. Changes no result.
  public var cacheLimit: Double?
  /// Gigabytes of activations where nothing else is said.
  public static let usualCacheLimit = 8.0
  /// Scale s of a cosine classifier as the last layer, s · cos(x, W_c) without bias; `nil` for a
  /// linear one.
  public var cosineScale: Double?
  /// Where the bias of a linear last layer starts, exempt from weight decay then; `nil` for the
  /// usual start.
  public var initialBias: Double?

  /// A network with a linear head and the ImageNet stem.
  public init(
    architecture: Architecture = .resnet50, stem: Stem = .imagenet, hidden: [Int] = [],
    dropout: Double = 0, convolution: ConvolutionPolicy = .fastest, weights: WeightSource? = nil,
    freeze: FrozenPart? = nil, cosineScale: Double? = nil, text: TextConfiguration? = nil
  ) {
    (self.architecture, self.stem) = (architecture, stem)
    (self.weights, self.freeze) = (weights, freeze)
    (self.hidden, self.dropout, self.convolution) = (hidden, dropout, convolution)
    self.text = text
    self.cosineScale = cosineScale
  }

  /// Networks of the ResNet family.
  public enum Architecture: String, Codable, CaseIterable, Sendable {
    /// He et al., CVPR 2016, version 1.5: the stride of a bottleneck is in its 3×3 convolution.
    case resnet18, resnet34, resnet50, resnet101
    /// The CIFAR networks of the same paper, section 4.2: three stages of 16, 32, 64 channels,
    /// parameter-free shortcuts (option A). Always with the small stem.
    case cifarResnet20 = "cifar_resnet20"
    case cifarResnet32 = "cifar_resnet32"
  }

  /// The first layers.
  public enum Stem: String, Codable, CaseIterable, Sendable {
    /// 7×7, stride 2, then 3×3 max-pool with stride 2.
    case imagenet
    /// 3×3, stride 1, no pool.
    case small
  }
}
