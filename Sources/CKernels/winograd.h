// The transforms of F(4x4, 3x3) for one processor; included after products.h. The formulas are in
// Kernels/WinogradTransform.swift. CK_LANES channels at a time, first along columns, then rows.

#define W_A (5.0f / 8)
#define W_B (3.0f / 2)
#define W_A2 (25.0f / 64)
#define W_B2 (9.0f / 4)
#define W_A3 (125.0f / 512)
#define W_B3 (27.0f / 8)
#define W_P (225.0f / 256)
#define W_S (169.0f / 64)
#define W_Q1 (-2048.0f / 2975)
#define W_Q3 (128.0f / 1071)
#define W_R (256.0f / 225)

CK_INLINE void input_line(const vec d[6], vec o[6]) {
  vec t0 = fused(all(-W_B2), d[2], d[4]), t1 = W_A * fused(all(-W_B2), d[1], d[3]);
  vec t2 = fused(all(-W_A2), d[2], d[4]), t3 = W_B * fused(all(-W_A2), d[1], d[3]);
  o[0] = fused(all(W_P), d[0], fused(all(-W_S), d[2], d[4]));
  o[1] = t0 + t1;
  o[2] = t0 - t1;
  o[3] = t2 + t3;
  o[4] = t2 - t3;
  o[5] = fused(all(W_P), d[1], fused(all(-W_S), d[3], d[5]));
}

CK_INLINE void output_line(const vec m[6], vec o[4]) {
  vec u = m[1] + m[2], v = m[3] + m[4], w = m[1] - m[2], x = m[3] - m[4];
  o[0] = m[0] + u + v;
  o[1] = fused(all(W_A), w, W_B * x);
  o[2] = fused(all(W_A2), u, W_B2 * v);
  o[3] = fused(all(W_A3), w, fused(all(W_B3), x, m[5]));
}

CK_INLINE void gradient_line(const vec e[4], vec o[6]) {
  vec t0 = fused(all(W_A2), e[2], e[0]), t1 = W_A * fused(all(W_A2), e[3], e[1]);
  vec t2 = fused(all(W_B2), e[2], e[0]), t3 = W_B * fused(all(W_B2), e[3], e[1]);
  o[0] = e[0];
  o[1] = t0 + t1;
  o[2] = t0 - t1;
  o[3] = t2 + t3;
  o[4] = t2 - t3;
  o[5] = e[3];
}

CK_INLINE void filter_line(const vec g[3], vec o[6]) {
  vec t0 = W_Q1 * fused(all(W_A2), g[2], g[0]), t1 = (W_Q1 * W_A) * g[1];
  vec t2 = W_Q3 * fused(all(W_B2), g[2], g[0]), t3 = (W_Q3 * W_B) * g[1];
  o[0] = W_R * g[0];
  o[1] = t0 + t1;
  o[2] = t0 - t1;
  o[3] = t2 + t3;
  o[4] = t2 - t3;
  o[5] = g[2];
}

CK_INLINE void filter_gradient_line(const vec m[6], vec o[3]) {
  vec u = m[1] + m[2], v = m[3] + m[4], w = m[1] - m[2], x = m[3] - m[4];
  o[0] = fused(all(W_R), m[0], fused(all(W_Q1), u, W_Q3 * v));
  o[1] = fused(all(W_Q1 * W_A), w, (W_Q3 * W_B) * x);
  o[2] = fused(all(W_Q1 * W_A2), u, fused(all(W_Q3 * W_B2), v, m[5]));
}

static void winograd_input(const float *const *pixels, ptrdiff_t channels, const float *scale,
                           const float *shift, float *v, ptrdiff_t plane) {
  for (ptrdiff_t c = 0; c < channels; c += CK_LANES) {
    vec t[6][6];
    for (int j = 0; j < 6; j++) {
      vec d[6], o[6];
      CK_UNROLL for (int i = 0; i < 6; i++) {
        const float *from = pixels[6 * i + j];
        d[i] = from ? load(from + c) : (vec){};
        if (scale && from) { d[i] = rectified(load(scale + c) * d[i] + load(shift + c)); }
      }
      input_line(d, o);
      CK_UNROLL for (int i = 0; i < 6; i++) { t[i][j] = o[i]; }
    }
    for (int i = 0; i < 6; i++) {
      vec o[6];
      input_line(t[i], o);
      CK_UNROLL for (int j = 0; j < 6; j++) { store(v + (6 * i + j) * plane + c, o[j]); }
    }
  }
}

