// The transforms of Winograd's convolutions for one processor; included after products.h. The formulas
// are in Kernels/WinogradTransform.swift.
//
// A transform is one map along an axis of a tile and another along the other: columns first, into a
// buffer, then rows. Maps are written for any set of points and compiled for each, so that their
// coefficients are constants and nothing is left of the loops.

// A set of points: pairs of +-p, infinity and, in some, 0.
typedef struct {
  // The powers 0, 1, ... of each p.
  float power[3][5];
  // The coefficients of t^0, t^1, ... of the product of (t - p^2) over all pairs.
  float all[4];
  // The same over all pairs but each.
  float but[3][3];
  // One over the product of a point's differences from the other finite points: 0's, and each +p's.
  // That of -p is the same in sets with 0 and minus it in others.
  float zero_share;
  float share[3];
} ck_points;

#define W_POWERS(P) {1, P, (P) * (P), (P) * (P) * (P), (P) * (P) * (P) * (P)}
// The square of a point, its difference from another's.
#define W_SQUARE(P) ((P) * (P))
#define W_LESS(P, Q) (W_SQUARE(P) - W_SQUARE(Q))

#define W_A 1.0
static const ck_points points_4 = {
    {W_POWERS(W_A)}, {-W_SQUARE(W_A), 1}, {{1}}, -1 / W_SQUARE(W_A), {1 / (2 * W_SQUARE(W_A))}};
#undef W_A

#define W_TWO_PAIRS {W_POWERS(W_A), W_POWERS(W_B)}, \
    {W_SQUARE(W_A) * W_SQUARE(W_B), -(W_SQUARE(W_A) + W_SQUARE(W_B)), 1},                          \
    {{-W_SQUARE(W_B), 1}, {-W_SQUARE(W_A), 1}}

#define W_A (3.0 / 8)
#define W_B (5.0 / 4)
static const ck_points points_5 = {
    W_TWO_PAIRS, 0, {1 / (2 * W_A * W_LESS(W_A, W_B)), 1 / (2 * W_B * W_LESS(W_B, W_A))}};
#undef W_A
#undef W_B

#define W_A (5.0 / 8)
#define W_B (3.0 / 2)
static const ck_points points_6 = {
    W_TWO_PAIRS, 1 / (W_SQUARE(W_A) * W_SQUARE(W_B)),
    {1 / (2 * W_SQUARE(W_A) * W_LESS(W_A, W_B)), 1 / (2 * W_SQUARE(W_B) * W_LESS(W_B, W_A))}};
#undef W_A
#undef W_B

#define W_A (9.0 / 32)
#define W_B (7.0 / 8)
#define W_C (7.0 / 4)
#define W_BUT(P, Q) {W_SQUARE(P) * W_SQUARE(Q), -(W_SQUARE(P) + W_SQUARE(Q)), 1}
static const ck_points points_7 = {
    {W_POWERS(W_A), W_POWERS(W_B), W_POWERS(W_C)},
    {-W_SQUARE(W_A) * W_SQUARE(W_B) * W_SQUARE(W_C),
     W_SQUARE(W_A) * W_SQUARE(W_B) + W_SQUARE(W_A) * W_SQUARE(W_C) + W_SQUARE(W_B) * W_SQUARE(W_C),
     -(W_SQUARE(W_A) + W_SQUARE(W_B) + W_SQUARE(W_C)), 1},
    {W_BUT(W_B, W_C), W_BUT(W_A, W_C), W_BUT(W_A, W_B)},
    0,
    {1 / (2 * W_A * W_LESS(W_A, W_B) * W_LESS(W_A, W_C)),
     1 / (2 * W_B * W_LESS(W_B, W_A) * W_LESS(W_B, W_C)),
     1 / (2 * W_C * W_LESS(W_C, W_A) * W_LESS(W_C, W_B))}};
#undef W_A
#undef W_B
#undef W_C

// Most elements of a tile along an axis.
enum { W_MOST = 7 };

// Two pixels with nothing but zeros around them are no polynomials: three products.
enum { W_PAIR = 3 };
static const ck_points points_3 = {0};

// Of n points: whether 0 is one, and how many pairs there are.
CK_INLINE int has_zero(int n) { return n % 2 == 0; }
CK_INLINE int pairs_of(int n) { return (n - 1) / 2; }

