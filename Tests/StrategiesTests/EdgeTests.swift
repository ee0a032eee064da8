import Datasets
import Strategies
import TestSupport
import Testing

/// Every strategy of the catalogue, with its defaults and with every number at the ends of its
/// range, on censuses and logits that nobody thinks of.
@Suite("Every strategy at the edges") struct EdgeTests {
  /// One class; two; no and one image; all equal; all single; a thousand classes.
  static let censuses: [[Int]] = [
    [9], [1], [30, 4], [1, 1], [7, 0, 1], [0, 5], [0, 0, 1], [40, 40, 40, 40], [400_000, 1],
    (0..<1000).map { 1 + 2000 / ($0 + 1) },
  ]

  private func strategy(_ name: String) throws -> any Strategy {
    let strategy = try #require(StrategyCatalog.type(named: name)).init()
    try strategy.validate()
    return strategy
  }

  @Test("Plans, draws and losses are finite on every census", arguments: StrategyCatalog.names)
  func censuses(_ name: String) throws {
    let strategy = try strategy(name)
    for counts in Self.censuses {
      try expectSound(strategy, counts, "\(name) on \(counts.count) classes \(counts.prefix(4))")
    }
  }

  @Test(
    "Where the loss is finite so is the gradient, whatever the logits",
    arguments: StrategyCatalog.names)
  func logits(_ name: String) throws {
    for counts in [[90, 5, 1], [4, 0, 9], [6, 6, 6]] {
      for phase in try strategy(name).plan(for: ClassCensus(counts: counts)).phases {
        for scale: Float in [0, 1e-38, 1, 88, 1e4, 1e18, 3e38, .greatestFiniteMagnitude] {
          for label in 0..<3 where counts[label] > 0 {
            for logits in [[scale, -scale, 0], [-scale, scale, scale], [-scale, -scale, -scale]] {
              let what = "\(name), class \(label) of \(counts), logits \(logits)"
              expectSound(phase.loss, logits, label, mustBeFinite: scale <= 1e18, what)
            }
          }
        }
      }
    }
  }

  @Test("A batch of one has the loss of its one row", arguments: StrategyCatalog.names)
  func batchOfOne(_ name: String) throws {
    for phase in try strategy(name).plan(for: ClassCensus(counts: [50, 8, 2])).phases {
      for label in 0..<3 {
        let what = "\(name), class \(label)"
        expectSound(phase.loss, [0.3, -1, 2], label, mustBeFinite: true, what)
      }
      var targets: [Float] = [0, 0, 1]
      let one = LogitBatch(
        classes: 3, logits: [0.3, -1, 2], targets: targets, features: [0.5, -1]
      ).evaluate(phase.loss)
      targets += targets
      let two = LogitBatch(
        classes: 3, logits: [0.3, -1, 2, 0.3, -1, 2], targets: targets,
        features: [0.5, -1, 0.5, -1]
      ).evaluate(phase.loss)
      // SEQL draws for every row, and Seesaw has counted twice as much: it is its ratio that counts.
      guard !["softmax-equalization"].contains(name) else { continue }
      #expect(relativeError(one.value, two.value, floor: 1e-6) < 1e-5, "\(name)")
    }
  }

