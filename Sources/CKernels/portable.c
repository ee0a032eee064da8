#define CK_TABLE ck_portable
#define CK_NAME "portable"
#define CK_LANES 4
#define CK_TILE_ROWS 6
#define CK_HAS_FMA 0
#include "products.h"
#include "strassen.h"
#include "backward.h"
#include "strassen_backward.h"
#include "norms.h"
#include "pooling.h"
#include "winograd.h"
#include "stem.h"

const ck_table CK_TABLE = {
    CK_NAME,
    CK_WIDTH,
    pack,
    pack_transposed,
    multiply,
    strassen_pack,
    strassen_pack_transposed,
    strassen_multiply,
    strassen_form,
    strassen_multiply_panel,
    strassen_gradient,
    multiply_in_place,
    gradient,
    gradient_in_place,
    multiply_windows,
    gradient_windows,
    backward,
    backward_sums,
    add_sums,
    strassen_backward,
    strassen_backward_sums,
    strassen_add_sums,
    norm_statistics,
    norm_apply,
    norm_sums,
    norm_gradient,
    pool_forward,
    pool_backward,
    winograd_input,
    winograd_output,
    winograd_gradient,
    winograd_filter,
    winograd_filter_gradient,
    stem_filter,
    stem_input,
    stem_scratch,
    stem_multiply,
    stem_gradient_input,
    stem_gradient,
    stem_filter_gradient,
};
