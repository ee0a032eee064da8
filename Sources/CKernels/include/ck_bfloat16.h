// Products of bfloat16 matrices that are summed in single precision.
//
// A bfloat16 is the upper half of a float: 8 bits of significand, the exponent of a float. Three
// sets of instructions compute, and each has its own order of additions, so a result has the same
// bits again only under the same set. An element starts at 0, or at what c holds where `adds` says
// so, and takes the products of its row and column in blocks of CK_BF16_DEPTH:
//
// - "amx" (TDPBF16PS): a block has two chains of fused multiply-adds that start at +0, one over the
//   even k and one over the odd k, both ascending; then c = c + (even + odd).
// - "avx512bf16" (VDPBF16PS): one chain of fused multiply-adds, for each pair of k first the odd
// one
//   and then the even one, pairs ascending.
// - "portable": the same chain with a multiplication and an addition. It gives the bits of
//   "avx512bf16" unless a product or a sum is above the largest float or below 2^-126: the product
//   of two bfloat16 is otherwise exact in single precision.
//
// "amx" and "avx512bf16" take numbers below 2^-126 for zero of the same sign, and turn results that
// are below it after rounding into such a zero, whatever the processor's modes say.
//
// However the caller cuts rows, columns and (at multiples of CK_BF16_DEPTH) the depth, the bits are
// the same.

#ifndef CK_BFLOAT16_H
#define CK_BFLOAT16_H

#include <stddef.h>
#include <stdint.h>

enum {
  /// What depths must be a multiple of; the callers fill up with zeros.
  CK_BF16_DEPTH = 32,
  /// The columns of a packed panel.
  CK_BF16_WIDTH = 32,
};

/// The set in use: "amx" where the system lets this process use it, "avx512bf16" where VDPBF16PS is
/// faster than two multiply-adds of floats (measured once a process), else "portable".
const char *ck_bf16_set(void);

/// y = x to the nearest bfloat16, ties to even. Numbers below 2^-126 become zero of the same sign,
/// those that round above the largest bfloat16 infinity; NaN keeps its upper half and is made
/// quiet.
void ck_bf16_round(ptrdiff_t count, const float *x, uint16_t *y);

/// y = x, which is exact.
void ck_bf16_widen(ptrdiff_t count, const uint16_t *x, float *y);

/// Elements of a packed k x n matrix.
ptrdiff_t ck_bf16_packed_count(ptrdiff_t k, ptrdiff_t n);

/// Rounds b (k x n floats) and packs it: panels of CK_BF16_WIDTH columns, the last one filled up
/// with zeros; in a panel [k / 32][2 halves][16 pairs of k][16 columns][2].
void ck_bf16_pack(ptrdiff_t k, ptrdiff_t n, const float *b, ptrdiff_t ldb, uint16_t *packed);

/// The same with b transposed: b is n x k, and b's rows are columns of what is packed.
void ck_bf16_pack_transposed(ptrdiff_t k, ptrdiff_t n, const float *b, ptrdiff_t ldb,
                             uint16_t *packed);

/// The same of numbers that are rounded already; rows of b from `rows` to k count as zeros.
void ck_bf16_pack_rounded(ptrdiff_t rows, ptrdiff_t k, ptrdiff_t n, const uint16_t *b,
                          ptrdiff_t ldb, uint16_t *packed);

/// y (columns x rows) = x (rows x columns) transposed. Elements of y's rows from `rows` to `filled`
/// become 0.
void ck_bf16_transpose(ptrdiff_t rows, ptrdiff_t columns, const uint16_t *x, ptrdiff_t ldx,
                       uint16_t *y, ptrdiff_t ldy, ptrdiff_t filled);

/// c (rows x n floats) = a (rows x k) * b, or c += a * b where `adds` is not 0.
///
/// Distances between rows count elements. `packed` comes from ck_bf16_pack with the same k and n.
void ck_bf16_multiply(ptrdiff_t rows, ptrdiff_t k, ptrdiff_t n, const uint16_t *a, ptrdiff_t lda,
                      const uint16_t *packed, float *c, ptrdiff_t ldc, int adds);

#endif