  @Test(
    "Every number may be at the ends of its range, and not beyond", arguments: StrategyCatalog.names
  )
  func ranges(_ name: String) throws {
    let type = try #require(StrategyCatalog.type(named: name))
    for parameter in type.card.parameters {
      guard let range = ParameterRange(parameter.range, key: parameter.key) else { continue }
      for value in range.inside {
        let given = [parameter.key: ParameterValue.number(value)]
        let problems = type.problems(in: given)
        #expect(problems.isEmpty, "\(name): \(parameter.key) = \(value): \(problems)")
        guard problems.isEmpty else { continue }
        let strategy = try StrategyConfiguration(name: name, parameters: given).strategy
        for counts in [[120, 60, 30, 12, 5], [7, 0, 1], [9], [3, 3]] {
          try expectSound(strategy, counts, "\(name) with \(parameter.key) = \(value) on \(counts)")
        }
      }
      for value in range.outside {
        let given = [parameter.key: ParameterValue.number(value)]
        let problems = type.problems(in: given)
        #expect(
          problems.first?.key == parameter.key, "\(name): \(parameter.key) = \(value) is allowed")
      }
    }
  }

  @Test("Ranges of cards are understood by this test")
  func parsing() throws {
    let closed = try #require(ParameterRange("a number, 0 ≤ tau ≤ 10", key: "tau"))
    #expect(closed.inside == [0, 10])
    #expect(closed.outside == [-Double.leastNonzeroMagnitude, 10.0.nextUp])
    let open = try #require(ParameterRange("a number, 0 < start < 1", key: "start"))
    #expect(open.outside == [0, 1] && open.inside == [.leastNonzeroMagnitude, 1.0.nextDown])
    let whole = try #require(ParameterRange("a whole number from 1 to 10", key: "run"))
    #expect(whole.inside == [1, 10] && whole.outside == [0, 11])
    let named = try #require(ParameterRange("a number, 0 < min_area ≤ max_area", key: "min_area"))
    #expect(named.inside == [.leastNonzeroMagnitude] && named.outside == [0])
    #expect(ParameterRange("none or auto", key: "split") == nil)
    let understood = StrategyCatalog.all.flatMap { type in
      type.card.parameters.filter {
        $0.range.contains("number,") || $0.range.contains("number from")
      }
    }
    for parameter in understood where !parameter.range.hasPrefix("a list") {
      #expect(ParameterRange(parameter.range, key: parameter.key) != nil, "\(parameter.range)")
    }
  }

  // MARK: What is sound

  private func expectSound(_ strategy: any Strategy, _ counts: [Int], _ what: String) throws {
    let census = ClassCensus(counts: counts)
    let plan: TrainingPlan
    do { plan = try strategy.plan(for: census) } catch {
      // A refusal must be a sentence about a parameter; nothing else may be thrown.
      #expect(!error.parameter.isEmpty && !error.expected.isEmpty, "\(what)")
      return
    }
    let shares = plan.phases.reduce(0) { $0 + $1.share }
    #expect(abs(shares - 1) < 1e-9, "\(what): shares sum to \(shares)")
    for phase in plan.phases {
      #expect(phase.share >= 0 && phase.share <= 1, "\(what): a share of \(phase.share)")
      let mass = phase.classMass(for: census)
      for (index, count) in counts.enumerated() {
        let (sampled, weight) = (mass.sampled[index], mass.weights[index])
        #expect(sampled.isFinite && sampled >= 0, "\(what): mass \(sampled)")
        #expect(weight.isFinite && weight >= 0, "\(what): weight \(weight)")
        if count == 0 { #expect(sampled == 0, "\(what): a class without images is drawn") }
      }
      #expect(abs(mass.sampled.reduce(0, +) - 1) < 1e-9, "\(what): masses do not sum to 1")
      if census.total <= 20_000 { expectDraws(phase.sampler, census, what) }
      guard let label = counts.lastIndex(where: { $0 > 0 }) else { continue }
      let logits = counts.indices.map { Float($0 % 5) - 2 }
      expectSound(phase.loss, logits, label, mustBeFinite: true, what)
    }
  }

  /// Passes have draws, all of images that are there, also where every class or none is recognised.
  private func expectDraws(_ sampler: any Sampler, _ census: ClassCensus, _ what: String) {
    for pass in 0..<2 {
      let order = sampler.probe(census, pass: pass)
      #expect(!order.isEmpty, "\(what): an empty pass")
      // The trainer draws pass after pass, but one pass in memory must be thinkable.
      #expect(order.count <= 2000 * max(census.total, 1), "\(what): \(order.count) draws a pass")
      let range = 0..<census.total
      #expect(order.allSatisfy { range.contains($0) }, "\(what): no such image")
    }
    for recall: Double? in [0, 1, nil] {
      let feedback = ValidationFeedback(recall: census.counts.map { _ in recall })
      let mass = sampler.classMass(at: SamplingMoment(pass: 1, feedback: feedback), for: census)
      #expect(
        mass.allSatisfy { $0.isFinite && $0 >= 0 }, "\(what): masses at recall \(recall ?? -1)")
    }
  }

  /// One row of features that are 0 and large: finite, or a loss that ends the run as diverged.
  private func expectSound(
    _ loss: any ClassificationLoss, _ logits: [Float], _ label: Int, mustBeFinite: Bool,
    _ what: String
  ) {
    var targets = [Float](repeating: 0, count: logits.count)
    targets[label] = 1
    for features: [Float] in [[0, 0], [1, -1]] {
      let batch = LogitBatch(
        classes: logits.count, logits: logits, targets: targets, features: features)
      var state = loss.initialState
      let result = batch.evaluate(loss, state: &state)
      if mustBeFinite { #expect(result.value.isFinite, "\(what): the loss is \(result.value)") }
      guard result.value.isFinite else { continue }
      #expect(result.gradient.allSatisfy { $0.isFinite }, "\(what): the gradient is not finite")
      #expect(result.featureGradient.allSatisfy { $0.isFinite }, "\(what): not finite on features")
      #expect(state.allSatisfy { $0.isFinite }, "\(what): what it counts is not finite")
    }
  }
}

/// The ends of a number's range, as a card says them.
private struct ParameterRange {
  /// Values that must be allowed.
  private(set) var inside: [Double] = []
  /// Values that must not.
  private(set) var outside: [Double] = []

  /// `nil` where it is the range of no number.
  init?(_ text: String, key: String) {
    let words = text.split(separator: " ").map {
      $0.hasSuffix(",") ? String($0.dropLast()) : String($0)
    }
    guard words.contains("number") else { return nil }
    if words.contains("whole") {
      if let from = words.firstIndex(of: "from"), words.count > from + 3,
        let low = Double(words[from + 1]), let high = Double(words[from + 3])
      {
        (inside, outside) = ([low, high], [low - 1, high + 1])
      } else if let least = words.firstIndex(of: "least"), let low = Double(words[least + 1]) {
        (inside, outside) = ([low], [low - 1])
      } else {
        return nil
      }
      return
    }
    guard let place = words.firstIndex(of: key), place >= 2 else { return nil }
    // The other end may be another parameter, which is no number here.
    if let low = Double(words[place - 2]) {
      let isClosed = words[place - 1] == "≤"
      inside.append(isClosed ? low : low.nextUp)
      outside.append(isClosed ? low.nextDown : low)
    }
    if words.count > place + 2, let high = Double(words[place + 2]) {
      let isClosed = words[place + 1] == "≤"
      inside.append(isClosed ? high : high.nextDown)
      outside.append(isClosed ? high.nextUp : high)
    }
    if inside.isEmpty { return nil }
  }
}
