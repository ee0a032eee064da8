// The choice among the sets of bfloat16 instructions, and packing, which all of them share.

#include "bfloat16.h"

#include <stdatomic.h>

#include "ck_bfloat16.h"

static int runs_here(const ck_bf16_table *table) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (table == &ck_bf16_amx) { return ck_bf16_amx_is_permitted(); }
  if (table == &ck_bf16_avx512) { return __builtin_cpu_supports("avx512bf16"); }
#endif
  return table != NULL;
}

const ck_bf16_table *ck_bf16_find(const char *name) {
  static const ck_bf16_table *const tables[] = {
#if defined(__x86_64__)
      &ck_bf16_amx,      &ck_bf16_avx512,
#endif
      &ck_bf16_portable, &ck_bf16_amx_model, &ck_bf16_avx512_model,
  };
  for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
    if (strcmp(tables[i]->name, name) == 0 && runs_here(tables[i])) { return tables[i]; }
  }
  return NULL;
}

static const ck_bf16_table *best(void) {
#if defined(__x86_64__)
  if (runs_here(&ck_bf16_amx)) { return &ck_bf16_amx; }
  if (runs_here(&ck_bf16_avx512) && ck_bf16_avx512_pays()) { return &ck_bf16_avx512; }
#endif
  return &ck_bf16_portable;
}

// The first caller measures. Two threads that are first at once may both, but one answer stays.
static const ck_bf16_table *chosen(void) {
  static _Atomic(const ck_bf16_table *) kept;
  const ck_bf16_table *table = atomic_load(&kept);
  if (table) { return table; }
  const ck_bf16_table *none = NULL;
  table = best();
  return atomic_compare_exchange_strong(&kept, &none, table) ? table : none;
}

const char *ck_bf16_set(void) { return chosen()->name; }

void ck_bf16_round(ptrdiff_t count, const float *x, uint16_t *y) { chosen()->round(count, x, y); }

void ck_bf16_widen(ptrdiff_t count, const uint16_t *x, float *y) {
  for (ptrdiff_t i = 0; i < count; i++) { y[i] = bf16_wide(x[i]); }
}

ptrdiff_t ck_bf16_packed_count(ptrdiff_t k, ptrdiff_t n) {
  return (n + CK_BF16_WIDTH - 1) / CK_BF16_WIDTH * CK_BF16_WIDTH * k;
}

// Writes the rows p and p + 1 of a panel.
static void store_pairs(uint16_t *panel, ptrdiff_t p, const uint16_t *even, const uint16_t *odd) {
  for (int first = 0; first < CK_BF16_WIDTH; first += 16) {
    uint16_t *to = panel + bf16_place(p, first);
    for (int j = 0; j < 16; j++) {
      to[2 * j] = even[first + j];
      to[2 * j + 1] = odd[first + j];
    }
  }
}

// Packs what begins at b, an element being `row_pitch` floats below and `column_pitch` right of
// its neighbours.
static void pack(ptrdiff_t k, ptrdiff_t n, const float *b, ptrdiff_t row_pitch,
                 ptrdiff_t column_pitch, uint16_t *packed) {
  for (ptrdiff_t first = 0; first < n; first += CK_BF16_WIDTH) {
    const float *from = b + first * column_pitch;
    ptrdiff_t width = n - first < CK_BF16_WIDTH ? n - first : CK_BF16_WIDTH;
    for (ptrdiff_t p = 0; p < k; p += 2) {
      uint16_t pairs[2][CK_BF16_WIDTH] = {{0}};
      for (ptrdiff_t j = 0; j < width; j++) {
        pairs[0][j] = bf16_rounded(from[p * row_pitch + j * column_pitch]);
        pairs[1][j] = bf16_rounded(from[(p + 1) * row_pitch + j * column_pitch]);
      }
      store_pairs(packed + first * k, p, pairs[0], pairs[1]);
    }
  }
}

void ck_bf16_pack(ptrdiff_t k, ptrdiff_t n, const float *b, ptrdiff_t ldb, uint16_t *packed) {
  pack(k, n, b, ldb, 1, packed);
}

void ck_bf16_pack_transposed(ptrdiff_t k, ptrdiff_t n, const float *b, ptrdiff_t ldb,
                             uint16_t *packed) {
  pack(k, n, b, 1, ldb, packed);
}

void ck_bf16_pack_rounded(ptrdiff_t rows, ptrdiff_t k, ptrdiff_t n, const uint16_t *b,
                          ptrdiff_t ldb, uint16_t *packed) {
  for (ptrdiff_t first = 0; first < n; first += CK_BF16_WIDTH) {
    ptrdiff_t width = n - first < CK_BF16_WIDTH ? n - first : CK_BF16_WIDTH;
    for (ptrdiff_t p = 0; p < k; p += 2) {
      uint16_t pairs[2][CK_BF16_WIDTH] = {{0}};
      for (ptrdiff_t q = 0; q < 2 && p + q < rows; q++) {
        memcpy(pairs[q], b + (p + q) * ldb + first, (size_t)width * sizeof *b);
      }
      store_pairs(packed + first * k, p, pairs[0], pairs[1]);
    }
  }
}

void ck_bf16_transpose(ptrdiff_t rows, ptrdiff_t columns, const uint16_t *x, ptrdiff_t ldx,
                       uint16_t *y, ptrdiff_t ldy, ptrdiff_t filled) {
  // Squares, so that a line of y is filled while it is in the cache.
  enum { SIDE = 32 };
  for (ptrdiff_t i = 0; i < filled; i += SIDE) {
    for (ptrdiff_t j = 0; j < columns; j++) {
      for (ptrdiff_t p = i; p < i + SIDE && p < filled; p++) {
        y[j * ldy + p] = p < rows ? x[p * ldx + j] : 0;
      }
    }
  }
}

void ck_bf16_multiply(ptrdiff_t rows, ptrdiff_t k, ptrdiff_t n, const uint16_t *a, ptrdiff_t lda,
                      const uint16_t *packed, float *c, ptrdiff_t ldc, int adds) {
  chosen()->multiply(rows, k, n, a, lda, packed, c, ldc, adds);
}
