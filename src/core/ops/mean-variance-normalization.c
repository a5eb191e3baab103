/* MeanVarianceNormalization: y = (x - mean) / (standard deviation + 1e-9) over some axes.
 * https://onnx.ai/onnx/operators/onnx__MeanVarianceNormalization.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/mean-variance-normalization.h"

#include "core/fx-error.h"
#include "core/ops/fx-op.h"

#include <math.h>

#define EPSILON 1e-9

static const FxAttrRow attrs[] = {
  FX_INTS (FxMvnParams, axes, "Axes to take the statistics over; 0, 2, 3 if empty"),
  FX_INT (FxMvnParams, across_channels, 0, "1: statistics over all channels together (up to opset 8)"),
  FX_INT (FxMvnParams, normalize_variance, 1, "0: only subtract the mean (up to opset 8)"),
  FX_ATTR_END,
};

/* Marks the axes that the statistics are taken over. */
static gboolean
find_axes (const FxMvnParams *params, guint version, const FxShape *x, gboolean *over, GError **error)
{
  static const gint64 usual[] = { 0, 2, 3 };
  FxInts axes = params->axes.n != 0 ? params->axes : (FxInts){ usual, G_N_ELEMENTS (usual) };
  int axis;

  for (int i = 0; i < FX_MAX_RANK; i++)
    over[i] = version < 9 && i < x->rank && i >= (params->across_channels != 0 ? 1 : 2);
  for (guint i = 0; i < axes.n && version >= 9; i++)
    {
      if (!fx_shape_axis (x, axes.data[i], &axis, error))
        return FALSE;
      over[axis] = TRUE;
    }
  return TRUE;
}

static gboolean
infer (FxInfer *infer, GError **error)
{
  gboolean over[FX_MAX_RANK];

  if (infer->inputs[0].shape.rank >= 0
      && !find_axes (infer->params, infer->version, &infer->inputs[0].shape, over, error))
    return FALSE;
  return fx_infer_check_type (infer, 0, "X", FX_TYPES_FLOAT, error) && fx_infer_same_as_input (infer, error);
}

/* The elements that share statistics, and the places of those statistics, as steps along each axis. */
typedef struct
{
  FxShape shape;
  gint64 steps[FX_MAX_RANK]; /* 0 along the axes taken over */
  gsize groups;
} Grouping;

static Grouping
group_by (const FxShape *shape, const gboolean *over)
{
  Grouping grouping = { .shape = *shape, .groups = 1 };

  for (int i = shape->rank - 1; i >= 0; i--)
    if (!over[i])
      {
        grouping.steps[i] = (gint64)grouping.groups;
        grouping.groups *= (gsize)shape->dims[i];
      }
  return grouping;
}

static gsize
group_of (const Grouping *grouping, gsize i)
{
  gsize group = 0;

  for (int axis = grouping->shape.rank - 1; axis >= 0; axis--)
    {
      group += i % (gsize)grouping->shape.dims[axis] * (gsize)grouping->steps[axis];
      i /= (gsize)grouping->shape.dims[axis];
    }
  return group;
}

static gboolean
eval (FxEval *eval, GError **error)
{
  const FxMvnParams *params = eval->params;
  const FxShape *shape = &eval->inputs[0].shape;
  const float *x = eval->inputs[0].data;
  float *y = eval->outputs[0].data;
  gsize n = fx_array_elements (&eval->inputs[0]);
  gboolean over[FX_MAX_RANK], scale = eval->version >= 9 || params->normalize_variance != 0;
  g_autofree double *means = NULL, *vars = NULL;
  Grouping grouping;

  if (!find_axes (params, eval->version, shape, over, error))
    return FALSE;
  if (n == 0)
    return TRUE;
  grouping = group_by (shape, over);
  means = g_new0 (double, grouping.groups);
  vars = g_new0 (double, grouping.groups);

  for (gsize i = 0; i < n; i++)
    means[group_of (&grouping, i)] += (double)x[i];
  for (gsize g = 0; g < grouping.groups; g++)
    means[g] /= (double)(n / grouping.groups);
  for (gsize i = 0; i < n; i++)
    {
      gsize g = group_of (&grouping, i);

      vars[g] += ((double)x[i] - means[g]) * ((double)x[i] - means[g]);
    }
  for (gsize g = 0; g < grouping.groups; g++)
    vars[g] = sqrt (vars[g] / (double)(n / grouping.groups)) + EPSILON;

#pragma omp parallel for if (n > FX_PARALLEL_MIN)
  for (gsize i = 0; i < n; i++)
    {
      gsize g = group_of (&grouping, i);

      y[i] = (float)(((double)x[i] - means[g]) / (scale ? vars[g] : 1.0));
    }
  return TRUE;
}

const FxOp fx_op_mean_variance_normalization = {
  .name = "MeanVarianceNormalization",
  .doc = "Normalizes to mean 0 and variance 1 over some axes",
  .since = 1,
  .min_inputs = 1,
  .max_inputs = 1,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_F32,
  .attrs = attrs,
  .params_size = sizeof (FxMvnParams),
  .infer = infer,
  .eval = eval,
};
