// The transforms of Winograd's convolutions, and the first convolution of a network.

#ifndef CK_WINOGRAD_API_H
#define CK_WINOGRAD_API_H

#include "ck_matrices.h"

/// How a convolution is computed along one side of an image: by how many taps, and from its values
/// at how many points, infinity among them.
///
/// - 3 taps at 4 to 7 points give points - 2 outputs a tile;
/// - 2 taps, or 1 tap, at 4 to 6 points give points - 1 outputs; 1 tap does not use infinity;
/// - 3 taps at 3 "points" stand for a side of two pixels with zeros around them, by three products.
///
/// Anything else ends the program.
typedef struct {
  int points;
  int taps;
} ck_axis;
typedef struct {
  ck_axis rows;
  ck_axis columns;
} ck_axes;

// The transforms work on one tile, or on one row of filters, and all channels, a multiple of 16.
//
// Elements of tiles and filters are numbered row by row, and each is a run of `channels` floats.
// Element i of a transformed tile lies at places[i], tap i of a filter at taps[i], in floats from
// the pointer that goes with them; along an axis a transformed tile has an element for each point,
// but for infinity where there is a single tap. `pixels` point to the first channel of a tile's
// pixels, NULL for zeros or for those that are not written. The pixels of the `next` tile are
// prefetched, unless `next` is NULL.
//
// Where a transformed tile `is_shared`, other threads read it (ck_set_far), and then places,
// pitches and depths are multiples of 16.

/// v = BT d B of the pixels d, read as max(0, scale * x + shift) where scale is not NULL.
void ck_winograd_input(ck_axes axes, const float *const *pixels, const float *const *next,
                       ptrdiff_t channels, const float *scale, const float *shift, float *v,
                       const ptrdiff_t *places, int is_shared);
/// pixels = AT m A, after the epilogue and added to the sums, each unless NULL. Where sums begin,
/// the first pixel is not NULL.
void ck_winograd_output(ck_axes axes, const float *m, const ptrdiff_t *places, ptrdiff_t channels,
                        const ck_epilogue *epilogue, const ck_sums *sums, float *const *pixels,
                        float *const *next);
/// d = A e AT of the gradient e at a tile's pixels.
void ck_winograd_gradient(ck_axes axes, const float *const *pixels, const float *const *next,
                          ptrdiff_t channels, float *d, const ptrdiff_t *places, int is_shared);
/// G g GT of `rows` filters g, `pitch` floats apart: row r of each of the packed matrices
/// (depth x channels) that begin at u + places[i].
void ck_winograd_filter(ck_axes axes, ptrdiff_t rows, const float *g, ptrdiff_t pitch,
                        const ptrdiff_t *taps, ptrdiff_t channels, float *u,
                        const ptrdiff_t *places, ptrdiff_t depth, int is_shared);
/// dg = GT du G of `rows` gradients du, du_pitch floats apart: the gradients of filters, `pitch`
/// floats apart.
void ck_winograd_filter_gradient(ck_axes axes, ptrdiff_t rows, const float *du, ptrdiff_t du_pitch,
                                 const ptrdiff_t *places, ptrdiff_t channels, float *dg,
                                 ptrdiff_t pitch, const ptrdiff_t *taps);

/// A convolution of 7x7 taps with stride 2 and padding 3 over images of three colours
/// (height x width x 3), by Winograd's F(3x3, 7x7); its result has `channels` channels, a multiple
/// of 32. A tile is three outputs along either side.
typedef struct {
  ptrdiff_t height, width;
  ptrdiff_t channels;
} ck_stem;

/// Floats of V for each tile, and of U and its gradient for each channel. stem_layout.h says what
/// they hold.
enum { CK_STEM_SPREAD = 576, CK_STEM_SUMS = 363 };

/// u (CK_STEM_SUMS * channels) from w (7 x 7 x 3 x channels).
void ck_stem_filter(ptrdiff_t channels, const float *w, float *u);
/// v (tiles x CK_STEM_SPREAD) of row `row` of the tiles of image x, read as max(0,
/// scale * x + shift) where scale is not NULL (three floats each).
///
/// scratch: ck_stem_scratch(s) floats.
void ck_stem_input(ck_stem s, const float *x, ptrdiff_t row, const float *scale, const float *shift,
                   float *v, float *scratch);
ptrdiff_t ck_stem_scratch(ck_stem s);
/// The outputs of row `row` of the tiles of image y, after the epilogue and added to the sums,
/// which have no x; each unless NULL.
void ck_stem_multiply(ck_stem s, ptrdiff_t row, const float *v, const float *u, float *y,
                      const ck_epilogue *epilogue, const ck_sums *sums, int non_temporal);

/// D of a row of tiles from its lines of dy (lines x out width x channels), 1 to 3 of them: d
/// (36 x tiles x channels), the points `plane` floats apart.
void ck_stem_gradient_input(ck_stem s, const float *dy, ptrdiff_t lines, float *d, ptrdiff_t plane);
/// du = the sum over tiles of V times D at each point, or du += that where `adds`: v
/// (tiles x CK_STEM_SPREAD), d as ck_stem_gradient_input writes it.
void ck_stem_gradient(ptrdiff_t tiles, ptrdiff_t channels, const float *v, const float *d,
                      ptrdiff_t plane, float *du, int adds);
/// dw (7 x 7 x 3 x channels) from du.
void ck_stem_filter_gradient(ptrdiff_t channels, const float *du, float *dw);

#endif
