// The first convolution of a network, forward: images to V, V times U to outputs (stem_layout.h).

#ifndef CK_STEM_H
#define CK_STEM_H

#include <string.h>

#include "epilogue.h"
#include "stem_layout.h"
#include "winograd_maps.h"

// BT at points_6: row i of the table is what pixel i of a tile, from top to bottom, gives to each
// vertical point of its phase. Pixels 0, 2, ... are the first phase's, whose points are the first
// half of a vector.
// clang-format off
#define W_A (5.0f / 8)
#define W_B (3.0f / 2)
#define W_AA (W_A * W_A)
#define W_BB (W_B * W_B)
#define STEM_COLUMN_0 W_AA * W_BB
#define STEM_COLUMN_1 0, -W_A * W_BB, W_A * W_BB, -W_B * W_AA, W_B * W_AA, W_AA * W_BB
#define STEM_COLUMN_2 -(W_AA + W_BB), -W_BB, -W_BB, -W_AA, -W_AA, 0
#define STEM_COLUMN_3 0, W_A, -W_A, W_B, -W_B, -(W_AA + W_BB)
#define STEM_COLUMN_4 1, 1, 1, 1, 1, 0
#define STEM_COLUMN_5 0, 0, 0, 0, 0, 1
// The same without infinity.
#define STEM_SHORT_1 0, -W_A * W_BB, W_A * W_BB, -W_B * W_AA, W_B * W_AA
#define STEM_SHORT_3 0, W_A, -W_A, W_B, -W_B
#define STEM_NONE 0, 0, 0, 0, 0, 0, 0, 0
static const float stem_input_map[STEM_WINDOW][STEM_VECTOR] = {
    {STEM_COLUMN_0}, {STEM_NONE, STEM_COLUMN_0},
    {STEM_COLUMN_1}, {STEM_NONE, STEM_SHORT_1},
    {STEM_COLUMN_2}, {STEM_NONE, STEM_COLUMN_2},
    {STEM_COLUMN_3}, {STEM_NONE, STEM_SHORT_3},
    {STEM_COLUMN_4}, {STEM_NONE, STEM_COLUMN_4},
    {STEM_COLUMN_5},
};
// clang-format on
#undef W_A
#undef W_B
#undef W_AA
#undef W_BB

// The vertical points of `elements` elements (pixels times colours) of a row of tiles, a vector of
// V each: to (elements x 16). Rows [first, end) of the tiles' window are read, that of `first` at
// x, each `pitch` after the one before; elements as max(0, scale * x + shift) where scale is not
// NULL.
CK_INLINE void stem_map_lines(ptrdiff_t first, ptrdiff_t end, ptrdiff_t elements, const float *x,
                              ptrdiff_t pitch, const float *scale, const float *shift, float *to) {
  for (ptrdiff_t i = 0; i < elements; i++, to += STEM_VECTOR) {
    vec sums[STEM_VECTOR / CK_LANES] = {};
    const float *from = x + i;
    for (ptrdiff_t row = first; row < end; row++, from += pitch) {
      float element = *from;
      if (scale) {
        element = scale[i % STEM_COLOURS] * element + shift[i % STEM_COLOURS];
        element = element < 0 ? 0 : element;
      }
      // A vector that belongs to one phase only gets nothing from the other.
      ptrdiff_t half = row % 2 * STEM_HALF;
      CK_UNROLL for (int j = 0; j < STEM_VECTOR / CK_LANES; j++) {
        if (CK_LANES <= STEM_HALF && j * CK_LANES / STEM_HALF != half / STEM_HALF) { continue; }
        sums[j] = fused(broadcast(element), load(stem_input_map[row] + j * CK_LANES), sums[j]);
      }
    }
    CK_UNROLL for (int j = 0; j < STEM_VECTOR / CK_LANES; j++) {
      store(to + j * CK_LANES, sums[j]);
    }
  }
}

static ptrdiff_t stem_scratch(ck_stem s) {
  return stem_across(s.width) * STEM_COLOURS * STEM_VECTOR;
}