static void winograd_output(const float *m, ptrdiff_t plane, ptrdiff_t channels,
                            const ck_finish *finish, float *const *pixels) {
  for (ptrdiff_t c = 0; c < channels; c += CK_LANES) {
    vec t[4][6];
    for (int j = 0; j < 6; j++) {
      vec d[6], o[4];
      CK_UNROLL for (int i = 0; i < 6; i++) { d[i] = load(m + (6 * i + j) * plane + c); }
      output_line(d, o);
      CK_UNROLL for (int i = 0; i < 4; i++) { t[i][j] = o[i]; }
    }
    for (int i = 0; i < 4; i++) {
      vec o[4];
      output_line(t[i], o);
      CK_UNROLL for (int j = 0; j < 4; j++) {
        float *to = pixels[4 * i + j];
        if (to) { store(to + c, finish ? finished(o[j], to + c, shift_at(finish, c), finish) : o[j]); }
      }
    }
  }
}

static void winograd_gradient(const float *const *pixels, ptrdiff_t channels, float *d,
                              ptrdiff_t plane) {
  for (ptrdiff_t c = 0; c < channels; c += CK_LANES) {
    vec t[6][4];
    for (int j = 0; j < 4; j++) {
      vec e[4], o[6];
      CK_UNROLL for (int i = 0; i < 4; i++) {
        const float *from = pixels[4 * i + j];
        e[i] = from ? load(from + c) : (vec){};
      }
      gradient_line(e, o);
      CK_UNROLL for (int i = 0; i < 6; i++) { t[i][j] = o[i]; }
    }
    for (int i = 0; i < 6; i++) {
      vec o[6];
      gradient_line(t[i], o);
      CK_UNROLL for (int j = 0; j < 6; j++) { store(d + (6 * i + j) * plane + c, o[j]); }
    }
  }
}

static void winograd_filter(const float *g, ptrdiff_t tap, ptrdiff_t channels, float *u,
                            ptrdiff_t plane, ptrdiff_t depth) {
  for (ptrdiff_t c = 0; c < channels; c += CK_LANES) {
    vec t[6][3];
    for (int j = 0; j < 3; j++) {
      vec d[3], o[6];
      CK_UNROLL for (int i = 0; i < 3; i++) { d[i] = load(g + (3 * i + j) * tap + c); }
      filter_line(d, o);
      CK_UNROLL for (int i = 0; i < 6; i++) { t[i][j] = o[i]; }
    }
    float *to = u + c / CK_WIDTH * depth * CK_WIDTH + c % CK_WIDTH;
    int is_last_half = c % CK_WIDTH == 0 && c + CK_LANES >= channels;
    for (int i = 0; i < 6; i++) {
      vec o[6];
      filter_line(t[i], o);
      CK_UNROLL for (int j = 0; j < 6; j++) {
        store(to + (6 * i + j) * plane, o[j]);
        if (is_last_half) { store(to + (6 * i + j) * plane + CK_LANES, (vec){}); }
      }
    }
  }
}

static void winograd_filter_gradient(const float *du, ptrdiff_t plane, ptrdiff_t channels,
                                     float *dg, ptrdiff_t tap) {
  for (ptrdiff_t c = 0; c < channels; c += CK_LANES) {
    vec t[3][6];
    for (int j = 0; j < 6; j++) {
      vec d[6], o[3];
      CK_UNROLL for (int i = 0; i < 6; i++) { d[i] = load(du + (6 * i + j) * plane + c); }
      filter_gradient_line(d, o);
      CK_UNROLL for (int i = 0; i < 3; i++) { t[i][j] = o[i]; }
    }
    for (int i = 0; i < 3; i++) {
      vec o[3];
      filter_gradient_line(t[i], o);
      CK_UNROLL for (int j = 0; j < 3; j++) {
        float *to = dg + (3 * i + j) * tap + c;
        store(to, load(to) + o[j]);
      }
    }
  }
}
