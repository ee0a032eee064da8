// Packs the right factors of Strassen's products: for each panel and each block of k seven factors
// (half x CK_WIDTH), one after the other. A panel is CK_WIDTH columns of the left half and the
// CK_WIDTH columns n / 2 further on.

#ifndef CK_STRASSEN_PACK_H
#define CK_STRASSEN_PACK_H

#include "strassen_factors.h"

// The factors of one panel and one block of b (k x n): to (7 x half x CK_WIDTH).
CK_INLINE void pack_right_factors(ptrdiff_t k, ptrdiff_t n, const float *b, ptrdiff_t panel,
                                  ptrdiff_t block, float *to, int non_temporal) {
  ptrdiff_t half = strassen_half(k), size = half * CK_WIDTH;
  const float *upper = b + 2 * block * half * n + panel * CK_WIDTH, *lower = upper + half * n;
  for (ptrdiff_t p = 0; p < half; p++, upper += n, lower += n, to += CK_WIDTH) {
    for (ptrdiff_t j = 0; j < CK_WIDTH; j += CK_LANES) {
      store_right_factors(load(upper + j), load(upper + n / 2 + j), load(lower + j),
                          load(lower + n / 2 + j), to + j, size, non_temporal);
    }
  }
}

// The same of the transpose of b (n x k), as they are or turned (strassen_backward.h).
CK_INLINE void pack_right_factors_transposed(ptrdiff_t k, ptrdiff_t n, const float *b,
                                             ptrdiff_t panel, ptrdiff_t block, int is_turned,
                                             float *to, int non_temporal) {
  ptrdiff_t half = strassen_half(k), size = half * CK_WIDTH;
  float quadrants[4][CK_LANES * CK_LANES];
  const float *from = b + panel * CK_WIDTH * k + 2 * block * half;
  for (ptrdiff_t p = 0; p < half; p += CK_LANES) {
    for (ptrdiff_t j = 0; j < CK_WIDTH; j += CK_LANES) {
      // Transpose a square of each quadrant.
      for (int quadrant = 0; quadrant < 4; quadrant++) {
        const float *square = from + (quadrant % 2 * n / 2 + j) * k + quadrant / 2 * half + p;
        transpose_square(square, k, CK_LANES, quadrants[quadrant], CK_LANES);
      }
      // Combine the squares row by row.
      for (ptrdiff_t q = 0; q < CK_LANES; q++) {
        vec b11 = load(quadrants[0] + q * CK_LANES), b12 = load(quadrants[1] + q * CK_LANES);
        vec b21 = load(quadrants[2] + q * CK_LANES), b22 = load(quadrants[3] + q * CK_LANES);
        float *row = to + (p + q) * CK_WIDTH + j;
        if (is_turned) {
          store_turned_factors(b11, b12, b21, b22, row, size, non_temporal);
        } else {
          store_right_factors(b11, b12, b21, b22, row, size, non_temporal);
        }
      }
    }
  }
}

static void strassen_pack(ptrdiff_t k, ptrdiff_t n, const float *b, ptrdiff_t first, ptrdiff_t end,
                          float *packed) {
  ptrdiff_t blocks = strassen_blocks(k), size = CK_FACTORS * strassen_half(k) * CK_WIDTH;
  int non_temporal = stores_past_caches(packed);
  for (ptrdiff_t i = first * blocks; i < end * blocks; i++) {
    if (non_temporal) {
      pack_right_factors(k, n, b, i / blocks, i % blocks, packed + i * size, 1);
    } else {
      pack_right_factors(k, n, b, i / blocks, i % blocks, packed + i * size, 0);
    }
  }
  if (non_temporal) { end_non_temporal_stores(); }
}

static void strassen_pack_transposed(ptrdiff_t k, ptrdiff_t n, const float *b, ptrdiff_t first,
                                     ptrdiff_t end, int is_turned, float *packed) {
  ptrdiff_t blocks = strassen_blocks(k), size = CK_FACTORS * strassen_half(k) * CK_WIDTH;
  int non_temporal = stores_past_caches(packed);
  for (ptrdiff_t i = first * blocks; i < end * blocks; i++) {
    float *to = packed + i * size;
    if (non_temporal) {
      pack_right_factors_transposed(k, n, b, i / blocks, i % blocks, is_turned, to, 1);
    } else {
      pack_right_factors_transposed(k, n, b, i / blocks, i % blocks, is_turned, to, 0);
    }
  }
  if (non_temporal) { end_non_temporal_stores(); }
}

#endif