static void stem_input(ck_stem s, const float *x, ptrdiff_t row, const float *scale,
                       const float *shift, float *v, float *scratch) {
  // scratch (stem_across(width) x 3 x 16): the vertical points of every pixel and colour that tiles
  // cover.
  ptrdiff_t tiles = stem_tiles(s.width), line = s.width * STEM_COLOURS;
  ptrdiff_t before = STEM_PADDING * STEM_COLOURS * STEM_VECTOR;
  ptrdiff_t top = row * STEM_STEP - STEM_PADDING;
  // Rows [first, end) of the window lie in the image; those above and below it count as zeros.
  ptrdiff_t first = top < 0 ? -top : 0, end = smaller(STEM_WINDOW, s.height - top);
  // Pixels left of the image are zeros.
  memset(scratch, 0, (size_t)before * sizeof(float));
  const float *from = x + (top + first) * line;
  float *inside = scratch + before, *after = inside + line * STEM_VECTOR;
  // Prefetch the lines that the next row of tiles, or the first one of the next image, reads first.
  const float *next = x + smaller(top + STEM_WINDOW, s.height) * line;
  for (ptrdiff_t i = 0; i < STEM_STEP * line; i += CK_LINE) { __builtin_prefetch(next + i, 0, 2); }
  // The common case has constants for the arguments that the loops depend on.
  if (first == 0 && end == STEM_WINDOW && !scale) {
    stem_map_lines(0, STEM_WINDOW, line, from, line, NULL, NULL, inside);
  } else {
    stem_map_lines(first, end, line, from, line, scale, shift, inside);
  }
  // Pixels right of the image, and beyond it in the last tile, are zeros.
  memset(after, 0, (size_t)(scratch + stem_scratch(s) - after) * sizeof(float));
  // From pixels to horizontal points: v (tiles x 6 points x 6 vectors x 16).
  for (ptrdiff_t tile = 0; tile < tiles; tile++, v += STEM_TILE_FLOATS) {
    const float *window = scratch + tile * STEM_STEP * STEM_COLOURS * STEM_VECTOR;
    for (int colour = 0; colour < STEM_COLOURS; colour++) {
      CK_UNROLL for (int j = 0; j < STEM_VECTOR; j += CK_LANES) {
        CK_UNROLL for (int phase = 0; phase < 2; phase++) {
          vec d[STEM_POINTS], o[STEM_POINTS];
          CK_UNROLL for (int i = 0; i < STEM_POINTS - phase; i++) {
            d[i] = load(window + ((2 * i + phase) * STEM_COLOURS + colour) * STEM_VECTOR + j);
          }
          map_input(STEM_POINTS, &points_6, phase == 0, d, o);
          CK_UNROLL for (int i = 0; i < STEM_POINTS - phase; i++) {
            store(v + ((i * 2 + phase) * STEM_COLOURS + colour) * STEM_VECTOR + j, o[i]);
          }
        }
      }
    }
  }
}

// Sums over `vectors` vectors of one or two tiles at one horizontal point and all vertical ones,
// which are mapped to outputs at once: t (tiles x 3 vertical outputs x 6 horizontal
// points x STEM_CHANNELS), of which this writes one point.
CK_INLINE void stem_multiply_point(int tiles, ptrdiff_t vectors, const float *v, const float *u,
                                   float *t) {
  // sums (tiles x registers x vertical points): both phases go into the same sums.
  vec sums[2][STEM_REGISTERS][STEM_POINTS] = {};
  for (ptrdiff_t i = 0; i < vectors;
       i++, v += STEM_VECTOR, u += STEM_PHASE_POINTS * STEM_CHANNELS) {
    CK_UNROLL for (int phase_point = 0; phase_point < STEM_PHASE_POINTS; phase_point++) {
      int phase = phase_point / STEM_POINTS, point = phase_point % STEM_POINTS;
      CK_UNROLL for (int j = 0; j < STEM_REGISTERS; j++) {
        vec weights = load(u + phase_point * STEM_CHANNELS + j * CK_LANES);
        CK_UNROLL for (int tile = 0; tile < tiles; tile++) {
          vec element = broadcast(v[tile * STEM_TILE_FLOATS + phase * STEM_HALF + point]);
          sums[tile][j][point] = fused(element, weights, sums[tile][j][point]);
        }
      }
    }
  }
  // From vertical points to outputs.
  CK_UNROLL for (int tile = 0; tile < tiles; tile++) {
    CK_UNROLL for (int j = 0; j < STEM_REGISTERS; j++) {
      vec o[STEM_TILE];
      map_output(STEM_POINTS, &points_6, 1, STEM_TILE, sums[tile][j], o);
      CK_UNROLL for (int i = 0; i < STEM_TILE; i++) {
        store(t + ((tile * STEM_TILE + i) * STEM_POINTS) * STEM_CHANNELS + j * CK_LANES, o[i]);
      }
    }
  }
}

