import Datasets
import Strategies
import TestSupport
import Testing

/// Numbers of Tests/References/strategies_schedules.py (PyTorch's autograd in double precision).
private struct GoldenSchedules: Decodable {
  struct Value: Decodable {
    var loss: Double
    var gradient: [Double]
  }
  struct Case: Decodable {
    var strategy: String
    var parameters: [String: ParameterValue]
    var phases: [Value]
  }
  var counts: [Int]
  var logits: [Float]
  var labels: [Int]
  var cases: [Case]

  static func read() throws -> GoldenSchedules {
    try fixture("schedules.json", as: GoldenSchedules.self)
  }
}

@Suite("Golden schedules") struct GoldenScheduleTests {
  @Test("Every phase's loss and gradient are PyTorch's; the worst errors are printed")
  func losses() throws {
    let golden = try GoldenSchedules.read()
    let census = ClassCensus(counts: golden.counts)
    var targets = [Float](repeating: 0, count: golden.logits.count)
    for (row, label) in golden.labels.enumerated() { targets[row * 5 + label] = 1 }
    let batch = LogitBatch(classes: 5, logits: golden.logits, targets: targets)
    var notes = GoldenNotes(against: "PyTorch's autograd")
    for each in golden.cases {
      let strategy = try StrategyConfiguration(name: each.strategy, parameters: each.parameters)
      let phases = try strategy.strategy.plan(for: census).phases
      #expect(phases.count == each.phases.count)
      for (phase, expected) in zip(phases, each.phases) {
        let result = batch.evaluate(phase.loss)
        let floor = expected.gradient.map(abs).max() ?? 1
        let errors = (
          loss: relativeError(result.value, expected.loss, floor: 1e-6),
          gradient: worstRelativeError(result.gradient, expected.gradient, floor: floor).error
        )
        // As for the losses themselves: two roundings to Float.
        #expect(errors.loss <= 2.4e-7, "\(each.strategy) \(each.parameters)")
        #expect(errors.gradient <= 2.4e-7, "\(each.strategy) \(each.parameters)")
        notes.add(each.strategy, .value, errors.loss)
        notes.add(each.strategy, .gradient, errors.gradient)
      }
    }
    notes.show()
    let schedules = StrategyCatalog.all.filter { $0.card.family == .schedule }
    #expect(notes.strategies.sorted() == schedules.map { $0.name }.sorted())
  }

  @Test("Shares of the run, samplers and what is trained are as promised")
  func phases() throws {
    let census = ClassCensus(counts: [90, 9, 1])
    let drs = try DeferredResampling().plan(for: census).phases
    let (alike, natural) = ([Double](repeating: 1.0 / 3, count: 3), [0.9, 0.09, 0.01])
    #expect(drs.map(\.share) == [0.8, 1 - 0.8])
    #expect(drs[1].sampler.classMass(for: census) == alike)
    #expect(drs[0].sampler.classMass(for: census) == natural)
    #expect(drs.allSatisfy { $0.trains == .all && $0.restartedPeak == nil && !$0.startsHeadAnew })

    let crt = try ClassifierRetraining().plan(for: census).phases
    #expect(crt.map(\.trains) == [.all, .head])
    #expect(crt[1].startsHeadAnew && crt[1].restartedPeak == 1)
    #expect(crt[1].sampler.classMass(for: census) == alike)
    let lws = try LearnableWeightScaling().plan(for: census).phases
    #expect(lws.map(\.trains) == [.all, .scales])
    #expect(!lws[1].startsHeadAnew)
  }

  @Test("What cannot be combined is refused by name")
  func refusals() throws {
    func problem(_ name: String, _ parameters: [String: ParameterValue]) -> String {
      do {
        let strategy = try StrategyConfiguration(name: name, parameters: parameters)
        _ = try strategy.strategy.plan(for: ClassCensus(counts: [5, 2]))
        return "none"
      } catch { return "\(error)" }
    }
    #expect(
      problem("deferred-reweighting", ["weighting": .text("focal")]).contains("class weights"))
    #expect(
      problem("deferred-reweighting", ["loss": .text("influence-balanced")]).contains("phases"))
    #expect(problem("deferred-resampling", ["sampling": .text("mixup")]).contains("sampler"))
    #expect(problem("deferred-resampling", ["start": .number(1)]).contains("0 < start < 1"))
    #expect(problem("ldam-drw", ["beta": .number(1)]).contains("beta"))
  }
}
