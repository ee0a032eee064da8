// The products for one processor. The including file defines
//   CK_TABLE     the name of its table
//   CK_NAME      the implementation's name
//   CK_LANES     floats of a vector
//   CK_TILE_ROWS rows of a tile, whose 2 * CK_TILE_ROWS accumulators stay in registers
//   CK_HAS_FMA   whether a * b + c is rounded once

// Products are rounded where the source says so, and nowhere else.
#pragma STDC FP_CONTRACT OFF

#include <stdatomic.h>
#include <string.h>

#include "table.h"

#define CK_WIDTH (2 * CK_LANES)
#define CK_TILE_SIZE (CK_TILE_ROWS * CK_WIDTH)
#define CK_INLINE static inline __attribute__((always_inline))
#define CK_UNROLL _Pragma("clang loop unroll(full)")
#define CK_UNROLL_TWICE _Pragma("clang loop unroll_count(2)")

typedef float vec __attribute__((vector_size(CK_LANES * 4), aligned(4)));

typedef float aligned_vec __attribute__((vector_size(CK_LANES * 4)));
typedef int bits __attribute__((vector_size(CK_LANES * 4), aligned(4)));

CK_INLINE vec load(const float *p) { return *(const vec *)p; }
CK_INLINE void store(float *p, vec v) { *(vec *)p = v; }
// x - 0 is x, which x + 0 is not: the compiler drops the former.
CK_INLINE vec all(float x) { return x - (vec){}; }

CK_INLINE vec fused(vec a, vec b, vec c) {
#if CK_HAS_FMA
  return __builtin_elementwise_fma(a, b, c);
#else
  return a * b + c;
#endif
}

// x where it counts, else 0. A load that waits for a mask is slow, so x is loaded first.
CK_INLINE vec unless(bits is_cut, vec x) {
#if defined(__x86_64__)
  __asm__("" : "+v"(x));
#endif
  return (vec)(~is_cut & (bits)x);
}

// max(0, x); a number that is not one stays as it is, so that it is seen.
CK_INLINE vec rectified(vec x) { return (vec)(~(x < 0) & (bits)x); }

CK_INLINE ptrdiff_t least(ptrdiff_t a, ptrdiff_t b) { return a < b ? a : b; }

// Adds to one tile of c: `rows` (known when compiled) x CK_WIDTH sums over depth k.
// a[i][p] is at a[i * a_row + p * a_step]; row p of b at b + p * b_step.
CK_INLINE void add_tile(int rows, ptrdiff_t k, const float *a, ptrdiff_t a_row, ptrdiff_t a_step,
                        const float *b, ptrdiff_t b_step, vec sums[CK_TILE_ROWS][2]) {
  for (ptrdiff_t p = 0; p < k; p++) {
    vec b0 = load(b), b1 = load(b + CK_LANES);
    CK_UNROLL for (int i = 0; i < rows; i++) {
      vec x = all(a[i * a_row]);
      sums[i][0] = fused(x, b0, sums[i][0]);
      sums[i][1] = fused(x, b1, sums[i][1]);
    }
    a += a_step;
    b += b_step;
  }
}

enum { CK_LINE = 64 / sizeof(float) };

// What went past the caches is there for all.
CK_INLINE void end_non_temporal_stores(void) {
#if defined(__x86_64__)
  __builtin_ia32_sfence();
#endif
}

// Whether what other threads read next goes past the caches: where cores share none, a thread that writes lines
// which another has read waits longer for them than for memory.
CK_INLINE int goes_far(const float *to) {
  return CK_LANES == CK_LINE && (size_t)to % 64 == 0
         && atomic_load_explicit(&ck_far, memory_order_relaxed);
}

// Half a line at a time takes as long as a whole one.
CK_INLINE void put_shared(float *to, vec x, int non_temporal) {
  if (non_temporal && CK_LANES == CK_LINE) {
    __builtin_nontemporal_store(x, (aligned_vec *)to);
  } else {
    store(to, x);
  }
}

// Columns [first, last) of rows [row, end) that are about to be read, asked for a few lines at a time
// between tiles, so that memory is read while tiles are computed.
typedef struct {
  ck_rows rows;
  ptrdiff_t row, end;
  ptrdiff_t first, last;
  ptrdiff_t at;
} ck_ahead;

CK_INLINE ck_ahead rows_ahead(ck_rows a, ptrdiff_t row, ptrdiff_t end, ptrdiff_t first,
                              ptrdiff_t last) {
  // Short runs of thin pixels overlap, and asking for each takes longer than reading it.
  int is_short = a.segments > 1 && a.length < 2 * CK_LINE;
  return (ck_ahead){a, row, is_short ? row : end, first, last, first};
}

// How many lines to ask for in each of so many calls.
CK_INLINE ptrdiff_t lines_each(ck_ahead next, ptrdiff_t calls) {
  ptrdiff_t lines = (next.last - next.first) / CK_LINE + next.rows.segments;
  return calls ? (next.end - next.row) * lines / calls + 1 : 0;
}

