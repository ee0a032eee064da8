import Datasets
import Images
import Randomness
import Strategies
import TestSupport
import Testing

@Suite("Strategies that train the same") struct EqualityTests {
  private let census = ClassCensus(counts: [400, 120, 40, 9, 2])

  private func probe(
    batch: Int = 16, hasValidation: Bool = true, smoothing: Double = 0, counts: [Int]? = nil
  ) -> PlanProbe {
    let census = counts.map { ClassCensus(counts: $0) } ?? census
    return PlanProbe(
      census: census, split: census.split, batch: batch, hasValidation: hasValidation,
      smoothing: smoothing)
  }

  private func areEqual(
    _ a: any Strategy, _ b: any Strategy, _ probe: PlanProbe? = nil
  ) throws -> Bool {
    let probe = probe ?? self.probe()
    let plans = (try a.plan(for: probe.census), try b.plan(for: probe.census))
    let there = probe.areEqual(plans.0, plans.1)
    #expect(there == probe.areEqual(plans.1, plans.0))
    return there
  }

  private static func weights(_ reduction: LossReduction) -> [any Strategy] {
    var all = (InverseWeights(), MaxRatioWeights(), CostSensitiveWeights(), BalancedWeights())
    (all.0.reduction, all.1.reduction) = (reduction, reduction)
    (all.2.reduction, all.3.reduction) = (reduction, reduction)
    return [all.0, all.1, all.2, all.3]
  }

  @Test("Inverse weights on any scale are one where the batch's weights divide, and differ else")
  func scales() throws {
    for reduction in LossReduction.allCases {
      let all = Self.weights(reduction)
      for (index, a) in all.enumerated() {
        for b in all[(index + 1)...] {
          #expect(try areEqual(a, b) == (reduction == .meanOverWeights))
          let constant = probe().isConstantCancelled(
            try a.plan(for: census), try b.plan(for: census))
          #expect(constant == (reduction == .meanOverWeights))
        }
      }
    }
    #expect(try areEqual(InverseWeights(), MaxRatioWeights(), probe(smoothing: 0.1)))
    #expect(try !areEqual(InverseWeights(), SqrtInverseWeights()))
    #expect(try !areEqual(InverseWeights(), SmoothedInverseWeights()))
    // (1 − β)/(1 − βⁿ) is within 2 % of 1/n here, and another strategy.
    #expect(try !areEqual(InverseWeights(), EffectiveNumberWeights()))
  }

  @Test("A batch of one image cancels every weight")
  func batchOfOne() throws {
    #expect(try areEqual(InverseWeights(), Baseline(), probe(batch: 1)))
    #expect(try !areEqual(InverseWeights(), Baseline(), probe(batch: 2)))
  }

  @Test("Parameters at which a strategy is another one")
  func degenerate() throws {
    var focal = FocalLoss()
    focal.gamma = 0
    #expect(try areEqual(focal, Baseline()))
    focal.gamma = 1e-3
    #expect(try !areEqual(focal, Baseline()))
    var adjustment = LogitAdjustment()
    #expect(try areEqual(adjustment, BalancedSoftmax()))
    adjustment.tau = 0
    #expect(try areEqual(adjustment, Baseline()))
    adjustment.tau = 0.5
    #expect(try !areEqual(adjustment, BalancedSoftmax()))
    var lade = LADE()
    lade.weight = 0
    #expect(try areEqual(lade, BalancedSoftmax()))
    var effective = EffectiveNumberWeights()
    effective.beta = 0
    #expect(try areEqual(effective, Baseline()))
    var seesaw = Seesaw()
    (seesaw.p, seesaw.q) = (0, 0)
    #expect(try areEqual(seesaw, Baseline()))
    var equalization = SEQL()
    equalization.gamma = 0
    #expect(try areEqual(equalization, Baseline()))
    var scaling = VectorScaling()
    scaling.gamma = 0
    #expect(try areEqual(scaling, BalancedSoftmax()))
    var smoothing = LabelSmoothing()
    smoothing.epsilon = 0
    #expect(try areEqual(smoothing, Baseline()))
    // The sigmoid of two classes is no softmax.
    var sigmoid = ClassBalancedFocal()
    sigmoid.gamma = 0
    #expect(try !areEqual(sigmoid, Baseline()))
  }

