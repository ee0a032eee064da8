/// The one-tile transforms of F(4×4, 3×3) with the points 0, ±5/8, ±3/2 and ∞, which are exact in
/// binary and more accurate than 0, ±1, ±2, ∞.
///
/// With V = Bᵀ d B for a 6×6 tile d of the input, U = G g Gᵀ for a 3×3 filter g and
/// D = A e Aᵀ for a 4×4 tile e of the output's gradient, the output is Aᵀ (Σ_c V ⊙ U) A and the
/// filter's gradient is Gᵀ (Σ_tiles V ⊙ D) G. A two-dimensional transform is the one-dimensional
/// one on columns, then on rows. Vector lanes are channels.
///
/// The 36 numbers of a transformed tile lie `plane` apart. `room` is scratch memory of ``roomCount``
/// numbers. Lavin and Gray 2016 (arXiv 1509.09308); points as in Alam et al. 2022.
package enum WinogradTransform {
  package typealias Lanes = SIMD8<Float>
  /// Channels must be a multiple of this.
  package static let width = 8
  /// Scratch memory that each transform uses.
  package static let roomCount = 36 * 8

  static let a: Float = 5 / 8
  static let b: Float = 3 / 2
  static let a2: Float = 25 / 64
  static let b2: Float = 9 / 4
  static let a3: Float = 125 / 512
  static let b3: Float = 27 / 8
  /// a² b²
  static let p: Float = 225 / 256
  /// a² + b²
  static let s: Float = 169 / 64
  /// 1 / (2 a² (a² − b²))
  static let q1: Float = -2048 / 2975
  /// 1 / (2 b² (b² − a²))
  static let q3: Float = 128 / 1071
  /// 1 / (a² b²)
  static let r: Float = 256 / 225

  /// Bᵀ d B for all channels of a tile whose 36 pixels begin at `pixels`.
  package static func input(
    _ pixels: UnsafeMutablePointer<UnsafePointer<Float>>, channels: Int,
    v: UnsafeMutablePointer<Float>, plane: Int, room: UnsafeMutablePointer<Float>
  ) {
    for c in stride(from: 0, to: channels, by: width) {
      for j in 0..<6 {
        let t = inputLine(
          load(pixels[j] + c), load(pixels[6 + j] + c), load(pixels[12 + j] + c),
          load(pixels[18 + j] + c), load(pixels[24 + j] + c), load(pixels[30 + j] + c))
        let to = room + j * width
        store(t.0, to)
        store(t.1, to + 6 * width)
        store(t.2, to + 12 * width)
        store(t.3, to + 18 * width)
        store(t.4, to + 24 * width)
        store(t.5, to + 30 * width)
      }
      for i in 0..<6 {
        let from = room + i * 6 * width
        let t = inputLine(
          load(from), load(from + width), load(from + 2 * width), load(from + 3 * width),
          load(from + 4 * width), load(from + 5 * width))
        let to = v + i * 6 * plane + c
        store(t.0, to)
        store(t.1, to + plane)
        store(t.2, to + 2 * plane)
        store(t.3, to + 3 * plane)
        store(t.4, to + 4 * plane)
        store(t.5, to + 5 * plane)
      }
    }
  }

  /// Aᵀ m A for all channels, written to the 16 pixels that begin at `pixels`.
  package static func output(
    _ m: UnsafePointer<Float>, plane: Int, channels: Int,
    pixels: UnsafeMutablePointer<UnsafeMutablePointer<Float>>, room: UnsafeMutablePointer<Float>
  ) {
    for c in stride(from: 0, to: channels, by: width) {
      for j in 0..<6 {
        let from = m + j * plane + c
        let t = outputLine(
          load(from), load(from + 6 * plane), load(from + 12 * plane), load(from + 18 * plane),
          load(from + 24 * plane), load(from + 30 * plane))
        let to = room + j * width
        store(t.0, to)
        store(t.1, to + 6 * width)
        store(t.2, to + 12 * width)
        store(t.3, to + 18 * width)
      }
      for i in 0..<4 {
        let from = room + i * 6 * width
        let t = outputLine(
          load(from), load(from + width), load(from + 2 * width), load(from + 3 * width),
          load(from + 4 * width), load(from + 5 * width))
        store(t.0, pixels[i * 4] + c)
        store(t.1, pixels[i * 4 + 1] + c)
        store(t.2, pixels[i * 4 + 2] + c)
        store(t.3, pixels[i * 4 + 3] + c)
      }
    }
  }

  /// A e Aᵀ for all channels of a tile whose 16 pixels begin at `pixels`.
  package static func gradient(
    _ pixels: UnsafeMutablePointer<UnsafePointer<Float>>, channels: Int,
    d: UnsafeMutablePointer<Float>, plane: Int, room: UnsafeMutablePointer<Float>
  ) {
    for c in stride(from: 0, to: channels, by: width) {
      for j in 0..<4 {
        let t = gradientLine(
          load(pixels[j] + c), load(pixels[4 + j] + c), load(pixels[8 + j] + c),
          load(pixels[12 + j] + c))
        let to = room + j * width
        store(t.0, to)
        store(t.1, to + 4 * width)
        store(t.2, to + 8 * width)
        store(t.3, to + 12 * width)
        store(t.4, to + 16 * width)
        store(t.5, to + 20 * width)
      }
      for i in 0..<6 {
        let from = room + i * 4 * width
        let t = gradientLine(
          load(from), load(from + width), load(from + 2 * width), load(from + 3 * width))
        let to = d + i * 6 * plane + c
        store(t.0, to)
        store(t.1, to + plane)
        store(t.2, to + 2 * plane)
        store(t.3, to + 3 * plane)
        store(t.4, to + 4 * plane)
        store(t.5, to + 5 * plane)
      }
    }
  }

  /// G g Gᵀ for `channels` filters whose taps lie `tap` apart (negative for a rotated filter).
  package static func filter(
    _ g: UnsafePointer<Float>, tap: Int, channels: Int, u: UnsafeMutablePointer<Float>, plane: Int,
    room: UnsafeMutablePointer<Float>
  ) {
    for c in stride(from: 0, to: channels, by: width) {
      for j in 0..<3 {
        let from = g + j * tap + c
        let t = filterLine(load(from), load(from + 3 * tap), load(from + 6 * tap))
        let to = room + j * width
        store(t.0, to)
        store(t.1, to + 3 * width)
        store(t.2, to + 6 * width)
        store(t.3, to + 9 * width)
        store(t.4, to + 12 * width)
        store(t.5, to + 15 * width)
      }
      for i in 0..<6 {
        let from = room + i * 3 * width
        let t = filterLine(load(from), load(from + width), load(from + 2 * width))
        let to = u + i * 6 * plane + c
        store(t.0, to)
        store(t.1, to + plane)
        store(t.2, to + 2 * plane)
        store(t.3, to + 3 * plane)
        store(t.4, to + 4 * plane)
        store(t.5, to + 5 * plane)
      }
    }
  }

  /// Adds Gᵀ du G to the gradients of `channels` filters whose taps lie `tap` apart.
  package static func filterGradient(
    _ du: UnsafePointer<Float>, plane: Int, channels: Int, dg: UnsafeMutablePointer<Float>,
    tap: Int, room: UnsafeMutablePointer<Float>
  ) {
    for c in stride(from: 0, to: channels, by: width) {
      for j in 0..<6 {
        let from = du + j * plane + c
        let t = filterGradientLine(
          load(from), load(from + 6 * plane), load(from + 12 * plane), load(from + 18 * plane),
          load(from + 24 * plane), load(from + 30 * plane))
        let to = room + j * width
        store(t.0, to)
        store(t.1, to + 6 * width)
        store(t.2, to + 12 * width)
      }
      for i in 0..<3 {
        let from = room + i * 6 * width
        let t = filterGradientLine(
          load(from), load(from + width), load(from + 2 * width), load(from + 3 * width),
          load(from + 4 * width), load(from + 5 * width))
        let to = dg + i * 3 * tap + c
        store(load(to) + t.0, to)
        store(load(to + tap) + t.1, to + tap)
        store(load(to + 2 * tap) + t.2, to + 2 * tap)
      }
    }
  }
}

