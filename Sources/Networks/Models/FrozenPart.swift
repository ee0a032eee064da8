import Tensors

/// How much of a trunk stays as it is: everything up to and including the named part.
///
/// A frozen part works as in evaluation whatever the phase: batch normalisation uses the running
/// statistics and leaves them alone, and no optimiser touches its weights, not even by decay.
public enum FrozenPart: String, Codable, CaseIterable, Sendable {
  case stem, layer1, layer2, layer3, layer4

  /// 0 for the stem, k for stage k.
  fileprivate var stages: Int {
    switch self {
    case .stem: 0
    case .layer1: 1
    case .layer2: 2
    case .layer3: 3
    case .layer4: 4
    }
  }
}

extension ModelConfiguration.Architecture {
  /// The parts of its trunk: the CIFAR networks end with `layer3`.
  public var parts: [FrozenPart] { Array(FrozenPart.allCases.prefix(isCIFAR ? 4 : 5)) }

  /// The last part; freezing it freezes all but the head.
  public var lastPart: FrozenPart { isCIFAR ? .layer3 : .layer4 }
}

extension ModelConfiguration {
  /// What a frozen part makes of one image.
  ///
  /// Past the last part these are the pooled features: pooling has no weights, and its result is
  /// smaller by the number of pixels.
  ///
  /// - Precondition: the architecture has that part.
  public func activationShape(at part: FrozenPart, height: Int, width: Int) -> Shape {
    precondition(architecture.parts.contains(part), "\(architecture) has no \(part)")
    let isSmall = architecture.isCIFAR || stem == .small
    // Every halving is a kernel of size k with stride 2 and padding (k − 1) / 2.
    let halvings = (isSmall ? 0 : 2) + max(part.stages - 1, 0)
    var (height, width) = (height, width)
    for _ in 0..<halvings { (height, width) = ((height + 1) / 2, (width + 1) / 2) }
    let narrowest = architecture.isCIFAR ? 16 : 64
    let expansion = architecture.isBottleneck && part != .stem ? 4 : 1
    let channels = (narrowest << max(part.stages - 1, 0)) * expansion
    return part == architecture.lastPart
      ? .matrix(1, channels) : Shape(n: 1, h: height, w: width, c: channels)
  }
}
