// The sets of bfloat16 instructions side by side, for tests that compare them.
//
// Swift imports this header as `CKernels.BFloat16Sets`.

#ifndef CKERNELS_BFLOAT16_H
#define CKERNELS_BFLOAT16_H

#include "ck_bfloat16.h"

/// What one set provides; ck_bfloat16.h describes the functions.
typedef struct {
  const char *name;
  void (*round)(ptrdiff_t count, const float *x, uint16_t *y);
  void (*multiply)(ptrdiff_t rows, ptrdiff_t k, ptrdiff_t n, const uint16_t *a, ptrdiff_t lda,
                   const uint16_t *packed, float *c, ptrdiff_t ldc, int adds);
} ck_bf16_table;

/// The set of this name; NULL where there is none or this processor cannot run it.
///
/// Beside the three sets there are two models, which define in plain C what the instructions give,
/// bit for bit (a NaN for a NaN): "amx-model" and "avx512bf16-model".
const ck_bf16_table *ck_bf16_find(const char *name);

#endif
