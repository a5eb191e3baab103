/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/fx-resize.h"

#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/ops/fx-copy.h"
#include "core/ops/fx-index.h"

#include <math.h>

/* ---- a part of an axis ---- */

static gboolean
is_band (const FxResizeGeometry *geometry, int axis)
{
  return geometry->band.out > 0 && geometry->band.axis == axis;
}

static gint64
whole_in (const FxResizeGeometry *geometry, int axis)
{
  return is_band (geometry, axis) ? geometry->band.in : geometry->in[axis];
}

static gint64
whole_out (const FxResizeGeometry *geometry, int axis)
{
  return is_band (geometry, axis) ? geometry->band.out : geometry->out[axis];
}

static gint64
first_out (const FxResizeGeometry *geometry, int axis)
{
  return is_band (geometry, axis) ? geometry->band.first_out : 0;
}

/* An index of the whole input as one of what is there. */
static gint64
index_here (const FxResizeGeometry *geometry, int axis, gint64 index)
{
  return is_band (geometry, axis) ? CLAMP (index - geometry->band.first_in, 0, geometry->in[axis] - 1) : index;
}

/* ---- coordinates ---- */

/* Input coordinate of output pixel i along an axis; in f32, so that the same pixels as elsewhere are on the edge
 * between two (i / scale with a rounded scale, say). */
static float
source_coordinate (const FxResizeParams *params, const FxResizeGeometry *geometry, int axis, gint64 i)
{
  float in = (float)whole_in (geometry, axis), out = (float)whole_out (geometry, axis), scale = geometry->scale[axis];
  float start = geometry->start[axis], end = geometry->end[axis], x = (float)(i + first_out (geometry, axis));

  switch ((FxResizeCoordinates)params->coordinate_transformation_mode)
    {
    case FX_RESIZE_HALF_PIXEL: return (x + 0.5f) / scale - 0.5f;
    case FX_RESIZE_HALF_PIXEL_SYMMETRIC:
      /* keeps the center where it is when the output size was rounded */
      return in / 2.0f * (1.0f - out / (scale * in)) + (x + 0.5f) / scale - 0.5f;
    case FX_RESIZE_PYTORCH_HALF_PIXEL: return out > 1.0f ? (x + 0.5f) / scale - 0.5f : 0.0f;
    case FX_RESIZE_ALIGN_CORNERS:
      {
        /* The size before it was rounded to pixels, unless the two differ by what f32 loses. */
        float exact = scale * in, resized = fabsf (exact - out) < 1e-4f * out ? out : exact;

        return out > 1.0f ? x * (in - 1.0f) / (resized - 1.0f) : 0.0f;
      }
    case FX_RESIZE_TF_HALF_PIXEL_FOR_NN: return (x + 0.5f) / scale;
    case FX_RESIZE_TF_CROP_AND_RESIZE:
      return out > 1.0f ? start * (in - 1.0f) + x * (end - start) * (in - 1.0f) / (out - 1.0f)
                        : 0.5f * (start + end) * (in - 1.0f);
    default: return x / scale;
    }
}

gboolean
fx_resize_is_identity (const FxResizeParams *params, const FxResizeGeometry *geometry, int axis)
{
  if (whole_in (geometry, axis) != whole_out (geometry, axis))
    return FALSE;
  if (params->coordinate_transformation_mode == FX_RESIZE_TF_CROP_AND_RESIZE)
    return geometry->start[axis] == 0.0f && geometry->end[axis] == 1.0f;
  return geometry->scale[axis] == 1.0f;
}

static gint64
nearest_index (const FxResizeParams *params, const FxResizeGeometry *geometry, int axis, gint64 i)
{
  float x = source_coordinate (params, geometry, axis, i);

  switch (params->nearest_mode)
    {
    case FX_RESIZE_ROUND_PREFER_FLOOR: x = ceilf (x - 0.5f); break;
    case FX_RESIZE_ROUND_PREFER_CEIL: x = floorf (x + 0.5f); break;
    case FX_RESIZE_CEIL: x = ceilf (x); break;
    case FX_RESIZE_SIMPLE: x = geometry->scale[axis] < 1.0f ? ceilf (x) : floorf (x); break;
    default: x = floorf (x); break;
    }
  /* compared before the conversion, which an absurd region of interest would overflow */
  if (!(x > 0.0f))
    return index_here (geometry, axis, 0);
  return index_here (geometry, axis,
                     x >= (float)whole_in (geometry, axis) ? whole_in (geometry, axis) - 1
                                                           : MIN ((gint64)x, whole_in (geometry, axis) - 1));
}

