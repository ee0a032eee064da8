import Kernels
import Tensors

/// A convolution and the normalisation after it.
package struct NormalizedConvolution {
  package let convolution: ConvolutionLayer
  package let norm: BatchNormLayer

  package init(convolution: ConvolutionLayer, norm: BatchNormLayer) {
    (self.convolution, self.norm) = (convolution, norm)
  }

  package var parameters: [Parameter] { convolution.parameters + norm.parameters }

  /// y = x ∗ w, and the statistics that normalise it.
  ///
  /// - Parameter sums: ``ConvolutionLayer/sumCount`` elements.
  @discardableResult
  func forward(
    y: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>, input: InputTransform? = nil,
    sums: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>, pass: Pass
  ) -> BatchNormKernel.Saved {
    let parts = convolution.resultParts
    convolution.forward(
      y: y, x: x, input: input, statistics: parts.isEmpty ? nil : sums, scratch: scratch,
      pool: pass.pool)
    return norm.observe(
      y, found: parts.isEmpty ? nil : (UnsafePointer(sums), parts), scratch: scratch, pass: pass)
  }

  /// Overwrites the weights' gradient and, where it is wanted, dx.
  func backward(
    dx: UnsafeMutablePointer<Float>?, epilogue: GradientEpilogue = GradientEpilogue(),
    dy: NormalizedGradient, x: UnsafePointer<Float>, input: InputTransform? = nil,
    scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    convolution.backward(
      dx: dx, epilogue: epilogue, dy: dy, norm: norm, x: x, input: input, scratch: scratch,
      pool: pool)
  }
}

