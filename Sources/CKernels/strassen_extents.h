// How Strassen's products cut k; the same for every implementation.

#ifndef CK_STRASSEN_EXTENTS_H
#define CK_STRASSEN_EXTENTS_H

#include "CKernels.h"

enum {
  // Products of quadrants, and factors on either side.
  CK_FACTORS = 7,
  // Rows that ck_strassen_gradient sums over at a time.
  CK_STRASSEN_GRADIENT_ROWS = 256,
  // Floats of a tile of the implementation with the largest tiles (avx512: 14 rows of 32).
  CK_LARGEST_TILE = 14 * 32,
};

// k is cut into equal blocks of at most CK_DEPTH. Each block has quadrants of its own, whose depth
// is half of the block's.
static inline ptrdiff_t strassen_blocks(ptrdiff_t k) { return (k + CK_DEPTH - 1) / CK_DEPTH; }
static inline ptrdiff_t strassen_half(ptrdiff_t k) { return k / strassen_blocks(k) / 2; }

#endif
