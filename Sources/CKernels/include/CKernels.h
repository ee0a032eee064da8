// Inner loops of matrix products, compiled for several processors and chosen at run time.
//
// Every result is a sum over k in ascending order, one accumulator each, in blocks of at most
// CK_DEPTH products; so its bits depend neither on how the caller cuts rows and columns nor, among
// processors with fused multiply-add, on which implementation runs.
//
// Everything here runs on the calling thread, allocates nothing and keeps no state but the choice.

#ifndef CKERNELS_H
#define CKERNELS_H

#include <stddef.h>

/// Most products that are summed before the sum is added to the result.
#define CK_DEPTH 512
/// Rows that a call of ck_multiply gathers at a time.
#define CK_ROWS 140
/// Rows that a call of ck_gradient gathers at a time.
#define CK_GRADIENT_ROWS 128
/// Rows that a call of ck_strassen_gradient gathers at a time.
#define CK_SUMMED 256
/// Weights whose gradients' sums do not stay in a second-level cache beside what they are made of.
#define CK_GRADIENT_FAR (1 << 19)
/// Weights whose gradients' sums take a small part of one.
#define CK_GRADIENT_FEW (1 << 15)

/// Rows of a matrix that is read: row r is `segments` runs of `length` floats.
typedef struct {
  /// Row r's runs begin at starts[r * segments ...]; NULL stands for a run of zeros.
  const float *const *starts;
  /// Where `starts` is NULL there is one run a row: it begins at first + r * pitch.
  const float *first;
  ptrdiff_t pitch;
  ptrdiff_t segments;
  ptrdiff_t length;
  /// Where not NULL, a run's element i is read as max(0, scale[i] * x + shift[i]).
  const float *scale;
  const float *shift;
  /// Rows after these that are likely to be read next; a product asks for them meanwhile.
  ptrdiff_t following;
} ck_rows;

/// What becomes of a finished sum before it is written: + shift, + a number of another result of the
/// same layout, 0 where the gate of that layout is not above 0, max(0, ...), in this order, each
/// rounded once.
typedef struct {
  /// A number for each column, readable up to a multiple of 32 columns; NULL for none.
  const float *shift;
  /// Bytes from a number of the result to the one that is added to it; 0 for none.
  ptrdiff_t addend;
  /// The same for its gate; 0 for none.
  ptrdiff_t gate;
  /// Whether what is below 0 becomes 0.
  int rectifies;
} ck_epilogue;

/// Sums over the rows of a result, for each of its columns, that are added to while rows are finished:
/// of y - middle and its square, the row that is finished first being the middle, or, where an `x`
/// belongs to the result, of dx and dx * (x - middle), dx counting as 0 where there is a scale and
/// scale * x + shift is not above 0. What is summed is what is written.
typedef struct {
  /// The first sums; the second ones begin `pitch` floats further on. Both are readable and writable up
  /// to a multiple of 32 columns.
  float *first;
  ptrdiff_t pitch;
  /// A number for each column, readable and writable up to a multiple of 32.
  float *middle;
  /// Whether the row that is finished first is to be written there.
  int begins;
  /// Bytes from a number of the result to its x; 0 for none.
  ptrdiff_t x;
  /// A number for each column, readable up to a multiple of 32 columns; both NULL where there is no x
  /// or dx counts everywhere.
  const float *scale;
  const float *shift;
} ck_sums;

/// Rows of a matrix that is written: row r begins at starts[r] or, where that is NULL, at
/// first + r * pitch. Where it `non_temporal` it goes to memory past the caches, which pays for results
/// larger than these.
typedef struct {
  float *const *starts;
  float *first;
  ptrdiff_t pitch;
  int non_temporal;
  /// NULL where sums are written as they are.
  const ck_epilogue *epilogue;
  /// NULL where nothing is summed over its rows.
  const ck_sums *sums;
} ck_result;

/// The implementation in use: "avx512", "avx2" or "portable". The fastest that this processor runs,
/// or the one that the environment variable COUNTERPOISE_KERNELS names.
const char *ck_implementation(void);
/// Columns of a panel of packed elements.
ptrdiff_t ck_panel_width(void);
/// Floats of a packed k x n matrix.
ptrdiff_t ck_packed_count(ptrdiff_t k, ptrdiff_t n);