#define DEFINE_PICK(type)                                                                                              \
  static void pick_##type (const void *source, void *target, const gint64 *map, gint64 n)                              \
  {                                                                                                                    \
    const type *from = source;                                                                                         \
    type *to = target;                                                                                                 \
                                                                                                                       \
    for (gint64 i = 0; i < n; i++)                                                                                     \
      to[i] = from[map[i]];                                                                                            \
  }

DEFINE_PICK (guint8)
DEFINE_PICK (guint16)
DEFINE_PICK (guint32)
DEFINE_PICK (guint64)

static void
pick (const guint8 *from, guint8 *to, const gint64 *map, gint64 n, gsize size)
{
  switch (size)
    {
    case 1: pick_guint8 (from, to, map, n); break;
    case 2: pick_guint16 (from, to, map, n); break;
    case 4: pick_guint32 (from, to, map, n); break;
    case 8: pick_guint64 (from, to, map, n); break;
    default:
      for (gint64 i = 0; i < n; i++)
        memcpy (to + (gsize)i * size, from + (gsize)map[i] * size, size);
      break;
    }
}

/* The rows of one plane; a row whose source is that of the row before is a copy of it. */
static void
nearest_plane (const guint8 *x, guint8 *y, const FxResizeGeometry *geometry, gint64 *const *maps, gsize size)
{
  int last = geometry->rank - 1;
  gint64 rows = last > 0 ? geometry->out[last - 1] : 1, columns = last >= 0 ? geometry->out[last] : 1;
  gint64 width = last >= 0 ? geometry->in[last] : 1;
  static const gint64 first[] = { 0 };

  for (gint64 r = 0; r < rows; r++)
    {
      gint64 source = last > 0 ? maps[last - 1][r] : 0;
      guint8 *row = y + (gsize)(r * columns) * size;

      if (r > 0 && source == maps[last - 1][r - 1])
        memcpy (row, row - (gsize)columns * size, (gsize)columns * size);
      else
        pick (x + (gsize)(source * width) * size, row, last >= 0 ? maps[last] : first, columns, size);
    }
}

static void
resize_nearest (const FxResizeParams *params, const FxResizeGeometry *geometry, const FxArray *x, FxArray *y)
{
  gsize size = fx_dtype_size (x->dtype);
  int rank = geometry->rank, outer = MAX (rank - 2, 0);
  gsize planes = fx_shape_product (&y->shape, 0, outer);
  gsize x_plane = fx_shape_product (&x->shape, outer, rank) * size;
  gsize y_plane = fx_shape_product (&y->shape, outer, rank) * size;
  gint64 *maps[FX_MAX_RANK] = { NULL };

  for (int d = 0; d < rank; d++)
    {
      maps[d] = g_new (gint64, geometry->out[d]);
      for (gint64 i = 0; i < geometry->out[d]; i++)
        maps[d][i] = fx_resize_is_identity (params, geometry, d) ? i : nearest_index (params, geometry, d, i);
    }
#pragma omp parallel for if (planes * y_plane > FX_PARALLEL_MIN)
  for (gsize p = 0; p < planes; p++)
    {
      FxOdometer at = fx_odometer_new (y->shape.dims, outer, p);
      gsize source = 0;

      for (int d = 0; d < outer; d++)
        source = source * (gsize)geometry->in[d] + (gsize)maps[d][at.at[d]];
      nearest_plane ((const guint8 *)x->data + source * x_plane, (guint8 *)y->data + p * y_plane, geometry, maps, size);
    }
  for (int d = 0; d < rank; d++)
    g_free (maps[d]);
}

/* ---- weighted modes ---- */

void
fx_resize_taps_clear (FxResizeTaps *taps)
{
  g_free (taps->index);
  g_free (taps->weight);
}

/* Keys, "Cubic Convolution Interpolation for Digital Image Processing", 1981, with a free coefficient. */
static float
cubic_weight (float distance, float a)
{
  float d = fabsf (distance);

  if (d <= 1.0f)
    return ((a + 2.0f) * d - (a + 3.0f)) * d * d + 1.0f;
  if (d < 2.0f)
    return ((a * d - 5.0f * a) * d + 8.0f * a) * d - 4.0f * a;
  return 0.0f;
}