// Sum of c[k] * d[2k], the last coefficient being 1.
CK_INLINE vec even_sum(const float *c, int degree, const vec *d) {
  vec sum = d[2 * degree];
  CK_UNROLL for (int k = degree - 1; k >= 0; k--) { sum = fused(all(c[k]), d[2 * k], sum); }
  return sum;
}

// BT d at n points, without infinity unless it is `infinite`.
CK_INLINE void spread(int n, const ck_points *points, int infinite, const vec *d, vec *o) {
  if (n == W_PAIR) {
    o[0] = d[0];
    o[1] = d[0] + d[1];
    o[2] = d[1];
    return;
  }
  int zero = has_zero(n), pairs = pairs_of(n);
  if (zero) { o[0] = even_sum(points->all, pairs, d); }
  CK_UNROLL for (int i = 0; i < pairs; i++) {
    vec low = points->power[i][1] * even_sum(points->but[i], pairs - 1, d + zero);
    vec high = even_sum(points->but[i], pairs - 1, d + zero + 1);
    o[zero + 2 * i] = high + low;
    o[zero + 2 * i + 1] = high - low;
  }
  if (infinite) { o[n - 1] = even_sum(points->all, pairs, d + zero); }
}

// AT m: `count` outputs.
CK_INLINE void gather(int n, const ck_points *points, int infinite, int count, const vec *m,
                      vec *o) {
  if (n == W_PAIR) {
    o[0] = m[1] + m[2];
    o[1] = m[1] + m[0];
    return;
  }
  int zero = has_zero(n), pairs = pairs_of(n);
  vec both[2][3];
  CK_UNROLL for (int i = 0; i < pairs; i++) {
    both[0][i] = m[zero + 2 * i] + m[zero + 2 * i + 1];
    both[1][i] = m[zero + 2 * i] - m[zero + 2 * i + 1];
  }
  CK_UNROLL for (int k = 0; k < count; k++) {
    vec sum = points->power[pairs - 1][k] * both[k % 2][pairs - 1];
    if (infinite && k == count - 1) { sum = sum + m[n - 1]; }
    CK_UNROLL for (int i = pairs - 2; i >= 0; i--) {
      sum = fused(all(points->power[i][k]), both[k % 2][i], sum);
    }
    o[k] = k == 0 && zero ? sum + m[0] : sum;
  }
}

// Sum of p^k * e[k] over k = first, first + 2, ... below `count`.
CK_INLINE vec power_sum(const float *power, int first, int count, const vec *e) {
  vec sum = power[first] * e[first];
  CK_UNROLL for (int k = first + 2; k < count; k += 2) { sum = fused(all(power[k]), e[k], sum); }
  return sum;
}

// A e of `count` elements.
CK_INLINE void evaluate(int n, const ck_points *points, int infinite, int count, const vec *e,
                        vec *o) {
  if (n == W_PAIR) {
    o[0] = e[1];
    o[1] = e[0] + e[1];
    o[2] = e[0];
    return;
  }
  int zero = has_zero(n), pairs = pairs_of(n);
  if (zero) { o[0] = e[0]; }
  CK_UNROLL for (int i = 0; i < pairs; i++) {
    vec even = power_sum(points->power[i], 0, count, e);
    vec odd = power_sum(points->power[i], 1, count, e);
    o[zero + 2 * i] = even + odd;
    o[zero + 2 * i + 1] = even - odd;
  }
  if (infinite) { o[n - 1] = e[count - 1]; }
}

// G g of `count` taps.
CK_INLINE void weigh(int n, const ck_points *points, int infinite, int count, const vec *g,
                     vec *o) {
  if (n == W_PAIR) {
    o[0] = g[0] - g[1];
    o[1] = g[1];
    o[2] = g[2] - g[1];
    return;
  }
  int zero = has_zero(n), pairs = pairs_of(n);
  if (zero) { o[0] = points->zero_share * g[0]; }
  CK_UNROLL for (int i = 0; i < pairs; i++) {
    float p = points->power[i][1], q = points->share[i];
    vec even = q * (count > 2 ? fused(all(p * p), g[2], g[0]) : g[0]);
    vec odd = count > 1 ? (q * p) * g[1] : (vec){};
    if (count > 3) { odd = fused(all(q * p * p * p), g[3], odd); }
    o[zero + 2 * i] = count > 1 ? even + odd : even;
    o[zero + 2 * i + 1] = count > 1 ? (zero ? even - odd : odd - even) : zero ? even : -even;
  }
  if (infinite) { o[n - 1] = g[count - 1]; }
}