/// Packs panels [first, end) of b (k x n, rows ldb apart): panel after panel, each k rows of the
/// panel's columns, columns beyond n zero. Panels hold `depth` rows in all, so that several
/// matrices can be packed one below the other.
void ck_pack(ptrdiff_t k, ptrdiff_t n, const float *b, ptrdiff_t ldb, ptrdiff_t first,
             ptrdiff_t end, float *packed, ptrdiff_t depth);
/// The same for the transpose of b (n x k, rows ldb apart).
void ck_pack_transposed(ptrdiff_t k, ptrdiff_t n, const float *b, ptrdiff_t ldb,
                        ptrdiff_t first, ptrdiff_t end, float *packed, ptrdiff_t depth);

/// c[i][j] = sum over k of a[i][k] * b[k][j] for rows [0, rows) and the columns of panels
/// [first, end) of n columns, panels holding `depth` rows; added to c where `adds`.
///
/// scratch: ck_multiply_scratch() floats.
void ck_multiply(ptrdiff_t rows, ptrdiff_t n, ptrdiff_t first, ptrdiff_t end, ck_rows a,
                 const float *packed, ptrdiff_t depth, ck_result c, int adds, float *scratch);

ptrdiff_t ck_multiply_scratch(void);

/// The same where a lies in memory row after row, `lda` apart, and c `ldc` apart; nothing is
/// gathered. lda should not be a multiple of 1024.
void ck_multiply_in_place(ptrdiff_t rows, ptrdiff_t k, ptrdiff_t n, const float *a, ptrdiff_t lda,
                          const float *packed, float *c, ptrdiff_t ldc, int adds);

/// dw[i][j] = sum over rows r of a[r][i] * b[r][j] for i in [0, a.segments * a.length) and
/// j in [0, b.segments * b.length), rows of dw ldw apart; added to dw where `adds`.
///
/// scratch: ck_gradient_scratch(m, n) floats.
void ck_gradient(ptrdiff_t rows, ck_rows a, ck_rows b, float *dw, ptrdiff_t ldw, int adds,
                 float *scratch);
ptrdiff_t ck_gradient_scratch(ptrdiff_t m, ptrdiff_t n);

// Products by seven products of quadrants in place of eight (strassen.h). Rows go in pairs, 2r and 2r + 1,
// column j with n / 2 + j, and k in equal blocks of at most CK_DEPTH, the halves of each together; so bits
// depend on k and n only, as long as a cut of the rows is even.

/// Whether a k x n matrix can be cut this way: n a multiple of 64, k of 32 times its number of blocks.
int ck_strassen_fits(ptrdiff_t k, ptrdiff_t n);
/// Floats of the packed factors of a k x n matrix.
ptrdiff_t ck_strassen_packed_count(ptrdiff_t k, ptrdiff_t n);
/// Packs the factors of b (k x n), those of panels [first, end) and of the panels n / 2 columns further on.
void ck_strassen_pack(ptrdiff_t k, ptrdiff_t n, const float *b, ptrdiff_t first, ptrdiff_t end,
                      float *packed);
/// The same for the transpose of b (n x k); or the turned factors, which meet right factors of another
/// product as left ones: ck_strassen_backward.
void ck_strassen_pack_transposed(ptrdiff_t k, ptrdiff_t n, const float *b, ptrdiff_t first,
                                 ptrdiff_t end, int is_turned, float *packed);
/// What rows are made of besides a's normalisation: max(0, scale * x + shift + addend).
typedef struct {
  /// Bytes from a number of a to the one that is added to it.
  ptrdiff_t addend;
  /// Where not NULL, the latter is read as scale[i] * addend + shift[i].
  const float *scale;
  const float *shift;
  /// Bytes from a number of a to where what is made of it is written as well, past the caches where it
  /// `non_temporal`; then that is on a line.
  ptrdiff_t result;
  int non_temporal;
} ck_residual;

