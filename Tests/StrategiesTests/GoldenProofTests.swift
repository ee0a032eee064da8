import Datasets
import Images
import Randomness
import Strategies
import TestSupport
import Testing

/// Numbers of Tests/References/strategies_proofs.py (PyTorch and NumPy in double precision).
private struct GoldenProofs: Decodable {
  struct Losses: Decodable {
    struct Batch: Decodable {
      var logits: [Float]
      var labels: [Int]
    }
    struct Case: Decodable {
      var strategy: String
      var parameters: [String: ParameterValue]
      var batch: Int
      var loss: Double
      var gradient: [Double]
    }
    var counts: [Int]
    var batches: [Batch]
    var cases: [Case]
  }
  struct Order: Decodable {
    var strategy: String
    var counts: [Int]
    var pass: Int
    var values: [Int]
    var recalls: [[Double?]]?
  }
  struct Mixes: Decodable {
    struct Row: Decodable {
      var partner: Int
      var labelShare: Double
      /// λ of a blend, or top, left, height and width of a box.
      var pixels: [Double]
    }
    struct Case: Decodable {
      var strategy: String
      var step: Int
      var rows: [Row?]
    }
    var counts: [Int]
    var classes: [Int]
    var cases: [Case]
  }
  struct Pictures: Decodable {
    struct Case: Decodable {
      var strategy: String
      var item: UInt64
      /// `nil` for an image that stays as it is.
      var values: [Double]?
    }
    var counts: [Int]
    var cases: [Case]
  }
  var losses: Losses
  var orders: [Order]
  var mixes: Mixes
  var images: Pictures

  static func read() throws -> GoldenProofs { try fixture("proofs.json", as: GoldenProofs.self) }
}

/// The strategy of a name with its defaults, planned.
private func plan(_ name: String, _ counts: [Int]) throws -> TrainingPlan {
  try #require(StrategyCatalog.type(named: name)).init().plan(for: ClassCensus(counts: counts))
}

@Suite("Golden proofs") struct GoldenProofTests {
  @Test("Cross-entropy with every weighting is PyTorch's, loss and gradient, in both reductions")
  func weightedLosses() throws {
    let golden = try GoldenProofs.read().losses
    let census = ClassCensus(counts: golden.counts)
    var notes = GoldenNotes(against: "PyTorch's autograd")
    for each in golden.cases {
      let strategy = try StrategyConfiguration(name: each.strategy, parameters: each.parameters)
      let loss = try #require(try strategy.strategy.plan(for: census).phases.first).loss
      let given = golden.batches[each.batch]
      var targets = [Float](repeating: 0, count: given.logits.count)
      for (row, label) in given.labels.enumerated() {
        targets[row * golden.counts.count + label] = 1
      }
      let result = LogitBatch(
        classes: golden.counts.count, logits: given.logits, targets: targets
      ).evaluate(loss)
      let floor = max(each.gradient.map(abs).max() ?? 0, 1e-30)
      let errors = (
        value: relativeError(result.value, each.loss, floor: 1e-6),
        gradient: worstRelativeError(result.gradient, each.gradient, floor: floor).error
      )
      notes.add(each.strategy, .value, errors.value)
      notes.add(each.strategy, .gradient, errors.gradient)
      // Two roundings to Float.
      #expect(errors.value <= 2.4e-7, "loss of \(each.strategy) \(each.parameters)")
      #expect(errors.gradient <= 2.4e-7, "gradient of \(each.strategy) \(each.parameters)")
    }
    notes.show()
    let weightings = StrategyCatalog.all.filter { $0.card.family == .weighting }.map { $0.name }
    #expect(notes.strategies == Set(weightings + ["baseline", "combined"]))
  }

  @Test("Orders are those of the same algorithm on NumPy's generator")
  func orders() throws {
    var notes = GoldenNotes(against: "NumPy's Philox")
    for golden in try GoldenProofs.read().orders {
      let census = ClassCensus(counts: golden.counts)
      var moment = SamplingMoment(pass: golden.pass)
      moment.feedback = golden.recalls?.last.map { ValidationFeedback(recall: $0) }
      var generator = SeededGenerator(seed: 7, purpose: .order, epoch: golden.pass)
      let order = try plan(golden.strategy, golden.counts).phases[0].sampler
        .order(of: census.split, at: moment, using: &generator)
      #expect(order == golden.values, "\(golden.strategy), pass \(golden.pass)")
      notes.add(golden.strategy, .order, shareOfDifferences(order, golden.values))
    }
    notes.show()
  }

  @Test("Mixed batches are those of the same algorithm on NumPy's generator")
  func mixes() throws {
    let golden = try GoldenProofs.read().mixes
    var notes = GoldenNotes(against: "NumPy's Philox")
    for each in golden.cases {
      let mixing = try #require(try plan(each.strategy, golden.counts).phases[0].mixing)
      let mixes = mixing.probe(golden.classes, step: each.step)
      let label = "\(each.strategy), step \(each.step)"
      #expect(mixes.map { $0?.partner } == each.rows.map { $0?.partner }, "\(label)")
      for (mix, expected) in zip(mixes, each.rows) {
        guard let mix, let expected else { continue }
        var error = abs(mix.labelShare - expected.labelShare)
        switch mix.pixels {
        case .blend(let share):
          // λ itself is a Double, what pixels are multiplied with a Float.
          error = max(error, abs(Double(share) - Double(Float(expected.pixels[0]))))
        case .paste(let top, let left, let height, let width):
          #expect([top, left, height, width].map(Double.init) == expected.pixels, "\(label)")
        }
        #expect(error <= 1e-12, "\(label)")
        notes.add(each.strategy, .mixes, error)
      }
    }
    notes.show()
    let mixing = StrategyCatalog.all.filter { $0.card.family == .mixing }.map { $0.name }
    #expect(notes.strategies == Set(mixing))
  }

  @Test("Augmented images are those of the same operations in NumPy")
  func images() throws {
    let golden = try GoldenProofs.read().images
    var notes = GoldenNotes(against: "NumPy")
    var plain = PixelImage(height: 8, width: 6)
    for index in plain.values.indices { plain.values[index] = Float(index % 29) / 28 }
    for each in golden.cases {
      let augmentation = try #require(try plan(each.strategy, golden.counts).phases[0].augmentation)
      let image = augmentation.probe(classIndex: 2, item: each.item)
      let expected = each.values ?? plain.values.map(Double.init)
      let error = zip(image.values, expected).map { abs(Double($0) - $1) }.max() ?? .infinity
      // Places and blends in Float against Double, on an image with jumps from 0 to 1.
      #expect(error <= 1e-5, "\(each.strategy), image \(each.item)")
      notes.add(each.strategy, .images, error)
    }
    notes.show()
    let policies = StrategyCatalog.all.filter { $0.card.family == .augmentation }.map { $0.name }
    #expect(notes.strategies == Set(policies))
  }
}

/// The share of places at which two rows differ; all where their lengths do.
func shareOfDifferences(_ a: [Int], _ b: [Int]) -> Double {
  guard a.count == b.count, !a.isEmpty else { return 1 }
  return Double(zip(a, b).count { $0 != $1 }) / Double(a.count)
}
