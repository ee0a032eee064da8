import Datasets
import Images
import Randomness
import Strategies
import Tensors

/// Looks for every fault a strategy must not have; one sentence a finding, empty where there is
/// none. Deterministic; some milliseconds a strategy.
public func checkStrategy<S: Strategy>(_ type: S.Type) -> [String] {
  var check = StrategyCheck(type)
  check.card()
  check.coding()
  check.unknownKey()
  check.invalidValues()
  let defaults = S()
  do {
    try defaults.validate()
    try check.determinism(defaults)
    try check.balanced(defaults)
    for counts in StrategyCheck<S>.censuses {
      try check.plan(defaults, ClassCensus(counts: counts))
    }
  } catch {
    check.report("the defaults cannot be used: \(error)")
  }
  return check.findings
}

/// The parts of ``checkStrategy(_:)``; each adds to `findings`.
struct StrategyCheck<S: Strategy> {
  /// A long tail, and classes of no, one and two images.
  static var censuses: [[Int]] { [[120, 60, 30, 12, 5], [90, 0, 1, 40, 0, 2]] }

  var findings: [String] = []

  init(_ type: S.Type) {}

  mutating func report(_ finding: String) { findings.append("\(S.name): \(finding)") }

  mutating func expect(_ condition: Bool, _ finding: @autoclosure () -> String) {
    if !condition { report(finding()) }
  }

  // MARK: Parameters

  /// The card lists the coding keys, each with the default that an unconfigured strategy has.
  mutating func card() {
    let stored = S().storedParameters
    let listed = S.card.parameters
    expect(!S.card.summary.isEmpty && !S.card.formula.isEmpty, "the card has no summary or formula")
    expect(!S.card.paper.isEmpty, "the card names no paper")
    expect(
      Set(listed.map(\.key)).count == listed.count, "the card lists a key twice")
    for key in stored.keys.sorted() where !listed.contains(where: { $0.key == key }) {
      report("the card does not list '\(key)'")
    }
    for parameter in listed {
      let key = parameter.key
      expect(
        key.allSatisfy { $0.isLowercase || $0 == "_" || $0.isNumber }, "'\(key)' is not snake_case")
      guard parameter.defaultValue != StrategyParameter.unset else {
        expect(stored[key] == nil, "'\(key)' is unset on the card, but has a default")
        continue
      }
      guard let value = stored[key] else {
        report("the card lists '\(key)', which is not stored")
        continue
      }
      do {
        let again = try S.read([key: ParameterValue(flow: parameter.defaultValue)])
        expect(
          again.storedParameters[key] == value,
          "the card says '\(key)' is \(parameter.defaultValue) by default, but it is \(value)")
      } catch {
        report("the card's default of '\(key)' cannot be read: \(error)")
      }
    }
  }

  /// Parameters survive writing and reading, the defaults and others.
  mutating func coding() {
    let stored = S().storedParameters
    do {
      let again = try S.read(stored).storedParameters
      expect(again == stored, "defaults are read back as \(again), not \(stored)")
      let filled = try S.read([:]).storedParameters
      expect(filled == stored, "without keys the parameters are \(filled), not \(stored)")
    } catch {
      report("its own parameters cannot be read: \(error)")
    }
    for (key, value) in stored.sorted(by: { $0.key < $1.key }) {
      for other in others(than: value) {
        guard let strategy = try? S.read([key: other]), (try? strategy.validate()) != nil else {
          continue
        }
        let again = strategy.storedParameters[key]
        expect(again == other, "'\(key)' is stored as \(again ?? .null) after \(other) was read")
      }
    }
  }

  private func others(than value: ParameterValue) -> [ParameterValue] {
    switch value {
    case .number(let number): [.number(number / 2), .number(number + 1)]
    case .flag(let flag): [.flag(!flag)]
    case .text:
      ["up", "none", "auto", "mean_over_classes", "mean_over_examples", "mean_over_weights"]
        .map(ParameterValue.text)
    default: []
    }
  }

  mutating func unknownKey() {
    let key = "no_such_parameter"
    do {
      _ = try S.read([key: .number(1)])
      report("an unknown key is not rejected")
    } catch {
      expect(error.key == key, "the error on an unknown key does not name it: \(error)")
    }
  }

