import Results

/// A strategy whose runs were not made, because another one trains the same on these data.
public struct EqualStrategy: Hashable, Sendable {
  /// Label and variant.
  public let name: String
  /// Label and variant of the strategy whose figures are its own.
  public let other: String
  /// Of the runs that were not made, ascending.
  public let seeds: [UInt64]

  /// `max-ratio-weights: the same as inverse-weights on these data; not run (seeds 1, 2, 3)`
  public var sentence: String {
    let list = seeds.map(String.init).joined(separator: ", ")
    return "\(name): the same as \(other) on these data; not run (seed"
      + "\(seeds.count == 1 ? "" : "s") \(list)), and no comparison."
  }

  /// Every one among these runs, in the order in which they first occur.
  static func all(in runs: [RunSummary]) -> [EqualStrategy] {
    struct Pair: Hashable {
      var name: String
      var other: String
    }
    var order: [Pair] = []
    var seeds: [Pair: Set<UInt64>] = [:]
    for run in runs {
      guard let equal = run.equals else { continue }
      let name = run.variant.isEmpty ? run.strategy : "\(run.strategy) \(run.variant)"
      let pair = Pair(name: name, other: equal.title)
      if seeds[pair] == nil { order.append(pair) }
      seeds[pair, default: []].insert(run.seed)
    }
    return order.map {
      EqualStrategy(name: $0.name, other: $0.other, seeds: seeds[$0, default: []].sorted())
    }
  }
}