/// c = a b as ck_multiply has it, for an even number of rows of one run each and the columns of panels
/// [first, end) of the first n / 2 columns and as many of the others. c has no `starts`, nor has a where
/// there is a residual, which is NULL for none and is written as often as rows are read.
///
/// scratch: ck_strassen_scratch() floats.
void ck_strassen_multiply(ptrdiff_t rows, ptrdiff_t n, ptrdiff_t first, ptrdiff_t end, ck_rows a,
                          const ck_residual *residual, const float *packed, ck_result c, int adds,
                          float *scratch);
ptrdiff_t ck_strassen_scratch(void);

/// Where rows are few, and factors of a matrix would be met but once or twice, its panels are packed where they
/// are met, and rows' factors are formed first: those of some rows, of `all` in all; a pair's are
/// ck_strassen_formed_pitch further on than those of the pair before. `residual` as in ck_strassen_multiply.
void ck_strassen_form(ptrdiff_t rows, ptrdiff_t all, ck_rows a, const ck_residual *residual,
                      float *factors);
/// Floats of the factors of some rows.
ptrdiff_t ck_strassen_formed_count(ptrdiff_t rows, ptrdiff_t k);
/// From one pair's factors to the next one's.
ptrdiff_t ck_strassen_formed_pitch(ptrdiff_t k);
/// c = a b as ck_strassen_multiply has it, with the same bits: columns of one panel and those n / 2 further
/// on, b being k x n or, where `transposed`, n x k. Meanwhile panel `next` is asked for, unless negative. c
/// does not stream.
///
/// scratch: ck_strassen_panel_scratch(k) floats.
void ck_strassen_multiply_panel(ptrdiff_t rows, ptrdiff_t k, ptrdiff_t n, ptrdiff_t panel,
                                ptrdiff_t next, const float *factors, const float *b,
                                int transposed, ck_result c, int adds, float *scratch);
ptrdiff_t ck_strassen_panel_scratch(ptrdiff_t k);

/// dw as ck_gradient has it, for an even number of rows of one run each, m and n of them being multiples of
/// 64. Rows go in pairs, and halves of the columns of both matrices together.
///
/// scratch: ck_strassen_gradient_scratch(m) floats.
void ck_strassen_gradient(ptrdiff_t rows, ck_rows a, ck_rows b, float *dw, ptrdiff_t ldw, int adds,
                          float *scratch);
ptrdiff_t ck_strassen_gradient_scratch(ptrdiff_t m);

/// Windows of an image: row r is `runs` runs of `length` floats, `distance` apart, the first of which
/// begins at first + r * pitch. Runs of neighbouring rows may overlap; nothing is copied.
typedef struct {
  const float *first;
  ptrdiff_t pitch;
  ptrdiff_t runs;
  ptrdiff_t length;
  ptrdiff_t distance;
} ck_windows;

/// The product of some windows of at most CK_DEPTH floats and a packed matrix of n columns. c has
/// no `starts`.
void ck_multiply_windows(ptrdiff_t rows, ptrdiff_t n, ck_windows a, const float *packed,
                         ck_result c);

/// dw (windows' floats x n) = the sum over windows of their transpose times rows of b (n floats, row
/// after row); added to dw where `adds`. There are `lines` times `rows` windows, at most CK_DEPTH, the
/// first ones of two lines `line` apart. Where it is not NULL as many rows from `next` on are asked for.
void ck_gradient_windows(ptrdiff_t lines, ptrdiff_t line, ptrdiff_t rows, ptrdiff_t n,
                         ck_windows a, const float *b, float *dw, int adds, const float *next);

/// Asks for rows, `pitch` apart, to come into the second-level cache.
void ck_prefetch(const float *first, ptrdiff_t rows, ptrdiff_t pitch, ptrdiff_t columns);

/// dw (m x n, rows ldw apart) = aT b over rows that lie in memory lda and ldb apart; added to dw
/// where `adds`. The next product's rows are asked for meanwhile, unless NULL.
void ck_gradient_in_place(ptrdiff_t rows, ptrdiff_t m, ptrdiff_t n, const float *a, ptrdiff_t lda,
                          const float *b, ptrdiff_t ldb, float *dw, ptrdiff_t ldw, int adds,
                          const float *next_a, const float *next_b);

