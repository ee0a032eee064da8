// x86-64 with AVX-512 (F and VL): vectors of sixteen floats in 32 registers.

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512vl,avx2,fma"))), \
                             apply_to = function)
#define CK_TABLE ck_avx512
#define CK_NAME "avx512"
#define CK_LANES 16
#define CK_TILE_ROWS 14
#define CK_HAS_FMA 1
#include "implementation.h"
#pragma clang attribute pop
#endif
