import Datasets
import Foundation
import Strategies
import TestSupport
import Testing

/// Numbers of Tests/References/strategies_losses.py (PyTorch's autograd in double precision).
private struct GoldenLosses: Decodable {
  struct Batch: Decodable {
    var census: String
    var classes: Int
    var logits: [Float]
    var targets: [Float]
    var features: [Float]
  }
  struct Case: Decodable {
    var strategy: String
    var parameters: [String: ParameterValue]
    var batch: String
    /// The batch that was evaluated before, for losses that count.
    var after: String?
    var loss: Double
    var gradient: [Double]
    var featureGradient: [Double]?
  }
  var censuses: [String: [Int]]
  var batches: [String: Batch]
  var cases: [Case]

  static func read() throws -> GoldenLosses { try fixture("losses.json", as: GoldenLosses.self) }
}

@Suite("Golden losses") struct GoldenLossTests {
  /// Two roundings to Float, of the loss and of its gradient: half an ulp each is 6e-8. The sums
  /// themselves are in double precision on both sides; catastrophic cancellation in the reference
  /// (log p of a softmax that is 1 to sixteen digits) is what the rest is for.
  static let tolerance = 2.4e-7

  @Test("Every loss and its gradient are PyTorch's; the worst errors are printed")
  func losses() throws {
    let golden = try GoldenLosses.read()
    #expect(golden.cases.count == 160)
    var notes = GoldenNotes(against: "PyTorch's autograd")
    for each in golden.cases {
      let batch = try #require(golden.batches[each.batch])
      let census = ClassCensus(counts: try #require(golden.censuses[batch.census]))
      let strategy = try StrategyConfiguration(name: each.strategy, parameters: each.parameters)
      let loss = try #require(try strategy.strategy.plan(for: census).phases.last).loss
      var state = loss.initialState
      if let before = each.after.flatMap({ golden.batches[$0] }) {
        _ = probe(before).evaluate(loss, state: &state)
      }
      let result = probe(batch).evaluate(loss, state: &state)
      // The gradient that would leave the loss unchanged by rounding counts from its largest entry.
      let floor = max(each.gradient.map(abs).max() ?? 0, 1e-30)
      let errors = (
        loss: relativeError(result.value, each.loss, floor: 1e-6),
        gradient: worstRelativeError(result.gradient, each.gradient, floor: floor).error
      )
      let label = "\(each.strategy) \(each.parameters) on \(each.batch)"
      #expect(errors.loss <= Self.tolerance, "loss of \(label): \(result.value), not \(each.loss)")
      #expect(errors.gradient <= Self.tolerance, "gradient of \(label)")
      if let expected = each.featureGradient {
        let floor = max(expected.map(abs).max() ?? 0, 1e-30)
        assertClose(
          result.featureGradient, expected, within: Self.tolerance, floor: floor,
          "gradient on the features of \(label)")
      }
      notes.add(each.strategy, .value, errors.loss)
      notes.add(each.strategy, .gradient, errors.gradient)
    }
    notes.show()
    #expect(notes.strategies.count == StrategyCatalog.all.count { $0 is any LossDesign.Type })
  }

  private func probe(_ batch: GoldenLosses.Batch) -> LogitBatch {
    LogitBatch(
      classes: batch.classes, logits: batch.logits, targets: batch.targets,
      features: batch.features)
  }
}

@Suite("Losses at the edges") struct LossEdgeTests {
  static let designs: [String] = StrategyCatalog.all.filter { $0 is any LossDesign.Type }
    .map { $0.name }

  private func loss(_ name: String, _ counts: [Int]) throws -> any ClassificationLoss {
    let strategy = try #require(StrategyCatalog.type(named: name)).init()
    return try #require(try strategy.plan(for: ClassCensus(counts: counts)).phases.last).loss
  }

