import CKernels

/// The transforms of one tile of F(m, 3) with stride 1 and 2.
///
/// The points are pairs ±p and ∞ and, where the number of points is even, 0. They are exact in
/// binary and more accurate than the usual small integers:
///
///     4 points  0, ±1, ∞             F(2, 3); F(3, 2) of a phase
///     5 points  ±3/8, ±5/4, ∞        F(3, 3); F(4, 2)
///     6 points  0, ±5/8, ±3/2, ∞     F(4, 3); F(5, 2)
///     7 points  ±9/32, ±7/8, ±7/4, ∞ F(5, 3)
///
/// With V = Bᵀ d B for a tile d of the input, U = G g Gᵀ for a 3×3 filter g and D = A e Aᵀ for a
/// tile e of the output's gradient, the output is Aᵀ (Σ_c V ⊙ U) A and the filter's gradient is Gᵀ
/// (Σ_tiles V ⊙ D) G. A two-dimensional transform is a one-dimensional one on columns, then one on
/// rows. With z = 1 where 0 is a point, else 0, Q(t) = Π (t − q²) over all pairs q, Q_p the same
/// but for p, d(k, P) = Σ_j P_j d_(k + 2j) for a polynomial P, m± = m at +p ± m at −p:
///
///     Bᵀ d at 0: d(0, Q)   at ±p: d(z + 1, Q_p) ± p · d(z, Q_p)   at ∞: d(z, Q)
///     Aᵀ m at output i: Σ_p pⁱ · (i even: m+, odd: m−), + m at 0 for the first, + m at ∞ for the last
///     G g  at ±p: g(±p) / Π (±p − other finite points)   at 0: the same   at ∞: the last tap
///
/// With stride 2 a transform along an axis is two: of the pixels that meet the outer taps, F(m, 2),
/// and of those that meet the middle tap, whose polynomial of degree 0 needs no ∞.
///
/// Along a side of two pixels x, which has zeros on both ends, the convolution is the product with
/// a 2×2 Toeplitz matrix. That takes three multiplications in place of the four of F(2, 3), and its
/// transforms have no factors but ±1:
///
///     Bᵀ x = (x₀, x₀ + x₁, x₁)   G g = (g₀ − g₁, g₁, g₂ − g₁)   Aᵀ m = (m₁ + m₂, m₁ + m₀)
///
/// Lavin and Gray 2016 (arXiv 1509.09308); points as in Alam et al. 2022; phases as in wincnn's
/// "decimated" convolutions.
enum WinogradTransform {
  /// Channels must be a multiple of this.
  static let width = 16
}
