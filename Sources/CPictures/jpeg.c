// JPEG through libjpeg's own interface, which tells warnings apart and lets scans be counted.
//
// libjpeg leaves a function by longjmp when it meets an error. So every call into it stands in a
// function here that has set its way out, and all state lies in `cp_jpeg`.

#include <stdio.h>

#include <jpeglib.h>

#include <jerror.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "CPictures.h"

struct cp_jpeg {
  struct jpeg_decompress_struct info;
  struct jpeg_error_mgr errors;
  struct jpeg_progress_mgr progress;
  jmp_buf escape;
  cp_status status;
  int max_scans;
  int is_decoding;
  int warnings;
  int is_damaged;
  /// Whether the bytes ended before the end marker.
  int has_run_out;
  /// A bit for each component that a scan has brought.
  unsigned components;
  /// How grave the warning is whose words are kept.
  int gravity;
  char message[JMSG_LENGTH_MAX];
};

static void leave(j_common_ptr info) {
  cp_jpeg *jpeg = info->client_data;
  jpeg->status = CP_UNREADABLE;
  if (info->err->msg_code == JERR_EMPTY_IMAGE) jpeg->status = CP_EMPTY;
  info->err->format_message(info, jpeg->message);
  longjmp(jpeg->escape, 1);
}

/// Whether the decoder fills a gap with a guess when it gives this warning.
static int makes_pixels_up(int code) {
  return code == JWRN_HIT_MARKER || code == JWRN_HUFF_BAD_CODE || code == JWRN_ARITH_BAD_CODE ||
         code == JWRN_MUST_RESYNC;
}

static void take_message(j_common_ptr info, int level) {
  if (level >= 0) return;
  cp_jpeg *jpeg = info->client_data;
  const int code = info->err->msg_code;
  const int has_run_out = code == JWRN_JPEG_EOF;
  const int gravity = has_run_out ? 3 : makes_pixels_up(code) ? 2 : 1;
  jpeg->warnings += 1;
  jpeg->has_run_out |= has_run_out;
  jpeg->is_damaged |= makes_pixels_up(code);
  if (gravity > jpeg->gravity) {
    jpeg->gravity = gravity;
    info->err->format_message(info, jpeg->message);
  }
  // The picture is lost. Making up the rest of it could take long: a few bytes may announce much.
  const int is_lost = jpeg->is_damaged || (has_run_out && jpeg->info.arith_code);
  if (jpeg->is_decoding && is_lost) {
    jpeg->status = CP_DAMAGED;
    longjmp(jpeg->escape, 1);
  }
}

static void print_nothing(j_common_ptr info) { (void)info; }

/// Called for every row of blocks.
static void watch(j_common_ptr common) {
  cp_jpeg *jpeg = common->client_data;
  const struct jpeg_decompress_struct *info = &jpeg->info;
  for (int index = 0; index < info->comps_in_scan; index++) {
    if (info->cur_comp_info[index] != NULL) {
      jpeg->components |= 1u << info->cur_comp_info[index]->component_index;
    }
  }
  if (info->input_scan_number > jpeg->max_scans) {
    jpeg->status = CP_TOO_MANY_SCANS;
    snprintf(jpeg->message, sizeof jpeg->message, "more than %d scans", jpeg->max_scans);
    longjmp(jpeg->escape, 1);
  }
}

cp_jpeg *cp_jpeg_open(const uint8_t *bytes, size_t count) {
  cp_jpeg *jpeg = calloc(1, sizeof *jpeg);
  if (jpeg == NULL) return NULL;
  jpeg->info.err = jpeg_std_error(&jpeg->errors);
  jpeg->info.client_data = jpeg;
  jpeg->errors.error_exit = leave;
  jpeg->errors.emit_message = take_message;
  jpeg->errors.output_message = print_nothing;
  jpeg->progress.progress_monitor = watch;
  if (setjmp(jpeg->escape) == 0) {
    // This keeps `err` and `client_data`, and clears the rest.
    jpeg_create_decompress(&jpeg->info);
    jpeg->info.progress = &jpeg->progress;
    jpeg_mem_src(&jpeg->info, bytes, count);
  }
  return jpeg;
}

