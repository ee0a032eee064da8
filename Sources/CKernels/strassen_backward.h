// Both gradients of a product y = a w whose result is normalised, by quadrants; included after backward.h
// and strassen.h.
//
// t, the gradient of y, is the right matrix of aT t and the left one of t wT. One set of factors serves both:
// with its rows exchanged and its columns exchanged, the second one's sign turned,
//
//     [t22 -t21]   [0 1] [t11 t12] [0 -1]
//     [t12 -t11] = [1 0] [t21 t22] [1  0]
//
// t's left factors are its right ones in another order, four of them with the other sign. So the product is
// that of this matrix and [wT2; -wT1], in which the signs are turned as well (put_turned), and its rows are
// exchanged again where they are written.

static const signed char turned_order[CK_FACTORS] = {6, 1, 2, 3, 0, 5, 4};

// The right factors of t for some pairs of rows from `top` on.
static void form_gradient_pairs(ptrdiff_t pairs, ptrdiff_t n, ck_normalized_gradient g,
                                ptrdiff_t top, float *to, ptrdiff_t pitch, ptrdiff_t distance) {
  ptrdiff_t half = n / 2;
  for (ptrdiff_t r = 0; r < pairs; r++, to += pitch) {
    const float *dy = g.dy + (top + 2 * r) * n, *y = g.y + (top + 2 * r) * n;
    for (ptrdiff_t j = 0; j < half; j += CK_LANES) {
      put_right(gradient_at(g, dy, y, j), gradient_at(g, dy, y, j + half),
                gradient_at(g, dy + n, y + n, j), gradient_at(g, dy + n, y + n, j + half), to + j,
                distance, 0);
    }
  }
}

static void strassen_backward(ptrdiff_t rows, ck_rows a, ptrdiff_t n, ck_normalized_gradient g,
                              const float *packed, ck_result dx, int adds, float *sums,
                              float *scratch) {
  ptrdiff_t k = a.length, most = backward_step(rows, k, n);
  ptrdiff_t blocks = (rows + most - 1) / most;
  ptrdiff_t step = blocks == 0 ? 1 : (rows / 2 + blocks - 1) / blocks * 2;
  // Rows of a factor do not share sets of a cache.
  ptrdiff_t pitch = k / 2 + 16, pitch_t = n / 2 + 16;
  float *left = scratch + 3 * CK_TILE_SIZE;
  float *t = left + CK_FACTORS * (CK_GRADIENT_ROWS / 2) * pitch;
  ptrdiff_t tiles = tile_count(k / 2), panels = n / 2 / CK_WIDTH;
  ptrdiff_t dx_panels = dx.first ? k / 2 / CK_WIDTH : 0;
  int non_temporal = dx.non_temporal && !adds;
  int how = adds ? CK_ADDS : non_temporal ? CK_NON_TEMPORAL : CK_WRITES;
  for (ptrdiff_t top = 0; top < rows; top += step) {
    ptrdiff_t height = least(step, rows - top), pairs = height / 2, dx_tiles = tile_count(pairs);
    ptrdiff_t distance = pairs * pitch, distance_t = pairs * pitch_t;
    form_gradient_pairs(pairs, n, g, top, t, pitch_t, distance_t);
    form_summed(1, pairs, a, top, 0, k / 2, left, pitch, distance);
    // What the next block reads is fetched during both products.
    ptrdiff_t end = least(rows + a.following, top + height + step);
    ptrdiff_t pieces = CK_FACTORS * (panels * tiles * piece_count(pairs) +
                                     dx_panels * dx_tiles * piece_count(n / 2));
    ck_prefetch_plan prefetch;
    add_prefetch(&prefetch, 0, dense_ahead(g.dy, n, top + height, end), pieces);
    add_prefetch(&prefetch, 1, dense_ahead(g.y, n, top + height, end), pieces);
    add_prefetch(&prefetch, 2, dense_ahead(a.first, k, top + height, end), pieces);
    for (ptrdiff_t panel = 0; panel < panels; panel++) {
      for (ptrdiff_t tile = 0; tile < tiles; tile++) {
        ptrdiff_t i = tile_start(tile, tiles, k / 2);
        float *sum = sums + (panel * tiles + tile) * 4 * CK_TILE_SIZE;
        ck_quadrant quadrants[4];
        for (int q = 0; q < 4; q++) {
          quadrants[q] =
              (ck_quadrant){sum + q * CK_TILE_SIZE, NULL, top > 0 ? CK_ADDS : CK_WRITES, NULL, NULL};
        }
        summed_tiles[tile_start(tile + 1, tiles, k / 2) - i](
            pairs, (ck_left){left + i, 1, pitch, distance, in_order},
            (ck_right){t + panel * CK_WIDTH, pitch_t, distance_t}, scratch, CK_WIDTH, quadrants,
            &prefetch);
      }
    }
    for (ptrdiff_t panel = 0; panel < dx_panels; panel++) {
      ck_sums over[2] = {sums_at(dx.sums, panel * CK_WIDTH),
                         sums_at(dx.sums, panel * CK_WIDTH + k / 2)};
      for (ptrdiff_t tile = 0; tile < dx_tiles; tile++) {
        ptrdiff_t i = tile_start(tile, dx_tiles, pairs);
        float *to = dx.first + (top + 2 * i) * k + panel * CK_WIDTH;
        ck_quadrant quadrants[4];
        for (int q = 0; q < 4; q++) {
          int side = q % 2;
          // Upper quadrants are odd rows.
          quadrants[q] = (ck_quadrant){to + (1 - q / 2) * k + side * k / 2, NULL, how, dx.epilogue,
                                     dx.sums ? &over[side] : NULL};
        }
        quadrant_tiles[tile_start(tile + 1, dx_tiles, pairs) - i](
            n / 2, (ck_left){t + i * pitch_t, pitch_t, 1, distance_t, turned_order},
            (ck_right){packed + panel * CK_FACTORS * n / 2 * CK_WIDTH, CK_WIDTH, n / 2 * CK_WIDTH},
            scratch, 2 * k, quadrants, &prefetch);
      }
    }
  }
#if defined(__x86_64__)
  if (non_temporal) { __builtin_ia32_sfence(); }
#endif
}

static ptrdiff_t strassen_backward_sums(ptrdiff_t k, ptrdiff_t n) {
  return tile_count(k / 2) * (n / 2 / CK_WIDTH) * 4 * CK_TILE_SIZE;
}

static void strassen_add_sums(ptrdiff_t k, ptrdiff_t n, ptrdiff_t first, ptrdiff_t end,
                              const float *sums, ptrdiff_t groups, ptrdiff_t distance, float *dw) {
  ptrdiff_t tiles = tile_count(k / 2);
  for (ptrdiff_t panel = first; panel < end; panel++) {
    for (ptrdiff_t tile = 0; tile < tiles; tile++) {
      ptrdiff_t i = tile_start(tile, tiles, k / 2), rows = tile_start(tile + 1, tiles, k / 2) - i;
      for (int q = 0; q < 4; q++) {
        const float *from = sums + ((panel * tiles + tile) * 4 + q) * CK_TILE_SIZE;
        float *to = dw + (i + q / 2 * k / 2) * n + q % 2 * n / 2 + panel * CK_WIDTH;
        add_rows(rows, from, groups, distance, CK_WIDTH, to, n);
      }
    }
  }
}
