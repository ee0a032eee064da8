// What an implementation provides to dispatch.c.

#ifndef CK_TABLE_H
#define CK_TABLE_H

#include "CKernels.h"

typedef struct {
  const char *name;
  ptrdiff_t panel_width;
  void (*pack)(ptrdiff_t k, ptrdiff_t n, const float *b, ptrdiff_t ldb, ptrdiff_t first,
               ptrdiff_t end, float *packed, ptrdiff_t depth);
  void (*pack_transposed)(ptrdiff_t k, ptrdiff_t n, const float *b, ptrdiff_t ldb,
                          ptrdiff_t first, ptrdiff_t end, float *packed, ptrdiff_t depth);
  void (*multiply)(ptrdiff_t rows, ptrdiff_t n, ptrdiff_t first, ptrdiff_t end, ck_rows a,
                   const float *packed, ptrdiff_t depth, ck_result c, int adds, float *scratch);
  void (*multiply_in_place)(ptrdiff_t rows, ptrdiff_t k, ptrdiff_t n, const float *a,
                            ptrdiff_t lda, const float *packed, float *c, ptrdiff_t ldc);
  void (*gradient)(ptrdiff_t rows, ck_rows a, ck_rows b, float *dw, ptrdiff_t ldw, int adds,
                   float *scratch);
  void (*gradient_in_place)(ptrdiff_t rows, ptrdiff_t m, ptrdiff_t n, const float *a,
                            ptrdiff_t lda, const float *b, ptrdiff_t ldb, float *dw,
                            ptrdiff_t ldw, int adds);
  void (*winograd_input)(const float *const *pixels, ptrdiff_t channels, const float *scale, const float *shift, float *v, ptrdiff_t plane);
  void (*winograd_output)(const float *m, ptrdiff_t plane, ptrdiff_t channels, float *const *pixels);
  void (*winograd_gradient)(const float *const *pixels, ptrdiff_t channels, float *d, ptrdiff_t plane);
  void (*winograd_filter)(const float *g, ptrdiff_t tap, ptrdiff_t channels, float *u, ptrdiff_t plane, ptrdiff_t depth);
  void (*winograd_filter_gradient)(const float *du, ptrdiff_t plane, ptrdiff_t channels, float *dg, ptrdiff_t tap);
} ck_table;

extern const ck_table ck_portable;
#if defined(__x86_64__)
extern const ck_table ck_avx2;
extern const ck_table ck_avx512;
#endif

#endif