// GT m: the gradients of `count` taps.
CK_INLINE void unweigh(int n, const ck_points *points, int infinite, int count, const vec *m,
                       vec *o) {
  if (n == W_PAIR) {
    o[0] = m[0];
    o[1] = m[1] - m[0] - m[2];
    o[2] = m[2];
    return;
  }
  int zero = has_zero(n), pairs = pairs_of(n);
  CK_UNROLL for (int k = 0; k < count; k++) {
    vec sum = {};
    CK_UNROLL for (int i = 0; i < pairs; i++) {
      vec plus = m[zero + 2 * i], minus = m[zero + 2 * i + 1];
      vec both = (k % 2 == 0) == zero ? plus + minus : plus - minus;
      float factor = points->share[i] * points->power[i][k];
      sum = i == 0 ? factor * both : fused(all(factor), both, sum);
    }
    if (k == 0 && zero) { sum = fused(all(points->zero_share), m[0], sum); }
    o[k] = infinite && k == count - 1 ? sum + m[n - 1] : sum;
  }
}

// What a transform does along one axis.
typedef enum { W_INPUT, W_OUTPUT, W_GRADIENT, W_FILTER, W_FILTER_GRADIENT } ck_map;

// Numbers that a transformed tile has along an axis: a single tap needs no infinity.
CK_INLINE int spread_count(int n, int taps) { return taps == 1 ? n - 1 : n; }
// Outputs of a tile along an axis.
CK_INLINE int output_count(int n, int taps) {
  return n == W_PAIR ? 2 : taps == 3 ? n - 2 : n - 1;
}
// Pixels that it is made from.
CK_INLINE int input_count(int n, int taps) { return n == W_PAIR ? 2 : spread_count(n, taps); }

// Numbers that a map takes along its axis.
CK_INLINE int taken(ck_map map, int n, int taps) {
  switch (map) {
    case W_INPUT: return input_count(n, taps);
    case W_OUTPUT:
    case W_FILTER_GRADIENT: return spread_count(n, taps);
    case W_GRADIENT: return output_count(n, taps);
    case W_FILTER: return taps;
  }
}

// Numbers that a map gives.
CK_INLINE int given(ck_map map, int n, int taps) {
  switch (map) {
    case W_INPUT:
    case W_GRADIENT:
    case W_FILTER: return spread_count(n, taps);
    case W_OUTPUT: return output_count(n, taps);
    case W_FILTER_GRADIENT: return taps;
  }
}

CK_INLINE void apply(ck_map map, int n, const ck_points *points, int taps, const vec *d, vec *o) {
  switch (map) {
    case W_INPUT: spread(n, points, taps > 1, d, o); break;
    case W_OUTPUT: gather(n, points, taps > 1, output_count(n, taps), d, o); break;
    case W_GRADIENT: evaluate(n, points, taps > 1, output_count(n, taps), d, o); break;
    case W_FILTER: weigh(n, points, taps > 1, taps, d, o); break;
    case W_FILTER_GRADIENT: unweigh(n, points, taps > 1, taps, d, o);
  }
}

// One tile of a transform: where its elements come from and where they go, by their place in the tile,
// row by row.
typedef struct {
  // Numbers of a row that is taken.
  int across;
  // Pixels that are read, and what happens to them.
  const float *const *pixels;
  const float *scale, *shift;
  // Numbers that are read and that are written.
  const float *from;
  float *to;
  // Where the elements of the transformed tile and the taps of the filter lie.
  const ptrdiff_t *places;
  const ptrdiff_t *taps;
  // Pixels that are written.
  float *const *targets;
  const ck_epilogue *epilogue;
  const ck_sums *sums;
  // The pixels of the tile after this one, asked for meanwhile, and how many there are; or NULL.
  const float *const *next;
  int pixel_count;
  // From a filter's elements in memory to those of one that is met later, asked for meanwhile; or 0.
  ptrdiff_t ahead;
  // Rows of the packed matrices that are written, and whether half a panel beyond c is cleared.
  ptrdiff_t depth;
  int clears;
  // Whether the transformed tile goes past the caches.
  int non_temporal;
} ck_tile;

