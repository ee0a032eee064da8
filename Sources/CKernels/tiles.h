// Sums of one tile, which stay in registers while k goes by: the innermost loops of all products. A
// tile has CK_TILE_ROWS rows at most and CK_WIDTH columns.

#ifndef CK_TILES_H
#define CK_TILES_H

#include "epilogue.h"
#include "prefetch.h"

// Adds a product over depth k to a tile: sums (rows x CK_WIDTH) += a (rows x k) * b (k x CK_WIDTH).
//
// a[i][p] is at a[i * a_row + p * a_step], row p of b at b + p * b_step. `rows` must be a constant
// where this is inlined, so that the sums stay in registers. Products are added in ascending order
// of p, one fused multiply-add each where the processor has it.
CK_INLINE void add_tile(int rows, ptrdiff_t k, const float *a, ptrdiff_t a_row, ptrdiff_t a_step,
                        const float *b, ptrdiff_t b_step, vec sums[CK_TILE_ROWS][2]) {
  for (ptrdiff_t p = 0; p < k; p++) {
    vec b0 = load(b), b1 = load(b + CK_LANES);
    CK_UNROLL for (int i = 0; i < rows; i++) {
      vec x = broadcast(a[i * a_row]);
      sums[i][0] = fused(x, b0, sums[i][0]);
      sums[i][1] = fused(x, b1, sums[i][1]);
    }
    a += a_step;
    b += b_step;
  }
}

CK_INLINE void clear_tile(int rows, vec sums[CK_TILE_ROWS][2]) {
  CK_UNROLL for (int i = 0; i < rows; i++) { sums[i][0] = sums[i][1] = (vec){}; }
}

// The same, with a prefetch before every CK_PIECE steps of k.
CK_INLINE void add_tile_in_pieces(int rows, ptrdiff_t k, const float *a, ptrdiff_t a_row,
                                  ptrdiff_t a_step, const float *b, ptrdiff_t b_step,
                                  vec sums[CK_TILE_ROWS][2], ck_prefetcher *prefetcher) {
  for (ptrdiff_t p = 0; p < k; p += CK_PIECE) {
    for (int i = 0; i < 3; i++) { prefetch_lines(&prefetcher->cursors[i], prefetcher->lines[i]); }
    add_tile(rows, smaller(CK_PIECE, k - p), a + p * a_step, a_row, a_step, b + p * b_step, b_step,
             sums);
  }
}

// A tile's sums from zero; `prefetcher` may be NULL.
CK_INLINE void sum_tile(int rows, ptrdiff_t k, const float *a, ptrdiff_t a_row, ptrdiff_t a_step,
                        const float *b, ptrdiff_t b_step, vec sums[CK_TILE_ROWS][2],
                        ck_prefetcher *prefetcher) {
  clear_tile(rows, sums);
  if (prefetcher) {
    add_tile_in_pieces(rows, k, a, a_row, a_step, b, b_step, sums, prefetcher);
  } else {
    add_tile(rows, k, a, a_row, a_step, b, b_step, sums);
  }
}

// A tile of c = a b whose rows are scattered: row i of c begins at c[i], and the tile at its column
// `at`. a (rows x k), rows a_row apart; b (k x CK_WIDTH), a panel.
typedef void ck_scattered_tile(ptrdiff_t k, const float *a, ptrdiff_t a_row, const float *b,
                               float *const *c, ptrdiff_t at, ptrdiff_t columns, int mode,
                               const ck_epilogue *epilogue, const ck_sums *sums,
                               ck_prefetcher *prefetcher);
// A tile of c = a b whose first element is at c and whose rows are ldc apart.
typedef void ck_pitched_tile(ptrdiff_t k, const float *a, ptrdiff_t a_row, const float *b, float *c,
                             ptrdiff_t ldc, ptrdiff_t columns, int mode,
                             const ck_epilogue *epilogue, const ck_sums *sums,
                             ck_prefetcher *prefetcher);
// The same where a is made of windows. k is cut into `turns` turns: turn t of row i is `k` elements
// of a, a_step apart, which begin at i * a_row + t * a_turn. b (turns * k x CK_WIDTH), rows b_step
// apart.
typedef void ck_windows_tile(ptrdiff_t turns, ptrdiff_t k, const float *a, ptrdiff_t a_row,
                             ptrdiff_t a_step, ptrdiff_t a_turn, const float *b, ptrdiff_t b_step,
                             float *c, ptrdiff_t ldc, ptrdiff_t columns, int mode,
                             const ck_epilogue *epilogue, const ck_sums *sums);
// A tile of dw = aT b: k counts the rows of both, which are lda and ldb apart; a is read down its
// columns.
typedef void ck_gradient_tile(ptrdiff_t k, const float *a, ptrdiff_t lda, const float *b,
                              ptrdiff_t ldb, float *c, ptrdiff_t ldc, ptrdiff_t columns, int mode,
                              ck_prefetcher *prefetcher);

