/* Resize, and Upsample, its name before opset 10: another number of pixels along any axes.
 * https://onnx.ai/onnx/operators/onnx__Resize.html
 *
 * Inputs by opset: Upsample 9 and Resize 10 X, scales; Resize 11 X, roi, scales, sizes. Before opset 11 coordinates are
 * "asymmetric"; Upsample 7 has scales as an attribute, Upsample 1 a scale for height and width.
 *
 * Under "align_corners" the size of the output is input size × scale, before it is rounded to pixels: ONNX's operator
 * cases (test_resize_downsample_scales_linear_align_corners) are made so; ONNX Runtime takes the rounded size. The two
 * differ only for scales that do not give a whole number of pixels.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/resize.h"

#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/ops/fx-index.h"
#include "core/ops/fx-resize.h"

#include <math.h>

static const char *const modes[] = { "nearest", "linear", "cubic", "bilinear", NULL };
static const char *const coordinates[] = { "half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners",
                                           "asymmetric", "tf_half_pixel_for_nn", "tf_crop_and_resize", NULL };
static const char *const roundings[] = { "round_prefer_floor", "round_prefer_ceil", "floor", "ceil", NULL };
static const char *const policies[] = { "stretch", "not_larger", "not_smaller", NULL };

static const FxAttrRow resize_attrs[] = {
  FX_CHOICE (FxResizeParams, mode, modes, FX_RESIZE_NEAREST, "How pixels are made of those nearby"),
  FX_CHOICE (FxResizeParams, coordinate_transformation_mode, coordinates, FX_RESIZE_HALF_PIXEL,
             "Where an output pixel lies in the input (opset 11)"),
  FX_CHOICE (FxResizeParams, nearest_mode, roundings, FX_RESIZE_ROUND_PREFER_FLOOR,
             "Which pixel is the nearest (opset 11)"),
  FX_CHOICE (FxResizeParams, keep_aspect_ratio_policy, policies, FX_RESIZE_STRETCH,
             "What sizes bound when the aspect ratio is kept (opset 18)"),
  FX_FLOAT (FxResizeParams, cubic_coeff_a, -0.75, "Coefficient a of the cubic kernel (opset 11)"),
  FX_INT (FxResizeParams, exclude_outside, 0, "1: pixels outside of the input weigh nothing (opset 11)"),
  FX_FLOAT (FxResizeParams, extrapolation_value, 0, "Value outside of the input for tf_crop_and_resize (opset 11)"),
  FX_INT (FxResizeParams, antialias, 0, "1: the kernel grows with the step when shrinking (opset 18)"),
  FX_INTS (FxResizeParams, axes, "Axes that roi, scales and sizes are about; default: all (opset 18)"),
  FX_ATTR_END,
};

static const FxAttrRow upsample_attrs[] = {
  FX_CHOICE (FxResizeParams, mode, modes, FX_RESIZE_NEAREST, "How pixels are made of those nearby"),
  FX_FLOATS (FxResizeParams, scales, "Scale of every axis (opset 7)"),
  FX_FLOAT (FxResizeParams, height_scale, 0, "Scale of axis 2 (opset 1)"),
  FX_FLOAT (FxResizeParams, width_scale, 0, "Scale of axis 3 (opset 1)"),
  FX_ATTR_END,
};

typedef struct
{
  gboolean known; /* TRUE for a list that is not there: it is empty */
  double *values;
  guint n;
} List;

/* The operands beside X, in the form of opset 11. */
typedef struct
{
  FxResizeParams params; /* adjusted to the version */
  List roi, scales, sizes;
} Request;

static void
request_clear (Request *request)
{
  g_free (request->roi.values);
  g_free (request->scales.values);
  g_free (request->sizes.values);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Request, request_clear)

static gboolean
get_list (const FxInfer *infer, guint input, const char *what, FxDTypeMask types, List *list, GError **error)
{
  const FxFact *fact = &infer->inputs[input];
  gsize n;

  *list = (List){ .known = TRUE };
  if (!fact->present)
    return TRUE;
  if (!fx_infer_check_type (infer, input, what, types, error) || !fx_infer_check_rank (infer, input, what, 1, 1, error))
    return FALSE;
  if (fx_shape_count (&fact->shape, &n) && n > 2 * FX_MAX_RANK)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "%s has %zu elements, wanted one for each axis", what, n);
  list->known = fact->shape.rank == 1 && fact->shape.dims[0] == 0;
  if (fact->value == NULL || (n = fx_tensor_elements (fact->value)) > 2 * FX_MAX_RANK)
    return TRUE;
  *list = (List){ TRUE, g_new (double, n + 1), (guint)n };
  for (guint i = 0; i < n; i++)
    list->values[i] = fx_tensor_get_double (fact->value, i);
  return TRUE;
}

