// Products by Strassen's seven products of quadrants in place of eight (strassen_factors.h has the
// formulas).
//
// The quadrants of a product a b are: of a, even and odd rows and the halves of each block of k; of
// b, the halves of each block of k and of the columns. k is cut into equal blocks of at most
// CK_DEPTH. So bits depend on k and n only, as long as every call has an even number of rows. Rows
// are one run each (segments = 1).

#ifndef CK_STRASSEN_API_H
#define CK_STRASSEN_API_H

#include "ck_matrices.h"

/// What rows of a are made of where they end a residual block: max(0, scale * x + shift + addend),
/// scale and shift being those of ck_rows, which then must not be NULL.
typedef struct {
  /// Bytes from an element of a to its addend.
  ptrdiff_t addend;
  /// Where not NULL, the addend is normalised first: scale[i] * addend + shift[i].
  const float *scale;
  const float *shift;
  /// Bytes from an element of a to where what is made of it is written as well; past the caches
  /// where `non_temporal`.
  ptrdiff_t result;
  int non_temporal;
} ck_residual;

/// Whether a k x n matrix can be cut into such quadrants: n a multiple of 64, k of 32 times the
/// number of its blocks. All functions below require it of k and n, unless they say otherwise.
int ck_strassen_fits(ptrdiff_t k, ptrdiff_t n);
/// Floats of the packed factors of a k x n matrix.
ptrdiff_t ck_strassen_packed_count(ptrdiff_t k, ptrdiff_t n);

/// Packs the factors of b (k x n, row after row): those of panels [first, end) and of the panels
/// n / 2 columns further on. packed (panels of n / 2 columns x blocks x 7 x half a
/// block x ck_panel_width()).
void ck_strassen_pack(ptrdiff_t k, ptrdiff_t n, const float *b, ptrdiff_t first, ptrdiff_t end,
                      float *packed);
/// The same for the transpose of b (n x k, row after row). Where `is_turned` they are the factors
/// that ck_strassen_backward needs.
void ck_strassen_pack_transposed(ptrdiff_t k, ptrdiff_t n, const float *b, ptrdiff_t first,
                                 ptrdiff_t end, int is_turned, float *packed);

/// c = a b, or c += a b where `adds`: a (rows x k), c (rows x n), `packed` the factors of b
/// (k x n). The columns of panels [first, end) of the first half are written, and as many of the
/// second half. `residual` is NULL for none; where there is one, a has no `starts`, and each call
/// writes its rows' results.
///
/// scratch: ck_strassen_scratch() floats.
void ck_strassen_multiply(ptrdiff_t rows, ptrdiff_t n, ptrdiff_t first, ptrdiff_t end, ck_rows a,
                          const ck_residual *residual, const float *packed, ck_result c, int adds,
                          float *scratch);
ptrdiff_t ck_strassen_scratch(void);

/// Where rows are few, so that packed factors would be read but once or twice, the factors of the
/// rows are formed first, for all panels: those of `rows` rows out of `all`. factors
/// (blocks x 7 x all / 2 pairs x ck_strassen_formed_pitch(k)) is where the first pair of these rows
/// goes. `residual` as above.
void ck_strassen_form(ptrdiff_t rows, ptrdiff_t all, ck_rows a, const ck_residual *residual,
                      float *factors);
/// Floats of the factors of `rows` rows.
ptrdiff_t ck_strassen_formed_count(ptrdiff_t rows, ptrdiff_t k);
/// Floats from a pair's factors to the next pair's.
ptrdiff_t ck_strassen_formed_pitch(ptrdiff_t k);

/// c = a b, or c += a b where `adds`, with the bits of ck_strassen_multiply: `factors` are those of
/// all rows of a (rows x k); b (k x n, or n x k where `transposed`, row after row) is packed panel
/// by panel as it is read. The columns of `panel` are written, and those n / 2 further on.
/// Meanwhile the elements of panel `next` are prefetched, unless it is negative. c is not stored
/// past the caches.
///
/// scratch: ck_strassen_panel_scratch(k) floats.
void ck_strassen_multiply_panel(ptrdiff_t rows, ptrdiff_t k, ptrdiff_t n, ptrdiff_t panel,
                                ptrdiff_t next, const float *factors, const float *b,
                                int transposed, ck_result c, int adds, float *scratch);
ptrdiff_t ck_strassen_panel_scratch(ptrdiff_t k);

/// dw = aT b, or dw += aT b where `adds`: a (rows x m), b (rows x n), m and n multiples of 64, an
/// even number of rows; dw (m x n), rows ldw apart. Even and odd rows are the halves of the depth;
/// the quadrants of dw are halves of its rows and columns.
///
/// scratch: ck_strassen_gradient_scratch(m) floats.
void ck_strassen_gradient(ptrdiff_t rows, ck_rows a, ck_rows b, float *dw, ptrdiff_t ldw, int adds,
                          float *scratch);
ptrdiff_t ck_strassen_gradient_scratch(ptrdiff_t m);

/// Both gradients of y = a w as ck_backward has them, for an even number of rows, k and n multiples
/// of 64, n at most CK_DEPTH: `packed` are the turned factors of wT (n x k).
///
/// sums: ck_strassen_backward_sums(k, n) floats; scratch: ck_strassen_backward_scratch(k, n)
/// floats.
void ck_strassen_backward(ptrdiff_t rows, ck_rows a, ptrdiff_t n, ck_normalized_gradient g,
                          const float *packed, ck_result dx, int adds, float *sums, float *scratch);
ptrdiff_t ck_strassen_backward_sums(ptrdiff_t k, ptrdiff_t n);
ptrdiff_t ck_strassen_backward_scratch(ptrdiff_t k, ptrdiff_t n);
/// The columns of panels [first, end) of the first half of dw (k x n), row after row, and those
/// n / 2 further on: what `groups` calls of ck_strassen_backward summed, added in ascending order.
/// Their sums begin `distance` floats apart.
void ck_strassen_backward_add(ptrdiff_t k, ptrdiff_t n, ptrdiff_t first, ptrdiff_t end,
                              const float *sums, ptrdiff_t groups, ptrdiff_t distance, float *dw);

#endif
