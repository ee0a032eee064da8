// Packing: the right matrix of a product as panels, and rows of the left one that do not lie in
// memory as a product reads them.
//
// A panel is CK_WIDTH columns of a matrix, row after row, so that a product reads it from front to
// back.

#ifndef CK_PACK_H
#define CK_PACK_H

#include <string.h>

#include "vectors.h"

// Reads elements [i, i + count) of a run as ck_rows has it: to[0, count) = zeros if `from` is NULL,
// max(0, scale * x + shift) where there is a scale, else x.
CK_INLINE void read_run(const float *from, ptrdiff_t i, ptrdiff_t count, ck_rows a, float *to) {
  ptrdiff_t j = 0;
  if (!from) {
    memset(to, 0, (size_t)count * sizeof(float));
  } else if (!a.scale) {
    for (; j + CK_LANES <= count; j += CK_LANES) { store(to + j, load(from + i + j)); }
    for (; j < count; j++) { to[j] = from[i + j]; }
  } else {
    for (; j + CK_LANES <= count; j += CK_LANES) {
      store(to + j, rectified(load(a.scale + i + j) * load(from + i + j) + load(a.shift + i + j)));
    }
    for (; j < count; j++) {
      float x = a.scale[i + j] * from[i + j] + a.shift[i + j];
      to[j] = x < 0 ? 0 : x;
    }
  }
}

// Reads columns [first, first + count) of a row, which may go over several runs, into `to`.
CK_INLINE void read_row(ck_rows a, ptrdiff_t row, ptrdiff_t first, ptrdiff_t count, float *to) {
  if (a.segments == 1) {
    read_run(a.starts ? a.starts[row] : a.first + row * a.pitch, first, count, a, to);
    return;
  }
  const float *const *starts = a.starts + row * a.segments;
  ptrdiff_t segment = first / a.length, i = first % a.length;
  while (count > 0) {
    ptrdiff_t here = smaller(count, a.length - i);
    read_run(starts[segment], i, here, a, to);
    to += here;
    count -= here;
    segment++;
    i = 0;
  }
}

// packed[panel][p][j] = b[p][panel * CK_WIDTH + j], with zeros in columns beyond n.
static void pack(ptrdiff_t k, ptrdiff_t n, const float *b, ptrdiff_t ldb, ptrdiff_t first,
                 ptrdiff_t end, float *packed, ptrdiff_t depth) {
  for (ptrdiff_t panel = first; panel < end; panel++) {
    float *to = packed + panel * depth * CK_WIDTH;
    const float *from = b + panel * CK_WIDTH;
    ptrdiff_t columns = smaller(CK_WIDTH, n - panel * CK_WIDTH);
    for (ptrdiff_t p = 0; p < k; p++, to += CK_WIDTH, from += ldb) {
      if (columns == CK_WIDTH) {
        store(to, load(from));
        store(to + CK_LANES, load(from + CK_LANES));
      } else {
        for (ptrdiff_t j = 0; j < CK_WIDTH; j++) { to[j] = j < columns ? from[j] : 0; }
      }
    }
  }
}

// packed[panel][p][j] = b[panel * CK_WIDTH + j][p], with zeros in columns beyond n.
static void pack_transposed(ptrdiff_t k, ptrdiff_t n, const float *b, ptrdiff_t ldb,
                            ptrdiff_t first, ptrdiff_t end, float *packed, ptrdiff_t depth) {
  for (ptrdiff_t panel = first; panel < end; panel++) {
    ptrdiff_t columns = smaller(CK_WIDTH, n - panel * CK_WIDTH);
    const float *from = b + panel * CK_WIDTH * ldb;
    float *to = packed + panel * depth * CK_WIDTH;
    // Squares of CK_LANES a side.
    ptrdiff_t whole = k / CK_LANES * CK_LANES;
    for (ptrdiff_t p = 0; p < whole; p += CK_LANES) {
      const float *low = from + p, *high = low + CK_LANES * ldb;
      float *row = to + p * CK_WIDTH;
      if (columns == CK_WIDTH) {
        transpose_square(low, ldb, CK_LANES, row, CK_WIDTH);
        transpose_square(high, ldb, CK_LANES, row + CK_LANES, CK_WIDTH);
      } else {
        transpose_square(low, ldb, columns, row, CK_WIDTH);
        transpose_square(high, ldb, columns - CK_LANES, row + CK_LANES, CK_WIDTH);
      }
    }
    // The rows of the panel that are left, element by element.
    for (ptrdiff_t p = whole; p < k; p++) {
      for (ptrdiff_t j = 0; j < CK_WIDTH; j++) {
        to[p * CK_WIDTH + j] = j < columns ? from[j * ldb + p] : 0;
      }
    }
  }
}

#endif
