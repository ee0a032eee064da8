// Which implementation runs.

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"

static const ck_table *chosen;

static int runs_here(const ck_table *table) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (table == &ck_avx2) { return avx2; }
  if (table == &ck_avx512) {
    return avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl");
  }
#endif
  return 1;
}

// Fastest first.
static const ck_table *const tables[] = {
#if defined(__x86_64__)
    &ck_avx512, &ck_avx2,
#endif
    &ck_portable};

const ck_table *ck_find(const char *name) {
  for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
    if (strcmp(tables[i]->name, name) == 0 && runs_here(tables[i])) { return tables[i]; }
  }
  return NULL;
}

__attribute__((constructor)) static void choose(void) {
  const char *wanted = getenv("COUNTERPOISE_KERNELS");
  if (wanted) { chosen = ck_find(wanted); }
  for (size_t i = 0; !chosen; i++) {
    if (runs_here(tables[i])) { chosen = tables[i]; }
  }
}

_Atomic int ck_far;
void ck_set_far(int is_far) { atomic_store_explicit(&ck_far, is_far, memory_order_relaxed); }

const char *ck_implementation(void) { return chosen->name; }

void ck_prefetch(const float *first, ptrdiff_t rows, ptrdiff_t pitch, ptrdiff_t columns) {
  const ptrdiff_t line = 64 / sizeof(float);
  for (ptrdiff_t i = 0; i < rows; i++) {
    for (ptrdiff_t j = 0; j < columns; j += line) {
      __builtin_prefetch(first + i * pitch + j, 0, 2);
    }
  }
}

ptrdiff_t ck_panel_width(void) { return chosen->panel_width; }

ptrdiff_t ck_packed_count(ptrdiff_t k, ptrdiff_t n) {
  ptrdiff_t width = chosen->panel_width;
  return (n + width - 1) / width * width * k;
}

void ck_pack(ptrdiff_t k, ptrdiff_t n, const float *b, ptrdiff_t ldb, ptrdiff_t first,
             ptrdiff_t end, float *packed, ptrdiff_t depth) {
  chosen->pack(k, n, b, ldb, first, end, packed, depth);
}

void ck_pack_transposed(ptrdiff_t k, ptrdiff_t n, const float *b, ptrdiff_t ldb,
                        ptrdiff_t first, ptrdiff_t end, float *packed, ptrdiff_t depth) {
  chosen->pack_transposed(k, n, b, ldb, first, end, packed, depth);
}

void ck_multiply(ptrdiff_t rows, ptrdiff_t n, ptrdiff_t first, ptrdiff_t end, ck_rows a,
                 const float *packed, ptrdiff_t depth, ck_result c, int adds, float *scratch) {
  chosen->multiply(rows, n, first, end, a, packed, depth, c, adds, scratch);
}

ptrdiff_t ck_multiply_scratch(void) { return CK_ROWS * (CK_DEPTH + 16); }

// k is cut into equal blocks, each of which has quadrants of its own: half the rows of a block.
static ptrdiff_t strassen_blocks(ptrdiff_t k) { return (k + CK_DEPTH - 1) / CK_DEPTH; }
static ptrdiff_t strassen_half(ptrdiff_t k) { return k / strassen_blocks(k) / 2; }

int ck_strassen_fits(ptrdiff_t k, ptrdiff_t n) {
  return k > 0 && n > 0 && n % 64 == 0 && k % (32 * strassen_blocks(k)) == 0;
}

ptrdiff_t ck_strassen_packed_count(ptrdiff_t k, ptrdiff_t n) { return k * n / 4 * 7; }

void ck_strassen_pack(ptrdiff_t k, ptrdiff_t n, const float *b, ptrdiff_t first, ptrdiff_t end,
                      float *packed) {
  chosen->strassen_pack(k, n, b, first, end, packed);
}

void ck_strassen_pack_transposed(ptrdiff_t k, ptrdiff_t n, const float *b, ptrdiff_t first,
                                 ptrdiff_t end, int is_turned, float *packed) {
  chosen->strassen_pack_transposed(k, n, b, first, end, is_turned, packed);
}

void ck_strassen_multiply(ptrdiff_t rows, ptrdiff_t n, ptrdiff_t first, ptrdiff_t end, ck_rows a,
                          const ck_residual *residual, const float *packed, ck_result c, int adds,
                          float *scratch) {
  chosen->strassen_multiply(rows, n, first, end, a, residual, packed, c, adds, scratch);
}

ptrdiff_t ck_strassen_scratch(void) {
  // Seven factors of half the rows and half the depth, and three tiles of the widest processor.
  return 7 * (CK_ROWS / 2) * (CK_DEPTH / 2 + 16) + 3 * 14 * 32;
}

