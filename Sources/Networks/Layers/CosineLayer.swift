import Kernels
import Tensors

/// y_c = s · cos(x, W_c): a linear layer without bias on vectors and weights of length 1, from
/// batch × inputs to batch × outputs.
///
/// The `NormedLinear` of LDAM-DRW with its scale inside; lengths below 1e-12 count as that, as in
/// PyTorch's `normalize`. Rows of W start in uniformly random directions with lengths near 1.
package struct CosineLayer: Layer {
  package let path: String
  /// W, outputs × inputs
  private let weight: Parameter
  private let scale: Float
  private let inputs: Int
  private let outputs: Int

  /// A layer with the scale s.
  package init(_ path: String, inputs: Int, outputs: Int, scale: Double) {
    (self.path, self.scale, self.inputs, self.outputs) = (path, Float(scale), inputs, outputs)
    weight = Parameter(
      "\(path).weight", [outputs, inputs], part: .head, kind: .weight,
      initial: .uniform((3 / Double(inputs)).squareRoot()))
  }

  package var parameters: [Parameter] { [weight] }

  package func plan(
    for src: Shape, in plan: inout WorkspacePlan, threads: Int
  ) throws(ShapeError) -> PlannedCosineLayer {
    guard src.count == src.n * inputs else {
      throw ShapeError("\(path): a cosine layer on \(inputs) features cannot take \(src)")
    }
    let kernel = LinearKernel(batch: src.n, inputs: inputs, outputs: outputs)
    let memory = PlannedCosineLayer.Memory(
      unitX: plan.reserve(src.count, for: .untilBackward, label: "\(path) unit features"),
      unitW: plan.reserve(outputs * inputs, for: .untilBackward, label: "\(path) unit weights"),
      lengthX: plan.reserve(src.n, for: .untilBackward, label: "\(path) lengths of features"),
      lengthW: plan.reserve(outputs, for: .untilBackward, label: "\(path) lengths of weights"),
      gradient: plan.reserve(
        max(src.count, outputs * inputs), for: .call, label: "\(path) gradient of unit rows"),
      bias: plan.reserve(outputs, for: .call, label: "\(path) no bias"),
      scratch: plan.reserve(
        kernel.scratchCount(threads: threads), for: .call, label: "\(path) scratch"))
    return PlannedCosineLayer(kernel, memory, weight: weight, scale: scale)
  }
}

/// A cosine layer of given extents.
package final class PlannedCosineLayer: PlainLayer {
  struct Memory {
    /// x and W with rows of length 1, and the lengths of their rows.
    var unitX, unitW, lengthX, lengthW: WorkspacePlan.Slot
    /// The gradients of the unit rows, first of W, then of x; and a bias of 0.
    var gradient, bias: WorkspacePlan.Slot
    var scratch: WorkspacePlan.Slot
  }

  private let kernel: LinearKernel
  private let memory: Memory
  private let weight: Parameter
  private let scale: Float

  fileprivate init(_ kernel: LinearKernel, _ memory: Memory, weight: Parameter, scale: Float) {
    (self.kernel, self.memory, self.weight, self.scale) = (kernel, memory, weight, scale)
  }

  package var resultShape: Shape { .matrix(kernel.batch, kernel.outputs) }

  package func forward(_ src: TensorView, into dst: MutableTensorView, pass: Pass) {
    let workspace = pass.workspace
    normalize(
      src.pointer, rows: kernel.batch, workspace[memory.unitX], workspace[memory.lengthX])
    normalize(
      weight.elements, rows: kernel.outputs, workspace[memory.unitW], workspace[memory.lengthW])
    workspace[memory.bias].update(repeating: 0, count: kernel.outputs)
    kernel.forward(
      y: dst.pointer, x: workspace[memory.unitX], w: workspace[memory.unitW],
      b: workspace[memory.bias], scratch: workspace[memory.scratch], pool: pass.pool)
    for index in 0..<dst.count { dst.pointer[index] *= scale }
  }

  package func backward(
    _ dDst: MutableTensorView, src: TensorView, dst: TensorView, into dSrc: MutableTensorView?,
    pass: Pass
  ) {
    let workspace = pass.workspace
    for index in 0..<dDst.count { dDst.pointer[index] *= scale }
    let gradient = workspace[memory.gradient]
    gradient.update(repeating: 0, count: kernel.outputs * kernel.inputs)
    workspace[memory.bias].update(repeating: 0, count: kernel.outputs)
    kernel.backwardWeights(
      dw: gradient, db: workspace[memory.bias], dy: dDst.pointer, x: workspace[memory.unitX],
      scratch: workspace[memory.scratch], pool: pass.pool)
    weight.clearGradient(pool: pass.pool)
    add(
      gradient, rows: kernel.outputs, unit: workspace[memory.unitW],
      length: workspace[memory.lengthW], to: weight.trainedGradient.pointer)
    guard let dSrc else { return }
    kernel.backwardData(
      dx: gradient, dy: dDst.pointer, w: workspace[memory.unitW],
      scratch: workspace[memory.scratch], pool: pass.pool)
    dSrc.fill(0)
    add(
      gradient, rows: kernel.batch, unit: workspace[memory.unitX],
      length: workspace[memory.lengthX], to: dSrc.pointer)
  }

  /// unit = v / |v| and length = |v| for each row v of `inputs` elements.
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