  /// No parameter is NaN, −1 or infinite.
  mutating func invalidValues() {
    for parameter in S.card.parameters {
      for value in [Double.nan, -1, .infinity, -.infinity] {
        let problems = S.problems(in: [parameter.key: .number(value)])
        expect(!problems.isEmpty, "'\(parameter.key)' may be \(value)")
        for problem in problems {
          expect(
            problem.key?.hasPrefix(parameter.key) ?? false,
            "the error on '\(parameter.key)' = \(value) does not name it: \(problem)")
        }
      }
    }
  }

  // MARK: Plans

  /// The same census gives the same plan, the same generator the same order.
  mutating func determinism(_ strategy: S) throws {
    let census = ClassCensus(counts: Self.censuses[0])
    let (one, two) = (try strategy.plan(for: census), try strategy.plan(for: census))
    expect(
      one.effectiveMass(for: census) == two.effectiveMass(for: census),
      "two plans for one census have different class masses")
    for phase in one.phases {
      let orders = (0..<2).map { _ in phase.sampler.probe(census, pass: 3) }
      expect(orders[0] == orders[1], "two orders of the same generator differ")
      let next = phase.sampler.probe(census, pass: 4)
      expect(orders[0] != next, "the order of another generator is the same")
    }
  }

  /// Where classes are of one size there is nothing to treat.
  mutating func balanced(_ strategy: S) throws {
    let census = ClassCensus(counts: Array(repeating: 250, count: 6))
    for phase in try strategy.plan(for: census).phases {
      let mass = phase.sampler.classMass(for: census)
      expect(
        worstRelativeError(mass, Array(repeating: 1.0 / 6, count: 6)).error < 1e-9,
        "balanced classes are drawn with masses \(mass)")
      let batch = LogitBatch(rows: 9, classes: 6, seed: 5)
      let (loss, plain) = (batch.evaluate(phase.loss), batch.evaluate(CrossEntropy()))
      // Losses are Floats, and weights that should be equal are so to an ulp of Double.
      guard S.card.isNeutralOnBalancedData else {
        symmetry(phase.loss, batch)
        continue
      }
      expect(
        relativeError(loss.value, plain.value) < 1e-6
          && worstRelativeError(loss.gradient, plain.gradient, floor: 1e-3).error < 1e-5,
        "the loss of balanced classes is \(loss.value), but \(plain.value) without treatment")
      guard let augmentation = phase.augmentation else { continue }
      let images = (0..<6).map { augmentation.probe(classIndex: $0) }
      expect(
        images.allSatisfy { $0 == images[0] }, "balanced classes are augmented differently")
    }
  }

  /// Classes of one size are interchangeable: what happens to their columns happens to the gradient.
  private mutating func symmetry(_ loss: any ClassificationLoss, _ batch: LogitBatch) {
    let turned = batch.withColumnsTurned()
    let (one, other) = (batch.evaluate(loss), turned.evaluate(loss))
    let gradient = batch.turned(one.gradient)
    let largest = gradient.map(abs).max() ?? 0
    expect(
      relativeError(one.value, other.value) < 1e-6
        && worstRelativeError(other.gradient, gradient, floor: max(largest, 1e-9)).error < 1e-5,
      "balanced classes are not interchangeable: the loss is \(one.value) or \(other.value)")
  }

  /// Partners, shares and boxes of mixes are possible, and the same for the same generator.
  private mutating func mixes(_ mixing: any BatchMixing, _ census: ClassCensus) {
    let present = census.counts.indices.filter { census.counts[$0] > 0 }
    let classes = (0..<7).map { present[$0 % present.count] }
    for step in 0..<50 {
      let drawn = mixing.probe(classes, step: step)
      expect(drawn == mixing.probe(classes, step: step), "two mixes of one generator differ")
      expect(drawn.count == classes.count, "\(drawn.count) mixes for \(classes.count) rows")
      for mix in drawn.compactMap({ $0 }) {
        expect(classes.indices.contains(mix.partner), "row \(mix.partner) is mixed in")
        expect((0...1).contains(mix.labelShare), "a label has the share \(mix.labelShare)")
        if case .paste(let top, let left, let height, let width) = mix.pixels {
          expect(
            top >= 0 && left >= 0 && height >= 0 && width >= 0 && top + height <= 8
              && left + width <= 6, "a box of \(mix.pixels) is pasted into 8×6 pixels")
        }
      }
    }
  }

