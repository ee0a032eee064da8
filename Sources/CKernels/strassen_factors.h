// The factors of Strassen's products, seven products of quadrants in place of eight:
//
//     C11 = A11 B11 + A12 B21        S1 = A21 + A22    T1 = B12 - B11
//     U2  = A11 B11 + S2 T2          S2 = S1 - A11     T2 = B22 - T1
//     U3  = U2 + S3 T3               S3 = A11 - A21    T3 = B22 - B12
//     C21 = U3 - A22 T4              S4 = A12 - S2     T4 = T2 - B21
//     C22 = U3 + S1 T1
//     C12 = U2 + S1 T1 + S4 B22
//
// V. Strassen, "Gaussian elimination is not optimal", 1969, in S. Winograd's form with 15
// additions.
//
// A's upper quadrants are its even rows, its lower ones the odd rows, so that a cut of the rows
// into pairs changes nothing; its left quadrants are the first half of a block of k. B's quadrants
// are halves of that block and of the columns. Factor s is stored s * `distance` further on than
// the first one, in the order in which strassen_tile multiplies:
//
//     product   0    1    2    3    4    5    6
//     left     A11  A12   S2   S3  A22   S1   S4
//     right    B11  B21   T2   T3  -T4   T1  B22

#ifndef CK_STRASSEN_FACTORS_H
#define CK_STRASSEN_FACTORS_H

#include "epilogue.h"
#include "strassen_extents.h"

// Stores the right factors of one vector of each quadrant.
CK_INLINE void store_right_factors(vec b11, vec b12, vec b21, vec b22, float *to,
                                   ptrdiff_t distance, int non_temporal) {
  vec t1 = b12 - b11, t2 = b22 - t1;
  store_shared(to, b11, non_temporal);
  store_shared(to + distance, b21, non_temporal);
  store_shared(to + 2 * distance, t2, non_temporal);
  store_shared(to + 3 * distance, b22 - b12, non_temporal);
  store_shared(to + 4 * distance, b21 - t2, non_temporal);
  store_shared(to + 5 * distance, t1, non_temporal);
  store_shared(to + 6 * distance, b22, non_temporal);
}

// Stores the right factors that go with right factors of another matrix where those are taken for
// left ones: strassen_backward.h derives them.
CK_INLINE void store_turned_factors(vec b11, vec b12, vec b21, vec b22, float *to,
                                    ptrdiff_t distance, int non_temporal) {
  vec lower = b22 - b21, right = b12 + b22;
  store_shared(to, b21, non_temporal);
  store_shared(to + distance, b11, non_temporal);
  store_shared(to + 2 * distance, b12 + lower, non_temporal);
  store_shared(to + 3 * distance, -right, non_temporal);
  store_shared(to + 4 * distance, b11 - (b12 + lower), non_temporal);
  store_shared(to + 5 * distance, lower, non_temporal);
  store_shared(to + 6 * distance, b12, non_temporal);
}

// Stores the left factors of one vector of each quadrant.
CK_INLINE void store_left_factors(vec a11, vec a12, vec a21, vec a22, float *to, ptrdiff_t distance,
                                  int non_temporal) {
  vec s1 = a21 + a22, s2 = s1 - a11;
  store_shared(to, a11, non_temporal);
  store_shared(to + distance, a12, non_temporal);
  store_shared(to + 2 * distance, s2, non_temporal);
  store_shared(to + 3 * distance, a11 - a21, non_temporal);
  store_shared(to + 4 * distance, a22, non_temporal);
  store_shared(to + 5 * distance, s1, non_temporal);
  store_shared(to + 6 * distance, a12 - s2, non_temporal);
}

// How a row of a is read: as it is; normalised, which is max(0, scale * x + shift); or as the end
// of a residual block, which is max(0, scale * x + shift + addend), the addend as it is or
// normalised too (without a ReLU). What ends a block is also written to memory.
enum { CK_READ_PLAIN, CK_READ_NORMALIZED, CK_READ_RESIDUAL, CK_READ_NORMALIZED_RESIDUAL };

// Elements i, i + 1, ... of a row, read as `kind` says.
CK_INLINE vec read_input(int kind, const float *row, ck_rows a, const ck_residual *residual,
                         ptrdiff_t i) {
  vec x = load(row + i);
  if (kind == CK_READ_PLAIN) { return x; }
  x = load(a.scale + i) * x + load(a.shift + i);
  if (kind == CK_READ_NORMALIZED) { return rectified(x); }
  vec added = load(at_offset(row + i, residual->addend));
  if (kind == CK_READ_NORMALIZED_RESIDUAL) {
    added = load(residual->scale + i) * added + load(residual->shift + i);
  }
  x = rectified(x + added);
  float *to = (float *)at_offset(row + i, residual->result);
  if (residual->non_temporal) {
    __builtin_nontemporal_store(x, (aligned_vec *)to);
  } else {
    store(to, x);
  }
  return x;
}

