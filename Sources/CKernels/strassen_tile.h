// One tile of each quadrant of a result by Strassen's seven products. Wherever one product is added
// to another, the sum over k simply goes on in registers.

#ifndef CK_STRASSEN_TILE_H
#define CK_STRASSEN_TILE_H

#include "strassen_factors.h"
#include "tiles.h"

// A tile of one quadrant of the result, whose first element is at `first`. Its rows are where
// `starts` says or, where that is NULL, at equal distances. `mode`, `epilogue` and `sums` are
// write_tile's; quadrants that share columns share `sums`.
typedef struct {
  float *first;
  float *const *starts;
  int mode;
  const ck_epilogue *epilogue;
  ck_sums *sums;
} ck_quadrant;

// Three tiles of sums are saved in memory meanwhile (rows x CK_WIDTH each): load, add, save one.
CK_INLINE void load_saved_tile(int rows, const float *from, vec sums[CK_TILE_ROWS][2]) {
  CK_UNROLL for (int i = 0; i < rows; i++) {
    sums[i][0] = load(from + i * CK_WIDTH);
    sums[i][1] = load(from + i * CK_WIDTH + CK_LANES);
  }
}

CK_INLINE void add_saved_tile(int rows, const float *from, vec sums[CK_TILE_ROWS][2]) {
  CK_UNROLL for (int i = 0; i < rows; i++) {
    sums[i][0] = sums[i][0] + load(from + i * CK_WIDTH);
    sums[i][1] = sums[i][1] + load(from + i * CK_WIDTH + CK_LANES);
  }
}

CK_INLINE void save_tile(int rows, vec sums[CK_TILE_ROWS][2], float *to) {
  CK_UNROLL for (int i = 0; i < rows; i++) {
    store(to + i * CK_WIDTH, sums[i][0]);
    store(to + i * CK_WIDTH + CK_LANES, sums[i][1]);
  }
}

// Prefetches what rows [row, end) of a quadrant's tile meet in memory: results that are written
// over or added to, the epilogue's addend and gate, and the x of the column sums.
CK_INLINE void prefetch_quadrant(ptrdiff_t row, ptrdiff_t end, const ck_quadrant *quadrant,
                                 ptrdiff_t ldc) {
  const ck_epilogue *epilogue = quadrant->epilogue;
  ptrdiff_t addend = epilogue ? epilogue->addend : 0, gate = epilogue ? epilogue->gate : 0;
  ptrdiff_t x = quadrant->sums ? quadrant->sums->x : 0;
  if (quadrant->mode == CK_STORE_NON_TEMPORAL && !addend && !gate && !x) { return; }
  for (; row < end; row++) {
    const float *to = quadrant->starts
                          ? quadrant->starts[row] + (quadrant->first - quadrant->starts[0])
                          : quadrant->first + row * ldc;
    if (quadrant->mode != CK_STORE_NON_TEMPORAL) { prefetch_columns(to, 1); }
    if (addend) { prefetch_columns(at_offset(to, addend), 0); }
    if (gate) { prefetch_columns(at_offset(to, gate), 0); }
    if (x) { prefetch_columns(at_offset(to, x), 0); }
  }
}

// Left factors of a tile: element [i][p] of factor s is at
// first + order[s] * distance + i * row + p * step.
typedef struct {
  const float *first;
  ptrdiff_t row, step, distance;
  const signed char *order;
} ck_left_factors;
// Right factors of a tile: row p of factor s is at first + s * distance + p * step.
typedef struct {
  const float *first;
  ptrdiff_t step, distance;
} ck_right_factors;

// The order in which factors are stored: that of their products.
static const signed char natural_order[CK_FACTORS] = {0, 1, 2, 3, 4, 5, 6};

