// Sizes of scratch memory and of factors, the same for every implementation: each size serves the
// one that needs most. All are floats.

#include "strassen_extents.h"

// Rows of scratch matrices are 16 floats longer than their elements, or 16 longer than a multiple
// of that: in a pitch that is a power of two, rows would share sets of the first-level cache.
enum { CK_PAD = 16 };

// Strassen's tiles save three tiles of sums.
enum { CK_SAVED = 3 * CK_LARGEST_TILE };

// Columns of a panel of the implementation with the widest panels (avx512).
enum { CK_WIDEST_PANEL = 32 };

// n, rounded up to a multiple of `step`.
static ptrdiff_t rounded_up(ptrdiff_t n, ptrdiff_t step) { return (n + step - 1) / step * step; }

ptrdiff_t ck_multiply_scratch(void) { return CK_ROWS * (CK_DEPTH + CK_PAD); }

ptrdiff_t ck_gradient_scratch(ptrdiff_t m, ptrdiff_t n) {
  return CK_GRADIENT_ROWS * (rounded_up(m, 16) + rounded_up(n, 32) + 2 * CK_PAD);
}

int ck_strassen_fits(ptrdiff_t k, ptrdiff_t n) {
  return k > 0 && n > 0 && n % 64 == 0 && k % (32 * strassen_blocks(k)) == 0;
}

ptrdiff_t ck_strassen_packed_count(ptrdiff_t k, ptrdiff_t n) { return k * n / 4 * CK_FACTORS; }

ptrdiff_t ck_strassen_scratch(void) {
  return CK_FACTORS * (CK_ROWS / 2) * (CK_DEPTH / 2 + CK_PAD) + CK_SAVED;
}

ptrdiff_t ck_strassen_formed_count(ptrdiff_t rows, ptrdiff_t k) {
  return CK_FACTORS * strassen_blocks(k) * (rows / 2) * ck_strassen_formed_pitch(k);
}

ptrdiff_t ck_strassen_formed_pitch(ptrdiff_t k) { return strassen_half(k) + CK_PAD; }

ptrdiff_t ck_strassen_panel_scratch(ptrdiff_t k) {
  return CK_FACTORS * strassen_half(k) * CK_WIDEST_PANEL + CK_SAVED;
}

ptrdiff_t ck_strassen_gradient_scratch(ptrdiff_t m) {
  return CK_FACTORS * CK_STRASSEN_GRADIENT_ROWS / 2 * (m / 2 + CK_PAD + CK_WIDEST_PANEL) + CK_SAVED;
}

ptrdiff_t ck_strassen_backward_scratch(ptrdiff_t k, ptrdiff_t n) {
  return CK_FACTORS * (CK_GRADIENT_ROWS / 2) * (k / 2 + n / 2 + 2 * CK_PAD) + CK_SAVED;
}
