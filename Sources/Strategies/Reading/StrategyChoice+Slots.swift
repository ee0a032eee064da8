import Datasets

/// Class weights inside of another strategy: beside a loss, or in a schedule.
public typealias WeightingChoice = StrategyChoice<any LossWeighting>

extension WeightingChoice {
  /// The weighting.
  public var weighting: any LossWeighting { strategy }
}

/// A sampler inside of a schedule.
public typealias SamplingChoice = StrategyChoice<any Sampling>

extension SamplingChoice {
  /// The sampler; what is wrong with its parameters is named under `sampling`.
  func sampler(for census: ClassCensus) throws(InvalidParameter) -> any Sampler {
    do { return try strategy.sampler(for: census) } catch {
      throw InvalidParameter(
        "sampling.\(error.parameter)", received: error.received, expected: error.expected)
    }
  }
}

/// A loss inside of a schedule.
public typealias LossChoice = StrategyChoice<any LossDesign>

extension LossChoice {
  /// Throws where its parameters cannot be used, where it has weights of its own, or where it is
  /// more than one loss.
  func validateWithoutWeights() throws(InvalidParameter) {
    try validate(as: "loss")
    let two = TrainingSplit(
      examples: [0, 1].map { LabeledExample(example: $0, classIndex: $0) }, classCount: 2)
    let setting = LossSetting(census: ClassCensus(of: two, names: ["0", "1"]))
    let isOne = try strategy.losses(for: setting).count == 1
    guard strategy.classWeights == nil, isOne else {
      throw InvalidParameter(
        "loss", received: name,
        expected: "a loss without class weights and without phases of its own")
    }
  }
}
