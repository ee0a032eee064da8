import Datasets
import Foundation
import Strategies
import TestSupport
import Testing

/// Numbers of Tests/References/strategies_posthoc.py (PyTorch in double precision).
private struct GoldenPostHoc: Decodable {
  struct Deferred: Decodable {
    var strategy: String
    var counts: [Int]
    var logits: [Float]
    var labels: [Int]
    var weights: [Double]
    var losses: [Double]
    var gradients: [[Double]]
  }
  struct PostHoc: Decodable {
    var counts: [Int]
    var weights: [Float]
    var bias: [Float]
    var features: [Float]
    var means: [[Double]]
    var taus: [Double]
    var adjusted: [[Double]]
    var normalized: [[Double]]
    var cosine: [Int]
    var unitMeans: [Int]
    var euclidean: [Int]
  }
  var deferred: [Deferred]
  var postHoc: [PostHoc]

  static func read() throws -> GoldenPostHoc {
    try fixture("post-hoc.json", as: GoldenPostHoc.self)
  }
}

@Suite("Golden post-hoc rules and odd censuses") struct GoldenPostHocTests {
  @Test("DRW's weights, losses and gradients are PyTorch's in both phases")
  func deferred() throws {
    var worst = 0.0
    var notes = GoldenNotes(against: "PyTorch's autograd")
    for each in try GoldenPostHoc.read().deferred {
      let census = ClassCensus(counts: each.counts)
      let type = try #require(StrategyCatalog.type(named: each.strategy))
      let plan = try type.init().plan(for: census)
      #expect(plan.phases.map(\.share) == [0.8, 1 - 0.8])
      #expect(plan.phases[0].loss.classWeights == nil)
      let weights = try #require(plan.phases[1].loss.classWeights)
      let weightError = worstRelativeError(weights, each.weights).error
      #expect(weightError < 1e-9)
      notes.add(each.strategy, .weights, weightError)
      let classes = each.counts.count
      var targets = [Float](repeating: 0, count: each.logits.count)
      for (row, label) in each.labels.enumerated() { targets[row * classes + label] = 1 }
      let batch = LogitBatch(classes: classes, logits: each.logits, targets: targets)
      for (phase, index) in zip(plan.phases, 0...) {
        let result = batch.evaluate(phase.loss)
        let floor = max(each.gradients[index].map(abs).max() ?? 0, 1e-6)
        let errors = [
          relativeError(result.value, each.losses[index], floor: 1e-6),
          worstRelativeError(result.gradient, each.gradients[index], floor: floor).error,
        ]
        worst = max(worst, errors[0], errors[1])
        notes.add(each.strategy, .value, errors[0])
        notes.add(each.strategy, .gradient, errors[1])
      }
    }
    #expect(worst < 1e-6, "the worst error is \(worst)")
    notes.show()
  }

  private func logits(
    _ strategy: any PostHoc, _ each: GoldenPostHoc.PostHoc, at tau: Double
  ) throws -> [[Double]] {
    let plan = try strategy.plan(for: ClassCensus(counts: each.counts))
    let change = try #require(plan.change)
    let classifier = change.changed(
      LinearClassifier(weights: each.weights, bias: each.bias), at: tau, means: each.means)
    let width = classifier.features
    return stride(from: 0, to: each.features.count, by: width).map {
      classifier.logits(of: Array(each.features[$0..<$0 + width]))
    }
  }

  @Test("Adjusted and normalised logits are PyTorch's")
  func taus() throws {
    var worst = 0.0
    var notes = GoldenNotes(against: "PyTorch")
    for each in try GoldenPostHoc.read().postHoc {
      for (index, tau) in each.taus.enumerated() {
        let pairs: [(any PostHoc, [Double])] = [
          (PosthocLogitAdjustment(), each.adjusted[index]),
          (TauNormalization(), each.normalized[index]),
        ]
        for (strategy, expected) in pairs {
          let found = try logits(strategy, each, at: tau).flatMap { $0 }
          let floor = expected.map(abs).max() ?? 1
          let error = worstRelativeError(found, expected, floor: floor).error
          worst = max(worst, error)
          notes.add(type(of: strategy).name, .logits, error)
        }
      }
    }
    // Weights and biases are Floats.
    #expect(worst < 2.4e-7, "the worst error is \(worst)")
    notes.show()
  }

  @Test("The nearest mean is PyTorch's, and a cosine orders classes as means of length 1 do")
  func means() throws {
    var notes = GoldenNotes(against: "PyTorch")
    for each in try GoldenPostHoc.read().postHoc {
      var euclidean = NearestClassMean()
      euclidean.distance = .euclidean
      let pairs = [(NearestClassMean(), each.cosine), (euclidean, each.euclidean)]
      for (strategy, expected) in pairs {
        let found = try logits(strategy, each, at: 0).map { row in
          row.indices.max { row[$0] < row[$1] }!
        }
        #expect(found == expected)
        notes.add(NearestClassMean.name, .choices, shareOfDifferences(found, expected))
      }
      #expect(each.cosine == each.unitMeans)
    }
    notes.show()
  }

  @Test("Classes without images keep their logit, or are never the nearest; zeros stay zeros")
  func emptyClasses() throws {
    let census = ClassCensus(counts: [30, 0, 1])
    let classifier = LinearClassifier(weights: [1, 2, 0, 0, 3, 4], bias: [1, 2, 3])
    func changed(_ strategy: any PostHoc, _ value: Double) throws -> LinearClassifier {
      let change = try #require(try strategy.plan(for: census).change)
      return change.changed(classifier, at: value, means: [[1, 0], nil, [0, 0]])
    }
    let adjusted = try changed(PosthocLogitAdjustment(), 2)
    #expect(adjusted.bias[1] == 2)
    #expect(adjusted.bias[2] > 3 && adjusted.weights == classifier.weights)
    #expect(try changed(TauNormalization(), 1).weights[2...3] == [0, 0])
    let nearest = try changed(NearestClassMean(), 0)
    #expect(nearest.bias == [0, -1e6, 0])
    #expect(nearest.weights == [1, 0, 0, 0, 0, 0])
  }

  @Test("A prior is that of the reused run's draws and weights")
  func prior() throws {
    let census = ClassCensus(counts: [90, 10])
    var strategy = PosthocLogitAdjustment()
    strategy.of = StrategyConfiguration(ClassBalancedSampling())
    let change = try #require(try strategy.plan(for: census).change)
    let found = change.changed(
      LinearClassifier(weights: [1, 1], bias: [0, 0]), at: 1, means: [])
    #expect(abs(found.bias[0] - found.bias[1]) < 1e-6)
  }

  @Test("What cannot be reused is refused")
  func refused() throws {
    var nested = TauNormalization()
    nested.of = StrategyConfiguration(PosthocLogitAdjustment())
    #expect(throws: InvalidParameter.self) { try nested.validate() }
    var cosine = TauNormalization()
    cosine.of = StrategyConfiguration(LDAM())
    #expect(throws: InvalidParameter.self) {
      try cosine.plan(for: ClassCensus(counts: [3, 2]))
    }
  }

  @Test("Draws of deferred re-sampling are those of its sampler in the second phase alone")
  func deferredDraws() throws {
    let census = ClassCensus(counts: [90, 10])
    for type in [DeferredResampling.self, ClassifierRetraining.self] as [any Strategy.Type] {
      let masses = try type.init().plan(for: census).effectiveMass(for: census)
      #expect(masses.map(\.sampled) == [[0.9, 0.1], [0.5, 0.5]])
    }
  }
}
