// Both gradients of a product y = a w whose result is normalised; included after products.h.
//
// The gradient of y is formed from the normalisation's, a block of rows at a time, and both products
// read it while it is in the second-level cache: it never reaches memory. The weights' sums lie tile
// by tile in the order in which tiles are computed, so that they are read and written as one run.

// t at channel j of a row: scale * dy + (slope * y + constant), dy being 0 where scale * y + shift <= 0.
CK_INLINE vec gradient_at(ck_normalized_gradient g, const float *dy, const float *y, ptrdiff_t j) {
  vec value = load(y + j), d = load(dy + j), scale = load(g.scale + j);
  if (g.shift) { d = unless(scale * value + load(g.shift + j) <= 0, d); }
  return scale * d + (load(g.slope + j) * value + load(g.constant + j));
}

// Some rows of t.
CK_INLINE void form_gradient(ptrdiff_t rows, ptrdiff_t n, ck_normalized_gradient g, ptrdiff_t top,
                          float *to, ptrdiff_t pitch, int non_temporal) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    const float *dy = g.dy + (top + r) * n, *y = g.y + (top + r) * n;
    float *t = to + r * pitch;
    ptrdiff_t j = 0;
    for (; j + CK_LANES <= n; j += CK_LANES) {
      put_shared(t + j, gradient_at(g, dy, y, j), non_temporal);
    }
    for (; j < n; j++) {
      float d = g.shift && g.scale[j] * y[j] + g.shift[j] <= 0 ? 0 : dy[j];
      t[j] = g.scale[j] * d + (g.slope[j] * y[j] + g.constant[j]);
    }
  }
}

// Rows [row, end) of a matrix that lies row after row.
CK_INLINE ck_ahead dense_ahead(const float *first, ptrdiff_t columns, ptrdiff_t row, ptrdiff_t end) {
  ck_rows rows = {.first = first, .pitch = columns, .segments = 1, .length = columns};
  return rows_ahead(rows, row, end, 0, columns);
}

// Rows of a block: fewer where the sums of the weights leave little room in the cache, more where every
// block fetches these sums from afar or where there are few.
CK_INLINE ptrdiff_t backward_step(ptrdiff_t rows, ptrdiff_t k, ptrdiff_t n) {
  int fills_cache = k * n > CK_GRADIENT_FEW && k * n < CK_GRADIENT_FAR;
  ptrdiff_t most = fills_cache ? CK_GRADIENT_ROWS / 2 : CK_GRADIENT_ROWS;
  ptrdiff_t blocks = (rows + most - 1) / most;
  return blocks == 0 ? 1 : (rows + blocks - 1) / blocks;
}

