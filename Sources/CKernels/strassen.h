// Products by Strassen's seven products (strassen_factors.h has the formulas): with factors that
// were packed for all rows, or, where rows are few, panel by panel with factors that were formed
// for all rows.

#ifndef CK_STRASSEN_H
#define CK_STRASSEN_H

#include "strassen_pack.h"
#include "strassen_tile.h"

// The epilogue and the column sums of the left and of the right half of a panel's columns.
typedef struct {
  ck_epilogue epilogue[2];
  ck_sums sums[2];
} ck_sides;

CK_INLINE ck_sides sides_of(ck_result c, ptrdiff_t panel, ptrdiff_t n) {
  ck_sides sides = {};
  for (int side = 0; side < 2; side++) {
    ptrdiff_t at = panel * CK_WIDTH + side * n / 2;
    if (c.epilogue) {
      sides.epilogue[side] = *c.epilogue;
      sides.epilogue[side].shift = shift_at(c.epilogue, at);
    }
    sides.sums[side] = sums_at(c.sums, at);
  }
  return sides;
}

// Multiplies pairs of rows [i, end) by one panel. Their left factors are pairs i, i + 1, ... of
// `a`, and the even row of pair i is row `top` of the result. `ends` says whether this block of k
// is the last one, which completes the sums.
CK_INLINE void multiply_pairs(ptrdiff_t i, ptrdiff_t end, ptrdiff_t top, ptrdiff_t half,
                              ck_left_factors a, ck_right_factors b, ptrdiff_t panel, ptrdiff_t n,
                              ck_result c, int mode, int ends, ck_sides *sides, float *saved,
                              ck_prefetcher *prefetcher) {
  // The even rows are the upper quadrants, the odd ones the lower.
  float *starts[2][CK_TILE_ROWS];
  for (ptrdiff_t r = 0; r < 2 * (end - i) && c.starts; r++) {
    starts[r % 2][r / 2] = c.starts[top + r];
  }
  ck_quadrant quadrants[4];
  for (int q = 0; q < 4; q++) {
    int side = q % 2;
    float *row = c.starts ? starts[q / 2][0] : c.first + (top + q / 2) * c.pitch;
    quadrants[q] =
        (ck_quadrant){row + panel * CK_WIDTH + side * n / 2, c.starts ? starts[q / 2] : NULL, mode,
                      ends && c.epilogue ? &sides->epilogue[side] : NULL,
                      ends && c.sums ? &sides->sums[side] : NULL};
  }
  a.first += i * a.row;
  (c.starts ? scattered_quadrants : pitched_quadrants)[end - i](half, a, b, saved, 2 * c.pitch,
                                                                quadrants, prefetcher);
}

static void strassen_multiply(ptrdiff_t rows, ptrdiff_t n, ptrdiff_t first, ptrdiff_t end,
                              ck_rows a, const ck_residual *residual, const float *packed,
                              ck_result c, int adds, float *scratch) {
  // Rows of a factor are 16 elements longer than `half`: rows whose distance is a power of two
  // share sets of the cache. Scratch memory: three tiles, then the left factors of a block
  // (7 x CK_ROWS / 2 x pitch).
  ptrdiff_t k = a.length, blocks = strassen_blocks(k), half = strassen_half(k);
  ptrdiff_t pitch = half + 16, distance = CK_ROWS / 2 * pitch;
  float *left = scratch + 3 * CK_TILE_SIZE;
  int non_temporal = c.non_temporal && blocks == 1 && !adds;
  for (ptrdiff_t top = 0; top < rows; top += CK_ROWS) {
    ptrdiff_t height = smaller(CK_ROWS, rows - top), pairs = height / 2, tiles = tile_count(pairs);
    ptrdiff_t below = top + height;
    for (ptrdiff_t block = 0; block < blocks; block++) {
      ptrdiff_t p = 2 * block * half, beyond = p + 2 * half;
      int ends = beyond == k, mode = adds || block > 0 ? CK_ADD
                                     : non_temporal    ? CK_STORE_NON_TEMPORAL
                                                       : CK_STORE;
      // Prefetch what is read next: the same rows' next columns or, after the last ones, the rows
      // below; and what is added to them.
      ptrdiff_t pieces = CK_FACTORS * tiles * (end - first) * piece_count(half);
      ck_prefetch_cursor next =
          ends ? cursor_over_rows(a, below, smaller(below + CK_ROWS, rows + a.following), 0,
                                  2 * half)
               : cursor_over_rows(a, top, below, beyond, beyond + 2 * half);
      ck_prefetcher prefetcher = {};
      set_cursor(&prefetcher, 0, next, pieces);
      if (residual) {
        next.rows.first = at_offset(a.first, residual->addend);
        set_cursor(&prefetcher, 1, next, pieces);
      }
      // Form the left factors of the block of rows and of k.
      form_left_factors(pairs, a, residual, top, p, half, left, pitch, distance, 0);
      // Multiply them by each panel (7 x half x CK_WIDTH), tile by tile down the rows.
      for (ptrdiff_t panel = first; panel < end; panel++) {
        const float *b = packed + (panel * blocks + block) * CK_FACTORS * half * CK_WIDTH;
        ck_sides sides = sides_of(c, panel, n);
        for (int side = 0; side < 2; side++) {
          sides.sums[side].begins = sides.sums[side].begins && top == 0;
        }
        for (ptrdiff_t tile = 0; tile < tiles; tile++) {
          ptrdiff_t i = tile_start(tile, tiles, pairs);
          multiply_pairs(i, tile_start(tile + 1, tiles, pairs), top + 2 * i, half,
                         (ck_left_factors){left, pitch, 1, distance, natural_order},
                         (ck_right_factors){b, CK_WIDTH, half * CK_WIDTH}, panel, n, c, mode, ends,
                         &sides, scratch, &prefetcher);
        }
      }
    }
  }
  if (non_temporal || (residual && residual->non_temporal)) { end_non_temporal_stores(); }
}

