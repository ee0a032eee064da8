import Testing

/// The matrices of a convolution by values at points, in double precision, written out from the
/// definition (Toom–Cook, as in Lavin and Gray 2016): y = Aᵀ (G g ⊙ Bᵀ d).
struct ToomCook: CustomTestStringConvertible, Sendable {
  typealias Matrix = [[Double]]

  /// Without ∞; none of two pixels with zeros around them, which are no polynomial.
  let points: [Double]
  let taps: Int

  /// Every axis that the engine has transforms for.
  static let all: [ToomCook] = {
    let sets: [[Double]] = [
      [0, 1, -1], [0.375, -0.375, 1.25, -1.25], [0, 0.625, -0.625, 1.5, -1.5],
      [0.28125, -0.28125, 0.875, -0.875, 1.75, -1.75],
    ]
    return [ToomCook(points: [], taps: 3)] + sets.map { ToomCook(points: $0, taps: 3) }
      + sets.dropLast().flatMap { [ToomCook(points: $0, taps: 2), ToomCook(points: $0, taps: 1)] }
  }()

  var isPair: Bool { points.isEmpty }
  /// What the engine calls the number of points.
  var number: Int { isPair ? 3 : points.count + 1 }

  var testDescription: String { "\(taps) taps, \(number) points" }

  /// A single tap needs no ∞.
  var count: Int { taps == 1 ? points.count : number }
  var inputs: Int { isPair ? 2 : count }
  var outputs: Int { isPair ? 2 : count - taps + 1 }

  /// A (count × outputs): row i is the powers of point i, the last row is ∞.
  var a: Matrix {
    if isPair { return [[0, 1], [1, 1], [1, 0]] }
    return points.map { Self.powers($0, outputs) }
      + (taps > 1 ? [(0..<outputs).map { $0 == outputs - 1 ? 1 : 0 }] : [])
  }

  /// G (count × taps): powers of point i over the product of its differences from the other points.
  var g: Matrix {
    if isPair { return [[1, -1, 0], [0, 1, 0], [0, -1, 1]] }
    return points.enumerated().map { i, p in
      let f = points.enumerated().reduce(1.0) { $1.offset == i ? $0 : $0 * (p - $1.element) }
      return Self.powers(p, taps).map { $0 / f }
    } + (taps > 1 ? [(0..<taps).map { $0 == taps - 1 ? 1 : 0 }] : [])
  }

  /// Bᵀ (count × inputs): row i has the coefficients of the product of (t − q) over the other points
  /// q, the last row those of the product over all points.
  var bt: Matrix {
    if isPair { return [[1, 0], [1, 1], [0, 1]] }
    func polynomial(_ roots: [Double]) -> [Double] {
      var c = [1.0]
      for root in roots {
        let (raised, scaled) = ([0] + c, c.map { root * $0 } + [0])
        c = zip(raised, scaled).map { $0 - $1 }
      }
      return c + [Double](repeating: 0, count: count - c.count)
    }
    let rows = points.indices.map { i in
      polynomial(points.enumerated().filter { $0.offset != i }.map { $0.element })
    }
    return taps > 1 ? rows + [polynomial(points)] : rows
  }

  private static func powers(_ p: Double, _ count: Int) -> [Double] {
    (0..<count).map { (0..<$0).reduce(1) { power, _ in power * p } }
  }

  static func product(_ l: Matrix, _ r: Matrix) -> Matrix {
    l.map { row in
      r[0].indices.map { j in row.indices.reduce(0.0) { $0 + row[$1] * r[$1][j] } }
    }
  }

  static func transposed(_ m: Matrix) -> Matrix {
    m[0].indices.map { j in m.indices.map { m[$0][j] } }
  }

  /// l · x · rᵀ
  static func both(_ l: Matrix, _ x: Matrix, _ r: Matrix) -> Matrix {
    product(product(l, x), transposed(r))
  }
}
