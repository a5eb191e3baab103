/* SPDX-License-Identifier: Apache-2.0 */
#include "app/fx-texture.h"

#include "core/calib/fx-resample.h"
#include "core/graph/fx-tensor.h"

#include <math.h>

GdkTexture *
fx_texture_from_image (const FxImage *image)
{
  g_autoptr (GBytes) bytes = NULL;
  gsize stride = (gsize)image->width * 3;

  g_return_val_if_fail (image->channels == 3 && image->dtype == FX_DTYPE_UINT8, NULL);
  bytes = g_bytes_new (image->u8, fx_image_samples (image));
  return gdk_memory_texture_new (image->width, image->height, GDK_MEMORY_R8G8B8, bytes, stride);
}

GdkTexture *
fx_texture_thumbnail (const FxImage *image, int side, GError **error)
{
  double ratio = (double)side / MAX (image->width, image->height);
  g_autoptr (FxImage) small = NULL;

  if (ratio >= 1)
    return fx_texture_from_image (image);
  small = fx_image_resize (image, MAX (1, (int)(image->width * ratio)), MAX (1, (int)(image->height * ratio)),
                           FX_RESAMPLE_PIL_BOX, error);
  return small != NULL ? fx_texture_from_image (small) : NULL;
}

typedef struct
{
  int channels, height, width;
  gsize channel_step, pixel_step;
} Planes;

static gboolean
find_planes (const FxShape *shape, gboolean nhwc, Planes *planes)
{
  gint64 channels, height, width;

  if (shape->rank != 4 || shape->dims[0] != 1)
    return FALSE;
  channels = shape->dims[nhwc ? 3 : 1];
  height = shape->dims[nhwc ? 1 : 2];
  width = shape->dims[nhwc ? 2 : 3];
  if ((channels != 1 && channels != 3) || height < 1 || width < 1 || height > FX_IMAGE_MAX_SIDE
      || width > FX_IMAGE_MAX_SIDE)
    return FALSE;
  *planes = (Planes){ (int)channels, (int)height, (int)width, nhwc ? 1 : (gsize)(height * width),
                      nhwc ? (gsize)channels : 1 };
  return TRUE;
}

static void
find_range (const FxTensor *tensor, double *low, double *high)
{
  *low = INFINITY;
  *high = -INFINITY;
  for (gsize i = 0; i < fx_tensor_elements (tensor); i++)
    {
      double value = fx_tensor_get_double (tensor, i);

      *low = fmin (*low, value);
      *high = fmax (*high, value);
    }
}

GdkTexture *
fx_texture_from_tensor (const FxTensor *tensor, gboolean nhwc, gboolean bgr, double *low, double *high)
{
  g_autoptr (GBytes) bytes = NULL;
  Planes planes;
  guint8 *out;
  gsize n;
  double scale;

  if (!find_planes (fx_tensor_shape (tensor), nhwc, &planes)
      || !fx_dtype_in (fx_tensor_dtype (tensor), FX_TYPES_FLOAT | FX_TYPES_INT))
    return NULL;
  find_range (tensor, low, high);
  scale = *high > *low ? 255 / (*high - *low) : 0;
  n = (gsize)planes.height * (gsize)planes.width;
  out = g_malloc (n * 3);
  for (gsize i = 0; i < n; i++)
    for (int c = 0; c < 3; c++)
      {
        int from = planes.channels == 1 ? 0 : bgr ? 2 - c : c;
        double value = fx_tensor_get_double (tensor, i * planes.pixel_step + (gsize)from * planes.channel_step);

        out[i * 3 + (gsize)c] = (guint8)CLAMP ((value - *low) * scale + 0.5, 0, 255);
      }
  bytes = g_bytes_new_take (out, n * 3);
  return gdk_memory_texture_new (planes.width, planes.height, GDK_MEMORY_R8G8B8, bytes, (gsize)planes.width * 3);
}
