/// Resizing by the triangle filter, widened when shrinking so that every source pixel counts:
/// Pillow's `BILINEAR`, torchvision's bilinear with `antialias=True`.
///
/// For the output pixel o, with s = source size / output size and f = max(s, 1):
///   c = (o + ½) s,   w(i) ∝ max(0, 1 - |i + ½ - c| / f),   Σ w = 1.
/// Rows first, then columns, in `Float`; one rounding at the end.
extension RGBImage {
  /// The image at another size.
  ///
  /// - Precondition: no side is zero.
  public func resized(height: Int, width: Int) -> RGBImage {
    if height == self.height && width == self.width { return self }
    return RGBImage(height: height, width: width) { output in
      pixels.withUnsafeBufferPointer { input in
        resample(
          input.baseAddress!, self.height, self.width, into: output.baseAddress!, height, width)
      }
    }
  }

  /// Writes the image at another size into `output` (height × width × 3 bytes).
  func resize(into output: UnsafeMutablePointer<UInt8>, height: Int, width: Int) {
    pixels.withUnsafeBufferPointer { input in
      if height == self.height && width == self.width {
        output.update(from: input.baseAddress!, count: input.count)
      } else {
        resample(input.baseAddress!, self.height, self.width, into: output, height, width)
      }
    }
  }
}

/// For each output pixel: which source pixels it is made of, and in what shares.
struct ResamplingWeights {
  /// First source pixel of each output pixel.
  let starts: [Int]
  /// Source pixels of each output pixel.
  let counts: [Int]
  /// The shares, `stride` numbers reserved for each output pixel.
  let weights: [Float]
  let stride: Int

  init(from source: Int, to target: Int) {
    precondition(source > 0 && target > 0, "resizing \(source) pixels to \(target)")
    let scale = Double(source) / Double(target)
    let support = max(scale, 1)
    stride = min(source, Int(support.rounded(.up)) * 2 + 1)
    var (starts, counts) = ([Int](), [Int]())
    var weights = [Float](repeating: 0, count: target * stride)
    for index in 0..<target {
      let center = (Double(index) + 0.5) * scale
      let first = max(0, Int(center - support + 0.5))
      let end = min(source, Int(center + support + 0.5))
      func share(_ pixel: Int) -> Double {
        let distance = abs((Double(pixel) + 0.5 - center) / support)
        return max(0, 1 - distance)
      }
      var sum = 0.0
      for pixel in first..<end { sum += share(pixel) }
      for pixel in first..<end {
        weights[index * stride + pixel - first] = Float(share(pixel) / sum)
      }
      starts.append(first)
      counts.append(end - first)
    }
    (self.starts, self.counts, self.weights) = (starts, counts, weights)
  }
}

private func resample(
  _ input: UnsafePointer<UInt8>, _ inputHeight: Int, _ inputWidth: Int,
  into output: UnsafeMutablePointer<UInt8>, _ height: Int, _ width: Int
) {
  let rows = ResamplingWeights(from: inputHeight, to: height)
  let columns = ResamplingWeights(from: inputWidth, to: width)
  let rowSize = inputWidth * 3
  withUnsafeTemporaryAllocation(of: Float.self, capacity: rowSize) { sum in
    let sum = sum.baseAddress!
    rows.weights.withUnsafeBufferPointer { rowWeights in
      columns.weights.withUnsafeBufferPointer { columnWeights in
        for row in 0..<height {
          let start = input + rows.starts[row] * rowSize
          sumOfRows(
            start, rowWeights.baseAddress! + row * rows.stride, rows.counts[row], rowSize, sum)
          let target = output + row * width * 3
          for column in 0..<width {
            sumOfPixels(
              sum + columns.starts[column] * 3,
              columnWeights.baseAddress! + column * columns.stride,
              columns.counts[column], target + column * 3)
          }
        }
      }
    }
  }
}

/// sum[i] = Σ_r weights[r] rows[r][i]
private func sumOfRows(
  _ rows: UnsafePointer<UInt8>, _ weights: UnsafePointer<Float>, _ count: Int, _ rowSize: Int,
  _ sum: UnsafeMutablePointer<Float>
) {
  setScaled(sum, rows, weights[0], rowSize)
  for row in 1..<max(count, 1) { addScaled(sum, rows + row * rowSize, weights[row], rowSize) }
}

/// sum[i] = weight row[i]
func setScaled(
  _ sum: UnsafeMutablePointer<Float>, _ row: UnsafePointer<UInt8>, _ weight: Float, _ count: Int
) {
  for index in 0..<count { sum[index] = weight * Float(row[index]) }
}

/// sum[i] += weight row[i]
func addScaled(
  _ sum: UnsafeMutablePointer<Float>, _ row: UnsafePointer<UInt8>, _ weight: Float, _ count: Int
) {
  for index in 0..<count { sum[index] += weight * Float(row[index]) }
}

/// pixel = Σ_c weights[c] pixels[c], rounded.
func sumOfPixels(
  _ pixels: UnsafePointer<Float>, _ weights: UnsafePointer<Float>, _ count: Int,
  _ pixel: UnsafeMutablePointer<UInt8>
) {
  var (red, green, blue) = (Float(0.5), Float(0.5), Float(0.5))
  for index in 0..<count {
    let weight = weights[index]
    red += weight * pixels[3 * index]
    green += weight * pixels[3 * index + 1]
    blue += weight * pixels[3 * index + 2]
  }
  // Weights are positive and sum to one: only rounding can pass 255.
  pixel[0] = UInt8(min(red, 255))
  pixel[1] = UInt8(min(green, 255))
  pixel[2] = UInt8(min(blue, 255))
}
