// Products of matrices by seven products of quadrants in place of eight; included after products.h.
//
//   V. Strassen, "Gaussian elimination is not optimal", 1969, in S. Winograd's form with 15 additions:
//
//     C11 = A11 B11 + A12 B21        S1 = A21 + A22    T1 = B12 - B11
//     U2  = A11 B11 + S2 T2          S2 = S1 - A11     T2 = B22 - T1
//     U3  = U2 + S3 T3               S3 = A11 - A21    T3 = B22 - B12
//     C21 = U3 - A22 T4              S4 = A12 - S2     T4 = T2 - B21
//     C22 = U3 + S1 T1
//     C12 = U2 + S1 T1 + S4 B22
//
// A's quadrants are made of even and odd rows and of halves of k, B's of halves of k and of columns. Sums
// over k go on in registers from one product to the next wherever one is added to another.

enum { CK_FACTORS = 7 };

// k is cut into equal blocks, each of which has quadrants of its own: half the rows of a block.
CK_INLINE ptrdiff_t strassen_blocks(ptrdiff_t k) { return (k + CK_DEPTH - 1) / CK_DEPTH; }
CK_INLINE ptrdiff_t strassen_half(ptrdiff_t k) { return k / strassen_blocks(k) / 2; }

// The right factors, in the order of their products, `distance` apart.
CK_INLINE void put_right(vec b11, vec b12, vec b21, vec b22, float *to, ptrdiff_t distance,
                         int non_temporal) {
  vec t1 = b12 - b11, t2 = b22 - t1;
  put_shared(to, b11, non_temporal);
  put_shared(to + distance, b21, non_temporal);
  put_shared(to + 2 * distance, t2, non_temporal);
  put_shared(to + 3 * distance, b22 - b12, non_temporal);
  put_shared(to + 4 * distance, b21 - t2, non_temporal);
  put_shared(to + 5 * distance, t1, non_temporal);
  put_shared(to + 6 * distance, b22, non_temporal);
}

// The right factors that a matrix's right factors meet when they are taken for left ones: those of the matrix
// of b's rows in another order, some with another sign (strassen_backward.h).
CK_INLINE void put_turned(vec b11, vec b12, vec b21, vec b22, float *to, ptrdiff_t distance,
                          int non_temporal) {
  vec lower = b22 - b21, right = b12 + b22;
  put_shared(to, b21, non_temporal);
  put_shared(to + distance, b11, non_temporal);
  put_shared(to + 2 * distance, b12 + lower, non_temporal);
  put_shared(to + 3 * distance, -right, non_temporal);
  put_shared(to + 4 * distance, b11 - (b12 + lower), non_temporal);
  put_shared(to + 5 * distance, lower, non_temporal);
  put_shared(to + 6 * distance, b12, non_temporal);
}

// The left ones.
CK_INLINE void put_left(vec a11, vec a12, vec a21, vec a22, float *to, ptrdiff_t distance,
                        int non_temporal) {
  vec s1 = a21 + a22, s2 = s1 - a11;
  put_shared(to, a11, non_temporal);
  put_shared(to + distance, a12, non_temporal);
  put_shared(to + 2 * distance, s2, non_temporal);
  put_shared(to + 3 * distance, a11 - a21, non_temporal);
  put_shared(to + 4 * distance, a22, non_temporal);
  put_shared(to + 5 * distance, s1, non_temporal);
  put_shared(to + 6 * distance, a12 - s2, non_temporal);
}

// Factors of b (k x n), of one panel and one block of k.
CK_INLINE void pack_factors(ptrdiff_t k, ptrdiff_t n, const float *b, ptrdiff_t panel,
                            ptrdiff_t block, float *to, int non_temporal) {
  ptrdiff_t half = strassen_half(k), size = half * CK_WIDTH;
  const float *upper = b + 2 * block * half * n + panel * CK_WIDTH, *lower = upper + half * n;
  for (ptrdiff_t p = 0; p < half; p++, upper += n, lower += n, to += CK_WIDTH) {
    for (ptrdiff_t j = 0; j < CK_WIDTH; j += CK_LANES) {
      put_right(load(upper + j), load(upper + n / 2 + j), load(lower + j), load(lower + n / 2 + j),
                to + j, size, non_temporal);
    }
  }
}

