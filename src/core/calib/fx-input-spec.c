/* SPDX-License-Identifier: Apache-2.0 */
#include "core/calib/fx-input-spec.h"

#include "core/fx-error.h"

#include <math.h>
#include <string.h>

static const struct
{
  const char *name;
  guint channels;
  guint rt; /* allowed run-time types of a network trained on this one, as bits */
} types[FX_N_INPUT_TYPES] = {
  [FX_INPUT_FEATUREMAP] = { "featuremap", 0, 1 << FX_INPUT_FEATUREMAP },
  [FX_INPUT_GRAY] = { "gray", 1, 1 << FX_INPUT_GRAY },
  [FX_INPUT_RGB] = { "rgb", 3, 1 << FX_INPUT_NV12 | 1 << FX_INPUT_YUV444 | 1 << FX_INPUT_RGB | 1 << FX_INPUT_BGR },
  [FX_INPUT_BGR] = { "bgr", 3, 1 << FX_INPUT_NV12 | 1 << FX_INPUT_YUV444 | 1 << FX_INPUT_RGB | 1 << FX_INPUT_BGR },
  [FX_INPUT_YUV444] = { "yuv444", 3, 1 << FX_INPUT_NV12 | 1 << FX_INPUT_YUV444 },
  [FX_INPUT_NV12] = { "nv12", 3, 0 },
};

const char *
fx_input_type_name (FxInputType type)
{
  return types[type].name;
}

gboolean
fx_input_type_find (const char *name, FxInputType *type)
{
  for (guint i = 0; i < FX_N_INPUT_TYPES; i++)
    if (strcmp (types[i].name, name) == 0)
      {
        *type = i;
        return TRUE;
      }
  return FALSE;
}

guint
fx_input_type_channels (FxInputType type)
{
  return types[type].channels;
}

gboolean
fx_input_type_allowed (FxInputType train, FxInputType rt)
{
  return (types[train].rt >> rt & 1) != 0;
}

/* nv12 arrives as yuv444: the hardware repeats the chroma samples. */
static FxInputType
intermediate (const FxInputSpec *spec)
{
  return spec->rt == FX_INPUT_NV12 ? FX_INPUT_YUV444 : spec->rt;
}

gboolean
fx_input_spec_needs_node (const FxInputSpec *spec)
{
  return spec->n_mean > 0 || spec->n_scale > 0
         || (spec->train != intermediate (spec) && spec->rt != FX_INPUT_FEATUREMAP);
}

/* Y, U, V minus 128 → R, G, B of 0…255, ITU-R BT.601. */
static void
yuv_to_rgb (gboolean video_range, FxInputMap *map)
{
  static const double full[3][3] = { { 1, 0, 1.402 }, { 1, -0.344136, -0.714136 }, { 1, 1.772, 0 } };
  double luma = video_range ? 255.0 / 219 : 1, chroma = video_range ? 255.0 / 224 : 1;

  for (guint i = 0; i < 3; i++)
    {
      for (guint k = 0; k < 3; k++)
        map->matrix[i][k] = full[i][k] * (k == 0 ? luma : chroma);
      map->offset[i] = luma * (128 - (video_range ? 16 : 0));
    }
}

static void
exchange_rows (FxInputMap *map)
{
  for (guint k = 0; k < 3; k++)
    {
      double kept = map->matrix[0][k];

      map->matrix[0][k] = map->matrix[2][k];
      map->matrix[2][k] = kept;
    }
}

void
fx_input_spec_map (const FxInputSpec *spec, guint n_channels, FxInputMap *map)
{
  FxInputType from = intermediate (spec);
  gboolean is_picture = spec->rt != FX_INPUT_FEATUREMAP;

  *map = (FxInputMap){ .n = n_channels };
  if (from == FX_INPUT_YUV444 && spec->train != FX_INPUT_YUV444)
    yuv_to_rgb (spec->video_range && spec->rt == FX_INPUT_NV12, map);
  else
    for (guint i = 0; i < n_channels; i++)
      {
        map->matrix[i][i] = 1;
        map->offset[i] = is_picture ? 128 : 0;
      }
  if ((from == FX_INPUT_YUV444 && spec->train == FX_INPUT_BGR)
      || (from != spec->train && from != FX_INPUT_YUV444 && n_channels == 3))
    exchange_rows (map);
  for (guint i = 0; i < n_channels; i++)
    {
      double mean = spec->n_mean > 0 ? spec->mean[spec->n_mean > 1 ? i : 0] : 0;
      double scale = spec->n_scale > 0 ? spec->scale[spec->n_scale > 1 ? i : 0] : 1;

      map->offset[i] = (map->offset[i] - mean) * scale;
      for (guint k = 0; k < n_channels; k++)
        map->matrix[i][k] *= scale;
    }
}

/* ---- samples ---- */

/* R, G, B of 0…255 → Y, U, V minus 128: the inverse of yuv_to_rgb(). */
static void
rgb_to_yuv (gboolean video_range, const double *rgb, double *yuv)
{
  double y = 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2];
  double u = (rgb[2] - y) / 1.772, v = (rgb[0] - y) / 1.402;

  yuv[0] = video_range ? y * 219 / 255 + 16 - 128 : y - 128;
  yuv[1] = video_range ? u * 224 / 255 : u;
  yuv[2] = video_range ? v * 224 / 255 : v;
}

static void
convert_pixel (const FxInputSpec *spec, const double *from, double *to)
{
  FxInputType wanted = intermediate (spec);
  gboolean is_bgr = spec->train == FX_INPUT_BGR;
  double rgb[3] = { from[is_bgr ? 2 : 0], from[1], from[is_bgr ? 0 : 2] };

  if (wanted == FX_INPUT_YUV444 && spec->train != FX_INPUT_YUV444)
    {
      rgb_to_yuv (spec->video_range && spec->rt == FX_INPUT_NV12, rgb, to);
      return;
    }
  for (guint i = 0; i < 3; i++)
    to[i] = (wanted == spec->train ? from[i] : wanted == FX_INPUT_RGB ? rgb[i] : rgb[2 - i]) - 128;
}