extension WinogradTransform {
  @inline(__always)
  private static func load(_ from: UnsafePointer<Float>) -> Lanes {
    UnsafeRawPointer(from).loadUnaligned(as: Lanes.self)
  }

  @inline(__always)
  private static func load(_ from: UnsafeMutablePointer<Float>) -> Lanes {
    UnsafeRawPointer(from).loadUnaligned(as: Lanes.self)
  }

  @inline(__always)
  private static func store(_ value: Lanes, _ to: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(to).storeBytes(of: value, as: Lanes.self)
  }

  /// Bᵀ (6×6)
  @inline(__always)
  private static func inputLine(
    _ d0: Lanes, _ d1: Lanes, _ d2: Lanes, _ d3: Lanes, _ d4: Lanes, _ d5: Lanes
  ) -> (Lanes, Lanes, Lanes, Lanes, Lanes, Lanes) {
    let t0 = d4 - b2 * d2
    let t1 = a * (d3 - b2 * d1)
    let t2 = d4 - a2 * d2
    let t3 = b * (d3 - a2 * d1)
    return (p * d0 - s * d2 + d4, t0 + t1, t0 - t1, t2 + t3, t2 - t3, p * d1 - s * d3 + d5)
  }

  /// Aᵀ (4×6)
  @inline(__always)
  private static func outputLine(
    _ m0: Lanes, _ m1: Lanes, _ m2: Lanes, _ m3: Lanes, _ m4: Lanes, _ m5: Lanes
  ) -> (Lanes, Lanes, Lanes, Lanes) {
    let (u, v, w, x) = (m1 + m2, m3 + m4, m1 - m2, m3 - m4)
    return (m0 + u + v, a * w + b * x, a2 * u + b2 * v, a3 * w + b3 * x + m5)
  }

