// Prefetching: memory that is read next is brought into the second-level cache a few cache lines at
// a time while products are computed. Prefetching many lines at once would make them, and the
// products, wait for each other.

#ifndef CK_PREFETCH_H
#define CK_PREFETCH_H

#include "vectors.h"

// Where prefetching of a part of a matrix has got to: columns [first, last) of rows [row, end), the
// next one in row `row` being `column`.
typedef struct {
  ck_rows rows;
  ptrdiff_t row, end;
  ptrdiff_t first, last;
  ptrdiff_t column;
} ck_prefetch_cursor;

// A cursor over columns [first, last) of rows [row, end) of a.
CK_INLINE ck_prefetch_cursor cursor_over_rows(ck_rows a, ptrdiff_t row, ptrdiff_t end,
                                              ptrdiff_t first, ptrdiff_t last) {
  // Rows that are made of many short runs overlap, as windows of an image do: prefetching each run
  // would take longer than reading it, so there is nothing to prefetch.
  int is_short = a.segments > 1 && a.length < 2 * CK_LINE;
  return (ck_prefetch_cursor){a, row, is_short ? row : end, first, last, first};
}

// Cache lines to prefetch in each of `calls` calls, so that the cursor reaches its end.
CK_INLINE ptrdiff_t lines_per_call(ck_prefetch_cursor next, ptrdiff_t calls) {
  ptrdiff_t lines = (next.last - next.first) / CK_LINE + next.rows.segments;
  return calls ? (next.end - next.row) * lines / calls + 1 : 0;
}

// Prefetches up to `lines` cache lines and moves the cursor on. Returns how many lines are left,
// which is not 0 only when the cursor has reached its end.
CK_INLINE ptrdiff_t prefetch_lines(ck_prefetch_cursor *next, ptrdiff_t lines) {
  const ck_rows *a = &next->rows;
  while (lines > 0 && next->row < next->end) {
    // The run that holds the column, NULL if it stands for zeros, and its columns [start, stop).
    ptrdiff_t segment = a->segments == 1 ? 0 : next->column / a->length;
    const float *from =
        a->starts ? a->starts[next->row * a->segments + segment] : a->first + next->row * a->pitch;
    ptrdiff_t start = segment * a->length, stop = smaller(next->last, start + a->length);
    for (; from && lines > 0 && next->column < stop; lines--, next->column += CK_LINE) {
      __builtin_prefetch(from + next->column - start, 0, 2);
    }
    if (!from || next->column > stop) { next->column = stop; }
    if (next->column >= next->last) {
      next->column = next->first;
      next->row++;
    }
  }
  return lines;
}

// What is prefetched while one product is computed: parts of up to three matrices and the cache
// lines of each that are prefetched before every piece of the product.
typedef struct {
  ck_prefetch_cursor cursors[3];
  ptrdiff_t lines[3];
} ck_prefetcher;

// Steps over k of a piece.
enum { CK_PIECE = 32 };

CK_INLINE ptrdiff_t piece_count(ptrdiff_t k) { return (k + CK_PIECE - 1) / CK_PIECE; }

// Prefetches what the cursor covers during the next `pieces` pieces.
CK_INLINE void set_cursor(ck_prefetcher *prefetcher, int index, ck_prefetch_cursor rows,
                          ptrdiff_t pieces) {
  prefetcher->cursors[index] = rows;
  prefetcher->lines[index] = lines_per_call(rows, pieces);
}

// Prefetches CK_WIDTH columns of a row, which begin at c, to be written or only to be read.
CK_INLINE void prefetch_columns(const float *c, int writes) {
  CK_UNROLL for (int j = 0; j < CK_WIDTH; j += CK_LINE) {
    if (writes) {
      __builtin_prefetch(c + j, 1, 2);
    } else {
      __builtin_prefetch(c + j, 0, 2);
    }
  }
}

// Prefetches up to `lines` cache lines of [at, end). Returns where to go on; both may be NULL.
CK_INLINE const float *prefetch_run(const float *at, const float *end, ptrdiff_t lines) {
  for (; lines > 0 && at < end; lines--, at += CK_LINE) { __builtin_prefetch(at, 0, 2); }
  return at;
}

// Prefetches `rows` rows of a tile, ldc apart, into the first-level cache.
CK_INLINE void prefetch_tile(const float *c, ptrdiff_t ldc, ptrdiff_t rows) {
  for (ptrdiff_t i = 0; i < rows; i++) {
    for (ptrdiff_t j = 0; j < CK_WIDTH; j += CK_LINE) { __builtin_prefetch(c + i * ldc + j, 0, 3); }
  }
}

#endif
