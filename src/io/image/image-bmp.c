/* BMP: uncompressed, of 8 (palette), 24 or 32 bits, as nearly all are.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "io/image/image-format.h"

#include <string.h>

#define HEADER_BYTES 54 /* BITMAPFILEHEADER and BITMAPINFOHEADER */

typedef struct
{
  gint64 width, height;
  gboolean top_down;
  guint bits;
  guint compression;
  gsize pixels, palette; /* offsets in the file */
  guint n_palette;       /* entries of 4 bytes: blue, green, red, unused */
} Header;

static guint32
u32_at (const guint8 *data)
{
  return data[0] | data[1] << 8 | data[2] << 16 | (guint32)data[3] << 24;
}

static gboolean
read_header (const guint8 *data, gsize size, Header *header, GError **error)
{
  guint32 info_bytes;
  gint32 height;

  if (size < HEADER_BYTES)
    return fx_fail (error, FX_ERROR_BAD_DATA, "the file ends inside its header");
  info_bytes = u32_at (data + 14);
  if (info_bytes < 40 || info_bytes > 124)
    return fx_fail (error, FX_ERROR_UNSUPPORTED, "found a header of %u bytes, wanted 40 to 124", info_bytes);
  height = (gint32)u32_at (data + 22);
  header->width = (gint32)u32_at (data + 18);
  header->height = ABS ((gint64)height);
  header->top_down = height < 0;
  header->bits = data[28] | data[29] << 8;
  header->compression = u32_at (data + 30);
  header->pixels = u32_at (data + 10);
  header->palette = 14 + info_bytes;
  header->n_palette = u32_at (data + 46);
  if (header->n_palette == 0 || header->n_palette > 256)
    header->n_palette = 256;
  return TRUE;
}

static gboolean
check_header (const Header *header, gsize size, GError **error)
{
  guint64 row_bytes;

  if (header->bits != 8 && header->bits != 24 && header->bits != 32)
    return fx_fail (error, FX_ERROR_UNSUPPORTED, "found %u bits for each pixel, wanted 8, 24 or 32", header->bits);
  if (header->compression != 0 && !(header->compression == 3 && header->bits == 32))
    return fx_fail (error, FX_ERROR_UNSUPPORTED, "the picture is compressed (method %u)", header->compression);
  if (!fx_image_justified (header->width, header->height, size, 1, error))
    return FALSE;
  row_bytes = ((guint64)header->width * header->bits + 31) / 32 * 4;
  if (header->pixels > size || row_bytes * (guint64)header->height > size - header->pixels)
    return fx_fail (error, FX_ERROR_BAD_DATA, "the file ends before the picture does");
  if (header->bits == 8 && (header->palette > size || header->n_palette * 4 > size - header->palette))
    return fx_fail (error, FX_ERROR_BAD_DATA, "the file ends inside its palette");
  return TRUE;
}

static void
convert_row (const guint8 *data, const Header *header, const guint8 *from, guint8 *to)
{
  guint step = header->bits / 8;

  for (gint64 x = 0; x < header->width; x++, from += step, to += 3)
    {
      const guint8 *bgr = from;
      static const guint8 black[3];

      if (header->bits == 8)
        bgr = *from < header->n_palette ? data + header->palette + 4 * *from : black;
      to[0] = bgr[2];
      to[1] = bgr[1];
      to[2] = bgr[0];
    }
}

static FxImage *
decode (const guint8 *data, gsize size, G_GNUC_UNUSED char **warning, GError **error)
{
  Header header = { 0 };
  FxImage *image;
  gsize row_bytes;

  if (!read_header (data, size, &header, error) || !check_header (&header, size, error))
    return NULL;
  image = fx_image_new ((int)header.width, (int)header.height, FX_COLOR_RGB, FX_DTYPE_UINT8, error);
  if (image == NULL)
    return NULL;
  row_bytes = ((gsize)header.width * header.bits + 31) / 32 * 4;
  for (int y = 0; y < image->height; y++)
    {
      int to = header.top_down ? y : image->height - 1 - y;

      convert_row (data, &header, data + header.pixels + y * row_bytes, image->u8 + to * fx_image_row_bytes (image));
    }
  return image;
}

static gboolean
sniff (const guint8 *data, gsize size)
{
  return size >= 2 && memcmp (data, "BM", 2) == 0;
}

const FxImageFormat fx_image_format_bmp = { "BMP", sniff, decode };
