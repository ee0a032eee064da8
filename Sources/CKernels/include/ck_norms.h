// Batch normalisation and max-pooling. Vectors have an element for each channel.

#ifndef CK_NORMS_API_H
#define CK_NORMS_API_H

#include "ck_matrices.h"

/// first += the sums over rows of x - shift, second += those of (x - shift)^2: x (rows x channels).
void ck_norm_statistics(ptrdiff_t rows, ptrdiff_t channels, const float *x, const float *shift,
                        float *first, float *second);

/// y = x + addend, or max(0, x + addend) where it `rectifies`, all rows x channels. x has a scale;
/// addend.first is NULL where there is none. y may be x.first, and need not begin on a cache line:
/// `non_temporal` is ignored then.
void ck_norm_apply(ptrdiff_t rows, ptrdiff_t channels, ck_normalized x, ck_normalized addend,
                   int rectifies, float *y, int non_temporal);

/// first += the sums over rows of dy, second += those of dy * (x - mean), all rows x channels. dy
/// counts as 0 where the ReLU cut off: if z (the output) is not NULL, where that is not above 0,
/// and there dy becomes 0; else, if shift is not NULL, where scale * x + shift is not above 0.
void ck_norm_sums(ptrdiff_t rows, ptrdiff_t channels, const float *x, const float *mean, float *dy,
                  const float *z, const float *scale, const float *shift, float *first,
                  float *second);

/// Writes the gradient g to `to` (rows x channels), which may be g.y or g.dy. Where it `is_shared`,
/// other threads read it (ck_set_far).
void ck_norm_gradient(ptrdiff_t rows, ptrdiff_t channels, ck_normalized_gradient g, float *to,
                      int is_shared);

/// Max-pooling of one image (height x width x channels) by square windows. Pixels of the padding
/// never win.
typedef struct {
  ptrdiff_t height, width, channels;
  ptrdiff_t window, stride, padding;
  ptrdiff_t out_height, out_width;
} ck_pool;

/// Row oy of the result: y (out_width x channels), the maxima over windows of x or, where scale is
/// not NULL, of max(0, scale * x + shift); and winners (out_width x channels), the place of each
/// maximum in its window, row by row from 0, or -1 where max(0, ...) made it 0. x is the whole
/// image.
void ck_pool_forward(ck_pool p, const float *x, ptrdiff_t oy, const float *scale,
                     const float *shift, float *y, float *winners);

/// Row iy of the gradient of the image, dx (width x channels), from dy and winners
/// (out_height x out_width x channels) of the whole result.
void ck_pool_backward(ck_pool p, const float *dy, const float *winners, ptrdiff_t iy, float *dx);

#endif
