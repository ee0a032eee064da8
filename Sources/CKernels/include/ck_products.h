// Products of matrices, their gradients, and the packing of their right factors.

#ifndef CK_PRODUCTS_API_H
#define CK_PRODUCTS_API_H

#include "ck_matrices.h"

/// Columns of a panel of a packed matrix: 8, 16 or 32.
ptrdiff_t ck_panel_width(void);
/// Floats of a packed k x n matrix.
ptrdiff_t ck_packed_count(ptrdiff_t k, ptrdiff_t n);

/// Packs panels [first, end) of b (k x n, rows ldb apart) into packed
/// (panels x depth x ck_panel_width()): the first k rows of each panel, with zeros in columns
/// beyond n. `depth` is k, or more where several matrices are packed one below the other.
void ck_pack(ptrdiff_t k, ptrdiff_t n, const float *b, ptrdiff_t ldb, ptrdiff_t first,
             ptrdiff_t end, float *packed, ptrdiff_t depth);
/// The same for the transpose of b (n x k, rows ldb apart).
void ck_pack_transposed(ptrdiff_t k, ptrdiff_t n, const float *b, ptrdiff_t ldb, ptrdiff_t first,
                        ptrdiff_t end, float *packed, ptrdiff_t depth);

/// c = a b, or c += a b where `adds`: a (rows x k), k being a.segments * a.length; c (rows x n), of
/// which the columns of panels [first, end) are written. `packed` is b (k x n) in panels of `depth`
/// rows.
///
/// scratch: ck_multiply_scratch() floats.
void ck_multiply(ptrdiff_t rows, ptrdiff_t n, ptrdiff_t first, ptrdiff_t end, ck_rows a,
                 const float *packed, ptrdiff_t depth, ck_result c, int adds, float *scratch);
ptrdiff_t ck_multiply_scratch(void);

/// c = a b, or c += a b where `adds`: a (rows x k), rows lda apart, read where it lies; c
/// (rows x n), rows ldc apart; `packed` is b (k x n) in panels of k rows. lda should not be a
/// multiple of 1024: rows would share sets of the cache.
void ck_multiply_in_place(ptrdiff_t rows, ptrdiff_t k, ptrdiff_t n, const float *a, ptrdiff_t lda,
                          const float *packed, float *c, ptrdiff_t ldc, int adds);

/// c = a b: a (rows x k) windows of k = a.runs * a.length floats, at most CK_DEPTH; `packed` is b
/// (k x n) in panels of k rows. c (rows x n) has no `starts`.
void ck_multiply_windows(ptrdiff_t rows, ptrdiff_t n, ck_windows a, const float *packed,
                         ck_result c);

/// dw = aT b, or dw += aT b where `adds`: a (rows x m), b (rows x n), m and n being their
/// segments * length; dw (m x n), rows ldw apart.
///
/// scratch: ck_gradient_scratch(m, n) floats.
void ck_gradient(ptrdiff_t rows, ck_rows a, ck_rows b, float *dw, ptrdiff_t ldw, int adds,
                 float *scratch);
ptrdiff_t ck_gradient_scratch(ptrdiff_t m, ptrdiff_t n);

/// dw = aT b, or dw += aT b where `adds`: a (rows x m), rows lda apart; b (rows x n), rows ldb
/// apart, each readable up to a multiple of 32 columns; dw (m x n), rows ldw apart; m and n above
/// 0. Meanwhile as many rows from next_a and next_b on are prefetched, unless NULL.
void ck_gradient_in_place(ptrdiff_t rows, ptrdiff_t m, ptrdiff_t n, const float *a, ptrdiff_t lda,
                          const float *b, ptrdiff_t ldb, float *dw, ptrdiff_t ldw, int adds,
                          const float *next_a, const float *next_b);

/// dw = aT b, or dw += aT b where `adds`: a are `lines` times `rows` windows of m floats, at most
/// CK_DEPTH windows, the first ones of neighbouring lines `line` floats apart; b
/// (lines * rows x n), row after row, readable 31 floats beyond its end; dw (m x n), row after row;
/// m and n above 0. Meanwhile as many rows of n floats from `next` on are prefetched, unless NULL.
void ck_gradient_windows(ptrdiff_t lines, ptrdiff_t line, ptrdiff_t rows, ptrdiff_t n, ck_windows a,
                         const float *b, float *dw, int adds, const float *next);

/// Both gradients of y = a w, where y (rows x n) is normalised and t is its gradient: sums = aT t,
/// which ck_backward_add reads, and dx = t wT, or dx += t wT where `adds`. a (rows x k) is one run
/// a row, row after row; `packed` is wT (n x k) in panels of n rows. dx (rows x k) lies row after
/// row, without `starts`; its epilogue has no shift. dx.first is NULL where nobody wants it.
///
/// sums: ck_backward_sums(k, n) floats; scratch: ck_gradient_scratch(k, n) floats.
void ck_backward(ptrdiff_t rows, ck_rows a, ptrdiff_t n, ck_normalized_gradient g,
                 const float *packed, ck_result dx, int adds, float *sums, float *scratch);
ptrdiff_t ck_backward_sums(ptrdiff_t k, ptrdiff_t n);
/// The columns of panels [first, end) of dw (k x n), row after row: what `groups` calls of
/// ck_backward summed, added in ascending order. Their sums begin `distance` floats apart.
void ck_backward_add(ptrdiff_t k, ptrdiff_t n, ptrdiff_t first, ptrdiff_t end, const float *sums,
                     ptrdiff_t groups, ptrdiff_t distance, float *dw);

#endif
