// The first convolution of a network, 7x7 with a stride of 2 over pixels of three colours, by Winograd's
// F(3x3, 7x7) for one processor; included after winograd.h. The formulas are in
// Kernels/StemConvolution.swift.
//
// Along an axis every other pixel meets the taps 0, 2, 4, 6 and the pixels between them meet 1, 3, 5: two
// phases, the first with all six points, the second without infinity. A transformed tile has, for each of
// the six points along its columns, a vector of points along its rows for every phase of its columns and
// every colour: the first phase of the rows in its first half, the second in the other. The vectors of the
// columns' second phase come last and have no infinity. So a number of the tile's result at a point is
// the sum of at most twelve products.

enum {
  STEM_TAPS = 7,
  STEM_COLOURS = 3,
  STEM_TILE = 3,
  STEM_POINTS = 6,
  // Pixels along a side of a tile, and from one tile to the next.
  STEM_WINDOW = 11,
  STEM_STEP = 2 * STEM_TILE,
  STEM_PADDING = 3,
  // A vector of points, and where its second phase begins.
  STEM_LANES = 16,
  STEM_HALF = 8,
  // Both phases' points, and the vectors of a transformed tile at a point.
  STEM_BOTH = 2 * STEM_POINTS - 1,
  STEM_VECTORS = 2 * STEM_COLOURS,
  STEM_SPREAD = STEM_POINTS * STEM_VECTORS * STEM_LANES,
  // Vectors of points of all points along the columns, and the sums' elements for each channel.
  STEM_TURNS = STEM_POINTS * STEM_VECTORS - STEM_COLOURS,
  STEM_SUMS = STEM_TURNS * STEM_BOTH,
  // Channels that are computed together, as many vectors as leave registers for two tiles.
  STEM_REGISTERS = CK_TILE_ROWS > 6 ? 2 : 1,
  STEM_COLUMNS = STEM_REGISTERS * CK_LANES,
  // Tiles whose results along the rows stay in a first-level cache.
  STEM_TOGETHER = 12,
};

CK_INLINE ptrdiff_t stem_outputs(ptrdiff_t extent) { return (extent + 1) / 2; }
CK_INLINE ptrdiff_t stem_tiles(ptrdiff_t extent) {
  return (stem_outputs(extent) + STEM_TILE - 1) / STEM_TILE;
}
// Pixels that a row of tiles meets, the image's border among them.
CK_INLINE ptrdiff_t stem_across(ptrdiff_t width) {
  return STEM_STEP * (stem_tiles(width) - 1) + STEM_WINDOW;
}
// Vectors at a point along the columns: there is one phase at infinity.
CK_INLINE ptrdiff_t stem_vectors(ptrdiff_t point) {
  return point < STEM_POINTS - 1 ? STEM_VECTORS : STEM_COLOURS;
}

// BT of the points of points_6 by columns: what pixel i of a phase gives to each point.
#define W_A (5.0f / 8)
#define W_B (3.0f / 2)
#define W_AA (W_A * W_A)
#define W_BB (W_B * W_B)
#define STEM_COLUMN_0 W_AA * W_BB
#define STEM_COLUMN_1 0, -W_A * W_BB, W_A * W_BB, -W_B * W_AA, W_B * W_AA, W_AA * W_BB
#define STEM_COLUMN_2 -(W_AA + W_BB), -W_BB, -W_BB, -W_AA, -W_AA, 0
#define STEM_COLUMN_3 0, W_A, -W_A, W_B, -W_B, -(W_AA + W_BB)
#define STEM_COLUMN_4 1, 1, 1, 1, 1, 0
#define STEM_COLUMN_5 0, 0, 0, 0, 0, 1
// Without infinity.
#define STEM_SHORT_1 0, -W_A * W_BB, W_A * W_BB, -W_B * W_AA, W_B * W_AA
#define STEM_SHORT_3 0, W_A, -W_A, W_B, -W_B
#define STEM_NONE 0, 0, 0, 0, 0, 0, 0, 0
static const float stem_columns[STEM_WINDOW][STEM_LANES] = {
    {STEM_COLUMN_0}, {STEM_NONE, STEM_COLUMN_0},
    {STEM_COLUMN_1}, {STEM_NONE, STEM_SHORT_1},
    {STEM_COLUMN_2}, {STEM_NONE, STEM_COLUMN_2},
    {STEM_COLUMN_3}, {STEM_NONE, STEM_SHORT_3},
    {STEM_COLUMN_4}, {STEM_NONE, STEM_COLUMN_4},
    {STEM_COLUMN_5},
};
#undef W_A
#undef W_B
#undef W_AA
#undef W_BB