void ck_strassen_form(ptrdiff_t rows, ptrdiff_t all, ck_rows a, const ck_residual *residual,
                      float *factors) {
  chosen->strassen_form(rows, all, a, residual, factors);
}

ptrdiff_t ck_strassen_formed_count(ptrdiff_t rows, ptrdiff_t k) {
  return 7 * strassen_blocks(k) * (rows / 2) * ck_strassen_formed_pitch(k);
}

ptrdiff_t ck_strassen_formed_pitch(ptrdiff_t k) { return strassen_half(k) + 16; }

void ck_strassen_multiply_panel(ptrdiff_t rows, ptrdiff_t k, ptrdiff_t n, ptrdiff_t panel,
                                ptrdiff_t next, const float *factors, const float *b,
                                int transposed, ck_result c, int adds, float *scratch) {
  chosen->strassen_multiply_panel(rows, k, n, panel, next, factors, b, transposed, c, adds,
                                  scratch);
}

ptrdiff_t ck_strassen_panel_scratch(ptrdiff_t k) {
  return 7 * strassen_half(k) * 32 + 3 * 14 * 32;
}

void ck_strassen_gradient(ptrdiff_t rows, ck_rows a, ck_rows b, float *dw, ptrdiff_t ldw, int adds,
                          float *scratch) {
  chosen->strassen_gradient(rows, a, b, dw, ldw, adds, scratch);
}

ptrdiff_t ck_strassen_gradient_scratch(ptrdiff_t m) {
  return 7 * CK_SUMMED / 2 * (m / 2 + 16 + 32) + 3 * 14 * 32;
}

void ck_multiply_in_place(ptrdiff_t rows, ptrdiff_t k, ptrdiff_t n, const float *a, ptrdiff_t lda,
                          const float *packed, float *c, ptrdiff_t ldc, int adds) {
  chosen->multiply_in_place(rows, k, n, a, lda, packed, c, ldc, adds);
}

void ck_multiply_windows(ptrdiff_t rows, ptrdiff_t n, ck_windows a, const float *packed,
                         ck_result c) {
  chosen->multiply_windows(rows, n, a, packed, c);
}

void ck_gradient_windows(ptrdiff_t lines, ptrdiff_t line, ptrdiff_t rows, ptrdiff_t n,
                         ck_windows a, const float *b, float *dw, int adds, const float *next) {
  chosen->gradient_windows(lines, line, rows, n, a, b, dw, adds, next);
}

void ck_gradient(ptrdiff_t rows, ck_rows a, ck_rows b, float *dw, ptrdiff_t ldw, int adds,
                 float *scratch) {
  chosen->gradient(rows, a, b, dw, ldw, adds, scratch);
}

ptrdiff_t ck_gradient_scratch(ptrdiff_t m, ptrdiff_t n) {
  return CK_GRADIENT_ROWS * ((m + 15) / 16 * 16 + (n + 31) / 32 * 32 + 32);
}

void ck_gradient_in_place(ptrdiff_t rows, ptrdiff_t m, ptrdiff_t n, const float *a, ptrdiff_t lda,
                          const float *b, ptrdiff_t ldb, float *dw, ptrdiff_t ldw, int adds,
                          const float *next_a, const float *next_b) {
  chosen->gradient_in_place(rows, m, n, a, lda, b, ldb, dw, ldw, adds, next_a, next_b);
}

void ck_backward(ptrdiff_t rows, ck_rows a, ptrdiff_t n, ck_normalized_gradient g,
                 const float *packed, ck_result dx, int adds, float *sums, float *scratch) {
  chosen->backward(rows, a, n, g, packed, dx, adds, sums, scratch);
}

ptrdiff_t ck_backward_sums(ptrdiff_t k, ptrdiff_t n) { return chosen->backward_sums(k, n); }

void ck_backward_add(ptrdiff_t k, ptrdiff_t n, ptrdiff_t first, ptrdiff_t end, const float *sums,
                     ptrdiff_t groups, ptrdiff_t distance, float *dw) {
  chosen->add_sums(k, n, first, end, sums, groups, distance, dw);
}

void ck_strassen_backward(ptrdiff_t rows, ck_rows a, ptrdiff_t n, ck_normalized_gradient g,
                          const float *packed, ck_result dx, int adds, float *sums,
                          float *scratch) {
  chosen->strassen_backward(rows, a, n, g, packed, dx, adds, sums, scratch);
}

ptrdiff_t ck_strassen_backward_sums(ptrdiff_t k, ptrdiff_t n) {
  return chosen->strassen_backward_sums(k, n);
}

ptrdiff_t ck_strassen_backward_scratch(ptrdiff_t k, ptrdiff_t n) {
  return 7 * (CK_GRADIENT_ROWS / 2) * (k / 2 + n / 2 + 32) + 3 * 14 * 32;
}

