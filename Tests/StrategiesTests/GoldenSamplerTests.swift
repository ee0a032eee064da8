import Datasets
import Foundation
import Images
import Randomness
import Strategies
import TestSupport
import Testing

/// Numbers of Tests/References/strategies_samplers.py (NumPy and PIL).
private struct GoldenSamplers: Decodable {
  struct Case: Decodable {
    var counts: [Int]
    var strategy: String
    var parameters: [String: ParameterValue]
    var values: [Double]
    var pass: Int?
    var progress: Double?
    var epochShare: Double?
    /// One row a validation, oldest first.
    var recalls: [[Double?]]?
    var errors: [Float]?

    /// The case's moment, where it has one.
    var moment: SamplingMoment? {
      guard progress != nil || recalls != nil || errors != nil || pass != nil else { return nil }
      var feedback: ValidationFeedback?
      for recall in recalls ?? [] {
        feedback = feedback?.followed(by: recall) ?? ValidationFeedback(recall: recall)
      }
      return SamplingMoment(
        pass: pass ?? 0, progress: progress ?? 0, epochShare: epochShare ?? 1,
        feedback: feedback, errors: errors)
    }

    func plan() throws -> TrainingPlan {
      try StrategyConfiguration(name: strategy, parameters: parameters).strategy
        .plan(for: ClassCensus(counts: counts))
    }
  }
  struct Operations: Decodable {
    struct Case: Decodable {
      var operation: PolicyOperation
      var amount: Double
      var values: [Double]
    }
    var height: Int
    var width: Int
    var pixels: [Float]
    var cases: [Case]
  }
  var weights: [Case]
  var masses: [Case]
  var orders: [Case]
  var operations: Operations

  static func read() throws -> GoldenSamplers {
    try fixture("samplers.json", as: GoldenSamplers.self)
  }
}

@Suite("Golden samplers") struct GoldenSamplerTests {
  @Test("Class weights are NumPy's")
  func weights() throws {
    var notes = GoldenNotes(against: "NumPy")
    for golden in try GoldenSamplers.read().weights {
      let weights = try #require(try golden.plan().phases[0].loss.classWeights)
      assertClose(weights, golden.values, within: 1e-12, golden.strategy)
      notes.add(golden.strategy, .weights, worstRelativeError(weights, golden.values).error)
    }
    notes.show()
  }

  @Test("Class masses are NumPy's, also of samplers that change")
  func masses() throws {
    var notes = GoldenNotes(against: "NumPy")
    for golden in try GoldenSamplers.read().masses {
      let sampler = try golden.plan().phases[0].sampler
      let census = ClassCensus(counts: golden.counts)
      let mass =
        golden.moment.map { sampler.classMass(at: $0, for: census) }
        ?? sampler.classMass(for: census)
      assertClose(mass, golden.values, within: 1e-10, "\(golden.strategy) \(golden.parameters)")
      notes.add(golden.strategy, .mass, worstRelativeError(mass, golden.values).error)
    }
    notes.show()
  }

  @Test("Orders are those of the same algorithm on NumPy's generator")
  func orders() throws {
    let cases = try GoldenSamplers.read().orders
    #expect(cases.count == 16)
    var notes = GoldenNotes(against: "NumPy's Philox")
    for golden in cases {
      let census = ClassCensus(counts: golden.counts)
      let moment = try #require(golden.moment)
      var generator = SeededGenerator(seed: 7, purpose: .order, epoch: moment.pass)
      let order = try golden.plan().phases[0].sampler.order(
        of: census.split, at: moment, using: &generator)
      let expected = golden.values.map { Int($0) }
      #expect(order == expected, "\(golden.strategy), pass \(moment.pass)")
      notes.add(golden.strategy, .order, shareOfDifferences(order, expected))
    }
    notes.show()
  }