static void
fill_taps (const FxResizeParams *params, const FxResizeGeometry *geometry, int axis, gint64 i, float shrink,
           FxResizeTaps *taps)
{
  gint64 size = whole_in (geometry, axis);
  float x = source_coordinate (params, geometry, axis, i);
  gint64 *index = taps->index + i * taps->n;
  float *weight = taps->weight + i * taps->n, sum = 0.0f;
  gint64 first;

  /* Far outside everything is the edge; also keeps the conversion to an integer in range. */
  x = isnan (x) ? 0.0f : CLAMP (x, -4.0f * (float)taps->n, (float)size + 4.0f * (float)taps->n);
  first = (gint64)floorf (x) - taps->n / 2 + 1;
  for (gint64 k = 0; k < taps->n; k++)
    {
      float distance = ((float)(first + k) - x) * shrink;
      gboolean outside = first + k < 0 || first + k >= size;

      weight[k] = params->mode == FX_RESIZE_CUBIC ? cubic_weight (distance, params->cubic_coeff_a)
                                                  : MAX (1.0f - fabsf (distance), 0.0f);
      if (outside && params->exclude_outside)
        weight[k] = 0.0f;
      index[k] = index_here (geometry, axis, CLAMP (first + k, 0, size - 1));
      sum += weight[k];
    }
  /* Without these two the weights add up to 1 by themselves. */
  if ((shrink < 1.0f || params->exclude_outside) && sum != 0.0f)
    for (gint64 k = 0; k < taps->n; k++)
      weight[k] /= sum;
}

gboolean
fx_resize_taps_init (FxResizeTaps *taps, const FxResizeParams *params, const FxResizeGeometry *geometry, int axis,
                     GError **error)
{
  float shrink = params->antialias ? MIN (geometry->scale[axis], 1.0f) : 1.0f;
  float reach = (params->mode == FX_RESIZE_CUBIC ? 2.0f : 1.0f) / shrink;
  guint64 n = (guint64)geometry->out[axis];

  /* a filter wider than the axis on both sides sees only the edges there */
  taps->n = 2 * (gint64)ceilf (MIN (reach, 2.0f * (float)whole_in (geometry, axis) + 2.0f));
  if (!g_uint64_checked_mul (&n, n, (guint64)taps->n) || n > G_MAXSSIZE / sizeof (gint64)
      || (taps->index = g_try_new (gint64, n)) == NULL || (taps->weight = g_try_new (float, n)) == NULL)
    return fx_fail (error, FX_ERROR_TOO_LARGE, "out of memory: resizing axis %d takes %" PRIu64 " weights", axis, n);
  for (gint64 i = 0; i < geometry->out[axis]; i++)
    fill_taps (params, geometry, axis, i, shrink, taps);
  return TRUE;
}

/* One row of the last axis. */
static void
weigh_row (const float *x, float *y, const FxResizeTaps *taps, gint64 n)
{
  const gint64 *index = taps->index;
  const float *weight = taps->weight;

  if (taps->n == 2)
    for (gint64 i = 0; i < n; i++)
      y[i] = x[index[2 * i]] * weight[2 * i] + x[index[2 * i + 1]] * weight[2 * i + 1];
  else
    for (gint64 i = 0; i < n; i++)
      {
        float sum = 0.0f;

        for (gint64 k = 0; k < taps->n; k++)
          sum += x[index[i * taps->n + k]] * weight[i * taps->n + k];
        y[i] = sum;
      }
}

/* A weighted sum of whole rows, for the other axes. */
static void
weigh_rows (const float *x, float *y, const gint64 *index, const float *weight, gint64 n_taps, gint64 row)
{
  const float *a = x + index[0] * row, *b = x + index[1] * row;
  float u = weight[0], v = weight[1];

  for (gint64 j = 0; j < row; j++)
    y[j] = a[j] * u + b[j] * v;
  for (gint64 k = 2; k < n_taps; k++)
    {
      a = x + index[k] * row;
      u = weight[k];
      for (gint64 j = 0; j < row; j++)
        y[j] += a[j] * u;
    }
}

/* x[outer, in, inner] to y[outer, out, inner] */
static void
resize_axis (const float *x, float *y, const FxResizeTaps *taps, gint64 outer, gint64 in, gint64 out, gint64 inner)
{
  if (inner == 1)
    {
#pragma omp parallel for if (outer * out > FX_PARALLEL_MIN)
      for (gint64 o = 0; o < outer; o++)
        weigh_row (x + o * in, y + o * out, taps, out);
      return;
    }
#pragma omp parallel for collapse(2) if (outer * out * inner > FX_PARALLEL_MIN)
  for (gint64 o = 0; o < outer; o++)
    for (gint64 i = 0; i < out; i++)
      weigh_rows (x + o * in * inner, y + (o * out + i) * inner, taps->index + i * taps->n, taps->weight + i * taps->n,
                  taps->n, inner);
}

