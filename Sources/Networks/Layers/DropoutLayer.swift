import Kernels
import Randomness
import Tensors

/// Inverted dropout: in the training phase an element becomes 0 with a probability p, and the others
/// are divided by 1 − p; in the evaluation phase all stay as they are.
package struct DropoutLayer: Layer {
  package let path: String
  package let parameters: [Parameter] = []
  private let probability: Double

  /// - Precondition: 0 ≤ `probability` < 1.
  package init(_ path: String, probability: Double) {
    (self.path, self.probability) = (path, probability)
  }

  package func plan(
    for src: Shape, in plan: inout WorkspacePlan, threads: Int
  ) throws(ShapeError) -> PlannedDropoutLayer {
    PlannedDropoutLayer(
      path, on: src, probability: probability,
      factors: plan.reserve(src.count, for: .untilBackward, label: "\(path) factors"))
  }
}

/// Dropout of a given shape.
package final class PlannedDropoutLayer: PlainLayer {
  package let resultShape: Shape
  private let path: String
  private let probability: Double
  /// What each element is multiplied by, of the shape of the source.
  private let factors: WorkspacePlan.Slot

  fileprivate init(
    _ path: String, on shape: Shape, probability: Double, factors: WorkspacePlan.Slot
  ) {
    (self.path, resultShape, self.probability, self.factors) = (path, shape, probability, factors)
  }

  package func forward(_ src: TensorView, into dst: MutableTensorView, pass: Pass) {
    let factors = pass.workspace[factors]
    switch pass.phase {
    case .evaluation: factors.update(repeating: 1, count: src.count)
    case .training:
      Dropout.factors(
        factors, count: src.count, probability: probability, seed: pass.seed, step: pass.step,
        layer: stableHash(path))
    }
    Activation.multiply(
      y: dst.pointer, x: src.pointer, factors: factors, count: src.count, pool: pass.pool)
  }

  package func backward(
    _ dDst: MutableTensorView, src: TensorView, dst: TensorView, into dSrc: MutableTensorView?,
    pass: Pass
  ) {
    guard let dSrc else { return }
    Activation.multiply(
      y: dSrc.pointer, x: dDst.pointer, factors: pass.workspace[factors], count: src.count,
      pool: pass.pool)
  }
}
