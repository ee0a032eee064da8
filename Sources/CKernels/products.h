// Products of a matrix whose rows are read as ck_rows has it, or of windows of an image, with a
// packed matrix.

#ifndef CK_PRODUCTS_H
#define CK_PRODUCTS_H

#include "pack.h"
#include "tiles.h"

// Whether rows that are at most `most` apart can be read where they lie: they are contiguous,
// nothing has to be done to their elements, and all of k is one block.
CK_INLINE int is_read_in_place(ck_rows a, ptrdiff_t most) {
  return !a.starts && !a.scale && a.pitch <= most && a.length <= CK_DEPTH;
}

// The largest pitch at which the rows of a tile do not evict each other from the first-level cache:
// in products, which read them all at once, and in gradients, which read them one after the other.
enum { CK_PITCH_IN_PLACE = 512, CK_GRADIENT_PITCH_IN_PLACE = 256 };

// Prefetches what the tile after tile `tile` of panel `panel` meets in memory besides its factors:
// the results that it writes over or adds to, the epilogue's addend and gate, and the x of the
// column sums. The next tile is the one below or, after the last one, the first one of the next
// panel.
CK_INLINE void prefetch_next_results(ck_result c, ptrdiff_t top, ptrdiff_t height, ptrdiff_t tile,
                                     ptrdiff_t tiles, ptrdiff_t panel, ptrdiff_t panels, int mode) {
  tile++;
  if (tile == tiles) {
    tile = 0;
    panel++;
  }
  ptrdiff_t addend = c.epilogue ? c.epilogue->addend : 0, gate = c.epilogue ? c.epilogue->gate : 0;
  ptrdiff_t x = c.sums ? c.sums->x : 0;
  if (panel == panels || (mode == CK_STORE_NON_TEMPORAL && !addend && !gate && !x)) { return; }
  ptrdiff_t row = top + tile_start(tile, tiles, height);
  ptrdiff_t end = top + tile_start(tile + 1, tiles, height);
  for (; row < end; row++) {
    const float *to = (c.starts ? c.starts[row] : c.first + row * c.pitch) + panel * CK_WIDTH;
    if (mode != CK_STORE_NON_TEMPORAL) { prefetch_columns(to, 1); }
    if (addend) { prefetch_columns(at_offset(to, addend), 0); }
    if (gate) { prefetch_columns(at_offset(to, gate), 0); }
    if (x) { prefetch_columns(at_offset(to, x), 0); }
  }
}