// Computes a tile of all four quadrants {C11, C12, C21, C22}: `rows` even rows and as many odd ones
// of the result, CK_WIDTH columns of the left half and as many of the right one, ldc apart. `saved`
// is room for three tiles; `half` is the depth of a quadrant.
CK_INLINE void strassen_tile(int rows, int scatters, ptrdiff_t half, ck_left_factors a,
                             ck_right_factors b, float *saved, ptrdiff_t ldc,
                             const ck_quadrant quadrants[4], ck_prefetcher *prefetcher) {
  // The quadrant that each product completes, and the one that is prefetched during it; -1 for
  // none.
  static const signed char ended[CK_FACTORS] = {-1, 0, -1, -1, 2, 3, 1};
  static const signed char prefetched[CK_FACTORS] = {0, -1, -1, 2, 3, 1, -1};
  ptrdiff_t pieces = piece_count(half);
  // saved = A11 B11 at first, S1 T1 from product 5 on; second = U2; third = U3.
  float *second = saved + CK_TILE_SIZE, *third = saved + 2 * CK_TILE_SIZE;
  vec sums[CK_TILE_ROWS][2];
  for (int s = 0; s < CK_FACTORS; s++) {
    const float *left = a.first + a.order[s] * a.distance, *right = b.first + s * b.distance;
    // Begin with zero for A11 B11 and S1 T1; U2 begins with A11 B11, C12 with S1 T1 + U2. All other
    // products go on with the sum before them.
    if (s == 0 || s == 5) { clear_tile(rows, sums); }
    if (s == 2 || s == 6) { load_saved_tile(rows, saved, sums); }
    if (s == 6) { add_saved_tile(rows, second, sums); }
    // sums += left factor (rows x half) * right factor (half x CK_WIDTH).
    for (ptrdiff_t piece = 0; piece < pieces; piece++) {
      if (prefetched[s] >= 0) {
        prefetch_quadrant(piece * rows / pieces, (piece + 1) * rows / pieces,
                          quadrants + prefetched[s], ldc);
      }
      ptrdiff_t p = piece * CK_PIECE;
      add_tile_in_pieces(rows, smaller(CK_PIECE, half - p), left + p * a.step, a.row, a.step,
                         right + p * b.step, b.step, sums, prefetcher);
    }
    // Save what is needed again, and complete C22 = S1 T1 + U3.
    if (s == 0 || s == 5) { save_tile(rows, sums, saved); }
    if (s == 2) { save_tile(rows, sums, second); }
    if (s == 3) { save_tile(rows, sums, third); }
    if (s == 5) { add_saved_tile(rows, third, sums); }
    if (ended[s] >= 0) {
      const ck_quadrant *quadrant = quadrants + ended[s];
      write_tile(rows, sums, scatters ? quadrant->starts : NULL, quadrant->first, ldc, CK_WIDTH,
                 quadrant->mode, quadrant->epilogue, quadrant->sums);
      // The left quadrants share their columns' sums, and so do the right ones: only the first may
      // begin them.
      if (quadrant->sums) { quadrant->sums->begins = 0; }
    }
  }
}

// A function that computes such a tile.
typedef void ck_quadrants_tile(ptrdiff_t half, ck_left_factors a, ck_right_factors b, float *saved,
                               ptrdiff_t ldc, const ck_quadrant quadrants[4],
                               ck_prefetcher *prefetcher);

// The three ways in which factors lie, for tiles of ROWS rows: left factors row after row and right
// ones as a panel; the same for a result whose rows are scattered; and left factors that are read
// transposed.
#define CK_QUADRANT_FUNCTIONS(ROWS)                                                       \
  static void pitched_quadrants_##ROWS(                                                   \
      ptrdiff_t half, ck_left_factors a, ck_right_factors b, float *saved, ptrdiff_t ldc, \
      const ck_quadrant quadrants[4], ck_prefetcher *prefetcher) {                        \
    a.step = 1;                                                                           \
    b.step = CK_WIDTH;                                                                    \
    strassen_tile(ROWS, 0, half, a, b, saved, ldc, quadrants, prefetcher);                \
  }                                                                                       \
  static void scattered_quadrants_##ROWS(                                                 \
      ptrdiff_t half, ck_left_factors a, ck_right_factors b, float *saved, ptrdiff_t ldc, \
      const ck_quadrant quadrants[4], ck_prefetcher *prefetcher) {                        \
    a.step = 1;                                                                           \
    b.step = CK_WIDTH;                                                                    \
    strassen_tile(ROWS, 1, half, a, b, saved, ldc, quadrants, prefetcher);                \
  }                                                                                       \
  static void gradient_quadrants_##ROWS(                                                  \
      ptrdiff_t half, ck_left_factors a, ck_right_factors b, float *saved, ptrdiff_t ldc, \
      const ck_quadrant quadrants[4], ck_prefetcher *prefetcher) {                        \
    a.row = 1;                                                                            \
    strassen_tile(ROWS, 0, half, a, b, saved, ldc, quadrants, prefetcher);                \
  }

// One set of functions for each number of rows, and tables of them: entry r computes r rows of a
// quadrant.
CK_QUADRANT_FUNCTIONS(1)
CK_QUADRANT_FUNCTIONS(2)
CK_QUADRANT_FUNCTIONS(3)
CK_QUADRANT_FUNCTIONS(4)
CK_QUADRANT_FUNCTIONS(5)
CK_QUADRANT_FUNCTIONS(6)
#if CK_TILE_ROWS > 6
CK_QUADRANT_FUNCTIONS(7)
CK_QUADRANT_FUNCTIONS(8)
CK_QUADRANT_FUNCTIONS(9)
CK_QUADRANT_FUNCTIONS(10)
CK_QUADRANT_FUNCTIONS(11)
CK_QUADRANT_FUNCTIONS(12)
CK_QUADRANT_FUNCTIONS(13)
CK_QUADRANT_FUNCTIONS(14)
#endif

static ck_quadrants_tile *const pitched_quadrants[] = CK_TILE_TABLE(pitched_quadrants);
static ck_quadrants_tile *const scattered_quadrants[] = CK_TILE_TABLE(scattered_quadrants);
static ck_quadrants_tile *const gradient_quadrants[] = CK_TILE_TABLE(gradient_quadrants);

#endif