/* Upsample: scales may be an attribute, or two of them. */
static void
upsample_scales (const FxResizeParams *params, List *scales)
{
  double plane[] = { 1, 1, params->height_scale, params->width_scale };

  if (params->scales.n > 0 && params->scales.n <= FX_MAX_RANK)
    {
      *scales = (List){ TRUE, g_new (double, params->scales.n), params->scales.n };
      for (guint i = 0; i < params->scales.n; i++)
        scales->values[i] = params->scales.data[i];
    }
  else
    *scales = (List){ TRUE, g_memdup2 (plane, sizeof plane), G_N_ELEMENTS (plane) };
}

static gboolean
get_request (const FxInfer *infer, gboolean upsample, Request *request, GError **error)
{
  gboolean old = upsample || infer->version < 11;

  request->params = *(const FxResizeParams *)infer->params;
  request->roi.known = request->sizes.known = TRUE;
  if (request->params.mode == FX_RESIZE_BILINEAR)
    request->params.mode = FX_RESIZE_LINEAR;
  if (!old)
    return get_list (infer, 1, "roi", FX_TYPES_FLOAT, &request->roi, error)
           && get_list (infer, 2, "scales", FX_TYPES_FLOAT, &request->scales, error)
           && get_list (infer, 3, "sizes", FX_TYPES_INT, &request->sizes, error);

  request->params.coordinate_transformation_mode = FX_RESIZE_ASYMMETRIC;
  request->params.nearest_mode = FX_RESIZE_SIMPLE;
  if (infer->inputs[1].present)
    return get_list (infer, 1, "scales", FX_TYPES_FLOAT, &request->scales, error);
  if (!upsample)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "has no scales");
  upsample_scales (&request->params, &request->scales);
  return TRUE;
}

/* Which axes the lists are about. */
static gboolean
get_axes (const Request *request, int rank, int *axes, guint *n, GError **error)
{
  if (request->params.axes.n > 0)
    {
      *n = request->params.axes.n;
      return fx_index_axes (request->params.axes.data, *n, rank, axes, error);
    }
  *n = (guint)rank;
  for (int i = 0; i < rank; i++)
    axes[i] = i;
  return TRUE;
}

static gboolean
check_lengths (const Request *request, guint n_axes, GError **error)
{
  const List *lists[] = { &request->scales, &request->sizes };
  static const char *const names[] = { "scales", "sizes" };

  for (guint k = 0; k < G_N_ELEMENTS (lists); k++)
    if (lists[k]->n != 0 && lists[k]->n != n_axes)
      return fx_fail (error, FX_ERROR_BAD_GRAPH, "%s has %u elements, wanted %u", names[k], lists[k]->n, n_axes);
  if (request->scales.n > 0 && request->sizes.n > 0)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "has both scales and sizes, wanted one of them");
  if (request->scales.known && request->sizes.known && request->scales.n + request->sizes.n == 0 && n_axes > 0)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "has neither scales nor sizes");
  if (request->params.coordinate_transformation_mode == FX_RESIZE_TF_CROP_AND_RESIZE && request->roi.known
      && request->roi.n != 2 * n_axes)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "roi has %u elements, wanted %u", request->roi.n, 2 * n_axes);
  return TRUE;
}

/* The one scale of all axes that keeps the aspect ratio. */
static float
common_scale (const Request *request, const FxShape *x, const int *axes, guint n)
{
  gboolean largest = request->params.keep_aspect_ratio_policy == FX_RESIZE_NOT_SMALLER;
  float scale = largest ? 0.0f : INFINITY;

  for (guint k = 0; k < n; k++)
    {
      float one = (float)request->sizes.values[k] / (float)MAX (x->dims[axes[k]], 1);

      scale = largest ? MAX (scale, one) : MIN (scale, one);
    }
  return scale;
}

