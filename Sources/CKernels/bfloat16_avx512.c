// Products of bfloat16 matrices with VDPBF16PS, and whether that instruction pays.

#if defined(__x86_64__)
#include <immintrin.h>
#include <time.h>

#include "bfloat16.h"

#pragma clang attribute push(                                                          \
    __attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,avx512bf16,avx2,fma"))), \
    apply_to = function)

// Two vectors of sums for each row leave four registers of 32 for the operands.
enum { TILE_ROWS = 14 };

static void round_all(ptrdiff_t count, const float *x, uint16_t *y) {
  ptrdiff_t i = 0;
  for (; i + 16 <= count; i += 16) {
    __m256bh rounded = _mm512_cvtneps_pbh(_mm512_loadu_ps(x + i));
    memcpy(y + i, &rounded, sizeof rounded);
  }
  for (; i < count; i++) { y[i] = bf16_rounded(x[i]); }
}

// What a tile reads and writes: `rows` rows of a, one panel of b, columns of c by two masks.
typedef struct {
  ptrdiff_t k;
  const uint16_t *a;
  ptrdiff_t lda;
  const uint16_t *panel;
  float *c;
  ptrdiff_t ldc;
  __mmask16 masks[2];
  int adds;
  // Whether rows of a are copied side by side first: at a distance of some powers of two, lines of
  // fourteen rows fall into the same few sets of the first-level cache and drive each other out.
  int copies;
} tile_operands;

static inline __m512bh pair_of(const uint16_t *a) {
  int32_t pair;
  memcpy(&pair, a, sizeof pair);
  return (__m512bh)_mm512_set1_epi32(pair);
}

__attribute__((always_inline)) static inline void tile(const int rows, tile_operands o) {
  __m512 sums[TILE_ROWS][2];
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++) {
    for (int h = 0; h < 2; h++) {
      __mmask16 mask = o.adds ? o.masks[h] : 0;
      sums[i][h] = _mm512_maskz_loadu_ps(mask, o.c + i * o.ldc + 16 * h);
    }
  }
  for (ptrdiff_t p = 0; p < o.k; p += CK_BF16_DEPTH) {
    uint16_t copies[TILE_ROWS * CK_BF16_DEPTH];
    const uint16_t *a = o.a + p;
    ptrdiff_t pitch = o.lda;
    if (o.copies) {
#pragma clang loop unroll(full)
      for (int i = 0; i < rows; i++) {
        __m512i line = _mm512_loadu_si512(a + i * pitch);
        _mm512_storeu_si512(copies + i * CK_BF16_DEPTH, line);
      }
      a = copies;
      pitch = CK_BF16_DEPTH;
    }
    const uint16_t *pairs = o.panel + p * CK_BF16_WIDTH;
    for (int q = 0; q < CK_BF16_DEPTH; q += 2) {
      __m512bh left = (__m512bh)_mm512_loadu_si512(pairs + 16 * q);
      __m512bh right = (__m512bh)_mm512_loadu_si512(pairs + 16 * q + 512);
#pragma clang loop unroll(full)
      for (int i = 0; i < rows; i++) {
        __m512bh x = pair_of(a + i * pitch + q);
        sums[i][0] = _mm512_dpbf16_ps(sums[i][0], x, left);
        sums[i][1] = _mm512_dpbf16_ps(sums[i][1], x, right);
      }
    }
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++) {
    for (int h = 0; h < 2; h++) {
      _mm512_mask_storeu_ps(o.c + i * o.ldc + 16 * h, o.masks[h], sums[i][h]);
    }
  }
}

// Tiles of fewer rows are powers of two, so that each has its own loop in registers.
static void column_of_tiles(ptrdiff_t rows, tile_operands o) {
  while (rows > 0) {
    int count = rows >= TILE_ROWS ? TILE_ROWS : rows >= 8 ? 8 : rows >= 4 ? 4 : rows >= 2 ? 2 : 1;
    switch (count) {
      case TILE_ROWS: tile(TILE_ROWS, o); break;
      case 8: tile(8, o); break;
      case 4: tile(4, o); break;
      case 2: tile(2, o); break;
      default: tile(1, o); break;
    }
    o.a += count * o.lda;
    o.c += count * o.ldc;
    rows -= count;
  }
}

static __mmask16 mask_of(ptrdiff_t columns) {
  return columns >= 16 ? 0xffff : columns <= 0 ? 0 : (__mmask16)((1 << columns) - 1);
}

static void multiply(ptrdiff_t rows, ptrdiff_t k, ptrdiff_t n, const uint16_t *a, ptrdiff_t lda,
                     const uint16_t *packed, float *c, ptrdiff_t ldc, int adds) {
  for (ptrdiff_t j = 0; j < n; j += CK_BF16_WIDTH) {
    tile_operands o = {.k = k, .a = a, .lda = lda, .ldc = ldc, .adds = adds};
    o.copies = lda % 1024 == 0;
    o.panel = packed + j * k;
    o.c = c + j;
    o.masks[0] = mask_of(n - j);
    o.masks[1] = mask_of(n - j - 16);
    column_of_tiles(rows, o);
  }
}

enum { CHAINS = 12, ROUNDS = 500, TRIALS = 7 };

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

// The shortest of some trials of as many instructions of one of the two kinds.
static double shortest(int is_bf16, volatile float *sink) {
  double best = 1;
  for (int trial = 0; trial < TRIALS; trial++) {
    __m512 x[CHAINS], a = _mm512_set1_ps(*sink);
    for (int i = 0; i < CHAINS; i++) { x[i] = a; }
    double start = seconds();
    for (int round = 0; round < ROUNDS; round++) {
#pragma clang loop unroll(full)
      for (int i = 0; i < CHAINS; i++) {
        x[i] = is_bf16 ? _mm512_dpbf16_ps(x[i], (__m512bh)a, (__m512bh)a)
                       : _mm512_fmadd_ps(x[i], a, a);
      }
    }
    for (int i = 1; i < CHAINS; i++) { x[0] = _mm512_add_ps(x[0], x[i]); }
    *sink = _mm512_cvtss_f32(x[0]) * 0;
    double time = seconds() - start;
    best = time < best ? time : best;
  }
  return best;
}

int ck_bf16_avx512_pays(void) {
  volatile float sink = 0;
  // VDPBF16PS does two products where a multiply-add does one.
  return shortest(1, &sink) < 2 * shortest(0, &sink);
}

#pragma clang attribute pop

const ck_bf16_table ck_bf16_avx512 = {"avx512bf16", round_all, multiply};
#endif
