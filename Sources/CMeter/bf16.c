#include "CMeter.h"

// Chains hide the latency of an operation: more than in fma.c, since it is longer.
#define CHAINS 14
#define REPEATS 64

// Written by every loop, so that none can be left out; read, so that nothing is known beforehand.
static volatile float sink = 0;

#if defined(__x86_64__)
#include <immintrin.h>

__attribute__((target("avx512f,avx512bf16"))) static uint64_t bf16_avx512(uint64_t rounds) {
  __m512 a = _mm512_set1_ps(sink), x[CHAINS];
  for (int c = 0; c < CHAINS; c++) x[c] = a;
  for (uint64_t r = 0; r < rounds; r++) {
    for (int i = 0; i < REPEATS; i++) {
#pragma clang loop unroll(full)
      for (int c = 0; c < CHAINS; c++) x[c] = _mm512_dpbf16_ps(x[c], (__m512bh)a, (__m512bh)a);
    }
  }
  for (int c = 1; c < CHAINS; c++) x[0] = _mm512_add_ps(x[0], x[c]);
  sink = _mm512_cvtss_f32(x[0]);
  return rounds * REPEATS * CHAINS * 16 * 4;
}

__attribute__((target("amx-tile,amx-bf16"))) static uint64_t bf16_amx(uint64_t rounds) {
  struct {
    uint8_t palette, start_row, reserved[14];
    uint16_t bytes_of_row[16];
    uint8_t rows[16];
  } tiles = {.palette = 1};
  for (int t = 0; t < 8; t++) {
    tiles.bytes_of_row[t] = 64;
    tiles.rows[t] = 16;
  }
  _tile_loadconfig(&tiles);
  for (uint64_t r = 0; r < rounds; r++) {
    for (int i = 0; i < REPEATS; i++) {
      _tile_dpbf16ps(0, 4, 6);
      _tile_dpbf16ps(1, 4, 7);
      _tile_dpbf16ps(2, 5, 6);
      _tile_dpbf16ps(3, 5, 7);
    }
  }
  _tile_release();
  return rounds * REPEATS * 4 * (16 * 16 * 32 * 2);
}
#endif

uint64_t meter_bf16(uint64_t rounds) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512bf16")) return bf16_avx512(rounds);
#endif
  (void)rounds;
  return 0;
}

uint64_t meter_amx(uint64_t rounds) {
#if defined(__x86_64__)
  return bf16_amx(rounds);
#else
  (void)rounds;
  return 0;
#endif
}