/* "tf_crop_and_resize" puts a given value where the region of interest leaves the input. */
static void
extrapolate (const FxResizeParams *params, const FxResizeGeometry *geometry, FxArray *y)
{
  gsize size = fx_dtype_size (y->dtype);
  guint64 bytes[2] = { 0, 0 };
  FxArray value = { y->dtype, FX_SHAPE_SCALAR, bytes };

  fx_array_set (&value, 0, params->extrapolation_value);
  for (int d = 0; d < geometry->rank; d++)
    {
      gint64 outer = (gint64)fx_shape_product (&y->shape, 0, d), n = geometry->out[d];
      gint64 inner = (gint64)fx_shape_product (&y->shape, d + 1, geometry->rank);

      for (gint64 i = 0; !fx_resize_is_identity (params, geometry, d) && i < n; i++)
        {
          float x = source_coordinate (params, geometry, d, i);

          for (gint64 o = 0; !(x >= 0.0f && x <= (float)(geometry->in[d] - 1)) && o < outer; o++)
            fx_copy_fill ((guint8 *)y->data + (gsize)((o * n + i) * inner) * size, bytes, size, (gsize)inner);
        }
    }
}

static gboolean
resize_weighted (const FxResizeParams *params, const FxResizeGeometry *geometry, const float *x, float *y,
                 GError **error)
{
  g_autofree float *current_data = NULL;
  const float *current = x;
  FxShape shape = fx_shape_new (geometry->rank, geometry->in);
  int axes[FX_MAX_RANK], n = 0;

  /* Shrinking axes first, then the inner ones: nothing on the way is larger than both ends. */
  for (int pass = 0; pass < 2; pass++)
    for (int d = geometry->rank - 1; d >= 0; d--)
      if (!fx_resize_is_identity (params, geometry, d) && (geometry->out[d] < geometry->in[d]) == (pass == 0))
        axes[n++] = d;

  if (n == 0)
    fx_copy_bytes (y, x, fx_shape_elements (&shape) * sizeof *y);
  for (int i = 0; i < n; i++)
    {
      int d = axes[i];
      gint64 outer = (gint64)fx_shape_product (&shape, 0, d), in = shape.dims[d];
      gint64 inner = (gint64)fx_shape_product (&shape, d + 1, geometry->rank);
      g_auto (FxResizeTaps) taps = { 0 };
      float *next = y;

      shape.dims[d] = geometry->out[d];
      if (!fx_resize_taps_init (&taps, params, geometry, d, error))
        return FALSE;
      if (i < n - 1 && (next = g_try_new (float, fx_shape_elements (&shape))) == NULL)
        return fx_fail (error, FX_ERROR_TOO_LARGE, "out of memory: resizing takes %zu more elements",
                        fx_shape_elements (&shape));
      resize_axis (current, next, &taps, outer, in, geometry->out[d], inner);
      g_free (current_data);
      current_data = i < n - 1 ? next : NULL;
      current = next;
    }
  return TRUE;
}

gboolean
fx_resize_run (const FxResizeParams *params, const FxResizeGeometry *geometry, const FxArray *x, FxArray *y,
               GError **error)
{
  gsize n_in = fx_array_elements (x), n_out = fx_array_elements (y);
  g_autofree float *in = NULL, *out = NULL;

  if (n_out == 0)
    return TRUE;
  if (params->mode == FX_RESIZE_NEAREST)
    resize_nearest (params, geometry, x, y);
  else if (x->dtype == FX_DTYPE_FLOAT)
    {
      if (!resize_weighted (params, geometry, x->data, y->data, error))
        return FALSE;
    }
  else
    {
      in = g_try_new (float, n_in);
      out = g_try_new (float, n_out);
      if (in == NULL || out == NULL)
        return fx_fail (error, FX_ERROR_TOO_LARGE, "out of memory: resizing takes %zu elements", n_in + n_out);
      fx_array_convert (x, &(FxArray){ FX_DTYPE_FLOAT, x->shape, in });
      if (!resize_weighted (params, geometry, in, out, error))
        return FALSE;
      for (gsize i = 0; i < n_out; i++)
        fx_array_set (y, i, out[i]);
    }
  if (params->coordinate_transformation_mode == FX_RESIZE_TF_CROP_AND_RESIZE)
    extrapolate (params, geometry, y);
  return TRUE;
}

void
fx_resize_source (const FxResizeParams *params, const FxResizeGeometry *geometry, int axis, gint64 i, gint64 *first,
                  gint64 *last)
{
  gint64 n = geometry->in[axis];
  float x;

  *first = *last = i;
  if (fx_resize_is_identity (params, geometry, axis))
    return;
  if (params->mode == FX_RESIZE_NEAREST)
    {
      *first = *last = nearest_index (params, geometry, axis, i);
      return;
    }
  x = source_coordinate (params, geometry, axis, i);
  x = isnan (x) ? 0.0f : CLAMP (x, 0.0f, (float)(n - 1));
  *first = (gint64)floorf (x);
  *last = MIN (*first + 1, n - 1);
}
