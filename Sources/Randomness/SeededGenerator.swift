/// What a stream of random numbers is for. Two purposes never share numbers.
///
/// The raw values are part of every run's reproducibility: never renumber them.
public enum RandomPurpose: UInt64, Sendable, CaseIterable {
  /// The stratified cut into train, validation and test. `item`: class index.
  case split = 1
  /// Which training images a long tail keeps. `item`: class index.
  case longTail = 2
  /// Initial weights. `item`: a stable hash of the parameter's name.
  case initialWeights = 3
  /// The order in which a sampler draws. `epoch`: the sampler's pass.
  case order = 4
  /// The experiment's augmentation. `item`: how many images the run had drawn before this one.
  case augmentation = 5
  /// A strategy's own augmentation. `item`: as for ``augmentation``.
  case strategyAugmentation = 6
  /// Dropout. `epoch`: optimiser step; `item`: layer.
  case dropout = 7
  /// Mixing of examples. `epoch`: optimiser step.
  case mixing = 8
  /// Bootstrap and other resampling in reports.
  case resampling = 9
  /// Random terms of a loss. `epoch`: optimiser step; `item`: row of the batch.
  case loss = 11
  /// Numbers made for tests and benchmarks.
  case testing = 10
}

/// A random number generator that is a pure function of (seed, purpose, epoch, item).
///
/// Not a cryptographic generator. Cheap to create: make one for each example.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private let key: (UInt64, UInt64)
  private let epoch: UInt64
  private let item: UInt64
  private var blockIndex: UInt64 = 0
  private var block: Philox.Block = (0, 0, 0, 0)
  private var used = 4

  /// The stream for one purpose; `epoch` and `item` select an independent substream.
  public init(seed: UInt64, purpose: RandomPurpose, epoch: Int = 0, item: UInt64 = 0) {
    key = (seed, purpose.rawValue)
    self.epoch = UInt64(bitPattern: Int64(epoch))
    self.item = item
  }

  /// The next word of the stream.
  public mutating func next() -> UInt64 {
    if used == 4 {
      block = Philox.block(counter: (blockIndex, item, epoch, 0), key: key)
      blockIndex &+= 1
      used = 0
    }
    defer { used += 1 }
    switch used {
    case 0: return block.0
    case 1: return block.1
    case 2: return block.2
    default: return block.3
    }
  }
}