  @Test("Operations of augmentation policies are PIL's, to its rounding to bytes")
  func operations() throws {
    let golden = try GoldenSamplers.read().operations
    for each in golden.cases {
      var image = PixelImage(height: golden.height, width: golden.width)
      image.values = golden.pixels.map { $0 / 255 }
      each.operation.apply(each.amount, to: &image)
      for (value, expected) in zip(image.values, each.values) {
        // PIL rounds the result to bytes, and contrast's mean and color's gray before.
        #expect(abs(Double(value) * 255 - expected) <= 1.6, "\(each.operation)")
      }
    }
  }
}

@Suite("Samplers that change") struct ChangingSamplerTests {
  private let census = ClassCensus(counts: [100, 40, 10])

  @Test("Accuracy-driven draws are safe at recalls of 0 and 1, and capped")
  func accuracyDriven() throws {
    let sampler = try AccuracyDrivenSampling().sampler(for: census)
    for recall: [Double?] in [[0, 0, 0], [1, 1, 1], [1, 0, nil], [nil, nil, nil]] {
      let moment = SamplingMoment(pass: 1, feedback: ValidationFeedback(recall: recall))
      let mass = sampler.classMass(at: moment, for: census)
      #expect(mass.allSatisfy { $0.isFinite && $0 > 0 }, "\(recall): \(mass)")
      #expect(abs(mass.reduce(0, +) - 1) < 1e-12)
    }
    var strategy = AccuracyDrivenSampling()
    strategy.cap = 1
    let capped = try strategy.sampler(for: census)
      .classMass(at: SamplingMoment(pass: 1, feedback: .init(recall: [1, 1, 0])), for: census)
    assertClose(capped, [1.0 / 3, 1.0 / 3, 1.0 / 3], within: 1e-9)
  }

  @Test("A class that is recognised worse is drawn more often")
  func direction() throws {
    let sampler = try AccuracyDrivenSampling().sampler(for: census)
    func mass(_ recall: [Double?]) -> [Double] {
      sampler.classMass(
        at: SamplingMoment(pass: 1, feedback: ValidationFeedback(recall: recall)), for: census)
    }
    #expect(mass([0.9, 0.9, 0.1])[2] > 3 * mass([0.9, 0.9, 0.9])[2])
  }

  @Test("Hard examples are drawn by their errors")
  func hardExamples() throws {
    let sampler = try HardExampleSampling().sampler(for: census)
    var errors = Array(repeating: Float(0), count: 150)
    errors[149] = 1
    var generator = SeededGenerator(seed: 1, purpose: .order)
    var hits = 0
    for pass in 0..<40 {
      hits += sampler.order(
        of: census.split, at: SamplingMoment(pass: pass, errors: errors), using: &generator
      ).count { $0 == 149 }
    }
    // 1.1 of 149·0.1 + 1.1, in 6000 draws; five standard deviations.
    let share = 1.1 / 16
    #expect(abs(Double(hits) / 6000 - share) < 5 * (share * (1 - share) / 6000).squareRoot())
  }
}

@Suite("Mixing") struct MixingTests {
  private let census = ClassCensus(counts: [500, 90, 6])
  private let classes = [0, 0, 0, 0, 0, 1, 1, 2]

  @Test("Remix gives labels to the rarer class, by the published rule")
  func remixRule() {
    let remix = Remix()
    // (n_a, n_b, λ) → λ_y, κ = 3, τ = 0.5.
    let cases: [(Int, Int, Double, Double)] = [
      (500, 6, 0.4, 0), (500, 6, 0.6, 0.6), (6, 500, 0.6, 1), (6, 500, 0.4, 0.4),
      (30, 10, 0.49, 0), (29, 10, 0.49, 0.49), (10, 30, 0.51, 1), (10, 10, 0.3, 0.3),
    ]
    for (own, partner, lambda, expected) in cases {
      #expect(remix.labelShare(own: own, partner: partner, lambda: lambda) == expected)
    }
  }

