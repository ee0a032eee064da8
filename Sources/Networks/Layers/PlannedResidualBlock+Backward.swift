import Kernels
import Tensors

extension PlannedResidualBlock {
  package func backward(
    _ dDst: ResultGradient, src: TensorView, dst: TensorView, into dSrc: MutableTensorView?,
    pass: Pass
  ) -> ResultGradient? {
    let found = backwardBranch(lastGradient(dDst, dst: dst, pass: pass), pass: pass)
    return backwardSource(found, dDst: dDst.view, src: src, into: dSrc, pass: pass)
  }

  /// The gradient of the last normalisation's input, from the block above or from memory.
  private func lastGradient(
    _ dDst: ResultGradient, dst: TensorView, pass: Pass
  ) -> NormalizedGradient {
    func gradient(_ dy: MutableTensorView, _ mask: BatchNormKernel.Mask) -> NormalizedGradient {
      last.norm.gradient(
        x: pass.workspace[last.raw], dy: dy.pointer, mask: mask,
        scratch: pass.workspace[memory.scratch], pass: pass)
    }
    return switch dDst {
    case .whole(let dy): gradient(dy, .output(dst.pointer))
    case .gated(let dy): gradient(dy, .none)
    case .normalized(_, let found): found
    }
  }

  /// The backward passes of the branch from its last convolution down to the second.
  ///
  /// - Returns: the gradient of the first convolution's raw result.
  private func backwardBranch(_ dLast: NormalizedGradient, pass: Pass) -> NormalizedGradient {
    let (workspace, scratch) = (pass.workspace, pass.workspace[memory.scratch])
    let (gradient, sums) = (workspace[memory.gradient], workspace[memory.sums])
    var found = dLast
    for index in others.indices.reversed() {
      let (unit, source) = (others[index], index == 0 ? first : others[index - 1])
      let (x, parts) = (workspace[source.raw], unit.convolution.gradientParts)
      // dx of the convolution is dy of the normalisation before it, past that one's ReLU.
      unit.backward(
        dx: gradient,
        epilogue: GradientEpilogue(
          sums: parts > 0 ? source.norm.sums(at: sums, x: x, isMasked: true, pass: pass) : nil),
        dy: found, x: x, input: source.normalizing(pass), scratch: scratch, pool: pass.pool)
      found =
        parts > 0
        ? source.norm.gradient(
          x: x, dy: gradient, isMasked: true, sums: sums, parts: parts, pass: pass)
        : source.norm.gradient(
          x: x, dy: gradient, mask: .normalized, scratch: scratch, pass: pass)
    }
    return found
  }

  /// The backward passes of the first convolution and the shortcut, whose gradients add up.
  private func backwardSource(
    _ found: NormalizedGradient, dDst: MutableTensorView, src: TensorView,
    into dSrc: MutableTensorView?, pass: Pass
  ) -> ResultGradient? {
    let (scratch, pool) = (pass.workspace[memory.scratch], pass.pool)
    let dx = dSrc?.pointer
    switch shortcut {
    case .identity:
      return backwardIdentity(found, dDst: dDst, src: src, into: dSrc, pass: pass)
    case .projection(let unit):
      var epilogue = gating(src)
      first.backward(
        dx: dx, epilogue: epilogue, dy: found, x: src.pointer, scratch: scratch, pool: pool)
      let projected = unit.norm.gradient(
        x: pass.workspace[unit.raw], dy: dDst.pointer, mask: .none, scratch: scratch, pass: pass)
      // A stride leaves pixels alone, so it is the shortcut that adds to what is there.
      epilogue.addend = dx.map { UnsafePointer($0) }
      unit.backward(
        dx: dx, epilogue: epilogue, dy: projected, x: src.pointer, scratch: scratch, pool: pool)
      return dSrc.map { below == nil ? .whole($0) : .gated($0) }
    case .padded(let kernel, _):
      first.backward(dx: dx, dy: found, x: src.pointer, scratch: scratch, pool: pool)
      if let dx { kernel.addBackward(dx: dx, dy: dDst.pointer, pool: pool) }
      return dSrc.map { .whole($0) }
    }
  }

  /// As ``backwardSource(_:dDst:src:into:pass:)`` past an identity: what the first convolution
  /// writes is complete, so it can form the sums of the block below meanwhile.
  private func backwardIdentity(
    _ found: NormalizedGradient, dDst: MutableTensorView, src: TensorView,
    into dSrc: MutableTensorView?, pass: Pass
  ) -> ResultGradient? {
    let (sums, parts) = (pass.workspace[memory.sums], first.convolution.gradientParts)
    let receiver = dSrc != nil && parts > 0 ? below?.last : nil
    var epilogue = gating(src)
    epilogue.addend = UnsafePointer(dDst.pointer)
    // The gate has been the ReLU, so nothing is masked again.
    epilogue.sums = receiver.map {
      $0.norm.sums(at: sums, x: pass.workspace[$0.raw], isMasked: false, pass: pass)
    }
    first.backward(
      dx: dSrc?.pointer, epilogue: epilogue, dy: found, x: src.pointer,
      scratch: pass.workspace[memory.scratch], pool: pass.pool)
    guard let dSrc else { return nil }
    guard let receiver else { return below == nil ? .whole(dSrc) : .gated(dSrc) }
    let dLast = receiver.norm.gradient(
      x: pass.workspace[receiver.raw], dy: dSrc.pointer, isMasked: false, sums: sums, parts: parts,
      pass: pass)
    return .normalized(dSrc, dLast)
  }

  /// The ReLU at the end of the block below, if there is one: where `src` is 0, so is its gradient.
  private func gating(_ src: TensorView) -> GradientEpilogue {
    GradientEpilogue(gate: below == nil ? nil : src.pointer)
  }
}
