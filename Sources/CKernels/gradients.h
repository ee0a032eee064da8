// Gradients of weights: dw (m x n) = aT b, summed over rows of both.

#ifndef CK_GRADIENTS_H
#define CK_GRADIENTS_H

#include "products.h"

static void gradient_windows(ptrdiff_t lines, ptrdiff_t line, ptrdiff_t rows, ptrdiff_t n,
                             ck_windows a, const float *b, float *dw, int adds, const float *next) {
  // Prefetch rows of `next`, as many as b has, spread evenly over the tiles.
  ptrdiff_t tiles = tile_count(a.length);
  ptrdiff_t calls = a.runs * tiles * ((n + CK_WIDTH - 1) / CK_WIDTH);
  ptrdiff_t ahead = lines * rows * n / CK_LINE / calls + 1;
  const float *end = next ? next + lines * rows * n : NULL;
  // Run r of the windows' elements gives rows [r * length, (r + 1) * length) of dw.
  for (ptrdiff_t run = 0; run < a.runs; run++) {
    for (ptrdiff_t j = 0; j < n; j += CK_WIDTH) {
      for (ptrdiff_t tile = 0; tile < tiles; tile++) {
        ptrdiff_t i = tile_start(tile, tiles, a.length);
        next = prefetch_run(next, end, ahead);
        // The tile's sum over `lines` turns of `rows` windows: its columns of a are elements i,
        // i + 1, ... of run `run`, whose windows are a.pitch apart on a line, and lines are `line`
        // apart.
        window_tiles[tile_start(tile + 1, tiles, a.length) - i](
            lines, rows, a.first + run * a.distance + i, 1, a.pitch, line, b + j, n,
            dw + (run * a.length + i) * n + j, n, smaller(CK_WIDTH, n - j), adds, NULL, NULL);
      }
    }
  }
}

static void gradient_in_place(ptrdiff_t rows, ptrdiff_t m, ptrdiff_t n, const float *a,
                              ptrdiff_t lda, const float *b, ptrdiff_t ldb, float *dw,
                              ptrdiff_t ldw, int adds, const float *next_a, const float *next_b) {
  // Prefetch the next product's rows, spread evenly over the tiles.
  ptrdiff_t tiles = tile_count(m), calls = tiles * ((n + CK_WIDTH - 1) / CK_WIDTH);
  ptrdiff_t lines = rows * lda / CK_LINE / calls + 1,
            other_lines = rows * ldb / CK_LINE / calls + 1;
  const float *a_end = next_a ? next_a + rows * lda : NULL;
  const float *b_end = next_b ? next_b + rows * ldb : NULL;
  for (ptrdiff_t j = 0; j < n; j += CK_WIDTH) {
    for (ptrdiff_t tile = 0; tile < tiles; tile++) {
      ptrdiff_t i = tile_start(tile, tiles, m), end = tile_start(tile + 1, tiles, m);
      next_a = prefetch_run(next_a, a_end, lines);
      next_b = prefetch_run(next_b, b_end, other_lines);
      // Prefetch the rows of dw that the tile below adds to.
      if (end < m) { prefetch_tile(dw + end * ldw + j, ldw, end - i); }
      gradient_tiles[end - i](rows, a + i, lda, b + j, ldb, dw + i * ldw + j, ldw,
                              smaller(CK_WIDTH, n - j), adds, NULL);
    }
  }
}

static void gradient(ptrdiff_t rows, ck_rows a, ck_rows b, float *dw, ptrdiff_t ldw, int adds,
                     float *scratch) {
  ptrdiff_t m = a.segments * a.length, n = b.segments * b.length;
  // Rows in scratch memory: room for whole vectors beyond the last column, and 16 elements more,
  // because rows whose distance is a power of two share sets of the cache. a's rows come first,
  // then b's.
  ptrdiff_t lda = (m + 15) / 16 * 16 + 16, ldb = (n + 31) / 32 * 32 + 16;
  float *right = scratch + CK_GRADIENT_ROWS * lda;
  int left_in_place = is_read_in_place(a, CK_GRADIENT_PITCH_IN_PLACE);
  int right_in_place = is_read_in_place(b, CK_GRADIENT_PITCH_IN_PLACE) && n % CK_WIDTH == 0;
  if (left_in_place) { lda = a.pitch; }
  if (right_in_place) { ldb = b.pitch; }
  // Every call of a tile's function prefetches a part of the next block of rows.
  ptrdiff_t tiles = tile_count(m), calls = tiles * ((n + CK_WIDTH - 1) / CK_WIDTH);
  for (ptrdiff_t top = 0; top < rows; top += CK_GRADIENT_ROWS) {
    ptrdiff_t height = smaller(CK_GRADIENT_ROWS, rows - top);
    // Gather a block of rows of a (height x lda) and of b (height x ldb), unless they can be read
    // in place.
    for (ptrdiff_t r = 0; r < height && !left_in_place; r++) {
      read_row(a, top + r, 0, m, scratch + r * lda);
    }
    for (ptrdiff_t r = 0; r < height && !right_in_place; r++) {
      read_row(b, top + r, 0, n, right + r * ldb);
    }
    const float *x = left_in_place ? a.first + top * lda : scratch;
    const float *y = right_in_place ? b.first + top * ldb : right;
    // Prefetch the rows of the block after this one.
    ptrdiff_t end = smaller(rows, top + 2 * CK_GRADIENT_ROWS);
    ck_prefetcher prefetcher = {};
    set_cursor(&prefetcher, 0, cursor_over_rows(a, top + height, end, 0, m),
               calls * piece_count(height));
    set_cursor(&prefetcher, 1, cursor_over_rows(b, top + height, end, 0, n),
               calls * piece_count(height));
    // Add the block to dw: panel by panel of its columns, tile by tile of its rows.
    for (ptrdiff_t j = 0; j < n; j += CK_WIDTH) {
      for (ptrdiff_t tile = 0; tile < tiles; tile++) {
        ptrdiff_t i = tile_start(tile, tiles, m), below = tile_start(tile + 1, tiles, m);
        // Prefetch the rows of dw that the tile below adds to.
        for (ptrdiff_t r = below; r < tile_start(tile + 2, tiles, m) && below < m; r++) {
          prefetch_columns(dw + r * ldw + j, 1);
        }
        gradient_tiles[below - i](height, x + i, lda, y + j, ldb, dw + i * ldw + j, ldw,
                                  smaller(CK_WIDTH, n - j), adds || top > 0, &prefetcher);
      }
    }
  }
}

#endif
