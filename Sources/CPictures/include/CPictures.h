#pragma once
#include <stddef.h>
#include <stdint.h>

/// How a call ended.
typedef enum {
  CP_DONE = 0,
  /// The file is damaged or of a kind that the library cannot read; `message` says why.
  CP_UNREADABLE,
  /// It announces no rows or no columns.
  CP_EMPTY,
  /// It has more scans than the caller allows.
  CP_TOO_MANY_SCANS,
  /// The decoder had to make pixels up where coded data are missing or wrong.
  CP_DAMAGED,
} cp_status;

/// One JPEG being read by libjpeg. Not for two threads at a time.
typedef struct cp_jpeg cp_jpeg;

/// What a JPEG says of itself before its first scan.
typedef struct {
  int width;
  int height;
  /// Whether its channels are four inks, CMYK or YCCK.
  int is_cmyk;
  /// Whether Adobe's programs wrote it: they store 255 - ink.
  int is_adobe;
  /// Channels as they are stored.
  int components;
  /// Bytes of coefficients that libjpeg holds, because several scans bring them; else 0.
  size_t held;
} cp_jpeg_header;

/// Begins to read; the bytes stay the caller's and must outlive the reader. NULL without memory.
cp_jpeg *cp_jpeg_open(const uint8_t *bytes, size_t count);

/// Reads the header.
cp_status cp_jpeg_read_header(cp_jpeg *jpeg, cp_jpeg_header *header);

/// Begins to decode at 1 / `shrink` of the size (1, 2, 4 or 8; sides rounded up): three bytes a
/// pixel, four for inks. Called once, after the header.
cp_status cp_jpeg_start(cp_jpeg *jpeg, int shrink, int max_scans);

/// Decodes the next row into `row`, which has `size` bytes. `CP_DAMAGED` ends the matter.
cp_status cp_jpeg_read_row(cp_jpeg *jpeg, uint8_t *row, size_t size);

/// Looks at what follows the last row, and whether all rows were those of the file.
cp_status cp_jpeg_finish(cp_jpeg *jpeg);

/// Warnings so far. The pixels are whole unless a function returned `CP_DAMAGED`.
int cp_jpeg_warnings(const cp_jpeg *jpeg);

/// libjpeg's words for the error, or for the gravest warning.
const char *cp_jpeg_message(const cp_jpeg *jpeg);

void cp_jpeg_close(cp_jpeg *jpeg);

/// One PNG being read by libpng. Not for two threads at a time.
typedef struct cp_png cp_png;

/// What a PNG says of itself before its pixels.
typedef struct {
  uint32_t width;
  uint32_t height;
  /// As it will be decoded: 3, or 4 with alpha.
  int channels;
  /// Bits a channel as they are stored.
  int bits;
  int is_interlaced;
} cp_png_header;

/// Begins to read; the bytes stay the caller's and must outlive the reader. NULL without memory.
cp_png *cp_png_open(const uint8_t *bytes, size_t count);

/// Reads the header. Allocates a few rows, no more.
cp_status cp_png_read_header(cp_png *png, cp_png_header *header);

/// Decodes into height × width × channels bytes: rows from the top, palette and gray as colours, 16
/// bits rounded to 8, neither gamma nor profile applied. Called once, after the header.
cp_status cp_png_decode(cp_png *png, uint8_t *pixels, size_t size);

/// Decodes the next row, in the same way, into width × channels bytes: for a picture that is not
/// interlaced, in place of `cp_png_decode`.
cp_status cp_png_read_row(cp_png *png, uint8_t *row, size_t size);

/// Warnings so far.
int cp_png_warnings(const cp_png *png);

/// libpng's words for the error, or for the first warning.
const char *cp_png_message(const cp_png *png);

void cp_png_close(cp_png *png);

/// One TIFF being read by libtiff. Not for two threads at a time.
typedef struct cp_tiff cp_tiff;

/// What the first page of a TIFF says of itself.
typedef struct {
  uint32_t width;
  uint32_t height;
  /// 1 to 8 as in EXIF; 1 where the file does not say.
  int orientation;
  int has_more_pages;
  /// Bytes of all rows, unpacked.
  uint64_t unpacked;
  /// Bytes of one strip or tile, unpacked.
  uint64_t piece;
  /// Bytes that all strips or tiles claim of the file, together.
  uint64_t claimed;
  /// Whether its compression is one that unpacks slowly (LZMA, JPEG, fax).
  int is_slow;
} cp_tiff_header;

/// Begins to read; the bytes stay the caller's and must outlive the reader. NULL without memory.
///
/// `max_allocation` bounds each of libtiff's own allocations.
cp_tiff *cp_tiff_open(const uint8_t *bytes, size_t count, size_t max_allocation);

/// Reads the first page's header.
cp_status cp_tiff_read_header(cp_tiff *tiff, cp_tiff_header *header);

/// Finds out what unpacking the first page takes: the last four fields of the header. Called once
/// its size was found acceptable.
void cp_tiff_measure(cp_tiff *tiff, cp_tiff_header *header);

/// Decodes the first page into width × height pixels: rows and columns as they are stored, red,
/// green, blue and alpha a byte each, colours multiplied by alpha.
cp_status cp_tiff_decode(cp_tiff *tiff, uint8_t *pixels);

/// libtiff's words for the first error.
const char *cp_tiff_message(const cp_tiff *tiff);

void cp_tiff_close(cp_tiff *tiff);