// The four functions above for a tile of ROWS rows.
#define CK_TILE_FUNCTIONS(ROWS)                                                                    \
  static void scattered_##ROWS(ptrdiff_t k, const float *a, ptrdiff_t a_row, const float *b,       \
                               float *const *c, ptrdiff_t at, ptrdiff_t columns, int mode,         \
                               const ck_epilogue *epilogue, const ck_sums *column_sums,            \
                               ck_prefetcher *prefetcher) {                                        \
    vec sums[CK_TILE_ROWS][2];                                                                     \
    sum_tile(ROWS, k, a, a_row, 1, b, CK_WIDTH, sums, prefetcher);                                 \
    write_tile(ROWS, sums, c, c[0] + at, 0, columns, mode, epilogue, column_sums);                 \
  }                                                                                                \
  static void pitched_##ROWS(ptrdiff_t k, const float *a, ptrdiff_t a_row, const float *b,         \
                             float *c, ptrdiff_t ldc, ptrdiff_t columns, int mode,                 \
                             const ck_epilogue *epilogue, const ck_sums *column_sums,              \
                             ck_prefetcher *prefetcher) {                                          \
    vec sums[CK_TILE_ROWS][2];                                                                     \
    sum_tile(ROWS, k, a, a_row, 1, b, CK_WIDTH, sums, prefetcher);                                 \
    write_tile(ROWS, sums, NULL, c, ldc, columns, mode, epilogue, column_sums);                    \
  }                                                                                                \
  static void windows_##ROWS(ptrdiff_t turns, ptrdiff_t k, const float *a, ptrdiff_t a_row,        \
                             ptrdiff_t a_step, ptrdiff_t a_turn, const float *b, ptrdiff_t b_step, \
                             float *c, ptrdiff_t ldc, ptrdiff_t columns, int mode,                 \
                             const ck_epilogue *epilogue, const ck_sums *column_sums) {            \
    vec sums[CK_TILE_ROWS][2];                                                                     \
    clear_tile(ROWS, sums);                                                                        \
    for (; turns > 0; turns--, a += a_turn, b += k * b_step) {                                     \
      add_tile(ROWS, k, a, a_row, a_step, b, b_step, sums);                                        \
    }                                                                                              \
    write_tile(ROWS, sums, NULL, c, ldc, columns, mode, epilogue, column_sums);                    \
  }                                                                                                \
  static void gradient_##ROWS(ptrdiff_t k, const float *a, ptrdiff_t lda, const float *b,          \
                              ptrdiff_t ldb, float *c, ptrdiff_t ldc, ptrdiff_t columns, int mode, \
                              ck_prefetcher *prefetcher) {                                         \
    vec sums[CK_TILE_ROWS][2];                                                                     \
    sum_tile(ROWS, k, a, 1, lda, b, ldb, sums, prefetcher);                                        \
    write_tile(ROWS, sums, NULL, c, ldc, columns, mode, NULL, NULL);                               \
  }

// One set of functions for each number of rows, and tables of them: entry r computes r rows.
CK_TILE_FUNCTIONS(1)
CK_TILE_FUNCTIONS(2)
CK_TILE_FUNCTIONS(3)
CK_TILE_FUNCTIONS(4)
CK_TILE_FUNCTIONS(5)
CK_TILE_FUNCTIONS(6)
#if CK_TILE_ROWS > 6
CK_TILE_FUNCTIONS(7)
CK_TILE_FUNCTIONS(8)
CK_TILE_FUNCTIONS(9)
CK_TILE_FUNCTIONS(10)
CK_TILE_FUNCTIONS(11)
CK_TILE_FUNCTIONS(12)
CK_TILE_FUNCTIONS(13)
CK_TILE_FUNCTIONS(14)
#define CK_TILE_TABLE(NAME)                                                            \
  {0,        NAME##_1, NAME##_2,  NAME##_3,  NAME##_4,  NAME##_5,  NAME##_6, NAME##_7, \
   NAME##_8, NAME##_9, NAME##_10, NAME##_11, NAME##_12, NAME##_13, NAME##_14}
#else
#define CK_TILE_TABLE(NAME) {0, NAME##_1, NAME##_2, NAME##_3, NAME##_4, NAME##_5, NAME##_6}
#endif

static ck_scattered_tile *const scattered_tiles[] = CK_TILE_TABLE(scattered);
static ck_pitched_tile *const pitched_tiles[] = CK_TILE_TABLE(pitched);
static ck_windows_tile *const window_tiles[] = CK_TILE_TABLE(windows);
static ck_gradient_tile *const gradient_tiles[] = CK_TILE_TABLE(gradient);

// Cuts `count` rows into as few tiles as possible, of equal height give or take one row: how many
// there are, and where tile i of them begins.
CK_INLINE ptrdiff_t tile_count(ptrdiff_t count) {
  return (count + CK_TILE_ROWS - 1) / CK_TILE_ROWS;
}
CK_INLINE ptrdiff_t tile_start(ptrdiff_t i, ptrdiff_t tiles, ptrdiff_t count) {
  return i * count / tiles;
}

#endif
