/* GlobalAveragePool, GlobalMaxPool, GlobalLpPool: one number per channel, [N, C, D…] → [N, C, 1…].
 * https://onnx.ai/onnx/operators/onnx__GlobalAveragePool.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/global-pool.h"

#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/ops/fx-op.h"

#include <math.h>

static const FxAttrRow lp_attrs[] = {
  FX_INT (FxGlobalPoolParams, p, 2, "The norm's exponent"),
  FX_ATTR_END,
};

static gboolean
infer (FxInfer *infer, GError **error)
{
  FxShape y = infer->inputs[0].shape;

  if (!fx_infer_check_type (infer, 0, "X", FX_TYPES_FLOAT, error)
      || !fx_infer_check_rank (infer, 0, "X", 2, FX_MAX_RANK, error))
    return FALSE;
  for (int i = 2; i < y.rank; i++)
    y.dims[i] = 1;
  fx_infer_set (infer, 0, infer->inputs[0].dtype, &y);
  return TRUE;
}

static gboolean
lp_infer (FxInfer *lp, GError **error)
{
  const FxGlobalPoolParams *params = lp->params;

  if (params->p < 1)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "attribute \"p\" is %" PRId64 ", wanted 1 or more", params->p);
  return infer (lp, error);
}

static float
mean_of (const float *x, gsize n, G_GNUC_UNUSED gint64 p)
{
  double sum = 0.0;

  for (gsize i = 0; i < n; i++)
    sum += (double)x[i];
  return (float)(sum / (double)n);
}

static float
max_of (const float *x, gsize n, G_GNUC_UNUSED gint64 p)
{
  float max = -INFINITY;

  for (gsize i = 0; i < n; i++)
    max = x[i] > max ? x[i] : max;
  return max;
}

static float
norm_of (const float *x, gsize n, gint64 p)
{
  double sum = 0.0;

  for (gsize i = 0; i < n; i++)
    sum += p == 2 ? (double)x[i] * (double)x[i] : pow (fabs ((double)x[i]), (double)p);
  return (float)(p == 2 ? sqrt (sum) : pow (sum, 1.0 / (double)p));
}

static void
pool_planes (FxEval *eval, gint64 p, float (*pool) (const float *x, gsize n, gint64 p))
{
  const FxShape *shape = &eval->inputs[0].shape;
  const float *x = eval->inputs[0].data;
  float *y = eval->outputs[0].data;
  gsize planes = fx_shape_product (shape, 0, 2), plane = fx_shape_product (shape, 2, shape->rank);

#pragma omp parallel for if (planes * plane > FX_PARALLEL_MIN)
  for (gsize k = 0; k < planes; k++)
    y[k] = pool (x + k * plane, plane, p);
}

static gboolean
average_eval (FxEval *eval, G_GNUC_UNUSED GError **error)
{
  pool_planes (eval, 0, mean_of);
  return TRUE;
}

static gboolean
max_eval (FxEval *eval, G_GNUC_UNUSED GError **error)
{
  pool_planes (eval, 0, max_of);
  return TRUE;
}

static gboolean
lp_eval (FxEval *eval, G_GNUC_UNUSED GError **error)
{
  const FxGlobalPoolParams *params = eval->params;

  pool_planes (eval, params->p, norm_of);
  return TRUE;
}

const FxOp fx_op_global_average_pool = {
  .name = "GlobalAveragePool",
  .doc = "Mean of each channel",
  .since = 1,
  .min_inputs = 1,
  .max_inputs = 1,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_F32,
  .infer = infer,
  .eval = average_eval,
};

const FxOp fx_op_global_max_pool = {
  .name = "GlobalMaxPool",
  .doc = "Largest element of each channel",
  .since = 1,
  .min_inputs = 1,
  .max_inputs = 1,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_F32,
  .infer = infer,
  .eval = max_eval,
};

const FxOp fx_op_global_lp_pool = {
  .name = "GlobalLpPool",
  .doc = "Lp norm of each channel",
  .since = 1,
  .min_inputs = 1,
  .max_inputs = 1,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_F32,
  .attrs = lp_attrs,
  .params_size = sizeof (FxGlobalPoolParams),
  .infer = lp_infer,
  .eval = lp_eval,
};