// The points along the rows of some elements of the image's lines, a vector for each number: window rows
// [first, end), that of `first` at x.
CK_INLINE void stem_points(ptrdiff_t first, ptrdiff_t end, ptrdiff_t elements, const float *x,
                           ptrdiff_t pitch, const float *scale, const float *shift, float *to) {
  for (ptrdiff_t i = 0; i < elements; i++, to += STEM_LANES) {
    vec sums[STEM_LANES / CK_LANES] = {};
    const float *from = x + i;
    for (ptrdiff_t row = first; row < end; row++, from += pitch) {
      float element = *from;
      if (scale) {
        element = scale[i % STEM_COLOURS] * element + shift[i % STEM_COLOURS];
        element = element < 0 ? 0 : element;
      }
      // A vector that belongs to one phase only has nothing of the other.
      ptrdiff_t half = row % 2 * STEM_HALF;
      CK_UNROLL for (int j = 0; j < STEM_LANES / CK_LANES; j++) {
        if (CK_LANES <= STEM_HALF && j * CK_LANES / STEM_HALF != half / STEM_HALF) { continue; }
        sums[j] = fused(all(element), load(stem_columns[row] + j * CK_LANES), sums[j]);
      }
    }
    CK_UNROLL for (int j = 0; j < STEM_LANES / CK_LANES; j++) {
      store(to + j * CK_LANES, sums[j]);
    }
  }
}

static ptrdiff_t stem_scratch(ck_stem s) {
  return stem_across(s.width) * STEM_COLOURS * STEM_LANES;
}

static void stem_input(ck_stem s, const float *x, ptrdiff_t row, const float *scale,
                       const float *shift, float *v, float *scratch) {
  ptrdiff_t tiles = stem_tiles(s.width), line = s.width * STEM_COLOURS;
  ptrdiff_t before = STEM_PADDING * STEM_COLOURS * STEM_LANES;
  ptrdiff_t top = row * STEM_STEP - STEM_PADDING;
  ptrdiff_t first = top < 0 ? -top : 0, end = least(STEM_WINDOW, s.height - top);
  // The image's border, and what lies beyond it in the last tile, is zeros.
  memset(scratch, 0, (size_t)before * sizeof(float));
  const float *from = x + (top + first) * line;
  float *inside = scratch + before, *after = inside + line * STEM_LANES;
  // The lines that the next row of tiles meets first, or the next image's.
  const float *next = x + least(top + STEM_WINDOW, s.height) * line;
  for (ptrdiff_t i = 0; i < STEM_STEP * line; i += CK_LINE) { __builtin_prefetch(next + i, 0, 2); }
  if (first == 0 && end == STEM_WINDOW && !scale) {
    stem_points(0, STEM_WINDOW, line, from, line, NULL, NULL, inside);
  } else {
    stem_points(first, end, line, from, line, scale, shift, inside);
  }
  memset(after, 0, (size_t)(scratch + stem_scratch(s) - after) * sizeof(float));
  for (ptrdiff_t tile = 0; tile < tiles; tile++, v += STEM_SPREAD) {
    const float *window = scratch + tile * STEM_STEP * STEM_COLOURS * STEM_LANES;
    for (int colour = 0; colour < STEM_COLOURS; colour++) {
      CK_UNROLL for (int j = 0; j < STEM_LANES; j += CK_LANES) {
        CK_UNROLL for (int phase = 0; phase < 2; phase++) {
          vec d[STEM_POINTS], o[STEM_POINTS];
          CK_UNROLL for (int i = 0; i < STEM_POINTS - phase; i++) {
            d[i] = load(window + ((2 * i + phase) * STEM_COLOURS + colour) * STEM_LANES + j);
          }
          spread(STEM_POINTS, &points_6, phase == 0, d, o);
          CK_UNROLL for (int i = 0; i < STEM_POINTS - phase; i++) {
            store(v + ((i * 2 + phase) * STEM_COLOURS + colour) * STEM_LANES + j, o[i]);
          }
        }
      }
    }
  }
}

