// Products of bfloat16 matrices for any processor, in the order of VDPBF16PS.

#include "bfloat16.h"

// A contracted a * b + c would round differently where a * b leaves the range of floats.
#pragma STDC FP_CONTRACT OFF

typedef float floats __attribute__((vector_size(64)));
typedef uint32_t words __attribute__((vector_size(64)));

enum { TILE_ROWS = 2 };

static void round_all(ptrdiff_t count, const float *x, uint16_t *y) {
  for (ptrdiff_t i = 0; i < count; i++) { y[i] = bf16_rounded(x[i]); }
}

// Some rows of c by sixteen columns, in registers. `pairs` is one half of a panel.
static inline void tile(int rows, ptrdiff_t k, const uint16_t *a, ptrdiff_t lda,
                        const uint16_t *pairs, floats *sums) {
  for (ptrdiff_t p = 0; p < k; p += 2) {
    words pair;
    memcpy(&pair, pairs + p / 32 * 1024 + p % 32 * 16, sizeof pair);
    floats even = (floats)(pair << 16), odd = (floats)(pair & 0xffff0000);
    for (int i = 0; i < rows; i++) {
      sums[i] += bf16_wide(a[i * lda + p + 1]) * odd;
      sums[i] += bf16_wide(a[i * lda + p]) * even;
    }
  }
}

static void multiply(ptrdiff_t rows, ptrdiff_t k, ptrdiff_t n, const uint16_t *a, ptrdiff_t lda,
                     const uint16_t *packed, float *c, ptrdiff_t ldc, int adds) {
  for (ptrdiff_t j = 0; j < n; j += 16) {
    const uint16_t *pairs = packed + j / CK_BF16_WIDTH * CK_BF16_WIDTH * k + j % 32 / 16 * 512;
    size_t bytes = (size_t)(n - j < 16 ? n - j : 16) * sizeof(float);
    for (ptrdiff_t i = 0; i < rows; i += TILE_ROWS) {
      int count = (int)(rows - i < TILE_ROWS ? rows - i : TILE_ROWS);
      floats sums[TILE_ROWS] = {{0}};
      for (int r = 0; adds && r < count; r++) { memcpy(&sums[r], c + (i + r) * ldc + j, bytes); }
      if (count == TILE_ROWS) {
        tile(TILE_ROWS, k, a + i * lda, lda, pairs, sums);
      } else {
        tile(count, k, a + i * lda, lda, pairs, sums);
      }
      for (int r = 0; r < count; r++) { memcpy(c + (i + r) * ldc + j, &sums[r], bytes); }
    }
  }
}

const ck_bf16_table ck_bf16_portable = {"portable", round_all, multiply};
