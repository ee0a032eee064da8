// The transforms of tiles of Winograd's convolutions. A transform applies a map to each column of a
// tile, which gives a buffer in between, then to each row of that buffer, for a vector of channels
// at a time.

#ifndef CK_WINOGRAD_H
#define CK_WINOGRAD_H

#include "winograd_tile.h"

// Prefetches the channels of the next tile's pixels and of what its column sums multiply them with.
CK_INLINE void prefetch_pixels(const ck_winograd_tile *t, ptrdiff_t c) {
  for (int i = 0; i < t->pixel_count; i++) {
    if (t->next[i]) { __builtin_prefetch(t->next[i] + c, 0, 2); }
  }
  if (!t->sums || !t->sums->x) { return; }
  for (int i = 0; i < t->pixel_count; i++) {
    if (t->next[i]) { __builtin_prefetch(at_offset(t->next[i] + c, t->sums->x), 0, 2); }
  }
}

// Adds the pixels of a tile that were written to the sums of their channels, whose x is ck_sums'
// other matrix.
CK_INLINE void sum_pixels_of_kind(int kind, const ck_winograd_tile *t, ptrdiff_t c) {
  const ck_sums *sums = t->sums;
  // The first pixel that is written becomes the middle. Pixels go into two sums in turn: each
  // addition waits for the one before it in the same sum.
  if (kind == CK_SUM_SQUARES && sums->begins) { store(sums->middle + c, load(t->targets[0] + c)); }
  ck_column_sums even = begin_column_sums(kind, sums, c), odd = even;
  CK_UNROLL_TWICE for (int i = 0; i < t->pixel_count; i++) {
    const float *to = t->targets[i];
    if (!to) { continue; }
    to += c;
    vec x = kind == CK_SUM_SQUARES ? (vec){} : load(at_offset(to, sums->x));
    add_to_column_sums(kind, load(to), x, i % 2 == 0 ? &even : &odd);
  }
  even.first += odd.first;
  even.second += odd.second;
  end_column_sums(&even, sums, c);
}

CK_INLINE void sum_pixels(const ck_winograd_tile *t, ptrdiff_t c) {
  if (t->sums->scale) {
    sum_pixels_of_kind(CK_SUM_GATED_PRODUCTS, t, c);
  } else if (t->sums->x) {
    sum_pixels_of_kind(CK_SUM_PRODUCTS, t, c);
  } else {
    sum_pixels_of_kind(CK_SUM_SQUARES, t, c);
  }
}

// Transforms one tile, all channels of it.
CK_INLINE void transform_tile(ck_map map, ck_axes axes, ck_winograd_tile t, ptrdiff_t channels) {
  ck_axis_maps down = maps_along(map, axes.rows), across = maps_along(map, axes.columns);
  t.across = across.inputs;
  t.pixel_count = map == W_OUTPUT ? down.outputs * across.outputs : down.inputs * across.inputs;
  vec partial[W_MAX_POINTS][W_MAX_POINTS];
  for (ptrdiff_t c = 0; c < channels; c += CK_LANES) {
    t.clears = map == W_FILTER && c % CK_WIDTH == 0 && c + CK_LANES >= channels;
    if (t.next) { prefetch_pixels(&t, c); }
    down.columns(&t, c, partial);
    across.rows(&t, c, down.outputs, partial);
    if (map == W_OUTPUT && t.sums) { sum_pixels(&t, c); }
  }
}

static void winograd_input(ck_axes axes, const float *const *pixels, const float *const *next,
                           ptrdiff_t channels, const float *scale, const float *shift, float *v,
                           const ptrdiff_t *places, int is_shared) {
  int non_temporal = is_shared && stores_past_caches(v);
  transform_tile(W_INPUT, axes,
                 (ck_winograd_tile){.pixels = pixels,
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
  transform_tile(W_OUTPUT, axes,
                 (ck_winograd_tile){.from = m,
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
  int non_temporal = is_shared && stores_past_caches(d);
  transform_tile(
      W_GRADIENT, axes,
      (ck_winograd_tile){
          .pixels = pixels, .next = next, .to = d, .places = places, .non_temporal = non_temporal},
      channels);
  if (non_temporal) { end_non_temporal_stores(); }
}

// Filters between the one that is transformed and the one that is prefetched: taps of one row of
// filters lie on pages of their own, which the processor does not prefetch by itself.
enum { CK_FILTERS_AHEAD = 4 };

static void winograd_filter(ck_axes axes, ptrdiff_t rows, const float *g, ptrdiff_t pitch,
                            const ptrdiff_t *taps, ptrdiff_t channels, float *u,
                            const ptrdiff_t *places, ptrdiff_t depth, int is_shared) {
  int non_temporal = is_shared && stores_past_caches(u);
  for (ptrdiff_t r = 0; r < rows; r++) {
    transform_tile(
        W_FILTER, axes,
        (ck_winograd_tile){.from = g + r * pitch,
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
    transform_tile(
        W_FILTER_GRADIENT, axes,
        (ck_winograd_tile){.from = du + r * du_pitch,
                           .places = places,
                           .to = dg + r * pitch,
                           .taps = taps,
                           .ahead = r + CK_FILTERS_AHEAD < rows ? CK_FILTERS_AHEAD * pitch : 0},
        channels);
  }
}

#endif
