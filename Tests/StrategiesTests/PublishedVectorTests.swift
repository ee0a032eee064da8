import Datasets
import Strategies
import TestSupport
import Testing

/// CIFAR-10-LT with imbalance factor 100, as published code computes it, to six digits.
@Suite("Published vectors on CIFAR-10-LT") struct PublishedVectorTests {
  static let census = ClassCensus(counts: [5000, 2997, 1796, 1077, 645, 387, 232, 139, 83, 50])
  /// The numbers are printed with six digits after the point.
  static let half = 0.51e-6

  static let weightings: [(String, [String: ParameterValue], [Double])] = [
    (
      "effective-number-weights", ["beta": .number(0.9999)],
      [
        0.050611, 0.076900, 0.121134, 0.195037, 0.318805, 0.524590, 0.868349, 1.442627, 2.409223,
        3.992724,
      ]
    ),
    (
      "effective-number-weights", ["beta": .number(0.999)],
      [
        0.181187, 0.189414, 0.215742, 0.272859, 0.378479, 0.560581, 0.868804, 1.386165, 2.258450,
        3.688319,
      ]
    ),
    (
      "effective-number-weights", ["beta": .number(0.99)],
      [
        0.783832, 0.783832, 0.783832, 0.783848, 0.785034, 0.800201, 0.868159, 1.041415, 1.385429,
        1.984417,
      ]
    ),
    (
      "inverse-weights", [:],
      [
        0.040236, 0.067128, 0.112017, 0.186799, 0.311911, 0.519851, 0.867166, 1.447356, 2.423885,
        4.023650,
      ]
    ),
    (
      "sqrt-inverse-weights", [:],
      [
        0.244529, 0.315843, 0.408002, 0.526875, 0.680825, 0.878941, 1.135197, 1.466587, 1.897912,
        2.445289,
      ]
    ),
    (
      "max-ratio-weights", [:],
      [
        1, 1.668335, 2.783964, 4.642526, 7.751938, 12.919897, 21.551724, 35.971223, 60.240964, 100,
      ]
    ),
    (
      "inverse-weights", ["normalization": .text("mean_over_examples")],
      [
        0.24812, 0.413947, 0.690757, 1.151903, 1.923411, 3.205685, 5.347414, 8.925180, 14.946988,
        24.812,
      ]
    ),
  ]

  @Test("Loss weights", arguments: weightings.indices)
  func weights(_ index: Int) throws {
    let (name, parameters, published) = Self.weightings[index]
    let strategy = try StrategyConfiguration(name: name, parameters: parameters).strategy
    let plan = try strategy.plan(for: Self.census)
    let weights = try #require(plan.phases[0].loss.classWeights)
    // Absolute: the numbers are rounded at the sixth digit.
    assertClose(weights, published, within: Self.half, floor: 1, name)
    #expect(weights.allSatisfy { $0 > 0 })
    for (weight, published) in zip(weights, published) {
      #expect(abs(weight - published) < Self.half)
    }
  }

  @Test("Repeat factors")
  func repeatFactors() throws {
    let published: [(Double, [Double])] = [
      (
        0.1,
        [1, 1, 1, 1.073268, 1.386871, 1.790443, 2.312448, 2.987504, 3.866133, 4.981165]
      ),
      (0.05, [1, 1, 1, 1, 1, 1.266034, 1.635147, 2.112484, 2.733769, 3.522215]),
    ]
    for (threshold, factors) in published {
      var strategy = RepeatFactorSampling()
      strategy.threshold = threshold
      let sampler = try #require(try strategy.sampler(for: Self.census) as? RepeatFactorSampler)
      for (factor, published) in zip(sampler.factors, factors) {
        #expect(abs(factor - published) < Self.half)
      }
    }
  }

  @Test("Class masses of square-root sampling")
  func squareRoot() throws {
    let mass = try SqrtSampling().sampler(for: Self.census).classMass(for: Self.census)
    let published = [
      0.244738, 0.189478, 0.146679, 0.113586, 0.087901, 0.068088, 0.052718, 0.040806, 0.031532,
      0.024474,
    ]
    for (mass, published) in zip(mass, published) { #expect(abs(mass - published) < Self.half) }
  }
}
