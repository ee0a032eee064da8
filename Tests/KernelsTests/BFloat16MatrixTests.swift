import Kernels
import Testing

/// Products of bfloat16 matrices by several threads, against double precision.
@Suite("bfloat16: products and their gradients")
struct BFloat16MatrixTests {
  struct Extents: CustomTestStringConvertible {
    var rows: Int
    var depth: Int
    var columns: Int
    var testDescription: String { "\(rows)×\(depth)×\(columns)" }
  }

  static let extents = [
    Extents(rows: 1, depth: 32, columns: 5), Extents(rows: 100, depth: 64, columns: 96),
    Extents(rows: 700, depth: 256, columns: 40), Extents(rows: 9000, depth: 32, columns: 33),
  ]

  /// Random numbers that are bfloat16 already, so that only sums are rounded.
  static func numbers(_ count: Int, seed: Int) -> [Float] {
    (0..<count).map { index in
      let x = Float((index * 7919 + seed * 104_729) % 4001 - 2000) / 1024
      return Float(bitPattern: x.bitPattern & 0xFFFF_0000)
    }
  }

  static func stored(_ numbers: [Float]) -> [UInt16] {
    var stored = [UInt16](repeating: 0, count: numbers.count)
    BFloat16.round(
      y: &stored, x: numbers, count: numbers.count, pool: ThreadPool(threads: 2))
    return stored
  }

  /// The largest difference over what a sum's terms add up to without their signs.
  static func worst(
    _ actual: [Float], rows: Int, columns: Int, depth: Int,
    a: (_ row: Int, _ k: Int) -> Float, b: (_ k: Int, _ column: Int) -> Float
  ) -> Double {
    var worst = 0.0
    for row in stride(from: 0, to: rows, by: max(1, rows / 40)) {
      for column in 0..<columns {
        var (sum, size) = (0.0, 1e-30)
        for k in 0..<depth {
          let term = Double(a(row, k)) * Double(b(k, column))
          sum += term
          size += abs(term)
        }
        worst = max(worst, abs(Double(actual[row * columns + column]) - sum) / size)
      }
    }
    return worst
  }

  static func product(_ e: Extents, threads: Int, transposed: Bool) -> [Float] {
    let pool = ThreadPool(threads: threads)
    let a = stored(numbers(e.rows * e.depth, seed: 1))
    var b = numbers(e.depth * e.columns, seed: 2)
    if transposed {
      b = (0..<b.count).map { b[$0 % e.depth * e.columns + $0 / e.depth] }
    }
    var c = [Float](repeating: .nan, count: e.rows * e.columns)
    var packed = [UInt16](
      repeating: 0, count: BFloat16Matrix.count(depth: e.depth, columns: e.columns))
    packed.withUnsafeMutableBufferPointer { packed in
      let matrix = BFloat16Matrix(packed.baseAddress!, depth: e.depth, columns: e.columns)
      matrix.pack(b, transposed: transposed, pool: pool)
      matrix.multiply(c: &c, a: a, rows: e.rows, pool: pool)
    }
    return c
  }

  @Test("Products agree with double precision within the rounding of sums", arguments: extents)
  func products(_ e: Extents) {
    let (a, b) = (
      Self.numbers(e.rows * e.depth, seed: 1), Self.numbers(e.depth * e.columns, seed: 2)
    )
    let c = Self.product(e, threads: 2, transposed: false)
    let worst = Self.worst(
      c, rows: e.rows, columns: e.columns, depth: e.depth, a: { a[$0 * e.depth + $1] },
      b: { b[$0 * e.columns + $1] })
    // One rounding of at most half an ulp for each term (Higham, section 3.1).
    #expect(worst <= Double(e.depth) * 0x1p-24)
    #expect(c == Self.product(e, threads: 1, transposed: false))
    #expect(c == Self.product(e, threads: 2, transposed: true))
  }

  static func gradient(_ e: Extents, threads: Int) -> [Float] {
    let x = stored(numbers(e.rows * e.depth, seed: 3))
    let dy = stored(numbers(e.rows * e.columns, seed: 4))
    let gradient = BFloat16Gradient(rows: e.rows, channels: e.depth, columns: e.columns)
    var dw = [Float](repeating: .nan, count: e.depth * e.columns)
    var scratch = [UInt16](repeating: 0xFFFF, count: gradient.scratchCount)
    gradient.compute(
      dw: &dw, x: x, dy: dy, scratch: &scratch, pool: ThreadPool(threads: threads))
    return dw
  }

  @Test("Gradients agree with double precision, with any number of threads", arguments: extents)
  func gradients(_ e: Extents) {
    let x = Self.numbers(e.rows * e.depth, seed: 3)
    let dy = Self.numbers(e.rows * e.columns, seed: 4)
    let dw = Self.gradient(e, threads: 2)
    let worst = Self.worst(
      dw, rows: e.depth, columns: e.columns, depth: e.rows, a: { x[$1 * e.depth + $0] },
      b: { dy[$0 * e.columns + $1] })
    #expect(worst <= Double(e.rows + 32) * 0x1p-24)
    #expect(dw == Self.gradient(e, threads: 1))
  }

  @Test("Widening gives back what was rounded")
  func roundTrip() {
    let x = Self.numbers(70_001, seed: 5)
    var y = [Float](repeating: 0, count: x.count)
    BFloat16.widen(y: &y, x: Self.stored(x), count: x.count, pool: ThreadPool(threads: 2))
    #expect(x == y)
  }
}