// A line of a tap of the filter that is met later.
CK_INLINE void ask_tap(ck_map map, const ck_tile *t, int i, ptrdiff_t c) {
  if (!t->ahead) { return; }
  if (map == W_FILTER) { __builtin_prefetch(t->from + t->taps[i] + t->ahead + c, 0, 2); }
  if (map == W_FILTER_GRADIENT) { __builtin_prefetch(t->to + t->taps[i] + t->ahead + c, 1, 2); }
}

CK_INLINE vec take(ck_map map, const ck_tile *t, int i, ptrdiff_t c, vec scale, vec shift) {
  switch (map) {
    case W_INPUT: {
      if (!t->pixels[i]) { return (vec){}; }
      vec x = load(t->pixels[i] + c);
      return t->scale ? rectified(scale * x + shift) : x;
    }
    case W_GRADIENT: return t->pixels[i] ? load(t->pixels[i] + c) : (vec){};
    case W_FILTER: ask_tap(map, t, i, c); return load(t->from + t->taps[i] + c);
    case W_OUTPUT:
    case W_FILTER_GRADIENT: return load(t->from + t->places[i] + c);
  }
}

CK_INLINE void put(ck_map map, const ck_tile *t, int i, ptrdiff_t c, vec x, int non_temporal) {
  switch (map) {
    case W_INPUT:
    case W_GRADIENT: put_shared(t->to + t->places[i] + c, x, non_temporal); break;
    case W_FILTER: {
      float *to = t->to + t->places[i] + c / CK_WIDTH * t->depth * CK_WIDTH + c % CK_WIDTH;
      put_shared(to, x, non_temporal);
      if (t->clears) { store(to + CK_LANES, (vec){}); }
      break;
    }
    case W_OUTPUT: {
      float *to = t->targets[i];
      if (!to) { break; }
      to += c;
      store(to, t->epilogue ? with_epilogue(x, to, shift_at(t->epilogue, c), t->epilogue) : x);
      break;
    }
    case W_FILTER_GRADIENT: ask_tap(map, t, i, c); store(t->to + t->taps[i] + c, x);
  }
}

// A map along the columns that are taken, and along the `count` rows of what that gave.
typedef void along_columns(const ck_tile *tile, ptrdiff_t c, vec made[][W_MOST]);
typedef void along_rows(const ck_tile *tile, ptrdiff_t c, int count, vec made[][W_MOST]);

typedef struct {
  int taken, given;
  along_columns *columns;
  along_rows *rows;
} ck_line;

#define CK_MAP(MAP, N, TAPS)                                                                       \
  static void columns_##MAP##_##N##_##TAPS(const ck_tile *tile, ptrdiff_t c,                       \
                                           vec made[][W_MOST]) {                                   \
    const ck_tile t = *tile;                                                                       \
    vec scale = {}, shift = {};                                                                    \
    if (MAP == W_INPUT && t.scale) {                                                               \
      scale = load(t.scale + c);                                                                   \
      shift = load(t.shift + c);                                                                   \
    }                                                                                              \
    for (int j = 0; j < t.across; j++) {                                                           \
      vec d[W_MOST], o[W_MOST];                                                                    \
      CK_UNROLL for (int i = 0; i < taken(MAP, N, TAPS); i++) {                                    \
        d[i] = take(MAP, &t, i * t.across + j, c, scale, shift);                                   \
      }                                                                                            \
      apply(MAP, N, &points_##N, TAPS, d, o);                                                      \
      CK_UNROLL for (int i = 0; i < given(MAP, N, TAPS); i++) { made[i][j] = o[i]; }               \
    }                                                                                              \
  }                                                                                                \
  CK_INLINE void put_rows_##MAP##_##N##_##TAPS(const ck_tile t, ptrdiff_t c, int count,            \
                                               vec made[][W_MOST], int non_temporal) {                  \
    for (int i = 0; i < count; i++) {                                                              \
      vec d[W_MOST], o[W_MOST];                                                                    \
      CK_UNROLL for (int j = 0; j < taken(MAP, N, TAPS); j++) { d[j] = made[i][j]; }               \
      apply(MAP, N, &points_##N, TAPS, d, o);                                                      \
      CK_UNROLL for (int j = 0; j < given(MAP, N, TAPS); j++) {                                    \
        put(MAP, &t, i * given(MAP, N, TAPS) + j, c, o[j], non_temporal);                               \
      }                                                                                            \
    }                                                                                              \
  }                                                                                                \
  static void rows_##MAP##_##N##_##TAPS(const ck_tile *tile, ptrdiff_t c, int count,               \
                                        vec made[][W_MOST]) {                                      \
    if (MAP != W_OUTPUT && MAP != W_FILTER_GRADIENT && tile->non_temporal) {                            \
      put_rows_##MAP##_##N##_##TAPS(*tile, c, count, made, 1);                                     \
    } else {                                                                                       \
      put_rows_##MAP##_##N##_##TAPS(*tile, c, count, made, 0);                                     \
    }                                                                                              \
  }

