import Datasets
import Images
import Randomness
import Strategies
import Tensors
import TestSupport
import Testing

/// A planted bug: the findings of the checker must contain `finding`.
private func expectFinding<S: Strategy>(
  _ finding: String, in type: S.Type, sourceLocation: SourceLocation = #_sourceLocation
) {
  let findings = checkStrategy(type)
  #expect(
    findings.contains { $0.contains(finding) }, "found only \(findings)",
    sourceLocation: sourceLocation)
}

@Suite("The strategy checker finds planted bugs") struct StrategyCheckTests {
  @Test("A parameter that the card does not list")
  func unlisted() { expectFinding("does not list 'gamma'", in: Unlisted.self) }

  @Test("A card whose default is not the default")
  func wrongDefault() { expectFinding("'gamma' is 2 by default", in: WrongDefault.self) }

  @Test("A parameter that is not stored")
  func forgotten() { expectFinding("'gamma' is stored as", in: Forgotten.self) }

  @Test("A range that is not checked")
  func unchecked() { expectFinding("'gamma' may be nan", in: Unchecked.self) }

  @Test("Weights that are infinite for classes without images")
  func infinite() { expectFinding("a class of 0 images weighs inf", in: InfiniteWeights.self) }

  @Test("Weights of balanced data that change the loss")
  func unbalanced() {
    expectFinding("the loss of balanced classes is", in: UnbalancedWeights.self)
  }

  @Test("A gradient that forgets the weights")
  func gradient() { expectFinding("but the loss rises by", in: WrongGradient.self) }

  @Test("A sampler that promises another class mass than it draws")
  func mass() { expectFinding("is drawn with frequency", in: BrokenPromise.self) }

  @Test("A sampler that ignores its generator")
  func generator() { expectFinding("of another generator is the same", in: NeverShuffled.self) }

  @Test("A sampler with randomness of its own")
  func ambient() { expectFinding("two orders of the same generator", in: AmbientRandomness.self) }

  @Test("An index beyond the split")
  func index() { expectFinding("is drawn of", in: BeyondTheEnd.self) }

  @Test("An augmentation that makes NaN")
  func augmentation() { expectFinding("augmented to NaN", in: NaNAugmentation.self) }

  @Test("An augmentation that treats balanced classes differently")
  func favourite() { expectFinding("augmented differently", in: Favourite.self) }

  @Test("Phases that do not fill the run")
  func shares() { expectFinding("shares sum to 0.5", in: HalfARun.self) }
}

private func mutantCard(_ parameters: [StrategyParameter] = []) -> StrategyCard {
  StrategyCard(
    family: .reference, summary: "A planted bug.", formula: "—", paper: "—", parameters: parameters)
}
private let listedGamma = StrategyParameter(
  "gamma", default: "1", range: "a number, 0 ≤ gamma ≤ 9", "—")

private struct Unlisted: Strategy {
  static let name = "unlisted"
  static let card = mutantCard()
  var gamma = 1.0
  func validate() throws(InvalidParameter) {}
  func plan(for census: ClassCensus) throws(InvalidParameter) -> TrainingPlan { TrainingPlan() }
}

private struct WrongDefault: Strategy {
  static let name = "wrong-default"
  static let card = mutantCard([.init("gamma", default: "2", range: "a number", "—")])
  var gamma = 1.0
  func validate() throws(InvalidParameter) {
    try require(gamma >= 0 && gamma <= 9, "gamma", is: gamma)
  }
  func plan(for census: ClassCensus) throws(InvalidParameter) -> TrainingPlan { TrainingPlan() }
}

private struct Forgotten: Strategy {
  static let name = "forgotten"
  static let card = mutantCard([listedGamma])
  var gamma = 1.0
  enum CodingKeys: String, CodingKey { case gamma }
  init() {}
  init(from decoder: any Decoder) throws {}
  func validate() throws(InvalidParameter) {}
  func plan(for census: ClassCensus) throws(InvalidParameter) -> TrainingPlan { TrainingPlan() }
}

private struct Unchecked: Strategy {
  static let name = "unchecked"
  static let card = mutantCard([listedGamma])
  var gamma = 1.0
  func validate() throws(InvalidParameter) {
    // The comparison is the wrong way round for NaN.
    if gamma < 0 || gamma > 9 { try require(false, "gamma", is: gamma) }
  }
  func plan(for census: ClassCensus) throws(InvalidParameter) -> TrainingPlan { TrainingPlan() }
}

private struct InfiniteWeights: Strategy {
  static let name = "infinite-weights"
  static let card = mutantCard()
  func validate() throws(InvalidParameter) {}
  func plan(for census: ClassCensus) throws(InvalidParameter) -> TrainingPlan {
    let weights = census.counts.map { 1 / Double($0) }
    return TrainingPlan(phases: [
      .init(loss: CrossEntropy(classWeights: weights, reduction: .meanOverWeights))
    ])
  }
}

