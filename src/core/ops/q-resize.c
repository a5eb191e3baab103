/* QResize: another number of pixels by linear interpolation of quantized values, rounded once.
 *
 *   y = clamp (round (Σ weights × (x − x_zero_point) × (x_scale / y_scale) / 2^(11 × axes)) + y_zero_point)
 *
 * Along an axis the two neighbors have integer weights that add up to 2^11; docs/arithmetic.md, "Resize". The nearest
 * pixel is a matter of the standard Resize.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/q-resize.h"

#include "core/ops/fx-kernel.h"

#include <math.h>

#define MAX_AXES 4

static const char *const modes[] = { "linear", NULL };
static const char *const coordinates[]
    = { "half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners", "asymmetric", NULL };
static const char *const policies[] = { "stretch", "not_larger", "not_smaller", NULL };

static const FxAttrRow attrs[] = {
  FX_CHOICE (FxResizeParams, mode, modes, 0, "How pixels are made of those nearby"),
  FX_CHOICE (FxResizeParams, coordinate_transformation_mode, coordinates, FX_RESIZE_HALF_PIXEL,
             "Where an output pixel lies in the input"),
  FX_CHOICE (FxResizeParams, keep_aspect_ratio_policy, policies, FX_RESIZE_STRETCH,
             "What sizes bound when the aspect ratio is kept"),
  FX_INTS (FxResizeParams, axes, "Axes that scales and sizes are about; default: all"),
  FX_Q_IN_ATTRS (FxQResizeParams, x),
  FX_Q_OUT_ATTRS (FxQResizeParams),
  FX_ATTR_END,
};

/* The only mode has number 0 here. */
FxQResizeParams
fx_q_resize_as_resize (const FxQResizeParams *params)
{
  FxQResizeParams resize = *params;

  resize.resize.mode = FX_RESIZE_LINEAR;
  return resize;
}

gboolean
fx_q_resize_geometry (const FxEval *eval, FxResizeGeometry *geometry, GError **error)
{
  const FxQResizeParams params = fx_q_resize_as_resize (eval->params);
  FxEval resize = *eval;

  resize.params = &params;
  resize.version = FX_Q_RESIZE_OPSET;
  return fx_resize_get_geometry (&resize, geometry, error);
}

gint64
fx_q_resize_weight (const FxResizeTaps *taps, gint64 i)
{
  return lrintf (taps->weight[2 * i + 1] * (1 << FX_Q_RESIZE_BITS));
}

gboolean
fx_q_resize_factor (const FxQResizeParams *params, guint n_axes, FxRequant *factor, GError **error)
{
  double scale = (double)params->x.scale / (double)params->y.scale;

  return fx_requant_from_scale (ldexp (scale, -FX_Q_RESIZE_BITS * (int)n_axes), factor, error);
}

static gboolean
infer (FxInfer *infer, GError **error)
{
  const FxQResizeParams params = fx_q_resize_as_resize (infer->params);
  FxInfer resize = *infer;
  FxQResult result;

  resize.params = &params;
  resize.version = FX_Q_RESIZE_OPSET;
  if (!fx_q_check_in (infer, 0, "x", &params.x, FX_TYPES_Q, error) || !fx_q_result (&params.y, FALSE, &result, error)
      || !fx_resize_infer (&resize, error))
    return FALSE;
  infer->outputs[0].dtype = result.dtype;
  return TRUE;
}

/* x[outer, in, inner] to y[outer, out, inner], times 2^FX_Q_RESIZE_BITS */
static void
resize_axis (const gint64 *x, gint64 *y, const FxResizeTaps *taps, gint64 outer, gint64 in, gint64 out, gint64 inner)
{
#pragma omp parallel for if (outer * out * inner > FX_PARALLEL_MIN)
  for (gint64 line = 0; line < outer * out; line++)
    {
      gint64 i = line % out, weight = fx_q_resize_weight (taps, i);
      const gint64 *a = x + (line / out * in + taps->index[2 * i]) * inner;
      const gint64 *b = x + (line / out * in + taps->index[2 * i + 1]) * inner;

      for (gint64 k = 0; k < inner; k++)
        y[line * inner + k] = a[k] * ((1 << FX_Q_RESIZE_BITS) - weight) + b[k] * weight;
    }
}

/* All axes, one after the other, exactly; takes `sums` over. */
static gint64 *
interpolate (const FxResizeParams *params, const FxResizeGeometry *geometry, gint64 *sums, guint *n_axes,
             GError **error)
{
  FxShape shape = fx_shape_new (geometry->rank, geometry->in);
  g_autofree gint64 *current = sums;

  *n_axes = 0;
  for (int d = geometry->rank - 1; d >= 0; d--)
    {
      gint64 outer = (gint64)fx_shape_product (&shape, 0, d), in = shape.dims[d];
      gint64 inner = (gint64)fx_shape_product (&shape, d + 1, geometry->rank);
      g_auto (FxResizeTaps) taps = { 0 };
      gint64 *next;

      if (fx_resize_is_identity (params, geometry, d))
        continue;
      if (++*n_axes > MAX_AXES)
        {
          fx_fail (error, FX_ERROR_UNSUPPORTED, "more than %d axes are resized", MAX_AXES);
          return NULL;
        }
      shape.dims[d] = geometry->out[d];
      if (!fx_resize_taps_init (&taps, params, geometry, d, error))
        return NULL;
      next = fx_scratch_new (fx_shape_elements (&shape), sizeof *next, error);
      if (next == NULL)
        return NULL;
      resize_axis (current, next, &taps, outer, in, geometry->out[d], inner);
      g_free (current);
      current = next;
    }
  return g_steal_pointer (&current);
}

static gboolean
eval (FxEval *eval, GError **error)
{
  const FxQResizeParams params = fx_q_resize_as_resize (eval->params);
  const FxArray *x = &eval->inputs[0];
  gsize n_in = fx_array_elements (x), n_out = fx_array_elements (&eval->outputs[0]);
  g_autofree gint64 *sums = NULL;
  FxResizeGeometry geometry;
  FxQResult result;
  FxRequant factor;
  FxShape wanted;
  guint n_axes;

  if (!fx_q_result (&params.y, FALSE, &result, error) || !fx_q_resize_geometry (eval, &geometry, error))
    return FALSE;
  wanted = fx_shape_new (geometry.rank, geometry.out);
  if (!fx_eval_check_shape (eval, 0, &wanted, error) || n_out == 0)
    return n_out == 0;
  sums = fx_scratch_new (n_in, sizeof *sums, error);
  if (sums == NULL)
    return FALSE;
  for (gsize i = 0; i < n_in; i++)
    sums[i] = fx_q_load (x, i) - params.x.zero_point;
  sums = interpolate (&params.resize, &geometry, g_steal_pointer (&sums), &n_axes, error);
  if (sums == NULL || !fx_q_resize_factor (&params, n_axes, &factor, error))
    return FALSE;
  for (gsize i = 0; i < n_out; i++)
    fx_q_store (&eval->outputs[0], i, fx_q_finish (&result, &factor, sums[i]));
  return TRUE;
}

const FxOp fx_op_q_resize = {
  .name = "QResize",
  .domain = FX_Q_DOMAIN,
  .doc = "Another number of pixels along any axes by linear interpolation of quantized values, rounded once",
  .since = 1,
  .min_inputs = 1,
  .max_inputs = 4,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_F32,
  .attrs = attrs,
  .params_size = sizeof (FxQResizeParams),
  .infer = infer,
  .eval = eval,
};
