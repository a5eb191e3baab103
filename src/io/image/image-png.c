/* PNG by libpng.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "io/image/image-format.h"

#include <setjmp.h>
#include <string.h>

#include <png.h>

/* No stream of Deflate unpacks to more than 1032 times its size (RFC 1951: 258 bytes for 2 bits). */
#define MAX_RATIO 1032
#define SLACK_BYTES 65536

typedef struct
{
  png_structp png;
  png_infop info;
  const guint8 *data;
  gsize size, at;
  FxImage *image;
  png_bytep *rows;
  char **warning;
  GError **error;
} Decoder;

static void G_GNUC_NORETURN
give_up (png_structp png, const char *message)
{
  Decoder *decoder = png_get_error_ptr (png);

  fx_fail (decoder->error, FX_ERROR_BAD_DATA, "%s", message);
  png_longjmp (png, 1);
}

static void
note_warning (png_structp png, const char *message)
{
  Decoder *decoder = png_get_error_ptr (png);

  if (*decoder->warning == NULL)
    *decoder->warning = g_strdup (message);
}

static void
read_bytes (png_structp png, png_bytep to, size_t n)
{
  Decoder *decoder = png_get_io_ptr (png);

  if (n > decoder->size - decoder->at)
    png_error (png, "the file ends before the picture does");
  memcpy (to, decoder->data + decoder->at, n);
  decoder->at += n;
}

static gboolean
check_size (const Decoder *decoder)
{
  gint64 width = png_get_image_width (decoder->png, decoder->info);
  gint64 height = png_get_image_height (decoder->png, decoder->info);
  guint64 packed = (guint64)height * (png_get_rowbytes (decoder->png, decoder->info) + 1);

  if (packed > (guint64)decoder->size * MAX_RATIO + SLACK_BYTES)
    return fx_fail (decoder->error, FX_ERROR_TOO_LARGE,
                    "the header says %" PRId64 "x%" PRId64 " pixels, which a file of %zu bytes cannot hold", width,
                    height, decoder->size);
  return TRUE;
}

/* Whatever the file holds, rows of RGB bytes come out. */
static void
ask_for_rgb (png_structp png, png_infop info)
{
  int color = png_get_color_type (png, info);

  if (color == PNG_COLOR_TYPE_PALETTE)
    png_set_palette_to_rgb (png);
  if (color == PNG_COLOR_TYPE_GRAY && png_get_bit_depth (png, info) < 8)
    png_set_expand_gray_1_2_4_to_8 (png);
  if ((color & PNG_COLOR_MASK_COLOR) == 0)
    png_set_gray_to_rgb (png);
  png_set_strip_16 (png);
  png_set_strip_alpha (png);
  png_set_interlace_handling (png);
  png_read_update_info (png, info);
}

/* Everything that may longjmp() out; what it allocates is kept in the decoder. */
static gboolean
decode_rows (Decoder *decoder)
{
  png_structp png = decoder->png;
  png_infop info = decoder->info;
  int height;

  png_set_user_limits (png, FX_IMAGE_MAX_SIDE, FX_IMAGE_MAX_SIDE);
  png_set_read_fn (png, decoder, read_bytes);
  png_read_info (png, info);
  if (!check_size (decoder))
    return FALSE;
  ask_for_rgb (png, info);

  height = (int)png_get_image_height (png, info);
  decoder->image
      = fx_image_new ((int)png_get_image_width (png, info), height, FX_COLOR_RGB, FX_DTYPE_UINT8, decoder->error);
  if (decoder->image == NULL)
    return FALSE;
  if (png_get_rowbytes (png, info) != fx_image_row_bytes (decoder->image))
    return fx_fail (decoder->error, FX_ERROR_UNSUPPORTED, "this kind of pixel is not known");
  decoder->rows = g_new (png_bytep, height);
  for (int y = 0; y < height; y++)
    decoder->rows[y] = decoder->image->u8 + y * fx_image_row_bytes (decoder->image);
  png_read_image (png, decoder->rows);
  png_read_end (png, NULL); /* to notice a file that is cut off behind the picture */
  return TRUE;
}

static gboolean
decode_or_jump (Decoder *decoder)
{
  if (setjmp (png_jmpbuf (decoder->png)) != 0)
    return FALSE;
  return decode_rows (decoder);
}

static FxImage *
decode (const guint8 *data, gsize size, char **warning, GError **error)
{
  Decoder *decoder = g_new0 (Decoder, 1);
  FxImage *image = NULL;

  decoder->data = data;
  decoder->size = size;
  decoder->warning = warning;
  decoder->error = error;
  decoder->png = png_create_read_struct (PNG_LIBPNG_VER_STRING, decoder, give_up, note_warning);
  if (decoder->png != NULL)
    decoder->info = png_create_info_struct (decoder->png);

  if (decoder->info == NULL)
    fx_fail (error, FX_ERROR_FAILED, "libpng does not start");
  else if (decode_or_jump (decoder))
    image = g_steal_pointer (&decoder->image);
  png_destroy_read_struct (&decoder->png, &decoder->info, NULL);
  fx_image_free (decoder->image);
  g_free (decoder->rows);
  g_free (decoder);
  return image;
}

static gboolean
sniff (const guint8 *data, gsize size)
{
  return size >= 8 && memcmp (data, "\x89PNG\r\n\x1a\n", 8) == 0;
}

const FxImageFormat fx_image_format_png = { "PNG", sniff, decode };
