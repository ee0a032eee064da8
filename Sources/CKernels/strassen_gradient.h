// Gradients of weights by Strassen's seven products: dw (2m x 2n) = aT b, summed over pairs of
// rows. The even rows are one half of the depth, the odd ones the other; quadrants of dw are halves
// of its rows and columns.

#ifndef CK_STRASSEN_GRADIENT_H
#define CK_STRASSEN_GRADIENT_H

#include "strassen_tile.h"

static void strassen_gradient(ptrdiff_t rows, ck_rows a, ck_rows b, float *dw, ptrdiff_t ldw,
                              int adds, float *scratch) {
  ptrdiff_t m = a.length / 2, n = b.length / 2, tiles = tile_count(m), panels = n / CK_WIDTH;
  // Scratch memory: three tiles, the right factors of a panel (7 x pairs x CK_WIDTH), the left
  // factors of a block (7 x pairs x pitch). pitch is 16 more than m: rows whose distance is a power
  // of two share sets of the cache.
  ptrdiff_t pitch = m + 16;
  float *right = scratch + 3 * CK_TILE_SIZE,
        *left = right + CK_FACTORS * CK_STRASSEN_GRADIENT_ROWS / 2 * CK_WIDTH;
  // Blocks of pairs of rows, of equal size.
  ptrdiff_t blocks = (rows + CK_STRASSEN_GRADIENT_ROWS - 1) / CK_STRASSEN_GRADIENT_ROWS;
  ptrdiff_t step = blocks == 0 ? 1 : (rows / 2 + blocks - 1) / blocks * 2;
  for (ptrdiff_t top = 0; top < rows; top += step) {
    ptrdiff_t height = smaller(step, rows - top), pairs = height / 2, below = top + height;
    ptrdiff_t end = smaller(rows, below + step);
    ptrdiff_t distance = pairs * pitch, pieces = CK_FACTORS * tiles * panels * piece_count(pairs);
    // Prefetch the rows of the block after this one.
    ck_prefetcher prefetcher = {};
    set_cursor(&prefetcher, 0, cursor_over_rows(a, below, end, 0, a.length), pieces);
    set_cursor(&prefetcher, 1, cursor_over_rows(b, below, end, 0, b.length), pieces);
    // Form the left factors of the block, then panel by panel the right ones, and add their product
    // to dw.
    form_gradient_factors(1, pairs, a, top, 0, m, left, pitch, distance);
    for (ptrdiff_t panel = 0; panel < panels; panel++) {
      form_gradient_factors(0, pairs, b, top, panel * CK_WIDTH, CK_WIDTH, right, CK_WIDTH,
                            pairs * CK_WIDTH);
      for (ptrdiff_t tile = 0; tile < tiles; tile++) {
        ptrdiff_t i = tile_start(tile, tiles, m), count = tile_start(tile + 1, tiles, m) - i;
        ck_quadrant quadrants[4];
        for (int q = 0; q < 4; q++) {
          quadrants[q] = (ck_quadrant){dw + (q / 2 * m + i) * ldw + q % 2 * n + panel * CK_WIDTH,
                                       NULL, adds || top > 0 ? CK_ADD : CK_STORE, NULL, NULL};
        }
        gradient_quadrants[count](pairs,
                                  (ck_left_factors){left + i, 1, pitch, distance, natural_order},
                                  (ck_right_factors){right, CK_WIDTH, pairs * CK_WIDTH}, scratch,
                                  ldw, quadrants, &prefetcher);
      }
    }
  }
}

#endif
