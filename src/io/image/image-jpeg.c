/* JPEG by libjpeg-turbo, with its default inverse DCT and chroma upsampling, as Pillow has them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "io/image/image-format.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jerror.h>
#include <jpeglib.h>

/* A gray block of 64 pixels takes 2 bits at least; progressive scans can do with half of that. */
#define PIXELS_PER_BYTE 512
/* A progressive file may go over the picture as often as it likes, with a few bytes each time. */
#define MAX_SCANS 100
#define MAX_SCANNED_PIXELS (G_GINT64_CONSTANT (1) << 30)

typedef struct
{
  struct jpeg_decompress_struct info; /* its client_data points here */
  struct jpeg_error_mgr messages;
  struct jpeg_progress_mgr progress;
  jmp_buf jump;

  const guint8 *data;
  gsize size;
  FxImage *image;
  guint8 *row; /* one row as the decoder gives it */
  char **warning;
  GError **error;
} Decoder;

static void G_GNUC_NORETURN
give_up (j_common_ptr info)
{
  Decoder *decoder = info->client_data;
  char text[JMSG_LENGTH_MAX];

  info->err->format_message (info, text);
  fx_fail (decoder->error, FX_ERROR_BAD_DATA, "%s", text);
  longjmp (decoder->jump, 1);
}

static void
note_message (j_common_ptr info, int level)
{
  Decoder *decoder = info->client_data;
  char text[JMSG_LENGTH_MAX];

  if (level >= 0)
    return;
  if (info->err->msg_code == JWRN_JPEG_EOF)
    {
      fx_fail (decoder->error, FX_ERROR_BAD_DATA, "the file ends before the picture does");
      longjmp (decoder->jump, 1);
    }
  if (*decoder->warning == NULL)
    {
      info->err->format_message (info, text);
      *decoder->warning = g_strdup (text);
    }
}

static void
print_nothing (G_GNUC_UNUSED j_common_ptr info)
{
}

static void
count_scans (j_common_ptr info)
{
  Decoder *decoder = info->client_data;
  gint64 scans = decoder->info.input_scan_number;
  gint64 pixels = (gint64)decoder->info.image_width * decoder->info.image_height;

  if (scans > MAX_SCANS || scans * pixels > MAX_SCANNED_PIXELS)
    {
      fx_fail (decoder->error, FX_ERROR_TOO_LARGE, "the file has too many scans");
      longjmp (decoder->jump, 1);
    }
}

/* FALSE and an error if the components are of no known color. */
static gboolean
choose_output (Decoder *decoder)
{
  switch (decoder->info.num_components)
    {
    case 1: decoder->info.out_color_space = JCS_GRAYSCALE; return TRUE;
    case 3: decoder->info.out_color_space = JCS_RGB; return TRUE;
    case 4: decoder->info.out_color_space = JCS_CMYK; return TRUE;
    default:
      return fx_fail (decoder->error, FX_ERROR_UNSUPPORTED, "found %d components, wanted 1, 3 or 4",
                      decoder->info.num_components);
    }
}

/* a × b / 255, rounded */
static int
times (int a, int b)
{
  int product = a * b + 128;

  return ((product >> 8) + product) >> 8;
}

/* Adobe stores CMYK inverted: the samples are 255 minus the ink. */
static void
expand_row (const Decoder *decoder, const guint8 *from, guint8 *to)
{
  int width = decoder->image->width;

  switch (decoder->info.out_color_space)
    {
    case JCS_GRAYSCALE:
      for (int x = 0; x < width; x++)
        memset (to + 3 * x, from[x], 3);
      break;
    case JCS_CMYK:
      for (int x = 0; x < width; x++)
        for (int c = 0; c < 3; c++)
          to[3 * x + c] = (guint8)(from[4 * x + 3] - times (255 - from[4 * x + c], from[4 * x + 3]));
      break;
    default: memcpy (to, from, 3 * (gsize)width); break;
    }
}

/* Everything that may longjmp() out; what it allocates is kept in the decoder. */
static gboolean
decode_rows (Decoder *decoder)
{
  struct jpeg_decompress_struct *info = &decoder->info;
  gsize row_bytes;

  jpeg_create_decompress (info);
  info->client_data = decoder;
  info->progress = &decoder->progress;
  jpeg_mem_src (info, decoder->data, decoder->size);
  jpeg_read_header (info, TRUE);
  if (!fx_image_justified (info->image_width, info->image_height, decoder->size, PIXELS_PER_BYTE, decoder->error)
      || !choose_output (decoder))
    return FALSE;
  decoder->image
      = fx_image_new ((int)info->image_width, (int)info->image_height, FX_COLOR_RGB, FX_DTYPE_UINT8, decoder->error);
  if (decoder->image == NULL)
    return FALSE;

  jpeg_start_decompress (info);
  row_bytes = fx_image_row_bytes (decoder->image);
  decoder->row = g_malloc ((gsize)info->output_width * info->output_components);
  while (info->output_scanline < info->output_height)
    {
      guint8 *to = decoder->image->u8 + info->output_scanline * row_bytes;

      jpeg_read_scanlines (info, &decoder->row, 1);
      expand_row (decoder, decoder->row, to);
    }
  return TRUE;
}

static gboolean
decode_or_jump (Decoder *decoder)
{
  if (setjmp (decoder->jump) != 0)
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
  decoder->info.err = jpeg_std_error (&decoder->messages);
  decoder->info.client_data = decoder;
  decoder->messages.error_exit = give_up;
  decoder->messages.emit_message = note_message;
  decoder->messages.output_message = print_nothing;
  decoder->progress.progress_monitor = count_scans;

  if (decode_or_jump (decoder))
    image = g_steal_pointer (&decoder->image);
  jpeg_destroy_decompress (&decoder->info);
  fx_image_free (decoder->image);
  g_free (decoder->row);
  g_free (decoder);
  return image;
}

static gboolean
sniff (const guint8 *data, gsize size)
{
  return size >= 3 && data[0] == 0xff && data[1] == 0xd8 && data[2] == 0xff;
}

const FxImageFormat fx_image_format_jpeg = { "JPEG", sniff, decode };