/// The gradient of a normalised result y (rows x n), row after row, from that of what follows:
/// scale * dy + (slope * y + constant), n floats each.
typedef struct {
  const float *dy;
  const float *y;
  const float *scale;
  const float *slope;
  const float *constant;
  /// Where not NULL, dy counts as 0 where scale * y + shift <= 0: a ReLU followed.
  const float *shift;
} ck_normalized_gradient;

/// Both gradients of y = a w (rows x k by k x n), y being normalised: with t its gradient,
/// sums = aT t, which ck_backward_add reads, and dx = t wT, finished as told, rows k apart; none
/// where dx.first is NULL; added to what is there where `adds`. a is one dense run a row, packed the transpose of w.
///
/// sums: ck_backward_sums(k, n) floats; scratch: ck_gradient_scratch(k, n) floats.
void ck_backward(ptrdiff_t rows, ck_rows a, ptrdiff_t n, ck_normalized_gradient g,
                 const float *packed, ck_result dx, int adds, float *sums, float *scratch);
ptrdiff_t ck_backward_sums(ptrdiff_t k, ptrdiff_t n);
/// Panels [first, end) of dw (k x n): the sums of `groups` of rows, `distance` apart, in group order.
void ck_backward_add(ptrdiff_t k, ptrdiff_t n, ptrdiff_t first, ptrdiff_t end, const float *sums,
                     ptrdiff_t groups, ptrdiff_t distance, float *dw);

/// The same by quadrants, for an even number of rows, k and n multiples of 64, n at most CK_DEPTH: `packed` are
/// the turned factors of the transpose of w.
///
/// sums: ck_strassen_backward_sums(k, n) floats; scratch: ck_strassen_backward_scratch(k, n) floats.
void ck_strassen_backward(ptrdiff_t rows, ck_rows a, ptrdiff_t n, ck_normalized_gradient g,
                          const float *packed, ck_result dx, int adds, float *sums, float *scratch);
ptrdiff_t ck_strassen_backward_sums(ptrdiff_t k, ptrdiff_t n);
ptrdiff_t ck_strassen_backward_scratch(ptrdiff_t k, ptrdiff_t n);
/// Panels [first, end) of the first n / 2 columns of dw, and those n / 2 further on.
void ck_strassen_backward_add(ptrdiff_t k, ptrdiff_t n, ptrdiff_t first, ptrdiff_t end,
                              const float *sums, ptrdiff_t groups, ptrdiff_t distance, float *dw);

/// A matrix, row after row, and what is made of it: scale * x + shift, or x where they are NULL.
typedef struct {
  const float *first;
  const float *scale;
  const float *shift;
} ck_normalized;

// Batch normalisation of some rows x channels; vectors hold a number for each channel.

/// Adds the sums over rows of x - shift and its square.
void ck_norm_statistics(ptrdiff_t rows, ptrdiff_t channels, const float *x, const float *shift,
                        float *first, float *second);
/// y = x + addend, which has no `first` where there is none, then max(0, y) where it `rectifies`; past
/// the caches where it `non_temporal`. y may be x.
void ck_norm_apply(ptrdiff_t rows, ptrdiff_t channels, ck_normalized x, ck_normalized addend,
                   int rectifies, float *y, int non_temporal);
/// Adds the sums over rows of dy and dy * (x - mean), dy counting as 0 where the ReLU cut off: where z
/// is not above 0, and dy becomes 0 there, or where scale * x + shift is not, or, if both z and shift
/// are NULL, nowhere.
void ck_norm_sums(ptrdiff_t rows, ptrdiff_t channels, const float *x, const float *mean, float *dy,
                  const float *z, const float *scale, const float *shift, float *first,
                  float *second);
/// Writes a gradient to `to`, which may be its y; where it `is_shared`, other threads read it (ck_set_far).
void ck_norm_gradient(ptrdiff_t rows, ptrdiff_t channels, ck_normalized_gradient g, float *to,
                      int is_shared);

/// Max-pooling of one image, pixel after pixel.
typedef struct {
  ptrdiff_t height, width, channels;
  ptrdiff_t window, stride, padding;
  ptrdiff_t out_height, out_width;
} ck_pool;

