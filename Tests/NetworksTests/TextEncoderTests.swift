import Kernels
import Networks
import Tensors
import TestSupport
import Testing

/// What `Tests/References/text_golden.py` wrote.
struct TextGolden: Decodable {
  struct Case: Decodable, CustomTestStringConvertible, Sendable {
    let name: String
    let cell: RecurrentCell
    let bidirectional: Bool
    let batch: Int
    let words: Int
    let vocabulary: Int
    let embedding: Int
    let hidden: Int
    let lengths: [Int]
    let tensors: [String: Golden.Summary]

    var testDescription: String { name }
  }
  let cases: [Case]

  static let all = (try? fixture("text.json", as: TextGolden.self).cases) ?? []
}

/// A text encoder with the generator script's weights and words.
struct TextHarness {
  let harness: LayerHarness
  let golden: TextGolden.Case
  var layer: any Layer { harness.layer }

  init(_ golden: TextGolden.Case, threads: Int = 1) throws {
    self.golden = golden
    let name = golden.name
    let configuration = TextConfiguration(
      variant: .text, maxLength: golden.words, embedding: golden.embedding, hidden: golden.hidden,
      cell: golden.cell, bidirectional: golden.bidirectional)
    let layer = TextEncoderLayer(name, configuration, vocabulary: golden.vocabulary)
    for parameter in layer.parameters {
      var values = Golden.stream(parameter.name, count: parameter.count).map { $0 * 0.5 }
      if parameter.name.hasSuffix("embedding.weight") {
        for index in 0..<golden.embedding { values[index] = 0 }
      }
      parameter.setTorchValues(values)
    }
    harness = try LayerHarness(
      layer, on: .matrix(golden.batch, golden.words), threads: threads)
    let draws = Golden.stream("\(name)/words", count: golden.batch * golden.words)
    for (index, draw) in draws.enumerated() {
      let share = (Double(draw) + 1) / 2
      let word = 1 + min(Int(share * Double(golden.vocabulary - 1)), golden.vocabulary - 2)
      let isThere = index % golden.words < golden.lengths[index / golden.words]
      harness.src.pointer[index] = isThere ? Float(word) : 0
    }
    fillGradient()
  }

  func fillGradient() { harness.fill(harness.dDst, "\(golden.name)/dy") }

  /// The result and all gradients under the script's names.
  func pass() -> [String: [Float]] {
    harness.forward()
    var found = ["y": Array(harness.dst.buffer)]
    harness.backward()
    for parameter in layer.parameters {
      found["gradient/\(parameter.name)"] = parameter.torchGradient()
    }
    return found
  }
}

@Suite("Text encoders")
struct TextEncoderTests {
  /// Single precision keeps 6e-8 a number; at most twelve steps follow one another, each of sums of
  /// up to a hundred terms.
  private static let tolerance = 1e-5

  @Test(
    "agree with PyTorch's packed sequences, values and every gradient", arguments: TextGolden.all)
  func agreeWithPyTorch(_ golden: TextGolden.Case) throws {
    let found = try TextHarness(golden).pass()
    #expect(Set(found.keys) == Set(golden.tensors.keys))
    for (name, values) in found {
      let error = golden.tensors[name]?.error(of: values, named: name) ?? .infinity
      #expect(error < Self.tolerance, "\(name)")
    }
  }

  @Test("are compared in six cases")
  func areCompared() { #expect(TextGolden.all.count == 6) }

  @Test("have the gradient that finite differences find", arguments: TextGolden.all)
  func haveTheGradientOfFiniteDifferences(_ golden: TextGolden.Case) throws {
    let text = try TextHarness(golden)
    let gradient = Array(text.harness.dDst.buffer).map(Double.init)
    func objective() -> Double {
      text.harness.forward()
      return zip(text.harness.dst.buffer, gradient).reduce(0) { $0 + Double($1.0) * $1.1 }
    }
    _ = text.pass()
    for parameter in text.layer.parameters {
      let slope = parameter.torchGradient().map(Double.init)
      let start = parameter.value.array
      let norm = slope.reduce(0) { $0 + $1 * $1 }.squareRoot()
      try #require(norm > 1e-4)
      // Along the gradient itself the derivative is its norm. Curvature leaves a few per mille.
      func value(_ step: Double) -> Double {
        for index in start.indices {
          parameter.value.pointer[index] = Float(Double(start[index]) + step * slope[index] / norm)
        }
        return objective()
      }
      let difference = (value(4e-3) - value(-4e-3)) / 8e-3
      parameter.setTorchValues(start)
      #expect(
        abs(difference - norm) < 0.02 * norm, "\(parameter.name): \(difference), but \(norm)")
    }
  }

