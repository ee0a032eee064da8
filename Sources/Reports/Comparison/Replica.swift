import Results

/// What a run repeats: runs of two strategies are paired where both are equal.
public struct Replica: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The seed of its random numbers.
  public let seed: UInt64
  /// The fold that it is tested on, from 1; `nil` where the data are divided once.
  public let fold: Int?

  /// A seed, with a fold where there are several.
  public init(seed: UInt64, fold: Int? = nil) { (self.seed, self.fold) = (seed, fold) }

  init(_ run: RunSummary) { self.init(seed: run.seed, fold: run.fold) }

  /// By seed, then by fold.
  public static func < (a: Replica, b: Replica) -> Bool {
    (a.seed, a.fold ?? 0) < (b.seed, b.fold ?? 0)
  }

  /// `3`, or `3 fold 2`.
  public var description: String { fold.map { "\(seed) fold \($0)" } ?? "\(seed)" }
}
