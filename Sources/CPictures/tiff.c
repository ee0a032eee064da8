// The first page of a TIFF through libtiff's RGBA interface, from memory.

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tiffio.h>

#include "CPictures.h"

// From 4.5 on libtiff takes bounds and handlers for one file; before that they are global.
#define HAS_OPEN_OPTIONS (TIFFLIB_VERSION >= 20221213)

struct cp_tiff {
  TIFF *file;
  const uint8_t *bytes;
  size_t count;
  size_t position;
  char message[256];
};

static tmsize_t take(thandle_t handle, void *target, tmsize_t wanted) {
  cp_tiff *tiff = handle;
  if (wanted <= 0 || tiff->position >= tiff->count) return 0;
  const size_t left = tiff->count - tiff->position;
  const size_t size = (size_t)wanted < left ? (size_t)wanted : left;
  memcpy(target, tiff->bytes + tiff->position, size);
  tiff->position += size;
  return (tmsize_t)size;
}

static tmsize_t refuse_to_write(thandle_t handle, void *source, tmsize_t size) {
  (void)handle, (void)source, (void)size;
  return 0;
}

static toff_t seek(thandle_t handle, toff_t offset, int origin) {
  cp_tiff *tiff = handle;
  const size_t base = origin == SEEK_CUR ? tiff->position : origin == SEEK_END ? tiff->count : 0;
  tiff->position = base + (size_t)offset;
  return tiff->position;
}

static int keep_open(thandle_t handle) {
  (void)handle;
  return 0;
}

static toff_t size_of(thandle_t handle) { return ((cp_tiff *)handle)->count; }

#if HAS_OPEN_OPTIONS
static int take_error(TIFF *file, void *user, const char *module, const char *format,
                      va_list rest) {
  (void)file, (void)module;
  cp_tiff *tiff = user;
  if (tiff->message[0] == 0) vsnprintf(tiff->message, sizeof tiff->message, format, rest);
  return 1;
}

static int pass_over(TIFF *file, void *user, const char *module, const char *format, va_list rest) {
  (void)file, (void)user, (void)module, (void)format, (void)rest;
  return 1;
}
#endif

static TIFF *begin(cp_tiff *tiff, size_t max_allocation) {
#if HAS_OPEN_OPTIONS
  TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
  if (options == NULL) return NULL;
  TIFFOpenOptionsSetMaxSingleMemAlloc(options, (tmsize_t)max_allocation);
  TIFFOpenOptionsSetErrorHandlerExtR(options, take_error, tiff);
  TIFFOpenOptionsSetWarningHandlerExtR(options, pass_over, tiff);
  TIFF *file = TIFFClientOpenExt("picture", "rm", tiff, take, refuse_to_write, seek, keep_open,
                                 size_of, NULL, NULL, options);
  TIFFOpenOptionsFree(options);
  return file;
#else
  (void)max_allocation;
  TIFFSetErrorHandler(NULL);
  TIFFSetWarningHandler(NULL);
  return TIFFClientOpen("picture", "rm", tiff, take, refuse_to_write, seek, keep_open, size_of,
                        NULL, NULL);
#endif
}

cp_tiff *cp_tiff_open(const uint8_t *bytes, size_t count, size_t max_allocation) {
  cp_tiff *tiff = calloc(1, sizeof *tiff);
  if (tiff == NULL) return NULL;
  tiff->bytes = bytes;
  tiff->count = count;
  tiff->file = begin(tiff, max_allocation);
  return tiff;
}

cp_status cp_tiff_read_header(cp_tiff *tiff, cp_tiff_header *header) {
  if (tiff->file == NULL) return CP_UNREADABLE;
  uint16_t orientation = ORIENTATION_TOPLEFT;
  header->width = header->height = 0;
  TIFFGetField(tiff->file, TIFFTAG_IMAGEWIDTH, &header->width);
  TIFFGetField(tiff->file, TIFFTAG_IMAGELENGTH, &header->height);
  TIFFGetFieldDefaulted(tiff->file, TIFFTAG_ORIENTATION, &orientation);
  header->orientation = orientation;
  header->has_more_pages = !TIFFLastDirectory(tiff->file);
  return header->width > 0 && header->height > 0 ? CP_DONE : CP_EMPTY;
}

void cp_tiff_measure(cp_tiff *tiff, cp_tiff_header *header) {
  TIFF *file = tiff->file;
  const int is_tiled = TIFFIsTiled(file);
  uint16_t compression = COMPRESSION_NONE;
  TIFFGetFieldDefaulted(file, TIFFTAG_COMPRESSION, &compression);
  header->is_slow = compression == COMPRESSION_LZMA || compression == COMPRESSION_JPEG ||
                    compression == COMPRESSION_OJPEG || compression == COMPRESSION_CCITTRLE ||
                    compression == COMPRESSION_CCITTRLEW || compression == COMPRESSION_CCITTFAX3 ||
                    compression == COMPRESSION_CCITTFAX4;
  const uint32_t count = is_tiled ? TIFFNumberOfTiles(file) : TIFFNumberOfStrips(file);
  header->piece = is_tiled ? TIFFTileSize64(file) : TIFFStripSize64(file);
  header->unpacked = is_tiled ? header->piece * count : TIFFScanlineSize64(file) * header->height;
  header->claimed = 0;
  // Each has a place of its own in the file's tables.
  if (count > tiff->count) header->claimed = UINT64_MAX;
  for (uint32_t index = 0; index < count && header->claimed <= UINT32_MAX; index++) {
    header->claimed += TIFFGetStrileByteCount(file, index);
  }
}

cp_status cp_tiff_decode(cp_tiff *tiff, uint8_t *pixels) {
  TIFFRGBAImage image;
  char reason[1024] = "";
  if (!TIFFRGBAImageOK(tiff->file, reason) || !TIFFRGBAImageBegin(&image, tiff->file, 1, reason)) {
    if (tiff->message[0] == 0) snprintf(tiff->message, sizeof tiff->message, "%.255s", reason);
    return CP_UNREADABLE;
  }
  // Asked for as it is stored, nothing is turned.
  image.req_orientation = image.orientation;
  const int is_read = TIFFRGBAImageGet(&image, (uint32_t *)pixels, image.width, image.height);
  TIFFRGBAImageEnd(&image);
  return is_read ? CP_DONE : CP_UNREADABLE;
}

const char *cp_tiff_message(const cp_tiff *tiff) { return tiff->message; }

void cp_tiff_close(cp_tiff *tiff) {
  if (tiff->file != NULL) TIFFClose(tiff->file);
  free(tiff);
}
