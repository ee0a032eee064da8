import CKernels
import CKernels.Table
import Testing

/// The transforms of every pair of axes, as every implementation computes them, against matrices in
/// double precision.
@Suite struct WinogradTransformTests {
  typealias Matrix = ToomCook.Matrix

  static let channels = 32
  static let plane = channels + 5

  /// A made-up number that single precision holds exactly.
  static func value(_ index: Int) -> Float { Float((index * 7919) % 2003 - 1001) / 1024 }

  static func tile(_ rows: Int, _ columns: Int, channel: Int) -> Matrix {
    (0..<rows).map { i in
      (0..<columns).map { Double(value((i * columns + $0) * channels + channel)) }
    }
  }

  static func numbers(_ count: Int) -> [Float] { (0..<count * channels).map { value($0) } }

  static func places(_ count: Int, distance: Int) -> [Int] { (0..<count).map { $0 * distance } }

  static func axes(_ rows: ToomCook, _ columns: ToomCook) -> ck_axes {
    func axis(_ a: ToomCook) -> ck_axis {
      ck_axis(points: Int32(a.number), taps: Int32(a.taps))
    }
    return ck_axes(rows: axis(rows), columns: axis(columns))
  }

  /// The largest difference relative to the largest number of a transform of each pair of axes.
  static func worst(
    _ size: (ToomCook) -> Int, expected: (ToomCook, ToomCook, _ channel: Int) -> Matrix,
    _ body: (ck_table, ck_axes, UnsafeMutablePointer<Float>, ToomCook, ToomCook) -> Void
  ) -> Double {
    var worst = 0.0
    for name in MicroKernelTests.names {
      for rows in ToomCook.all {
        for columns in ToomCook.all {
          let (down, across) = (size(rows), size(columns))
          var result = [Float](repeating: .nan, count: down * across * plane)
          result.withUnsafeMutableBufferPointer {
            body(ck_find(name).pointee, axes(rows, columns), $0.baseAddress!, rows, columns)
          }
          var (difference, largest) = (0.0, 0.0)
          for channel in 0..<channels {
            let wanted = expected(rows, columns, channel)
            for i in 0..<down {
              for j in 0..<across {
                let got = Double(result[(i * across + j) * plane + channel])
                difference = max(
                  difference, got.isFinite ? abs(got - wanted[i][j]) : .infinity)
                largest = max(largest, abs(wanted[i][j]))
              }
            }
          }
          worst = max(worst, difference / largest)
        }
      }
    }
    return worst
  }

  static func withPixels(
    _ numbers: [Float], _ count: Int, _ body: (UnsafePointer<UnsafePointer<Float>?>) -> Void
  ) {
    numbers.withUnsafeBufferPointer { buffer in
      let pixels = (0..<count).map { Optional(buffer.baseAddress! + $0 * channels) }
      pixels.withUnsafeBufferPointer { body($0.baseAddress!) }
    }
  }

  @Test("The matrices compute a convolution: Aᵀ (G g ⊙ Bᵀ d)", arguments: ToomCook.all)
  func matricesConvolve(_ axis: ToomCook) {
    let d = (0..<axis.inputs).map { [Double(Self.value($0))] }
    let g = (0..<axis.taps).map { [Double(Self.value(100 + $0))] }
    let (v, u) = (ToomCook.product(axis.bt, d), ToomCook.product(axis.g, g))
    let y = ToomCook.product(ToomCook.transposed(axis.a), zip(v, u).map { [$0[0] * $1[0]] })
    let line = axis.isPair ? [[0]] + d + [[0]] : d
    for i in 0..<axis.outputs {
      let direct = (0..<axis.taps).reduce(0.0) { $0 + line[i + $1][0] * g[$1][0] }
      #expect(abs(y[i][0] - direct) < 1e-12)
    }
  }

  @Test("The input transform is Bᵀ d B, with and without the next tile's pixels")
  func input() {
    for asks in [false, true] {
      let worst = Self.worst(\.count) { rows, columns, channel in
        ToomCook.both(
          rows.bt, Self.tile(rows.inputs, columns.inputs, channel: channel), columns.bt)
      } _: { table, axes, v, rows, columns in
        let count = rows.inputs * columns.inputs
        Self.withPixels(Self.numbers(count), count) {
          table.winograd_input(
            axes, $0, asks ? $0 : nil, Self.channels, nil, nil, v,
            Self.places(rows.count * columns.count, distance: Self.plane), 0)
        }
      }
      #expect(worst < 6e-7, "off by \(worst)")
    }
  }

