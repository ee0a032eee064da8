import CKernels
import CKernels.Table
import Testing

/// The first convolution by Winograd's F(3×3, 7×7) in C, in every implementation.
@Suite("Stems in every implementation") struct StemTests {
  private struct Extents {
    let height: Int
    let width: Int
    let channels: Int
    var outHeight: Int { (height + 1) / 2 }
    var outWidth: Int { (width + 1) / 2 }
    var rows: Int { (outHeight + 2) / 3 }
    var tiles: Int { (outWidth + 2) / 3 }
    var stem: ck_stem { ck_stem(height: height, width: width, channels: channels) }
  }

  private static let problem = Extents(height: 19, width: 26, channels: 64)

  private let x = MicroKernelTests.numbers(problem.height * problem.width * 3, 1)
  private let w = MicroKernelTests.numbers(49 * 3 * problem.channels, 2)
  private let dy = MicroKernelTests.numbers(
    problem.outHeight * problem.outWidth * problem.channels, 3)

  private func result(_ table: ck_table) -> (y: [Float], dw: [Float]) {
    let p = Self.problem
    let count = p.tiles * Int(CK_STEM_SPREAD)
    var u = [Float](repeating: .nan, count: Int(CK_STEM_SUMS) * p.channels)
    var y = dy.map { _ in Float.nan }
    var dw = w.map { _ in Float.nan }
    var v = [Float](repeating: .nan, count: count)
    var scratch = [Float](repeating: .nan, count: table.stem_scratch(p.stem))
    let plane = p.tiles * p.channels + 16
    var d = [Float](repeating: .nan, count: 36 * plane)
    table.stem_filter(p.channels, w, &u)
    for row in 0..<p.rows {
      table.stem_input(p.stem, x, row, nil, nil, &v, &scratch)
      table.stem_multiply(p.stem, row, v, u, &y, nil, nil, 0)
    }
    for row in 0..<p.rows {
      table.stem_input(p.stem, x, row, nil, nil, &v, &scratch)
      dy.withUnsafeBufferPointer {
        table.stem_gradient_input(
          p.stem, $0.baseAddress! + 3 * row * p.outWidth * p.channels,
          min(3, p.outHeight - 3 * row), &d, plane)
      }
      table.stem_gradient(p.tiles, p.channels, v, d, plane, &u, row > 0 ? 1 : 0)
    }
    table.stem_filter_gradient(p.channels, u, &dw)
    return (y, dw)
  }

  @Test("agree with double precision", arguments: MicroKernelTests.names)
  func agree(name: String) throws {
    let p = Self.problem
    var y = [Double](repeating: 0, count: dy.count)
    var dw = [Double](repeating: 0, count: w.count)
    for oy in 0..<p.outHeight {
      for ox in 0..<p.outWidth {
        for tap in 0..<49 {
          let (iy, ix) = (2 * oy + tap / 7 - 3, 2 * ox + tap % 7 - 3)
          guard (0..<p.height).contains(iy), (0..<p.width).contains(ix) else { continue }
          for colour in 0..<3 {
            let number = Double(x[(iy * p.width + ix) * 3 + colour])
            for c in 0..<p.channels {
              let (at, weight) = (
                (oy * p.outWidth + ox) * p.channels + c, (tap * 3 + colour) * p.channels + c
              )
              y[at] += number * Double(w[weight])
              dw[weight] += number * Double(dy[at])
            }
          }
        }
      }
    }
    let found = result(try #require(ck_find(name)).pointee)
    let (forward, weights) = (
      relativeError(of: found.y, from: y), relativeError(of: found.dw, from: dw)
    )
    #expect(forward <= 1.5e-6, "y is off by \(forward)")
    #expect(weights <= 1.5e-6, "dw is off by \(weights)")
  }

  @Test("have the same bits wherever products are rounded once")
  func bits() throws {
    let names = MicroKernelTests.names.filter { $0 != "portable" }
    let results = try names.map { result(try #require(ck_find($0)).pointee) }
    let areSame = results.allSatisfy { $0.y == results[0].y && $0.dw == results[0].dw }
    #expect(areSame)
  }
}
