import Kernels
import Randomness

/// The three passes of a convolution in double precision: seven loops each, from the definition.
struct ConvolutionReference {
  let problem: ConvolutionProblem
  let x: [Float]
  var w: [Float]
  let dy: [Float]
  /// What dw holds before the pass overwrites it.
  let startingGradient: [Float]

  init(_ problem: ConvolutionProblem, seed: UInt64 = 1) {
    self.problem = problem
    var generator = SeededGenerator(seed: seed, purpose: .testing)
    func numbers(_ count: Int, scale: Float) -> [Float] {
      [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
        for i in 0..<count {
          buffer[i] = Float(Int32(truncatingIfNeeded: generator.next())) / 0x8000_0000 * scale
        }
        initialized = count
      }
    }
    // As after a rectifier, or half of the sums would cancel.
    x = numbers(problem.inputCount, scale: 1).map { max($0, -0.1) }
    w = numbers(problem.weightCount, scale: 0.1)
    dy = numbers(problem.outputCount, scale: 1)
    startingGradient = [Float](repeating: .nan, count: problem.weightCount)
  }

  /// Given numbers.
  init(_ problem: ConvolutionProblem, x: [Float], w: [Float], dy: [Float]) {
    (self.problem, self.x, self.w, self.dy) = (problem, x, w, dy)
    startingGradient = [Float](repeating: .nan, count: problem.weightCount)
  }

  var forward: [Double] {
    var y = [Double](repeating: 0, count: problem.outputCount)
    forEachProduct { y[$0] += Double(x[$1]) * Double(w[$2]) }
    return y
  }

  var backwardData: [Double] {
    var dx = [Double](repeating: 0, count: problem.inputCount)
    forEachProduct { dx[$1] += Double(dy[$0]) * Double(w[$2]) }
    return dx
  }

  var backwardWeights: [Double] {
    var dw = [Double](repeating: 0, count: problem.weightCount)
    forEachProduct { dw[$2] += Double(x[$1]) * Double(dy[$0]) }
    return dw
  }

  private func forEachProduct(_ body: (_ y: Int, _ x: Int, _ w: Int) -> Void) {
    let p = problem
    for n in 0..<p.batch {
      for oy in 0..<p.outHeight {
        for ox in 0..<p.outWidth {
          for r in 0..<p.kernelHeight {
            let iy = oy * p.stride + r - p.padding
            guard (0..<p.height).contains(iy) else { continue }
            for s in 0..<p.kernelWidth {
              let ix = ox * p.stride + s - p.padding
              guard (0..<p.width).contains(ix) else { continue }
              let output = ((n * p.outHeight + oy) * p.outWidth + ox) * p.outChannels
              let input = ((n * p.height + iy) * p.width + ix) * p.inChannels
              let tap = (r * p.kernelWidth + s) * p.inChannels * p.outChannels
              for c in 0..<p.inChannels {
                for k in 0..<p.outChannels {
                  body(output + k, input + c, tap + c * p.outChannels + k)
                }
              }
            }
          }
        }
      }
    }
  }
}

/// The root mean square of the differences relative to that of the expected numbers; infinite if
/// any number is not finite.
func relativeError(of actual: [Float], from expected: [Double]) -> Double {
  precondition(actual.count == expected.count && !actual.isEmpty)
  var (squares, total) = (0.0, 0.0)
  for (value, wanted) in zip(actual, expected) {
    guard value.isFinite else { return .infinity }
    squares += (Double(value) - wanted) * (Double(value) - wanted)
    total += wanted * wanted
  }
  return total == 0 ? squares.squareRoot() : (squares / total).squareRoot()
}