// The same of the transpose of b (n x k), plain or turned.
CK_INLINE void pack_factors_transposed(ptrdiff_t k, ptrdiff_t n, const float *b, ptrdiff_t panel,
                                       ptrdiff_t block, int is_turned, float *to,
                                       int non_temporal) {
  ptrdiff_t half = strassen_half(k), size = half * CK_WIDTH;
  float quadrants[4][CK_LANES * CK_LANES];
  const float *from = b + panel * CK_WIDTH * k + 2 * block * half;
  for (ptrdiff_t p = 0; p < half; p += CK_LANES) {
    for (ptrdiff_t j = 0; j < CK_WIDTH; j += CK_LANES) {
      for (int quadrant = 0; quadrant < 4; quadrant++) {
        const float *square = from + (quadrant % 2 * n / 2 + j) * k + quadrant / 2 * half + p;
        transpose_square(square, k, CK_LANES, quadrants[quadrant], CK_LANES);
      }
      for (ptrdiff_t q = 0; q < CK_LANES; q++) {
        vec b11 = load(quadrants[0] + q * CK_LANES), b12 = load(quadrants[1] + q * CK_LANES);
        vec b21 = load(quadrants[2] + q * CK_LANES), b22 = load(quadrants[3] + q * CK_LANES);
        float *row = to + (p + q) * CK_WIDTH + j;
        if (is_turned) {
          put_turned(b11, b12, b21, b22, row, size, non_temporal);
        } else {
          put_right(b11, b12, b21, b22, row, size, non_temporal);
        }
      }
    }
  }
}

static void strassen_pack(ptrdiff_t k, ptrdiff_t n, const float *b, ptrdiff_t first, ptrdiff_t end,
                          float *packed) {
  ptrdiff_t blocks = strassen_blocks(k), size = CK_FACTORS * strassen_half(k) * CK_WIDTH;
  int non_temporal = goes_far(packed);
  for (ptrdiff_t i = first * blocks; i < end * blocks; i++) {
    if (non_temporal) {
      pack_factors(k, n, b, i / blocks, i % blocks, packed + i * size, 1);
    } else {
      pack_factors(k, n, b, i / blocks, i % blocks, packed + i * size, 0);
    }
  }
  if (non_temporal) { end_non_temporal_stores(); }
}

static void strassen_pack_transposed(ptrdiff_t k, ptrdiff_t n, const float *b, ptrdiff_t first,
                                     ptrdiff_t end, int is_turned, float *packed) {
  ptrdiff_t blocks = strassen_blocks(k), size = CK_FACTORS * strassen_half(k) * CK_WIDTH;
  int non_temporal = goes_far(packed);
  for (ptrdiff_t i = first * blocks; i < end * blocks; i++) {
    float *to = packed + i * size;
    if (non_temporal) {
      pack_factors_transposed(k, n, b, i / blocks, i % blocks, is_turned, to, 1);
    } else {
      pack_factors_transposed(k, n, b, i / blocks, i % blocks, is_turned, to, 0);
    }
  }
  if (non_temporal) { end_non_temporal_stores(); }
}

// How a row is read: as it is, normalised, or as what ends a block: its sum with another, which may be
// normalised too, is written as well.
enum { CK_PLAIN, CK_NORMALIZED, CK_SUM, CK_NORMALIZED_SUM };

