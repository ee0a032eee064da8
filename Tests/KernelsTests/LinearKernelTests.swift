import Kernels
import Randomness
import Tensors
import TestSupport
import Testing

@Suite("Linear kernel")
struct LinearKernelTests {
  private func numbers(_ count: Int, item: UInt64 = 0) -> [Float] {
    var generator = SeededGenerator(seed: 3, purpose: .testing, item: item)
    return (0..<count).map { _ in Float(generator.normal()) }
  }

  /// y, dx, dw and db, in this order.
  private func results(_ kernel: LinearKernel, threads: Int) -> [[Float]] {
    let (batch, inputs, outputs) = (kernel.batch, kernel.inputs, kernel.outputs)
    let pool = ThreadPool(threads: threads)
    let (x, w) = (numbers(batch * inputs), numbers(outputs * inputs, item: 1))
    let (b, dy) = (numbers(outputs, item: 2), numbers(batch * outputs, item: 3))
    let (y, dx) = (AlignedBuffer(count: batch * outputs), AlignedBuffer(count: batch * inputs))
    let (dw, db) = (AlignedBuffer(count: outputs * inputs), AlignedBuffer(count: outputs))
    let scratch = AlignedBuffer(count: kernel.scratchCount(threads: threads))
    scratch.buffer.update(repeating: .nan)
    dx.buffer.update(repeating: .nan)
    dw.buffer.update(repeating: 1)
    kernel.forward(y: y.pointer, x: x, w: w, b: b, scratch: scratch.pointer, pool: pool)
    kernel.backwardData(dx: dx.pointer, dy: dy, w: w, scratch: scratch.pointer, pool: pool)
    kernel.backwardWeights(
      dw: dw.pointer, db: db.pointer, dy: dy, x: x, scratch: scratch.pointer, pool: pool)
    return [y.array, dx.array, dw.array, db.array]
  }

  /// The same in double precision.
  private func expected(_ kernel: LinearKernel) -> [[Double]] {
    let (batch, inputs, outputs) = (kernel.batch, kernel.inputs, kernel.outputs)
    let (x, w) = (numbers(batch * inputs), numbers(outputs * inputs, item: 1))
    let (b, dy) = (numbers(outputs, item: 2), numbers(batch * outputs, item: 3))
    func sum(_ count: Int, _ term: (Int) -> (Float, Float)) -> Double {
      (0..<count).reduce(0) { $0 + Double(term($1).0) * Double(term($1).1) }
    }
    var (y, dx, dw) = ([Double](), [Double](), [Double]())
    for n in 0..<batch {
      for k in 0..<outputs {
        y.append(Double(b[k]) + sum(inputs) { (x[n * inputs + $0], w[k * inputs + $0]) })
      }
      for i in 0..<inputs {
        dx.append(sum(outputs) { (dy[n * outputs + $0], w[$0 * inputs + i]) })
      }
    }
    for k in 0..<outputs {
      for i in 0..<inputs {
        dw.append(1 + sum(batch) { (dy[$0 * outputs + k], x[$0 * inputs + i]) })
      }
    }
    return [y, dx, dw, (0..<outputs).map { k in sum(batch) { (dy[$0 * outputs + k], 1) } }]
  }

  /// Batch, inputs and outputs: one block and several, whole panels and cut ones.
  @Test(
    "the layer is the sum that it says, to the same bits with any number of threads",
    arguments: [
      (1, 1, 1), (5, 13, 6), (64, 70, 3), (16, 64, 32), (3, 531, 150), (33, 259, 283),
      (143, 37, 11),
    ])
  func sums(batch: Int, inputs: Int, outputs: Int) {
    let kernel = LinearKernel(batch: batch, inputs: inputs, outputs: outputs)
    let found = [1, 2, 3].map { results(kernel, threads: $0) }
    #expect(found[0] == found[1] && found[1] == found[2])
    // Each rounding is at most 2⁻²⁴ of a partial sum, which grows as the root of its terms, and so
    // do the roundings' sums.
    let tolerance = 1e-6 + Double(max(batch, inputs, outputs)) * 0x1p-23
    for (result, expected) in zip(found[0], expected(kernel)) {
      assertClose(result.map(Double.init), expected, within: tolerance, floor: 1)
    }
  }

  @Test("a vector's result depends on no other vector of the batch, nor on its place")
  func independence() {
    let (inputs, outputs, all) = (77, 150, 40)
    let (x, w, b) = (
      numbers(all * inputs), numbers(outputs * inputs, item: 1), numbers(outputs, item: 2)
    )
    let pool = ThreadPool(threads: 2)
    func forward(_ vectors: Range<Int>) -> [Float] {
      let kernel = LinearKernel(batch: vectors.count, inputs: inputs, outputs: outputs)
      let y = AlignedBuffer(count: vectors.count * outputs)
      let scratch = AlignedBuffer(count: kernel.scratchCount(threads: 2))
      x.withUnsafeBufferPointer { x in
        kernel.forward(
          y: y.pointer, x: x.baseAddress! + vectors.lowerBound * inputs, w: w, b: b,
          scratch: scratch.pointer, pool: pool)
      }
      return y.array
    }
    let whole = forward(0..<all)
    for vectors in [0..<1, 7..<12, 39..<40] {
      let places = vectors.lowerBound * outputs..<vectors.upperBound * outputs
      #expect(forward(vectors) == Array(whole[places]))
    }
  }
}
