// From finished sums to the result: how a tile is written, its epilogue (shift, addend, gate,
// ReLU), and the sums over columns that are formed of what is written, while it is in registers.
//
// A tile is `rows` x CK_WIDTH sums, two vectors a row; `rows` is a constant wherever these
// functions are inlined. Row i of the result begins at c + i * ldc or, where the rows are scattered
// and `starts` is not NULL, as far from starts[i] as c is from starts[0].

#ifndef CK_EPILOGUE_H
#define CK_EPILOGUE_H

#include "vectors.h"

// How a tile reaches memory. `adds` flags (0 or 1) are passed as a mode too: CK_STORE is 0, CK_ADD
// is 1. CK_STORE_NON_TEMPORAL needs rows that begin on a cache line.
enum { CK_STORE, CK_ADD, CK_STORE_NON_TEMPORAL };

// The element of another matrix of the same layout that is `bytes` away from the element at c.
CK_INLINE const float *at_offset(const float *c, ptrdiff_t bytes) {
  return (const float *)((const char *)c + bytes);
}

// The shift of column j of the epilogue's columns; NULL for none.
CK_INLINE const float *shift_at(const ck_epilogue *epilogue, ptrdiff_t j) {
  return epilogue->shift ? epilogue->shift + j : NULL;
}

// What becomes of one vector of sums, whose result is at c: + shift (NULL for none), + addend, 0
// where the gate is not above 0, ReLU.
CK_INLINE vec apply_epilogue(vec sum, const float *c, const float *shift,
                             const ck_epilogue *epilogue) {
  if (shift) { sum = sum + load(shift); }
  if (epilogue->addend) { sum = sum + load(at_offset(c, epilogue->addend)); }
  if (epilogue->gate) { sum = zero_where(load(at_offset(c, epilogue->gate)) <= 0, sum); }
  return epilogue->rectifies ? rectified(sum) : sum;
}

// Writes a row of a tile, CK_WIDTH columns from c on, and leaves in `tile` what was written. The
// epilogue, unless NULL, has the shift of the first of these columns.
CK_INLINE void write_row(float *c, vec tile[2], int mode, const ck_epilogue *epilogue) {
  vec low = tile[0], high = tile[1];
  if (mode == CK_ADD) {
    low = load(c) + low;
    high = load(c + CK_LANES) + high;
  }
  if (epilogue) {
    low = apply_epilogue(low, c, shift_at(epilogue, 0), epilogue);
    high = apply_epilogue(high, c + CK_LANES, shift_at(epilogue, CK_LANES), epilogue);
  }
  if (mode == CK_STORE_NON_TEMPORAL) {
    __builtin_nontemporal_store(low, (aligned_vec *)c);
    __builtin_nontemporal_store(high, (aligned_vec *)(c + CK_LANES));
  } else {
    store(c, low);
    store(c + CK_LANES, high);
  }
  tile[0] = low;
  tile[1] = high;
}

// Writes a tile of which only the first `columns` columns belong to the result, and adds them to
// the sums of their columns unless `sums` is NULL. It is the slow twin of write_row and
// sum_columns: element by element, and never past the caches.
static __attribute__((noinline)) void write_partial_tile(int rows, vec tile[CK_TILE_ROWS][2],
                                                         float *const *starts, float *c,
                                                         ptrdiff_t ldc, ptrdiff_t columns, int mode,
                                                         const ck_epilogue *epilogue,
                                                         const ck_sums *sums) {
  for (int i = 0; i < rows; i++) {
    float row[CK_WIDTH], *to = starts ? starts[i] + (c - starts[0]) : c + i * ldc;
    store(row, tile[i][0]);
    store(row + CK_LANES, tile[i][1]);
    for (ptrdiff_t j = 0; j < columns; j++) {
      float y = mode == CK_ADD ? to[j] + row[j] : row[j];
      if (epilogue) {
        if (epilogue->shift) { y += epilogue->shift[j]; }
        if (epilogue->addend) { y += *at_offset(to + j, epilogue->addend); }
        if (epilogue->gate && *at_offset(to + j, epilogue->gate) <= 0) { y = 0; }
        if (epilogue->rectifies && y < 0) { y = 0; }
      }
      to[j] = y;
      // x is the other matrix's element where there is one, else the result's own (ck_sums).
      if (!sums) { continue; }
      if (sums->begins && i == 0) { sums->middle[j] = y; }
      float x = sums->x ? *at_offset(to + j, sums->x) : y;
      float from_middle = x - sums->middle[j];
      if (!sums->x) { y = from_middle; }
      if (sums->scale && sums->scale[j] * x + sums->shift[j] <= 0) { y = 0; }
      sums->first[j] += y;
      sums->first[sums->pitch + j] += y * from_middle;
    }
  }
}