CK_INLINE vec read_vector(int kind, const float *row, ck_rows a, const ck_residual *residual,
                          ptrdiff_t i) {
  vec x = load(row + i);
  if (kind == CK_PLAIN) { return x; }
  x = load(a.scale + i) * x + load(a.shift + i);
  if (kind == CK_NORMALIZED) { return rectified(x); }
  vec added = load(beside(row + i, residual->addend));
  if (kind == CK_NORMALIZED_SUM) {
    added = load(residual->scale + i) * added + load(residual->shift + i);
  }
  x = rectified(x + added);
  float *to = (float *)beside(row + i, residual->result);
  if (residual->non_temporal) {
    __builtin_nontemporal_store(x, (aligned_vec *)to);
  } else {
    store(to, x);
  }
  return x;
}

// The left factors of a pair of rows, columns [first, first + 2 * half) of them.
CK_INLINE void form_pair(int kind, const float *even, const float *odd, ck_rows a,
                         const ck_residual *residual, ptrdiff_t first, ptrdiff_t half, float *to,
                         ptrdiff_t distance, int non_temporal) {
  for (ptrdiff_t i = first; i < first + half; i += CK_LANES, to += CK_LANES) {
    vec a11 = read_vector(kind, even, a, residual, i);
    vec a12 = read_vector(kind, even, a, residual, i + half);
    vec a21 = read_vector(kind, odd, a, residual, i);
    vec a22 = read_vector(kind, odd, a, residual, i + half);
    put_left(a11, a12, a21, a22, to, distance, non_temporal);
  }
}

CK_INLINE const float *row_of(ck_rows a, ptrdiff_t row) {
  return a.starts ? a.starts[row] : a.first + row * a.pitch;
}

CK_INLINE void form_pairs(ptrdiff_t pairs, ck_rows a, const ck_residual *residual, ptrdiff_t top,
                       ptrdiff_t first, ptrdiff_t half, float *to, ptrdiff_t pitch,
                       ptrdiff_t distance,
                       int non_temporal) {
  for (ptrdiff_t i = 0; i < pairs; i++, to += pitch) {
    const float *even = row_of(a, top + 2 * i), *odd = row_of(a, top + 2 * i + 1);
    if (residual && residual->scale) {
      form_pair(CK_NORMALIZED_SUM, even, odd, a, residual, first, half, to, distance, non_temporal);
    } else if (residual) {
      form_pair(CK_SUM, even, odd, a, residual, first, half, to, distance, non_temporal);
    } else if (a.scale) {
      form_pair(CK_NORMALIZED, even, odd, a, residual, first, half, to, distance, non_temporal);
    } else {
      form_pair(CK_PLAIN, even, odd, a, residual, first, half, to, distance, non_temporal);
    }
  }
}

// A tile of a quadrant of the result. Rows are where `starts` says or, where that is NULL, at equal distances.
typedef struct {
  float *first;
  float *const *starts;
  int how;
  const ck_epilogue *epilogue;
  ck_sums *sums;
} ck_quadrant;

CK_INLINE void load_tile(int rows, const float *from, vec sums[CK_TILE_ROWS][2]) {
  CK_UNROLL for (int i = 0; i < rows; i++) {
    sums[i][0] = load(from + i * CK_WIDTH);
    sums[i][1] = load(from + i * CK_WIDTH + CK_LANES);
  }
}

CK_INLINE void plus_tile(int rows, const float *from, vec sums[CK_TILE_ROWS][2]) {
  CK_UNROLL for (int i = 0; i < rows; i++) {
    sums[i][0] = sums[i][0] + load(from + i * CK_WIDTH);
    sums[i][1] = sums[i][1] + load(from + i * CK_WIDTH + CK_LANES);
  }
}

CK_INLINE void keep_tile(int rows, vec sums[CK_TILE_ROWS][2], float *to) {
  CK_UNROLL for (int i = 0; i < rows; i++) {
    store(to + i * CK_WIDTH, sums[i][0]);
    store(to + i * CK_WIDTH + CK_LANES, sums[i][1]);
  }
}