static void strassen_form(ptrdiff_t rows, ptrdiff_t all, ck_rows a, const ck_residual *residual,
                          float *factors) {
  ptrdiff_t blocks = strassen_blocks(a.length), half = strassen_half(a.length);
  ptrdiff_t pitch = half + 16, distance = all / 2 * pitch;
  int non_temporal = stores_past_caches(factors);
  // factors (blocks x 7 x all / 2 x pitch), of which this call forms the first rows / 2 pairs.
  for (ptrdiff_t block = 0; block < blocks; block++, factors += CK_FACTORS * distance) {
    if (non_temporal) {
      form_left_factors(rows / 2, a, residual, 0, 2 * block * half, half, factors, pitch, distance,
                        1);
    } else {
      form_left_factors(rows / 2, a, residual, 0, 2 * block * half, half, factors, pitch, distance,
                        0);
    }
  }
  if (non_temporal || (residual && residual->non_temporal)) { end_non_temporal_stores(); }
}

// Prefetches, during `pieces` pieces, what a panel's factors of a block of k are made of: its
// columns of b in both halves or, where b is transposed, its rows.
CK_INLINE void set_panel_cursors(ck_prefetcher *prefetcher, ptrdiff_t k, ptrdiff_t n,
                                 const float *b, int transposed, ptrdiff_t panel, ptrdiff_t block,
                                 ptrdiff_t pieces) {
  ptrdiff_t depth = 2 * strassen_half(k), at = panel * CK_WIDTH, top = block * depth;
  for (int side = 0; side < 2; side++, at += n / 2) {
    ck_rows rows = {.first = b, .segments = 1, .pitch = transposed ? k : n};
    rows.length = rows.pitch;
    ck_prefetch_cursor ahead = transposed
                                   ? cursor_over_rows(rows, at, at + CK_WIDTH, top, top + depth)
                                   : cursor_over_rows(rows, top, top + depth, at, at + CK_WIDTH);
    set_cursor(prefetcher, side, ahead, pieces);
  }
}

static void strassen_multiply_panel(ptrdiff_t rows, ptrdiff_t k, ptrdiff_t n, ptrdiff_t panel,
                                    ptrdiff_t next, const float *factors, const float *b,
                                    int transposed, ck_result c, int adds, float *scratch) {
  ptrdiff_t blocks = strassen_blocks(k), half = strassen_half(k), pitch = half + 16;
  ptrdiff_t pairs = rows / 2, distance = pairs * pitch, tiles = tile_count(pairs);
  ptrdiff_t pieces = CK_FACTORS * piece_count(half);
  // Scratch memory: three tiles, then the right factors of the panel (7 x half x CK_WIDTH).
  float *right = scratch + 3 * CK_TILE_SIZE;
  ck_sides sides = sides_of(c, panel, n);
  // For each block of k, with its left factors (7 x pairs x pitch):
  for (ptrdiff_t block = 0; block < blocks; block++, factors += CK_FACTORS * distance) {
    if (transposed) {
      pack_right_factors_transposed(k, n, b, panel, block, 0, right, 0);
    } else {
      pack_right_factors(k, n, b, panel, block, right, 0);
    }
    // Prefetch the elements of b for the next block or, after the last one, for panel `next`.
    int ends = block == blocks - 1;
    ck_prefetcher prefetcher = {};
    if (!ends || next >= 0) {
      set_panel_cursors(&prefetcher, k, n, b, transposed, ends ? next : panel, ends ? 0 : block + 1,
                        pieces * tiles);
    }
    // Multiply tile by tile down the pairs of rows.
    for (ptrdiff_t tile = 0; tile < tiles; tile++) {
      ptrdiff_t i = tile_start(tile, tiles, pairs), end = tile_start(tile + 1, tiles, pairs);
      // Prefetch the left factors of the tile below.
      ck_rows below = {.first = factors, .pitch = distance, .segments = 1, .length = distance};
      set_cursor(&prefetcher, 2,
                 cursor_over_rows(below, 0, end < pairs ? CK_FACTORS : 0, end * pitch,
                                  tile_start(tile + 2, tiles, pairs) * pitch),
                 pieces);
      multiply_pairs(i, end, 2 * i, half,
                     (ck_left_factors){factors, pitch, 1, distance, natural_order},
                     (ck_right_factors){right, CK_WIDTH, half * CK_WIDTH}, panel, n, c,
                     adds || block > 0 ? CK_ADD : CK_STORE, ends, &sides, scratch, &prefetcher);
    }
  }
}

#endif
