// Both gradients of a product y = a w (rows x k by k x n) whose result y is normalised.
//
// The gradient t of y is formed of the gradient of what follows, a block of rows at a time, and
// both products read it while it is in the second-level cache, so that it never goes through
// memory:
//
//     sums (k x n) = aT t        dx (rows x k) = t wT
//
// The sums lie tile by tile in the order in which tiles are computed, so that they are read and
// written as one run; ck_backward_add puts them in order.

#ifndef CK_BACKWARD_H
#define CK_BACKWARD_H

#include "gradients.h"
#include "normalized_gradient.h"

// Weights whose sums take a small part of a second-level cache, and so many that their sums do not
// fit into it beside the rows that they are made of.
enum { CK_FEW_WEIGHTS = 1 << 15, CK_MANY_WEIGHTS = 1 << 19 };

// A cursor over rows [row, end) of a matrix that lies row after row.
CK_INLINE ck_prefetch_cursor cursor_over_dense(const float *first, ptrdiff_t columns, ptrdiff_t row,
                                               ptrdiff_t end) {
  ck_rows rows = {.first = first, .pitch = columns, .segments = 1, .length = columns};
  return cursor_over_rows(rows, row, end, 0, columns);
}

// Rows of a block. Blocks are equal and have CK_GRADIENT_ROWS rows at most, or half of that where
// the sums fill much of the second-level cache. Where they do not fit at all every block reads them
// from further away, so larger blocks are better again.
CK_INLINE ptrdiff_t backward_step(ptrdiff_t rows, ptrdiff_t k, ptrdiff_t n) {
  int fills_cache = k * n > CK_FEW_WEIGHTS && k * n < CK_MANY_WEIGHTS;
  ptrdiff_t most = fills_cache ? CK_GRADIENT_ROWS / 2 : CK_GRADIENT_ROWS;
  ptrdiff_t blocks = (rows + most - 1) / most;
  return blocks == 0 ? 1 : (rows + blocks - 1) / blocks;
}

