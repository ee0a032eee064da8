// The maps of Winograd's convolutions along one axis;
// Kernels/Convolution/Winograd/WinogradTransform.swift has the formulas.
//
// They are written for any set of points and inlined for each, so that their coefficients are
// constants and no loop is left. n is the number of points, with infinity, `points` the set of n
// points, `infinite` whether infinity is used.

#ifndef CK_WINOGRAD_MAPS_H
#define CK_WINOGRAD_MAPS_H

#include "winograd_points.h"

// Sum over k of c[k] * d[2k], the last one of the degree + 1 coefficients being 1.
CK_INLINE vec even_sum(const float *c, int degree, const vec *d) {
  vec sum = d[2 * degree];
  CK_UNROLL for (int k = degree - 1; k >= 0; k--) { sum = fused(broadcast(c[k]), d[2 * k], sum); }
  return sum;
}

// BT d: a tile's n points from n pixels.
CK_INLINE void map_input(int n, const ck_points *points, int infinite, const vec *d, vec *o) {
  if (n == W_PAIR) {
    o[0] = d[0];
    o[1] = d[0] + d[1];
    o[2] = d[1];
    return;
  }
  int zero = has_zero(n), pairs = pairs_of(n);
  if (zero) { o[0] = even_sum(points->all, pairs, d); }
  CK_UNROLL for (int i = 0; i < pairs; i++) {
    vec low = points->power[i][1] * even_sum(points->but[i], pairs - 1, d + zero);
    vec high = even_sum(points->but[i], pairs - 1, d + zero + 1);
    o[zero + 2 * i] = high + low;
    o[zero + 2 * i + 1] = high - low;
  }
  if (infinite) { o[n - 1] = even_sum(points->all, pairs, d + zero); }
}

// AT m: `count` outputs from n points.
CK_INLINE void map_output(int n, const ck_points *points, int infinite, int count, const vec *m,
                          vec *o) {
  if (n == W_PAIR) {
    o[0] = m[1] + m[2];
    o[1] = m[1] + m[0];
    return;
  }
  int zero = has_zero(n), pairs = pairs_of(n);
  // Sums and differences over the points +p and -p, for even and for odd powers of p.
  vec both[2][3];
  CK_UNROLL for (int i = 0; i < pairs; i++) {
    both[0][i] = m[zero + 2 * i] + m[zero + 2 * i + 1];
    both[1][i] = m[zero + 2 * i] - m[zero + 2 * i + 1];
  }
  CK_UNROLL for (int k = 0; k < count; k++) {
    vec sum = points->power[pairs - 1][k] * both[k % 2][pairs - 1];
    if (infinite && k == count - 1) { sum = sum + m[n - 1]; }
    CK_UNROLL for (int i = pairs - 2; i >= 0; i--) {
      sum = fused(broadcast(points->power[i][k]), both[k % 2][i], sum);
    }
    o[k] = k == 0 && zero ? sum + m[0] : sum;
  }
}

// Sum of p^k * e[k] over k = first, first + 2, ... below `count`.
CK_INLINE vec power_sum(const float *power, int first, int count, const vec *e) {
  vec sum = power[first] * e[first];
  CK_UNROLL for (int k = first + 2; k < count; k += 2) {
    sum = fused(broadcast(power[k]), e[k], sum);
  }
  return sum;
}

// A e: the gradient at n points from that of `count` outputs.
CK_INLINE void map_gradient(int n, const ck_points *points, int infinite, int count, const vec *e,
                            vec *o) {
  if (n == W_PAIR) {
    o[0] = e[1];
    o[1] = e[0] + e[1];
    o[2] = e[0];
    return;
  }
  int zero = has_zero(n), pairs = pairs_of(n);
  if (zero) { o[0] = e[0]; }
  CK_UNROLL for (int i = 0; i < pairs; i++) {
    vec even = power_sum(points->power[i], 0, count, e);
    vec odd = power_sum(points->power[i], 1, count, e);
    o[zero + 2 * i] = even + odd;
    o[zero + 2 * i + 1] = even - odd;
  }
  if (infinite) { o[n - 1] = e[count - 1]; }
}