/// ReLU(branch(x) + shortcut(x)), the branch being convolutions with normalisation and, between
/// them, ReLU: BasicBlock has two of 3×3, Bottleneck 1×1, 3×3, 1×1 (He et al., CVPR 2016).
///
/// One layer, so that normalisation, addition and ReLU are single passes over memory. Of every
/// convolution only the raw result is kept until the backward pass, which replaces it by that
/// result's gradient; the next convolution normalises it while it reads.
package final class ResidualBlock: Layer {
  /// How x reaches the addition.
  package enum Shortcut {
    case identity
    case projection(NormalizedConvolution)
    /// Option A of the CIFAR networks, with its stride.
    case padded(stride: Int)
  }

  package let path: String
  package let units: [NormalizedConvolution]
  package let shortcut: Shortcut
  /// The block below. Unless this one's shortcut is padded, it counts on a gradient that its own last ReLU
  /// has let through.
  private var below: ResidualBlock?
  /// Whether the layer above has done that for this block.
  private var isGated = false
  /// The gradient of the last normalisation, where the block above has formed its sums.
  private var received: NormalizedGradient?
  /// Whether the block above does this one's last addition and ReLU.
  private var isEndedAbove = false
  /// What it needs to, from this block's forward pass to its own.
  private var ending: (x: UnsafePointer<Float>, input: InputTransform)?
  private var raw: [WorkspacePlan.Slot] = []
  private var projected: WorkspacePlan.Slot?
  private var padding: PaddedShortcut?
  private var addend: WorkspacePlan.Slot?
  private var gradient: WorkspacePlan.Slot?
  private var scratch: WorkspacePlan.Slot?
  private var sums: WorkspacePlan.Slot?

  package init(_ path: String, units: [NormalizedConvolution], shortcut: Shortcut) {
    (self.path, self.units, self.shortcut) = (path, units, shortcut)
  }

  /// Lets this block do what ends the block below while its first convolution reads that block's result, the
  /// backward pass of its last ReLU and, past an identity, the sums of the normalisation before that, while
  /// its gradient is in registers.
  package func follow(_ below: ResidualBlock) {
    self.below = below
    // What a padded shortcut adds comes too late for the gate.
    if case .padded = shortcut { return }
    below.isGated = true
  }

  private var allUnits: [NormalizedConvolution] {
    if case .projection(let unit) = shortcut { units + [unit] } else { units }
  }

  package var parameters: [Parameter] { allUnits.flatMap(\.parameters) }
  package var kernelNames: [String] { allUnits.flatMap(\.convolution.kernelNames) }

  package func plan(
    for src: Shape, in plan: inout WorkspacePlan, threads: Int
  ) throws(ShapeError) -> Shape {
    raw = []
    var shape = src
    var largest = 0
    for (index, unit) in units.enumerated() {
      shape = try unit.convolution.prepare(for: shape, threads: threads)
      try unit.norm.prepare(for: shape, in: &plan)
      let label = unit.convolution.path
      raw.append(plan.reserve(shape.count, for: .untilBackward, label: label))
      if index < units.count - 1 { largest = max(largest, shape.count) }
    }
    try planShortcut(from: src, to: shape, in: &plan, threads: threads)
    below?.isEndedAbove = units[0].convolution.endsBlocks && below?.padding == nil
    gradient = plan.reserve(largest, for: .call, label: "\(path) gradient")
    let scratchCount =
      allUnits.map { max($0.convolution.scratchCount, $0.norm.scratchCount) }.max() ?? 0
    scratch = plan.reserve(scratchCount, for: .call, label: "\(path) scratch")
    let sumCount = allUnits.map(\.convolution.sumCount).max() ?? 0
    sums = plan.reserve(sumCount, for: .call, label: "\(path) sums")
    return shape
  }

  private func planShortcut(
    from src: Shape, to dst: Shape, in plan: inout WorkspacePlan, threads: Int
  ) throws(ShapeError) {
    switch shortcut {
    case .identity: precondition(src == dst, "\(path): the identity cannot change \(src)")
    case .projection(let unit):
      let shape = try unit.convolution.prepare(for: src, threads: threads)
      precondition(shape == dst, "\(path): the branches end as \(dst) and \(shape)")
      try unit.norm.prepare(for: shape, in: &plan)
      projected = plan.reserve(shape.count, for: .untilBackward, label: unit.convolution.path)
    case .padded(let stride):
      padding = PaddedShortcut(
        batch: src.n, height: src.h, width: src.w, inChannels: src.c, outChannels: dst.c,
        stride: stride)
      addend = plan.reserve(dst.count, for: .call, label: "\(path) shortcut")
    }
  }

  package func forward(_ src: TensorView, into dst: MutableTensorView, pass: Pass) {
    if pass.phase == .evaluation { return evaluate(src, into: dst, pass: pass) }
    received = nil
    let (scratch, sums) = (pass.workspace[scratch!], pass.workspace[sums!])
    for (index, unit) in units.enumerated() {
      let ending = index == 0 ? below?.takeEnding() : nil
      unit.forward(
        y: pass.workspace[raw[index]], x: ending?.x ?? source(of: index, src, pass),
        input: ending?.input ?? input(of: index, pass), sums: sums, scratch: scratch, pass: pass)
    }
    if case .projection(let unit) = shortcut {
      unit.forward(
        y: pass.workspace[projected!], x: src.pointer, sums: sums, scratch: scratch, pass: pass)
    }
    guard isEndedAbove else { return add(src, into: dst, pass: pass) }
    let found = units.last!.norm.vectors(pass.workspace)
    ending = (
      UnsafePointer(pass.workspace[raw.last!]),
      InputTransform(
        scale: found.scale, shift: found.shift,
        residual: InputTransform.Residual(addend: shortcutAddend(src, pass), result: dst.pointer))
    )
  }

  /// What the forward pass left to the block above; nil where it has written its result.
  private func takeEnding() -> (x: UnsafePointer<Float>, input: InputTransform)? {
    defer { ending = nil }
    return ending
  }

  /// Adds the normalised branch and shortcut and rectifies.
  private func add(_ src: TensorView, into dst: MutableTensorView, pass: Pass) {
    let last = units.count - 1
    let found = units[last].norm.vectors(pass.workspace)
    units[last].norm.kernel.apply(
      y: dst.pointer, x: pass.workspace[raw[last]], scale: found.scale, shift: found.shift,
      addend: shortcutAddend(src, pass), relu: true, pool: pass.pool)
  }

  package var canRestoreResult: Bool {
    // A padded shortcut is made in scratch memory, where the layer above keeps what it still needs.
    if case .padded = shortcut { false } else { isGated }
  }

  package func restoreResult(_ src: TensorView, into dst: MutableTensorView, pass: Pass) {
    add(src, into: dst, pass: pass)
  }

  /// Normalisation, addition and ReLU happen where a convolution's sums leave the registers.
  private func evaluate(_ src: TensorView, into dst: MutableTensorView, pass: Pass) {
    let (workspace, pool) = (pass.workspace, pass.pool)
    let scratch = workspace[scratch!]
    let addend: UnsafePointer<Float>
    switch shortcut {
    case .identity: addend = src.pointer
    case .projection(let unit):
      let y = workspace[projected!]
      unit.convolution.forwardFolded(
        y: y, x: src.pointer, norm: unit.norm, relu: false, scratch: scratch, pool: pool)
      addend = UnsafePointer(y)
    case .padded:
      let y = workspace[self.addend!]
      padding!.forward(y: y, x: src.pointer, pool: pool)
      addend = UnsafePointer(y)
    }
    for (index, unit) in units.enumerated() {
      let isLast = index == units.count - 1
      unit.convolution.forwardFolded(
        y: isLast ? dst.pointer : workspace[raw[index]], x: source(of: index, src, pass),
        norm: unit.norm, addend: isLast ? addend : nil, relu: true, scratch: scratch, pool: pool)
    }
  }

  /// What a convolution of the branch reads.
  private func source(of index: Int, _ src: TensorView, _ pass: Pass) -> UnsafePointer<Float> {
    index == 0 ? src.pointer : UnsafePointer(pass.workspace[raw[index - 1]])
  }

  /// The normalisation and ReLU before a convolution of the branch.
  private func input(of index: Int, _ pass: Pass) -> InputTransform? {
    guard index > 0 else { return nil }
    let found = units[index - 1].norm.vectors(pass.workspace)
    return InputTransform(scale: found.scale, shift: found.shift)
  }

  private func shortcutAddend(_ src: TensorView, _ pass: Pass) -> BatchNormKernel.Addend {
    switch shortcut {
    case .identity: return .plain(src.pointer)
    case .projection(let unit):
      let found = unit.norm.vectors(pass.workspace)
      return .normalized(
        pass.workspace[projected!], scale: found.scale, shift: found.shift)
    case .padded:
      let y = pass.workspace[addend!]
      padding!.forward(y: y, x: src.pointer, pool: pass.pool)
      return .plain(y)
    }
  }

  package func backward(
    _ dDst: MutableTensorView, src: TensorView, dst: TensorView, into dSrc: MutableTensorView?,
    pass: Pass
  ) {
    let (workspace, pool) = (pass.workspace, pass.pool)
    let scratch = workspace[scratch!]
    let gradient = workspace[gradient!]
    let last = units.count - 1
    var found = lastGradient(dDst, dst: dst, pass: pass)
    for index in stride(from: last, to: 0, by: -1) {
      let (norm, x) = (units[index - 1].norm, workspace[raw[index - 1]])
      let (sums, parts) = (workspace[sums!], units[index].convolution.gradientParts)
      units[index].backward(
        dx: gradient,
        epilogue: GradientEpilogue(
          sums: parts > 0 ? norm.sums(at: sums, x: x, isMasked: true, pass: pass) : nil),
        dy: found, x: source(of: index, src, pass), input: input(of: index, pass),
        scratch: scratch, pool: pool)
      found =
        parts > 0
        ? norm.gradient(
          x: x, dy: gradient, isMasked: true, sums: sums, parts: parts, pass: pass)
        : norm.gradient(x: x, dy: gradient, mask: .normalized, scratch: scratch, pass: pass)
    }
    let dx = dSrc?.pointer
    var epilogue = GradientEpilogue(gate: below == nil ? nil : src.pointer)
    switch shortcut {
    case .identity:
      epilogue.addend = UnsafePointer(dDst.pointer)
      // What it writes is complete, so it can form the sums of the block below.
      let (sums, parts) = (workspace[sums!], units[0].convolution.gradientParts)
      let receiver = dx != nil && parts > 0 ? below : nil
      epilogue.sums = receiver?.sumsFromAbove(at: sums, pass: pass)
      units[0].backward(
        dx: dx, epilogue: epilogue, dy: found, x: src.pointer, scratch: scratch, pool: pool)
      if let dx { receiver?.receive(dx, sums: sums, parts: parts, pass: pass) }
    case .projection(let unit):
      units[0].backward(
        dx: dx, epilogue: epilogue, dy: found, x: src.pointer, scratch: scratch, pool: pool)
      found = unit.norm.gradient(
        x: workspace[projected!], dy: dDst.pointer, mask: .none, scratch: scratch, pass: pass)
      // A stride leaves pixels alone, so it is the shortcut that adds to what is there.
      epilogue.addend = dx.map { UnsafePointer($0) }
      unit.backward(
        dx: dx, epilogue: epilogue, dy: found, x: src.pointer, scratch: scratch, pool: pool)
    case .padded:
      units[0].backward(dx: dx, dy: found, x: src.pointer, scratch: scratch, pool: pool)
      if let dx { padding!.addBackward(dx: dx, dy: dDst.pointer, pool: pool) }
    }
  }

  /// What the block above sums while it writes the gradient of this one's result.
  private func sumsFromAbove(at start: UnsafeMutablePointer<Float>, pass: Pass) -> ColumnSums {
    let last = units.count - 1
    // The gate has been the ReLU.
    return units[last].norm.sums(
      at: start, x: pass.workspace[raw[last]], isMasked: false, pass: pass)
  }

  /// Keeps what follows from these sums until this block's own backward pass, which comes next.
  private func receive(
    _ dDst: UnsafePointer<Float>, sums: UnsafePointer<Float>, parts: Int, pass: Pass
  ) {
    let last = units.count - 1
    received = units[last].norm.gradient(
      x: pass.workspace[raw[last]], dy: dDst, isMasked: false, sums: sums, parts: parts,
      pass: pass)
  }

  /// The gradient of the last normalisation, from the block above or from memory.
  private func lastGradient(
    _ dDst: MutableTensorView, dst: TensorView, pass: Pass
  ) -> NormalizedGradient {
    if let received {
      precondition(received.dy == UnsafePointer(dDst.pointer), "\(path): sums of another gradient")
      self.received = nil
      return received
    }
    let last = units.count - 1
    return units[last].norm.gradient(
      x: pass.workspace[raw[last]], dy: dDst.pointer,
      mask: isGated ? .none : .output(dst.pointer), scratch: pass.workspace[scratch!], pass: pass)
  }
}