/// 64 coefficients for each block of each component; blocks are padded to whole units.
static size_t coefficient_bytes(const struct jpeg_decompress_struct *info) {
  size_t blocks = 0;
  for (int index = 0; index < info->num_components; index++) {
    const jpeg_component_info *component = &info->comp_info[index];
    blocks += (size_t)(component->width_in_blocks + (JDIMENSION)component->h_samp_factor) *
              (component->height_in_blocks + (JDIMENSION)component->v_samp_factor);
  }
  return blocks * DCTSIZE2 * sizeof(JCOEF);
}

cp_status cp_jpeg_read_header(cp_jpeg *jpeg, cp_jpeg_header *header) {
  if (jpeg->status != CP_DONE) return jpeg->status;
  if (setjmp(jpeg->escape) != 0) return jpeg->status;
  jpeg_read_header(&jpeg->info, TRUE);
  const J_COLOR_SPACE space = jpeg->info.jpeg_color_space;
  header->width = (int)jpeg->info.image_width;
  header->height = (int)jpeg->info.image_height;
  header->is_cmyk = space == JCS_CMYK || space == JCS_YCCK;
  header->is_adobe = jpeg->info.saw_Adobe_marker;
  header->components = jpeg->info.num_components;
  header->held = jpeg_has_multiple_scans(&jpeg->info) ? coefficient_bytes(&jpeg->info) : 0;
  return CP_DONE;
}

/// Whether all coefficients came although the bytes ran out before the end marker.
///
/// A scan that breaks off gives a warning of its own; scans that are missing altogether do not.
static int is_complete(const cp_jpeg *jpeg) {
  const struct jpeg_decompress_struct *info = &jpeg->info;
  if (info->arith_code) return 0;
  for (int component = 0; component < info->num_components; component++) {
    if (!info->progressive_mode) {
      if (!(jpeg->components >> component & 1)) return 0;
      continue;
    }
    for (int coefficient = 0; coefficient < DCTSIZE2; coefficient++) {
      if (info->coef_bits[component][coefficient] != 0) return 0;
    }
  }
  return 1;
}

cp_status cp_jpeg_start(cp_jpeg *jpeg, int shrink, int max_scans) {
  struct jpeg_decompress_struct *info = &jpeg->info;
  if (jpeg->status != CP_DONE) return jpeg->status;
  if (setjmp(jpeg->escape) != 0) return jpeg->status;
  jpeg->max_scans = max_scans;
  jpeg->is_decoding = 1;
  const J_COLOR_SPACE space = info->jpeg_color_space;
  info->out_color_space = space == JCS_CMYK || space == JCS_YCCK ? JCS_CMYK : JCS_RGB;
  info->scale_num = 1;
  info->scale_denom = (unsigned)shrink;
  info->dct_method = JDCT_ISLOW;
  jpeg_start_decompress(info);
  return CP_DONE;
}

cp_status cp_jpeg_read_row(cp_jpeg *jpeg, uint8_t *row, size_t size) {
  struct jpeg_decompress_struct *info = &jpeg->info;
  if (jpeg->status != CP_DONE) return jpeg->status;
  if (setjmp(jpeg->escape) != 0) return jpeg->status;
  if ((size_t)info->output_width * (size_t)info->output_components != size) {
    snprintf(jpeg->message, sizeof jpeg->message, "its size is not what its header says");
    return jpeg->status = CP_UNREADABLE;
  }
  JSAMPROW target = row;
  while (jpeg_read_scanlines(info, &target, 1) == 0) continue;
  return CP_DONE;
}

cp_status cp_jpeg_finish(cp_jpeg *jpeg) {
  struct jpeg_decompress_struct *info = &jpeg->info;
  if (jpeg->status != CP_DONE) return jpeg->status;
  if (setjmp(jpeg->escape) != 0) return jpeg->status;
  if (info->output_scanline < info->output_height) {
    snprintf(jpeg->message, sizeof jpeg->message, "its size is not what its header says");
    return jpeg->status = CP_UNREADABLE;
  }
  // The coefficients' bits are gone after this.
  const int was_complete = !jpeg->has_run_out || is_complete(jpeg);
  jpeg_finish_decompress(info);
  if (jpeg->is_damaged || !was_complete) jpeg->status = CP_DAMAGED;
  return jpeg->status;
}

int cp_jpeg_warnings(const cp_jpeg *jpeg) { return jpeg->warnings; }

const char *cp_jpeg_message(const cp_jpeg *jpeg) { return jpeg->message; }

void cp_jpeg_close(cp_jpeg *jpeg) {
  if (setjmp(jpeg->escape) == 0) jpeg_destroy_decompress(&jpeg->info);
  free(jpeg);
}
