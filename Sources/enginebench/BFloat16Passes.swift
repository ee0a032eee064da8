import Kernels

/// The three passes of a 1×1 convolution as products of bfloat16 matrices.
final class BFloat16Passes {
  private let pixels: Int
  private let inChannels: Int
  private let outChannels: Int
  private let gradient: BFloat16Gradient
  private let x: UnsafeMutablePointer<UInt16>
  private let y: UnsafeMutablePointer<UInt16>
  private let packed: UnsafeMutablePointer<UInt16>
  private let scratch: UnsafeMutablePointer<UInt16>
  private let w: UnsafeMutablePointer<Float>
  private let dw: UnsafeMutablePointer<Float>
  private let sums: UnsafeMutablePointer<Float>

  /// Nil for other kernels than 1×1, other strides than 1, and channels that are no multiples of
  /// ``BFloat16/depthStep``.
  init?(_ problem: ConvolutionProblem) {
    (inChannels, outChannels) = (problem.inChannels, problem.outChannels)
    let step = BFloat16.depthStep
    guard problem.kernelHeight * problem.kernelWidth == 1, problem.stride == 1,
      inChannels % step == 0, outChannels % step == 0
    else { return nil }
    pixels = problem.batch * problem.height * problem.width
    gradient = BFloat16Gradient(rows: pixels, channels: inChannels, columns: outChannels)
    let weights = inChannels * outChannels
    let widest = pixels * max(inChannels, outChannels)
    // 0x3F80 is 1: ordinary numbers, which no processor computes more slowly.
    x = Self.filled(pixels * inChannels, 0x3F80)
    y = Self.filled(pixels * outChannels, 0x3F80)
    packed = Self.filled(
      max(
        BFloat16Matrix.count(depth: inChannels, columns: outChannels),
        BFloat16Matrix.count(depth: outChannels, columns: inChannels)), 0)
    scratch = Self.filled(gradient.scratchCount, 0)
    w = Self.filled(weights, 0.5)
    dw = Self.filled(weights, 0)
    sums = Self.filled(widest, 0)
  }

  deinit {
    for pointer in [x, y, packed, scratch] { pointer.deallocate() }
    for pointer in [w, dw, sums] { pointer.deallocate() }
  }

  /// Seconds of each pass, once.
  func times(_ pool: ThreadPool) -> PassTimes {
    PassTimes(
      forward: Stopwatch.wall.bestTime(of: 1) {
        product(depth: inChannels, columns: outChannels, from: x, to: y, pool: pool)
      },
      backwardData: Stopwatch.wall.bestTime(of: 1) {
        product(
          depth: outChannels, columns: inChannels, transposed: true, from: y, to: x, pool: pool)
      },
      backwardWeights: Stopwatch.wall.bestTime(of: 1) {
        gradient.compute(dw: dw, x: x, dy: y, scratch: scratch, pool: pool)
      })
  }

  /// Packs the weights, multiplies and rounds what comes of it.
  private func product(
    depth: Int, columns: Int, transposed: Bool = false, from: UnsafePointer<UInt16>,
    to: UnsafeMutablePointer<UInt16>, pool: ThreadPool
  ) {
    let matrix = BFloat16Matrix(packed, depth: depth, columns: columns)
    matrix.pack(w, transposed: transposed, pool: pool)
    matrix.multiply(c: sums, a: from, rows: pixels, pool: pool)
    BFloat16.round(y: to, x: sums, count: pixels * columns, pool: pool)
  }

  private static func filled<Number>(
    _ count: Int, _ value: Number
  ) -> UnsafeMutablePointer<Number> {
    let stride = MemoryLayout<Number>.stride
    let pointer = UnsafeMutableRawPointer.allocate(byteCount: count * stride, alignment: 64)
      .bindMemory(to: Number.self, capacity: count)
    pointer.initialize(repeating: value, count: count)
    return pointer
  }
}