void ck_strassen_backward_add(ptrdiff_t k, ptrdiff_t n, ptrdiff_t first, ptrdiff_t end,
                              const float *sums, ptrdiff_t groups, ptrdiff_t distance, float *dw) {
  chosen->strassen_add_sums(k, n, first, end, sums, groups, distance, dw);
}

void ck_norm_statistics(ptrdiff_t rows, ptrdiff_t channels, const float *x, const float *shift,
                        float *first, float *second) {
  chosen->norm_statistics(rows, channels, x, shift, first, second);
}

void ck_norm_apply(ptrdiff_t rows, ptrdiff_t channels, ck_normalized x, ck_normalized addend,
                   int rectifies, float *y, int non_temporal) {
  chosen->norm_apply(rows, channels, x, addend, rectifies, y, non_temporal);
}

void ck_norm_sums(ptrdiff_t rows, ptrdiff_t channels, const float *x, const float *mean, float *dy,
                  const float *z, const float *scale, const float *shift, float *first,
                  float *second) {
  chosen->norm_sums(rows, channels, x, mean, dy, z, scale, shift, first, second);
}

void ck_norm_gradient(ptrdiff_t rows, ptrdiff_t channels, ck_normalized_gradient g, float *to,
                      int is_shared) {
  chosen->norm_gradient(rows, channels, g, to, is_shared);
}

void ck_pool_forward(ck_pool p, const float *x, ptrdiff_t oy, const float *scale,
                     const float *shift, float *y, float *winners) {
  chosen->pool_forward(p, x, oy, scale, shift, y, winners);
}

void ck_pool_backward(ck_pool p, const float *dy, const float *winners, ptrdiff_t iy, float *dx) {
  chosen->pool_backward(p, dy, winners, iy, dx);
}

void ck_winograd_input(ck_axes axes, const float *const *pixels, const float *const *next,
                       ptrdiff_t channels, const float *scale, const float *shift, float *v,
                       const ptrdiff_t *places, int is_shared) {
  chosen->winograd_input(axes, pixels, next, channels, scale, shift, v, places, is_shared);
}

void ck_winograd_output(ck_axes axes, const float *m, const ptrdiff_t *places, ptrdiff_t channels,
                        const ck_epilogue *epilogue, const ck_sums *sums, float *const *pixels,
                        float *const *next) {
  chosen->winograd_output(axes, m, places, channels, epilogue, sums, pixels, next);
}

void ck_winograd_gradient(ck_axes axes, const float *const *pixels, const float *const *next,
                          ptrdiff_t channels, float *d, const ptrdiff_t *places, int is_shared) {
  chosen->winograd_gradient(axes, pixels, next, channels, d, places, is_shared);
}

void ck_winograd_filter(ck_axes axes, ptrdiff_t rows, const float *g, ptrdiff_t pitch,
                        const ptrdiff_t *taps, ptrdiff_t channels, float *u,
                        const ptrdiff_t *places, ptrdiff_t depth, int is_shared) {
  chosen->winograd_filter(axes, rows, g, pitch, taps, channels, u, places, depth, is_shared);
}

void ck_winograd_filter_gradient(ck_axes axes, ptrdiff_t rows, const float *du,
                                 ptrdiff_t du_pitch, const ptrdiff_t *places, ptrdiff_t channels,
                                 float *dg, ptrdiff_t pitch, const ptrdiff_t *taps) {
  chosen->winograd_filter_gradient(axes, rows, du, du_pitch, places, channels, dg, pitch, taps);
}

void ck_stem_filter(ptrdiff_t channels, const float *w, float *u) {
  chosen->stem_filter(channels, w, u);
}

void ck_stem_input(ck_stem s, const float *x, ptrdiff_t row, const float *scale,
                   const float *shift, float *v, float *scratch) {
  chosen->stem_input(s, x, row, scale, shift, v, scratch);
}

ptrdiff_t ck_stem_scratch(ck_stem s) { return chosen->stem_scratch(s); }

void ck_stem_multiply(ck_stem s, ptrdiff_t row, const float *v, const float *u, float *y,
                      const ck_epilogue *epilogue, const ck_sums *sums, int non_temporal) {
  chosen->stem_multiply(s, row, v, u, y, epilogue, sums, non_temporal);
}

void ck_stem_gradient_input(ck_stem s, const float *dy, ptrdiff_t lines, float *d, ptrdiff_t plane) {
  chosen->stem_gradient_input(s, dy, lines, d, plane);
}

void ck_stem_gradient(ptrdiff_t tiles, ptrdiff_t channels, const float *v, const float *d,
                      ptrdiff_t plane, float *du, int adds) {
  chosen->stem_gradient(tiles, channels, v, d, plane, du, adds);
}

void ck_stem_filter_gradient(ptrdiff_t channels, const float *du, float *dw) {
  chosen->stem_filter_gradient(channels, du, dw);
}
