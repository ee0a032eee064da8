// x86-64 with AVX2 and FMA: vectors of eight floats in 16 registers.

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define CK_TABLE ck_avx2
#define CK_NAME "avx2"
#define CK_LANES 8
#define CK_TILE_ROWS 6
#define CK_HAS_FMA 1
#include "implementation.h"
#pragma clang attribute pop
#endif