// Asks for up to `lines` lines; returns how many are left.
CK_INLINE ptrdiff_t prefetch_lines(ck_ahead *next, ptrdiff_t lines) {
  const ck_rows *a = &next->rows;
  while (lines > 0 && next->row < next->end) {
    ptrdiff_t segment = a->segments == 1 ? 0 : next->at / a->length;
    const float *from = a->starts ? a->starts[next->row * a->segments + segment]
                                  : a->first + next->row * a->pitch;
    ptrdiff_t start = segment * a->length, stop = least(next->last, start + a->length);
    for (; from && lines > 0 && next->at < stop; lines--, next->at += CK_LINE) {
      __builtin_prefetch(from + next->at - start, 0, 2);
    }
    if (!from || next->at > stop) { next->at = stop; }
    if (next->at >= next->last) {
      next->at = next->first;
      next->row++;
    }
  }
  return lines;
}

// What is asked for between pieces of products, so that memory is read meanwhile: many lines asked for at
// once would wait for each other, and the products for them. At most three matrices, and how many lines of
// each go with a piece.
typedef struct {
  ck_ahead rows[3];
  ptrdiff_t lines[3];
} ck_prefetch_plan;

// Steps of k in a piece.
enum { CK_PIECE = 32 };

CK_INLINE ptrdiff_t piece_count(ptrdiff_t k) { return (k + CK_PIECE - 1) / CK_PIECE; }

// Adds rows to an prefetch of so many pieces.
CK_INLINE void add_prefetch(ck_prefetch_plan *prefetch, int index, ck_ahead rows, ptrdiff_t pieces) {
  prefetch->rows[index] = rows;
  prefetch->lines[index] = lines_each(rows, pieces);
}

CK_INLINE void clear_tile(int rows, vec sums[CK_TILE_ROWS][2]) {
  CK_UNROLL for (int i = 0; i < rows; i++) { sums[i][0] = sums[i][1] = (vec){}; }
}

// The same with an prefetch.
CK_INLINE void add_pieces(int rows, ptrdiff_t k, const float *a, ptrdiff_t a_row, ptrdiff_t a_step,
                          const float *b, ptrdiff_t b_step, vec sums[CK_TILE_ROWS][2],
                          ck_prefetch_plan *prefetch) {
  for (ptrdiff_t p = 0; p < k; p += CK_PIECE) {
    for (int i = 0; i < 3; i++) { prefetch_lines(&prefetch->rows[i], prefetch->lines[i]); }
    add_tile(rows, least(CK_PIECE, k - p), a + p * a_step, a_row, a_step, b + p * b_step, b_step,
             sums);
  }
}

// A tile from the start, with an prefetch or without one.
CK_INLINE void sum_tile(int rows, ptrdiff_t k, const float *a, ptrdiff_t a_row, ptrdiff_t a_step,
                        const float *b, ptrdiff_t b_step, vec sums[CK_TILE_ROWS][2],
                        ck_prefetch_plan *prefetch) {
  clear_tile(rows, sums);
  if (prefetch) {
    add_pieces(rows, k, a, a_row, a_step, b, b_step, sums, prefetch);
  } else {
    add_tile(rows, k, a, a_row, a_step, b, b_step, sums);
  }
}

// How a tile reaches the result.
enum { CK_WRITES, CK_ADDS, CK_NON_TEMPORAL };

// The number of another matrix, `bytes` from that of c.
CK_INLINE const float *beside(const float *c, ptrdiff_t bytes) {
  return (const float *)((const char *)c + bytes);
}

// The shift of column j.
CK_INLINE const float *shift_at(const ck_epilogue *epilogue, ptrdiff_t j) {
  return epilogue->shift ? epilogue->shift + j : NULL;
}

CK_INLINE vec with_epilogue(vec sum, const float *c, const float *shift, const ck_epilogue *epilogue) {
  if (shift) { sum = sum + load(shift); }
  if (epilogue->addend) { sum = sum + load(beside(c, epilogue->addend)); }
  if (epilogue->gate) { sum = unless(load(beside(c, epilogue->gate)) <= 0, sum); }
  return epilogue->rectifies ? rectified(sum) : sum;
}

// Writes or adds a whole row of a tile, in which what is written remains. `epilogue` is NULL or has the shift
// of the tile's first column.
CK_INLINE void put_row(float *c, vec tile[2], int how, const ck_epilogue *epilogue) {
  vec low = tile[0], high = tile[1];
  if (how == CK_ADDS) {
    low = load(c) + low;
    high = load(c + CK_LANES) + high;
  }
  if (epilogue) {
    low = with_epilogue(low, c, shift_at(epilogue, 0), epilogue);
    high = with_epilogue(high, c + CK_LANES, shift_at(epilogue, CK_LANES), epilogue);
  }
  if (how == CK_NON_TEMPORAL) {
    __builtin_nontemporal_store(low, (aligned_vec *)c);
    __builtin_nontemporal_store(high, (aligned_vec *)(c + CK_LANES));
  } else {
    store(c, low);
    store(c + CK_LANES, high);
  }
  tile[0] = low;
  tile[1] = high;
}