// G g: a filter of `count` taps at n points.
CK_INLINE void map_filter(int n, const ck_points *points, int infinite, int count, const vec *g,
                          vec *o) {
  if (n == W_PAIR) {
    o[0] = g[0] - g[1];
    o[1] = g[1];
    o[2] = g[2] - g[1];
    return;
  }
  int zero = has_zero(n), pairs = pairs_of(n);
  if (zero) { o[0] = points->zero_share * g[0]; }
  CK_UNROLL for (int i = 0; i < pairs; i++) {
    float p = points->power[i][1], q = points->share[i];
    vec even = q * (count > 2 ? fused(broadcast(p * p), g[2], g[0]) : g[0]);
    vec odd = count > 1 ? (q * p) * g[1] : (vec){};
    if (count > 3) { odd = fused(broadcast(q * p * p * p), g[3], odd); }
    o[zero + 2 * i] = count > 1 ? even + odd : even;
    o[zero + 2 * i + 1] = count > 1 ? (zero ? even - odd : odd - even) : zero ? even : -even;
  }
  if (infinite) { o[n - 1] = g[count - 1]; }
}

// GT m: the gradient of `count` taps from that at n points.
CK_INLINE void map_filter_gradient(int n, const ck_points *points, int infinite, int count,
                                   const vec *m, vec *o) {
  if (n == W_PAIR) {
    o[0] = m[0];
    o[1] = m[1] - m[0] - m[2];
    o[2] = m[2];
    return;
  }
  int zero = has_zero(n), pairs = pairs_of(n);
  CK_UNROLL for (int k = 0; k < count; k++) {
    vec sum = {};
    CK_UNROLL for (int i = 0; i < pairs; i++) {
      vec plus = m[zero + 2 * i], minus = m[zero + 2 * i + 1];
      vec both = (k % 2 == 0) == zero ? plus + minus : plus - minus;
      float factor = points->share[i] * points->power[i][k];
      sum = i == 0 ? factor * both : fused(broadcast(factor), both, sum);
    }
    if (k == 0 && zero) { sum = fused(broadcast(points->zero_share), m[0], sum); }
    o[k] = infinite && k == count - 1 ? sum + m[n - 1] : sum;
  }
}

// Which map a transform applies along both axes: BT, AT, A, G or GT.
typedef enum { W_INPUT, W_OUTPUT, W_GRADIENT, W_FILTER, W_FILTER_GRADIENT } ck_map;

// Elements of a transformed tile along an axis: a single tap needs no infinity.
CK_INLINE int transformed_count(int n, int taps) { return taps == 1 ? n - 1 : n; }
// Outputs of a tile along an axis.
CK_INLINE int output_count(int n, int taps) { return n == W_PAIR ? 2 : taps == 3 ? n - 2 : n - 1; }
// Pixels that they are made from.
CK_INLINE int input_count(int n, int taps) { return n == W_PAIR ? 2 : transformed_count(n, taps); }

// Elements that a map reads along its axis.
CK_INLINE int inputs_of_map(ck_map map, int n, int taps) {
  switch (map) {
    case W_INPUT: return input_count(n, taps);
    case W_OUTPUT:
    case W_FILTER_GRADIENT: return transformed_count(n, taps);
    case W_GRADIENT: return output_count(n, taps);
    case W_FILTER: return taps;
  }
}

// Elements that a map writes along its axis.
CK_INLINE int outputs_of_map(ck_map map, int n, int taps) {
  switch (map) {
    case W_INPUT:
    case W_GRADIENT:
    case W_FILTER: return transformed_count(n, taps);
    case W_OUTPUT: return output_count(n, taps);
    case W_FILTER_GRADIENT: return taps;
  }
}

// o = what the map makes of d.
CK_INLINE void apply_map(ck_map map, int n, const ck_points *points, int taps, const vec *d,
                         vec *o) {
  switch (map) {
    case W_INPUT: map_input(n, points, taps > 1, d, o); break;
    case W_OUTPUT: map_output(n, points, taps > 1, output_count(n, taps), d, o); break;
    case W_GRADIENT: map_gradient(n, points, taps > 1, output_count(n, taps), d, o); break;
    case W_FILTER: map_filter(n, points, taps > 1, taps, d, o); break;
    case W_FILTER_GRADIENT: map_filter_gradient(n, points, taps > 1, taps, d, o);
  }
}

#endif