// The sums of some tiles at all points along the rows and one along the columns, transformed back along
// the rows: three elements, STEM_POINTS * STEM_COLUMNS apart, for each tile, `pitch` apart.
CK_INLINE void stem_column(int tiles, ptrdiff_t vectors, const float *v, const float *u, float *t) {
  vec sums[2][STEM_REGISTERS][STEM_POINTS] = {};
  for (ptrdiff_t i = 0; i < vectors; i++, v += STEM_LANES, u += STEM_BOTH * STEM_COLUMNS) {
    CK_UNROLL for (int both = 0; both < STEM_BOTH; both++) {
      int phase = both / STEM_POINTS, point = both % STEM_POINTS;
      CK_UNROLL for (int j = 0; j < STEM_REGISTERS; j++) {
        vec weights = load(u + both * STEM_COLUMNS + j * CK_LANES);
        CK_UNROLL for (int tile = 0; tile < tiles; tile++) {
          vec element = all(v[tile * STEM_SPREAD + phase * STEM_HALF + point]);
          sums[tile][j][point] = fused(element, weights, sums[tile][j][point]);
        }
      }
    }
  }
  CK_UNROLL for (int tile = 0; tile < tiles; tile++) {
    CK_UNROLL for (int j = 0; j < STEM_REGISTERS; j++) {
      vec o[STEM_TILE];
      gather(STEM_POINTS, &points_6, 1, STEM_TILE, sums[tile][j], o);
      CK_UNROLL for (int i = 0; i < STEM_TILE; i++) {
        store(t + ((tile * STEM_TILE + i) * STEM_POINTS) * STEM_COLUMNS + j * CK_LANES, o[i]);
      }
    }
  }
}

// Channels [c, c + CK_LANES) of the outputs of some tiles from `first` on, from what lies at t.
CK_INLINE void stem_output(ck_stem s, ptrdiff_t row, ptrdiff_t first, ptrdiff_t tiles,
                           const float *t, ptrdiff_t c, float *y, const ck_epilogue *epilogue,
                           const ck_sums *sums, int begins, int non_temporal) {
  ptrdiff_t height = stem_outputs(s.height), width = stem_outputs(s.width);
  ck_columns columns[2] = {};
  if (sums && !begins) { columns[0] = columns[1] = open_columns(CK_SQUARES, sums, c); }
  for (ptrdiff_t tile = 0; tile < tiles; tile++) {
    for (ptrdiff_t i = 0; i < STEM_TILE; i++, t += STEM_POINTS * STEM_COLUMNS) {
      ptrdiff_t down = row * STEM_TILE + i, across = (first + tile) * STEM_TILE;
      if (down >= height) { continue; }
      float *to = y + (down * width + across) * s.channels + c;
      vec m[STEM_POINTS], o[STEM_TILE];
      CK_UNROLL for (int point = 0; point < STEM_POINTS; point++) {
        m[point] = load(t + point * STEM_COLUMNS);
      }
      gather(STEM_POINTS, &points_6, 1, STEM_TILE, m, o);
      CK_UNROLL for (int k = 0; k < STEM_TILE; k++, to += s.channels) {
        if (across + k >= width) { break; }
        if (epilogue) { o[k] = with_epilogue(o[k], to, shift_at(epilogue, c), epilogue); }
        if (non_temporal) {
          __builtin_nontemporal_store(o[k], (aligned_vec *)to);
        } else {
          store(to, o[k]);
        }
        if (!sums) { continue; }
        if (begins) {
          begins = 0;
          store(sums->middle + c, o[k]);
          columns[0] = columns[1] = open_columns(CK_SQUARES, sums, c);
        }
        add_row(CK_SQUARES, o[k], (vec){}, &columns[k % 2]);
      }
    }
  }
  if (sums) {
    columns[0].first += columns[1].first;
    columns[0].second += columns[1].second;
    close_columns(&columns[0], sums, c);
  }
}

