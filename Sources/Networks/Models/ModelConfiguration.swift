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

/// The update rule and its settings.
public struct OptimizerConfiguration: Codable, Hashable, Sendable {
  /// Which rule.
  public enum Rule: String, Codable, CaseIterable, Sendable { case sgd, adamw }
  public var rule: Rule
  /// The peak learning rate, of the trunk and of the head unless ``headLearningRate`` is set.
  public var learningRate: Double
  public var headLearningRate: Double?
  /// SGD only.
  public var momentum: Double
  /// SGD only.
  public var nesterov: Bool
  public var weightDecay: Double
  /// Whether biases and the scales and shifts of normalisation decay too (PyTorch: yes).
  public var decaysNormAndBias: Bool
  /// AdamW only.
  public var beta1: Double
  public var beta2: Double
  public var epsilon: Double
  /// Gradients are scaled down to this norm over all parameters; `nil` for no limit.
  public var clipNorm: Double?

  /// SGD with momentum 0.9 and weight decay 5e-4 at learning rate 0.05.
  public init(
    rule: Rule = .sgd, learningRate: Double = 0.05, headLearningRate: Double? = nil,
    momentum: Double = 0.9, nesterov: Bool = false, weightDecay: Double = 5e-4,
    decaysNormAndBias: Bool = true, beta1: Double = 0.9, beta2: Double = 0.999,
    epsilon: Double = 1e-8, clipNorm: Double? = nil
  ) {
    (self.rule, self.learningRate) = (rule, learningRate)
    (self.headLearningRate, self.momentum) = (headLearningRate, momentum)
    (self.nesterov, self.weightDecay) = (nesterov, weightDecay)
    (self.decaysNormAndBias, self.beta1, self.beta2) = (decaysNormAndBias, beta1, beta2)
    (self.epsilon, self.clipNorm) = (epsilon, clipNorm)
  }
}

/// How the learning rate runs over a training, as a factor of its peak.
public struct ScheduleConfiguration: Codable, Hashable, Sendable {
  /// The curve after the warm-up.
  public enum Curve: String, Codable, CaseIterable, Sendable { case constant, step, cosine }
  public var curve: Curve
  /// Epochs of linear warm-up from 0.
  public var warmupEpochs: Double
  /// `step`: the epochs at which the rate is multiplied by ``gamma``.
  public var milestones: [Double]
  public var gamma: Double
  /// `cosine`: the factor at the end.
  public var minimumFactor: Double

  /// A cosine from 1 to 0 without warm-up.
  public init(
    curve: Curve = .cosine, warmupEpochs: Double = 0, milestones: [Double] = [],
    gamma: Double = 0.1, minimumFactor: Double = 0
  ) {
    (self.curve, self.warmupEpochs) = (curve, warmupEpochs)
    (self.milestones, self.gamma, self.minimumFactor) = (milestones, gamma, minimumFactor)
  }
}
