import Kernels
import Randomness

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What a parameter holds before training.
enum InitialValue: Sendable {
  case constant(Float)
  /// Normal with this standard deviation.
  case normal(Double)
  /// Uniform between minus and plus this bound.
  case uniform(Double)
  /// Normal with standard deviation 1, as PyTorch begins word vectors; the first row, padding, 0.
  case wordVectors(width: Int)

  /// He et al., ICCV 2015, equation 14 ("fan out"): σ² = 2 / (out · height · width).
  static func kaiming(outChannels: Int, kernel: Int) -> InitialValue {
    .normal((2 / Double(outChannels * kernel * kernel)).squareRoot())
  }

  /// PyTorch's default for linear layers: ±1/√in.
  static func linear(inputs: Int) -> InitialValue { .uniform(1 / Double(inputs).squareRoot()) }

  /// `count` elements in PyTorch's order, a pure function of the seed and the parameter's name.
  func values(count: Int, seed: UInt64, name: String) -> [Float] {
    var generator = SeededGenerator(seed: seed, purpose: .initialWeights, item: stableHash(name))
    switch self {
    case .constant(let value): return [Float](repeating: value, count: count)
    case .uniform(let bound):
      return (0..<count).map { _ in Float(generator.uniform(in: -bound..<bound)) }
    case .normal(let deviation): return Self.normal(deviation, count: count, using: &generator)
    case .wordVectors(let width):
      var values = Self.normal(1, count: count, using: &generator)
      for index in 0..<min(width, count) { values[index] = 0 }
      return values
    }
  }

  private static func normal(
    _ deviation: Double, count: Int, using generator: inout SeededGenerator
  ) -> [Float] {
    // Box–Muller, both of each pair: the cosine comes first.
    var values: [Float] = []
    values.reserveCapacity(count + 1)
    while values.count < count {
      let radius = deviation * (-2 * log(1 - generator.uniform())).squareRoot()
      let angle = 2 * Double.pi * generator.uniform()
      values.append(Float(radius * cos(angle)))
      values.append(Float(radius * sin(angle)))
    }
    return Array(values.prefix(count))
  }
}

extension Parameter {
  /// Sets the elements that training starts from.
  public func initialize(seed: UInt64) {
    setTorchValues(initial.values(count: count, seed: seed, name: name))
  }

  /// As ``initialize(seed:)``, for all of `parameters` at once.
  static func initialize(_ parameters: [Parameter], seed: UInt64, pool: ThreadPool) {
    pool.run(chunks: parameters.count) { index, _ in parameters[index].initialize(seed: seed) }
  }
}
