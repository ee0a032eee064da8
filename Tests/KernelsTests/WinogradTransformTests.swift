import Kernels
import Testing

/// The transforms against matrices in double precision and against the convolution of one tile.
@Suite struct WinogradTransformTests {
  typealias Matrix = [[Double]]
  typealias Transform = WinogradTransform

  // Toom–Cook with the points 0, ±5/8, ±3/2, ∞, written out as matrices.
  static let points: [Double] = [0, 0.625, -0.625, 1.5, -1.5]

  /// A (6×4): row i is the powers 0…3 of point i, the last row is ∞.
  static let a: Matrix =
    points.map { p in [1, p, p * p, p * p * p] } + [[0, 0, 0, 1]]

  /// G (6×3): powers 0…2 of point i over the product of its differences from the other points.
  static let g: Matrix =
    points.enumerated().map { i, p in
      let f = points.enumerated().reduce(1.0) { $1.offset == i ? $0 : $0 * (p - $1.element) }
      return [1 / f, p / f, p * p / f]
    } + [[0, 0, 1]]

  /// Bᵀ (6×6): row i has the coefficients of the product of (t − q) over the other points q, the
  /// last row those of the product over all points.
  static let bt: Matrix = {
    func polynomial(_ roots: [Double]) -> [Double] {
      roots.reduce([1.0]) { c, root in
        (0...c.count).map { ($0 > 0 ? c[$0 - 1] : 0) - ($0 < c.count ? root * c[$0] : 0) }
      }
    }
    let rows = (0..<5).map { i in
      polynomial(points.enumerated().filter { $0.offset != i }.map { $0.element }) + [0]
    }
    return rows + [polynomial(points)]
  }()

  static func product(_ l: Matrix, _ r: Matrix) -> Matrix {
    l.map { row in
      r[0].indices.map { j in row.indices.reduce(0.0) { $0 + row[$1] * r[$1][j] } }
    }
  }

  static func transposed(_ m: Matrix) -> Matrix {
    m[0].indices.map { j in m.indices.map { m[$0][j] } }
  }

  /// m · x · mᵀ
  static func both(_ m: Matrix, _ x: Matrix) -> Matrix {
    product(product(m, x), transposed(m))
  }

  static let channels = 32

  /// A made-up number that single precision holds exactly.
  static func value(_ index: Int) -> Float { Float((index * 7919) % 2003 - 1001) / 1024 }

  static func tile(_ size: Int, channel: Int) -> Matrix {
    (0..<size).map { i in
      (0..<size).map { Double(value((i * size + $0) * channels + channel)) }
    }
  }

  static func numbers(_ count: Int) -> [Float] { (0..<count * channels).map { value($0) } }

  /// The largest difference relative to the largest number.
  static func worst(
    _ actual: [Float], plane: Int, columns: Int, _ expected: (_ channel: Int) -> Matrix
  ) -> Double {
    var (difference, size) = (0.0, 0.0)
    for channel in 0..<channels {
      for (i, row) in expected(channel).enumerated() {
        for (j, wanted) in row.enumerated() {
          let got = Double(actual[(i * columns + j) * plane + channel])
          difference = max(difference, got.isFinite ? abs(got - wanted) : .infinity)
          size = max(size, abs(wanted))
        }
      }
    }
    return difference / size
  }

  static let plane = channels + 5

  func transformed(
    _ count: Int, _ body: (UnsafeMutablePointer<Float>) -> Void
  ) -> [Float] {
    var result = [Float](repeating: .nan, count: count * Self.plane)
    result.withUnsafeMutableBufferPointer { body($0.baseAddress!) }
    return result
  }

  func withPixels(
    _ numbers: [Float], _ count: Int,
    _ body: (UnsafeMutablePointer<UnsafePointer<Float>?>) -> Void
  ) {
    numbers.withUnsafeBufferPointer { buffer in
      var pixels = (0..<count).map { Optional(buffer.baseAddress! + $0 * Self.channels) }
      pixels.withUnsafeMutableBufferPointer { body($0.baseAddress!) }
    }
  }

