// What a transform of Winograd's convolutions reads and writes of one tile, and its two steps,
// compiled for every map and every number of points and taps.

#ifndef CK_WINOGRAD_TILE_H
#define CK_WINOGRAD_TILE_H

#include "epilogue.h"
#include "winograd_maps.h"

// What a transform reads and writes. Elements of tiles and filters are numbered row by row.
typedef struct {
  // Elements of a row that is read.
  int across;
  // W_INPUT, W_GRADIENT: the pixels that are read, NULL for zeros. W_INPUT reads them as max(0,
  // scale * x + shift) where scale is not NULL.
  const float *const *pixels;
  const float *scale, *shift;
  // Other maps: the elements that are read. All but W_OUTPUT: those that are written.
  const float *from;
  float *to;
  // Element i of a transformed tile is at places[i], tap i of a filter at taps[i].
  const ptrdiff_t *places;
  const ptrdiff_t *taps;
  // W_OUTPUT: the pixels that are written, NULL for none; what happens to them before, and the sums
  // over them; NULL for neither.
  float *const *targets;
  const ck_epilogue *epilogue;
  const ck_sums *sums;
  // The pixels of the tile after this one, which are prefetched, or NULL; how many of them there
  // are, NULL ones included.
  const float *const *next;
  int pixel_count;
  // W_FILTER, W_FILTER_GRADIENT: floats from a tap to the one of a later filter that is prefetched;
  // 0 for none.
  ptrdiff_t ahead;
  // W_FILTER: rows of the packed matrices that are written, and whether the second vector of the
  // panel lies beyond the last channel and is cleared.
  ptrdiff_t depth;
  int clears;
  // W_INPUT, W_GRADIENT, W_FILTER: whether elements are stored past the caches.
  int non_temporal;
} ck_winograd_tile;

// Prefetches the cache line of tap i of a later filter.
CK_INLINE void prefetch_tap(ck_map map, const ck_winograd_tile *t, int i, ptrdiff_t c) {
  if (!t->ahead) { return; }
  if (map == W_FILTER) { __builtin_prefetch(t->from + t->taps[i] + t->ahead + c, 0, 2); }
  if (map == W_FILTER_GRADIENT) { __builtin_prefetch(t->to + t->taps[i] + t->ahead + c, 1, 2); }
}

// Channels [c, c + CK_LANES) of element i of what a map reads.
CK_INLINE vec read_element(ck_map map, const ck_winograd_tile *t, int i, ptrdiff_t c, vec scale,
                           vec shift) {
  switch (map) {
    case W_INPUT: {
      if (!t->pixels[i]) { return (vec){}; }
      vec x = load(t->pixels[i] + c);
      return t->scale ? rectified(scale * x + shift) : x;
    }
    case W_GRADIENT: return t->pixels[i] ? load(t->pixels[i] + c) : (vec){};
    case W_FILTER: prefetch_tap(map, t, i, c); return load(t->from + t->taps[i] + c);
    case W_OUTPUT:
    case W_FILTER_GRADIENT: return load(t->from + t->places[i] + c);
  }
}

// Writes channels [c, c + CK_LANES) of element i of what a map gives.
CK_INLINE void write_element(ck_map map, const ck_winograd_tile *t, int i, ptrdiff_t c, vec x,
                             int non_temporal) {
  switch (map) {
    case W_INPUT:
    case W_GRADIENT: store_shared(t->to + t->places[i] + c, x, non_temporal); break;
    case W_FILTER: {
      float *to = t->to + t->places[i] + c / CK_WIDTH * t->depth * CK_WIDTH + c % CK_WIDTH;
      store_shared(to, x, non_temporal);
      if (t->clears) { store(to + CK_LANES, (vec){}); }
      break;
    }
    case W_OUTPUT: {
      float *to = t->targets[i];
      if (!to) { break; }
      to += c;
      store(to, t->epilogue ? apply_epilogue(x, to, shift_at(t->epilogue, c), t->epilogue) : x);
      break;
    }
    case W_FILTER_GRADIENT: prefetch_tap(map, t, i, c); store(t->to + t->taps[i] + c, x);
  }
}

// The two steps of a transform: a map down the columns that are read, into partial
// (outputs x columns), and the same map along `count` rows of that.
typedef void ck_map_columns(const ck_winograd_tile *tile, ptrdiff_t c, vec partial[][W_MAX_POINTS]);
typedef void ck_map_rows(const ck_winograd_tile *tile, ptrdiff_t c, int count,
                         vec partial[][W_MAX_POINTS]);

// A map along one axis, compiled for its points and taps, and how many elements it reads and
// writes.
typedef struct {
  int inputs, outputs;
  ck_map_columns *columns;
  ck_map_rows *rows;
} ck_axis_maps;