#define CK_MAPS(MAP)                                                                               \
  CK_MAP(MAP, 3, 3) CK_MAP(MAP, 4, 3) CK_MAP(MAP, 5, 3) CK_MAP(MAP, 6, 3) CK_MAP(MAP, 7, 3)                          \
  CK_MAP(MAP, 4, 2) CK_MAP(MAP, 5, 2) CK_MAP(MAP, 6, 2)                                            \
  CK_MAP(MAP, 4, 1) CK_MAP(MAP, 5, 1) CK_MAP(MAP, 6, 1)
CK_MAPS(W_INPUT) CK_MAPS(W_OUTPUT) CK_MAPS(W_GRADIENT) CK_MAPS(W_FILTER) CK_MAPS(W_FILTER_GRADIENT)

#define CK_LINE_OF(MAP, N, TAPS)                                                                   \
  if (axis.points == N && axis.taps == TAPS) {                                                     \
    return (ck_line){taken(MAP, N, TAPS), given(MAP, N, TAPS), columns_##MAP##_##N##_##TAPS,       \
                     rows_##MAP##_##N##_##TAPS};                                                    \
  }
#define CK_LINES(MAP)                                                                              \
  CK_LINE_OF(MAP, 3, 3) CK_LINE_OF(MAP, 4, 3) CK_LINE_OF(MAP, 5, 3) CK_LINE_OF(MAP, 6, 3) CK_LINE_OF(MAP, 7, 3)          \
  CK_LINE_OF(MAP, 4, 2) CK_LINE_OF(MAP, 5, 2) CK_LINE_OF(MAP, 6, 2)                                \
  CK_LINE_OF(MAP, 4, 1) CK_LINE_OF(MAP, 5, 1) CK_LINE_OF(MAP, 6, 1)

static ck_line line(ck_map map, ck_axis axis) {
  switch (map) {
    case W_INPUT: CK_LINES(W_INPUT) break;
    case W_OUTPUT: CK_LINES(W_OUTPUT) break;
    case W_GRADIENT: CK_LINES(W_GRADIENT) break;
    case W_FILTER: CK_LINES(W_FILTER) break;
    case W_FILTER_GRADIENT: CK_LINES(W_FILTER_GRADIENT) break;
  }
  __builtin_trap();
}

CK_INLINE void ask_pixels(const ck_tile *t, ptrdiff_t c) {
  for (int i = 0; i < t->pixel_count; i++) {
    if (t->next[i]) { __builtin_prefetch(t->next[i] + c, 0, 2); }
  }
  if (!t->sums || !t->sums->x) { return; }
  for (int i = 0; i < t->pixel_count; i++) {
    if (t->next[i]) { __builtin_prefetch(beside(t->next[i] + c, t->sums->x), 0, 2); }
  }
}

CK_INLINE void add_pixel_terms(int terms, const ck_tile *t, ptrdiff_t c) {
  const ck_sums *sums = t->sums;
  // Pixels in turn, because a sum that waits for the one before is slow.
  if (terms == CK_SQUARES && sums->begins) { store(sums->middle + c, load(t->targets[0] + c)); }
  ck_columns even = open_columns(terms, sums, c), odd = even;
  CK_UNROLL_TWICE for (int i = 0; i < t->pixel_count; i++) {
    const float *to = t->targets[i];
    if (!to) { continue; }
    to += c;
    vec x = terms == CK_SQUARES ? (vec){} : load(beside(to, sums->x));
    add_row(terms, load(to), x, i % 2 == 0 ? &even : &odd);
  }
  even.first += odd.first;
  even.second += odd.second;
  close_columns(&even, sums, c);
}

// Adds a tile's pixels, which are written, to the sums of their channels.
CK_INLINE void add_pixels(const ck_tile *t, ptrdiff_t c) {
  if (t->sums->scale) {
    add_pixel_terms(CK_CUT_PRODUCTS, t, c);
  } else if (t->sums->x) {
    add_pixel_terms(CK_PRODUCTS, t, c);
  } else {
    add_pixel_terms(CK_SQUARES, t, c);
  }
}

// All channels of a tile.
CK_INLINE void transform(ck_map map, ck_axes axes, ck_tile t, ptrdiff_t channels) {
  ck_line down = line(map, axes.rows), across = line(map, axes.columns);
  t.across = across.taken;
  t.pixel_count = map == W_OUTPUT ? down.given * across.given : down.taken * across.taken;
  vec made[W_MOST][W_MOST];
  for (ptrdiff_t c = 0; c < channels; c += CK_LANES) {
    t.clears = map == W_FILTER && c % CK_WIDTH == 0 && c + CK_LANES >= channels;
    if (t.next) { ask_pixels(&t, c); }
    down.columns(&t, c, made);
    across.rows(&t, c, down.given, made);
    if (map == W_OUTPUT && t.sums) { add_pixels(&t, c); }
  }
}

static void winograd_input(ck_axes axes, const float *const *pixels, const float *const *next,
                           ptrdiff_t channels, const float *scale, const float *shift, float *v,
                           const ptrdiff_t *places, int is_shared) {
  int non_temporal = is_shared && goes_far(v);
  transform(W_INPUT, axes,
            (ck_tile){.pixels = pixels,
                      .next = next,
                      .scale = scale,
                      .shift = shift,
                      .to = v,
                      .places = places,
                      .non_temporal = non_temporal},
            channels);
  if (non_temporal) { end_non_temporal_stores(); }
}

static void winograd_output(ck_axes axes, const float *m, const ptrdiff_t *places,
                            ptrdiff_t channels, const ck_epilogue *epilogue, const ck_sums *sums,
                            float *const *pixels, float *const *next) {
  transform(W_OUTPUT, axes,
            (ck_tile){.from = m,
                      .places = places,
                      .targets = pixels,
                      .next = (const float *const *)next,
                      .epilogue = epilogue,
                      .sums = sums},
            channels);
}

static void winograd_gradient(ck_axes axes, const float *const *pixels, const float *const *next,
                              ptrdiff_t channels, float *d, const ptrdiff_t *places,
                              int is_shared) {
  int non_temporal = is_shared && goes_far(d);
  transform(W_GRADIENT, axes,
            (ck_tile){.pixels = pixels,
                      .next = next,
                      .to = d,
                      .places = places,
                      .non_temporal = non_temporal},
            channels);
  if (non_temporal) { end_non_temporal_stores(); }
}

// Filters that are asked for ahead: lines of a row of filters lie on pages of their own.
enum { CK_FILTERS_AHEAD = 4 };

static void winograd_filter(ck_axes axes, ptrdiff_t rows, const float *g, ptrdiff_t pitch,
                            const ptrdiff_t *taps, ptrdiff_t channels, float *u,
                            const ptrdiff_t *places, ptrdiff_t depth, int is_shared) {
  int non_temporal = is_shared && goes_far(u);
  for (ptrdiff_t r = 0; r < rows; r++) {
    transform(W_FILTER, axes,
              (ck_tile){.from = g + r * pitch,
                        .taps = taps,
                        .ahead = r + CK_FILTERS_AHEAD < rows ? CK_FILTERS_AHEAD * pitch : 0,
                        .to = u + r * CK_WIDTH,
                        .places = places,
                        .depth = depth,
                        .non_temporal = non_temporal},
              channels);
  }
  if (non_temporal) { end_non_temporal_stores(); }
}

static void winograd_filter_gradient(ck_axes axes, ptrdiff_t rows, const float *du,
                                     ptrdiff_t du_pitch, const ptrdiff_t *places,
                                     ptrdiff_t channels, float *dg, ptrdiff_t pitch,
                                     const ptrdiff_t *taps) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    transform(W_FILTER_GRADIENT, axes,
              (ck_tile){.from = du + r * du_pitch,
                        .places = places,
                        .to = dg + r * pitch,
                        .taps = taps,
                        .ahead = r + CK_FILTERS_AHEAD < rows ? CK_FILTERS_AHEAD * pitch : 0},
              channels);
  }
}
