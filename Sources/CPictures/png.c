// PNG through libpng's row interface: values as they are stored, at most 8 bits a channel.
//
// libpng leaves a function by longjmp when it meets an error. So every call into it stands in a
// function here that has set its way out, and all state lies in `cp_png`.

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

#include "CPictures.h"

/// Compressed bytes behind the last pixel that are still read, to find the end of the data.
enum { most_surplus = 1 << 16 };

struct cp_png {
  png_structp png;
  png_infop info;
  const uint8_t *bytes;
  size_t count;
  size_t position;
  size_t surplus;
  int passes;
  int warnings;
  cp_status status;
  char message[256];
};

static void leave(png_structp png, png_const_charp words) {
  cp_png *self = png_get_error_ptr(png);
  self->status = CP_UNREADABLE;
  snprintf(self->message, sizeof self->message, "%s", words);
  png_longjmp(png, 1);
}

static void count_warning(png_structp png, png_const_charp words) {
  cp_png *self = png_get_error_ptr(png);
  if (self->warnings++ == 0) snprintf(self->message, sizeof self->message, "%s", words);
}

/// Whether all pixels are there: libpng then looks for the end of the data.
static int is_whole(const cp_png *self) {
  return self->passes > 1
             ? png_get_current_pass_number(self->png) >= 7
             : png_get_current_row_number(self->png) >= png_get_image_height(self->png, self->info);
}

static void take(png_structp png, png_bytep target, size_t wanted) {
  cp_png *self = png_get_io_ptr(png);
  if (wanted > self->count - self->position) png_error(png, "the file breaks off");
  if (self->passes > 0 && is_whole(self)) {
    self->surplus += wanted;
    if (self->surplus > most_surplus) {
      // Data of any length may follow, and each byte may unpack to a thousand. The pixels are here.
      count_warning(png, "too much image data");
      png_longjmp(png, 1);
    }
  }
  memcpy(target, self->bytes + self->position, wanted);
  self->position += wanted;
}

cp_png *cp_png_open(const uint8_t *bytes, size_t count) {
  cp_png *self = calloc(1, sizeof *self);
  if (self == NULL) return NULL;
  self->bytes = bytes;
  self->count = count;
  self->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, self, leave, count_warning);
  if (self->png != NULL) self->info = png_create_info_struct(self->png);
  if (self->info == NULL) {
    cp_png_close(self);
    return NULL;
  }
  png_set_read_fn(self->png, self, take);
  return self;
}

cp_status cp_png_read_header(cp_png *self, cp_png_header *header) {
  if (setjmp(png_jmpbuf(self->png)) != 0) return self->status;
  // The caller has its own limit for their product.
  png_set_user_limits(self->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_read_info(self->png, self->info);
  header->width = png_get_image_width(self->png, self->info);
  header->height = png_get_image_height(self->png, self->info);
  const int bits = png_get_bit_depth(self->png, self->info);
  png_set_expand(self->png);
  png_set_scale_16(self->png);
  png_set_gray_to_rgb(self->png);
  const int passes = png_set_interlace_handling(self->png);
  png_read_update_info(self->png, self->info);
  self->passes = passes;
  header->channels = png_get_channels(self->png, self->info);
  header->bits = bits;
  header->is_interlaced = passes > 1;
  return CP_DONE;
}

cp_status cp_png_decode(cp_png *self, uint8_t *pixels, size_t size) {
  if (setjmp(png_jmpbuf(self->png)) != 0) return self->status;
  const size_t rows = png_get_image_height(self->png, self->info);
  const size_t stride = png_get_rowbytes(self->png, self->info);
  if (rows * stride != size) png_error(self->png, "its size is not what its header says");
  for (int pass = 0; pass < self->passes; pass++) {
    for (size_t row = 0; row < rows; row++) {
      png_read_row(self->png, pixels + row * stride, NULL);
    }
  }
  return CP_DONE;
}

cp_status cp_png_read_row(cp_png *self, uint8_t *row, size_t size) {
  if (setjmp(png_jmpbuf(self->png)) != 0) return self->status;
  if (self->passes > 1 || png_get_rowbytes(self->png, self->info) != size) {
    png_error(self->png, "its size is not what its header says");
  }
  png_read_row(self->png, row, NULL);
  return CP_DONE;
}

int cp_png_warnings(const cp_png *self) { return self->warnings; }

const char *cp_png_message(const cp_png *self) { return self->message; }

void cp_png_close(cp_png *self) {
  if (self->png != NULL) png_destroy_read_struct(&self->png, &self->info, NULL);
  free(self);
}