// The left factors of one pair of rows: columns [first, first + half) are the left quadrants, the
// `half` columns after them the right ones. to (7 x half), factors `distance` apart.
CK_INLINE void form_left_pair(int kind, const float *even, const float *odd, ck_rows a,
                              const ck_residual *residual, ptrdiff_t first, ptrdiff_t half,
                              float *to, ptrdiff_t distance, int non_temporal) {
  for (ptrdiff_t i = first; i < first + half; i += CK_LANES, to += CK_LANES) {
    vec a11 = read_input(kind, even, a, residual, i);
    vec a12 = read_input(kind, even, a, residual, i + half);
    vec a21 = read_input(kind, odd, a, residual, i);
    vec a22 = read_input(kind, odd, a, residual, i + half);
    store_left_factors(a11, a12, a21, a22, to, distance, non_temporal);
  }
}

// Where a row of one run begins.
CK_INLINE const float *row_of(ck_rows a, ptrdiff_t row) {
  return a.starts ? a.starts[row] : a.first + row * a.pitch;
}

// The left factors of pairs of rows [top, top + 2 * pairs): to (7 x pairs x half), factors
// `distance` and pairs `pitch` apart. With non_temporal they are stored past the caches; then call
// end_non_temporal_stores() afterwards.
CK_INLINE void form_left_factors(ptrdiff_t pairs, ck_rows a, const ck_residual *residual,
                                 ptrdiff_t top, ptrdiff_t first, ptrdiff_t half, float *to,
                                 ptrdiff_t pitch, ptrdiff_t distance, int non_temporal) {
  for (ptrdiff_t i = 0; i < pairs; i++, to += pitch) {
    const float *even = row_of(a, top + 2 * i), *odd = row_of(a, top + 2 * i + 1);
    if (residual && residual->scale) {
      form_left_pair(CK_READ_NORMALIZED_RESIDUAL, even, odd, a, residual, first, half, to, distance,
                     non_temporal);
    } else if (residual) {
      form_left_pair(CK_READ_RESIDUAL, even, odd, a, residual, first, half, to, distance,
                     non_temporal);
    } else if (a.scale) {
      form_left_pair(CK_READ_NORMALIZED, even, odd, a, residual, first, half, to, distance,
                     non_temporal);
    } else {
      form_left_pair(CK_READ_PLAIN, even, odd, a, residual, first, half, to, distance,
                     non_temporal);
    }
  }
}

// Factors for a sum over rows, as gradients of weights are: of columns [first, first + count),
// which belong to the left half of the row, and of those `half` further on. On the left a counts as
// transposed, so that the columns are the rows of its quadrants; on the right it is read as it is.
// In both cases even and odd rows are the halves of the depth.
CK_INLINE void form_gradient_pair(int kind, int is_left, const float *even, const float *odd,
                                  ck_rows a, ptrdiff_t first, ptrdiff_t count, ptrdiff_t half,
                                  float *to, ptrdiff_t distance) {
  for (ptrdiff_t i = first; i < first + count; i += CK_LANES, to += CK_LANES) {
    vec even_low = read_input(kind, even, a, NULL, i);
    vec even_high = read_input(kind, even, a, NULL, i + half);
    vec odd_low = read_input(kind, odd, a, NULL, i);
    vec odd_high = read_input(kind, odd, a, NULL, i + half);
    if (is_left) {
      store_left_factors(even_low, odd_low, even_high, odd_high, to, distance, 0);
    } else {
      store_right_factors(even_low, even_high, odd_low, odd_high, to, distance, 0);
    }
  }
}

// Such factors of pairs of rows [top, top + 2 * pairs): to (7 x pairs x count), factors `distance`
// and pairs `pitch` apart.
CK_INLINE void form_gradient_factors(int is_left, ptrdiff_t pairs, ck_rows a, ptrdiff_t top,
                                     ptrdiff_t first, ptrdiff_t count, float *to, ptrdiff_t pitch,
                                     ptrdiff_t distance) {
  for (ptrdiff_t r = 0; r < pairs; r++, to += pitch) {
    const float *even = row_of(a, top + 2 * r), *odd = row_of(a, top + 2 * r + 1);
    if (a.scale) {
      form_gradient_pair(CK_READ_NORMALIZED, is_left, even, odd, a, first, count, a.length / 2, to,
                         distance);
    } else {
      form_gradient_pair(CK_READ_PLAIN, is_left, even, odd, a, first, count, a.length / 2, to,
                         distance);
    }
  }
}

#endif