  @Test("Logits over all of Float's range give no NaN", arguments: designs)
  func extremes(_ name: String) throws {
    let loss = try loss(name, [90, 5, 1])
    for scale: Float in [0, 1e-38, 1, 88, 1e4, 1e18] {
      for label in 0..<3 {
        var targets: [Float] = [0, 0, 0]
        targets[label] = 1
        let batch = LogitBatch(
          classes: 3, logits: [scale, -scale, scale / 2], targets: targets,
          features: [0, scale])
        let result = batch.evaluate(loss)
        #expect(result.value.isFinite, "loss of ±\(scale)")
        #expect(result.gradient.allSatisfy { $0.isFinite }, "gradient of ±\(scale)")
      }
    }
  }

  @Test("A diverged logit makes the loss NaN", arguments: designs)
  func diverged(_ name: String) throws {
    let loss = try loss(name, [90, 5, 1])
    for logit: Float in [.nan, .infinity] {
      let batch = LogitBatch(classes: 3, logits: [1, logit, 0], targets: [1, 0, 0])
      #expect(batch.evaluate(loss).value.isNaN)
    }
  }

  @Test(
    "One class has nothing to tell apart: finite, and no gradient that pulls", arguments: designs)
  func oneClass(_ name: String) throws {
    let loss = try loss(name, [5])
    let result = LogitBatch(classes: 1, logits: [2, -1], targets: [1, 1]).evaluate(loss)
    #expect(result.value.isFinite)
    // LADE's regulariser and a sigmoid have a scale of their own.
    if !["lade", "class-balanced-focal"].contains(name) {
      #expect(result.gradient == [0, 0])
    }
  }

  @Test(
    "A class without images is out of the prior, and no target for it counts", arguments: designs)
  func emptyClass(_ name: String) throws {
    let loss = try loss(name, [9, 0, 3])
    let smoothed = LogitBatch(
      classes: 3, logits: [1, 2, 0.5, 0, 3, 1], targets: [0.9, 0.05, 0.05, 0.05, 0.05, 0.9])
    let result = smoothed.evaluate(loss)
    #expect(result.value.isFinite)
    #expect(result.gradient.allSatisfy { $0.isFinite })
    #expect(loss.classWeights?[1] == 0)
    if loss.logitOffsets != nil { #expect(result.gradient[1] == 0 && result.gradient[4] == 0) }
  }

  @Test("A mixed target is the mix of the losses, each with its own class's weight")
  func mixedTargets() throws {
    let counts = [50, 20, 5]
    for name in Self.designs where name != "lade" && name != "seesaw" {
      let loss = try loss(name, counts)
      let logits: [Float] = [1, -0.5, 0.25]
      let values = [[1, 0, 0], [0, 0, 1], [0.25, 0, 0.75]].map { (targets: [Float]) in
        LogitBatch(classes: 3, logits: logits, targets: targets).evaluate(loss)
      }
      assertClose(
        [values[2].value], [0.25 * values[0].value + 0.75 * values[1].value], within: 1e-6, name)
    }
  }

  @Test("Seesaw counts what it has seen, and mitigates by it")
  func seesawCounts() throws {
    let loss = try loss("seesaw", [90, 5, 1])
    var state = loss.initialState
    #expect(state == [0, 0, 0])
    let frequent = LogitBatch(classes: 3, logits: [0, 0, 0], targets: [1, 0, 0])
    let first = frequent.evaluate(loss, state: &state).value
    for _ in 0..<9 { _ = frequent.evaluate(loss, state: &state) }
    #expect(state == [10, 0, 0])
    let later = frequent.evaluate(loss, state: &state).value
    // Classes 1 and 2 count (1/11)^0.8 then, and weighed 1 at first.
    #expect(first > later)
  }

  @Test("SEQL drops rare classes as often as it says, anew in each step")
  func equalization() {
    let loss = EqualizationLoss(isRare: [false, true, true], gamma: 0.9)
    let masks = (0..<2000).map { loss.dropped(row: $0 % 8, seed: 3, step: $0 / 8) }
    #expect(masks.allSatisfy { !$0[0] })
    for rare in 1...2 {
      let share = Double(masks.count { $0[rare] }) / 2000
      // Five standard deviations of 2000 draws.
      #expect(abs(share - 0.9) < 5 * (0.09 / 2000).squareRoot())
    }
    #expect(masks == (0..<2000).map { loss.dropped(row: $0 % 8, seed: 3, step: $0 / 8) })
  }

  @Test("Focal loss takes p from the unweighted softmax")
  func focalWeights() throws {
    // LDAM-DRW's defect is p = exp(−w·CE); weights must only multiply.
    let batch = LogitBatch(classes: 2, logits: [0.3, 0], targets: [0, 1])
    let plain = batch.evaluate(SoftmaxFocalLoss(gamma: 2)).value
    let weighted = batch.evaluate(SoftmaxFocalLoss(gamma: 2, classWeights: [1, 5])).value
    assertClose([weighted], [5 * plain], within: 1e-6)
  }

  @Test("The prior of a logit adjustment is the sampled one")
  func sampledPrior() throws {
    let census = ClassCensus(counts: [100, 10, 1])
    func plan(_ parts: [any Strategy]) throws -> TrainingPlan {
      var strategy = Combined()
      strategy.parts = parts.map { StrategyConfiguration($0) }
      try strategy.validate()
      return try strategy.plan(for: census)
    }
    let balanced = try plan([ClassBalancedSampling(), BalancedSoftmax()])
    let offsets = try #require(balanced.phases[0].loss.logitOffsets)
    #expect(Set(offsets).count == 1)
    #expect(
      balanced.notes == [
        "class-balanced-sampling (a = 1.00) with balanced-softmax (t = 0.00): a + b + t = 1.00"
      ])
    let half = try plan([SqrtSampling(), LogitAdjustment()])
    let raised = try #require(half.phases[0].loss.logitOffsets)
    // m ∝ √n, so log m falls by ½ ln 10 from class to class.
    assertClose(
      [raised[0] - raised[1], raised[1] - raised[2]], [1.151292546, 1.151292546], within: 1e-9)
    #expect(throws: InvalidParameter.self) { try plan([InverseWeights(), BalancedSoftmax()]) }
    var doubled = BalancedSoftmax()
    doubled.classWeights = WeightingChoice(InverseWeights())
    #expect(
      try doubled.plan(for: census).notes == [
        "over-compensated: sampler 0.00 + weights 1.00 + logit offsets 1.00 = 2.00; above 1 rare "
          + "classes count more than frequent ones"
      ])
  }

