// One implementation: all kernels, compiled for one instruction set, and their table. The including
// file defines
//
//   CK_TABLE      the name of the table
//   CK_NAME       the implementation's name, as COUNTERPOISE_KERNELS has it
//   CK_LANES      floats of a vector: 4, 8 or 16
//   CK_TILE_ROWS  rows of a tile: 6 or 14. The 2 * CK_TILE_ROWS vectors that a tile is summed in
//                 must fit into the registers beside three others.
//   CK_HAS_FMA    1 where a * b + c is one instruction that rounds once, else 0

#include "backward.h"
#include "gradients.h"
#include "norms.h"
#include "pack.h"
#include "pooling.h"
#include "products.h"
#include "stem.h"
#include "stem_filter.h"
#include "stem_gradient.h"
#include "strassen.h"
#include "strassen_backward.h"
#include "strassen_gradient.h"
#include "strassen_pack.h"
#include "winograd.h"

const ck_table CK_TABLE = {
    .name = CK_NAME,
    .panel_width = CK_WIDTH,
#define CK_KERNEL(TYPE, NAME, PARAMETERS, ARGUMENTS) .NAME = NAME,
#include "kernels.def"
};