// Asks for what some rows of a tile of a quadrant meet in memory.
CK_INLINE void prefetch_quadrant(ptrdiff_t row, ptrdiff_t end, const ck_quadrant *quadrant, ptrdiff_t ldc) {
  const ck_epilogue *epilogue = quadrant->epilogue;
  ptrdiff_t addend = epilogue ? epilogue->addend : 0, gate = epilogue ? epilogue->gate : 0;
  ptrdiff_t x = quadrant->sums ? quadrant->sums->x : 0;
  if (quadrant->how == CK_NON_TEMPORAL && !addend && !gate && !x) { return; }
  for (; row < end; row++) {
    const float *to = quadrant->starts ? quadrant->starts[row] + (quadrant->first - quadrant->starts[0])
                                      : quadrant->first + row * ldc;
    if (quadrant->how != CK_NON_TEMPORAL) { prefetch_columns(to, 1); }
    if (addend) { prefetch_columns(beside(to, addend), 0); }
    if (gate) { prefetch_columns(beside(to, gate), 0); }
    if (x) { prefetch_columns(beside(to, x), 0); }
  }
}

// Factors of a tile, in the order of their products: left ones, element [i][p] of factor s at
// first + order[s] * distance + i * row + p * step; right ones, row p at first + s * distance + p * step.
typedef struct {
  const float *first;
  ptrdiff_t row, step, distance;
  const signed char *order;
} ck_left;
typedef struct {
  const float *first;
  ptrdiff_t step, distance;
} ck_right;

static const signed char in_order[CK_FACTORS] = {0, 1, 2, 3, 4, 5, 6};

// Tiles of all four quadrants: `rows` of even and of odd rows, ldc apart; `kept` is room for three tiles.
CK_INLINE void strassen_tile(int rows, int scatters, ptrdiff_t half, ck_left a, ck_right b,
                             float *kept, ptrdiff_t ldc, const ck_quadrant quadrants[4],
                             ck_prefetch_plan *prefetch) {
  // The quadrant that a product ends, and the one that is asked for during it.
  static const signed char ended[CK_FACTORS] = {-1, 0, -1, -1, 2, 3, 1};
  static const signed char prefetched[CK_FACTORS] = {0, -1, -1, 2, 3, 1, -1};
  ptrdiff_t pieces = piece_count(half);
  float *second = kept + CK_TILE_SIZE, *third = kept + 2 * CK_TILE_SIZE;
  vec sums[CK_TILE_ROWS][2];
  for (int s = 0; s < CK_FACTORS; s++) {
    const float *left = a.first + a.order[s] * a.distance, *right = b.first + s * b.distance;
    if (s == 0 || s == 5) { clear_tile(rows, sums); }
    if (s == 2 || s == 6) { load_tile(rows, kept, sums); }
    if (s == 6) { plus_tile(rows, second, sums); }
    for (ptrdiff_t piece = 0; piece < pieces; piece++) {
      if (prefetched[s] >= 0) {
        prefetch_quadrant(piece * rows / pieces, (piece + 1) * rows / pieces, quadrants + prefetched[s], ldc);
      }
      ptrdiff_t p = piece * CK_PIECE;
      add_pieces(rows, least(CK_PIECE, half - p), left + p * a.step, a.row, a.step,
                 right + p * b.step, b.step, sums, prefetch);
    }
    if (s == 0 || s == 5) { keep_tile(rows, sums, kept); }
    if (s == 2) { keep_tile(rows, sums, second); }
    if (s == 3) { keep_tile(rows, sums, third); }
    if (s == 5) { plus_tile(rows, third, sums); }
    if (ended[s] >= 0) {
      const ck_quadrant *quadrant = quadrants + ended[s];
      put_tile(rows, sums, scatters ? quadrant->starts : NULL, quadrant->first, ldc, CK_WIDTH,
               quadrant->how, quadrant->epilogue, quadrant->sums);
      // Two quadrants have the columns, and sums, in common.
      if (quadrant->sums) { quadrant->sums->begins = 0; }
    }
  }
}