/// Row oy of the result and the place of each maximum in its window, row by row from 0: of x or, where
/// scale is not NULL, of max(0, scale * x + shift), with -1 for the winner where that is 0.
void ck_pool_forward(ck_pool p, const float *x, ptrdiff_t oy, const float *scale,
                     const float *shift, float *y, float *winners);
/// Row iy of the image's gradient.
void ck_pool_backward(ck_pool p, const float *dy, const float *winners, ptrdiff_t iy, float *dx);

/// How a convolution is computed along one side of an image: from its values at 4 to 7 points,
/// infinity among them, or, with 3 taps where the side is two pixels long with zeros around them, from
/// three products. Else 3 taps give points - 2 outputs a tile, 2 or 1 taps points - 1 of at most 5, a
/// single tap without infinity.
typedef struct {
  int points;
  int taps;
} ck_axis;
typedef struct {
  ck_axis rows;
  ck_axis columns;
} ck_axes;

// Transforms of one tile of Winograd's convolutions, all channels, which are a multiple of 16. Along an
// axis a transformed tile has a number for each point, but infinity if there is a single tap. Number i,
// row by row, lies at places[i], tap i of a filter at taps[i]. Where a transformed tile `is_shared`, other threads
// read it (ck_set_far), and places, pitches and depths are multiples of 16. A pixel that is NULL is zeros, or not
// written. The pixels of the `next` tile, unless that is NULL, are asked for meanwhile.

/// BT d B of pixels, read as max(0, scale * x + shift) where scale is not NULL.
void ck_winograd_input(ck_axes axes, const float *const *pixels, const float *const *next,
                       ptrdiff_t channels, const float *scale, const float *shift, float *v,
                       const ptrdiff_t *places, int is_shared);
/// AT m A, finished as told and added to sums (neither where NULL), to pixels.
void ck_winograd_output(ck_axes axes, const float *m, const ptrdiff_t *places, ptrdiff_t channels,
                        const ck_epilogue *epilogue, const ck_sums *sums, float *const *pixels,
                        float *const *next);
/// A e AT of a tile of outputs.
void ck_winograd_gradient(ck_axes axes, const float *const *pixels, const float *const *next,
                          ptrdiff_t channels, float *d, const ptrdiff_t *places, int is_shared);
/// G g GT of some rows of filters, `pitch` apart: as many rows, at places[i], of each of some packed
/// matrices of `depth` rows.
void ck_winograd_filter(ck_axes axes, ptrdiff_t rows, const float *g, ptrdiff_t pitch,
                        const ptrdiff_t *taps, ptrdiff_t channels, float *u,
                        const ptrdiff_t *places, ptrdiff_t depth, int is_shared);
/// GT du G of some rows, du_pitch apart: the gradients of filters, `pitch` apart.
void ck_winograd_filter_gradient(ck_axes axes, ptrdiff_t rows, const float *du,
                                 ptrdiff_t du_pitch, const ptrdiff_t *places, ptrdiff_t channels,
                                 float *dg, ptrdiff_t pitch, const ptrdiff_t *taps);

/// A convolution of 7x7 taps, stride 2 and padding 3 over images of three colours, by Winograd's F(3x3, 7x7):
/// the image's extents, and the channels of the result, a multiple of 32.
typedef struct {
  ptrdiff_t height, width;
  ptrdiff_t channels;
} ck_stem;

/// Floats of V for each tile, and of U and its gradient for each channel.
enum { CK_STEM_SPREAD = 576, CK_STEM_SUMS = 363 };

/// U from w (7 x 7 x 3 x channels).
void ck_stem_filter(ptrdiff_t channels, const float *w, float *u);
/// V of row `row` of the tiles of image x, read as max(0, scale * x + shift) where scale is not NULL; a tile is
/// three outputs along either side.
///
/// scratch: ck_stem_scratch(s) floats.
void ck_stem_input(ck_stem s, const float *x, ptrdiff_t row, const float *scale,
                   const float *shift, float *v, float *scratch);
