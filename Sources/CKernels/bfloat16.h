// What the sets of bfloat16 instructions share.

#ifndef CK_BFLOAT16_INTERNAL_H
#define CK_BFLOAT16_INTERNAL_H

#include <string.h>

#include "CKernelsBFloat16.h"

extern const ck_bf16_table ck_bf16_portable;
extern const ck_bf16_table ck_bf16_amx_model;
extern const ck_bf16_table ck_bf16_avx512_model;
#if defined(__x86_64__)
extern const ck_bf16_table ck_bf16_avx512;
extern const ck_bf16_table ck_bf16_amx;

// Whether VDPBF16PS sums more products a second than multiply-adds of floats do.
int ck_bf16_avx512_pays(void);

// Whether the processor has AMX tiles and the system lets this process use them.
int ck_bf16_amx_is_permitted(void);
#endif

// One number to the nearest bfloat16, as VCVTNEPS2BF16 does it.
static inline uint16_t bf16_rounded(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  uint32_t size = bits & 0x7fffffff;
  if (size > 0x7f800000) { return (uint16_t)(bits >> 16 | 0x40); }
  if (size < 0x00800000) { return (uint16_t)(bits >> 16 & 0x8000); }
  return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

static inline float bf16_wide(uint16_t x) {
  uint32_t bits = (uint32_t)x << 16;
  float y;
  memcpy(&y, &bits, sizeof y);
  return y;
}

// Where the pair of k and k + 1 of one column of a panel begins, in elements.
static inline ptrdiff_t bf16_place(ptrdiff_t k, ptrdiff_t column) {
  ptrdiff_t block = k / 32, pair = k % 32 / 2;
  return ((block * 2 + column / 16) * 16 + pair) * 32 + column % 16 * 2;
}

#endif