  @Test("On classes of one size, weights and sampled priors change nothing; samplers the order")
  func balanced() throws {
    let probe = probe(counts: [30, 30, 30])
    #expect(try areEqual(InverseWeights(), Baseline(), probe))
    #expect(try areEqual(BalancedSoftmax(), Baseline(), probe))
    #expect(try !areEqual(ClassBalancedSampling(), Baseline(), probe))
    let plan = try ClassBalancedSampling().plan(for: probe.census)
    #expect(probe.idleness(of: plan)?.contains("only the order differs") == true)
    #expect(self.probe().idleness(of: try ClassBalancedSampling().plan(for: census)) == nil)
  }

  @Test("Samplers are the same by the draws that they make")
  func samplers() throws {
    var sqrt = SqrtSampling()
    sqrt.power = 0
    #expect(try areEqual(sqrt, ClassBalancedSampling()))
    sqrt.power = 1e-4
    #expect(try !areEqual(sqrt, ClassBalancedSampling()))
    var driven = AccuracyDrivenSampling()
    driven.power = 0
    #expect(try areEqual(driven, ClassBalancedSampling(), probe(hasValidation: false)))
    #expect(try !areEqual(driven, ClassBalancedSampling()))
    #expect(try areEqual(ProgressiveSampling(), ProgressiveSampling()))
    #expect(try !areEqual(HardExampleSampling(), Baseline()))
  }