static void backward(ptrdiff_t rows, ck_rows a, ptrdiff_t n, ck_normalized_gradient g,
                     const float *packed, ck_result dx, int adds, float *sums, float *scratch) {
  ptrdiff_t k = a.length, step = backward_step(rows, k, n);
  // Scratch memory: a block of a (CK_GRADIENT_ROWS x lda), then one of t (CK_GRADIENT_ROWS x ldt),
  // with room for whole vectors beyond the last column and pitches that are no powers of two.
  ptrdiff_t lda = (k + 15) / 16 * 16 + 16, ldt = (n + 31) / 32 * 32 + 16;
  float *t = scratch + CK_GRADIENT_ROWS * lda;
  int in_place = is_read_in_place(a, CK_GRADIENT_PITCH_IN_PLACE);
  if (in_place) { lda = a.pitch; }
  ptrdiff_t tiles = tile_count(k), panels = (n + CK_WIDTH - 1) / CK_WIDTH;
  ptrdiff_t dx_panels = dx.first ? (k + CK_WIDTH - 1) / CK_WIDTH : 0;
  int non_temporal = dx.non_temporal && !adds && k % 16 == 0;
  for (ptrdiff_t top = 0; top < rows; top += step) {
    ptrdiff_t height = smaller(step, rows - top), dx_tiles = tile_count(height);
    // Form the block of t (height x ldt), and gather that of a unless it can be read in place.
    form_gradient(height, n, g, top, t, ldt, 0);
    for (ptrdiff_t r = 0; r < height && !in_place; r++) {
      read_row(a, top + r, 0, k, scratch + r * lda);
    }
    const float *x = in_place ? a.first + top * lda : scratch;
    // Prefetch during both products what the next block reads: dy, y and a.
    ptrdiff_t end = smaller(rows + a.following, top + 2 * step);
    ptrdiff_t pieces = panels * tiles * piece_count(height) + dx_panels * dx_tiles * piece_count(n);
    ck_prefetcher prefetcher;
    set_cursor(&prefetcher, 0, cursor_over_dense(g.dy, n, top + height, end), pieces);
    set_cursor(&prefetcher, 1, cursor_over_dense(g.y, n, top + height, end), pieces);
    set_cursor(&prefetcher, 2, cursor_over_dense(a.first, k, top + height, end), pieces);
    // sums += aT t, panel by panel of the columns of t.
    for (ptrdiff_t panel = 0; panel < panels; panel++) {
      for (ptrdiff_t tile = 0; tile < tiles; tile++) {
        ptrdiff_t i = tile_start(tile, tiles, k);
        float *sum = sums + (panel * tiles + tile) * CK_TILE_SIZE;
        if (top > 0 && k * n > CK_FEW_WEIGHTS) {
          prefetch_run(sum + CK_TILE_SIZE, sum + 2 * CK_TILE_SIZE, CK_TILE_SIZE);
        }
        gradient_tiles[tile_start(tile + 1, tiles, k) - i](
            height, x + i, lda, t + panel * CK_WIDTH, ldt, sum, CK_WIDTH, CK_WIDTH,
            top > 0 ? CK_ADD : CK_STORE, &prefetcher);
      }
    }
    // dx = t wT: packed are panels (n x CK_WIDTH) of wT.
    for (ptrdiff_t panel = 0; panel < dx_panels; panel++) {
      ptrdiff_t at = panel * CK_WIDTH, columns = smaller(CK_WIDTH, k - at);
      int mode = adds                                  ? CK_ADD
                 : non_temporal && columns == CK_WIDTH ? CK_STORE_NON_TEMPORAL
                                                       : CK_STORE;
      ck_sums column_sums = sums_at(dx.sums, at);
      for (ptrdiff_t tile = 0; tile < dx_tiles; tile++) {
        prefetch_next_results(dx, top, height, tile, dx_tiles, panel, dx_panels, mode);
        ptrdiff_t i = tile_start(tile, dx_tiles, height);
        pitched_tiles[tile_start(tile + 1, dx_tiles, height) - i](
            n, t + i * ldt, ldt, packed + panel * n * CK_WIDTH, dx.first + (top + i) * k + at, k,
            columns, mode, dx.epilogue, dx.sums ? &column_sums : NULL, &prefetcher);
      }
    }
  }
  if (non_temporal) { end_non_temporal_stores(); }
}

static ptrdiff_t backward_sums(ptrdiff_t k, ptrdiff_t n) {
  return tile_count(k) * CK_TILE_ROWS * ((n + CK_WIDTH - 1) / CK_WIDTH * CK_WIDTH);
}

// Writes a tile's rows of dw: to (rows x columns), rows ldc apart, = the sum of `groups` tiles that
// begin `distance` apart, added in ascending order.
CK_INLINE void sum_groups(ptrdiff_t rows, const float *from, ptrdiff_t groups, ptrdiff_t distance,
                          ptrdiff_t columns, float *to, ptrdiff_t ldc) {
  for (ptrdiff_t i = 0; i < rows; i++, from += CK_WIDTH, to += ldc) {
    vec low = load(from), high = load(from + CK_LANES);
    for (ptrdiff_t group = 1; group < groups; group++) {
      low = low + load(from + group * distance);
      high = high + load(from + group * distance + CK_LANES);
    }
    vec row[CK_TILE_ROWS][2] = {{low, high}};
    write_tile(1, row, NULL, to, 0, columns, CK_STORE, NULL, NULL);
  }
}

static void backward_add(ptrdiff_t k, ptrdiff_t n, ptrdiff_t first, ptrdiff_t end,
                         const float *sums, ptrdiff_t groups, ptrdiff_t distance, float *dw) {
  ptrdiff_t tiles = tile_count(k);
  for (ptrdiff_t panel = first; panel < end; panel++) {
    ptrdiff_t at = panel * CK_WIDTH, columns = smaller(CK_WIDTH, n - at);
    for (ptrdiff_t tile = 0; tile < tiles; tile++) {
      ptrdiff_t i = tile_start(tile, tiles, k);
      sum_groups(tile_start(tile + 1, tiles, k) - i, sums + (panel * tiles + tile) * CK_TILE_SIZE,
                 groups, distance, columns, dw + i * n + at, n);
    }
  }
}

#endif