// The same for the `columns` of a tile that belong to the result where not all do, and their sums.
static __attribute__((noinline)) void put_part(int rows, vec tile[CK_TILE_ROWS][2],
                                               float *const *starts, float *c, ptrdiff_t ldc,
                                               ptrdiff_t columns, int how, const ck_epilogue *epilogue,
                                               const ck_sums *sums) {
  for (int i = 0; i < rows; i++) {
    float row[CK_WIDTH], *to = starts ? starts[i] + (c - starts[0]) : c + i * ldc;
    store(row, tile[i][0]);
    store(row + CK_LANES, tile[i][1]);
    for (ptrdiff_t j = 0; j < columns; j++) {
      float y = how == CK_ADDS ? to[j] + row[j] : row[j];
      if (epilogue) {
        if (epilogue->shift) { y += epilogue->shift[j]; }
        if (epilogue->addend) { y += *beside(to + j, epilogue->addend); }
        if (epilogue->gate && *beside(to + j, epilogue->gate) <= 0) { y = 0; }
        if (epilogue->rectifies && y < 0) { y = 0; }
      }
      to[j] = y;
      if (!sums) { continue; }
      if (sums->begins && i == 0) { sums->middle[j] = y; }
      float x = sums->x ? *beside(to + j, sums->x) : y;
      float from_middle = x - sums->middle[j];
      if (!sums->x) { y = from_middle; }
      if (sums->scale && sums->scale[j] * x + sums->shift[j] <= 0) { y = 0; }
      sums->first[j] += y;
      sums->first[sums->pitch + j] += y * from_middle;
    }
  }
}

// Sums from column j on.
CK_INLINE ck_sums sums_at(const ck_sums *all, ptrdiff_t j) {
  if (!all) { return (ck_sums){}; }
  ck_sums sums = *all;
  sums.first += j;
  sums.middle += j;
  if (sums.scale) {
    sums.scale += j;
    sums.shift += j;
  }
  return sums;
}

// What is summed: squares, products with dx as it is, or with dx where the ReLU let through.
enum { CK_SQUARES, CK_PRODUCTS, CK_CUT_PRODUCTS };

// Sums of a vector of columns while rows are added.
typedef struct {
  vec middle, scale, shift;
  vec first, second;
} ck_columns;

CK_INLINE ck_columns open_columns(int terms, const ck_sums *sums, ptrdiff_t j) {
  ck_columns columns = {.middle = load(sums->middle + j)};
  if (terms == CK_CUT_PRODUCTS) {
    columns.scale = load(sums->scale + j);
    columns.shift = load(sums->shift + j);
  }
  return columns;
}

CK_INLINE void close_columns(ck_columns *columns, const ck_sums *sums, ptrdiff_t j) {
  float *to = sums->first + j;
  store(to, load(to) + columns->first);
  store(to + sums->pitch, load(to + sums->pitch) + columns->second);
}

// Adds a number of each column and, where products are summed, x.
CK_INLINE void add_row(int terms, vec d, vec x, ck_columns *columns) {
  if (terms == CK_SQUARES) {
    d = x = d - columns->middle;
  } else {
    if (terms == CK_CUT_PRODUCTS) { d = unless(columns->scale * x + columns->shift <= 0, d); }
    x = x - columns->middle;
  }
  columns->first += d;
  columns->second = fused(d, x, columns->second);
}

CK_INLINE void add_terms(int terms, int rows, vec tile[CK_TILE_ROWS][2], float *const *starts,
                         const float *c, ptrdiff_t ldc, const ck_sums *sums) {
  CK_UNROLL for (int half = 0; half < 2; half++) {
    if (terms == CK_SQUARES && sums->begins) {
      store(sums->middle + half * CK_LANES, tile[0][half]);
    }
    ck_columns columns = open_columns(terms, sums, half * CK_LANES);
    CK_UNROLL for (int i = 0; i < rows; i++) {
      const float *row = starts ? starts[i] + (c - starts[0]) : c + i * ldc;
      vec x = {};
      if (terms != CK_SQUARES) { x = load(beside(row + half * CK_LANES, sums->x)); }
      add_row(terms, tile[i][half], x, &columns);
    }
    close_columns(&columns, sums, half * CK_LANES);
  }
}

// Adds a tile whose rows are finished, the first of which begins at c and the others where `starts` says
// or ldc apart, to the sums of its columns.
CK_INLINE void add_columns(int rows, vec tile[CK_TILE_ROWS][2], float *const *starts,
                           const float *c, ptrdiff_t ldc, const ck_sums *sums) {
  if (sums->scale) {
    add_terms(CK_CUT_PRODUCTS, rows, tile, starts, c, ldc, sums);
  } else if (sums->x) {
    add_terms(CK_PRODUCTS, rows, tile, starts, c, ldc, sums);
  } else {
    add_terms(CK_SQUARES, rows, tile, starts, c, ldc, sums);
  }
}

// What becomes of a tile.
CK_INLINE void put_tile(int rows, vec tile[CK_TILE_ROWS][2], float *const *starts, float *c,
                        ptrdiff_t ldc, ptrdiff_t columns, int how, const ck_epilogue *epilogue,
                        const ck_sums *sums) {
  if (columns < CK_WIDTH) {
    // The tile itself stays in registers.
    vec copy[CK_TILE_ROWS][2];
    CK_UNROLL for (int i = 0; i < rows; i++) {
      copy[i][0] = tile[i][0];
      copy[i][1] = tile[i][1];
    }
    put_part(rows, copy, starts, c, ldc, columns, how, epilogue, sums);
    return;
  }
  CK_UNROLL for (int i = 0; i < rows; i++) {
    put_row(starts ? starts[i] + (c - starts[0]) : c + i * ldc, tile[i], how, epilogue);
  }
  if (sums) { add_columns(rows, tile, starts, c, ldc, sums); }
}