static void backward(ptrdiff_t rows, ck_rows a, ptrdiff_t n, ck_normalized_gradient g,
                     const float *packed, ck_result dx, int adds, float *sums,
                     float *scratch) {
  ptrdiff_t k = a.length, step = backward_step(rows, k, n);
  // Room for whole vectors beyond the last column, and rows that do not share sets of a cache.
  ptrdiff_t lda = (k + 15) / 16 * 16 + 16, ldt = (n + 31) / 32 * 32 + 16;
  float *t = scratch + CK_GRADIENT_ROWS * lda;
  int in_place = lies_well(a, CK_NEAR_IN_TURN);
  if (in_place) { lda = a.pitch; }
  ptrdiff_t tiles = tile_count(k), panels = (n + CK_WIDTH - 1) / CK_WIDTH;
  ptrdiff_t dx_panels = dx.first ? (k + CK_WIDTH - 1) / CK_WIDTH : 0;
  int non_temporal = dx.non_temporal && !adds && k % 16 == 0;
  for (ptrdiff_t top = 0; top < rows; top += step) {
    ptrdiff_t height = least(step, rows - top), dx_tiles = tile_count(height);
    form_gradient(height, n, g, top, t, ldt, 0);
    for (ptrdiff_t r = 0; r < height && !in_place; r++) {
      read_row(a, top + r, 0, k, scratch + r * lda);
    }
    const float *x = in_place ? a.first + top * lda : scratch;
    // What the next block reads is fetched during both products.
    ptrdiff_t end = least(rows + a.following, top + 2 * step);
    ptrdiff_t pieces = panels * tiles * piece_count(height) + dx_panels * dx_tiles * piece_count(n);
    ck_prefetch_plan prefetch;
    add_prefetch(&prefetch, 0, dense_ahead(g.dy, n, top + height, end), pieces);
    add_prefetch(&prefetch, 1, dense_ahead(g.y, n, top + height, end), pieces);
    add_prefetch(&prefetch, 2, dense_ahead(a.first, k, top + height, end), pieces);
    for (ptrdiff_t panel = 0; panel < panels; panel++) {
      for (ptrdiff_t tile = 0; tile < tiles; tile++) {
        ptrdiff_t i = tile_start(tile, tiles, k);
        float *sum = sums + (panel * tiles + tile) * CK_TILE_SIZE;
        if (top > 0 && k * n > CK_GRADIENT_FEW) {
          prefetch_run(sum + CK_TILE_SIZE, sum + 2 * CK_TILE_SIZE, CK_TILE_SIZE);
        }
        gradient_tiles[tile_start(tile + 1, tiles, k) - i](
            height, x + i, lda, t + panel * CK_WIDTH, ldt, sum, CK_WIDTH, CK_WIDTH,
            top > 0 ? CK_ADDS : CK_WRITES, &prefetch);
      }
    }
    for (ptrdiff_t panel = 0; panel < dx_panels; panel++) {
      ptrdiff_t at = panel * CK_WIDTH, columns = least(CK_WIDTH, k - at);
      int how = adds ? CK_ADDS : non_temporal && columns == CK_WIDTH ? CK_NON_TEMPORAL : CK_WRITES;
      ck_sums over = sums_at(dx.sums, at);
      for (ptrdiff_t tile = 0; tile < dx_tiles; tile++) {
        prefetch_next_results(dx, top, height, tile, dx_tiles, panel, dx_panels, how);
        ptrdiff_t i = tile_start(tile, dx_tiles, height);
        place_tiles[tile_start(tile + 1, dx_tiles, height) - i](
            n, t + i * ldt, ldt, packed + panel * n * CK_WIDTH, dx.first + (top + i) * k + at, k,
            columns, how, dx.epilogue, dx.sums ? &over : NULL, &prefetch);
      }
    }
  }
#if defined(__x86_64__)
  if (non_temporal) { __builtin_ia32_sfence(); }
#endif
}

static ptrdiff_t backward_sums(ptrdiff_t k, ptrdiff_t n) {
  return tile_count(k) * CK_TILE_ROWS * ((n + CK_WIDTH - 1) / CK_WIDTH * CK_WIDTH);
}

// Rows of a tile: the sums of `groups` that are `distance` apart, in this order.
CK_INLINE void add_rows(ptrdiff_t rows, const float *from, ptrdiff_t groups, ptrdiff_t distance,
                        ptrdiff_t columns, float *to, ptrdiff_t ldc) {
  for (ptrdiff_t i = 0; i < rows; i++, from += CK_WIDTH, to += ldc) {
    vec low = load(from), high = load(from + CK_LANES);
    for (ptrdiff_t group = 1; group < groups; group++) {
      low = low + load(from + group * distance);
      high = high + load(from + group * distance + CK_LANES);
    }
    vec row[CK_TILE_ROWS][2] = {{low, high}};
    put_tile(1, row, NULL, to, 0, columns, CK_WRITES, NULL, NULL);
  }
}

static void add_sums(ptrdiff_t k, ptrdiff_t n, ptrdiff_t first, ptrdiff_t end, const float *sums,
                     ptrdiff_t groups, ptrdiff_t distance, float *dw) {
  ptrdiff_t tiles = tile_count(k);
  for (ptrdiff_t panel = first; panel < end; panel++) {
    ptrdiff_t at = panel * CK_WIDTH, columns = least(CK_WIDTH, n - at);
    for (ptrdiff_t tile = 0; tile < tiles; tile++) {
      ptrdiff_t i = tile_start(tile, tiles, k);
      add_rows(tile_start(tile + 1, tiles, k) - i, sums + (panel * tiles + tile) * CK_TILE_SIZE,
               groups, distance, columns, dw + i * n + at, n);
    }
  }
}
