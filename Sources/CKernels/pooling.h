// Max-pooling; Kernels/Pooling/Pooling.swift has the formulas. Images are
// height x width x channels.

#ifndef CK_POOLING_H
#define CK_POOLING_H

#include "vectors.h"

// The winner where the ReLU cut the maximum off: no pixel gets the gradient.
#define CK_NO_WINNER (-1.0f)

static void pool_forward(ck_pool p, const float *x, ptrdiff_t oy, const float *scale,
                         const float *shift, float *y, float *winners) {
  // The window's pixels that lie in the image: rows [first_row, last_row), columns [first, last).
  ptrdiff_t top = oy * p.stride - p.padding;
  ptrdiff_t first_row = larger(top, 0), last_row = smaller(top + p.window, p.height);
  for (ptrdiff_t ox = 0; ox < p.out_width; ox++, y += p.channels, winners += p.channels) {
    ptrdiff_t left = ox * p.stride - p.padding;
    ptrdiff_t first = larger(left, 0), last = smaller(left + p.window, p.width);
    // Whole vectors of channels: a pixel wins if it is larger than those before it, or NaN. A
    // winner is its place in the window, row by row, as a float.
    ptrdiff_t c = 0;
    for (; c + CK_LANES <= p.channels; c += CK_LANES) {
      vec best = broadcast(-__builtin_inff()), winner = broadcast(CK_NO_WINNER);
      for (ptrdiff_t iy = first_row; iy < last_row; iy++) {
        for (ptrdiff_t ix = first; ix < last; ix++) {
          vec value = load(x + (iy * p.width + ix) * p.channels + c);
          if (scale) { value = load(scale + c) * value + load(shift + c); }
          bits wins = (value > best) | (value != value);
          best = (vec)((wins & (bits)value) | (~wins & (bits)best));
          vec tap = broadcast((float)((iy - top) * p.window + ix - left));
          winner = (vec)((wins & (bits)tap) | (~wins & (bits)winner));
        }
      }
      if (scale) {
        bits cut = best <= 0;
        winner = (vec)((cut & (bits)broadcast(CK_NO_WINNER)) | (~cut & (bits)winner));
        best = rectified(best);
      }
      store(y + c, best);
      store(winners + c, winner);
    }
    // The channels that are left.
    for (; c < p.channels; c++) {
      float best = -__builtin_inff(), winner = CK_NO_WINNER;
      for (ptrdiff_t iy = first_row; iy < last_row; iy++) {
        for (ptrdiff_t ix = first; ix < last; ix++) {
          float value = x[(iy * p.width + ix) * p.channels + c];
          if (scale) { value = scale[c] * value + shift[c]; }
          if (value > best || value != value) {
            best = value;
            winner = (float)((iy - top) * p.window + ix - left);
          }
        }
      }
      if (scale && best <= 0) {
        best = 0;
        winner = CK_NO_WINNER;
      }
      y[c] = best;
      winners[c] = winner;
    }
  }
}

// The first window that reaches pixel i, counted from the border of the padding.
CK_INLINE ptrdiff_t first_window(ck_pool p, ptrdiff_t i) {
  return i < p.window ? 0 : (i - p.window) / p.stride + 1;
}

static void pool_backward(ck_pool p, const float *dy, const float *winners, ptrdiff_t iy,
                          float *dx) {
  // The windows that reach the pixel: rows [first_row, last_row], columns [first, last].
  ptrdiff_t y = iy + p.padding;
  ptrdiff_t first_row = first_window(p, y), last_row = smaller(y / p.stride, p.out_height - 1);
  for (ptrdiff_t ix = 0; ix < p.width; ix++, dx += p.channels) {
    ptrdiff_t x = ix + p.padding;
    ptrdiff_t first = first_window(p, x), last = smaller(x / p.stride, p.out_width - 1);
    ptrdiff_t c = 0;
    // Whole vectors of channels: the sum of dy over the windows in which this pixel won.
    for (; c + CK_LANES <= p.channels; c += CK_LANES) {
      vec sum = {};
      for (ptrdiff_t oy = first_row; oy <= last_row; oy++) {
        for (ptrdiff_t ox = first; ox <= last; ox++) {
          ptrdiff_t at = (oy * p.out_width + ox) * p.channels + c;
          vec tap = broadcast((float)((y - oy * p.stride) * p.window + x - ox * p.stride));
          sum += zero_where(load(winners + at) != tap, load(dy + at));
        }
      }
      store(dx + c, sum);
    }
    // The channels that are left.
    for (; c < p.channels; c++) {
      float sum = 0;
      for (ptrdiff_t oy = first_row; oy <= last_row; oy++) {
        for (ptrdiff_t ox = first; ox <= last; ox++) {
          ptrdiff_t at = (oy * p.out_width + ox) * p.channels + c;
          float tap = (float)((y - oy * p.stride) * p.window + x - ox * p.stride);
          if (winners[at] == tap) { sum += dy[at]; }
        }
      }
      dx[c] = sum;
    }
  }
}

#endif
