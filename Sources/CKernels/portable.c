// Any processor that Clang knows: vectors of four floats, no fused multiply-add.

#define CK_TABLE ck_portable
#define CK_NAME "portable"
#define CK_LANES 4
#define CK_TILE_ROWS 6
#define CK_HAS_FMA 0
#include "implementation.h"
