#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Where pixels come from that lie outside the image.
enum PixelBorder {
  case repeated
  case black
}

extension PixelImage {
  /// Swaps left and right in place.
  mutating func mirror() {
    values.withUnsafeMutableBufferPointer { values in
      for row in 0..<height {
        var left = row * width * 3
        var right = left + (width - 1) * 3
        while left < right {
          values.swapAt(left, right)
          values.swapAt(left + 1, right + 1)
          values.swapAt(left + 2, right + 2)
          left += 3
          right -= 3
        }
      }
    }
  }

  /// Swaps top and bottom in place.
  mutating func turnUpsideDown() {
    let size = width * 3
    values.withUnsafeMutableBufferPointer { values in
      for row in 0..<(height / 2) {
        let (top, bottom) = (row * size, (height - 1 - row) * size)
        for index in 0..<size { values.swapAt(top + index, bottom + index) }
      }
    }
  }

  /// Moves by whole pixels in place, row by row from the side that it moves to.
  mutating func move(down: Int, right: Int, border: PixelBorder) {
    if down == 0 && right == 0 { return }
    let (height, width, size) = (height, width, width * 3)
    let right = min(max(right, -width), width)
    values.withUnsafeMutableBufferPointer { values in
      let start = values.baseAddress!
      for step in 0..<height {
        let row = down > 0 ? height - 1 - step : step
        let source = row - down
        let target = start + row * size
        if border == .black && !(0..<height).contains(source) {
          target.update(repeating: 0, count: size)
          continue
        }
        // With the border repeated, the outermost row is read last, before it is overwritten, or
        // again after it was moved sideways; so sideways moves come after.
        let nearest = min(max(source, 0), height - 1)
        if nearest != row { target.update(from: start + nearest * size, count: size) }
      }
      if right == 0 { return }
      for row in 0..<height { Self.moveRow(start + row * size, width, right, border) }
    }
  }

  private static func moveRow(
    _ row: UnsafeMutablePointer<Float>, _ width: Int, _ right: Int, _ border: PixelBorder
  ) {
    let kept = width - abs(right)
    let (from, to) = right > 0 ? (0, right) : (-right, 0)
    let edge = right > 0 ? 0 : width - 1
    let color = (row[3 * edge], row[3 * edge + 1], row[3 * edge + 2])
    // `update(from:)` allows overlap.
    (row + 3 * to).update(from: row + 3 * from, count: 3 * kept)
    for column in right > 0 ? 0..<right : kept..<width {
      (row[3 * column], row[3 * column + 1], row[3 * column + 2]) =
        border == .black ? (0, 0, 0) : color
    }
  }

  /// Resizes a part to the whole, bilinear; outside the part nothing is read.
  mutating func enlarge(_ part: PixelRectangle) {
    if part.height == height && part.width == width { return }
    let (sy, sx) = (Float(part.height) / Float(height), Float(part.width) / Float(width))
    let rows = (0..<height).map { row in
      (Float(row) + 0.5) * sy - 0.5 + Float(part.top)
    }
    let columns = (0..<width).map { column in
      (Float(column) + 0.5) * sx - 0.5 + Float(part.left)
    }
    resample(within: part) { row, column in (rows[row], columns[column]) }
  }

  /// Turns about the middle, counter-clockwise, bilinear, the border repeated.
  mutating func turn(byDegrees degrees: Double) {
    if degrees == 0 { return }
    let angle = degrees * .pi / 180
    let (cosine, sine) = (Float(cos(angle)), Float(sin(angle)))
    let (middleY, middleX) = (Float(height - 1) / 2, Float(width - 1) / 2)
    resample(within: whole) { row, column in
      let (y, x) = (Float(row) - middleY, Float(column) - middleX)
      return (middleY + x * sine + y * cosine, middleX + x * cosine - y * sine)
    }
  }

  /// Enlarges about the middle by `factor` (shrinks below 1), bilinear, the border repeated.
  mutating func zoom(by factor: Double) {
    if factor == 1 { return }
    let inverse = Float(1 / factor)
    let (middleY, middleX) = (Float(height - 1) / 2, Float(width - 1) / 2)
    resample(within: whole) { row, column in
      (
        middleY + (Float(row) - middleY) * inverse, middleX + (Float(column) - middleX) * inverse
      )
    }
  }

  private var whole: PixelRectangle {
    PixelRectangle(top: 0, left: 0, height: height, width: width)
  }

  /// Every pixel becomes the bilinear value at `source`, clamped into `part`.
  @inline(__always)
  private mutating func resample(
    within part: PixelRectangle, source: (_ row: Int, _ column: Int) -> (y: Float, x: Float)
  ) {
    let (height, width) = (height, width)
    let (top, bottom) = (part.top, part.top + part.height - 1)
    let (left, right) = (part.left, part.left + part.width - 1)
    values = values.withUnsafeBufferPointer { old in
      [Float](unsafeUninitializedCapacity: old.count) { new, count in
        for row in 0..<height {
          for column in 0..<width {
            let place = source(row, column)
            let y = min(max(place.y, Float(top)), Float(bottom))
            let x = min(max(place.x, Float(left)), Float(right))
            let (y0, x0) = (Int(y), Int(x))
            let (y1, x1) = (min(y0 + 1, bottom), min(x0 + 1, right))
            let (wy, wx) = (y - Float(y0), x - Float(x0))
            let (a, b) = ((y0 * width + x0) * 3, (y0 * width + x1) * 3)
            let (c, d) = ((y1 * width + x0) * 3, (y1 * width + x1) * 3)
            let target = (row * width + column) * 3
            for channel in 0..<3 {
              let upper = old[a + channel] + wx * (old[b + channel] - old[a + channel])
              let lower = old[c + channel] + wx * (old[d + channel] - old[c + channel])
              new[target + channel] = min(max(upper + wy * (lower - upper), 0), 1)
            }
          }
        }
        count = old.count
      }
    }
  }

  /// Fills a rectangle.
  mutating func fill(_ part: PixelRectangle, with value: Float) {
    values.withUnsafeMutableBufferPointer { values in
      for row in part.top..<(part.top + part.height) {
        let start = (row * width + part.left) * 3
        values[start..<(start + part.width * 3)].update(repeating: value)
      }
    }
  }
}