typedef void tile_of_quadrants(ptrdiff_t half, ck_left a, ck_right b, float *kept, ptrdiff_t ldc,
                              const ck_quadrant quadrants[4], ck_prefetch_plan *prefetch);

// Left factors row after row and right ones panel by panel; the same for a result whose rows are scattered;
// and left ones transposed.
#define CK_QUARTERS(ROWS)                                                                        \
  static void quadrants_##ROWS(ptrdiff_t half, ck_left a, ck_right b, float *kept, ptrdiff_t ldc,  \
                              const ck_quadrant quadrants[4], ck_prefetch_plan *prefetch) {                 \
    a.step = 1;                                                                                  \
    b.step = CK_WIDTH;                                                                           \
    strassen_tile(ROWS, 0, half, a, b, kept, ldc, quadrants, prefetch);                             \
  }                                                                                              \
  static void scattered_##ROWS(ptrdiff_t half, ck_left a, ck_right b, float *kept, ptrdiff_t ldc, \
                               const ck_quadrant quadrants[4], ck_prefetch_plan *prefetch) {                \
    a.step = 1;                                                                                  \
    b.step = CK_WIDTH;                                                                           \
    strassen_tile(ROWS, 1, half, a, b, kept, ldc, quadrants, prefetch);                             \
  }                                                                                              \
  static void summed_##ROWS(ptrdiff_t half, ck_left a, ck_right b, float *kept, ptrdiff_t ldc,    \
                            const ck_quadrant quadrants[4], ck_prefetch_plan *prefetch) {                   \
    a.row = 1;                                                                                   \
    strassen_tile(ROWS, 0, half, a, b, kept, ldc, quadrants, prefetch);                             \
  }

CK_QUARTERS(1) CK_QUARTERS(2) CK_QUARTERS(3) CK_QUARTERS(4) CK_QUARTERS(5) CK_QUARTERS(6)
#if CK_TILE_ROWS > 6
CK_QUARTERS(7) CK_QUARTERS(8) CK_QUARTERS(9) CK_QUARTERS(10) CK_QUARTERS(11)
CK_QUARTERS(12) CK_QUARTERS(13) CK_QUARTERS(14)
#endif

static tile_of_quadrants *const quadrant_tiles[] = CK_TILES(quadrants);
static tile_of_quadrants *const scattered_tiles[] = CK_TILES(scattered);
static tile_of_quadrants *const summed_tiles[] = CK_TILES(summed);

// What becomes of both halves of a panel's columns.
typedef struct {
  ck_epilogue epilogue[2];
  ck_sums sums[2];
} ck_sides;

CK_INLINE ck_sides sides_of(ck_result c, ptrdiff_t panel, ptrdiff_t n) {
  ck_sides sides = {};
  for (int side = 0; side < 2; side++) {
    ptrdiff_t at = panel * CK_WIDTH + side * n / 2;
    if (c.epilogue) {
      sides.epilogue[side] = *c.epilogue;
      sides.epilogue[side].shift = shift_at(c.epilogue, at);
    }
    sides.sums[side] = sums_at(c.sums, at);
  }
  return sides;
}