  @Test("Mixup blends pixels and labels by one λ a batch")
  func mixup() throws {
    let mixing = try #require(try Mixup().mixing(for: census))
    for step in 0..<20 {
      let mixes = mixing.probe(classes, step: step).compactMap { $0 }
      #expect(Set(mixes.map(\.labelShare)).count <= 1)
      for mix in mixes { #expect(mix.pixels == .blend(ownShare: Float(mix.labelShare))) }
    }
  }

  @Test("CutMix's labels follow the pixels, and half of the batches stay as they are")
  func cutmix() throws {
    let mixing = try #require(try CutMix().mixing(for: census))
    var mixed = 0
    for step in 0..<400 {
      let mixes = mixing.probe(classes, step: step).compactMap { $0 }
      mixed += mixes.isEmpty ? 0 : 1
      for mix in mixes {
        guard case .paste(_, _, let height, let width) = mix.pixels else {
          Issue.record("CutMix must paste")
          return
        }
        #expect(abs(mix.labelShare - (1 - Double(height * width) / 48)) < 1e-12)
      }
    }
    #expect(abs(mixed - 200) < 50)
  }

  @Test("Restricted to rare classes, the images of others stay as they are")
  func restricted() throws {
    var strategy = Mixup()
    strategy.only = ClassChoice(groups: [.few])
    let mixing = try #require(try strategy.mixing(for: census))
    for step in 0..<20 {
      let mixes = mixing.probe(classes, step: step)
      for (row, mix) in mixes.enumerated() where classes[row] != 2 { #expect(mix == nil) }
    }
    #expect(strategy.mixingNotes(for: census) == ["mixed, 1 of 3 classes: class 2"])
    strategy.only = ClassChoice(classes: ["Robe"])
    #expect(throws: InvalidParameter.self) { try strategy.mixing(for: census) }
  }

  @Test("λ is Beta(α, α): mean ½ and variance 1/(4(2α + 1))", arguments: [0.05, 0.2, 1, 4])
  func beta(_ alpha: Double) {
    var generator = SeededGenerator(seed: 5, purpose: .mixing)
    let values = (0..<4000).map { _ in generator.beta(alpha) }
    #expect(values.allSatisfy { (0...1).contains($0) })
    let mean = values.reduce(0, +) / 4000
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 4000
    let expected = 1 / (4 * (2 * alpha + 1))
    #expect(abs(mean - 0.5) < 5 * (expected / 4000).squareRoot())
    #expect(abs(variance - expected) < 0.02)
  }

  @Test("Policies change images of chosen classes only, and leave the share untouched")
  func policies() throws {
    var strategy = TrivialAugment()
    strategy.only = ClassChoice(groups: [.few])
    strategy.untouched = 0.5
    let augmentation = try #require(try strategy.augmentation(for: census))
    let plain = ClassAugmentation(transforms: [[]]).probe(classIndex: 0)
    #expect(
      (0..<50).allSatisfy {
        augmentation.probe(classIndex: 0, item: UInt64($0)) == plain
      })
    let changed = (0..<400).count {
      augmentation.probe(classIndex: 2, item: UInt64($0)) != plain
    }
    // Half of the draws, and of those one operation in fourteen or so does nothing.
    #expect(changed > 130 && changed < 220, "\(changed)")
  }

  @Test("Minority augmentation leaves half of the draws as they are")
  func untouched() throws {
    let augmentation = try #require(try MinorityAugmentation().augmentation(for: census))
    let plain = ClassAugmentation(transforms: [[]]).probe(classIndex: 0)
    let same = (0..<400).count {
      augmentation.probe(classIndex: 2, item: UInt64($0)) == plain
    }
    #expect(same > 160 && same < 250, "\(same)")
  }

  @Test("Every operation of a policy keeps values within 0…1", arguments: PolicyOperation.allCases)
  func operations(_ operation: PolicyOperation) {
    for level in [0, 0.3, 1] {
      for amount in [
        TrivialAugment.amount(operation, level), -RandAugment.amount(operation, level),
      ]
      where amount >= 0 || operation.isSigned {
        for size in [(1, 1), (2, 5), (8, 6)] {
          var image = PixelImage(height: size.0, width: size.1)
          for index in image.values.indices { image.values[index] = Float(index % 29) / 28 }
          operation.apply(amount, to: &image)
          #expect(image.values.allSatisfy { $0 >= 0 && $0 <= 1 }, "\(amount)")
        }
      }
    }
  }
}
