import Kernels
import Tensors

/// y_c = s · cos(x, W_c): a linear layer without bias on vectors and weights of length 1.
///
/// The `NormedLinear` of LDAM-DRW with its scale inside; lengths below 1e-12 count as that, as in
/// PyTorch's `normalize`. Rows of W start in uniformly random directions with lengths near 1.
package final class CosineLayer: Layer {
  package let path: String
  let weight: Parameter
  private let scale: Float
  private var kernel: LinearKernel
  private var slots: Slots?

  private struct Slots {
    /// x and W scaled to length 1, with their lengths.
    var unitX, unitW, lengthX, lengthW: WorkspacePlan.Slot
    /// Gradients on the unit rows, one after the other; and a bias of 0.
    var gradient, bias: WorkspacePlan.Slot
    var scratch: WorkspacePlan.Slot
  }

  package init(_ path: String, inputs: Int, outputs: Int, scale: Double) {
    (self.path, self.scale) = (path, Float(scale))
    weight = Parameter(
      "\(path).weight", [outputs, inputs], part: .head, kind: .weight,
      initial: .uniform((3 / Double(inputs)).squareRoot()))
    kernel = LinearKernel(batch: 0, inputs: inputs, outputs: outputs)
  }

  package var parameters: [Parameter] { [weight] }

  package func plan(
    for src: Shape, in plan: inout WorkspacePlan, threads: Int
  ) throws(ShapeError) -> Shape {
    let (inputs, outputs) = (kernel.inputs, kernel.outputs)
    guard src.count == src.n * inputs else {
      throw ShapeError("\(path): a cosine layer on \(inputs) features cannot take \(src)")
    }
    kernel = LinearKernel(batch: src.n, inputs: inputs, outputs: outputs)
    slots = Slots(
      unitX: plan.reserve(src.count, for: .untilBackward, label: "\(path) unit features"),
      unitW: plan.reserve(outputs * inputs, for: .untilBackward, label: "\(path) unit weights"),
      lengthX: plan.reserve(src.n, for: .untilBackward, label: "\(path) lengths of features"),
      lengthW: plan.reserve(outputs, for: .untilBackward, label: "\(path) lengths of weights"),
      gradient: plan.reserve(
        max(src.count, outputs * inputs), for: .call, label: "\(path) gradient of unit rows"),
      bias: plan.reserve(outputs, for: .call, label: "\(path) no bias"),
      scratch: plan.reserve(
        kernel.scratchCount(threads: threads), for: .call, label: "\(path) scratch"))
    return .matrix(src.n, outputs)
  }

  package func forward(_ src: TensorView, into dst: MutableTensorView, pass: Pass) {
    let (slots, memory) = (slots!, pass.workspace)
    normalize(src.pointer, rows: kernel.batch, memory[slots.unitX], memory[slots.lengthX])
    normalize(
      weight.value.pointer, rows: kernel.outputs, memory[slots.unitW], memory[slots.lengthW])
    memory[slots.bias].update(repeating: 0, count: kernel.outputs)
    kernel.forward(
      y: dst.pointer, x: memory[slots.unitX], w: memory[slots.unitW], b: memory[slots.bias],
      scratch: memory[slots.scratch], pool: pass.pool)
    for index in 0..<dst.count { dst.pointer[index] *= scale }
  }

  package func backward(
    _ dDst: MutableTensorView, src: TensorView, dst: TensorView, into dSrc: MutableTensorView?,
    pass: Pass
  ) {
    let (slots, memory) = (slots!, pass.workspace)
    for index in 0..<dDst.count { dDst.pointer[index] *= scale }
    let gradient = memory[slots.gradient]
    gradient.update(repeating: 0, count: kernel.outputs * kernel.inputs)
    memory[slots.bias].update(repeating: 0, count: kernel.outputs)
    kernel.backwardWeights(
      dw: gradient, db: memory[slots.bias], dy: dDst.pointer, x: memory[slots.unitX],
      scratch: memory[slots.scratch], pool: pass.pool)
    weight.clearGradient(pool: pass.pool)
    add(
      gradient, rows: kernel.outputs, unit: memory[slots.unitW], length: memory[slots.lengthW],
      to: weight.gradient!.pointer)
    guard let dSrc else { return }
    kernel.backwardData(
      dx: gradient, dy: dDst.pointer, w: memory[slots.unitW], scratch: memory[slots.scratch],
      pool: pass.pool)
    dSrc.fill(0)
    add(
      gradient, rows: kernel.batch, unit: memory[slots.unitX], length: memory[slots.lengthX],
      to: dSrc.pointer)
  }

  private func normalize(
    _ rows: UnsafePointer<Float>, rows count: Int, _ unit: UnsafeMutablePointer<Float>,
    _ length: UnsafeMutablePointer<Float>
  ) {
    let width = kernel.inputs
    for row in 0..<count {
      var sum = 0.0
      for index in (row * width)..<((row + 1) * width) {
        sum += Double(rows[index]) * Double(rows[index])
      }
      length[row] = Float(max(sum.squareRoot(), 1e-12))
      let inverse = 1 / length[row]
      for index in (row * width)..<((row + 1) * width) { unit[index] = rows[index] * inverse }
    }
  }

  /// target += (g − u·(u · g)) / length, row by row: the gradient by way of u = v / |v|.
  private func add(
    _ gradient: UnsafePointer<Float>, rows count: Int, unit: UnsafePointer<Float>,
    length: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>
  ) {
    let width = kernel.inputs
    for row in 0..<count {
      let places = (row * width)..<((row + 1) * width)
      var along = 0.0
      for index in places { along += Double(unit[index]) * Double(gradient[index]) }
      let (inverse, part) = (1 / length[row], Float(along))
      for index in places { target[index] += (gradient[index] - unit[index] * part) * inverse }
    }
  }
}
