import Datasets
import Strategies
import TestSupport
import Testing

/// Exponents and ratios of counts 1000, 100, 10 by hand: with draws ∝ n^(1−a), weights ∝ n^(−b) and
/// logits raised by t · log n, the rarest class counts 100^(a + b + t − 1) times as much.
@Suite("Compensation, however it is spelt") struct CompensationTests {
  private let census = ClassCensus(counts: [1000, 100, 10])

  private func found(_ strategy: any Strategy) throws -> Compensation? {
    try strategy.allowingOvercompensation.plan(for: census).repeatedCompensation(for: census)
  }

  private func check(_ strategy: any Strategy, _ parts: [Double], ratio: Double) throws {
    let found = try #require(try found(strategy))
    // A post-hoc shift comes as single precision.
    assertClose([found.sampler, found.weights, found.offsets], parts, within: 1e-6)
    assertClose([found.ratio], [ratio], within: 1e-6 * ratio)
  }

  @Test("The same pair is judged alike beside a loss, in a schedule and combined")
  func spellings() throws {
    var beside = BalancedSoftmax()
    beside.classWeights = WeightingChoice(InverseWeights())
    try check(beside, [0, 1, 1], ratio: 100)
    var adjustment = LogitAdjustment()
    adjustment.classWeights = WeightingChoice(MaxRatioWeights())
    try check(adjustment, [0, 1, 1], ratio: 100)
    var combined = Combined()
    combined.parts = [InverseWeights(), BalancedSoftmax()].map(StrategyConfiguration.init)
    try check(combined, [0, 1, 1], ratio: 100)
    var schedule = DeferredReweighting()
    schedule.weighting = WeightingChoice(InverseWeights())
    schedule.loss = LossChoice(BalancedSoftmax())
    try check(schedule, [0, 1, 1], ratio: 100)
    combined.parts = [ClassBalancedSampling(), InverseWeights()].map(StrategyConfiguration.init)
    try check(combined, [1, 1, 0], ratio: 100)
    combined.parts = [SqrtSampling(), InverseWeights()].map(StrategyConfiguration.init)
    try check(combined, [0.5, 1, 0], ratio: 10)
    var lade = LADE()
    lade.classWeights = WeightingChoice(SqrtInverseWeights())
    try check(lade, [0, 0.5, 1], ratio: 10)
    var scaling = VectorScaling()
    scaling.classWeights = WeightingChoice(SqrtInverseWeights())
    try check(scaling, [0, 0.5, 1], ratio: 10)
  }

  @Test("A fixed post-hoc τ adds to what the run was trained with")
  func postHoc() throws {
    var change = PosthocLogitAdjustment()
    change.of = StrategyConfiguration(SqrtInverseWeights())
    change.tau = 2
    // Prior ∝ √n after weights n^(−½): τ = 2 adds 2 · ½.
    try check(change, [0, 0.5, 1], ratio: 10)
    change.tau = 1
    #expect(try found(change) == nil)
    change.of = StrategyConfiguration(InverseWeights())
    change.tau = 2
    #expect(try found(change) == nil)
    // Validation chooses τ itself.
    change.of = StrategyConfiguration(SqrtInverseWeights())
    change.tau = nil
    #expect(try found(change) == nil)
  }

  @Test("A single part above 1 is what its parameter asks for, and noted, combined or not")
  func single() throws {
    var combined = Combined()
    combined.parts = [GeneralizedWeights(), Mixup()].map(StrategyConfiguration.init)
    for strategy in [GeneralizedWeights(), ReverseSampling(), combined] as [any Strategy] {
      #expect(try found(strategy) == nil)
      let notes = try strategy.plan(for: census).notes
      #expect(notes.contains { $0.contains("over-compensated") }, "\(notes)")
    }
    var tau = PosthocLogitAdjustment()
    tau.tau = 2
    #expect(try found(tau) == nil)
    #expect(try tau.plan(for: census).notes.contains { $0.contains("logit offsets 2.00 = 2.00") })
  }

  @Test("Parts that balance the classes once are no over-compensation")
  func once() throws {
    var resampled = DeferredResampling()
    resampled.loss = LossChoice(BalancedSoftmax())
    for strategy in [resampled, Combined(), LDAMDeferred(), ClassBalancedFocal()] as [any Strategy]
    {
      #expect(try found(strategy) == nil)
    }
  }

  @Test("What is advised can be done")
  func advice() throws {
    var combined = Combined()
    combined.parts = [InverseWeights(), BalancedSoftmax()].map(StrategyConfiguration.init)
    let refusal = #expect(throws: InvalidParameter.self) { try combined.plan(for: census) }
    #expect(
      refusal?.description == """
        parts is inverse-weights (b = 1.00) with balanced-softmax (t = 1.00), but must be of \
        a + b + t at most 1.05: with draws ∝ n^(1−a), weights ∝ n^(−b) and logits raised by \
        t · log n the rarest class counts 100.00 times as much as the most frequent one; leave out \
        the class weights or the adjustment of logits, or set allow_overcompensation: true
        """)
  }
}
