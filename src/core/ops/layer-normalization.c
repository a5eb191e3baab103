/* LayerNormalization: everything from `axis` on to mean 0 and variance 1, then scale and shift.
 * https://onnx.ai/onnx/operators/onnx__LayerNormalization.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/layer-normalization.h"

#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/ops/fx-op.h"
#include "core/ops/instance-normalization.h"

static const FxAttrRow attrs[] = {
  FX_INT (FxLayerNormParams, axis, -1, "First normalized axis; negative counts from the end"),
  FX_FLOAT (FxLayerNormParams, epsilon, 1e-5f, "Added to the variance"),
  FX_INT (FxLayerNormParams, stash_type, 1, "Type of Mean and InvStdDev: 1 is f32, 16 bf16"),
  FX_ATTR_END,
};

/* Scale and B stretch to X, but X never to them. */
static gboolean
check_operand (const FxInfer *infer, guint i, const char *what, GError **error)
{
  const FxShape *x = &infer->inputs[0].shape, *operand = &infer->inputs[i].shape;
  FxShape both;

  if (!fx_infer_check_type (infer, i, what, FX_TYPES_FLOAT, error))
    return FALSE;
  if (!infer->inputs[i].present || x->rank < 0 || operand->rank < 0)
    return TRUE;
  if (!fx_shape_broadcast (x, operand, &both, error))
    return fx_error_prefix (error, "%s", what);
  if (both.rank == x->rank && fx_shape_merge (&both, x))
    return TRUE;
  return fx_fail (error, FX_ERROR_BAD_GRAPH, "%s does not broadcast to the shape of X", what);
}

static gboolean
infer (FxInfer *infer, GError **error)
{
  const FxLayerNormParams *params = infer->params;
  FxShape statistics = infer->inputs[0].shape;
  int axis = 0;

  if (!fx_infer_check_type (infer, 0, "X", FX_TYPES_FLOAT, error) || !check_operand (infer, 1, "Scale", error)
      || !check_operand (infer, 2, "B", error))
    return FALSE;
  if (params->stash_type != FX_DTYPE_FLOAT && params->stash_type != FX_DTYPE_BFLOAT16)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "attribute \"stash_type\" is %" PRId64 ", wanted 1 or 16",
                    params->stash_type);
  if (statistics.rank >= 0 && !fx_shape_axis (&statistics, params->axis, &axis, error))
    return FALSE;
  for (int i = axis; i < statistics.rank; i++)
    statistics.dims[i] = 1;
  for (guint i = 1; i < infer->n_outputs; i++)
    fx_infer_set (infer, i, (FxDType)params->stash_type, &statistics);
  return fx_infer_same_as_input (infer, error);
}

/* Where element i of X finds its factor in an operand that is broadcast to X. */
static gsize
broadcast_index (const FxShape *x, const FxShape *operand, gsize i)
{
  gsize index = 0, step = 1;

  for (int axis = x->rank - 1, k = operand->rank - 1; k >= 0; axis--, k--)
    {
      gsize at = i % (gsize)x->dims[axis];

      i /= (gsize)x->dims[axis];
      if (operand->dims[k] != 1)
        index += at * step;
      step *= (gsize)operand->dims[k];
    }
  return index;
}

/* TRUE if an operand simply repeats every `n` elements of X. */
static gboolean
is_inner (const FxArray *operand, const FxShape *x, int axis, gsize n)
{
  return fx_array_elements (operand) == n && operand->shape.rank <= x->rank - axis;
}

static gboolean
eval (FxEval *eval, GError **error)
{
  const FxLayerNormParams *params = eval->params;
  const FxArray *scale = &eval->inputs[1], *shift = &eval->inputs[2];
  const FxShape *shape = &eval->inputs[0].shape;
  const float *x = eval->inputs[0].data;
  float *y = eval->outputs[0].data, *means = eval->outputs[1].data, *factors = eval->outputs[2].data;
  gsize rows, n;
  gboolean inner;
  int axis;

  if (!fx_shape_axis (shape, params->axis, &axis, error))
    return FALSE;
  rows = fx_shape_product (shape, 0, axis);
  n = fx_shape_product (shape, axis, shape->rank);
  inner = is_inner (scale, shape, axis, n) && (shift->data == NULL || is_inner (shift, shape, axis, n));

#pragma omp parallel for if (rows * n > FX_PARALLEL_MIN)
  for (gsize r = 0; r < rows; r++)
    {
      double mean, factor;

      fx_normalize_moments (x + r * n, n, (double)params->epsilon, &mean, &factor);
      if (means != NULL)
        means[r] = (float)mean;
      if (factors != NULL)
        factors[r] = (float)factor;
      for (gsize i = 0; i < n && y != NULL; i++)
        {
          gsize s = inner ? i : broadcast_index (shape, &scale->shape, r * n + i), b = s;
          double value = ((double)x[r * n + i] - mean) * factor * (double)((const float *)scale->data)[s];

          if (shift->data != NULL)
            {
              if (!inner)
                b = broadcast_index (shape, &shift->shape, r * n + i);
              value += (double)((const float *)shift->data)[b];
            }
          y[r * n + i] = (float)value;
        }
    }
  return TRUE;
}

const FxOp fx_op_layer_normalization = {
  .name = "LayerNormalization",
  .doc = "Normalizes the axes from one on to mean 0 and variance 1, then scales and shifts them",
  .since = 17,
  .min_inputs = 2,
  .max_inputs = 3,
  .min_outputs = 1,
  .max_outputs = 3,
  .float_types = FX_TYPES_F32,
  .attrs = attrs,
  .params_size = sizeof (FxLayerNormParams),
  .infer = infer,
  .eval = eval,
};