  /// Shares, masses, draws, weights, gradients and augmentation for one census.
  mutating func plan(_ strategy: S, _ census: ClassCensus) throws {
    let plan = try strategy.plan(for: census)
    let shares = plan.phases.reduce(0) { $0 + $1.share }
    expect(relativeError(shares, 1) < 1e-9, "the phases' shares sum to \(shares), not 1")
    for phase in plan.phases {
      masses(phase.classMass(for: census), census)
      draws(phase.sampler, census)
      weights(phase.loss.classWeights, census, notes: plan.notes)
      gradient(phase.loss, classes: census.classCount)
      if let mixing = phase.mixing { mixes(mixing, census) }
      guard let augmentation = phase.augmentation else { continue }
      for index in census.counts.indices {
        let values = augmentation.probe(classIndex: index).values
        expect(values.allSatisfy(\.isFinite), "class \(index) is augmented to NaN or infinity")
        expect(values.count == 8 * 6 * 3, "augmentation changes the size of an image")
      }
    }
  }

  private mutating func masses(_ mass: ClassMass, _ census: ClassCensus) {
    for (what, values) in [("sampled", mass.sampled), ("effective", mass.effective)] {
      let sum = values.reduce(0, +)
      expect(abs(sum - 1) < 1e-9, "the \(what) class masses of \(census.counts) sum to \(sum)")
      expect(values.allSatisfy { $0 >= 0 }, "a \(what) class mass of \(census.counts) is negative")
      for (count, value) in zip(census.counts, values) where (count == 0) != (value == 0) {
        report("a class of \(count) images has \(what) mass \(value)")
      }
    }
  }

  /// Frequencies over many passes are the promised class masses, within five standard deviations
  /// of independent draws.
  private mutating func draws(_ sampler: any Sampler, _ census: ClassCensus) {
    let split = census.split
    var drawn = Array(repeating: 0, count: census.classCount)
    for pass in 0..<40 {
      let order = sampler.probe(census, pass: pass)
      expect(!order.isEmpty, "a pass over \(census.counts) is empty")
      for index in order {
        guard split.examples.indices.contains(index) else {
          return report("index \(index) is drawn of \(split.examples.count) images")
        }
        drawn[split.examples[index].classIndex] += 1
      }
    }
    let total = Double(drawn.reduce(0, +))
    for (index, mass) in sampler.classMass(for: census).enumerated() {
      let frequency = Double(drawn[index]) / total
      let sigma = (mass * (1 - mass) / total).squareRoot()
      expect(
        abs(frequency - mass) <= 5 * sigma + 1e-12,
        "class \(index) of \(census.counts) is drawn with frequency \(frequency), not \(mass)")
    }
  }

  private mutating func weights(_ weights: [Double]?, _ census: ClassCensus, notes: [String]) {
    guard let weights else { return }
    guard weights.count == census.classCount else {
      return report("\(weights.count) weights for \(census.classCount) classes")
    }
    for (count, weight) in zip(census.counts, weights) {
      expect(weight.isFinite && weight >= 0, "a class of \(count) images weighs \(weight)")
      expect((weight == 0) == (count == 0), "a class of \(count) images weighs \(weight)")
    }
    for (name, count) in zip(census.names, census.counts) where count == 0 {
      expect(notes.contains { $0.contains(name) }, "no note says that class \(name) has no images")
    }
  }

  /// The written gradient against central differences of the loss.
  private mutating func gradient(_ loss: any ClassificationLoss, classes: Int) {
    var batch = LogitBatch(rows: 4, classes: classes, seed: 11)
    let written = batch.evaluate(loss)
    expect(batch.evaluate(loss).gradient == written.gradient, "two gradients of one batch differ")
    let loss = batch.holdingConstants(of: loss)
    expect(written.value.isFinite, "the loss is \(written.value)")
    // The loss is a Float: 2⁻⁶ balances its rounding (≈ 1e-7 / 2h) with the step's h²/6.
    let step: Float = 0x1p-6
    var differences: [Double] = []
    for index in batch.logits.indices {
      let logit = batch.logits[index]
      batch.logits[index] = logit + step
      let above = batch.evaluate(loss).value
      batch.logits[index] = logit - step
      let below = batch.evaluate(loss).value
      batch.logits[index] = logit
      differences.append((above - below) / Double(2 * step))
    }
    let largest = differences.map(abs).max() ?? 0
    let worst = worstRelativeError(written.gradient, differences, floor: max(largest, 1e-6))
    expect(
      worst.error < 2e-3,
      "the gradient at \(worst.index) is \(written.gradient[worst.index]), "
        + "but the loss rises by \(differences[worst.index])")
  }
}
