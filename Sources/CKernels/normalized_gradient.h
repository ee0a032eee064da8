// The gradient t of a normalised result y, formed of the gradient dy of what follows the
// normalisation (rows x n, row after row).

#ifndef CK_NORMALIZED_GRADIENT_H
#define CK_NORMALIZED_GRADIENT_H

#include "vectors.h"

// t at channels j, j + 1, ... of one row of dy and y: scale * dy + (slope * y + constant), with 0
// for dy where a ReLU followed and cut off.
CK_INLINE vec gradient_at(ck_normalized_gradient g, const float *dy, const float *y, ptrdiff_t j) {
  vec value = load(y + j), d = load(dy + j), scale = load(g.scale + j);
  if (g.shift) { d = zero_where(scale * value + load(g.shift + j) <= 0, d); }
  return scale * d + (load(g.slope + j) * value + load(g.constant + j));
}

// Rows [top, top + rows) of t into `to` (rows x n), rows `pitch` apart.
CK_INLINE void form_gradient(ptrdiff_t rows, ptrdiff_t n, ck_normalized_gradient g, ptrdiff_t top,
                             float *to, ptrdiff_t pitch, int non_temporal) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    const float *dy = g.dy + (top + r) * n, *y = g.y + (top + r) * n;
    float *t = to + r * pitch;
    ptrdiff_t j = 0;
    for (; j + CK_LANES <= n; j += CK_LANES) {
      store_shared(t + j, gradient_at(g, dy, y, j), non_temporal);
    }
    for (; j < n; j++) {
      float d = g.shift && g.scale[j] * y[j] + g.shift[j] <= 0 ? 0 : dy[j];
      t[j] = g.scale[j] * d + (g.slope[j] * y[j] + g.constant[j]);
    }
  }
}

#endif
