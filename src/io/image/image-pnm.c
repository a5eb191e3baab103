/* Binary PGM (P5) and PPM (P6) of 8 or 16 bits.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "io/image/image-format.h"

#include <math.h>

typedef struct
{
  const guint8 *at, *end;
} Reader;

static gboolean
is_blank (guint8 c)
{
  return c == ' ' || (c >= '\t' && c <= '\r');
}

/* A number of the header behind blanks and comments; at most 9 digits. */
static gboolean
read_number (Reader *reader, int *number, GError **error)
{
  int digits = 0;

  while (reader->at < reader->end && (is_blank (*reader->at) || *reader->at == '#'))
    if (*reader->at++ == '#')
      while (reader->at < reader->end && *reader->at != '\n')
        reader->at++;
  *number = 0;
  while (reader->at < reader->end && g_ascii_isdigit (*reader->at) && ++digits <= 9)
    *number = *number * 10 + (*reader->at++ - '0');
  if (digits < 1 || digits > 9)
    return fx_fail (error, FX_ERROR_BAD_DATA, "a number is missing in the header");
  return TRUE;
}

/* Samples of 0…max become 0…255, rounded as Pillow does. */
static guint8
scaled (const guint8 *sample, int max)
{
  int value = max > 255 ? sample[0] << 8 | sample[1] : sample[0];

  return max == 255 ? (guint8)value : (guint8)MIN (rint ((double)value / max * 255.0), 255.0);
}

static FxImage *
decode (const guint8 *data, gsize size, G_GNUC_UNUSED char **warning, GError **error)
{
  Reader reader = { data + 2, data + size };
  int width, height, max, channels = data[1] == '6' ? 3 : 1, step;
  FxImage *image;
  gsize n;

  if (!read_number (&reader, &width, error) || !read_number (&reader, &height, error)
      || !read_number (&reader, &max, error) || !fx_image_justified (width, height, size, 1, error))
    return NULL;
  step = max > 255 ? 2 : 1;
  n = (gsize)width * height * channels;
  if (max < 1 || max > 65535)
    {
      fx_fail (error, FX_ERROR_BAD_DATA, "the largest value is %d, wanted 1 to 65535", max);
      return NULL;
    }
  if (reader.at >= reader.end || n * step > (gsize)(reader.end - reader.at) - 1)
    {
      fx_fail (error, FX_ERROR_BAD_DATA, "the file ends before the picture does");
      return NULL;
    }
  image = fx_image_new (width, height, FX_COLOR_RGB, FX_DTYPE_UINT8, error);
  if (image == NULL)
    return NULL;

  reader.at++; /* one blank ends the header */
  for (gsize i = 0; i < fx_image_samples (image); i++)
    image->u8[i] = scaled (reader.at + (channels == 3 ? i : i / 3) * step, max);
  return image;
}

static gboolean
sniff (const guint8 *data, gsize size)
{
  return size >= 3 && data[0] == 'P' && (data[1] == '5' || data[1] == '6') && is_blank (data[2]);
}

const FxImageFormat fx_image_format_pnm = { "PNM", sniff, decode };
