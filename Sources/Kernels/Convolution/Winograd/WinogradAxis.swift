import CKernels

/// How a convolution of three taps and padding 1 is computed along one side of an image: from the
/// values of polynomials at a few points, one of which is ∞.
///
/// With stride 2 it is the sum of two phases: every other pixel meets the outer taps, the pixels
/// between them the middle tap. They have their points in common, but a single tap needs no ∞. So
/// the outputs of a tile take `tile + 2` multiplications with stride 1 and `2 · tile + 1` with
/// stride 2, where the definition has 3 · `tile`. The two outputs of a side of two pixels, which
/// has zeros on both ends, take three.
struct WinogradAxis: Hashable, Sendable {
  /// Some taps and the pixels that meet them, which lie `stride` apart.
  struct Phase: Hashable, Sendable {
    let taps: [Int]
    /// The first pixel of x that the first tile reads; −1 is on the border.
    let input: Int
    /// The first pixel of dx that these taps contribute to.
    let output: Int
  }

  /// Outputs of a tile.
  let tile: Int
  let stride: Int
  /// Whether one tile is the whole side of two pixels.
  let isPair: Bool

  /// Every axis that transforms exist for, along a side of so many pixels.
  static func all(extent: Int, stride: Int) -> [WinogradAxis] {
    switch stride {
    case 1:
      [2, 3, 4, 5].map { WinogradAxis(tile: $0, stride: 1, isPair: $0 == 2 && extent == 2) }
    case 2: [3, 4, 5].map { WinogradAxis(tile: $0, stride: 2, isPair: false) }
    default: []
    }
  }

  /// The phases, the one with most taps first.
  var phases: [Phase] {
    stride == 1
      ? [Phase(taps: [0, 1, 2], input: isPair ? 0 : -1, output: 0)]
      : [Phase(taps: [0, 2], input: -1, output: 1), Phase(taps: [1], input: 0, output: 0)]
  }

  /// Points, the last of which is ∞; of a pair, its products.
  var points: Int { isPair ? 3 : tile + phases[0].taps.count - 1 }

  /// Elements of a phase's transformed tile.
  func spread(_ phase: Phase) -> Int { phase.taps.count == 1 ? points - 1 : points }

  /// Pixels that a phase's transformed tile is made from.
  func inputs(_ phase: Phase) -> Int { isPair ? tile : spread(phase) }

  /// Multiplications for each pair of channels that a tile takes, over all phases.
  var products: Int { phases.reduce(0) { $0 + spread($1) } }

  /// Tiles that cover so many outputs.
  func count(_ extent: Int) -> Int { (extent + tile - 1) / tile }

  /// The same for the loops in C.
  func transform(_ phase: Phase) -> ck_axis {
    ck_axis(points: Int32(points), taps: Int32(phase.taps.count))
  }
}