// Multiplies pairs [i, end) of a panel, whose even row 2 * i is row `top` of the result; `ends` a sum over k
// or does not.
CK_INLINE void multiply_pairs(ptrdiff_t i, ptrdiff_t end, ptrdiff_t top, ptrdiff_t half, ck_left a,
                              ck_right b, ptrdiff_t panel, ptrdiff_t n, ck_result c, int how,
                              int ends, ck_sides *sides, float *kept, ck_prefetch_plan *prefetch) {
  float *starts[2][CK_TILE_ROWS];
  for (ptrdiff_t r = 0; r < 2 * (end - i) && c.starts; r++) {
    starts[r % 2][r / 2] = c.starts[top + r];
  }
  ck_quadrant quadrants[4];
  for (int q = 0; q < 4; q++) {
    int side = q % 2;
    float *row = c.starts ? starts[q / 2][0] : c.first + (top + q / 2) * c.pitch;
    quadrants[q] = (ck_quadrant){row + panel * CK_WIDTH + side * n / 2,
                               c.starts ? starts[q / 2] : NULL, how,
                               ends && c.epilogue ? &sides->epilogue[side] : NULL,
                               ends && c.sums ? &sides->sums[side] : NULL};
  }
  a.first += i * a.row;
  (c.starts ? scattered_tiles : quadrant_tiles)[end - i](half, a, b, kept, 2 * c.pitch, quadrants,
                                                        prefetch);
}

static void strassen_multiply(ptrdiff_t rows, ptrdiff_t n, ptrdiff_t first, ptrdiff_t end,
                              ck_rows a, const ck_residual *residual, const float *packed,
                              ck_result c, int adds, float *scratch) {
  ptrdiff_t k = a.length, blocks = strassen_blocks(k), half = strassen_half(k);
  // Rows of a factor do not share sets of a cache.
  ptrdiff_t pitch = half + 16, distance = CK_ROWS / 2 * pitch;
  float *formed = scratch + 3 * CK_TILE_SIZE;
  int non_temporal = c.non_temporal && blocks == 1 && !adds;
  for (ptrdiff_t top = 0; top < rows; top += CK_ROWS) {
    ptrdiff_t height = least(CK_ROWS, rows - top), pairs = height / 2, tiles = tile_count(pairs);
    ptrdiff_t below = top + height;
    for (ptrdiff_t block = 0; block < blocks; block++) {
      ptrdiff_t p = 2 * block * half, beyond = p + 2 * half;
      int ends = beyond == k, how = adds || block > 0 ? CK_ADDS : non_temporal ? CK_NON_TEMPORAL : CK_WRITES;
      ptrdiff_t pieces = CK_FACTORS * tiles * (end - first) * piece_count(half);
      ck_ahead next =
          ends ? rows_ahead(a, below, least(below + CK_ROWS, rows + a.following), 0, 2 * half)
               : rows_ahead(a, top, below, beyond, beyond + 2 * half);
      ck_prefetch_plan prefetch = {};
      add_prefetch(&prefetch, 0, next, pieces);
      if (residual) {
        next.rows.first = beside(a.first, residual->addend);
        add_prefetch(&prefetch, 1, next, pieces);
      }
      form_pairs(pairs, a, residual, top, p, half, formed, pitch, distance, 0);
      for (ptrdiff_t panel = first; panel < end; panel++) {
        const float *b = packed + (panel * blocks + block) * CK_FACTORS * half * CK_WIDTH;
        ck_sides sides = sides_of(c, panel, n);
        for (int side = 0; side < 2; side++) {
          sides.sums[side].begins = sides.sums[side].begins && top == 0;
        }
        for (ptrdiff_t tile = 0; tile < tiles; tile++) {
          ptrdiff_t i = tile_start(tile, tiles, pairs);
          multiply_pairs(i, tile_start(tile + 1, tiles, pairs), top + 2 * i, half,
                         (ck_left){formed, pitch, 1, distance, in_order},
                         (ck_right){b, CK_WIDTH, half * CK_WIDTH}, panel, n, c, how, ends, &sides,
                         scratch, &prefetch);
        }
      }
    }
  }
#if defined(__x86_64__)
  if (non_temporal || (residual && residual->non_temporal)) { __builtin_ia32_sfence(); }
#endif
}