static gboolean
resize_by_scale (FxResizeGeometry *geometry, int axis, float scale, gboolean crop, GError **error)
{
  float size;

  if (!(scale > 0.0f) || !isfinite (scale))
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "the scale of axis %d is %g, wanted more than 0", axis, scale);
  geometry->scale[axis] = scale;
  if (scale == 1.0f && !crop)
    {
      geometry->out[axis] = geometry->in[axis]; /* a size or a symbol */
      return TRUE;
    }
  geometry->out[axis] = FX_DIM_UNKNOWN;
  if (geometry->in[axis] < 0)
    return TRUE;
  size = floorf ((float)geometry->in[axis] * (crop ? geometry->end[axis] - geometry->start[axis] : 1.0f) * scale);
  if (!(size >= 0.0f) || size >= 0x1p47f)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "axis %d of size %" PRId64 " would get the size %g", axis,
                    geometry->in[axis], size);
  geometry->out[axis] = (gint64)size;
  return TRUE;
}

static gboolean
resize_to_size (const Request *request, FxResizeGeometry *geometry, int axis, double wanted, float common,
                GError **error)
{
  gint64 in = geometry->in[axis];

  if (!(wanted >= 0) || wanted >= 0x1p47)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "sizes has %g for axis %d, wanted 0 or more", wanted, axis);
  geometry->out[axis] = (gint64)wanted;
  if (in >= 0 && request->params.keep_aspect_ratio_policy != FX_RESIZE_STRETCH)
    {
      float size = floorf ((float)in * common + 0.5f);

      if (!(size < 0x1p47f))
        return fx_fail (error, FX_ERROR_BAD_GRAPH, "axis %d would get the size %g", axis, size);
      geometry->scale[axis] = common;
      geometry->out[axis] = (gint64)size;
    }
  else
    geometry->scale[axis] = (float)wanted / (float)MAX (in, 1);
  return TRUE;
}

/* Sizes and scales of all axes; unknown ones stay so. Needs known lists. */
static gboolean
resolve_whole (const Request *request, const FxShape *x, FxResizeGeometry *geometry, GError **error)
{
  gboolean crop = request->params.coordinate_transformation_mode == FX_RESIZE_TF_CROP_AND_RESIZE;
  gboolean keep = request->params.keep_aspect_ratio_policy != FX_RESIZE_STRETCH;
  int axes[FX_MAX_RANK];
  float common = 1.0f;
  guint n;

  *geometry = (FxResizeGeometry){ .rank = x->rank };
  for (int i = 0; i < x->rank; i++)
    {
      geometry->in[i] = geometry->out[i] = x->dims[i];
      geometry->scale[i] = geometry->end[i] = 1.0f;
    }
  if (!get_axes (request, x->rank, axes, &n, error) || !check_lengths (request, n, error))
    return FALSE;
  if (keep && request->sizes.n > 0)
    {
      for (guint k = 0; k < n; k++)
        if (x->dims[axes[k]] < 0)
          {
            for (guint i = 0; i < n; i++)
              geometry->out[axes[i]] = FX_DIM_UNKNOWN;
            return TRUE;
          }
      common = common_scale (request, x, axes, n);
    }
  for (guint k = 0; k < n; k++)
    {
      int axis = axes[k];

      if (crop)
        {
          geometry->start[axis] = (float)request->roi.values[k];
          geometry->end[axis] = (float)request->roi.values[n + k];
        }
      if (request->sizes.n > 0 ? !resize_to_size (request, geometry, axis, request->sizes.values[k], common, error)
                               : !resize_by_scale (geometry, axis, (float)request->scales.values[k], crop, error))
        return FALSE;
      if (geometry->in[axis] == 0 && geometry->out[axis] > 0)
        return fx_fail (error, FX_ERROR_BAD_GRAPH, "axis %d has no pixels to resize", axis);
    }
  return TRUE;
}

/* Those of a part have the scales of the whole. */
static gboolean
resolve (const Request *request, const FxShape *x, FxResizeGeometry *geometry, GError **error)
{
  const FxResizeBand *band = &request->params.band;
  FxShape whole = *x;

  if (band->out == 0)
    return resolve_whole (request, x, geometry, error);
  whole.dims[band->axis] = band->in;
  if (!resolve_whole (request, &whole, geometry, error))
    return FALSE;
  geometry->band = *band;
  geometry->in[band->axis] = x->dims[band->axis];
  geometry->out[band->axis] = request->params.n_band_rows;
  return TRUE;
}

gboolean
fx_resize_geometry_of_facts (const FxInfer *infer, gboolean upsample, FxResizeParams *params,
                             FxResizeGeometry *geometry)
{
  g_auto (Request) request = { 0 };

  if (!get_request (infer, upsample, &request, NULL) || !request.scales.known || !request.sizes.known
      || !fx_shape_is_static (&infer->inputs[0].shape) || !resolve (&request, &infer->inputs[0].shape, geometry, NULL))
    return FALSE;
  *params = request.params;
  return TRUE;
}

