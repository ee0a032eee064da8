// Products of bfloat16 matrices with AMX tiles (TDPBF16PS).

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#include <sys/types.h>
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include "bfloat16.h"

// Tiles 0 to 3 hold 32 x 32 sums, 4 and 5 hold 32 rows of a, 6 and 7 a block of a panel of b. Every
// tile is 16 rows of 64 bytes.
enum { BLOCK = 32, TILES = 8 };

int ck_bf16_amx_is_permitted(void) {
#if defined(__linux__)
  // CPUID 7.0: EDX bit 22 is AMX-BF16, bit 24 AMX-TILE.
  unsigned a, b, c, d;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) { return 0; }
  if (!(d >> 22 & 1) || !(d >> 24 & 1) || !__builtin_cpu_supports("avx512bf16")) { return 0; }
  // Linux gives the registers' room only to processes that ask: ARCH_REQ_XCOMP_PERM for component
  // 18, the tiles. It counts for threads that exist already, too; asking again does no harm.
  return syscall(SYS_arch_prctl, 0x1023, 18) == 0;
#else
  return 0;
#endif
}

#pragma clang attribute push(                                                          \
    __attribute__((target("amx-tile,amx-bf16,avx512f,avx512vl,avx512bw,avx512bf16"))), \
    apply_to = function)

static void configure(void) {
  struct {
    uint8_t palette, start_row, reserved[14];
    uint16_t bytes_of_row[16];
    uint8_t rows[16];
  } tiles = {.palette = 1};
  for (int t = 0; t < TILES; t++) {
    tiles.bytes_of_row[t] = 64;
    tiles.rows[t] = 16;
  }
  _tile_loadconfig(&tiles);
}

// 32 rows by one panel: c = (c or 0) + a * b. Distances count elements.
static void block(ptrdiff_t k, const uint16_t *a, ptrdiff_t lda, const uint16_t *panel, float *c,
                  ptrdiff_t ldc, int adds) {
  size_t a_stride = (size_t)lda * sizeof *a, c_stride = (size_t)ldc * sizeof *c;
  if (adds) {
    _tile_loadd(0, c, c_stride);
    _tile_loadd(1, c + 16, c_stride);
    _tile_loadd(2, c + 16 * ldc, c_stride);
    _tile_loadd(3, c + 16 * ldc + 16, c_stride);
  } else {
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
  }
  for (ptrdiff_t p = 0; p < k; p += CK_BF16_DEPTH) {
    const uint16_t *b = panel + p * CK_BF16_WIDTH;
    _tile_loadd(4, a + p, a_stride);
    _tile_loadd(6, b, 64);
    _tile_dpbf16ps(0, 4, 6);
    _tile_loadd(5, a + 16 * lda + p, a_stride);
    _tile_dpbf16ps(2, 5, 6);
    _tile_loadd(7, b + 512, 64);
    _tile_dpbf16ps(1, 4, 7);
    _tile_dpbf16ps(3, 5, 7);
  }
  _tile_stored(0, c, c_stride);
  _tile_stored(1, c + 16, c_stride);
  _tile_stored(2, c + 16 * ldc, c_stride);
  _tile_stored(3, c + 16 * ldc + 16, c_stride);
}

static void copy(float *to, ptrdiff_t to_pitch, const float *from, ptrdiff_t from_pitch,
                 ptrdiff_t rows, ptrdiff_t columns) {
  for (ptrdiff_t i = 0; i < rows; i++) {
    memcpy(to + i * to_pitch, from + i * from_pitch, (size_t)columns * sizeof *to);
  }
}

// A block of fewer rows or columns, through memory of whole tiles: rows of a that are missing count
// as zeros, and of the result only what belongs to it is written.
static void ragged_block(ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t k, const uint16_t *a,
                         ptrdiff_t lda, const uint16_t *panel, float *c, ptrdiff_t ldc, int adds) {
  float sums[BLOCK * BLOCK] = {0};
  if (adds) { copy(sums, BLOCK, c, ldc, rows, columns); }
  for (ptrdiff_t p = 0; p < k; p += CK_BF16_DEPTH) {
    uint16_t some[BLOCK * CK_BF16_DEPTH] = {0};
    for (ptrdiff_t i = 0; i < rows; i++) {
      memcpy(some + i * CK_BF16_DEPTH, a + i * lda + p, CK_BF16_DEPTH * sizeof *a);
    }
    block(CK_BF16_DEPTH, some, CK_BF16_DEPTH, panel + p * CK_BF16_WIDTH, sums, BLOCK, 1);
  }
  copy(c, ldc, sums, BLOCK, rows, columns);
}

static void multiply(ptrdiff_t rows, ptrdiff_t k, ptrdiff_t n, const uint16_t *a, ptrdiff_t lda,
                     const uint16_t *packed, float *c, ptrdiff_t ldc, int adds) {
  configure();
  for (ptrdiff_t i = 0; i < rows; i += BLOCK) {
    for (ptrdiff_t j = 0; j < n; j += BLOCK) {
      ptrdiff_t height = rows - i < BLOCK ? rows - i : BLOCK;
      ptrdiff_t width = n - j < BLOCK ? n - j : BLOCK;
      const uint16_t *panel = packed + j * k;
      float *sums = c + i * ldc + j;
      if (height == BLOCK && width == BLOCK) {
        block(k, a + i * lda, lda, panel, sums, ldc, adds);
      } else {
        ragged_block(height, width, k, a + i * lda, lda, panel, sums, ldc, adds);
      }
    }
  }
  // Tiles in use would have to be saved whenever the thread is interrupted.
  _tile_release();
}

static void round_all(ptrdiff_t count, const float *x, uint16_t *y) {
  ptrdiff_t i = 0;
  for (; i + 16 <= count; i += 16) {
    __m256bh rounded = _mm512_cvtneps_pbh(_mm512_loadu_ps(x + i));
    memcpy(y + i, &rounded, sizeof rounded);
  }
  for (; i < count; i++) { y[i] = bf16_rounded(x[i]); }
}

#pragma clang attribute pop

const ck_bf16_table ck_bf16_amx = {"amx", round_all, multiply};
#endif
