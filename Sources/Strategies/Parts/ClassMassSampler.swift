import Datasets
import Randomness

/// Draws with replacement: first a class by its mass, then one of its images, all alike.
///
/// A pass has as many draws as there are training images; the same distribution as weighting each
/// image with m_c/n_c.
public struct ClassMassSampler: TemperableSampler {
  /// Probability of each class; sums to 1, 0 for classes without images.
  public let mass: [Double]

  /// A sampler of these masses, scaled to sum 1; classes without images get none.
  public init(proportionalTo mass: [Double], census: ClassCensus) {
    precondition(mass.count == census.classCount, "one mass a class")
    self.mass = zip(mass, census.counts).map { $1 > 0 ? $0 : 0 }.normalized()
  }

  public func order(
    of split: TrainingSplit, pass: Int, feedback: ValidationFeedback?,
    using generator: inout SeededGenerator
  ) -> [Int] {
    precondition(mass.count == split.classCount, "the split has other classes than the census")
    let members = split.membersByClass()
    var classes: [Int] = []
    var bounds: [Double] = []
    for (index, mass) in mass.enumerated() where mass > 0 && !members[index].isEmpty {
      classes.append(index)
      bounds.append((bounds.last ?? 0) + mass)
    }
    guard let total = bounds.last else { return [] }
    return split.examples.indices.map { _ in
      let drawn = classes[bounds.firstIndex(above: generator.uniform() * total)]
      return members[drawn][generator.integer(below: members[drawn].count)]
    }
  }

  public func classMass(for census: ClassCensus) -> [Double] { mass }

  public func tempered(by exponent: Double, for census: ClassCensus) -> any Sampler {
    let shares = EveryExampleOnce().classMass(for: census)
    return ClassMassSampler(
      proportionalTo: zip(shares, mass).map { $0 > 0 ? $0 * power($1 / $0, exponent) : 0 },
      census: census)
  }
}

extension [Double] {
  /// The first index whose bound is above `value`, by bisection; the last where none is.
  func firstIndex(above value: Double) -> Int {
    var (low, high) = (0, count - 1)
    while low < high {
      let middle = (low + high) / 2
      if self[middle] > value { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
