import Datasets
import Strategies
import TestSupport
import Testing

@Suite("Combined strategies") struct CombinedTests {
  private let census = ClassCensus(counts: [1000, 100, 10])

  private func combined(
    _ parts: [any Strategy], split: Combined.Split = .none, allow: Bool = false
  ) -> Combined {
    var strategy = Combined()
    strategy.parts = parts.map { StrategyConfiguration($0) }
    (strategy.split, strategy.allowOvercompensation) = (split, allow)
    return strategy
  }

  private func error(_ strategy: Combined) -> InvalidParameter? {
    do {
      try strategy.validate()
      _ = try strategy.plan(for: census)
      return nil
    } catch {
      return error
    }
  }

  @Test("Half by the sampler and half by the weights balances the classes")
  func defaultsBalance() throws {
    let plan = try Combined().plan(for: census)
    let mass = plan.effectiveMass(for: census)[0]
    assertClose(mass.effective, [1.0 / 3, 1.0 / 3, 1.0 / 3], within: 1e-12)
    #expect(
      plan.notes == [
        "sqrt-sampling (a = 0.50) with sqrt-inverse-weights (b = 0.50): a + b = 1.00"
      ])
  }

  @Test("A full sampler with full weights is refused, with the reason")
  func refused() {
    let strategy = combined([ClassBalancedSampling(), InverseWeights()])
    #expect(throws: Never.self) { try strategy.validate() }
    #expect(
      error(strategy)?.description == """
        parts is class-balanced-sampling (a = 1.00) with inverse-weights (b = 1.00), but must be \
        of a + b at most 1.05: with draws ∝ n^(1−a) and weights ∝ n^(−b) the rarest class counts \
        100.00 times as much as the most frequent one; halve both with split: auto, or set \
        allow_overcompensation: true
        """)
  }

  @Test("Allowed over-compensation runs, and says so")
  func allowed() throws {
    let plan = try combined([ClassBalancedSampling(), InverseWeights()], allow: true)
      .plan(for: census)
    let mass = plan.effectiveMass(for: census)[0]
    assertClose(mass.effective, [1, 10, 100].map { $0 / 111 }, within: 1e-12)
    #expect(plan.notes.last?.hasSuffix("a + b = 2.00, over-compensated as allowed") == true)
  }

  @Test("split: auto halves both exponents")
  func auto() throws {
    let plan = try combined([ClassBalancedSampling(), MaxRatioWeights()], split: .auto)
      .plan(for: census)
    let mass = plan.effectiveMass(for: census)[0]
    assertClose(
      mass.sampled, [31.622776601683793, 10, 3.1622776601683795].map { $0 / 44.785054261852174 },
      within: 1e-9)
    assertClose(mass.weights, [1, 3.1622776601683795, 10], within: 1e-12)
    assertClose(mass.effective, [1.0 / 3, 1.0 / 3, 1.0 / 3], within: 1e-12)
    #expect(plan.notes.last?.hasSuffix("a + b = 1.00, halved by split: auto") == true)
  }

  @Test("Exponents without a formula are measured: effective numbers saturate")
  func measured() throws {
    var weights = EffectiveNumberWeights()
    weights.beta = 0.99
    let plan = try combined([SqrtSampling(), weights], allow: true).plan(for: census)
    let mass = plan.effectiveMass(for: census)[0]
    // numpy.polyfit of ln w on ln n for w = 0.01/(1 − 0.99ⁿ), n = 1000, 100, 10.
    assertClose([mass.weightCompensation(for: census)], [0.5097209678712062], within: 1e-9)
    assertClose([mass.samplerCompensation(for: census)], [0.5], within: 1e-9)
  }

  @Test("Balanced classes have nothing to over-compensate")
  func balancedCensus() throws {
    let census = ClassCensus(counts: [50, 50])
    let plan = try combined([ClassBalancedSampling(), InverseWeights()]).plan(for: census)
    #expect(plan.effectiveMass(for: census)[0].effective == [0.5, 0.5])
  }

  @Test("The mean over examples is that of the examples drawn")
  func meanOverDrawn() throws {
    var weights = SqrtInverseWeights()
    weights.normalization = .meanOverExamples
    let plan = try combined([SqrtSampling(), weights]).plan(for: census)
    let mass = plan.effectiveMass(for: census)[0]
    let mean = zip(mass.sampled, mass.weights).reduce(0) { $0 + $1.0 * $1.1 }
    assertClose([mean], [1], within: 1e-12)
  }

  @Test("Two parts for one slot are refused by their names")
  func oneSlotTwice() {
    #expect(
      error(combined([InverseWeights(), SqrtInverseWeights()]))?.description
        == "parts is a list with inverse-weights and sqrt-inverse-weights, but must be a list in "
        + "which one strategy fills the loss weights")
    #expect(
      error(combined([SqrtSampling(), Undersampling()]))?.description
        == "parts is a list with sqrt-sampling and undersampling, but must be a list in which one "
        + "strategy fills the sampler")
  }

  @Test("Parts that fill no slot, single parts and an impossible split are refused")
  func others() {
    #expect(error(combined([Baseline(), InverseWeights()]))?.parameter == "parts[0]")
    #expect(error(combined([InverseWeights(), Combined()]))?.parameter == "parts[1]")
    #expect(error(combined([InverseWeights()]))?.received == "a list of 1")
    #expect(error(combined([]))?.received == "a list of 0")
  }

  @Test("A part's own error names the part")
  func partError() {
    var sampling = SqrtSampling()
    sampling.power = 2
    #expect(error(combined([InverseWeights(), sampling]))?.parameter == "parts[1].power")
  }

  @Test("Classes without images weigh 0, and a note names them")
  func emptyClass() throws {
    let census = ClassCensus(counts: [100, 0, 1])
    let plan = try Combined().plan(for: census)
    #expect(plan.notes.first == "without training images and therefore of weight 0: class 1")
    assertClose(plan.effectiveMass(for: census)[0].effective, [0.5, 0, 0.5], within: 1e-12)
  }
}
