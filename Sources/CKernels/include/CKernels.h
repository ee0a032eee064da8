// The inner loops of training on images: products of matrices, Winograd's transforms, batch
// normalisation, pooling. They are compiled for several instruction sets, one of which is chosen
// when the program starts.
//
// How sums are formed, which decides their bits:
//
// - An element of a product or of a gradient is summed in one accumulator in ascending order, in
//   blocks (of CK_DEPTH products, or of CK_GRADIENT_ROWS rows, at most), which are added to the
//   result in ascending order. ck_multiply_in_place, ck_gradient_in_place and windows are one
//   block.
// - Strassen's and Winograd's products are sums over products of sums and differences of elements,
//   in an order of their own, so they are rounded differently.
// - In each case an element does not depend on how the caller cuts the rows and columns of the
//   result (for Strassen's products, into even numbers of rows).
// - "avx2" and "avx512" give the same elements. "portable" rounds a * b before it adds c, so it
//   does not.
// - Sums over the columns of a result (ck_sums) are formed tile by tile, and tiles differ between
//   implementations. They also depend on how the caller cuts the rows.
//
// Everything runs on the calling thread and allocates nothing. There are two pieces of state: the
// implementation, chosen before main runs, and what ck_set_far was told last. So several threads
// may call at once as long as none of them writes what another one reads or writes.
//
// Unless a comment says otherwise, pointers need no alignment beyond that of a float, and what is
// written may not overlap anything else. Extents may be 0, but where the depth of a sum is 0 a
// product or a gradient may leave its result as it was. Matrices are written `rows x columns`;
// their elements are floats, and distances between rows ("pitch", "lda") are counted in floats.
// Images are NHWC.
//
// What is stored past the caches (`non_temporal`) must begin on a cache line (64 bytes) in every
// row, so pitches must then be multiples of 16. It is in memory for other threads when the call
// returns. It pays for results that are larger than the caches; an implementation may ignore it.

#ifndef CKERNELS_H
#define CKERNELS_H

#include "ck_matrices.h"
#include "ck_norms.h"
#include "ck_products.h"
#include "ck_strassen.h"
#include "ck_winograd.h"

/// The implementation in use: "avx512", "avx2" or "portable". It is the fastest that this processor
/// runs, or the one that the environment variable COUNTERPOISE_KERNELS names. If this processor
/// does not run that one, or there is none of that name, the program ends with a message and status
/// 64 before main runs.
const char *ck_implementation(void);

/// Prefetches rows x columns, rows `pitch` apart, into the second-level cache.
void ck_prefetch(const float *first, ptrdiff_t rows, ptrdiff_t pitch, ptrdiff_t columns);

/// Says whether the threads' cores share no cache. Where they do not, what one thread writes for
/// others to read is stored past the caches (parameters `is_shared`, and packed and formed factors
/// of Strassen's products), if it begins on a cache line. Elements are the same either way. Until
/// it is called, cores count as sharing one.
void ck_set_far(int is_far);

#endif
