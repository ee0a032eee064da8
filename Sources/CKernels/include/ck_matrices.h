// How matrices are read and written, and what happens to them on the way.

#ifndef CK_MATRICES_H
#define CK_MATRICES_H

#include <stddef.h>

/// Most products that are summed before their sum is added to the result.
#define CK_DEPTH 512
/// Rows that ck_multiply and ck_strassen_multiply gather at a time.
#define CK_ROWS 140
/// Rows that ck_gradient and ck_backward gather at a time.
#define CK_GRADIENT_ROWS 128

/// A matrix that is read: row r consists of `segments` runs of `length` floats, one after the
/// other.
typedef struct {
  /// Row r's runs begin at starts[r * segments], starts[r * segments + 1], ...; NULL stands for a
  /// run of zeros.
  const float *const *starts;
  /// Where `starts` is NULL every row is one run: row r begins at first + r * pitch.
  const float *first;
  ptrdiff_t pitch;
  ptrdiff_t segments;
  ptrdiff_t length;
  /// Where not NULL (`length` floats each), element i of a run is read as max(0,
  /// scale[i] * x + shift[i]).
  const float *scale;
  const float *shift;
  /// How many rows after these are likely to be read next. They are prefetched, so they must be
  /// described by `starts`, too, unless that is NULL.
  ptrdiff_t following;
} ck_rows;

/// Windows of an image: row r consists of `runs` runs of `length` floats, `distance` apart, the
/// first of which begins at first + r * pitch. Runs of neighbouring rows may overlap; nothing is
/// copied.
typedef struct {
  const float *first;
  ptrdiff_t pitch;
  ptrdiff_t runs;
  ptrdiff_t length;
  ptrdiff_t distance;
} ck_windows;

/// What becomes of a sum before it is written, in this order, each step rounded once: + shift of
/// its column, + addend, 0 where the gate is not above 0, max(0, ...). Addend and gate are elements
/// of other matrices of the same layout as the result; that of row i and column j lies as far from
/// the result's element for all i and j.
typedef struct {
  /// An element for each column, readable up to a multiple of 32 columns; NULL for none.
  const float *shift;
  /// Bytes from an element of the result to its addend; 0 for none.
  ptrdiff_t addend;
  /// Bytes from an element of the result to its gate; 0 for none.
  ptrdiff_t gate;
  /// Whether what is below 0 becomes 0.
  int rectifies;
} ck_epilogue;

/// Sums over the rows of a result y, for each of its columns, formed of what is written while it is
/// in registers:
///
/// - where `x` is 0, of y - middle and of (y - middle)^2;
/// - else, y being a gradient dy, of dy and of dy * (x - middle), with 0 for dy where there is a
///   scale and scale * x + shift is not above 0.
///
/// They are added to what is there.
typedef struct {
  /// The first sums; the second ones begin `pitch` floats further on. Both are readable and
  /// writable up to a multiple of 32 columns.
  float *first;
  ptrdiff_t pitch;
  /// An element for each column, readable and writable up to a multiple of 32 columns.
  float *middle;
  /// Whether the row that is written first becomes the middle; else it is only read.
  int begins;
  /// Bytes from an element of the result to its x, another matrix of the same layout; 0 for none.
  ptrdiff_t x;
  /// An element for each column, readable up to a multiple of 32 columns; both NULL where there is
  /// no x or dy counts everywhere.
  const float *scale;
  const float *shift;
} ck_sums;

/// A matrix that is written: row r begins at starts[r] or, where that is NULL, at
/// first + r * pitch.
typedef struct {
  float *const *starts;
  float *first;
  ptrdiff_t pitch;
  /// Whether rows are stored past the caches.
  int non_temporal;
  /// NULL where sums are written as they are.
  const ck_epilogue *epilogue;
  /// NULL where nothing is summed over the rows.
  const ck_sums *sums;
} ck_result;

/// A matrix, row after row, and what is made of it: scale * x + shift of its column, or x where
/// they are NULL.
typedef struct {
  const float *first;
  const float *scale;
  const float *shift;
} ck_normalized;

/// The gradient of a normalised result y (rows x n) from the gradient dy (rows x n) of what follows
/// it, both row after row: scale * dy + (slope * y + constant). The other vectors have n floats.
typedef struct {
  const float *dy;
  const float *y;
  const float *scale;
  const float *slope;
  const float *constant;
  /// Where not NULL, dy counts as 0 where scale * y + shift is not above 0: a ReLU followed.
  const float *shift;
} ck_normalized_gradient;

#endif
