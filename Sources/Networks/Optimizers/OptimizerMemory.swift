import Kernels
import Tensors

/// Parameters with, for each, as many buffers as a rule has moments.
struct OptimizerMemory {
  let parameters: [Parameter]
  /// Names of the moments, such as `exp_avg`.
  let moments: [String]
  /// moments × parameters
  private let buffers: [[AlignedBuffer]]
  private let partials: [Double]
  private let pool: ThreadPool

  /// Zero moments of those parameters that have a gradient.
  init(_ parameters: [Parameter], moments: [String], pool: ThreadPool) {
    let trained = parameters.filter { $0.gradient != nil }
    self.parameters = trained
    self.moments = moments
    self.pool = pool
    buffers = moments.map { _ in trained.map { AlignedBuffer(count: $0.count) } }
    let largest = trained.map { UpdateRules.partialCount($0.count) }.max() ?? 0
    partials = [Double](repeating: 0, count: largest)
  }

  /// The elements of a moment, as many as the parameter has, in the parameter's order.
  func buffer(_ moment: Int, of parameter: Int) -> UnsafeMutablePointer<Float> {
    buffers[moment][parameter].pointer
  }

  /// √Σ g² over all parameters, in double precision.
  func gradientNorm() -> Double {
    var partials = partials
    var sum = 0.0
    for parameter in parameters {
      sum += UpdateRules.sumOfSquares(
        parameter.trainedGradient.pointer, count: parameter.count, partials: &partials, pool: pool)
    }
    return sum.squareRoot()
  }

  /// The moments under names such as `momentum.fc.weight`, in our order of elements.
  var written: [WrittenTensor] {
    zip(moments, buffers).flatMap { moment, buffers in
      zip(parameters, buffers).map { parameter, buffer in
        WrittenTensor("\(moment).\(parameter.name)", shape: parameter.shape, living: buffer)
      }
    }
  }

  /// Puts back what was written.
  ///
  /// - Precondition: there is a tensor for every moment, of the parameter's shape.
  func set(_ tensors: [NamedTensor]) {
    let saved = Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0) })
    for (moment, buffers) in zip(moments, buffers) {
      for (parameter, buffer) in zip(parameters, buffers) {
        guard let tensor = saved["\(moment).\(parameter.name)"], tensor.shape == parameter.shape
        else { preconditionFailure("no \(moment) of \(parameter.name)") }
        _ = buffer.buffer.update(fromContentsOf: tensor.values)
      }
    }
  }
}
