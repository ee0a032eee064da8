/// A handful of numbers, such as one figure of every seed.
public struct Sample: Hashable, Sendable {
  /// As given.
  public let values: [Double]

  /// All values count; leave out what is undefined.
  public init(_ values: [Double]) { self.values = values }

  /// `nil` without values.
  public var mean: Double? {
    values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }

  /// √(Σ (x − mean)² / (n − 1)); `nil` for fewer than two values.
  public var standardDeviation: Double? {
    guard values.count >= 2, let mean else { return nil }
    let squares = values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +)
    return (squares / Double(values.count - 1)).squareRoot()
  }

  /// Midpoint of the sorted values; `nil` without values.
  public var median: Double? { quantile(0.5) }

  /// The quantile at `share` by linear interpolation between the order statistics (NumPy's
  /// default, type 7 of Hyndman and Fan 1996); `nil` without values.
  public func quantile(_ share: Double) -> Double? {
    values.isEmpty ? nil : Self.quantile(share, ofSorted: values.sorted())
  }

  static func quantile(_ share: Double, ofSorted sorted: [Double]) -> Double {
    let position = min(max(share, 0), 1) * Double(sorted.count - 1)
    let index = Int(position)
    guard index + 1 < sorted.count else { return sorted[sorted.count - 1] }
    return sorted[index] + (position - Double(index)) * (sorted[index + 1] - sorted[index])
  }
}

/// Values' ranks from 1; tied values share the mean of their ranks.
package struct MidRanks {
  /// In the order of the values, 1 for the smallest; ties share their mean.
  package let ranks: [Double]
  /// How many values share each distinct value.
  let tieSizes: [Int]

  /// Neighbours in order that differ by no more than `tolerance` are tied.
  package init(of values: [Double], tolerance: Double = 0) {
    let order = values.indices.sorted { values[$0] < values[$1] }
    var ranks = Array(repeating: 0.0, count: values.count)
    var tieSizes: [Int] = []
    var start = 0
    while start < order.count {
      var end = start + 1
      while end < order.count && values[order[end]] - values[order[end - 1]] <= tolerance {
        end += 1
      }
      for place in start..<end { ranks[order[place]] = Double(start + 1 + end) / 2 }
      tieSizes.append(end - start)
      start = end
    }
    (self.ranks, self.tieSizes) = (ranks, tieSizes)
  }
}
