// The gradient of the first convolution's weights at its points (stem_layout.h): du = sum over
// tiles of V times D, where D is the gradient of the outputs at the points.

#ifndef CK_STEM_GRADIENT_H
#define CK_STEM_GRADIENT_H

#include "stem_layout.h"
#include "winograd_maps.h"

// d (36 points x tiles x channels), points `plane` apart: A e AT of each tile of dy
// (lines x width x channels). Outputs beyond dy are zeros.
static void stem_gradient_input(ck_stem s, const float *dy, ptrdiff_t lines, float *d,
                                ptrdiff_t plane) {
  ptrdiff_t width = stem_outputs(s.width);
  for (ptrdiff_t tile = 0; tile < stem_tiles(s.width); tile++, d += s.channels) {
    for (ptrdiff_t c = 0; c < s.channels; c += CK_LANES) {
      vec partial[STEM_POINTS][STEM_TILE];
      // To vertical points.
      CK_UNROLL for (int j = 0; j < STEM_TILE; j++) {
        vec e[STEM_TILE], o[STEM_POINTS];
        ptrdiff_t across = tile * STEM_TILE + j;
        CK_UNROLL for (int i = 0; i < STEM_TILE; i++) {
          e[i] = i < lines && across < width ? load(dy + (i * width + across) * s.channels + c)
                                             : (vec){};
        }
        map_gradient(STEM_POINTS, &points_6, 1, STEM_TILE, e, o);
        CK_UNROLL for (int i = 0; i < STEM_POINTS; i++) { partial[i][j] = o[i]; }
      }
      // To horizontal points: vertical point i and horizontal point j go to point j * 6 + i of d.
      CK_UNROLL for (int i = 0; i < STEM_POINTS; i++) {
        vec o[STEM_POINTS];
        map_gradient(STEM_POINTS, &points_6, 1, STEM_TILE, partial[i], o);
        CK_UNROLL for (int j = 0; j < STEM_POINTS; j++) {
          store(d + (j * STEM_POINTS + i) * plane + c, o[j]);
        }
      }
    }
  }
}

// Sums over tiles at one point of D: `vectors` vectors of V and one or two vertical phases, each
// times a block of channels. v and d are those of the first tile, du that of the first vector.
CK_INLINE void stem_gradient_point(int vectors, int phases, ptrdiff_t tiles, const float *v,
                                   const float *d, ptrdiff_t channels, float *du, int adds) {
  vec sums[STEM_VECTORS][2][STEM_REGISTERS] = {};
  // Begin with zero or with what is there.
  CK_UNROLL for (int i = 0; i < vectors; i++) {
    CK_UNROLL for (int phase = 0; phase < phases; phase++) {
      CK_UNROLL for (int j = 0; j < STEM_REGISTERS; j++) {
        const float *from =
            du + (i * STEM_PHASE_POINTS + phase * STEM_POINTS) * STEM_CHANNELS + j * CK_LANES;
        if (adds) { sums[i][phase][j] = load(from); }
      }
    }
  }
  for (; tiles > 0; tiles--, v += STEM_TILE_FLOATS, d += channels) {
    vec right[STEM_REGISTERS];
    CK_UNROLL for (int j = 0; j < STEM_REGISTERS; j++) { right[j] = load(d + j * CK_LANES); }
    CK_UNROLL for (int i = 0; i < vectors; i++) {
      CK_UNROLL for (int phase = 0; phase < phases; phase++) {
        vec left = broadcast(v[i * STEM_VECTOR + phase * STEM_HALF]);
        CK_UNROLL for (int j = 0; j < STEM_REGISTERS; j++) {
          sums[i][phase][j] = fused(left, right[j], sums[i][phase][j]);
        }
      }
    }
  }
  CK_UNROLL for (int i = 0; i < vectors; i++) {
    CK_UNROLL for (int phase = 0; phase < phases; phase++) {
      CK_UNROLL for (int j = 0; j < STEM_REGISTERS; j++) {
        store(du + (i * STEM_PHASE_POINTS + phase * STEM_POINTS) * STEM_CHANNELS + j * CK_LANES,
              sums[i][phase][j]);
      }
    }
  }
}

static void stem_gradient(ptrdiff_t tiles, ptrdiff_t channels, const float *v, const float *d,
                          ptrdiff_t plane, float *du, int adds) {
  for (ptrdiff_t column = 0; column < STEM_POINTS; column++) {
    for (ptrdiff_t c = 0; c < channels; c += STEM_CHANNELS) {
      float *to =
          du + c * STEM_CHANNEL_FLOATS + column * STEM_VECTORS * STEM_PHASE_POINTS * STEM_CHANNELS;
      for (ptrdiff_t row = 0; row < STEM_POINTS; row++, to += STEM_CHANNELS) {
        // At horizontal infinity there are only three vectors, at vertical infinity only one phase.
        const float *left = v + column * STEM_VECTORS * STEM_VECTOR + row;
        const float *right = d + (column * STEM_POINTS + row) * plane + c;
        int phases = row < STEM_POINTS - 1 ? 2 : 1;
        if (column < STEM_POINTS - 1 && phases == 2) {
          stem_gradient_point(STEM_VECTORS, 2, tiles, left, right, channels, to, adds);
        } else if (column < STEM_POINTS - 1) {
          stem_gradient_point(STEM_VECTORS, 1, tiles, left, right, channels, to, adds);
        } else if (phases == 2) {
          stem_gradient_point(STEM_COLOURS, 2, tiles, left, right, channels, to, adds);
        } else {
          stem_gradient_point(STEM_COLOURS, 1, tiles, left, right, channels, to, adds);
        }
      }
    }
  }
}

#endif