// The same sums from column j on; zeros where `all` is NULL.
CK_INLINE ck_sums sums_at(const ck_sums *all, ptrdiff_t j) {
  if (!all) { return (ck_sums){}; }
  ck_sums sums = *all;
  sums.first += j;
  sums.middle += j;
  if (sums.scale) {
    sums.scale += j;
    sums.shift += j;
  }
  return sums;
}

// What is summed over a column of y, or of dy and x: y - middle and its square; dy and dy * (x -
// middle); or the latter with 0 for dy where the ReLU cut off.
enum { CK_SUM_SQUARES, CK_SUM_PRODUCTS, CK_SUM_GATED_PRODUCTS };

// The sums of a vector of columns in registers while rows are added.
typedef struct {
  vec middle, scale, shift;
  vec first, second;
} ck_column_sums;

// Begins the sums of columns j, j + 1, ... at zero.
CK_INLINE ck_column_sums begin_column_sums(int kind, const ck_sums *sums, ptrdiff_t j) {
  ck_column_sums columns = {.middle = load(sums->middle + j)};
  if (kind == CK_SUM_GATED_PRODUCTS) {
    columns.scale = load(sums->scale + j);
    columns.shift = load(sums->shift + j);
  }
  return columns;
}

// Adds what was summed to memory.
CK_INLINE void end_column_sums(ck_column_sums *columns, const ck_sums *sums, ptrdiff_t j) {
  float *to = sums->first + j;
  store(to, load(to) + columns->first);
  store(to + sums->pitch, load(to + sums->pitch) + columns->second);
}

// Adds one row: d holds the elements of y or dy, x those of x, which is ignored for squares.
CK_INLINE void add_to_column_sums(int kind, vec d, vec x, ck_column_sums *columns) {
  if (kind == CK_SUM_SQUARES) {
    d = x = d - columns->middle;
  } else {
    if (kind == CK_SUM_GATED_PRODUCTS) {
      d = zero_where(columns->scale * x + columns->shift <= 0, d);
    }
    x = x - columns->middle;
  }
  columns->first += d;
  columns->second = fused(d, x, columns->second);
}

CK_INLINE void sum_columns_of_kind(int kind, int rows, vec tile[CK_TILE_ROWS][2],
                                   float *const *starts, const float *c, ptrdiff_t ldc,
                                   const ck_sums *sums) {
  CK_UNROLL for (int half = 0; half < 2; half++) {
    if (kind == CK_SUM_SQUARES && sums->begins) {
      // The row that is written first becomes the middle.
      store(sums->middle + half * CK_LANES, tile[0][half]);
    }
    ck_column_sums columns = begin_column_sums(kind, sums, half * CK_LANES);
    CK_UNROLL for (int i = 0; i < rows; i++) {
      const float *row = starts ? starts[i] + (c - starts[0]) : c + i * ldc;
      vec x = {};
      if (kind != CK_SUM_SQUARES) { x = load(at_offset(row + half * CK_LANES, sums->x)); }
      add_to_column_sums(kind, tile[i][half], x, &columns);
    }
    end_column_sums(&columns, sums, half * CK_LANES);
  }
}

// Adds a tile that was written, whose columns are the first ones of `sums`, to the sums of its
// columns.
CK_INLINE void sum_columns(int rows, vec tile[CK_TILE_ROWS][2], float *const *starts,
                           const float *c, ptrdiff_t ldc, const ck_sums *sums) {
  if (sums->scale) {
    sum_columns_of_kind(CK_SUM_GATED_PRODUCTS, rows, tile, starts, c, ldc, sums);
  } else if (sums->x) {
    sum_columns_of_kind(CK_SUM_PRODUCTS, rows, tile, starts, c, ldc, sums);
  } else {
    sum_columns_of_kind(CK_SUM_SQUARES, rows, tile, starts, c, ldc, sums);
  }
}

// Writes a tile and adds it to the sums of its columns unless `sums` is NULL. Only its first
// `columns` columns belong to the result. The epilogue, unless NULL, and the sums begin at the
// tile's first column.
CK_INLINE void write_tile(int rows, vec tile[CK_TILE_ROWS][2], float *const *starts, float *c,
                          ptrdiff_t ldc, ptrdiff_t columns, int mode, const ck_epilogue *epilogue,
                          const ck_sums *sums) {
  if (columns < CK_WIDTH) {
    // A copy in memory for the function that is not inlined, so that the tile itself stays in
    // registers.
    vec copy[CK_TILE_ROWS][2];
    CK_UNROLL for (int i = 0; i < rows; i++) {
      copy[i][0] = tile[i][0];
      copy[i][1] = tile[i][1];
    }
    write_partial_tile(rows, copy, starts, c, ldc, columns, mode, epilogue, sums);
    return;
  }
  CK_UNROLL for (int i = 0; i < rows; i++) {
    write_row(starts ? starts[i] + (c - starts[0]) : c + i * ldc, tile[i], mode, epilogue);
  }
  if (sums) { sum_columns(rows, tile, starts, c, ldc, sums); }
}

#endif
