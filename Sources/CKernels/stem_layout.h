// How the first convolution of a network (7x7 taps, stride 2, three colours) is cut for Winograd's
// F(3x3, 7x7); Kernels/Convolution/Stem/StemConvolution.swift has the formulas.
//
// Along either axis, every other pixel meets the taps 0, 2, 4 and 6, and the pixels between them
// meet 1, 3 and 5: two phases. The first phase has six points, the second one the same without
// infinity. Results are added up over both phases of both axes and over the colours, at most twelve
// products at each of 6 x 6 points.
//
// V, a transformed tile (6 horizontal points x 6 vectors x 16): each vector holds vertical points,
// those of the first vertical phase in its first half, those of the second one in the other. The
// six vectors are those of the first horizontal phase in three colours, then those of the second
// one, which do not exist at infinity.
//
// U, the transformed weights (channels / STEM_CHANNELS x 33 vectors x 11 x STEM_CHANNELS): for
// every vector that exists, the vertical points of both phases, each with a block of channels.

#ifndef CK_STEM_LAYOUT_H
#define CK_STEM_LAYOUT_H

#include "vectors.h"

enum {
  // Taps along a side of the filter, colours, outputs along a side of a tile, points, infinity
  // among them.
  STEM_TAPS = 7,
  STEM_COLOURS = 3,
  STEM_TILE = 3,
  STEM_POINTS = 6,
  // Pixels along a side of a tile, and from one tile to the next.
  STEM_WINDOW = 11,
  STEM_STEP = 2 * STEM_TILE,
  STEM_PADDING = 3,
  // Floats of a vector of V, and where its second phase begins.
  STEM_VECTOR = 16,
  STEM_HALF = 8,
  // Vertical points of both phases.
  STEM_PHASE_POINTS = 2 * STEM_POINTS - 1,
  // Vectors of V at a horizontal point, and floats of V for each tile.
  STEM_VECTORS = 2 * STEM_COLOURS,
  STEM_TILE_FLOATS = STEM_POINTS * STEM_VECTORS * STEM_VECTOR,
  // Vectors of U, and floats of U for each channel.
  STEM_ALL_VECTORS = STEM_POINTS * STEM_VECTORS - STEM_COLOURS,
  STEM_CHANNEL_FLOATS = STEM_ALL_VECTORS * STEM_PHASE_POINTS,
  // Channels that are computed together: as many vectors as leave registers for two tiles.
  STEM_REGISTERS = CK_TILE_ROWS > 6 ? 2 : 1,
  STEM_CHANNELS = STEM_REGISTERS * CK_LANES,
  // Tiles of a run: what stem_multiply computes of them first stays in the first-level cache.
  STEM_RUN = 12,
};
_Static_assert((int)STEM_TILE_FLOATS == CK_STEM_SPREAD, "CKernels.h says how large V is");
_Static_assert((int)STEM_CHANNEL_FLOATS == CK_STEM_SUMS, "CKernels.h says how large U is");

// Outputs along a side of an image of `extent` pixels.
CK_INLINE ptrdiff_t stem_outputs(ptrdiff_t extent) { return (extent + 1) / 2; }
// Tiles along that side.
CK_INLINE ptrdiff_t stem_tiles(ptrdiff_t extent) {
  return (stem_outputs(extent) + STEM_TILE - 1) / STEM_TILE;
}
// Pixels that a row of tiles covers, those beyond the image's border included.
CK_INLINE ptrdiff_t stem_across(ptrdiff_t width) {
  return STEM_STEP * (stem_tiles(width) - 1) + STEM_WINDOW;
}
// Vectors at a horizontal point: at infinity there is only the first phase.
CK_INLINE ptrdiff_t stem_vectors(ptrdiff_t point) {
  return point < STEM_POINTS - 1 ? STEM_VECTORS : STEM_COLOURS;
}

// Where U has channel c at horizontal point `column` for a horizontal phase and a colour: the first
// one of its vertical points, which are STEM_CHANNELS apart.
CK_INLINE ptrdiff_t stem_weight_index(ptrdiff_t c, int column, int phase, int colour) {
  ptrdiff_t vector = column * STEM_VECTORS + phase * STEM_COLOURS + colour;
  return c / STEM_CHANNELS * STEM_CHANNELS * STEM_CHANNEL_FLOATS +
         vector * STEM_PHASE_POINTS * STEM_CHANNELS + c % STEM_CHANNELS;
}

// Taps of a phase along an axis.
CK_INLINE int stem_taps(int phase) { return phase == 0 ? 4 : 3; }

#endif