ptrdiff_t ck_stem_scratch(ck_stem s);
/// The outputs of such a row, finished as told and added to sums (neither where NULL), to image y; past the
/// caches where it `non_temporal`.
void ck_stem_multiply(ck_stem s, ptrdiff_t row, const float *v, const float *u, float *y,
                      const ck_epilogue *epilogue, const ck_sums *sums, int non_temporal);
/// D of a row of tiles from its `lines` of dy: at each of 36 points, `plane` apart, the tiles' channels.
void ck_stem_gradient_input(ck_stem s, const float *dy, ptrdiff_t lines, float *d, ptrdiff_t plane);
/// du = the sum over tiles of V times D at each point; added to du where `adds`.
void ck_stem_gradient(ptrdiff_t tiles, ptrdiff_t channels, const float *v, const float *d,
                      ptrdiff_t plane, float *du, int adds);
/// dw from the gradient of U.
void ck_stem_filter_gradient(ptrdiff_t channels, const float *du, float *dw);

/// Says whether the cores of the threads share no cache. What is written for other threads to read then goes past the
/// caches, if told; elements are the same.
void ck_set_far(int is_far);

/// What each implementation provides: the functions above.
typedef struct {
  const char *name;
  ptrdiff_t panel_width;
  void (*pack)(ptrdiff_t k, ptrdiff_t n, const float *b, ptrdiff_t ldb, ptrdiff_t first,
               ptrdiff_t end, float *packed, ptrdiff_t depth);
  void (*pack_transposed)(ptrdiff_t k, ptrdiff_t n, const float *b, ptrdiff_t ldb,
                          ptrdiff_t first, ptrdiff_t end, float *packed, ptrdiff_t depth);
  void (*multiply)(ptrdiff_t rows, ptrdiff_t n, ptrdiff_t first, ptrdiff_t end, ck_rows a,
                   const float *packed, ptrdiff_t depth, ck_result c, int adds, float *scratch);
  void (*strassen_pack)(ptrdiff_t k, ptrdiff_t n, const float *b, ptrdiff_t first, ptrdiff_t end,
                        float *packed);
  void (*strassen_pack_transposed)(ptrdiff_t k, ptrdiff_t n, const float *b, ptrdiff_t first,
                                   ptrdiff_t end, int is_turned, float *packed);
  void (*strassen_multiply)(ptrdiff_t rows, ptrdiff_t n, ptrdiff_t first, ptrdiff_t end, ck_rows a,
                            const ck_residual *residual, const float *packed, ck_result c, int adds,
                            float *scratch);
  void (*strassen_form)(ptrdiff_t rows, ptrdiff_t all, ck_rows a, const ck_residual *residual,
                        float *factors);
  void (*strassen_multiply_panel)(ptrdiff_t rows, ptrdiff_t k, ptrdiff_t n, ptrdiff_t panel,
                                  ptrdiff_t next, const float *factors, const float *b,
                                  int transposed, ck_result c, int adds, float *scratch);
  void (*strassen_gradient)(ptrdiff_t rows, ck_rows a, ck_rows b, float *dw, ptrdiff_t ldw, int adds,
                            float *scratch);
  void (*multiply_in_place)(ptrdiff_t rows, ptrdiff_t k, ptrdiff_t n, const float *a,
                            ptrdiff_t lda, const float *packed, float *c, ptrdiff_t ldc,
                            int adds);
  void (*gradient)(ptrdiff_t rows, ck_rows a, ck_rows b, float *dw, ptrdiff_t ldw, int adds,
                   float *scratch);
  void (*gradient_in_place)(ptrdiff_t rows, ptrdiff_t m, ptrdiff_t n, const float *a,
                            ptrdiff_t lda, const float *b, ptrdiff_t ldb, float *dw,
                            ptrdiff_t ldw, int adds, const float *next_a, const float *next_b);
  void (*multiply_windows)(ptrdiff_t rows, ptrdiff_t n, ck_windows a, const float *packed,
                           ck_result c);
  void (*gradient_windows)(ptrdiff_t lines, ptrdiff_t line, ptrdiff_t rows, ptrdiff_t n,
                           ck_windows a, const float *b, float *dw, int adds, const float *next);
  void (*backward)(ptrdiff_t rows, ck_rows a, ptrdiff_t n, ck_normalized_gradient g,
                   const float *packed, ck_result dx, int adds, float *sums, float *scratch);
  ptrdiff_t (*backward_sums)(ptrdiff_t k, ptrdiff_t n);
  void (*add_sums)(ptrdiff_t k, ptrdiff_t n, ptrdiff_t first, ptrdiff_t end, const float *sums,
                   ptrdiff_t groups, ptrdiff_t distance, float *dw);
  void (*strassen_backward)(ptrdiff_t rows, ck_rows a, ptrdiff_t n, ck_normalized_gradient g,
                            const float *packed, ck_result dx, int adds, float *sums,
                            float *scratch);
  ptrdiff_t (*strassen_backward_sums)(ptrdiff_t k, ptrdiff_t n);
  void (*strassen_add_sums)(ptrdiff_t k, ptrdiff_t n, ptrdiff_t first, ptrdiff_t end,
                            const float *sums, ptrdiff_t groups, ptrdiff_t distance, float *dw);
  void (*norm_statistics)(ptrdiff_t rows, ptrdiff_t channels, const float *x, const float *shift,
                          float *first, float *second);
  void (*norm_apply)(ptrdiff_t rows, ptrdiff_t channels, ck_normalized x, ck_normalized addend,
                     int rectifies, float *y, int non_temporal);
  void (*norm_sums)(ptrdiff_t rows, ptrdiff_t channels, const float *x, const float *mean,
                    float *dy, const float *z, const float *scale, const float *shift,
                    float *first, float *second);
  void (*norm_gradient)(ptrdiff_t rows, ptrdiff_t channels, ck_normalized_gradient g, float *to, int is_shared);
  void (*pool_forward)(ck_pool p, const float *x, ptrdiff_t oy, const float *scale,
                       const float *shift, float *y, float *winners);
  void (*pool_backward)(ck_pool p, const float *dy, const float *winners, ptrdiff_t iy, float *dx);
  void (*winograd_input)(ck_axes axes, const float *const *pixels, const float *const *next,
                         ptrdiff_t channels, const float *scale, const float *shift, float *v,
                         const ptrdiff_t *places, int is_shared);
  void (*winograd_output)(ck_axes axes, const float *m, const ptrdiff_t *places,
                          ptrdiff_t channels, const ck_epilogue *epilogue, const ck_sums *sums,
                          float *const *pixels, float *const *next);
  void (*winograd_gradient)(ck_axes axes, const float *const *pixels, const float *const *next,
                            ptrdiff_t channels, float *d, const ptrdiff_t *places, int is_shared);
  void (*winograd_filter)(ck_axes axes, ptrdiff_t rows, const float *g, ptrdiff_t pitch,
                          const ptrdiff_t *taps, ptrdiff_t channels, float *u,
                          const ptrdiff_t *places, ptrdiff_t depth, int is_shared);
  void (*winograd_filter_gradient)(ck_axes axes, ptrdiff_t rows, const float *du,
                                   ptrdiff_t du_pitch, const ptrdiff_t *places,
                                   ptrdiff_t channels, float *dg, ptrdiff_t pitch,
                                   const ptrdiff_t *taps);
  void (*stem_filter)(ptrdiff_t channels, const float *w, float *u);
  void (*stem_input)(ck_stem s, const float *x, ptrdiff_t row, const float *scale,
                     const float *shift, float *v, float *scratch);
  ptrdiff_t (*stem_scratch)(ck_stem s);
  void (*stem_multiply)(ck_stem s, ptrdiff_t row, const float *v, const float *u, float *y,
                        const ck_epilogue *epilogue, const ck_sums *sums, int non_temporal);
  void (*stem_gradient_input)(ck_stem s, const float *dy, ptrdiff_t lines, float *d,
                              ptrdiff_t plane);
  void (*stem_gradient)(ptrdiff_t tiles, ptrdiff_t channels, const float *v, const float *d,
                        ptrdiff_t plane, float *du, int adds);
  void (*stem_filter_gradient)(ptrdiff_t channels, const float *du, float *dw);
} ck_table;

/// An implementation by name; NULL where this processor cannot run it.
const ck_table *ck_find(const char *name);

#endif
