// The first convolution's weights at its points and back (stem_layout.h): U = G w GT and dw = GT dU
// G, where G is the one of each phase.

#ifndef CK_STEM_FILTER_H
#define CK_STEM_FILTER_H

#include "stem_layout.h"
#include "winograd_maps.h"

static void stem_filter(ptrdiff_t channels, const float *w, float *u) {
  for (int colour = 0; colour < STEM_COLOURS; colour++) {
    for (ptrdiff_t c = 0; c < channels; c += CK_LANES) {
      // partial (11 vertical points of both phases x 7 horizontal taps).
      vec partial[STEM_PHASE_POINTS][STEM_TAPS];
      // From vertical taps to vertical points.
      for (int s = 0; s < STEM_TAPS; s++) {
        CK_UNROLL for (int phase = 0; phase < 2; phase++) {
          vec g[4], o[STEM_POINTS];
          CK_UNROLL for (int r = 0; r < stem_taps(phase); r++) {
            ptrdiff_t tap = (2 * r + phase) * STEM_TAPS + s;
            g[r] = load(w + (tap * STEM_COLOURS + colour) * channels + c);
          }
          map_filter(STEM_POINTS, &points_6, phase == 0, stem_taps(phase), g, o);
          CK_UNROLL for (int i = 0; i < STEM_POINTS - phase; i++) {
            partial[phase * STEM_POINTS + i][s] = o[i];
          }
        }
      }
      // From horizontal taps to horizontal points.
      for (int row = 0; row < STEM_PHASE_POINTS; row++) {
        CK_UNROLL for (int phase = 0; phase < 2; phase++) {
          vec g[4], o[STEM_POINTS];
          CK_UNROLL for (int r = 0; r < stem_taps(phase); r++) {
            g[r] = partial[row][2 * r + phase];
          }
          map_filter(STEM_POINTS, &points_6, phase == 0, stem_taps(phase), g, o);
          CK_UNROLL for (int i = 0; i < STEM_POINTS - phase; i++) {
            store(u + stem_weight_index(c, i, phase, colour) + row * STEM_CHANNELS, o[i]);
          }
        }
      }
    }
  }
}

static void stem_filter_gradient(ptrdiff_t channels, const float *du, float *dw) {
  for (int colour = 0; colour < STEM_COLOURS; colour++) {
    for (ptrdiff_t c = 0; c < channels; c += CK_LANES) {
      // partial (11 vertical points of both phases x 7 horizontal taps).
      vec partial[STEM_PHASE_POINTS][STEM_TAPS];
      // From horizontal points to horizontal taps.
      for (int row = 0; row < STEM_PHASE_POINTS; row++) {
        CK_UNROLL for (int phase = 0; phase < 2; phase++) {
          vec m[STEM_POINTS], o[4];
          CK_UNROLL for (int i = 0; i < STEM_POINTS - phase; i++) {
            m[i] = load(du + stem_weight_index(c, i, phase, colour) + row * STEM_CHANNELS);
          }
          map_filter_gradient(STEM_POINTS, &points_6, phase == 0, stem_taps(phase), m, o);
          CK_UNROLL for (int r = 0; r < stem_taps(phase); r++) {
            partial[row][2 * r + phase] = o[r];
          }
        }
      }
      // From vertical points to vertical taps.
      for (int s = 0; s < STEM_TAPS; s++) {
        CK_UNROLL for (int phase = 0; phase < 2; phase++) {
          vec m[STEM_POINTS], o[4];
          CK_UNROLL for (int i = 0; i < STEM_POINTS - phase; i++) {
            m[i] = partial[phase * STEM_POINTS + i][s];
          }
          map_filter_gradient(STEM_POINTS, &points_6, phase == 0, stem_taps(phase), m, o);
          CK_UNROLL for (int r = 0; r < stem_taps(phase); r++) {
            ptrdiff_t tap = (2 * r + phase) * STEM_TAPS + s;
            store(dw + (tap * STEM_COLOURS + colour) * channels + c, o[r]);
          }
        }
      }
    }
  }
}

#endif