  @Test("give the same bits with any number of threads", arguments: TextGolden.all)
  func giveTheSameBits(_ golden: TextGolden.Case) throws {
    let one = try TextHarness(golden).pass()
    for threads in 2...3 { #expect(try TextHarness(golden, threads: threads).pass() == one) }
  }

  @Test("overwrite gradients", arguments: TextGolden.all)
  func overwriteGradients(_ golden: TextGolden.Case) throws {
    let text = try TextHarness(golden)
    let once = text.pass()
    text.fillGradient()
    let twice = text.pass()
    #expect(once == twice)
  }

  @Test("make zeros of an empty text and learn nothing from it", arguments: TextGolden.all)
  func makeZerosOfAnEmptyText(_ golden: TextGolden.Case) throws {
    let text = try TextHarness(golden)
    let width = text.harness.dst.shape.c
    for index in 0..<golden.words { text.harness.src.pointer[index] = 0 }
    let found = text.pass()
    #expect(try #require(found["y"]).prefix(width).allSatisfy { $0 == 0 })
    // Another gradient of the empty text's encoding changes nothing.
    let other = try TextHarness(golden)
    for index in 0..<golden.words { other.harness.src.pointer[index] = 0 }
    for index in 0..<width { other.harness.dDst.pointer[index] = 7 }
    #expect(other.pass() == found)
    let nothing = try TextHarness(golden)
    nothing.harness.src.fill(0)
    #expect(nothing.pass().values.allSatisfy { $0.allSatisfy { $0 == 0 } })
  }

  @Test("read a text alike whatever stands in the batch beside it", arguments: TextGolden.all)
  func readATextAlike(_ golden: TextGolden.Case) throws {
    let text = try TextHarness(golden)
    let width = text.harness.dst.shape.c
    let before = try #require(text.pass()["y"]).prefix(width)
    for index in golden.words..<max(golden.words, text.harness.src.count) {
      text.harness.src.pointer[index] = index % golden.words == 0 ? 2 : 0
    }
    text.harness.forward()
    #expect(zip(before, text.harness.dst.buffer).allSatisfy { abs($0 - $1) < 1e-6 })
  }

  @Test("stand beside an image's features, and each gets its own gradient")
  func standBesideFeatures() throws {
    let golden = try #require(TextGolden.all.first { $0.name == "lstm-both" })
    let alone = try TextHarness(golden)
    let expected = alone.pass()
    let encoder = try #require(TextHarness(golden).layer as? TextEncoderLayer)
    let harness = try LayerHarness(
      TextBesideLayer(encoder, words: golden.words), on: .matrix(golden.batch, 3))
    let width = harness.dst.shape.c
    #expect(width == 3 + 2 * golden.hidden)
    let beside = try #require(harness.planned as? PlannedTextBesideLayer)
    _ = beside.tokens(in: harness.workspace).buffer.update(
      fromContentsOf: alone.harness.src.buffer)
    harness.fill(harness.src, "features")
    harness.forward()
    // The text's part of the gradient as it was alone; the image's part its own.
    alone.fillGradient()
    for row in 0..<golden.batch {
      for column in 0..<width {
        harness.dDst.pointer[row * width + column] =
          column < 3
          ? Float(row + column)
          : alone.harness.dDst.pointer[row * (width - 3) + column - 3]
      }
    }
    let y = try #require(expected["y"])
    for row in 0..<golden.batch {
      #expect(
        (0..<3).allSatisfy {
          harness.dst.pointer[row * width + $0] == harness.src.pointer[row * 3 + $0]
        })
      #expect(
        (3..<width).allSatisfy {
          harness.dst.pointer[row * width + $0] == y[row * (width - 3) + $0 - 3]
        })
    }
    harness.backward()
    for row in 0..<golden.batch {
      #expect((0..<3).allSatisfy { harness.dSrc.pointer[row * 3 + $0] == Float(row + $0) })
    }
    for parameter in encoder.parameters {
      #expect(parameter.torchGradient() == expected["gradient/\(parameter.name)"])
    }
  }

  @Test("refuse a source of another width")
  func refuseAnotherWidth() throws {
    let layer = TextEncoderLayer(
      "text", TextConfiguration(variant: .text, maxLength: 8), vocabulary: 5)
    var plan = WorkspacePlan()
    let error = #expect(throws: ShapeError.self) {
      try layer.plan(for: .matrix(2, 7), in: &plan, threads: 1)
    }
    #expect(error?.description.contains("at most 8 words") == true)
  }
}