  @Test("The input transform reads max(0, scale · x + shift), and zeros outside the image")
  func normalizedInput() {
    let scale = (0..<Self.channels).map { Self.value(1000 + $0) }
    let shift = (0..<Self.channels).map { Self.value(2000 + $0) }
    let worst = Self.worst(\.count) { rows, columns, channel in
      let tile = Self.tile(rows.inputs, columns.inputs, channel: channel)
        .enumerated().map { i, row in
          row.enumerated().map { j, x in
            i == 1 || j == 0
              ? 0 : max(0, Double(scale[channel]) * x + Double(shift[channel]))
          }
        }
      return ToomCook.both(rows.bt, tile, columns.bt)
    } _: { table, axes, v, rows, columns in
      let count = rows.inputs * columns.inputs
      Self.withPixels(Self.numbers(count), count) { all in
        let pixels = (0..<count).map { i in
          i / columns.inputs == 1 || i % columns.inputs == 0 ? nil : all[i]
        }
        table.winograd_input(
          axes, pixels, nil, Self.channels, scale, shift, v,
          Self.places(rows.count * columns.count, distance: Self.plane), 0)
      }
    }
    #expect(worst < 6e-7, "off by \(worst)")
  }

  @Test("The gradient's transform is A e Aᵀ")
  func gradient() {
    let worst = Self.worst(\.count) { rows, columns, channel in
      ToomCook.both(
        rows.a, Self.tile(rows.outputs, columns.outputs, channel: channel), columns.a)
    } _: { table, axes, d, rows, columns in
      let count = rows.outputs * columns.outputs
      Self.withPixels(Self.numbers(count), count) {
        table.winograd_gradient(
          axes, $0, nil, Self.channels, d,
          Self.places(rows.count * columns.count, distance: Self.plane), 0)
      }
    }
    #expect(worst < 6e-7, "off by \(worst)")
  }

  @Test("The filter's transform is G g Gᵀ")
  func filter() {
    let worst = Self.worst(\.count) { rows, columns, channel in
      ToomCook.both(rows.g, Self.tile(rows.taps, columns.taps, channel: channel), columns.g)
    } _: { table, axes, u, rows, columns in
      let count = rows.taps * columns.taps
      table.winograd_filter(
        axes, 1, Self.numbers(count), 0, Self.places(count, distance: Self.channels), Self.channels,
        u,
        Self.places(rows.count * columns.count, distance: Self.plane), 1, 0)
    }
    #expect(worst < 6e-7, "off by \(worst)")
  }

  @Test("The output transform is Aᵀ m A, and leaves pixels outside the image alone")
  func output() {
    for leaves in [false, true] {
      let worst = Self.worst(\.outputs) { rows, columns, channel in
        var y = ToomCook.both(
          ToomCook.transposed(rows.a), Self.tile(rows.count, columns.count, channel: channel),
          ToomCook.transposed(columns.a))
        if leaves { y[0][1] = 2 }
        return y
      } _: { table, axes, y, rows, columns in
        let count = rows.outputs * columns.outputs
        var pixels = (0..<count).map { Optional(y + $0 * Self.plane) }
        if leaves {
          pixels[1]!.update(repeating: 2, count: Self.channels)
          pixels[1] = nil
        }
        let total = rows.count * columns.count
        table.winograd_output(
          axes, Self.numbers(total), Self.places(total, distance: Self.channels), Self.channels,
          nil, nil, pixels, nil)
      }
      #expect(worst < 6e-7, "off by \(worst)")
    }
  }

  @Test("The filter gradient's transform is Gᵀ dU G")
  func filterGradient() {
    let worst = Self.worst(\.taps) { rows, columns, channel in
      ToomCook.both(
        ToomCook.transposed(rows.g), Self.tile(rows.count, columns.count, channel: channel),
        ToomCook.transposed(columns.g)
      )
    } _: { table, axes, dg, rows, columns in
      let count = rows.taps * columns.taps
      let total = rows.count * columns.count
      table.winograd_filter_gradient(
        axes, 1, Self.numbers(total), 0, Self.places(total, distance: Self.channels),
        Self.channels, dg, 0, Self.places(count, distance: Self.plane))
    }
    #expect(worst < 6e-7, "off by \(worst)")
  }
}
