#include "CMeter.h"

// Twelve chains hide the latency of an operation: four or five cycles, two started in each.
#define CHAINS 12
#define REPEATS 64

// Each chain tends to b / (1 - a), so it neither overflows nor becomes denormal. Both are volatile,
// so that the compiler cannot compute a chain beforehand or drop one that stays where it began.
static volatile float factor = 0.999f;
static volatile float summand = 0.001f;

// Written by every loop, so that none can be left out.
static volatile float sink;

#if defined(__x86_64__)
#include <immintrin.h>

__attribute__((target("avx512f"))) static uint64_t fma_avx512(uint64_t rounds) {
  __m512 a = _mm512_set1_ps(factor), b = _mm512_set1_ps(summand), x[CHAINS];
  for (int c = 0; c < CHAINS; c++) x[c] = _mm512_set1_ps(0.1f * c);
  for (uint64_t r = 0; r < rounds; r++) {
    for (int i = 0; i < REPEATS; i++) {
#pragma clang loop unroll(full)
      for (int c = 0; c < CHAINS; c++) x[c] = _mm512_fmadd_ps(x[c], a, b);
    }
  }
  for (int c = 1; c < CHAINS; c++) x[0] = _mm512_add_ps(x[0], x[c]);
  sink = _mm512_cvtss_f32(x[0]);
  return rounds * REPEATS * CHAINS * 16 * 2;
}

__attribute__((target("avx2,fma"))) static uint64_t fma_avx2(uint64_t rounds) {
  __m256 a = _mm256_set1_ps(factor), b = _mm256_set1_ps(summand), x[CHAINS];
  for (int c = 0; c < CHAINS; c++) x[c] = _mm256_set1_ps(0.1f * c);
  for (uint64_t r = 0; r < rounds; r++) {
    for (int i = 0; i < REPEATS; i++) {
#pragma clang loop unroll(full)
      for (int c = 0; c < CHAINS; c++) x[c] = _mm256_fmadd_ps(x[c], a, b);
    }
  }
  for (int c = 1; c < CHAINS; c++) x[0] = _mm256_add_ps(x[0], x[c]);
  sink = _mm256_cvtss_f32(x[0]);
  return rounds * REPEATS * CHAINS * 8 * 2;
}
#endif

typedef float four __attribute__((vector_size(16)));

static uint64_t fma_portable(uint64_t rounds) {
#pragma STDC FP_CONTRACT ON
  float f = factor, g = summand;
  four a = {f, f, f, f}, b = {g, g, g, g}, x[CHAINS];
  for (int c = 0; c < CHAINS; c++) x[c] = a * (0.1f * c);
  for (uint64_t r = 0; r < rounds; r++) {
    for (int i = 0; i < REPEATS; i++) {
#pragma clang loop unroll(full)
      for (int c = 0; c < CHAINS; c++) x[c] = x[c] * a + b;
    }
  }
  for (int c = 1; c < CHAINS; c++) x[0] += x[c];
  sink = x[0][0];
  return rounds * REPEATS * CHAINS * 4 * 2;
}

// Floats of the widest vector of this processor. Asking takes nanoseconds, a call of meter_fma
// micro- to milliseconds, so the answer is not kept.
static int width(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f")) return 16;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return 8;
#endif
  return 4;
}

uint64_t meter_fma(uint64_t rounds) {
  switch (width()) {
#if defined(__x86_64__)
    case 16: return fma_avx512(rounds);
    case 8: return fma_avx2(rounds);
#endif
    default: return fma_portable(rounds);
  }
}

const char *meter_fma_name(void) {
  switch (width()) {
    case 16: return "AVX-512F";
    case 8: return "AVX2 + FMA";
    default: return "portable";
  }
}

float meter_read(const float *numbers, size_t count) {
  four sums[8] = {{0}};
  size_t i = 0;
  for (; i + 32 <= count; i += 32) {
    for (int k = 0; k < 8; k++) {
      four next;
      __builtin_memcpy(&next, numbers + i + 4 * k, sizeof next);
      sums[k] += next;
    }
  }
  float sum = 0;
  for (; i < count; i++) sum += numbers[i];
  for (int k = 0; k < 8; k++) sum += sums[k][0] + sums[k][1] + sums[k][2] + sums[k][3];
  return sum;
}