  @Test("The matrices compute a convolution: Aᵀ (G g Gᵀ ⊙ Bᵀ d B) A")
  func matricesConvolve() {
    let (d, f) = (Self.tile(6, channel: 0), Self.tile(3, channel: 1))
    let (v, u) = (Self.both(Self.bt, d), Self.both(Self.g, f))
    let m = (0..<6).map { i in (0..<6).map { v[i][$0] * u[i][$0] } }
    let y = Self.both(Self.transposed(Self.a), m)
    for i in 0..<4 {
      for j in 0..<4 {
        var direct = 0.0
        for r in 0..<3 { for s in 0..<3 { direct += d[i + r][j + s] * f[r][s] } }
        #expect(abs(y[i][j] - direct) < 1e-12)
      }
    }
  }

  @Test("The input transform is Bᵀ d B")
  func input() {
    let result = transformed(36) { v in
      withPixels(Self.numbers(36), 36) {
        Transform.input($0, channels: Self.channels, v: v, plane: Self.plane)
      }
    }
    let worst = Self.worst(result, plane: Self.plane, columns: 6) {
      Self.both(Self.bt, Self.tile(6, channel: $0))
    }
    #expect(worst < 4e-7, "off by \(worst)")
  }

  @Test("The gradient's transform is A e Aᵀ")
  func gradient() {
    let result = transformed(36) { d in
      withPixels(Self.numbers(16), 16) {
        Transform.gradient($0, channels: Self.channels, d: d, plane: Self.plane)
      }
    }
    let worst = Self.worst(result, plane: Self.plane, columns: 6) {
      Self.both(Self.a, Self.tile(4, channel: $0))
    }
    #expect(worst < 4e-7, "off by \(worst)")
  }

  @Test("The filter's transform is G g Gᵀ, also rotated", arguments: [false, true])
  func filter(rotated: Bool) {
    let taps = Self.numbers(9)
    let result = transformed(36) { u in
      taps.withUnsafeBufferPointer {
        Transform.filter(
          $0.baseAddress! + (rotated ? 8 * Self.channels : 0),
          tap: rotated ? -Self.channels : Self.channels, channels: Self.channels, u: u,
          plane: Self.plane, depth: 1)
      }
    }
    let worst = Self.worst(result, plane: Self.plane, columns: 6) { channel in
      let filter = Self.tile(3, channel: channel)
      return Self.both(Self.g, rotated ? filter.reversed().map { $0.reversed() } : filter)
    }
    #expect(worst < 4e-7, "off by \(worst)")
  }

  @Test("The output transform is Aᵀ m A")
  func output() {
    let result = transformed(16) { y in
      var pixels = (0..<16).map { Optional(y + $0 * Self.plane) }
      Transform.output(
        Self.numbers(36), plane: Self.channels, channels: Self.channels, pixels: &pixels)
    }
    let worst = Self.worst(result, plane: Self.plane, columns: 4) {
      Self.both(Self.transposed(Self.a), Self.tile(6, channel: $0))
    }
    #expect(worst < 4e-7, "off by \(worst)")
  }

  @Test("The filter gradient's transform adds Gᵀ dU G")
  func filterGradient() {
    let result = transformed(9) { dg in
      dg.update(repeating: 2, count: 9 * Self.plane)
      Transform.filterGradient(
        Self.numbers(36), plane: Self.channels, channels: Self.channels, dg: dg, tap: Self.plane)
    }
    let worst = Self.worst(result, plane: Self.plane, columns: 3) {
      Self.both(Self.transposed(Self.g), Self.tile(6, channel: $0)).map { $0.map { $0 + 2 } }
    }
    #expect(worst < 4e-7, "off by \(worst)")
  }
}