typedef void tile_of_rows(ptrdiff_t k, const float *a, ptrdiff_t a_row, const float *b,
                          float *const *c, ptrdiff_t at, ptrdiff_t columns, int how,
                          const ck_epilogue *epilogue, const ck_sums *sums, ck_prefetch_plan *prefetch);
typedef void tile_in_place(ptrdiff_t k, const float *a, ptrdiff_t a_row, const float *b, float *c,
                           ptrdiff_t ldc, ptrdiff_t columns, int how, const ck_epilogue *epilogue,
                           const ck_sums *sums, ck_prefetch_plan *prefetch);
typedef void tile_of_windows(ptrdiff_t turns, ptrdiff_t k, const float *a, ptrdiff_t a_row,
                             ptrdiff_t a_step, ptrdiff_t a_turn, const float *b, ptrdiff_t b_step,
                             float *c, ptrdiff_t ldc, ptrdiff_t columns, int how,
                             const ck_epilogue *epilogue, const ck_sums *sums);
typedef void tile_of_gradient(ptrdiff_t k, const float *a, ptrdiff_t lda, const float *b,
                              ptrdiff_t ldb, float *c, ptrdiff_t ldc, ptrdiff_t columns, int how,
                              ck_prefetch_plan *prefetch);

#define CK_TILE(ROWS)                                                                            \
  static void rows_##ROWS(ptrdiff_t k, const float *a, ptrdiff_t a_row, const float *b,          \
                          float *const *c, ptrdiff_t at, ptrdiff_t columns, int how,             \
                          const ck_epilogue *epilogue, const ck_sums *over, ck_prefetch_plan *prefetch) {     \
    vec sums[CK_TILE_ROWS][2];                                                                   \
    sum_tile(ROWS, k, a, a_row, 1, b, CK_WIDTH, sums, prefetch);                                   \
    put_tile(ROWS, sums, c, c[0] + at, 0, columns, how, epilogue, over);                           \
  }                                                                                              \
  static void place_##ROWS(ptrdiff_t k, const float *a, ptrdiff_t a_row, const float *b, float *c,\
                           ptrdiff_t ldc, ptrdiff_t columns, int how, const ck_epilogue *epilogue,   \
                           const ck_sums *over, ck_prefetch_plan *prefetch) {                             \
    vec sums[CK_TILE_ROWS][2];                                                                   \
    sum_tile(ROWS, k, a, a_row, 1, b, CK_WIDTH, sums, prefetch);                                   \
    put_tile(ROWS, sums, NULL, c, ldc, columns, how, epilogue, over);                              \
  }                                                                                              \
  /* A depth of some turns of k, after each of which a goes on a_turn from where it began. */      \
  static void windows_##ROWS(ptrdiff_t turns, ptrdiff_t k, const float *a, ptrdiff_t a_row,      \
                             ptrdiff_t a_step, ptrdiff_t a_turn, const float *b,                 \
                             ptrdiff_t b_step, float *c, ptrdiff_t ldc, ptrdiff_t columns,       \
                             int how, const ck_epilogue *epilogue, const ck_sums *over) {            \
    vec sums[CK_TILE_ROWS][2];                                                                   \
    clear_tile(ROWS, sums);                                                                      \
    for (; turns > 0; turns--, a += a_turn, b += k * b_step) {                                   \
      add_tile(ROWS, k, a, a_row, a_step, b, b_step, sums);                                      \
    }                                                                                            \
    put_tile(ROWS, sums, NULL, c, ldc, columns, how, epilogue, over);                              \
  }                                                                                              \
  static void gradient_##ROWS(ptrdiff_t k, const float *a, ptrdiff_t lda, const float *b,        \
                              ptrdiff_t ldb, float *c, ptrdiff_t ldc, ptrdiff_t columns,         \
                              int how, ck_prefetch_plan *prefetch) {                                      \
    vec sums[CK_TILE_ROWS][2];                                                                   \
    sum_tile(ROWS, k, a, 1, lda, b, ldb, sums, prefetch);                                          \
    put_tile(ROWS, sums, NULL, c, ldc, columns, how, NULL, NULL);                                \
  }

