// The passes of batch normalisation over rows x channels;
// Kernels/Normalization/BatchNormKernel.swift has the formulas. All matrices lie row after row,
// vectors have an element for each channel. A channel's sums are formed row after row: of a block
// of rows first, then added to those in memory.

#ifndef CK_NORMS_H
#define CK_NORMS_H

#include "normalized_gradient.h"

// Visits blocks of rows [row, row + block): eight narrow rows, whose sums stay in registers
// meanwhile; wide rows one by one, because many short runs at once are slow to read.
#define CK_FOR_BLOCKS(ROWS, CHANNELS) \
  for (ptrdiff_t row = 0, block;      \
       block = smaller((CHANNELS) <= 64 ? 8 : 1, (ROWS) - row), row < (ROWS); row += block)

static void norm_statistics(ptrdiff_t rows, ptrdiff_t channels, const float *x, const float *shift,
                            float *first, float *second) {
  CK_FOR_BLOCKS(rows, channels) {
    const float *start = x + row * channels;
    ptrdiff_t c = 0;
    // Whole vectors of channels.
    for (; c + CK_LANES <= channels; c += CK_LANES) {
      vec k = load(shift + c), sum = {}, squares = {};
      for (ptrdiff_t r = 0; r < block; r++) {
        vec d = load(start + r * channels + c) - k;
        sum += d;
        squares += d * d;
      }
      store(first + c, load(first + c) + sum);
      store(second + c, load(second + c) + squares);
    }
    // The channels that are left.
    for (; c < channels; c++) {
      float sum = 0, squares = 0;
      for (ptrdiff_t r = 0; r < block; r++) {
        float d = start[r * channels + c] - shift[c];
        sum += d;
        squares += d * d;
      }
      first[c] += sum;
      second[c] += squares;
    }
  }
}

static void norm_apply(ptrdiff_t rows, ptrdiff_t channels, ck_normalized x, ck_normalized addend,
                       int rectifies, float *y, int non_temporal) {
  // Only rows of whole cache lines are stored past the caches.
  non_temporal = non_temporal && channels % 16 == 0 && (size_t)y % 64 == 0;
  const float *from = x.first, *other = addend.first;
  for (ptrdiff_t row = 0; row < rows; row++) {
    ptrdiff_t c = 0;
    // Whole vectors of channels.
    for (; c + CK_LANES <= channels; c += CK_LANES) {
      vec value = load(x.scale + c) * load(from + c) + load(x.shift + c);
      if (other) {
        vec added = load(other + c);
        if (addend.scale) { added = load(addend.scale + c) * added + load(addend.shift + c); }
        value = value + added;
      }
      if (rectifies) { value = rectified(value); }
      if (non_temporal) {
        __builtin_nontemporal_store(value, (aligned_vec *)(y + c));
      } else {
        store(y + c, value);
      }
    }
    // The channels that are left.
    for (; c < channels; c++) {
      float value = x.scale[c] * from[c] + x.shift[c];
      if (other) {
        value += addend.scale ? addend.scale[c] * other[c] + addend.shift[c] : other[c];
      }
      y[c] = rectifies && value < 0 ? 0 : value;
    }
    from += channels;
    y += channels;
    if (other) { other += channels; }
  }
  if (non_temporal) { end_non_temporal_stores(); }
}

// Where dy counts as 0: nowhere, where the normalised x is cut off, or where the output z was.
enum { CK_NO_MASK, CK_NORMALIZED_MASK, CK_OUTPUT_MASK };

CK_INLINE void sum_gradient(ptrdiff_t rows, ptrdiff_t channels, const float *x, const float *mean,
                            float *dy, const float *z, const float *scale, const float *shift,
                            int mask, float *first, float *second) {
  CK_FOR_BLOCKS(rows, channels) {
    ptrdiff_t start = row * channels, c = 0;
    // Whole vectors of channels.
    for (; c + CK_LANES <= channels; c += CK_LANES) {
      vec middle = load(mean + c), sum = {}, products = {};
      for (ptrdiff_t r = 0; r < block; r++) {
        ptrdiff_t at = start + r * channels + c;
        vec value = load(x + at), d = load(dy + at);
        if (mask == CK_NORMALIZED_MASK) {
          d = zero_where(load(scale + c) * value + load(shift + c) <= 0, d);
        } else if (mask == CK_OUTPUT_MASK) {
          d = zero_where(load(z + at) <= 0, d);
          store(dy + at, d);
        }
        sum += d;
        products += d * (value - middle);
      }
      store(first + c, load(first + c) + sum);
      store(second + c, load(second + c) + products);
    }
    // The channels that are left.
    for (; c < channels; c++) {
      float sum = 0, products = 0;
      for (ptrdiff_t r = 0; r < block; r++) {
        ptrdiff_t at = start + r * channels + c;
        float d = dy[at];
        if (mask == CK_NORMALIZED_MASK && scale[c] * x[at] + shift[c] <= 0) { d = 0; }
        if (mask == CK_OUTPUT_MASK && z[at] <= 0) { dy[at] = d = 0; }
        sum += d;
        products += d * (x[at] - mean[c]);
      }
      first[c] += sum;
      second[c] += products;
    }
  }
}

static void norm_sums(ptrdiff_t rows, ptrdiff_t channels, const float *x, const float *mean,
                      float *dy, const float *z, const float *scale, const float *shift,
                      float *first, float *second) {
  if (z) {
    sum_gradient(rows, channels, x, mean, dy, z, NULL, NULL, CK_OUTPUT_MASK, first, second);
  } else if (shift) {
    sum_gradient(rows, channels, x, mean, dy, NULL, scale, shift, CK_NORMALIZED_MASK, first,
                 second);
  } else {
    sum_gradient(rows, channels, x, mean, dy, NULL, NULL, NULL, CK_NO_MASK, first, second);
  }
}

static void norm_gradient(ptrdiff_t rows, ptrdiff_t channels, ck_normalized_gradient g, float *to,
                          int is_shared) {
  int non_temporal = is_shared && channels % CK_LINE == 0 && stores_past_caches(to);
  if (non_temporal) {
    form_gradient(rows, channels, g, 0, to, channels, 1);
    end_non_temporal_stores();
  } else {
    form_gradient(rows, channels, g, 0, to, channels, 0);
  }
}

#endif