  /// A (6×4)
  @inline(__always)
  private static func gradientLine(
    _ e0: Lanes, _ e1: Lanes, _ e2: Lanes, _ e3: Lanes
  ) -> (Lanes, Lanes, Lanes, Lanes, Lanes, Lanes) {
    let t0 = e0 + a2 * e2
    let t1 = a * (e1 + a2 * e3)
    let t2 = e0 + b2 * e2
    let t3 = b * (e1 + b2 * e3)
    return (e0, t0 + t1, t0 - t1, t2 + t3, t2 - t3, e3)
  }

  /// G (6×3)
  @inline(__always)
  private static func filterLine(
    _ g0: Lanes, _ g1: Lanes, _ g2: Lanes
  ) -> (Lanes, Lanes, Lanes, Lanes, Lanes, Lanes) {
    let t0 = q1 * (g0 + a2 * g2)
    let t1 = (q1 * a) * g1
    let t2 = q3 * (g0 + b2 * g2)
    let t3 = (q3 * b) * g1
    return (r * g0, t0 + t1, t0 - t1, t2 + t3, t2 - t3, g2)
  }

  /// Gᵀ (3×6)
  @inline(__always)
  private static func filterGradientLine(
    _ m0: Lanes, _ m1: Lanes, _ m2: Lanes, _ m3: Lanes, _ m4: Lanes, _ m5: Lanes
  ) -> (Lanes, Lanes, Lanes) {
    let (u, v, w, x) = (m1 + m2, m3 + m4, m1 - m2, m3 - m4)
    return (
      r * m0 + q1 * u + q3 * v, (q1 * a) * w + (q3 * b) * x,
      (q1 * a2) * u + (q3 * b2) * v + m5
    )
  }
}