CK_TILE(1) CK_TILE(2) CK_TILE(3) CK_TILE(4) CK_TILE(5) CK_TILE(6)
#if CK_TILE_ROWS > 6
CK_TILE(7) CK_TILE(8) CK_TILE(9) CK_TILE(10) CK_TILE(11) CK_TILE(12) CK_TILE(13) CK_TILE(14)
#define CK_TILES(NAME)                                                                            \
  {0, NAME##_1, NAME##_2, NAME##_3, NAME##_4, NAME##_5, NAME##_6, NAME##_7, NAME##_8, NAME##_9,   \
   NAME##_10, NAME##_11, NAME##_12, NAME##_13, NAME##_14}
#else
#define CK_TILES(NAME) {0, NAME##_1, NAME##_2, NAME##_3, NAME##_4, NAME##_5, NAME##_6}
#endif

static tile_of_rows *const row_tiles[] = CK_TILES(rows);
static tile_in_place *const place_tiles[] = CK_TILES(place);
static tile_of_windows *const window_tiles[] = CK_TILES(windows);
static tile_of_gradient *const gradient_tiles[] = CK_TILES(gradient);

// Cuts `count` into equal parts of at most CK_TILE_ROWS: part i's first element.
CK_INLINE ptrdiff_t tile_count(ptrdiff_t count) {
  return (count + CK_TILE_ROWS - 1) / CK_TILE_ROWS;
}
CK_INLINE ptrdiff_t tile_start(ptrdiff_t i, ptrdiff_t tiles, ptrdiff_t count) {
  return i * count / tiles;
}

// to[0, count) = from as ck_rows reads it, channel i of the run first.
CK_INLINE void read_run(const float *from, ptrdiff_t i, ptrdiff_t count, ck_rows a, float *to) {
  ptrdiff_t j = 0;
  if (!from) {
    memset(to, 0, (size_t)count * sizeof(float));
  } else if (!a.scale) {
    for (; j + CK_LANES <= count; j += CK_LANES) { store(to + j, load(from + i + j)); }
    for (; j < count; j++) { to[j] = from[i + j]; }
  } else {
    for (; j + CK_LANES <= count; j += CK_LANES) {
      store(to + j, rectified(load(a.scale + i + j) * load(from + i + j) + load(a.shift + i + j)));
    }
    for (; j < count; j++) {
      float x = a.scale[i + j] * from[i + j] + a.shift[i + j];
      to[j] = x < 0 ? 0 : x;
    }
  }
}

// Copies columns [first, first + count) of a row to `to`.
CK_INLINE void read_row(ck_rows a, ptrdiff_t row, ptrdiff_t first, ptrdiff_t count, float *to) {
  if (a.segments == 1) {
    read_run(a.starts ? a.starts[row] : a.first + row * a.pitch, first, count, a, to);
    return;
  }
  const float *const *starts = a.starts + row * a.segments;
  ptrdiff_t segment = first / a.length, i = first % a.length;
  while (count > 0) {
    ptrdiff_t here = least(count, a.length - i);
    read_run(starts[segment], i, here, a, to);
    to += here;
    count -= here;
    segment++;
    i = 0;
  }
}

static void pack(ptrdiff_t k, ptrdiff_t n, const float *b, ptrdiff_t ldb, ptrdiff_t first,
                 ptrdiff_t end, float *packed, ptrdiff_t depth) {
  for (ptrdiff_t panel = first; panel < end; panel++) {
    float *to = packed + panel * depth * CK_WIDTH;
    const float *from = b + panel * CK_WIDTH;
    ptrdiff_t columns = least(CK_WIDTH, n - panel * CK_WIDTH);
    for (ptrdiff_t p = 0; p < k; p++, to += CK_WIDTH, from += ldb) {
      if (columns == CK_WIDTH) {
        store(to, load(from));
        store(to + CK_LANES, load(from + CK_LANES));
      } else {
        for (ptrdiff_t j = 0; j < CK_WIDTH; j++) { to[j] = j < columns ? from[j] : 0; }
      }
    }
  }
}

// to[q][j] = from[j][q] for a square of CK_LANES a side, by halves that trade places; rows of `from`
// beyond `count` are zeros.
CK_INLINE void transpose_square(const float *from, ptrdiff_t pitch, ptrdiff_t count, float *to,
                                ptrdiff_t to_pitch) {
  vec rows[CK_LANES];
  CK_UNROLL for (int j = 0; j < CK_LANES; j++) {
    rows[j] = j < count ? load(from + j * pitch) : (vec){};
  }
#if CK_LANES == 16
  CK_UNROLL for (int i = 0; i < 8; i++) {
    vec a = rows[i], b = rows[i + 8];
    rows[i] = __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
    rows[i + 8] = __builtin_shufflevector(a, b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28,
                                          29, 30, 31);
  }
  CK_UNROLL for (int h = 0; h < 16; h += 8) {
    CK_UNROLL for (int i = h; i < h + 4; i++) {
      vec a = rows[i], b = rows[i + 4];
      rows[i] = __builtin_shufflevector(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26,
                                        27);
      rows[i + 4] = __builtin_shufflevector(a, b, 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28,
                                            29, 30, 31);
    }
  }
  CK_UNROLL for (int h = 0; h < 16; h += 4) {
    CK_UNROLL for (int i = h; i < h + 2; i++) {
      vec a = rows[i], b = rows[i + 2];
      rows[i] = __builtin_shufflevector(a, b, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28,
                                        29);
      rows[i + 2] = __builtin_shufflevector(a, b, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14,
                                            15, 30, 31);
    }
  }
  CK_UNROLL for (int i = 0; i < 16; i += 2) {
    vec a = rows[i], b = rows[i + 1];
    rows[i] = __builtin_shufflevector(a, b, 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14,
                                      30);
    rows[i + 1] = __builtin_shufflevector(a, b, 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29,
                                          15, 31);
  }
  CK_UNROLL for (int j = 0; j < CK_LANES; j++) { store(to + j * to_pitch, rows[j]); }
#else
  float square[CK_LANES][CK_LANES];
  CK_UNROLL for (int j = 0; j < CK_LANES; j++) { store(square[j], rows[j]); }
  CK_UNROLL for (int q = 0; q < CK_LANES; q++) {
    CK_UNROLL for (int j = 0; j < CK_LANES; j++) { to[q * to_pitch + j] = square[j][q]; }
  }
#endif
}

static void pack_transposed(ptrdiff_t k, ptrdiff_t n, const float *b, ptrdiff_t ldb,
                            ptrdiff_t first, ptrdiff_t end, float *packed, ptrdiff_t depth) {
  for (ptrdiff_t panel = first; panel < end; panel++) {
    ptrdiff_t columns = least(CK_WIDTH, n - panel * CK_WIDTH);
    const float *from = b + panel * CK_WIDTH * ldb;
    float *to = packed + panel * depth * CK_WIDTH;
    ptrdiff_t whole = k / CK_LANES * CK_LANES;
    for (ptrdiff_t p = 0; p < whole; p += CK_LANES) {
      const float *low = from + p, *high = low + CK_LANES * ldb;
      float *row = to + p * CK_WIDTH;
      if (columns == CK_WIDTH) {
        transpose_square(low, ldb, CK_LANES, row, CK_WIDTH);
        transpose_square(high, ldb, CK_LANES, row + CK_LANES, CK_WIDTH);
      } else {
        transpose_square(low, ldb, columns, row, CK_WIDTH);
        transpose_square(high, ldb, columns - CK_LANES, row + CK_LANES, CK_WIDTH);
      }
    }
    for (ptrdiff_t p = whole; p < k; p++) {
      for (ptrdiff_t j = 0; j < CK_WIDTH; j++) {
        to[p * CK_WIDTH + j] = j < columns ? from[j * ldb + p] : 0;
      }
    }
  }
}

// Whether rows that are not further apart than `most` are read where they lie: nothing is to be done
// to them.
CK_INLINE int lies_well(ck_rows a, ptrdiff_t most) {
  return !a.starts && !a.scale && a.pitch <= most && a.length <= CK_DEPTH;
}

// How far apart rows may lie so that those of a tile do not drive each other out of a first-level
// cache: its rows together, or, in gradients, one after the other.
enum { CK_NEAR = 512, CK_NEAR_IN_TURN = 256 };

// Asks for a tile's columns of a row.
CK_INLINE void prefetch_columns(const float *c, int writes) {
  CK_UNROLL for (int j = 0; j < CK_WIDTH; j += CK_LINE) {
    if (writes) {
      __builtin_prefetch(c + j, 1, 2);
    } else {
      __builtin_prefetch(c + j, 0, 2);
    }
  }
}

// Asks for what the tile after this one, below it or at the top of the next panel, meets in memory: the
// results it writes over, what is added to them and their gate.
CK_INLINE void prefetch_next_results(ck_result c, ptrdiff_t top, ptrdiff_t height, ptrdiff_t tile,
                                ptrdiff_t tiles, ptrdiff_t panel, ptrdiff_t panels, int how) {
  tile++;
  if (tile == tiles) {
    tile = 0;
    panel++;
  }
  ptrdiff_t addend = c.epilogue ? c.epilogue->addend : 0, gate = c.epilogue ? c.epilogue->gate : 0;
  ptrdiff_t x = c.sums ? c.sums->x : 0;
  if (panel == panels || (how == CK_NON_TEMPORAL && !addend && !gate && !x)) { return; }
  ptrdiff_t row = top + tile_start(tile, tiles, height);
  ptrdiff_t end = top + tile_start(tile + 1, tiles, height);
  for (; row < end; row++) {
    const float *to = (c.starts ? c.starts[row] : c.first + row * c.pitch) + panel * CK_WIDTH;
    if (how != CK_NON_TEMPORAL) { prefetch_columns(to, 1); }
    if (addend) { prefetch_columns(beside(to, addend), 0); }
    if (gate) { prefetch_columns(beside(to, gate), 0); }
    if (x) { prefetch_columns(beside(to, x), 0); }
  }
}

static void multiply(ptrdiff_t rows, ptrdiff_t n, ptrdiff_t first, ptrdiff_t end, ck_rows a,
                     const float *packed, ptrdiff_t depth, ck_result c, int adds,
                     float *scratch) {
  ptrdiff_t k = a.segments * a.length;
  ptrdiff_t blocks = (k + CK_DEPTH - 1) / CK_DEPTH;
  ptrdiff_t step = blocks == 0 ? 0 : ((k + blocks - 1) / blocks + 15) / 16 * 16;
  int in_place = lies_well(a, CK_NEAR);
  ck_epilogue epilogue = c.epilogue ? *c.epilogue : (ck_epilogue){};
  // Streamed rows begin on a line and are written once.
  int non_temporal = c.non_temporal && blocks == 1 && !adds && n % 16 == 0;
  ptrdiff_t pitch = in_place ? a.pitch : step + 16;
  for (ptrdiff_t top = 0; top < rows; top += CK_ROWS) {
    ptrdiff_t height = least(CK_ROWS, rows - top), tiles = tile_count(height);
    ptrdiff_t below = top + height;
    for (ptrdiff_t p = 0; p < k; p += step) {
      ptrdiff_t here = least(step, k - p), beyond = p + here;
      // What is read next, columns after these or rows below, is fetched while tiles are computed.
      ck_ahead next = beyond < k
          ? rows_ahead(a, top, below, beyond, least(beyond + step, k))
          : rows_ahead(a, below, least(below + CK_ROWS, rows + a.following), 0, least(step, k));
      ck_prefetch_plan prefetch = {};
      add_prefetch(&prefetch, 0, next, tiles * (end - first) * piece_count(here));
      const float *block = in_place ? a.first + top * pitch : scratch;
      for (ptrdiff_t i = 0; i < height && !in_place; i++) {
        read_row(a, top + i, p, here, scratch + i * pitch);
      }
      for (ptrdiff_t panel = first; panel < end; panel++) {
        const float *b = packed + (panel * depth + p) * CK_WIDTH;
        ptrdiff_t at = panel * CK_WIDTH, columns = least(CK_WIDTH, n - at);
        int how = adds || p > 0 ? CK_ADDS : non_temporal && columns == CK_WIDTH ? CK_NON_TEMPORAL : CK_WRITES;
        // The last products of a sum finish it.
        const ck_epilogue *last_epilogue = c.epilogue && p + here == k ? &epilogue : NULL;
        if (last_epilogue) { epilogue.shift = shift_at(c.epilogue, at); }
        ck_sums sums = sums_at(c.sums, at);
        sums.begins = sums.begins && top == 0;
        const ck_sums *over = c.sums && p + here == k ? &sums : NULL;
        for (ptrdiff_t tile = 0; tile < tiles; tile++) {
          ptrdiff_t i = tile_start(tile, tiles, height);
          ptrdiff_t count = tile_start(tile + 1, tiles, height) - i;
          prefetch_next_results(c, top, height, tile, tiles, panel, end, how);
          if (c.starts) {
            row_tiles[count](here, block + i * pitch, pitch, b, c.starts + top + i, at, columns,
                             how, last_epilogue, over, &prefetch);
          } else {
            place_tiles[count](here, block + i * pitch, pitch, b,
                               c.first + (top + i) * c.pitch + at, c.pitch, columns, how,
                               last_epilogue, over, &prefetch);
          }
          sums.begins = 0;
        }
      }
    }
  }
#if defined(__x86_64__)
  if (non_temporal) { __builtin_ia32_sfence(); }
#endif
}

// Asks for up to `lines` lines of a run; returns where to go on.
CK_INLINE const float *prefetch_run(const float *at, const float *end, ptrdiff_t lines) {
  for (; lines > 0 && at < end; lines--, at += CK_LINE) { __builtin_prefetch(at, 0, 2); }
  return at;
}

// Asks for the rows of a tile.
CK_INLINE void prefetch_tile(const float *c, ptrdiff_t ldc, ptrdiff_t rows) {
  for (ptrdiff_t i = 0; i < rows; i++) {
    for (ptrdiff_t j = 0; j < CK_WIDTH; j += CK_LINE) { __builtin_prefetch(c + i * ldc + j, 0, 3); }
  }
}

static void multiply_in_place(ptrdiff_t rows, ptrdiff_t k, ptrdiff_t n, const float *a,
                              ptrdiff_t lda, const float *packed, float *c, ptrdiff_t ldc,
                              int adds) {
  ptrdiff_t tiles = tile_count(rows);
  for (ptrdiff_t j = 0; j < n; j += CK_WIDTH) {
    for (ptrdiff_t tile = 0; tile < tiles; tile++) {
      ptrdiff_t i = tile_start(tile, tiles, rows);
      place_tiles[tile_start(tile + 1, tiles, rows) - i](
          k, a + i * lda, lda, packed + j * k, c + i * ldc + j, ldc, least(CK_WIDTH, n - j), adds,
          NULL, NULL, NULL);
    }
  }
}

static void multiply_windows(ptrdiff_t rows, ptrdiff_t n, ck_windows a, const float *packed,
                             ck_result c) {
  ptrdiff_t tiles = tile_count(rows), depth = a.runs * a.length;
  ck_epilogue epilogue = c.epilogue ? *c.epilogue : (ck_epilogue){};
  int non_temporal = c.non_temporal && n % 16 == 0;
  for (ptrdiff_t j = 0; j < n; j += CK_WIDTH) {
    ptrdiff_t columns = least(CK_WIDTH, n - j);
    int how = non_temporal && columns == CK_WIDTH ? CK_NON_TEMPORAL : CK_WRITES;
    if (c.epilogue) { epilogue.shift = shift_at(c.epilogue, j); }
    ck_sums sums = sums_at(c.sums, j);
    for (ptrdiff_t tile = 0; tile < tiles; tile++) {
      ptrdiff_t i = tile_start(tile, tiles, rows);
      float *to = c.first + i * c.pitch + j;
      window_tiles[tile_start(tile + 1, tiles, rows) - i](
          a.runs, a.length, a.first + i * a.pitch, a.pitch, 1, a.distance, packed + j * depth,
          CK_WIDTH, to, c.pitch, columns, how, c.epilogue ? &epilogue : NULL, c.sums ? &sums : NULL);
      sums.begins = 0;
    }
  }
#if defined(__x86_64__)
  if (non_temporal) { __builtin_ia32_sfence(); }
#endif
}

static void gradient_windows(ptrdiff_t lines, ptrdiff_t line, ptrdiff_t rows, ptrdiff_t n,
                             ck_windows a, const float *b, float *dw, int adds,
                             const float *next) {
  ptrdiff_t tiles = tile_count(a.length);
  ptrdiff_t calls = a.runs * tiles * ((n + CK_WIDTH - 1) / CK_WIDTH);
  ptrdiff_t ahead = lines * rows * n / CK_LINE / calls + 1;
  const float *end = next ? next + lines * rows * n : NULL;
  for (ptrdiff_t run = 0; run < a.runs; run++) {
    for (ptrdiff_t j = 0; j < n; j += CK_WIDTH) {
      for (ptrdiff_t tile = 0; tile < tiles; tile++) {
        ptrdiff_t i = tile_start(tile, tiles, a.length);
        next = prefetch_run(next, end, ahead);
        window_tiles[tile_start(tile + 1, tiles, a.length) - i](
            lines, rows, a.first + run * a.distance + i, 1, a.pitch, line, b + j, n,
            dw + (run * a.length + i) * n + j, n, least(CK_WIDTH, n - j), adds, NULL, NULL);
      }
    }
  }
}

static void gradient_in_place(ptrdiff_t rows, ptrdiff_t m, ptrdiff_t n, const float *a,
                              ptrdiff_t lda, const float *b, ptrdiff_t ldb, float *dw,
                              ptrdiff_t ldw, int adds, const float *next_a, const float *next_b) {
  ptrdiff_t tiles = tile_count(m), calls = tiles * ((n + CK_WIDTH - 1) / CK_WIDTH);
  // The next product's rows are fetched while tiles are computed.
  ptrdiff_t lines = rows * lda / CK_LINE / calls + 1, other_lines = rows * ldb / CK_LINE / calls + 1;
  const float *a_end = next_a ? next_a + rows * lda : NULL;
  const float *b_end = next_b ? next_b + rows * ldb : NULL;
  for (ptrdiff_t j = 0; j < n; j += CK_WIDTH) {
    for (ptrdiff_t tile = 0; tile < tiles; tile++) {
      ptrdiff_t i = tile_start(tile, tiles, m), end = tile_start(tile + 1, tiles, m);
      next_a = prefetch_run(next_a, a_end, lines);
      next_b = prefetch_run(next_b, b_end, other_lines);
      if (end < m) { prefetch_tile(dw + end * ldw + j, ldw, end - i); }
      gradient_tiles[end - i](rows, a + i, lda, b + j, ldb, dw + i * ldw + j, ldw,
                              least(CK_WIDTH, n - j), adds, NULL);
    }
  }
}

static void gradient(ptrdiff_t rows, ck_rows a, ck_rows b, float *dw, ptrdiff_t ldw, int adds,
                     float *scratch) {
  ptrdiff_t m = a.segments * a.length, n = b.segments * b.length;
  // Room for whole vectors beyond the last column, and rows that do not share sets of a cache.
  ptrdiff_t lda = (m + 15) / 16 * 16 + 16, ldb = (n + 31) / 32 * 32 + 16;
  float *right = scratch + CK_GRADIENT_ROWS * lda;
  int left_in_place = lies_well(a, CK_NEAR_IN_TURN);
  int right_in_place = lies_well(b, CK_NEAR_IN_TURN) && n % CK_WIDTH == 0;
  if (left_in_place) { lda = a.pitch; }
  if (right_in_place) { ldb = b.pitch; }
  ptrdiff_t tiles = tile_count(m), calls = tiles * ((n + CK_WIDTH - 1) / CK_WIDTH);
  for (ptrdiff_t top = 0; top < rows; top += CK_GRADIENT_ROWS) {
    ptrdiff_t height = least(CK_GRADIENT_ROWS, rows - top);
    for (ptrdiff_t r = 0; r < height && !left_in_place; r++) {
      read_row(a, top + r, 0, m, scratch + r * lda);
    }
    for (ptrdiff_t r = 0; r < height && !right_in_place; r++) {
      read_row(b, top + r, 0, n, right + r * ldb);
    }
    const float *x = left_in_place ? a.first + top * lda : scratch;
    const float *y = right_in_place ? b.first + top * ldb : right;
    ptrdiff_t end = least(rows, top + 2 * CK_GRADIENT_ROWS);
    ck_prefetch_plan prefetch = {};
    add_prefetch(&prefetch, 0, rows_ahead(a, top + height, end, 0, m), calls * piece_count(height));
    add_prefetch(&prefetch, 1, rows_ahead(b, top + height, end, 0, n), calls * piece_count(height));
    for (ptrdiff_t j = 0; j < n; j += CK_WIDTH) {
      for (ptrdiff_t tile = 0; tile < tiles; tile++) {
        ptrdiff_t i = tile_start(tile, tiles, m), below = tile_start(tile + 1, tiles, m);
        for (ptrdiff_t r = below; r < tile_start(tile + 2, tiles, m) && below < m; r++) {
          prefetch_columns(dw + r * ldw + j, 1);
        }
        gradient_tiles[below - i](height, x + i, lda, y + j, ldb, dw + i * ldw + j, ldw,
                                  least(CK_WIDTH, n - j), adds || top > 0, &prefetch);
      }
    }
  }
}