static float
as_stored (double value)
{
  return (float)CLAMP (rint (value), -128, 127);
}

static void
convert_colors (const FxInputSpec *spec, const float *from, float *to, gsize n_pixels)
{
  gsize step = spec->train_nhwc ? 3 : 1, plane = spec->train_nhwc ? 1 : n_pixels;

  for (gsize p = 0; p < n_pixels; p++)
    {
      double in[3], out[3];

      for (guint i = 0; i < 3; i++)
        in[i] = from[p * step + i * plane];
      convert_pixel (spec, in, out);
      for (guint i = 0; i < 3; i++)
        to[p * step + i * plane] = as_stored (out[i]);
    }
}

FxTensor *
fx_input_spec_convert (const FxInputSpec *spec, FxTensor *sample, GError **error)
{
  const FxShape *shape = fx_tensor_shape (sample);
  guint channels = fx_input_type_channels (spec->train);
  g_autoptr (FxTensor) aligned = NULL;
  FxTensor *result;
  void *to;
  gsize n = fx_tensor_elements (sample);
  const float *from;

  if (spec->rt == FX_INPUT_FEATUREMAP)
    return fx_tensor_ref (sample);
  if (fx_tensor_dtype (sample) != FX_DTYPE_FLOAT || shape->rank != 4
      || shape->dims[spec->train_nhwc ? 3 : 1] != channels || shape->dims[0] != 1)
    {
      g_autofree char *found = fx_shape_to_string (shape);

      fx_fail (error, FX_ERROR_BAD_DATA,
               "the sample is %s of shape %s, wanted float32 with %u channels in the layout %s",
               fx_dtype_name (fx_tensor_dtype (sample)), found, channels, spec->train_nhwc ? "NHWC" : "NCHW");
      return NULL;
    }
  result = fx_tensor_new_alloc (FX_DTYPE_FLOAT, shape, &to, error);
  if (result == NULL)
    return NULL;
  aligned = fx_tensor_aligned (sample);
  from = fx_tensor_array (aligned).data;
  if (channels == 3)
    convert_colors (spec, from, to, n / 3);
  else
    for (gsize i = 0; i < n; i++)
      ((float *)to)[i] = as_stored (from[i] - 128.0);
  return result;
}

/* ---- contradictions ---- */

static gboolean
check_picture_shape (const FxInputSpec *spec, const char *input, const FxShape *shape, GError **error)
{
  guint channels = fx_input_type_channels (spec->train);
  gboolean halves = spec->rt == FX_INPUT_NV12 || spec->rt == FX_INPUT_YUV444;
  int first = spec->train_nhwc ? 1 : 2, channel = spec->train_nhwc ? 3 : 1;
  g_autofree char *found = fx_shape_to_string (shape);

  if (shape->rank != 4)
    return fx_fail (error, FX_ERROR_BAD_DATA, "input \"%s\" of shape %s cannot be %s: pictures have four dimensions",
                    input, found, fx_input_type_name (spec->train));
  if (shape->dims[channel] >= 0 && shape->dims[channel] != channels)
    return fx_fail (error, FX_ERROR_BAD_DATA,
                    "input \"%s\" of shape %s has no %u channels in the layout %s, as %s needs", input, found, channels,
                    spec->train_nhwc ? "NHWC" : "NCHW", fx_input_type_name (spec->train));
  if (halves
      && ((shape->dims[first] >= 0 && shape->dims[first] % 2)
          || (shape->dims[first + 1] >= 0 && shape->dims[first + 1] % 2)))
    return fx_fail (error, FX_ERROR_BAD_DATA, "input \"%s\" of shape %s: height and width must be even for %s", input,
                    found, fx_input_type_name (spec->rt));
  return TRUE;
}

gboolean
fx_input_spec_check (const FxInputSpec *spec, const char *input, const FxShape *shape, GError **error)
{
  guint channels = fx_input_type_channels (spec->train);

  if (!fx_input_type_allowed (spec->train, spec->rt))
    return fx_fail (error, FX_ERROR_BAD_DATA, "input \"%s\": %s at run time cannot become %s of the training", input,
                    fx_input_type_name (spec->rt), fx_input_type_name (spec->train));
  if (spec->video_range && spec->rt != FX_INPUT_NV12)
    return fx_fail (error, FX_ERROR_BAD_DATA, "input \"%s\": the range of video (bt601_video) is for nv12, found %s",
                    input, fx_input_type_name (spec->rt));
  if (spec->train == FX_INPUT_FEATUREMAP)
    return (spec->n_mean == 0 && spec->n_scale == 0)
           || fx_fail (error, FX_ERROR_BAD_DATA, "input \"%s\": a featuremap takes neither mean nor scale", input);
  if ((spec->n_mean > 1 && spec->n_mean != channels) || (spec->n_scale > 1 && spec->n_scale != channels))
    return fx_fail (error, FX_ERROR_BAD_DATA, "input \"%s\": found %u values of mean and %u of scale, wanted one or %u",
                    input, spec->n_mean, spec->n_scale, channels);
  for (guint i = 0; i < spec->n_scale; i++)
    if (!(fabs (spec->scale[i]) > 0) || !isfinite (spec->scale[i]))
      return fx_fail (error, FX_ERROR_BAD_DATA, "input \"%s\": a scale of %g", input, spec->scale[i]);
  return shape == NULL || shape->rank < 0 || check_picture_shape (spec, input, shape, error);
}