static void multiply(ptrdiff_t rows, ptrdiff_t n, ptrdiff_t first, ptrdiff_t end, ck_rows a,
                     const float *packed, ptrdiff_t depth, ck_result c, int adds, float *scratch) {
  // k is cut into blocks of equal length, at most CK_DEPTH, rounded up to whole cache lines.
  ptrdiff_t k = a.segments * a.length;
  ptrdiff_t blocks = (k + CK_DEPTH - 1) / CK_DEPTH;
  ptrdiff_t step = blocks == 0 ? 0 : ((k + blocks - 1) / blocks + 15) / 16 * 16;
  int in_place = is_read_in_place(a, CK_PITCH_IN_PLACE);
  // The epilogue with the shift of the panel at hand.
  ck_epilogue shifted = c.epilogue ? *c.epilogue : (ck_epilogue){};
  // Non-temporal stores need rows that begin on a cache line, and results that are written only
  // once.
  int non_temporal = c.non_temporal && blocks == 1 && !adds && n % 16 == 0;
  // Rows of the block in scratch memory are `pitch` apart: 16 more than their length, because rows
  // whose distance is a power of two share sets of the cache.
  ptrdiff_t pitch = in_place ? a.pitch : step + 16;
  for (ptrdiff_t top = 0; top < rows; top += CK_ROWS) {
    ptrdiff_t height = smaller(CK_ROWS, rows - top), tiles = tile_count(height);
    ptrdiff_t below = top + height;
    // For rows [top, top + height) and columns [p, p + here) of a:
    for (ptrdiff_t p = 0; p < k; p += step) {
      ptrdiff_t here = smaller(step, k - p), beyond = p + here;
      // Prefetch what is read next: the same rows' next columns or, after the last ones, the rows
      // below.
      ck_prefetch_cursor next =
          beyond < k ? cursor_over_rows(a, top, below, beyond, smaller(beyond + step, k))
                     : cursor_over_rows(a, below, smaller(below + CK_ROWS, rows + a.following), 0,
                                        smaller(step, k));
      ck_prefetcher prefetcher = {};
      set_cursor(&prefetcher, 0, next, tiles * (end - first) * piece_count(here));
      // Gather the rows into scratch (height x pitch), unless they can be read in place.
      const float *block = in_place ? a.first + top * pitch : scratch;
      for (ptrdiff_t i = 0; i < height && !in_place; i++) {
        read_row(a, top + i, p, here, scratch + i * pitch);
      }
      // Multiply them by each panel (here x CK_WIDTH).
      for (ptrdiff_t panel = first; panel < end; panel++) {
        const float *b = packed + (panel * depth + p) * CK_WIDTH;
        ptrdiff_t at = panel * CK_WIDTH, columns = smaller(CK_WIDTH, n - at);
        int mode = adds || p > 0                         ? CK_ADD
                   : non_temporal && columns == CK_WIDTH ? CK_STORE_NON_TEMPORAL
                                                         : CK_STORE;
        // The last block of k completes the sums: only then do the epilogue and the column sums
        // apply.
        const ck_epilogue *epilogue = c.epilogue && p + here == k ? &shifted : NULL;
        if (epilogue) { shifted.shift = shift_at(c.epilogue, at); }
        ck_sums sums = sums_at(c.sums, at);
        sums.begins = sums.begins && top == 0;
        const ck_sums *column_sums = c.sums && p + here == k ? &sums : NULL;
        // Tile by tile down the rows, so that the panel stays in the first-level cache.
        for (ptrdiff_t tile = 0; tile < tiles; tile++) {
          ptrdiff_t i = tile_start(tile, tiles, height);
          ptrdiff_t count = tile_start(tile + 1, tiles, height) - i;
          prefetch_next_results(c, top, height, tile, tiles, panel, end, mode);
          if (c.starts) {
            scattered_tiles[count](here, block + i * pitch, pitch, b, c.starts + top + i, at,
                                   columns, mode, epilogue, column_sums, &prefetcher);
          } else {
            pitched_tiles[count](here, block + i * pitch, pitch, b,
                                 c.first + (top + i) * c.pitch + at, c.pitch, columns, mode,
                                 epilogue, column_sums, &prefetcher);
          }
          sums.begins = 0;
        }
      }
    }
  }
  if (non_temporal) { end_non_temporal_stores(); }
}

static void multiply_in_place(ptrdiff_t rows, ptrdiff_t k, ptrdiff_t n, const float *a,
                              ptrdiff_t lda, const float *packed, float *c, ptrdiff_t ldc,
                              int adds) {
  ptrdiff_t tiles = tile_count(rows);
  for (ptrdiff_t j = 0; j < n; j += CK_WIDTH) {
    for (ptrdiff_t tile = 0; tile < tiles; tile++) {
      ptrdiff_t i = tile_start(tile, tiles, rows);
      pitched_tiles[tile_start(tile + 1, tiles, rows) - i](
          k, a + i * lda, lda, packed + j * k, c + i * ldc + j, ldc, smaller(CK_WIDTH, n - j), adds,
          NULL, NULL, NULL);
    }
  }
}

static void multiply_windows(ptrdiff_t rows, ptrdiff_t n, ck_windows a, const float *packed,
                             ck_result c) {
  // depth = elements of a window = rows of the packed matrix.
  ptrdiff_t tiles = tile_count(rows), depth = a.runs * a.length;
  ck_epilogue shifted = c.epilogue ? *c.epilogue : (ck_epilogue){};
  int non_temporal = c.non_temporal && n % 16 == 0;
  for (ptrdiff_t j = 0; j < n; j += CK_WIDTH) {
    ptrdiff_t columns = smaller(CK_WIDTH, n - j);
    int mode = non_temporal && columns == CK_WIDTH ? CK_STORE_NON_TEMPORAL : CK_STORE;
    if (c.epilogue) { shifted.shift = shift_at(c.epilogue, j); }
    ck_sums sums = sums_at(c.sums, j);
    for (ptrdiff_t tile = 0; tile < tiles; tile++) {
      ptrdiff_t i = tile_start(tile, tiles, rows);
      float *to = c.first + i * c.pitch + j;
      window_tiles[tile_start(tile + 1, tiles, rows) - i](
          a.runs, a.length, a.first + i * a.pitch, a.pitch, 1, a.distance, packed + j * depth,
          CK_WIDTH, to, c.pitch, columns, mode, c.epilogue ? &shifted : NULL,
          c.sums ? &sums : NULL);
      sums.begins = 0;
    }
  }
  if (non_temporal) { end_non_temporal_stores(); }
}

#endif
