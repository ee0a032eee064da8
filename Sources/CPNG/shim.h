#pragma once
#include <png.h>

/// `PNG_FORMAT_RGB` and friends are compound macros that Swift does not import.
static const png_uint_32 counterpoise_png_format_rgb = PNG_FORMAT_RGB;
static const png_uint_32 counterpoise_png_format_rgba = PNG_FORMAT_RGBA;
