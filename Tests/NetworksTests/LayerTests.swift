import Networks
import Tensors
import TestSupport
import Testing

@Suite("Layers")
struct LayerTests {
  /// Single precision keeps 6e-8 a number; a block chains up to nine operations, each of sums of
  /// up to a few hundred terms, and divides by standard deviations.
  private static let tolerance = 1e-5

  @Test("agree with PyTorch's double precision, forward and backward", arguments: LayerSpecimen.all)
  func agreeWithPyTorch(_ specimen: LayerSpecimen) throws {
    let golden = try #require(
      try Golden.shared.get().layers.first { $0.name == specimen.name })
    let harness = try specimen.harness()
    harness.forward()
    // What is overwritten may hold anything before.
    harness.dSrc.fill(.nan)
    var found = ["y": Array(harness.dst.buffer)]
    harness.backward()
    found["dx"] = Array(harness.dSrc.buffer)
    for parameter in harness.layer.parameters {
      if parameter.kind == .buffer {
        found["statistics/\(parameter.name)"] = parameter.torchValues()
      } else {
        found["gradient/\(parameter.name)"] = parameter.torchGradient()
      }
    }
    #expect(Set(found.keys) == Set(golden.tensors.keys))
    var worst = (error: 0.0, name: "")
    for (name, values) in found {
      let error = golden.tensors[name]?.error(of: values, named: name) ?? .infinity
      #expect(error < Self.tolerance, "\(name)")
      if error > worst.error { worst = (error, name) }
    }
    print("\(specimen.name): worst relative error \(inShort(worst.error)), \(worst.name)")
  }

  @Test("have the gradient that finite differences find", arguments: LayerSpecimen.all)
  func haveTheGradientOfFiniteDifferences(_ specimen: LayerSpecimen) throws {
    let harness = try specimen.harness()
    let gradient = Array(harness.dDst.buffer).map(Double.init)
    func objective() -> Double {
      harness.forward()
      return zip(harness.dst.buffer, gradient).reduce(0) { $0 + Double($1.0) * $1.1 }
    }
    harness.forward()
    harness.backward()
    // The derivative along a direction: one number, in which every entry takes part. Kinks of
    // ReLU and pooling inside the step, and rounding, leave an error of a few per mille.
    let source = Array(harness.src.buffer)
    let analytic = Array(harness.dSrc.buffer)
    let parameters = harness.layer.parameters.filter { $0.gradient != nil }
    let slopes = parameters.map { Array($0.gradient!.buffer) }
    check("src", harness.src.buffer, source, analytic, objective)
    for (parameter, slope) in zip(parameters, slopes) {
      check(parameter.name, parameter.value.buffer, parameter.value.array, slope, objective)
    }
  }

  private func check(
    _ name: String, _ place: UnsafeMutableBufferPointer<Float>, _ start: [Float],
    _ slope: [Float], _ objective: () -> Double
  ) {
    // Along the gradient itself the derivative is its squared norm, far above the rounding.
    let norm = slope.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    guard norm > 1e-4 else { return }
    let size = 4e-3
    let direction = slope.map { Double($0) / norm }
    func value(_ step: Double) -> Double {
      for index in start.indices {
        place[index] = Float(Double(start[index]) + step * direction[index])
      }
      return objective()
    }
    let difference = (value(size) - value(-size)) / (2 * size)
    for index in start.indices { place[index] = start[index] }
    #expect(abs(difference - norm) < 0.02 * norm, "\(name): \(difference), but \(norm)")
  }

  @Test("overwrite results and gradients", arguments: LayerSpecimen.all)
  func overwrite(_ specimen: LayerSpecimen) throws {
    let once = try specimen.harness()
    once.forward()
    once.backward()
    let twice = try specimen.harness()
    twice.dst.fill(.nan)
    for parameter in twice.layer.parameters {
      parameter.gradient?.buffer.update(repeating: .nan)
    }
    for _ in 0..<2 {
      twice.fill(twice.dDst, "\(specimen.name)/dy")
      twice.forward()
      twice.dSrc.fill(.nan)
      twice.backward()
    }
    #expect(Array(once.dst.buffer) == Array(twice.dst.buffer))
    #expect(Array(once.dSrc.buffer) == Array(twice.dSrc.buffer))
    for (a, b) in zip(once.layer.parameters, twice.layer.parameters) {
      #expect(a.torchGradient() == b.torchGradient(), "\(a.name)")
    }
  }

  @Test("give the same bits with one and with two threads", arguments: LayerSpecimen.all)
  func giveTheSameBits(_ specimen: LayerSpecimen) throws {
    let results = try [1, 2, 3].map { threads in
      let harness = try specimen.harness(threads: threads)
      harness.forward()
      harness.backward()
      return [Array(harness.dst.buffer), Array(harness.dSrc.buffer)]
        + harness.layer.parameters.map { $0.torchGradient() }
    }
    #expect(results[0] == results[1])
    #expect(results[0] == results[2])
  }

  @Test("say what they need when they cannot take a shape")
  func sayWhatTheyNeed() throws {
    var plan = WorkspacePlan()
    let specimen = try #require(LayerSpecimen.all.first { $0.name == "convolution-1x1" })
    #expect(throws: ShapeError.self) {
      try specimen.make("conv").plan(for: Shape(n: 1, h: 4, w: 4, c: 3), in: &plan, threads: 1)
    }
    let norm = BatchNormLayer("bn", channels: 4)
    let error = #expect(throws: ShapeError.self) {
      try norm.plan(for: Shape(n: 1, h: 1, w: 1, c: 4), in: &plan, threads: 1)
    }
    #expect(error?.description.contains("at least two numbers per channel") == true)
  }

  @Test("normalise with running statistics in the evaluation phase")
  func normaliseWithRunningStatistics() throws {
    let layer = BatchNormLayer("bn", channels: 3)
    for parameter in layer.parameters { parameter.initialize(seed: 0) }
    let buffers = layer.parameters.filter { $0.kind == .buffer }
    buffers[0].setTorchValues([1, -1, 0])
    buffers[1].setTorchValues([4, 1, 0.25])
    let harness = try LayerHarness(layer, on: Shape(n: 2, h: 1, w: 1, c: 3))
    for index in 0..<6 { harness.src.pointer[index] = 3 }
    harness.forward(.evaluation)
    let expected: [Float] = [1, 4, 6, 1, 4, 6]
    for (value, expected) in zip(harness.dst.buffer, expected) {
      // ε = 1e-5 against a variance of 0.25 moves the result by 2e-5 of itself.
      #expect(abs(value - expected) < 2e-4)
    }
    #expect(buffers[0].torchValues() == [1, -1, 0])
  }

  @Test("drop the stated share, keep the mean, and repeat for the same step")
  func dropTheStatedShare() throws {
    let harness = try LayerHarness(
      DropoutLayer("drop", probability: 0.3), on: .matrix(100, 100))
    harness.src.fill(1)
    harness.dDst.fill(2)
    harness.forward(step: 4)
    let first = Array(harness.dst.buffer)
    harness.backward()
    // 10,000 draws: the standard deviation of the share is 0.0046.
    let dropped = first.count { $0 == 0 }
    #expect(abs(Double(dropped) / 10_000 - 0.3) < 0.02)
    #expect(first.allSatisfy { $0 == 0 || abs($0 - 1 / 0.7) < 1e-6 })
    #expect(zip(first, harness.dSrc.buffer).allSatisfy { 2 * $0 == $1 })
    harness.forward(step: 5)
    #expect(Array(harness.dst.buffer) != first)
    harness.forward(step: 4)
    #expect(Array(harness.dst.buffer) == first)
    harness.forward(.evaluation)
    #expect(harness.dst.buffer.allSatisfy { $0 == 1 })
  }
}