  @Test("Accuracy-driven draws without validation say that they wait for nothing")
  func waiting() throws {
    let plan = try AccuracyDrivenSampling().plan(for: census)
    let why = try #require(probe(hasValidation: false).idleness(of: plan))
    #expect(why.hasSuffix("classes are drawn by their size for ever"))
    #expect(probe().idleness(of: plan) == nil)
    var half = AccuracyDrivenSampling()
    half.power = 0.5
    let other = try #require(
      probe(hasValidation: false).idleness(of: try half.plan(for: census)))
    #expect(other.hasSuffix("it draws as at its start for ever"))
  }

  @Test("A post-hoc adjustment of a balanced run moves no decision")
  func postHoc() throws {
    var adjustment = PosthocLogitAdjustment()
    adjustment.of = StrategyConfiguration(InverseWeights())
    #expect(try areEqual(adjustment, InverseWeights()))
    adjustment.of = StrategyConfiguration(ClassBalancedSampling())
    #expect(try areEqual(adjustment, ClassBalancedSampling()))
    adjustment.of = StrategyConfiguration(SqrtInverseWeights())
    #expect(try !areEqual(adjustment, SqrtInverseWeights()))
    #expect(try !areEqual(PosthocLogitAdjustment(), Baseline()))
    var none = PosthocLogitAdjustment()
    none.tau = 0
    #expect(try areEqual(none, Baseline()))
    // τ-normalisation drops the bias, whatever τ is.
    var tau = TauNormalization()
    tau.tau = 0
    #expect(try !areEqual(tau, Baseline()))
  }

  @Test("What is random is the same only where every value is")
  func random() throws {
    #expect(try areEqual(AugmentAll(), AugmentAll()))
    #expect(try !areEqual(AugmentAll(), Baseline()))
    var none = AugmentAll()
    none.strength = 0
    #expect(try areEqual(none, Baseline()))
    var cut = CutMix()
    cut.probability = 0
    #expect(try areEqual(cut, Baseline()))
    var mixup = Mixup()
    #expect(try areEqual(mixup, Mixup()))
    mixup.alpha *= 1.0001
    #expect(try !areEqual(mixup, Mixup()))
    // A rule in a function cannot be compared, and is not guessed.
    #expect(try !areEqual(Remix(), Mixup()))
  }

  @Test("Augmentation of strength 0 changes no value of any image")
  func strengthZero() throws {
    var strategy = AugmentAll()
    strategy.strength = 0
    let augmentation = try #require(try strategy.augmentation(for: census))
    var image = PixelImage(height: 9, width: 7)
    for index in image.values.indices { image.values[index] = Float(index % 29) / 28 }
    for item in 0..<50 {
      var copy = image
      var generator = SeededGenerator(
        seed: 3, purpose: .strategyAugmentation, item: UInt64(item))
      augmentation.apply(to: &copy, classIndex: 0, using: &generator)
      #expect(copy == image)
    }
  }

  @Test("Phases, heads and what is trained tell plans apart")
  func phases() throws {
    var deferred = DeferredReweighting()
    deferred.weighting = WeightingChoice(MaxRatioWeights())
    var other = DeferredReweighting()
    other.weighting = WeightingChoice(InverseWeights())
    #expect(try areEqual(deferred, other))
    other.start = 0.7
    #expect(try !areEqual(deferred, other))
    #expect(try !areEqual(deferred, InverseWeights()))
    #expect(try !areEqual(ClassifierRetraining(), LearnableWeightScaling()))
    #expect(try !areEqual(LDAM(), Baseline()))
    var combined = Combined()
    combined.parts = [StrategyConfiguration(SqrtSampling()), StrategyConfiguration(focalZero)]
    #expect(try areEqual(combined, SqrtSampling()))
  }

  private var focalZero: FocalLoss {
    var focal = FocalLoss()
    focal.gamma = 0
    return focal
  }

  @Test("Scaled weights differ exactly where the divisor keeps the scale")
  func normalization() throws {
    for (reduction, same) in [(LossReduction.meanOverWeights, true), (.meanOverExamples, false)] {
      var (scaled, plain) = (EffectiveNumberWeights(), EffectiveNumberWeights())
      plain.normalization = .none
      (scaled.reduction, plain.reduction) = (reduction, reduction)
      #expect(try areEqual(scaled, plain) == same)
    }
  }

  @Test("What is close, or the same in theory only, is not the same")
  func close() throws {
    let tail = probe(counts: [5000, 2997, 1796, 1077, 645, 387, 232, 139, 83, 50])
    for beta in [0.9999, 0.999999] {
      var effective = EffectiveNumberWeights()
      effective.beta = beta
      #expect(try !areEqual(effective, InverseWeights(), tail))
    }
    // Trained with the prior, or corrected by it afterwards: one optimum, two runs.
    var after = PosthocLogitAdjustment()
    after.tau = 1
    #expect(try !areEqual(after, BalancedSoftmax()))
  }

  @Test("Balanced draws leave a balanced softmax nothing to adjust")
  func nothingLeft() throws {
    var both = Combined()
    both.parts = [ClassBalancedSampling(), BalancedSoftmax()].map(StrategyConfiguration.init)
    #expect(try areEqual(both, ClassBalancedSampling()))
    #expect(try both.plan(for: census).repeatedCompensation(for: census) == nil)
  }

  @Test("No two strategies of the catalogue are called equal but those that are")
  func catalogue() throws {
    let probe = probe()
    var pairs: [String] = []
    for (index, a) in StrategyCatalog.all.enumerated() {
      for b in StrategyCatalog.all[(index + 1)...] where try areEqual(a.init(), b.init(), probe) {
        pairs.append("\(a.name) = \(b.name)")
      }
    }
    let weights = Set([
      "inverse-weights", "max-ratio-weights", "cost-sensitive-weights",
      "balanced-weights",
    ])
    for pair in pairs {
      let names = pair.components(separatedBy: " = ")
      #expect(
        weights.isSuperset(of: names) || Set(names) == ["balanced-softmax", "logit-adjustment"],
        "\(pair)")
    }
    #expect(pairs.count == 7)
  }
}
