// Vectors of one instruction set: the type, loads, stores, fused multiply-adds, transposes. Every
// other header of the implementation includes this one.
//
// The headers are compiled once per instruction set, each time in a file of its own (avx2.c, ...),
// which defines CK_LANES, CK_TILE_ROWS and CK_HAS_FMA first: implementation.h says what they mean.

#ifndef CK_VECTORS_H
#define CK_VECTORS_H

#include <stdatomic.h>
#include <stddef.h>

#include "table.h"

#if !defined(CK_LANES) || !defined(CK_TILE_ROWS) || !defined(CK_HAS_FMA)
#error "Include this header through implementation.h, from the file of an implementation."
#endif

// A product and a sum are rounded separately wherever the source writes them separately, so that
// masks which are recomputed from the same expression have the same bits everywhere.
#pragma STDC FP_CONTRACT OFF

// Columns of a panel of packed matrices: two vectors.
#define CK_WIDTH (2 * CK_LANES)
// Floats of a tile.
#define CK_TILE_SIZE (CK_TILE_ROWS * CK_WIDTH)
#define CK_INLINE static inline __attribute__((always_inline))
#define CK_UNROLL _Pragma("clang loop unroll(full)")
#define CK_UNROLL_TWICE _Pragma("clang loop unroll_count(2)")

// A vector at any address.
typedef float vec __attribute__((vector_size(CK_LANES * 4), aligned(4)));

// A vector whose address is a multiple of its size.
typedef float aligned_vec __attribute__((vector_size(CK_LANES * 4)));
// The bits of a vector, or a mask: all bits of an element are 1 where a comparison holds, else 0.
typedef int bits __attribute__((vector_size(CK_LANES * 4), aligned(4)));

CK_INLINE vec load(const float *p) { return *(const vec *)p; }
CK_INLINE void store(float *p, vec v) { *(vec *)p = v; }
// All elements are x. x - 0 equals x for every x, so the compiler drops the subtraction; x + 0
// would turn -0 into 0.
CK_INLINE vec broadcast(float x) { return x - (vec){}; }

// a * b + c, rounded once where the processor can.
CK_INLINE vec fused(vec a, vec b, vec c) {
#if CK_HAS_FMA
  return __builtin_elementwise_fma(a, b, c);
#else
  return a * b + c;
#endif
}

// 0 where the mask holds, else x. The empty assembly statement makes the compiler load x first:
// left alone it loads x under the mask, and such a load waits for the mask.
CK_INLINE vec zero_where(bits is_cut, vec x) {
#if defined(__x86_64__)
  __asm__("" : "+v"(x));
#endif
  return (vec)(~is_cut & (bits)x);
}

// max(0, x). NaN stays NaN, so that a broken network does not go unnoticed.
CK_INLINE vec rectified(vec x) { return (vec)(~(x < 0) & (bits)x); }

CK_INLINE ptrdiff_t smaller(ptrdiff_t a, ptrdiff_t b) { return a < b ? a : b; }
CK_INLINE ptrdiff_t larger(ptrdiff_t a, ptrdiff_t b) { return a > b ? a : b; }

// Floats of a cache line.
enum { CK_LINE = 64 / sizeof(float) };

// Orders earlier non-temporal stores before what this thread does next. Call it before another
// thread may read them.
CK_INLINE void end_non_temporal_stores(void) {
#if defined(__x86_64__)
  __builtin_ia32_sfence();
#endif
}

// Whether a thread should store what other threads read next past the caches, beginning at `to`.
// Where cores share no cache, writing a cache line that another core has read waits longer for that
// core than for memory. Only whole cache lines are stored so: half a line at a time takes as long
// as a whole one.
CK_INLINE int stores_past_caches(const float *to) {
  return CK_LANES == CK_LINE && (size_t)to % 64 == 0 &&
         atomic_load_explicit(&ck_far, memory_order_relaxed);
}

// Stores a vector that other threads read next: past the caches if stores_past_caches() said so.
CK_INLINE void store_shared(float *to, vec x, int non_temporal) {
  if (non_temporal && CK_LANES == CK_LINE) {
    __builtin_nontemporal_store(x, (aligned_vec *)to);
  } else {
    store(to, x);
  }
}

// Transposes a square of CK_LANES a side: to[q * to_pitch + j] = from[j * pitch + q]. Rows of
// `from` beyond `count` are not read and count as zeros.
CK_INLINE void transpose_square(const float *from, ptrdiff_t pitch, ptrdiff_t count, float *to,
                                ptrdiff_t to_pitch) {
  vec rows[CK_LANES];
  CK_UNROLL for (int j = 0; j < CK_LANES; j++) {
    rows[j] = j < count ? load(from + j * pitch) : (vec){};
  }
#if CK_LANES == 16
  // Exchange the upper right and the lower left quadrant of the square.
  CK_UNROLL for (int i = 0; i < 8; i++) {
    vec a = rows[i], b = rows[i + 8];
    rows[i] = __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
    rows[i + 8] =
        __builtin_shufflevector(a, b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
  }
  // The same in each quadrant, eight a side.
  CK_UNROLL for (int h = 0; h < 16; h += 8) {
    CK_UNROLL for (int i = h; i < h + 4; i++) {
      vec a = rows[i], b = rows[i + 4];
      rows[i] =
          __builtin_shufflevector(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27);
      rows[i + 4] =
          __builtin_shufflevector(a, b, 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31);
    }
  }
  // The same in each square of four a side.
  CK_UNROLL for (int h = 0; h < 16; h += 4) {
    CK_UNROLL for (int i = h; i < h + 2; i++) {
      vec a = rows[i], b = rows[i + 2];
      rows[i] =
          __builtin_shufflevector(a, b, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29);
      rows[i + 2] =
          __builtin_shufflevector(a, b, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31);
    }
  }
  // The same in each square of two a side.
  CK_UNROLL for (int i = 0; i < 16; i += 2) {
    vec a = rows[i], b = rows[i + 1];
    rows[i] =
        __builtin_shufflevector(a, b, 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30);
    rows[i + 1] =
        __builtin_shufflevector(a, b, 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31);
  }
  CK_UNROLL for (int j = 0; j < CK_LANES; j++) { store(to + j * to_pitch, rows[j]); }
#else
  // The compiler turns this into the instructions of narrower vectors.
  float square[CK_LANES][CK_LANES];
  CK_UNROLL for (int j = 0; j < CK_LANES; j++) { store(square[j], rows[j]); }
  CK_UNROLL for (int q = 0; q < CK_LANES; q++) {
    CK_UNROLL for (int j = 0; j < CK_LANES; j++) { to[q * to_pitch + j] = square[j][q]; }
  }
#endif
}

#endif