static void stem_multiply(ck_stem s, ptrdiff_t row, const float *v, const float *u, float *y,
                          const ck_epilogue *epilogue, const ck_sums *sums, int non_temporal) {
  // Half a line that goes past the caches takes as long as a whole one.
  non_temporal = non_temporal && STEM_COLUMNS % CK_LINE == 0;
  ptrdiff_t tiles = stem_tiles(s.width), runs = (tiles + STEM_TOGETHER - 1) / STEM_TOGETHER;
  float t[STEM_TOGETHER * STEM_TILE * STEM_POINTS * STEM_COLUMNS] __attribute__((aligned(64)));
  for (ptrdiff_t run = 0; run < runs; run++) {
    ptrdiff_t first = run * tiles / runs, count = (run + 1) * tiles / runs - first;
    const float *panel = u;
    for (ptrdiff_t c = 0; c < s.channels; c += STEM_COLUMNS) {
      for (ptrdiff_t point = 0; point < STEM_POINTS; point++) {
        ptrdiff_t vectors = stem_vectors(point), tile = 0;
        const float *from = v + first * STEM_SPREAD + point * STEM_VECTORS * STEM_LANES;
        for (; tile < count; tile += 2) {
          float *to = t + (tile * STEM_TILE * STEM_POINTS + point) * STEM_COLUMNS;
          if (tile + 1 < count) {
            stem_column(2, vectors, from + tile * STEM_SPREAD, panel, to);
          } else {
            stem_column(1, vectors, from + tile * STEM_SPREAD, panel, to);
          }
        }
        panel += vectors * STEM_BOTH * STEM_COLUMNS;
      }
      for (ptrdiff_t j = 0; j < STEM_COLUMNS; j += CK_LANES) {
        int begins = sums && sums->begins && run == 0;
        if (non_temporal) {
          stem_output(s, row, first, count, t + j, c + j, y, epilogue, sums, begins, 1);
        } else {
          stem_output(s, row, first, count, t + j, c + j, y, epilogue, sums, begins, 0);
        }
      }
    }
  }
#if defined(__x86_64__)
  if (non_temporal) { __builtin_ia32_sfence(); }
#endif
}

static void stem_gradient_input(ck_stem s, const float *dy, ptrdiff_t lines, float *d,
                                ptrdiff_t plane) {
  ptrdiff_t width = stem_outputs(s.width);
  for (ptrdiff_t tile = 0; tile < stem_tiles(s.width); tile++, d += s.channels) {
    for (ptrdiff_t c = 0; c < s.channels; c += CK_LANES) {
      vec made[STEM_POINTS][STEM_TILE];
      CK_UNROLL for (int j = 0; j < STEM_TILE; j++) {
        vec e[STEM_TILE], o[STEM_POINTS];
        ptrdiff_t across = tile * STEM_TILE + j;
        CK_UNROLL for (int i = 0; i < STEM_TILE; i++) {
          e[i] = i < lines && across < width ? load(dy + (i * width + across) * s.channels + c)
                                             : (vec){};
        }
        evaluate(STEM_POINTS, &points_6, 1, STEM_TILE, e, o);
        CK_UNROLL for (int i = 0; i < STEM_POINTS; i++) { made[i][j] = o[i]; }
      }
      CK_UNROLL for (int i = 0; i < STEM_POINTS; i++) {
        vec o[STEM_POINTS];
        evaluate(STEM_POINTS, &points_6, 1, STEM_TILE, made[i], o);
        CK_UNROLL for (int j = 0; j < STEM_POINTS; j++) {
          store(d + (j * STEM_POINTS + i) * plane + c, o[j]);
        }
      }
    }
  }
}

