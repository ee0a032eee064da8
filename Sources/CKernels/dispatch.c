// Which implementation runs, and the functions of CKernels.h, which call it.

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"

// Fastest first; the last one runs everywhere.
static const ck_table *const tables[] = {
#if defined(__x86_64__)
    &ck_avx512,
    &ck_avx2,
#endif
    &ck_portable,
};
enum { CK_TABLE_COUNT = sizeof tables / sizeof *tables };

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
  return table != NULL;
}

const ck_table *ck_find(const char *name) {
  for (int i = 0; i < CK_TABLE_COUNT; i++) {
    if (strcmp(tables[i]->name, name) == 0 && runs_here(tables[i])) { return tables[i]; }
  }
  return NULL;
}

// Ends the program: a run with other kernels than those that were asked for would be mistaken for
// what it is not.
static void refuse(const char *wanted) {
  fprintf(stderr, "error: COUNTERPOISE_KERNELS is '%s', but this processor runs only", wanted);
  const char *separator = " ";
  for (int i = 0; i < CK_TABLE_COUNT; i++) {
    if (!runs_here(tables[i])) { continue; }
    fprintf(stderr, "%s%s", separator, tables[i]->name);
    separator = ", ";
  }
  fprintf(stderr, "; set it to one of these, or unset it to use the fastest.\n");
  // EX_USAGE of <sysexits.h>. Nothing has run yet that would have to be cleaned up.
  _Exit(64);
}

// Chooses before main runs, so that no call has to ask whether a choice was made.
__attribute__((constructor)) static void choose(void) {
  const char *wanted = getenv("COUNTERPOISE_KERNELS");
  if (wanted && *wanted) {
    chosen = ck_find(wanted);
    if (!chosen) { refuse(wanted); }
    return;
  }
  for (int i = 0; !chosen; i++) {
    if (runs_here(tables[i])) { chosen = tables[i]; }
  }
}

const char *ck_implementation(void) { return chosen->name; }

ptrdiff_t ck_panel_width(void) { return chosen->panel_width; }

ptrdiff_t ck_packed_count(ptrdiff_t k, ptrdiff_t n) {
  ptrdiff_t width = chosen->panel_width;
  return (n + width - 1) / width * width * k;
}

_Atomic int ck_far;
void ck_set_far(int is_far) { atomic_store_explicit(&ck_far, is_far, memory_order_relaxed); }

void ck_prefetch(const float *first, ptrdiff_t rows, ptrdiff_t pitch, ptrdiff_t columns) {
  const ptrdiff_t line = 64 / sizeof(float);
  for (ptrdiff_t i = 0; i < rows; i++) {
    for (ptrdiff_t j = 0; j < columns; j += line) {
      __builtin_prefetch(first + i * pitch + j, 0, 2);
    }
  }
}

// Every other function of CKernels.h. The compiler refuses a line of kernels.def that does not
// agree with its prototype there.
#define CK_KERNEL(TYPE, NAME, PARAMETERS, ARGUMENTS) \
  TYPE ck_##NAME PARAMETERS { return chosen->NAME ARGUMENTS; }
#include "kernels.def"
