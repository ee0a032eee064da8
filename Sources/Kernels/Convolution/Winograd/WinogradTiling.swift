import CKernels

/// The axes of a two-dimensional tile.
struct WinogradTiling: Hashable, Sendable {
  /// A phase along either side.
  struct Phase {
    let rows: WinogradAxis.Phase
    let columns: WinogradAxis.Phase
    let transform: ck_axes
    /// The index of each of its elements' pairs of points among all, row by row.
    let planes: [Int]
    /// The indices of its taps among the nine.
    let taps: [Int]
  }

  let rows: WinogradAxis
  let columns: WinogradAxis

  /// The name of the convolution with such tiles.
  var name: ConvolutionKernelName { .winograd(rows: rows.tile, columns: columns.tile) }

  /// Pairs of points.
  var planes: Int { rows.points * columns.points }
  /// Multiplications for each pair of channels that a tile takes, over all phases.
  var products: Int { rows.products * columns.products }

  /// The phase that has all pairs of points first.
  var phases: [Phase] {
    rows.phases.flatMap { row in
      columns.phases.map { column in
        Phase(
          rows: row, columns: column,
          transform: ck_axes(rows: rows.transform(row), columns: columns.transform(column)),
          planes: (0..<rows.spread(row)).flatMap { i in
            (0..<columns.spread(column)).map { i * columns.points + $0 }
          },
          taps: row.taps.flatMap { r in column.taps.map { 3 * r + $0 } })
      }
    }
  }

  /// Tiles that cover a problem's outputs.
  func tiles(_ problem: ConvolutionProblem) -> Int {
    problem.batch * rows.count(problem.outHeight) * columns.count(problem.outWidth)
  }
}
