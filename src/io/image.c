/* SPDX-License-Identifier: Apache-2.0 */
#include "io/image.h"

#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "io/fx-file.h"
#include "io/image/image-format.h"

/* A header and tables, which need not hold pixels. */
#define SLACK_PIXELS 65536

static const FxImageFormat *const formats[] = {
  &fx_image_format_jpeg,
  &fx_image_format_png,
  &fx_image_format_bmp,
  &fx_image_format_pnm,
};

gboolean
fx_image_justified (gint64 width, gint64 height, gsize size, guint per_byte, GError **error)
{
  guint64 limit = (guint64)MIN (size, FX_IMAGE_MAX_PIXELS) * per_byte + SLACK_PIXELS;

  if (width < 1 || height < 1)
    return fx_fail (error, FX_ERROR_BAD_DATA, "the header says %" PRId64 "x%" PRId64 " pixels", width, height);
  if (width > FX_IMAGE_MAX_SIDE || height > FX_IMAGE_MAX_SIDE || (guint64)(width * height) > limit)
    return fx_fail (error, FX_ERROR_TOO_LARGE,
                    "the header says %" PRId64 "x%" PRId64 " pixels, which a file of %zu bytes cannot hold", width,
                    height, size);
  return TRUE;
}

static const FxImageFormat *
find_format (const guint8 *data, gsize size)
{
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    if (formats[i]->sniff (data, size))
      return formats[i];
  return NULL;
}

const char *
fx_image_sniff (const guint8 *data, gsize size)
{
  const FxImageFormat *format = find_format (data, size);

  return format != NULL ? format->name : NULL;
}

FxImage *
fx_image_decode (const guint8 *data, gsize size, char **warning, GError **error)
{
  const FxImageFormat *format = find_format (data, size);
  g_autofree char *found = NULL;
  FxImage *image;

  if (warning != NULL)
    *warning = NULL;
  if (format == NULL)
    {
      fx_fail (error, FX_ERROR_BAD_DATA,
               size == 0 ? N_ ("the file is empty") : N_ ("this is no JPEG, PNG, BMP or PNM picture"));
      return NULL;
    }
  image = format->decode (data, size, &found, error);
  if (image == NULL)
    fx_error_prefix (error, "%s", format->name);
  else if (warning != NULL)
    *warning = g_steal_pointer (&found);
  return image;
}

FxImage *
fx_image_load (const char *path, char **warning, GError **error)
{
  g_autoptr (GBytes) bytes = fx_file_map (path, error);
  FxImage *image = NULL;
  gconstpointer data;
  gsize size;

  if (bytes != NULL)
    {
      data = g_bytes_get_data (bytes, &size);
      image = fx_image_decode (data, size, warning, error);
    }
  if (image == NULL)
    fx_error_prefix (error, "%s", path);
  return image;
}
