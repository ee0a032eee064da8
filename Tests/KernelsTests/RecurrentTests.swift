import Kernels
import Randomness
import Tensors
import Testing

@Suite("Recurrent kernels")
struct RecurrentTests {
  struct Problem: Sendable, CustomTestStringConvertible {
    let cell: RecurrentCell
    let batch, length, inputs, hidden: Int
    let isBidirectional: Bool
    var testDescription: String { "\(cell) \(batch)×\(length) \(inputs)→\(hidden)" }
  }
  static let problems: [Problem] = [
    .init(cell: .gru, batch: 1, length: 1, inputs: 1, hidden: 1, isBidirectional: false),
    .init(cell: .gru, batch: 33, length: 6, inputs: 10, hidden: 24, isBidirectional: true),
    .init(cell: .lstm, batch: 1, length: 3, inputs: 2, hidden: 1, isBidirectional: true),
    .init(cell: .lstm, batch: 20, length: 8, inputs: 17, hidden: 33, isBidirectional: true),
    .init(cell: .gru, batch: 64, length: 4, inputs: 64, hidden: 128, isBidirectional: false),
  ]

  private func numbers(_ count: Int, _ item: UInt64, scale: Double) -> [Float] {
    var generator = SeededGenerator(seed: 4, purpose: .testing, item: item)
    return (0..<count).map { _ in Float((generator.uniform() * 2 - 1) * scale) }
  }

  @Test("agree with the formulas in double precision", arguments: problems)
  func agreeWithTheFormulas(_ problem: Problem) {
    let (batch, length) = (problem.batch, problem.length)
    let (inputs, hidden) = (problem.inputs, problem.hidden)
    let kernel = RecurrentKernel(
      cell: problem.cell, batch: batch, length: length, inputs: inputs, hidden: hidden,
      isBidirectional: problem.isBidirectional)
    let gates = kernel.gateWidth
    let counts = [gates * inputs, gates * hidden, gates, gates]
    let parameters = (0..<kernel.directions).map { direction in
      counts.enumerated().map {
        AlignedBuffer(numbers($1, UInt64(10 * direction + $0), scale: 0.4))
      }
    }
    let x = AlignedBuffer(numbers(length * batch * inputs, 99, scale: 1))
    // Every length occurs, 0 among them.
    let lengths = (0..<batch).map { Int32(($0 * 7 + length) % (length + 1)) }
    let memory = AlignedBuffer(count: kernel.memoryCount)
    // What is left from another batch must not matter.
    memory.buffer.update(repeating: .nan)
    let y = AlignedBuffer(count: batch * kernel.outputs)
    kernel.forward(
      y: y.pointer, x: x.pointer, lengths: lengths,
      weights: parameters.map {
        .init(
          input: $0[0].pointer, hidden: $0[1].pointer, inputBias: $0[2].pointer,
          hiddenBias: $0[3].pointer)
      },
      memory: .init(kernel, at: memory.pointer), pool: ThreadPool(threads: 2))
    withExtendedLifetime(memory) {}
    var worst = 0.0
    for text in 0..<batch {
      let steps = (0..<Int(lengths[text])).map { time in
        Array(x.array[((time * batch + text) * inputs)...].prefix(inputs))
      }
      for (direction, buffers) in parameters.enumerated() {
        let expected = ReferenceRecurrent.lastState(
          cell: problem.cell, inputs: direction == 0 ? steps : steps.reversed(), hidden: hidden,
          weights: .init(
            input: buffers[0].array, hidden: buffers[1].array, inputBias: buffers[2].array,
            hiddenBias: buffers[3].array))
        for j in 0..<hidden {
          let found = y.pointer[text * kernel.outputs + direction * hidden + j]
          worst = max(worst, abs(Double(found) - expected[j]))
        }
      }
    }
    // States lie in (−1, 1); sums of up to 192 terms of single precision, through eight steps.
    #expect(worst < 5e-6)
  }

  @Test("stay finite where gates saturate")
  func stayFinite() {
    for cell in RecurrentCell.allCases {
      let kernel = RecurrentKernel(
        cell: cell, batch: 1, length: 2, inputs: 1, hidden: 2, isBidirectional: false)
      let gates = kernel.gateWidth
      let parameters = [gates, gates * 2, gates, gates].map { count in
        AlignedBuffer((0..<count).map { Float($0 % 2 == 0 ? 1e4 : -1e4) })
      }
      let gradients = parameters.map { AlignedBuffer(count: $0.count) }
      let memory = AlignedBuffer(count: kernel.memoryCount)
      let (x, dx) = (AlignedBuffer([1, -1] as [Float]), AlignedBuffer(count: 2))
      let (y, dy) = (AlignedBuffer(count: 2), AlignedBuffer([1, 1] as [Float]))
      let pool = ThreadPool(threads: 1)
      let weights = RecurrentKernel.Weights(
        input: parameters[0].pointer, hidden: parameters[1].pointer,
        inputBias: parameters[2].pointer, hiddenBias: parameters[3].pointer)
      let room = RecurrentKernel.Memory(kernel, at: memory.pointer)
      kernel.forward(
        y: y.pointer, x: x.pointer, lengths: [2], weights: [weights], memory: room, pool: pool)
      kernel.backward(
        dx: dx.pointer,
        gradients: [
          .init(
            input: gradients[0].pointer, hidden: gradients[1].pointer,
            inputBias: gradients[2].pointer, hiddenBias: gradients[3].pointer)
        ],
        dy: dy.pointer, x: x.pointer, lengths: [2], weights: [weights], memory: room, pool: pool)
      withExtendedLifetime((parameters, memory)) {}
      let found = [y, dx] + gradients
      #expect(found.allSatisfy { $0.array.allSatisfy(\.isFinite) }, "\(cell)")
    }
  }

  @Test("look rows up, and add gradients of a word that stands twice")
  func lookRowsUp() {
    let kernel = EmbeddingKernel(rows: 5, width: 18)
    let table = AlignedBuffer((0..<72).map(Float.init))
    let ids: [Int32] = [3, 0, 1, 3, 3]
    let y = AlignedBuffer(count: 90)
    let pool = ThreadPool(threads: 2)
    kernel.forward(y: y.pointer, ids: ids, table: table.pointer, pool: pool)
    for (row, id) in ids.enumerated() {
      #expect(
        Array(y.array[(row * 18)...].prefix(18)) == Array(table.array[(Int(id) * 18)...].prefix(18))
      )
    }
    let dTable = AlignedBuffer([Float](repeating: 1, count: 72))
    let dy = AlignedBuffer((0..<90).map { Float($0 / 18 + 1) })
    kernel.backward(dTable: dTable.pointer, ids: ids, dy: dy.pointer, pool: pool)
    let sums: [Float] = [1, 1 + 3, 1, 1 + 1 + 4 + 5]
    for (row, expected) in sums.enumerated() {
      #expect(dTable.array[(row * 18)...].prefix(18).allSatisfy { $0 == expected })
    }
  }
}