// Both steps for one map, N points and TAPS taps.
#define CK_MAP_FUNCTIONS(MAP, N, TAPS)                                                             \
  static void columns_##MAP##_##N##_##TAPS(const ck_winograd_tile *tile, ptrdiff_t c,              \
                                           vec partial[][W_MAX_POINTS]) {                          \
    const ck_winograd_tile t = *tile;                                                              \
    vec scale = {}, shift = {};                                                                    \
    if (MAP == W_INPUT && t.scale) {                                                               \
      scale = load(t.scale + c);                                                                   \
      shift = load(t.shift + c);                                                                   \
    }                                                                                              \
    for (int j = 0; j < t.across; j++) {                                                           \
      vec d[W_MAX_POINTS], o[W_MAX_POINTS];                                                        \
      CK_UNROLL for (int i = 0; i < inputs_of_map(MAP, N, TAPS); i++) {                            \
        d[i] = read_element(MAP, &t, i * t.across + j, c, scale, shift);                           \
      }                                                                                            \
      apply_map(MAP, N, &points_##N, TAPS, d, o);                                                  \
      CK_UNROLL for (int i = 0; i < outputs_of_map(MAP, N, TAPS); i++) { partial[i][j] = o[i]; }   \
    }                                                                                              \
  }                                                                                                \
  CK_INLINE void write_rows_##MAP##_##N##_##TAPS(const ck_winograd_tile t, ptrdiff_t c, int count, \
                                                 vec partial[][W_MAX_POINTS], int non_temporal) {  \
    for (int i = 0; i < count; i++) {                                                              \
      vec d[W_MAX_POINTS], o[W_MAX_POINTS];                                                        \
      CK_UNROLL for (int j = 0; j < inputs_of_map(MAP, N, TAPS); j++) { d[j] = partial[i][j]; }    \
      apply_map(MAP, N, &points_##N, TAPS, d, o);                                                  \
      CK_UNROLL for (int j = 0; j < outputs_of_map(MAP, N, TAPS); j++) {                           \
        write_element(MAP, &t, i * outputs_of_map(MAP, N, TAPS) + j, c, o[j], non_temporal);       \
      }                                                                                            \
    }                                                                                              \
  }                                                                                                \
  static void rows_##MAP##_##N##_##TAPS(const ck_winograd_tile *tile, ptrdiff_t c, int count,      \
                                        vec partial[][W_MAX_POINTS]) {                             \
    if (MAP != W_OUTPUT && MAP != W_FILTER_GRADIENT && tile->non_temporal) {                       \
      write_rows_##MAP##_##N##_##TAPS(*tile, c, count, partial, 1);                                \
    } else {                                                                                       \
      write_rows_##MAP##_##N##_##TAPS(*tile, c, count, partial, 0);                                \
    }                                                                                              \
  }

// DO(MAP, points, taps) for all that a ck_axis may hold.
// clang-format off
#define CK_FOR_EACH_AXIS(DO, MAP) \
  DO(MAP, 3, 3) DO(MAP, 4, 3) DO(MAP, 5, 3) DO(MAP, 6, 3) DO(MAP, 7, 3) \
  DO(MAP, 4, 2) DO(MAP, 5, 2) DO(MAP, 6, 2) \
  DO(MAP, 4, 1) DO(MAP, 5, 1) DO(MAP, 6, 1)
// clang-format on

CK_FOR_EACH_AXIS(CK_MAP_FUNCTIONS, W_INPUT)
CK_FOR_EACH_AXIS(CK_MAP_FUNCTIONS, W_OUTPUT)
CK_FOR_EACH_AXIS(CK_MAP_FUNCTIONS, W_GRADIENT)
CK_FOR_EACH_AXIS(CK_MAP_FUNCTIONS, W_FILTER)
CK_FOR_EACH_AXIS(CK_MAP_FUNCTIONS, W_FILTER_GRADIENT)

#define CK_RETURN_IF_AXIS(MAP, N, TAPS)                                              \
  if (axis.points == N && axis.taps == TAPS) {                                       \
    return (ck_axis_maps){inputs_of_map(MAP, N, TAPS), outputs_of_map(MAP, N, TAPS), \
                          columns_##MAP##_##N##_##TAPS, rows_##MAP##_##N##_##TAPS};  \
  }

// The compiled map of this kind for an axis.
static ck_axis_maps maps_along(ck_map map, ck_axis axis) {
  switch (map) {
    case W_INPUT: CK_FOR_EACH_AXIS(CK_RETURN_IF_AXIS, W_INPUT) break;
    case W_OUTPUT: CK_FOR_EACH_AXIS(CK_RETURN_IF_AXIS, W_OUTPUT) break;
    case W_GRADIENT: CK_FOR_EACH_AXIS(CK_RETURN_IF_AXIS, W_GRADIENT) break;
    case W_FILTER: CK_FOR_EACH_AXIS(CK_RETURN_IF_AXIS, W_FILTER) break;
    case W_FILTER_GRADIENT: CK_FOR_EACH_AXIS(CK_RETURN_IF_AXIS, W_FILTER_GRADIENT) break;
  }
  __builtin_trap();
}

#endif