static void strassen_form(ptrdiff_t rows, ptrdiff_t all, ck_rows a, const ck_residual *residual,
                          float *factors) {
  ptrdiff_t blocks = strassen_blocks(a.length), half = strassen_half(a.length);
  ptrdiff_t pitch = half + 16, distance = all / 2 * pitch;
  int non_temporal = goes_far(factors);
  for (ptrdiff_t block = 0; block < blocks; block++, factors += CK_FACTORS * distance) {
    if (non_temporal) {
      form_pairs(rows / 2, a, residual, 0, 2 * block * half, half, factors, pitch, distance, 1);
    } else {
      form_pairs(rows / 2, a, residual, 0, 2 * block * half, half, factors, pitch, distance, 0);
    }
  }
  if (non_temporal || (residual && residual->non_temporal)) { end_non_temporal_stores(); }
}

// Asks for what the factors of a panel and a block of k are made of.
CK_INLINE void add_panel(ck_prefetch_plan *prefetch, ptrdiff_t k, ptrdiff_t n, const float *b,
                         int transposed, ptrdiff_t panel, ptrdiff_t block, ptrdiff_t pieces) {
  ptrdiff_t depth = 2 * strassen_half(k), at = panel * CK_WIDTH, top = block * depth;
  for (int side = 0; side < 2; side++, at += n / 2) {
    ck_rows rows = {.first = b, .segments = 1, .pitch = transposed ? k : n};
    rows.length = rows.pitch;
    ck_ahead ahead = transposed ? rows_ahead(rows, at, at + CK_WIDTH, top, top + depth)
                                : rows_ahead(rows, top, top + depth, at, at + CK_WIDTH);
    add_prefetch(prefetch, side, ahead, pieces);
  }
}

static void strassen_multiply_panel(ptrdiff_t rows, ptrdiff_t k, ptrdiff_t n, ptrdiff_t panel,
                                    ptrdiff_t next, const float *factors, const float *b,
                                    int transposed, ck_result c, int adds, float *scratch) {
  ptrdiff_t blocks = strassen_blocks(k), half = strassen_half(k), pitch = half + 16;
  ptrdiff_t pairs = rows / 2, distance = pairs * pitch, tiles = tile_count(pairs);
  ptrdiff_t pieces = CK_FACTORS * piece_count(half);
  float *right = scratch + 3 * CK_TILE_SIZE;
  ck_sides sides = sides_of(c, panel, n);
  for (ptrdiff_t block = 0; block < blocks; block++, factors += CK_FACTORS * distance) {
    if (transposed) {
      pack_factors_transposed(k, n, b, panel, block, 0, right, 0);
    } else {
      pack_factors(k, n, b, panel, block, right, 0);
    }
    int ends = block == blocks - 1;
    ck_prefetch_plan prefetch = {};
    if (!ends || next >= 0) {
      add_panel(&prefetch, k, n, b, transposed, ends ? next : panel, ends ? 0 : block + 1,
                pieces * tiles);
    }
    for (ptrdiff_t tile = 0; tile < tiles; tile++) {
      ptrdiff_t i = tile_start(tile, tiles, pairs), end = tile_start(tile + 1, tiles, pairs);
      // The left factors of the tile below.
      ck_rows below = {.first = factors, .pitch = distance, .segments = 1, .length = distance};
      add_prefetch(&prefetch, 2,
                 rows_ahead(below, 0, end < pairs ? CK_FACTORS : 0, end * pitch,
                            tile_start(tile + 2, tiles, pairs) * pitch),
                 pieces);
      multiply_pairs(i, end, 2 * i, half, (ck_left){factors, pitch, 1, distance, in_order},
                     (ck_right){right, CK_WIDTH, half * CK_WIDTH}, panel, n, c,
                     adds || block > 0 ? CK_ADDS : CK_WRITES, ends, &sides, scratch, &prefetch);
    }
  }
}

