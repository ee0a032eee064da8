import Kernels
import Networks
import Tensors
import TestSupport
import Testing

@Suite("Optimisers")
struct OptimizerTests {
  private let pool = ThreadPool(threads: 2)

  private func parameters() -> [Parameter] {
    let parameters = [
      Parameter("conv.weight", [3, 2, 1, 3], part: .trunk, kind: .weight),
      Parameter("bn.weight", [5], part: .trunk, kind: .normScale),
      Parameter("fc.weight", [4, 5], part: .head, kind: .weight),
    ]
    for parameter in parameters {
      parameter.setTorchValues(Golden.stream(parameter.name, count: parameter.count))
    }
    return parameters
  }

  private func setGradients(_ parameters: [Parameter], step: Int) {
    for parameter in parameters {
      let values = Golden.stream("\(parameter.name)/\(step)", count: parameter.count)
      _ = parameter.gradient!.buffer.update(fromContentsOf: values)
    }
  }

  @Test("decay, head rate and exemption reach the right parameters")
  func settingsReachTheRightParameters() {
    let parameters = parameters()
    let configuration = OptimizerConfiguration(
      learningRate: 0.1, headLearningRate: 0.01, momentum: 0, weightDecay: 0.5,
      decaysNormAndBias: false)
    let before = parameters.map(\.value.array)
    setGradients(parameters, step: 0)
    makeOptimizer(configuration, parameters: parameters, pool: pool)
      .step(learningRateFactor: 0.5)
    for (index, rate, decay) in [(0, 0.05, 0.5), (1, 0.05, 0), (2, 0.005, 0.5)] {
      let expected = zip(before[index], parameters[index].gradient!.array).map {
        Double($0) - rate * (Double($1) + decay * Double($0))
      }
      // One step of single precision.
      assertClose(
        parameters[index].value.array.map(Double.init), expected, within: 1e-6, floor: 0.1)
    }
  }

  @Test("the norm is over all parameters, and clipping scales down to the limit")
  func clipping() {
    let parameters = parameters()
    setGradients(parameters, step: 0)
    let squares = parameters.flatMap(\.gradient!.array).reduce(0) { $0 + Double($1) * Double($1) }
    let configuration = OptimizerConfiguration(
      learningRate: 1, momentum: 0, weightDecay: 0, clipNorm: 0.25)
    let optimizer = makeOptimizer(configuration, parameters: parameters, pool: pool)
    let norm = optimizer.gradientNorm()
    #expect(abs(norm - squares.squareRoot()) < 1e-12 * norm)
    let before = parameters.flatMap(\.value.array)
    optimizer.step(learningRateFactor: 1)
    let moved = zip(parameters.flatMap(\.value.array), before)
      .reduce(0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }.squareRoot()
    #expect(abs(moved - 0.25) < 1e-5)
  }

  @Test("a gradient that is no number makes the norm no number", arguments: [Float.nan, .infinity])
  func normPropagates(_ value: Float) {
    let parameters = parameters()
    setGradients(parameters, step: 0)
    let optimizer = makeOptimizer(.init(), parameters: parameters, pool: pool)
    #expect(optimizer.gradientNorm().isFinite)
    parameters[2].gradient!.pointer[7] = value
    #expect(!optimizer.gradientNorm().isFinite)
  }

  @Test(
    "restored state continues with the same bits", arguments: OptimizerConfiguration.Rule.allCases)
  func restoredStateContinues(_ rule: OptimizerConfiguration.Rule) throws {
    let configuration = OptimizerConfiguration(rule: rule, learningRate: 0.01, nesterov: true)
    let through = parameters()
    let optimizer = makeOptimizer(configuration, parameters: through, pool: pool)
    let resumed = parameters()
    for step in 0..<6 {
      if step == 3 {
        for (a, b) in zip(through, resumed) { b.setTorchValues(a.torchValues()) }
        let second = makeOptimizer(configuration, parameters: resumed, pool: pool)
        try second.restore(optimizer.state)
        for later in 3..<6 {
          setGradients(resumed, step: later)
          second.step(learningRateFactor: 1)
        }
      }
      setGradients(through, step: step)
      optimizer.step(learningRateFactor: 1)
    }
    #expect(through.map(\.value.array) == resumed.map(\.value.array))
    #expect(optimizer.state.steps == 6)
  }

  @Test("state of another network or rule is refused by name")
  func foreignStateIsRefused() {
    let optimizer = makeOptimizer(.init(), parameters: parameters(), pool: pool)
    var state = optimizer.state
    state.tensors.removeFirst()
    let error = #expect(throws: CheckpointError.self) { try optimizer.restore(state) }
    #expect(error?.description.contains("momentum.conv.weight") == true)
    let adam = makeOptimizer(.init(rule: .adamw), parameters: parameters(), pool: pool)
    #expect(throws: CheckpointError.self) { try optimizer.restore(adam.state) }
    var negative = optimizer.state
    negative.steps = -1
    #expect(throws: CheckpointError.self) { try optimizer.restore(negative) }
  }
}

@Suite("Schedules")
struct ScheduleTests {
  @Test("warm-up rises from one part to the peak")
  func warmup() {
    let schedule = ScheduleConfiguration(curve: .constant, warmupEpochs: 2)
    let factors = (0..<10).map { schedule.factor(atStep: $0, of: 20, stepsPerEpoch: 2.5) }
    #expect(factors == [0.2, 0.4, 0.6, 0.8, 1, 1, 1, 1, 1, 1])
  }

  @Test("steps multiply by gamma at their milestones")
  func steps() {
    let schedule = ScheduleConfiguration(curve: .step, milestones: [1, 3], gamma: 0.5)
    let factors = (0..<8).map { schedule.factor(atStep: $0, of: 8, stepsPerEpoch: 2) }
    #expect(factors == [1, 1, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25])
  }

  @Test("the cosine starts at 1, is halfway at the middle and ends near its minimum")
  func cosine() {
    let schedule = ScheduleConfiguration(curve: .cosine, warmupEpochs: 1, minimumFactor: 0.1)
    func factor(_ step: Int) -> Double {
      schedule.factor(atStep: step, of: 1010, stepsPerEpoch: 10)
    }
    #expect(factor(9) == 1)
    #expect(factor(10) == 1)
    #expect(abs(factor(510) - 0.55) < 1e-12)
    #expect(factor(1009) > 0.1 && factor(1009) < 0.1001)
    #expect((10..<1009).allSatisfy { factor($0) > factor($0 + 1) })
    #expect(factor(2000) == 0.1)
  }

  @Test("a warm-up longer than the run never divides by zero")
  func longWarmup() {
    let schedule = ScheduleConfiguration(warmupEpochs: 5)
    #expect(schedule.factor(atStep: 0, of: 1, stepsPerEpoch: 10) == 1)
    #expect(schedule.factor(atStep: 3, of: 4, stepsPerEpoch: 10) == 1)
  }
}
