// Both gradients of a product y = a w whose result is normalised (backward.h), by Strassen's seven
// products.
//
// t, the gradient of y, is the right matrix of aT t and the left one of t wT. One set of factors
// serves both: with its rows exchanged, its columns exchanged, and the sign of the second column
// turned,
//
//     [t22 -t21]   [0 1] [t11 t12] [0 -1]
//     [t12 -t11] = [1 0] [t21 t22] [1  0]
//
// the left factors of t are its right factors in another order, four of them with the other sign.
// So t wT is computed as the product of that matrix and [wT2; -wT1], whose right factors turn the
// signs back (store_turned_factors), and the rows of the product are exchanged again where they are
// written.

#ifndef CK_STRASSEN_BACKWARD_H
#define CK_STRASSEN_BACKWARD_H

#include "backward.h"
#include "strassen_tile.h"

// Where the right factor of t is stored that serves as the left one of product s.
static const signed char turned_order[CK_FACTORS] = {6, 1, 2, 3, 0, 5, 4};

// The right factors of t for pairs of rows [top, top + 2 * pairs): to (7 x pairs x n / 2), factors
// `distance` and pairs `pitch` apart.
static void form_result_gradient_factors(ptrdiff_t pairs, ptrdiff_t n, ck_normalized_gradient g,
                                         ptrdiff_t top, float *to, ptrdiff_t pitch,
                                         ptrdiff_t distance) {
  ptrdiff_t half = n / 2;
  for (ptrdiff_t r = 0; r < pairs; r++, to += pitch) {
    const float *dy = g.dy + (top + 2 * r) * n, *y = g.y + (top + 2 * r) * n;
    for (ptrdiff_t j = 0; j < half; j += CK_LANES) {
      store_right_factors(gradient_at(g, dy, y, j), gradient_at(g, dy, y, j + half),
                          gradient_at(g, dy + n, y + n, j), gradient_at(g, dy + n, y + n, j + half),
                          to + j, distance, 0);
    }
  }
}

