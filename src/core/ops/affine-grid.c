/* AffineGrid: the grid for GridSample that an affine map of the output image gives.
 * https://onnx.ai/onnx/operators/onnx__AffineGrid.html
 *
 * theta [N, d, d+1], size = [N, C, size…] with d sizes; the result is [N, size…, d], x first.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/ops/fx-index.h"

typedef struct
{
  gint64 align_corners;
} Params;

static const FxAttrRow attrs[] = {
  FX_INT (Params, align_corners, 0, "1: -1 and 1 are the centers of the corner pixels, 0: their outer edges"),
  FX_ATTR_END,
};

static gboolean
infer (FxInfer *infer, GError **error)
{
  const FxShape *theta = &infer->inputs[0].shape;
  FxShape shape = FX_SHAPE_UNKNOWN, wanted;
  g_autofree gint64 *size = NULL;
  guint n;
  FxListState state = fx_infer_list (infer, 1, "size", (FxInts){ NULL, 0 }, &size, &n, error);

  if (state == FX_LIST_ERROR || !fx_infer_check_type (infer, 0, "theta", FX_TYPES_FLOAT, error)
      || !fx_infer_check_rank (infer, 0, "theta", 3, 3, error))
    return FALSE;
  if (n != FX_LIST_ANY)
    {
      if (n != 4 && n != 5)
        return fx_fail (error, FX_ERROR_BAD_GRAPH, "size has %u elements, wanted 4 or 5", n);
      wanted = FX_SHAPE (state == FX_LIST_KNOWN ? size[0] : FX_DIM_UNKNOWN, n - 2, n - 1);
      if (!fx_shape_merge (&wanted, theta))
        {
          g_autofree char *found = fx_shape_to_string (theta);
          g_autofree char *text = fx_shape_to_string (&wanted);

          return fx_fail (error, FX_ERROR_BAD_GRAPH, "theta has shape %s, wanted %s", found, text);
        }
      shape = fx_shape_of_rank ((int)n);
      shape.dims[n - 1] = n - 2;
      for (guint i = 0; state == FX_LIST_KNOWN && i < n; i++)
        {
          if (size[i] < 0)
            return fx_fail (error, FX_ERROR_BAD_GRAPH, "size has %" PRId64 ", wanted 0 or more", size[i]);
          if (i != 1)
            shape.dims[i == 0 ? 0 : i - 1] = size[i];
        }
    }
  fx_infer_set (infer, 0, infer->inputs[0].dtype, &shape);
  return TRUE;
}

static float
coordinate (const Params *params, gint64 i, gint64 n)
{
  if (!params->align_corners)
    return ((float)(2 * i) + 1.0f) / (float)n - 1.0f;
  return n > 1 ? (float)(2 * i) / (float)(n - 1) - 1.0f : 0.0f;
}

static gboolean
eval (FxEval *eval, GError **error)
{
  const FxShape *shape = &eval->outputs[0].shape;
  int d = shape->rank - 2;
  gint64 points = (gint64)fx_shape_product (shape, 1, d + 1), total = shape->dims[0] * points;

  if (!fx_eval_recheck (eval, infer, error))
    return FALSE;
#pragma omp parallel for if (total > FX_PARALLEL_MIN)
  for (gint64 p = 0; p < total; p++)
    {
      const float *theta = (const float *)eval->inputs[0].data + p / points * d * (d + 1);
      float *y = (float *)eval->outputs[0].data + p * d;
      FxOdometer at = fx_odometer_new (shape->dims + 1, d, (gsize)(p % points));

      for (int row = 0; row < d; row++)
        {
          float sum = theta[row * (d + 1) + d];

          for (int k = 0; k < d; k++)
            sum += theta[row * (d + 1) + k] * coordinate (eval->params, at.at[d - 1 - k], at.n[d - 1 - k]);
          y[row] = sum;
        }
    }
  return TRUE;
}

const FxOp fx_op_affine_grid = {
  .name = "AffineGrid",
  .doc = "The sampling grid of an affine map",
  .since = 20,
  .min_inputs = 2,
  .max_inputs = 2,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_F32,
  .attrs = attrs,
  .params_size = sizeof (Params),
  .infer = infer,
  .eval = eval,
};
