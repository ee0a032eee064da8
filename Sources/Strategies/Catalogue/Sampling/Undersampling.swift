import Datasets
import Randomness

/// Cuts every class to the size of the smallest, or to `to`, with a fresh random subset each pass.
///
/// The control for oversampling: the same class balance without repeated images. Drummond, Holte,
/// "C4.5, Class Imbalance, and Cost Sensitivity", ICML workshop 2003; Buda et al., "A systematic
/// study of the class imbalance problem in convolutional neural networks", Neural Networks 2018.
/// There the subset is drawn once; fresh subsets let a run of many passes see every image.
public struct Undersampling: Sampling {
  public static let name = "undersampling"
  public static let card = StrategyCard(
    family: .sampling, summary: "The control: every class is cut to the size of the smallest.",
    formula: "min(n_c, to) images of each class a pass, without replacement, drawn anew",
    paper: "Drummond, Holte, ICML workshop 2003; Buda et al., Neural Networks 2018",
    parameters: [
      .unset(
        "to", range: "a whole number, at least 1",
        "Images that a class keeps at most; those of the smallest class where not set.")
    ])

  /// Images that a class keeps at most; `nil` is the size of the smallest class. Range: 1 and more.
  public var to: Int?

  /// Down to the smallest class.
  public init() {}

  public func validate() throws(InvalidParameter) {
    guard let to else { return }
    try require(to >= 1, "to", is: to)
  }

  public func sampler(for census: ClassCensus) throws(InvalidParameter) -> any Sampler {
    let limit = to ?? census.counts.filter { $0 > 0 }.min() ?? 0
    return SubsetSampler(kept: census.counts.map { min($0, limit) })
  }
}

/// Draws a number of images of each class a pass, none twice, in random order.
public struct SubsetSampler: TemperableSampler {
  /// Images of each class in a pass.
  public let kept: [Int]

  /// A sampler of one number a class; a class smaller than its number is drawn whole.
  public init(kept: [Int]) { self.kept = kept }

  public func order(
    of split: TrainingSplit, pass: Int, feedback: ValidationFeedback?,
    using generator: inout SeededGenerator
  ) -> [Int] {
    precondition(kept.count == split.classCount, "the split has other classes than the census")
    var order: [Int] = []
    for (var members, kept) in zip(split.membersByClass(), kept) {
      for taken in 0..<min(kept, members.count) {
        members.swapAt(taken, taken + generator.integer(below: members.count - taken))
        order.append(members[taken])
      }
    }
    generator.shuffle(&order)
    return order
  }

  public func classMass(for census: ClassCensus) -> [Double] {
    kept.map(Double.init).normalized()
  }

  public func tempered(by exponent: Double, for census: ClassCensus) -> any Sampler {
    SubsetSampler(
      kept: zip(census.counts, kept).map { count, kept in
        guard kept > 0 else { return 0 }
        let share = power(Double(kept) / Double(count), exponent)
        return min(count, max(1, Int((Double(count) * share).rounded())))
      })
  }
}