static void strassen_backward(ptrdiff_t rows, ck_rows a, ptrdiff_t n, ck_normalized_gradient g,
                              const float *packed, ck_result dx, int adds, float *sums,
                              float *scratch) {
  ptrdiff_t k = a.length, most = backward_step(rows, k, n);
  // Blocks of pairs of rows, of equal size.
  ptrdiff_t blocks = (rows + most - 1) / most;
  ptrdiff_t step = blocks == 0 ? 1 : (rows / 2 + blocks - 1) / blocks * 2;
  // Scratch memory: three tiles, the left factors of a (7 x pairs x pitch), those of t
  // (7 x pairs x pitch_t). Pitches are 16 more than their rows: rows whose distance is a power of
  // two share sets of the cache.
  ptrdiff_t pitch = k / 2 + 16, pitch_t = n / 2 + 16;
  float *left = scratch + 3 * CK_TILE_SIZE;
  float *t = left + CK_FACTORS * (CK_GRADIENT_ROWS / 2) * pitch;
  ptrdiff_t tiles = tile_count(k / 2), panels = n / 2 / CK_WIDTH;
  ptrdiff_t dx_panels = dx.first ? k / 2 / CK_WIDTH : 0;
  int non_temporal = dx.non_temporal && !adds;
  int mode = adds ? CK_ADD : non_temporal ? CK_STORE_NON_TEMPORAL : CK_STORE;
  for (ptrdiff_t top = 0; top < rows; top += step) {
    ptrdiff_t height = smaller(step, rows - top), pairs = height / 2, dx_tiles = tile_count(pairs);
    ptrdiff_t distance = pairs * pitch, distance_t = pairs * pitch_t;
    // Form the factors of the block.
    form_result_gradient_factors(pairs, n, g, top, t, pitch_t, distance_t);
    form_gradient_factors(1, pairs, a, top, 0, k / 2, left, pitch, distance);
    // Prefetch during both products what the next block reads: dy, y and a.
    ptrdiff_t end = smaller(rows + a.following, top + height + step);
    ptrdiff_t pieces = CK_FACTORS * (panels * tiles * piece_count(pairs) +
                                     dx_panels * dx_tiles * piece_count(n / 2));
    ck_prefetcher prefetcher;
    set_cursor(&prefetcher, 0, cursor_over_dense(g.dy, n, top + height, end), pieces);
    set_cursor(&prefetcher, 1, cursor_over_dense(g.y, n, top + height, end), pieces);
    set_cursor(&prefetcher, 2, cursor_over_dense(a.first, k, top + height, end), pieces);
    // sums += aT t: four tiles, one of each quadrant, lie together.
    for (ptrdiff_t panel = 0; panel < panels; panel++) {
      for (ptrdiff_t tile = 0; tile < tiles; tile++) {
        ptrdiff_t i = tile_start(tile, tiles, k / 2);
        float *sum = sums + (panel * tiles + tile) * 4 * CK_TILE_SIZE;
        ck_quadrant quadrants[4];
        for (int q = 0; q < 4; q++) {
          quadrants[q] =
              (ck_quadrant){sum + q * CK_TILE_SIZE, NULL, top > 0 ? CK_ADD : CK_STORE, NULL, NULL};
        }
        gradient_quadrants[tile_start(tile + 1, tiles, k / 2) - i](
            pairs, (ck_left_factors){left + i, 1, pitch, distance, natural_order},
            (ck_right_factors){t + panel * CK_WIDTH, pitch_t, distance_t}, scratch, CK_WIDTH,
            quadrants, &prefetcher);
      }
    }
    // dx = t wT: packed are the turned factors of wT (7 x n / 2 x CK_WIDTH a panel).
    for (ptrdiff_t panel = 0; panel < dx_panels; panel++) {
      ck_sums column_sums[2] = {sums_at(dx.sums, panel * CK_WIDTH),
                                sums_at(dx.sums, panel * CK_WIDTH + k / 2)};
      for (ptrdiff_t tile = 0; tile < dx_tiles; tile++) {
        ptrdiff_t i = tile_start(tile, dx_tiles, pairs);
        float *to = dx.first + (top + 2 * i) * k + panel * CK_WIDTH;
        ck_quadrant quadrants[4];
        for (int q = 0; q < 4; q++) {
          // The rows of the product are exchanged: its upper quadrants are the odd rows.
          int side = q % 2;
          quadrants[q] = (ck_quadrant){to + (1 - q / 2) * k + side * k / 2, NULL, mode, dx.epilogue,
                                       dx.sums ? &column_sums[side] : NULL};
        }
        pitched_quadrants[tile_start(tile + 1, dx_tiles, pairs) - i](
            n / 2, (ck_left_factors){t + i * pitch_t, pitch_t, 1, distance_t, turned_order},
            (ck_right_factors){packed + panel * CK_FACTORS * n / 2 * CK_WIDTH, CK_WIDTH,
                               n / 2 * CK_WIDTH},
            scratch, 2 * k, quadrants, &prefetcher);
      }
    }
  }
  if (non_temporal) { end_non_temporal_stores(); }
}

static ptrdiff_t strassen_backward_sums(ptrdiff_t k, ptrdiff_t n) {
  return tile_count(k / 2) * (n / 2 / CK_WIDTH) * 4 * CK_TILE_SIZE;
}

static void strassen_backward_add(ptrdiff_t k, ptrdiff_t n, ptrdiff_t first, ptrdiff_t end,
                                  const float *sums, ptrdiff_t groups, ptrdiff_t distance,
                                  float *dw) {
  ptrdiff_t tiles = tile_count(k / 2);
  for (ptrdiff_t panel = first; panel < end; panel++) {
    for (ptrdiff_t tile = 0; tile < tiles; tile++) {
      ptrdiff_t i = tile_start(tile, tiles, k / 2), rows = tile_start(tile + 1, tiles, k / 2) - i;
      for (int q = 0; q < 4; q++) {
        const float *from = sums + ((panel * tiles + tile) * 4 + q) * CK_TILE_SIZE;
        float *to = dw + (i + q / 2 * k / 2) * n + q % 2 * n / 2 + panel * CK_WIDTH;
        sum_groups(rows, from, groups, distance, CK_WIDTH, to, n);
      }
    }
  }
}

#endif