static gboolean
infer_any (FxInfer *infer, gboolean upsample, GError **error)
{
  FxShape shape = infer->inputs[0].shape;
  FxResizeGeometry geometry;
  g_auto (Request) request = { 0 };
  gboolean known;

  if (!get_request (infer, upsample, &request, error)
      || !fx_infer_check_type (infer, 0, "X", FX_TYPES_FLOAT | FX_TYPES_INT | FX_TYPE_BIT (BOOL), error))
    return FALSE;
  known = request.scales.known && request.sizes.known
          && (request.roi.known || request.params.coordinate_transformation_mode != FX_RESIZE_TF_CROP_AND_RESIZE);
  if (shape.rank < 0 && known && request.params.axes.n == 0 && request.scales.n + request.sizes.n <= FX_MAX_RANK)
    shape = fx_shape_of_rank ((int)(request.scales.n + request.sizes.n));
  if (shape.rank >= 0 && known)
    {
      if (!resolve (&request, &shape, &geometry, error))
        return FALSE;
      shape = fx_shape_new (geometry.rank, geometry.out);
    }
  else if (shape.rank >= 0)
    shape = fx_shape_of_rank (shape.rank);
  fx_infer_set (infer, 0, infer->inputs[0].dtype, &shape);
  return TRUE;
}

gboolean
fx_resize_infer (FxInfer *infer, GError **error)
{
  return infer_any (infer, FALSE, error);
}

static gboolean
infer_upsample (FxInfer *infer, GError **error)
{
  return infer_any (infer, TRUE, error);
}

/* Reads the lists again, as elements of tensors that borrow the operands. */
static gboolean
get_geometry (const FxEval *eval, gboolean upsample, FxResizeParams *params, FxResizeGeometry *geometry, GError **error)
{
  FxFact facts[4];
  FxInfer now = { .params = eval->params, .version = eval->version, .n_inputs = eval->n_inputs, .inputs = facts };
  g_autoptr (GPtrArray) tensors = g_ptr_array_new_with_free_func ((GDestroyNotify)fx_tensor_unref);
  g_auto (Request) request = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (facts); i++)
    {
      facts[i] = (FxFact){ .shape = FX_SHAPE_UNKNOWN };
      if (i == 0 || i >= eval->n_inputs || eval->inputs[i].data == NULL)
        continue;
      g_ptr_array_add (tensors, fx_tensor_new_copy (&eval->inputs[i]));
      facts[i] = (FxFact){ TRUE, eval->inputs[i].dtype, eval->inputs[i].shape, tensors->pdata[tensors->len - 1] };
    }
  if (!get_request (&now, upsample, &request, error) || !resolve (&request, &eval->inputs[0].shape, geometry, error))
    return FALSE;
  *params = request.params;
  return TRUE;
}

static gboolean
eval_any (FxEval *eval, gboolean upsample, GError **error)
{
  FxResizeGeometry geometry;
  FxResizeParams params;

  return fx_eval_recheck (eval, upsample ? infer_upsample : fx_resize_infer, error)
         && get_geometry (eval, upsample, &params, &geometry, error)
         && fx_resize_run (&params, &geometry, &eval->inputs[0], &eval->outputs[0], error);
}

gboolean
fx_resize_get_geometry (const FxEval *eval, FxResizeGeometry *geometry, GError **error)
{
  FxResizeParams params;

  return get_geometry (eval, FALSE, &params, geometry, error);
}

static gboolean
eval_resize (FxEval *eval, GError **error)
{
  return eval_any (eval, FALSE, error);
}

static gboolean
eval_upsample (FxEval *eval, GError **error)
{
  return eval_any (eval, TRUE, error);
}

const FxOp fx_op_resize = {
  .name = "Resize",
  .doc = "Another number of pixels along any axes, by the nearest or by interpolation",
  .since = 10,
  .min_inputs = 1,
  .max_inputs = 4,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_FLOAT,
  .attrs = resize_attrs,
  .params_size = sizeof (FxResizeParams),
  .infer = fx_resize_infer,
  .eval = eval_resize,
};

const FxOp fx_op_upsample = {
  .name = "Upsample",
  .doc = "More pixels along any axes, by the nearest or by interpolation",
  .since = 1,
  .until = 9,
  .min_inputs = 1,
  .max_inputs = 2,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_FLOAT,
  .attrs = upsample_attrs,
  .params_size = sizeof (FxResizeParams),
  .infer = infer_upsample,
  .eval = eval_upsample,
};
