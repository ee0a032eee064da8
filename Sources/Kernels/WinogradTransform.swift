import CKernels

/// The one-tile transforms of F(4×4, 3×3) with the points 0, ±5/8, ±3/2 and ∞, which are exact in
/// binary and more accurate than 0, ±1, ±2, ∞.
///
/// With V = Bᵀ d B for a 6×6 tile d of the input, U = G g Gᵀ for a 3×3 filter g and
/// D = A e Aᵀ for a 4×4 tile e of the output's gradient, the output is Aᵀ (Σ_c V ⊙ U) A and the
/// filter's gradient is Gᵀ (Σ_tiles V ⊙ D) G. A two-dimensional transform is the one-dimensional
/// one on columns, then on rows:
///
///     a = 5/8, b = 3/2, p = a²b², s = a² + b², q = 1/(2a²(a² − b²)), q′ = 1/(2b²(b² − a²))
///     Bᵀ d = (p·d₀ − s·d₂ + d₄, t₀ ± a·t₁, t₂ ± b·t₃, p·d₁ − s·d₃ + d₅)
///            with t₀ = d₄ − b²d₂, t₁ = d₃ − b²d₁, t₂ = d₄ − a²d₂, t₃ = d₃ − a²d₁
///     Aᵀ m = (m₀ + u + v, a·w + b·x, a²u + b²v, a³w + b³x + m₅)
///            with u = m₁ + m₂, v = m₃ + m₄, w = m₁ − m₂, x = m₃ − m₄
///     G g  = (g₀/p, q(g₀ + a²g₂) ± qa·g₁, q′(g₀ + b²g₂) ± q′b·g₁, g₂)
///
/// The 36 numbers of a transformed tile lie `plane` apart. Lavin and Gray 2016 (arXiv 1509.09308);
/// points as in Alam et al. 2022.
package enum WinogradTransform {
  /// Channels must be a multiple of this.
  package static let width = 16

  /// Bᵀ d B for all channels of a tile whose 36 pixels begin at `pixels`, nil being zeros.
  package static func input(
    _ pixels: UnsafeMutablePointer<UnsafePointer<Float>?>, channels: Int,
    input: InputTransform? = nil, v: UnsafeMutablePointer<Float>, plane: Int
  ) {
    ck_winograd_input(UnsafePointer(pixels), channels, input?.scale, input?.shift, v, plane)
  }

  /// Aᵀ m A for all channels, written to the 16 pixels that begin at `pixels`, nil being nowhere.
  package static func output(
    _ m: UnsafePointer<Float>, plane: Int, channels: Int,
    pixels: UnsafeMutablePointer<UnsafeMutablePointer<Float>?>
  ) {
    ck_winograd_output(m, plane, channels, nil, UnsafePointer(pixels))
  }

  /// A e Aᵀ for all channels of a tile whose 16 pixels begin at `pixels`, nil being zeros.
  package static func gradient(
    _ pixels: UnsafeMutablePointer<UnsafePointer<Float>?>, channels: Int,
    d: UnsafeMutablePointer<Float>, plane: Int
  ) {
    ck_winograd_gradient(UnsafePointer(pixels), channels, d, plane)
  }

  /// G g Gᵀ for `channels` filters whose taps lie `tap` apart (negative for a rotated filter), as
  /// one row of each of 36 packed matrices of `depth` rows.
  package static func filter(
    _ g: UnsafePointer<Float>, tap: Int, channels: Int, u: UnsafeMutablePointer<Float>, plane: Int,
    depth: Int
  ) {
    ck_winograd_filter(g, tap, channels, u, plane, depth)
  }

  /// Adds Gᵀ du G to the gradients of `channels` filters whose taps lie `tap` apart.
  package static func filterGradient(
    _ du: UnsafePointer<Float>, plane: Int, channels: Int, dg: UnsafeMutablePointer<Float>,
    tap: Int
  ) {
    ck_winograd_filter_gradient(du, plane, channels, dg, tap)
  }
}
