/// The seven loops: slow, obvious, for every problem. Defines what a convolution is.
struct ReferenceConvolution: PreparedForward {
  let name = ConvolutionKernelName.reference
  let problem: ConvolutionProblem

  init(_ problem: ConvolutionProblem) { self.problem = problem }

  static var policies: Set<ConvolutionPolicy> { Set(ConvolutionPolicy.allCases) }

  static func variants(for problem: ConvolutionProblem) -> [Self] { [Self(problem)] }

  static func accepting(_ problem: ConvolutionProblem, isPrepared: Bool) -> Self? {
    Self(problem)
  }

  func scratchCount(threads: Int) -> Int {
    problem.inputCount + preparedCount
  }

  var preparedCount: Int {
    roundUp(problem.weightCount, 16)
  }

  /// Only a copy.
  func prepare(
    to prepared: UnsafeMutablePointer<Float>, w: UnsafePointer<Float>, pool: ThreadPool
  ) {
    prepared.update(from: w, count: problem.weightCount)
  }

  func forwardPrepared(_ operands: ForwardOperands, in execution: Execution) {
    let (y, w) = (operands.y.float32, operands.w.float32)
    let x = problem.transformed(operands.x.float32, by: operands.input, into: execution.scratch)
    y.update(repeating: 0, count: problem.outputCount)
    problem.forEachTap { output, input, weight in
      for c in 0..<problem.inChannels {
        for k in 0..<problem.outChannels {
          y[output + k] += x[input + c] * w[weight + c * problem.outChannels + k]
        }
      }
    }
    operands.epilogue?.apply(to: y, count: problem.outputCount, channels: problem.outChannels)
  }

  func backwardData(_ operands: DataGradientOperands, in execution: Execution) {
    let (dx, dy, w) = (operands.dx.float32, operands.dy.float32, operands.w.float32)
    let epilogue = operands.epilogue
    if !epilogue.accumulates(dx) { dx.update(repeating: 0, count: problem.inputCount) }
    problem.forEachTap { output, input, weight in
      for c in 0..<problem.inChannels {
        for k in 0..<problem.outChannels {
          dx[input + c] += dy[output + k] * w[weight + c * problem.outChannels + k]
        }
      }
    }
    epilogue.epilogue(writing: dx)?.apply(
      to: dx, count: problem.inputCount, channels: problem.inChannels)
  }

  func backwardWeights(_ operands: WeightGradientOperands, in execution: Execution) {
    let (dw, dy) = (operands.dw.float32, operands.dy.float32)
    let x = problem.transformed(operands.x.float32, by: operands.input, into: execution.scratch)
    dw.update(repeating: 0, count: problem.weightCount)
    problem.forEachTap { output, input, weight in
      for c in 0..<problem.inChannels {
        for k in 0..<problem.outChannels {
          dw[weight + c * problem.outChannels + k] += x[input + c] * dy[output + k]
        }
      }
    }
  }
}

extension ConvolutionProblem {
  /// Visits every pair of an output pixel and a kernel tap that falls inside the image, with the
  /// offsets of the output pixel, the input pixel and the tap's in × out matrix of weights.
  func forEachTap(_ body: (_ output: Int, _ input: Int, _ weight: Int) -> Void) {
    for n in 0..<batch {
      for oy in 0..<outHeight {
        for ox in 0..<outWidth {
          let output = ((n * outHeight + oy) * outWidth + ox) * outChannels
          for r in 0..<kernelHeight {
            let iy = oy * stride + r - padding
            guard iy >= 0, iy < height else { continue }
            for s in 0..<kernelWidth {
              let ix = ox * stride + s - padding
              guard ix >= 0, ix < width else { continue }
              body(
                output, ((n * height + iy) * width + ix) * inChannels,
                (r * kernelWidth + s) * inChannels * outChannels)
            }
          }
        }
      }
    }
  }
}

extension ConvolutionProblem {
  /// x as the convolution meets it, in `scratch` where it has to be made.
  fileprivate func transformed(
    _ x: UnsafePointer<Float>, by input: InputTransform?, into scratch: UnsafeMutablePointer<Float>
  ) -> UnsafePointer<Float> {
    guard let input else { return x }
    for i in 0..<inputCount {
      let value = input.scale[i % inChannels] * x[i] + input.shift[i % inChannels]
      scratch[i] = value < 0 ? 0 : value
    }
    return UnsafePointer(scratch)
  }
}
