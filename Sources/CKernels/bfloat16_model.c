// What the bfloat16 instructions give, element by element: the definition that hardware is held to.

#include <math.h>

#include "bfloat16.h"

#pragma STDC FP_CONTRACT OFF

static const float smallest = 0x1p-126f;

static float flushed(float x) { return fabsf(x) < smallest ? copysignf(0, x) : x; }

// Whether |a * b + c|, which rounds to 2^-126, lies below it after rounding to 24 bits with an
// exponent that has no limit: then the instructions give zero.
static int is_tiny(float a, float b, float c) {
  const double half = 0x1p-126 - 0x1p-151;
  double p = (double)a * b, s = p + c;
  double added = s - p, error = (p - (s - added)) + (c - added);
  double size = fabs(s);
  return size < half || (size == half && copysign(1, s) * error < 0);
}

// One fused multiply-add with one rounding, numbers below 2^-126 being zero before and after.
static float fused(float a, float b, float c) {
  a = flushed(a), b = flushed(b), c = flushed(c);
  float r = fmaf(a, b, c);
  if (fabsf(r) == smallest && is_tiny(a, b, c)) { return copysignf(0, r); }
  return flushed(r);
}

static float sum(float a, float b) { return flushed(flushed(a) + flushed(b)); }

static float tdpbf16ps(const uint16_t *a, const uint16_t *panel, ptrdiff_t column, float c) {
  float even = 0, odd = 0;
  for (ptrdiff_t p = 0; p < CK_BF16_DEPTH; p += 2) {
    const uint16_t *b = panel + bf16_place(p, column);
    even = fused(bf16_wide(a[p]), bf16_wide(b[0]), even);
    odd = fused(bf16_wide(a[p + 1]), bf16_wide(b[1]), odd);
  }
  return sum(c, sum(even, odd));
}

static float vdpbf16ps(const uint16_t *a, const uint16_t *panel, ptrdiff_t column, float c) {
  for (ptrdiff_t p = 0; p < CK_BF16_DEPTH; p += 2) {
    const uint16_t *b = panel + bf16_place(p, column);
    c = fused(bf16_wide(a[p + 1]), bf16_wide(b[1]), c);
    c = fused(bf16_wide(a[p]), bf16_wide(b[0]), c);
  }
  return c;
}

typedef float block_rule(const uint16_t *a, const uint16_t *panel, ptrdiff_t column, float c);

static void multiply(block_rule rule, ptrdiff_t rows, ptrdiff_t k, ptrdiff_t n, const uint16_t *a,
                     ptrdiff_t lda, const uint16_t *packed, float *c, ptrdiff_t ldc, int adds) {
  for (ptrdiff_t i = 0; i < rows; i++) {
    for (ptrdiff_t j = 0; j < n; j++) {
      const uint16_t *panel = packed + j / CK_BF16_WIDTH * CK_BF16_WIDTH * k;
      float x = adds ? c[i * ldc + j] : 0;
      for (ptrdiff_t p = 0; p < k; p += CK_BF16_DEPTH) {
        x = rule(a + i * lda + p, panel + p * CK_BF16_WIDTH, j % CK_BF16_WIDTH, x);
      }
      c[i * ldc + j] = x;
    }
  }
}

static void multiply_amx(ptrdiff_t rows, ptrdiff_t k, ptrdiff_t n, const uint16_t *a, ptrdiff_t lda,
                         const uint16_t *packed, float *c, ptrdiff_t ldc, int adds) {
  multiply(tdpbf16ps, rows, k, n, a, lda, packed, c, ldc, adds);
}

static void multiply_avx512(ptrdiff_t rows, ptrdiff_t k, ptrdiff_t n, const uint16_t *a,
                            ptrdiff_t lda, const uint16_t *packed, float *c, ptrdiff_t ldc,
                            int adds) {
  multiply(vdpbf16ps, rows, k, n, a, lda, packed, c, ldc, adds);
}

static void round_all(ptrdiff_t count, const float *x, uint16_t *y) {
  for (ptrdiff_t i = 0; i < count; i++) { y[i] = bf16_rounded(x[i]); }
}

const ck_bf16_table ck_bf16_amx_model = {"amx-model", round_all, multiply_amx};
const ck_bf16_table ck_bf16_avx512_model = {"avx512bf16-model", round_all, multiply_avx512};