// Factors of columns [first, first + count), and `half` further on, of a pair of rows that is summed over:
// of a, which is read transposed, on the left, else of b.
CK_INLINE void form_summed_pair(int kind, int is_left, const float *even, const float *odd,
                                ck_rows a, ptrdiff_t first, ptrdiff_t count, ptrdiff_t half,
                                float *to, ptrdiff_t distance) {
  for (ptrdiff_t i = first; i < first + count; i += CK_LANES, to += CK_LANES) {
    vec even_low = read_vector(kind, even, a, NULL, i);
    vec even_high = read_vector(kind, even, a, NULL, i + half);
    vec odd_low = read_vector(kind, odd, a, NULL, i);
    vec odd_high = read_vector(kind, odd, a, NULL, i + half);
    if (is_left) {
      put_left(even_low, odd_low, even_high, odd_high, to, distance, 0);
    } else {
      put_right(even_low, even_high, odd_low, odd_high, to, distance, 0);
    }
  }
}

CK_INLINE void form_summed(int is_left, ptrdiff_t pairs, ck_rows a, ptrdiff_t top, ptrdiff_t first,
                           ptrdiff_t count, float *to, ptrdiff_t pitch, ptrdiff_t distance) {
  for (ptrdiff_t r = 0; r < pairs; r++, to += pitch) {
    const float *even = row_of(a, top + 2 * r), *odd = row_of(a, top + 2 * r + 1);
    if (a.scale) {
      form_summed_pair(CK_NORMALIZED, is_left, even, odd, a, first, count, a.length / 2, to,
                       distance);
    } else {
      form_summed_pair(CK_PLAIN, is_left, even, odd, a, first, count, a.length / 2, to, distance);
    }
  }
}

static void strassen_gradient(ptrdiff_t rows, ck_rows a, ck_rows b, float *dw, ptrdiff_t ldw,
                              int adds, float *scratch) {
  ptrdiff_t m = a.length / 2, n = b.length / 2, tiles = tile_count(m), panels = n / CK_WIDTH;
  // Rows of a factor do not share sets of a cache.
  ptrdiff_t pitch = m + 16;
  float *right = scratch + 3 * CK_TILE_SIZE, *left = right + CK_FACTORS * CK_SUMMED / 2 * CK_WIDTH;
  // Equal blocks of pairs.
  ptrdiff_t blocks = (rows + CK_SUMMED - 1) / CK_SUMMED;
  ptrdiff_t step = blocks == 0 ? 1 : (rows / 2 + blocks - 1) / blocks * 2;
  for (ptrdiff_t top = 0; top < rows; top += step) {
    ptrdiff_t height = least(step, rows - top), pairs = height / 2, below = top + height;
    ptrdiff_t end = least(rows, below + step);
    ptrdiff_t distance = pairs * pitch, pieces = CK_FACTORS * tiles * panels * piece_count(pairs);
    ck_prefetch_plan prefetch = {};
    add_prefetch(&prefetch, 0, rows_ahead(a, below, end, 0, a.length), pieces);
    add_prefetch(&prefetch, 1, rows_ahead(b, below, end, 0, b.length), pieces);
    form_summed(1, pairs, a, top, 0, m, left, pitch, distance);
    for (ptrdiff_t panel = 0; panel < panels; panel++) {
      form_summed(0, pairs, b, top, panel * CK_WIDTH, CK_WIDTH, right, CK_WIDTH, pairs * CK_WIDTH);
      for (ptrdiff_t tile = 0; tile < tiles; tile++) {
        ptrdiff_t i = tile_start(tile, tiles, m), count = tile_start(tile + 1, tiles, m) - i;
        ck_quadrant quadrants[4];
        for (int q = 0; q < 4; q++) {
          quadrants[q] = (ck_quadrant){dw + (q / 2 * m + i) * ldw + q % 2 * n + panel * CK_WIDTH, NULL,
                                     adds || top > 0 ? CK_ADDS : CK_WRITES, NULL, NULL};
        }
        summed_tiles[count](pairs, (ck_left){left + i, 1, pitch, distance, in_order},
                            (ck_right){right, CK_WIDTH, pairs * CK_WIDTH}, scratch, ldw, quadrants,
                            &prefetch);
      }
    }
  }
}