private struct UnbalancedWeights: Strategy {
  static let name = "unbalanced-weights"
  static let card = mutantCard()
  func validate() throws(InvalidParameter) {}
  func plan(for census: ClassCensus) throws(InvalidParameter) -> TrainingPlan {
    // Not normalised, and divided by examples.
    let weights = census.counts.map { $0 > 0 ? 1 / Double($0) : 0 }
    return TrainingPlan(phases: [.init(loss: CrossEntropy(classWeights: weights))])
  }
}

private struct WrongGradient: Strategy {
  struct Loss: ClassificationLoss {
    var reduction: LossReduction { .meanOverExamples }
    var classWeights: [Double]?
    func evaluate(
      _ logits: TensorView, targets: TensorView, into dLogits: MutableTensorView
    ) -> Float {
      let value = CrossEntropy(classWeights: classWeights)
        .evaluate(logits, targets: targets, into: dLogits)
      _ = CrossEntropy().evaluate(logits, targets: targets, into: dLogits)
      return value
    }
  }
  static let name = "wrong-gradient"
  static let card = mutantCard()
  func validate() throws(InvalidParameter) {}
  func plan(for census: ClassCensus) throws(InvalidParameter) -> TrainingPlan {
    let weights = InverseWeights().weights(for: census)
    return TrainingPlan(phases: [.init(loss: Loss(classWeights: weights))])
  }
}

/// A sampler made of one function.
private struct SamplerOf: Sampler {
  var mass: @Sendable (ClassCensus) -> [Double] = { EveryExampleOnce().classMass(for: $0) }
  var draw: @Sendable (TrainingSplit, inout SeededGenerator) -> [Int]
  func order(
    of split: TrainingSplit, pass: Int, feedback: ValidationFeedback?,
    using generator: inout SeededGenerator
  ) -> [Int] { draw(split, &generator) }
  func classMass(for census: ClassCensus) -> [Double] { mass(census) }
}

private struct BrokenPromise: Sampling {
  static let name = "broken-promise"
  static let card = mutantCard()
  func sampler(for census: ClassCensus) throws(InvalidParameter) -> any Sampler {
    // LDAM-DRW's defect: a balanced sampler is promised, the ordinary shuffle is what runs.
    let balanced = ClassMassSampler(proportionalTo: census.counts.map { _ in 1 }, census: census)
    return SamplerOf(mass: { balanced.classMass(for: $0) }) { split, generator in
      EveryExampleOnce().order(of: split, pass: 0, feedback: nil, using: &generator)
    }
  }
}

private struct NeverShuffled: Sampling {
  static let name = "never-shuffled"
  static let card = mutantCard()
  func sampler(for census: ClassCensus) throws(InvalidParameter) -> any Sampler {
    SamplerOf { split, _ in Array(split.examples.indices) }
  }
}

private struct AmbientRandomness: Sampling {
  static let name = "ambient-randomness"
  static let card = mutantCard()
  func sampler(for census: ClassCensus) throws(InvalidParameter) -> any Sampler {
    SamplerOf { split, _ in split.examples.indices.shuffled() }
  }
}

private struct BeyondTheEnd: Sampling {
  static let name = "beyond-the-end"
  static let card = mutantCard()
  func sampler(for census: ClassCensus) throws(InvalidParameter) -> any Sampler {
    SamplerOf { split, generator in
      var order = EveryExampleOnce().order(of: split, pass: 0, feedback: nil, using: &generator)
      order[0] = split.examples.count
      return order
    }
  }
}

/// An augmentation made of one function.
private struct AugmentationOf: Augmentation {
  var change: @Sendable (inout PixelImage, Int) -> Void
  func apply(
    to image: inout PixelImage, classIndex: Int, using generator: inout SeededGenerator
  ) { change(&image, classIndex) }
}

private struct NaNAugmentation: AugmentationPolicy {
  static let name = "nan-augmentation"
  static let card = mutantCard()
  func validate() throws(InvalidParameter) {}
  func augmentation(for census: ClassCensus) throws(InvalidParameter) -> (any Augmentation)? {
    AugmentationOf { image, _ in image.values[0] = .nan }
  }
}

private struct Favourite: AugmentationPolicy {
  static let name = "favourite"
  static let card = mutantCard()
  func validate() throws(InvalidParameter) {}
  func augmentation(for census: ClassCensus) throws(InvalidParameter) -> (any Augmentation)? {
    AugmentationOf { image, index in if index == 3 { image.values[0] = 1 } }
  }
}

private struct HalfARun: Strategy {
  static let name = "half-a-run"
  static let card = mutantCard()
  func validate() throws(InvalidParameter) {}
  func plan(for census: ClassCensus) throws(InvalidParameter) -> TrainingPlan {
    TrainingPlan(phases: [.init(share: 0.5)])
  }
}