// The sums over tiles at a point of so many elements of v, in one or both phases of the rows, and d.
CK_INLINE void stem_sums(int vectors, int phases, ptrdiff_t tiles, const float *v, const float *d,
                         ptrdiff_t channels, float *du, int adds) {
  vec sums[STEM_VECTORS][2][STEM_REGISTERS] = {};
  CK_UNROLL for (int i = 0; i < vectors; i++) {
    CK_UNROLL for (int phase = 0; phase < phases; phase++) {
      CK_UNROLL for (int j = 0; j < STEM_REGISTERS; j++) {
        const float *from = du + (i * STEM_BOTH + phase * STEM_POINTS) * STEM_COLUMNS + j * CK_LANES;
        if (adds) { sums[i][phase][j] = load(from); }
      }
    }
  }
  for (; tiles > 0; tiles--, v += STEM_SPREAD, d += channels) {
    vec right[STEM_REGISTERS];
    CK_UNROLL for (int j = 0; j < STEM_REGISTERS; j++) { right[j] = load(d + j * CK_LANES); }
    CK_UNROLL for (int i = 0; i < vectors; i++) {
      CK_UNROLL for (int phase = 0; phase < phases; phase++) {
        vec left = all(v[i * STEM_LANES + phase * STEM_HALF]);
        CK_UNROLL for (int j = 0; j < STEM_REGISTERS; j++) {
          sums[i][phase][j] = fused(left, right[j], sums[i][phase][j]);
        }
      }
    }
  }
  CK_UNROLL for (int i = 0; i < vectors; i++) {
    CK_UNROLL for (int phase = 0; phase < phases; phase++) {
      CK_UNROLL for (int j = 0; j < STEM_REGISTERS; j++) {
        store(du + (i * STEM_BOTH + phase * STEM_POINTS) * STEM_COLUMNS + j * CK_LANES,
              sums[i][phase][j]);
      }
    }
  }
}

static void stem_gradient(ptrdiff_t tiles, ptrdiff_t channels, const float *v, const float *d,
                          ptrdiff_t plane, float *du, int adds) {
  for (ptrdiff_t column = 0; column < STEM_POINTS; column++) {
    for (ptrdiff_t c = 0; c < channels; c += STEM_COLUMNS) {
      float *to = du + c * STEM_SUMS + column * STEM_VECTORS * STEM_BOTH * STEM_COLUMNS;
      for (ptrdiff_t row = 0; row < STEM_POINTS; row++, to += STEM_COLUMNS) {
        const float *left = v + column * STEM_VECTORS * STEM_LANES + row;
        const float *right = d + (column * STEM_POINTS + row) * plane + c;
        int phases = row < STEM_POINTS - 1 ? 2 : 1;
        if (column < STEM_POINTS - 1 && phases == 2) {
          stem_sums(STEM_VECTORS, 2, tiles, left, right, channels, to, adds);
        } else if (column < STEM_POINTS - 1) {
          stem_sums(STEM_VECTORS, 1, tiles, left, right, channels, to, adds);
        } else if (phases == 2) {
          stem_sums(STEM_COLOURS, 2, tiles, left, right, channels, to, adds);
        } else {
          stem_sums(STEM_COLOURS, 1, tiles, left, right, channels, to, adds);
        }
      }
    }
  }
}