// Channels [c, c + CK_LANES) of the outputs of `tiles` tiles from tile `first` of a row on: from
// the horizontal points of t (tiles x 3 x 6 x STEM_CHANNELS) to outputs, the epilogue and the
// column sums.
CK_INLINE void stem_output(ck_stem s, ptrdiff_t row, ptrdiff_t first, ptrdiff_t tiles,
                           const float *t, ptrdiff_t c, float *y, const ck_epilogue *epilogue,
                           const ck_sums *sums, int begins, int non_temporal) {
  ptrdiff_t height = stem_outputs(s.height), width = stem_outputs(s.width);
  ck_column_sums columns[2] = {};
  if (sums && !begins) { columns[0] = columns[1] = begin_column_sums(CK_SUM_SQUARES, sums, c); }
  for (ptrdiff_t tile = 0; tile < tiles; tile++) {
    for (ptrdiff_t i = 0; i < STEM_TILE; i++, t += STEM_POINTS * STEM_CHANNELS) {
      ptrdiff_t down = row * STEM_TILE + i, across = (first + tile) * STEM_TILE;
      if (down >= height) { continue; }
      float *to = y + (down * width + across) * s.channels + c;
      vec m[STEM_POINTS], o[STEM_TILE];
      CK_UNROLL for (int point = 0; point < STEM_POINTS; point++) {
        m[point] = load(t + point * STEM_CHANNELS);
      }
      map_output(STEM_POINTS, &points_6, 1, STEM_TILE, m, o);
      // Outputs go into two sums in turn: each addition waits for the one before it in the same
      // sum.
      CK_UNROLL for (int k = 0; k < STEM_TILE; k++, to += s.channels) {
        if (across + k >= width) { break; }
        if (epilogue) { o[k] = apply_epilogue(o[k], to, shift_at(epilogue, c), epilogue); }
        if (non_temporal) {
          __builtin_nontemporal_store(o[k], (aligned_vec *)to);
        } else {
          store(to, o[k]);
        }
        if (!sums) { continue; }
        // The first output that is written becomes the middle.
        if (begins) {
          begins = 0;
          store(sums->middle + c, o[k]);
          columns[0] = columns[1] = begin_column_sums(CK_SUM_SQUARES, sums, c);
        }
        add_to_column_sums(CK_SUM_SQUARES, o[k], (vec){}, &columns[k % 2]);
      }
    }
  }
  if (sums) {
    columns[0].first += columns[1].first;
    columns[0].second += columns[1].second;
    end_column_sums(&columns[0], sums, c);
  }
}

static void stem_multiply(ck_stem s, ptrdiff_t row, const float *v, const float *u, float *y,
                          const ck_epilogue *epilogue, const ck_sums *sums, int non_temporal) {
  // Half a cache line that is stored past the caches takes as long as a whole one.
  non_temporal = non_temporal && STEM_CHANNELS % CK_LINE == 0;
  ptrdiff_t tiles = stem_tiles(s.width), runs = (tiles + STEM_RUN - 1) / STEM_RUN;
  float t[STEM_RUN * STEM_TILE * STEM_POINTS * STEM_CHANNELS] __attribute__((aligned(64)));
  for (ptrdiff_t run = 0; run < runs; run++) {
    ptrdiff_t first = run * tiles / runs, count = (run + 1) * tiles / runs - first;
    const float *panel = u;
    for (ptrdiff_t c = 0; c < s.channels; c += STEM_CHANNELS) {
      // Multiply V and U at each horizontal point, two tiles at a time.
      for (ptrdiff_t point = 0; point < STEM_POINTS; point++) {
        ptrdiff_t vectors = stem_vectors(point), tile = 0;
        const float *from = v + first * STEM_TILE_FLOATS + point * STEM_VECTORS * STEM_VECTOR;
        for (; tile < count; tile += 2) {
          float *to = t + (tile * STEM_TILE * STEM_POINTS + point) * STEM_CHANNELS;
          if (tile + 1 < count) {
            stem_multiply_point(2, vectors, from + tile * STEM_TILE_FLOATS, panel, to);
          } else {
            stem_multiply_point(1, vectors, from + tile * STEM_TILE_FLOATS, panel, to);
          }
        }
        panel += vectors * STEM_PHASE_POINTS * STEM_CHANNELS;
      }
      // Map the results to outputs.
      for (ptrdiff_t j = 0; j < STEM_CHANNELS; j += CK_LANES) {
        int begins = sums && sums->begins && run == 0;
        if (non_temporal) {
          stem_output(s, row, first, count, t + j, c + j, y, epilogue, sums, begins, 1);
        } else {
          stem_output(s, row, first, count, t + j, c + j, y, epilogue, sums, begins, 0);
        }
      }
    }
  }
  if (non_temporal) { end_non_temporal_stores(); }
}

#endif
