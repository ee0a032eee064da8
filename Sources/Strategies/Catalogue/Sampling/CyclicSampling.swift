import Datasets
import Randomness

/// Class-balanced sampling without chance in the class counts: classes take turns in random order,
/// each with `run` images, and the images of a class take turns too.
///
/// Shen et al., "Relay Backpropagation", ECCV 2016, as the `ClassAwareSampler` of Kang et al., ICLR
/// 2020, with its four images a turn. A pass has as many draws as there are training images.
public struct CyclicSampling: Sampling {
  public static let name = "cyclic-sampling"
  public static let card = StrategyCard(
    family: .sampling, summary: "Class-balanced sampling in which classes and images take turns.",
    formula: "m_c = 1/C exactly, in turns of `run` images a class",
    paper: "Shen et al., Relay Backpropagation, ECCV 2016; ClassAwareSampler of Kang et al.",
    parameters: [
      StrategyParameter(
        "run", default: "4", range: "a whole number from 1 to 1024",
        "Images of a class in one turn.")
    ])

  /// Images of a class in one turn. Range: from 1 to 1024.
  public var run = 4

  /// Four images a turn.
  public init() {}

  public func validate() throws(InvalidParameter) {
    try require(run >= 1 && run <= 1024, "run", is: run)
  }

  public func sampler(for census: ClassCensus) throws(InvalidParameter) -> any Sampler {
    CyclicSampler(run: run)
  }
}

/// Draws classes in turns.
public struct CyclicSampler: Sampler {
  /// Images of a class in one turn.
  public let run: Int

  /// A sampler of turns of this length.
  public init(run: Int) { self.run = run }

  public func order(
    of split: TrainingSplit, pass: Int, feedback: ValidationFeedback?,
    using generator: inout SeededGenerator
  ) -> [Int] {
    var members = split.membersByClass().filter { !$0.isEmpty }
    var next = Array(repeating: 0, count: members.count)
    for index in members.indices { generator.shuffle(&members[index]) }
    var order: [Int] = []
    var classes = Array(members.indices)
    while order.count < split.examples.count {
      generator.shuffle(&classes)
      for drawn in classes {
        for _ in 0..<run where order.count < split.examples.count {
          if next[drawn] == members[drawn].count {
            generator.shuffle(&members[drawn])
            next[drawn] = 0
          }
          order.append(members[drawn][next[drawn]])
          next[drawn] += 1
        }
      }
    }
    return order
  }

  public func classMass(for census: ClassCensus) -> [Double] {
    census.counts.map { $0 > 0 ? 1 : 0 }.normalized()
  }
}