// Where the transformed weights of a channel lie: of a point along the columns, a phase and a colour, the
// first of those along the rows.
CK_INLINE ptrdiff_t stem_place(ptrdiff_t c, int column, int phase, int colour) {
  ptrdiff_t vector = column * STEM_VECTORS + phase * STEM_COLOURS + colour;
  return c / STEM_COLUMNS * STEM_COLUMNS * STEM_SUMS + vector * STEM_BOTH * STEM_COLUMNS
         + c % STEM_COLUMNS;
}

// Taps of a phase.
CK_INLINE int stem_taps(int phase) { return phase == 0 ? 4 : 3; }

static void stem_filter(ptrdiff_t channels, const float *w, float *u) {
  for (int colour = 0; colour < STEM_COLOURS; colour++) {
    for (ptrdiff_t c = 0; c < channels; c += CK_LANES) {
      vec made[STEM_BOTH][STEM_TAPS];
      for (int s = 0; s < STEM_TAPS; s++) {
        CK_UNROLL for (int phase = 0; phase < 2; phase++) {
          vec g[4], o[STEM_POINTS];
          CK_UNROLL for (int r = 0; r < stem_taps(phase); r++) {
            ptrdiff_t tap = (2 * r + phase) * STEM_TAPS + s;
            g[r] = load(w + (tap * STEM_COLOURS + colour) * channels + c);
          }
          weigh(STEM_POINTS, &points_6, phase == 0, stem_taps(phase), g, o);
          CK_UNROLL for (int i = 0; i < STEM_POINTS - phase; i++) {
            made[phase * STEM_POINTS + i][s] = o[i];
          }
        }
      }
      for (int row = 0; row < STEM_BOTH; row++) {
        CK_UNROLL for (int phase = 0; phase < 2; phase++) {
          vec g[4], o[STEM_POINTS];
          CK_UNROLL for (int r = 0; r < stem_taps(phase); r++) { g[r] = made[row][2 * r + phase]; }
          weigh(STEM_POINTS, &points_6, phase == 0, stem_taps(phase), g, o);
          CK_UNROLL for (int i = 0; i < STEM_POINTS - phase; i++) {
            store(u + stem_place(c, i, phase, colour) + row * STEM_COLUMNS, o[i]);
          }
        }
      }
    }
  }
}

static void stem_filter_gradient(ptrdiff_t channels, const float *du, float *dw) {
  for (int colour = 0; colour < STEM_COLOURS; colour++) {
    for (ptrdiff_t c = 0; c < channels; c += CK_LANES) {
      vec made[STEM_BOTH][STEM_TAPS];
      for (int row = 0; row < STEM_BOTH; row++) {
        CK_UNROLL for (int phase = 0; phase < 2; phase++) {
          vec m[STEM_POINTS], o[4];
          CK_UNROLL for (int i = 0; i < STEM_POINTS - phase; i++) {
            m[i] = load(du + stem_place(c, i, phase, colour) + row * STEM_COLUMNS);
          }
          unweigh(STEM_POINTS, &points_6, phase == 0, stem_taps(phase), m, o);
          CK_UNROLL for (int r = 0; r < stem_taps(phase); r++) { made[row][2 * r + phase] = o[r]; }
        }
      }
      for (int s = 0; s < STEM_TAPS; s++) {
        CK_UNROLL for (int phase = 0; phase < 2; phase++) {
          vec m[STEM_POINTS], o[4];
          CK_UNROLL for (int i = 0; i < STEM_POINTS - phase; i++) {
            m[i] = made[phase * STEM_POINTS + i][s];
          }
          unweigh(STEM_POINTS, &points_6, phase == 0, stem_taps(phase), m, o);
          CK_UNROLL for (int r = 0; r < stem_taps(phase); r++) {
            ptrdiff_t tap = (2 * r + phase) * STEM_TAPS + s;
            store(dw + (tap * STEM_COLOURS + colour) * channels + c, o[r]);
          }
        }
      }
    }
  }
}
