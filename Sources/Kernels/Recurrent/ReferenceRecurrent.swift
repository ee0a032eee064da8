#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A recurrent layer as its formulas read, one sequence and one element at a time, in double
/// precision: what ``RecurrentKernel`` is tested against.
public enum ReferenceRecurrent {
  /// One direction's parameters, in PyTorch's layout.
  public struct Weights {
    let input, hidden, inputBias, hiddenBias: [Float]

    /// W, U, b and d.
    public init(input: [Float], hidden: [Float], inputBias: [Float], hiddenBias: [Float]) {
      (self.input, self.hidden) = (input, hidden)
      (self.inputBias, self.hiddenBias) = (inputBias, hiddenBias)
    }
  }

  /// The state after the last input, read in the order given; zeros where there is none.
  public static func lastState(
    cell: RecurrentCell, inputs: [[Float]], hidden: Int, weights: Weights
  ) -> [Double] {
    var h = [Double](repeating: 0, count: hidden)
    var c = h
    for x in inputs {
      let before = h
      func fromInput(_ gate: Int) -> Double {
        x.indices.reduce(Double(weights.inputBias[gate])) {
          $0 + Double(weights.input[gate * x.count + $1]) * Double(x[$1])
        }
      }
      func fromState(_ gate: Int) -> Double {
        (0..<hidden).reduce(Double(weights.hiddenBias[gate])) {
          $0 + Double(weights.hidden[gate * hidden + $1]) * before[$1]
        }
      }
      func logistic(_ gate: Int) -> Double { 1 / (1 + exp(-fromInput(gate) - fromState(gate))) }
      for j in 0..<hidden {
        switch cell {
        case .gru:
          let (r, z) = (logistic(j), logistic(hidden + j))
          let n = tanh(fromInput(2 * hidden + j) + r * fromState(2 * hidden + j))
          h[j] = (1 - z) * n + z * before[j]
        case .lstm:
          let (i, f, o) = (logistic(j), logistic(hidden + j), logistic(3 * hidden + j))
          let g = tanh(fromInput(2 * hidden + j) + fromState(2 * hidden + j))
          c[j] = f * c[j] + i * g
          h[j] = o * tanh(c[j])
        }
      }
    }
    return h
  }
}
