import CKernels
import CKernels.Table
import Testing

/// Max-pooling in C, in every implementation.
@Suite("Max-pooling in every implementation") struct PoolPassTests {
  @Test("gives every window's first maximum, and its gradient", arguments: [19, 32, 64])
  func agree(channels: Int) throws {
    let (height, width) = (9, 8)
    let p = ck_pool(
      height: height, width: width, channels: channels, window: 3, stride: 2, padding: 1,
      out_height: 5, out_width: 4)
    // Few different numbers, so that there are ties.
    let x = (0..<height * width * channels).map { Float(($0 * 7919) % 13 - 6) / 4 }
    let dy = MicroKernelTests.numbers(5 * 4 * channels, 1)
    let (scale, shift) = (
      MicroKernelTests.numbers(channels, 2), MicroKernelTests.numbers(channels, 3)
    )
    for normalizes in [false, true] {
      var expected = [Float](repeating: 0, count: 5 * 4 * channels)
      var winners = [Float](repeating: -1, count: expected.count)
      var gradient = [Float](repeating: 0, count: x.count)
      for oy in 0..<5 {
        for ox in 0..<4 {
          for c in 0..<channels {
            let at = (oy * 4 + ox) * channels + c
            var best: (value: Float, input: Int, tap: Int)?
            for tap in 0..<9 {
              let (iy, ix) = (2 * oy - 1 + tap / 3, 2 * ox - 1 + tap % 3)
              guard (0..<height).contains(iy), (0..<width).contains(ix) else { continue }
              let input = (iy * width + ix) * channels + c
              let value = normalizes ? scale[c] * x[input] + shift[c] : x[input]
              if best == nil || value > best!.value { best = (value, input, tap) }
            }
            expected[at] = normalizes ? max(0, best!.value) : best!.value
            guard !normalizes || best!.value > 0 else { continue }
            winners[at] = Float(best!.tap)
            gradient[best!.input] += dy[at]
          }
        }
      }
      for name in MicroKernelTests.names {
        let table = try #require(ck_find(name)).pointee
        var (y, places) = (expected.map { _ in Float.nan }, expected.map { _ in Float.nan })
        let line = 4 * channels
        for oy in 0..<5 {
          y.withUnsafeMutableBufferPointer { y in
            places.withUnsafeMutableBufferPointer { places in
              scale.withUnsafeBufferPointer { scale in
                shift.withUnsafeBufferPointer { shift in
                  table.pool_forward(
                    p, x, oy, normalizes ? scale.baseAddress! : nil,
                    normalizes ? shift.baseAddress! : nil, y.baseAddress! + oy * line,
                    places.baseAddress! + oy * line)
                }
              }
            }
          }
        }
        #expect(y == expected, "\(name), y")
        #expect(places == winners, "\(name), winners")
        var dx = x.map { _ in Float.nan }
        for iy in 0..<height {
          dx.withUnsafeMutableBufferPointer {
            table.pool_backward(p, dy, places, iy, $0.baseAddress! + iy * width * channels)
          }
        }
        let error = zip(dx, gradient).map { abs($0 - $1) }.max()!
        #expect(error <= 1e-6, "\(name), dx is off by \(error)")
      }
    }
  }
}