  @Test("Strategies bring the head that their loss is defined for")
  func heads() throws {
    let census = ClassCensus(counts: [100, 10, 1])
    #expect(try LDAM().plan(for: census).head == HeadRequirement(cosineScale: 30))
    let bias = try #require(try ClassBalancedFocal().plan(for: census).head?.initialBias)
    assertClose([bias], [-0.6931471805599453], within: 1e-15)
    #expect(try FocalLoss().plan(for: census).head == nil)
  }

  @Test("Influence-balanced trains with cross-entropy first")
  func influencePhases() throws {
    let census = ClassCensus(counts: [100, 10, 1])
    let phases = try InfluenceBalanced().plan(for: census).phases
    #expect(phases.map(\.share) == [0.5, 0.5])
    #expect(phases[0].loss is CrossEntropy && phases[1].loss is InfluenceBalancedLoss)
  }

  @Test("Weights inside of a loss are read by name, and other strategies refused")
  func classWeights() throws {
    let read = try StrategyConfiguration(
      name: "focal",
      parametersJSON: Data(
        #"{"class_weights": {"name": "effective-number-weights", "beta": 0.99}}"#.utf8))
    let focal = try #require(read.strategy as? FocalLoss)
    #expect((focal.classWeights?.weighting as? EffectiveNumberWeights)?.beta == 0.99)
    for (json, key) in [
      (#"{"class_weights": "sqrt-sampling"}"#, "class_weights"),
      (
        #"{"class_weights": {"name": "effective-number-weights", "beta": 2}}"#, "class_weights.beta"
      ),
      (#"{"class_weights": "inverse-weight"}"#, "class_weights"),
    ] {
      let problems = StrategyConfiguration.problems(
        name: "focal", parametersJSON: Data(json.utf8))
      #expect(problems.map(\.key) == [key], "\(problems)")
    }
  }
}
