/* SPDX-License-Identifier: Apache-2.0 */
#include "core/calib/fx-resample.h"

#include "core/calib/fx-resample-private.h"
#include "core/fx-error.h"

#include <string.h>

static const struct
{
  const char *name, *doc;
} modes[FX_N_RESAMPLES] = {
#define ROW(id, name, doc) [FX_RESAMPLE_##id] = { name, doc },
  FX_RESAMPLE_LIST (ROW)
#undef ROW
};

const char *
fx_resample_name (FxResample mode)
{
  return modes[mode].name;
}

const char *
fx_resample_doc (FxResample mode)
{
  return modes[mode].doc;
}

gboolean
fx_resample_from_name (const char *name, FxResample *mode, GError **error)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (int i = 0; i < FX_N_RESAMPLES; i++)
    {
      if (g_str_equal (name, modes[i].name))
        {
          *mode = i;
          return TRUE;
        }
      g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", modes[i].name);
    }
  return fx_fail (error, FX_ERROR_BAD_DATA, "\"%s\" is no way to resize, wanted one of %s", name, names->str);
}

void
fx_resample_pick (const FxImage *in, FxImage *out, const int *columns, const int *rows)
{
  gsize pixel_bytes = in->channels * fx_dtype_size (in->dtype);
  guint8 *to = out->data;

  for (int y = 0; y < out->height; y++)
    {
      const guint8 *row = (const guint8 *)in->data + rows[y] * fx_image_row_bytes (in);

      for (int x = 0; x < out->width; x++, to += pixel_bytes)
        memcpy (to, row + columns[x] * pixel_bytes, pixel_bytes);
    }
}

FxImage *
fx_image_resize (const FxImage *image, int width, int height, FxResample mode, GError **error)
{
  g_autoptr (FxImage) out = NULL;

  if (width == image->width && height == image->height)
    return fx_image_copy (image, error);
  out = fx_image_new (width, height, image->color, image->dtype, error);
  if (out == NULL)
    return NULL;
  if (!(mode < FX_RESAMPLE_OPENCV_NEAREST ? fx_resample_pillow (image, out, mode, error)
                                          : fx_resample_opencv (image, out, mode, error)))
    return NULL;
  return g_steal_pointer (&out);
}
