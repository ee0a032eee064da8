import Datasets
import Foundation
import Strategies
import Tensors
import TestSupport
import Testing

/// Numbers of Tests/References/strategies_golden.py (NumPy and PyTorch in double precision).
private struct Golden: Decodable {
  struct Weights: Decodable {
    var counts: [Int]
    var strategy: String
    var beta: Double?
    var normalization: String
    var weights: [Double]
  }
  struct Samplers: Decodable {
    var counts: [Int]
    var masses: [String: [Double]]
  }
  struct Loss: Decodable {
    var name: String
    var rows: Int
    var classes: Int
    var logits: [Float]
    var targets: [Float]
    var weights: [Double]?
    var reduction: LossReduction
    var loss: Double
    var gradient: [Double]
  }
  var weights: [Weights]
  var samplers: [Samplers]
  var crossEntropy: [Loss]

  enum CodingKeys: String, CodingKey {
    case weights, samplers
    case crossEntropy = "cross_entropy"
  }

  static func read() throws -> Golden { try fixture("strategies.json", as: Golden.self) }
}

@Suite("Golden numbers") struct GoldenTests {
  @Test("Class weights are NumPy's in every normalisation")
  func weights() throws {
    let cases = try Golden.read().weights
    #expect(cases.count == 72)
    var notes = GoldenNotes(against: "NumPy")
    for golden in cases {
      var parameters: [String: ParameterValue] = ["normalization": .text(golden.normalization)]
      if let beta = golden.beta { parameters["beta"] = .number(beta) }
      let strategy = try StrategyConfiguration(name: golden.strategy, parameters: parameters)
      let plan = try strategy.strategy.plan(for: ClassCensus(counts: golden.counts))
      // A few roundings of Double, and ln β times a count of 4e5: 1e-10 covers both.
      let weights = try #require(plan.phases[0].loss.classWeights)
      assertClose(
        weights, golden.weights, within: 1e-10,
        "\(golden.strategy) \(golden.normalization) β=\(golden.beta ?? 0)")
      notes.add(golden.strategy, .weights, worstRelativeError(weights, golden.weights).error)
    }
    notes.show()
  }

  @Test("Class masses of samplers are NumPy's")
  func masses() throws {
    let samplings: [(String, String, [String: ParameterValue])] = [
      ("class-balanced", "class-balanced-sampling", [:]),
      ("power-0.5", "sqrt-sampling", [:]),
      ("power-0.25", "sqrt-sampling", ["power": .number(0.25)]),
      ("power-0.0", "sqrt-sampling", ["power": .number(0)]),
      ("power-1.0", "sqrt-sampling", ["power": .number(1)]),
      ("repeat-default", "repeat-factor-sampling", [:]),
      ("repeat-0.1", "repeat-factor-sampling", ["threshold": .number(0.1)]),
      ("repeat-0.05", "repeat-factor-sampling", ["threshold": .number(0.05)]),
      ("under-default", "undersampling", [:]),
      ("under-30", "undersampling", ["to": .number(30)]),
    ]
    var notes = GoldenNotes(against: "NumPy")
    for golden in try Golden.read().samplers {
      let census = ClassCensus(counts: golden.counts)
      #expect(
        Set(golden.masses.keys).isSubset(of: samplings.map(\.0)))
      for (key, name, parameters) in samplings {
        // With ten classes 1/C is 0.1, which the script lists under its number.
        guard let expected = golden.masses[key] else { continue }
        let strategy = try StrategyConfiguration(name: name, parameters: parameters).strategy
        let mass = try strategy.plan(for: census).effectiveMass(for: census)[0].sampled
        assertClose(mass, expected, within: 1e-12, "\(key) of \(golden.counts)")
        notes.add(name, .mass, worstRelativeError(mass, expected).error)
      }
    }
    notes.show()
  }

  @Test("Cross-entropy and its gradient are PyTorch's in both reductions")
  func crossEntropy() throws {
    let cases = try Golden.read().crossEntropy
    #expect(cases.count == 16)
    for golden in cases {
      let shape = Shape.matrix(golden.rows, golden.classes)
      let (logits, targets) = (AlignedBuffer(golden.logits), AlignedBuffer(golden.targets))
      let gradient = AlignedBuffer(count: shape.count)
      gradient.view(shape).fill(.nan)
      let loss = CrossEntropy(classWeights: golden.weights, reduction: golden.reduction).evaluate(
        logits.view(shape).readOnly, targets: targets.view(shape).readOnly,
        into: gradient.view(shape))
      // One rounding to Float of the result, one of each exponential: 2 ulps.
      assertClose([Double(loss)], [golden.loss], within: 2.4e-7, "loss of \(golden.name)")
      let largest = golden.gradient.map(abs).max() ?? 0
      assertClose(
        gradient.array.map(Double.init), golden.gradient, within: 2.4e-7,
        floor: max(largest, 1e-30), "gradient of \(golden.name)")
    }
  }
}
