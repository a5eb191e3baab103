/* BatchNormalization: y = scale × (x - mean) / sqrt (var + epsilon) + B, per channel.
 * https://onnx.ai/onnx/operators/onnx__BatchNormalization.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/batch-normalization.h"

#include "core/fx-error.h"
#include "core/ops/fx-op.h"

#include <math.h>

static const FxAttrRow attrs[] = {
  FX_FLOAT (FxBatchNormParams, epsilon, 1e-5f, "Added to the variance"),
  FX_FLOAT (FxBatchNormParams, momentum, 0.9f, "Share of the old statistics in the running ones"),
  FX_INT (FxBatchNormParams, spatial, 1, "0: statistics per element instead of per channel (up to opset 8)"),
  FX_INT (FxBatchNormParams, is_test, 0, "1: use the given statistics (up to opset 6)"),
  FX_INT (FxBatchNormParams, training_mode, 0, "1: use the statistics of the batch (from opset 14)"),
  FX_ATTR_END,
};

static const char *const operand_names[] = { "X", "scale", "B", "mean", "var" };

gboolean
fx_batch_norm_is_training (const FxBatchNormParams *params, guint version, guint n_outputs)
{
  if (version >= 14)
    return params->training_mode != 0;
  /* before, asking for the statistics was what told training; exporters left is_test at its default */
  return n_outputs > 1 && (version >= 7 || params->is_test == 0);
}

static guint
count_present (const FxFact *outputs, guint n)
{
  while (n > 0 && !outputs[n - 1].present)
    n--;
  return n;
}

/* The shape of the statistics: [C], or with spatial = 0 that of X without N. */
static FxShape
statistics_shape (const FxBatchNormParams *params, const FxShape *x)
{
  FxShape shape = FX_SHAPE (FX_DIM_UNKNOWN);

  if (x->rank < 0)
    return params->spatial != 0 ? shape : FX_SHAPE_UNKNOWN;
  if (params->spatial != 0 || x->rank < 2)
    shape.dims[0] = x->rank >= 2 ? x->dims[1] : 1;
  else
    shape = fx_shape_new (x->rank - 1, x->dims + 1);
  return shape;
}

static gboolean
infer (FxInfer *infer, GError **error)
{
  const FxBatchNormParams *params = infer->params;
  const FxShape *x = &infer->inputs[0].shape;
  FxShape wanted = statistics_shape (params, x);

  for (guint i = 0; i < 5; i++)
    if (!fx_infer_check_type (infer, i, operand_names[i], FX_TYPES_FLOAT, error))
      return FALSE;
  if (!fx_infer_check_rank (infer, 0, "X", 1, FX_MAX_RANK, error))
    return FALSE;
  for (guint i = 1; i < 5; i++)
    if (!fx_shape_merge (&wanted, &infer->inputs[i].shape))
      {
        g_autofree char *found = fx_shape_to_string (&infer->inputs[i].shape);
        g_autofree char *want = fx_shape_to_string (&wanted);

        return fx_fail (error, FX_ERROR_BAD_GRAPH, "%s has shape %s, wanted %s", operand_names[i], found, want);
      }
  if (fx_batch_norm_is_training (params, infer->version, count_present (infer->outputs, infer->n_outputs)))
    for (guint i = 1; i < infer->n_outputs; i++)
      fx_infer_set (infer, i, infer->inputs[3].dtype, &wanted);
  else if (count_present (infer->outputs, infer->n_outputs) > 1)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "has outputs for statistics, which only training gives");

  return fx_infer_same_as_input (infer, error);
}

typedef struct
{
  gsize batch, channels, plane;
} Layout;

/* Mean and population variance of one channel over the batch. */
static void
measure (const Layout *layout, const float *x, gsize channel, double *mean, double *var)
{
  double n = (double)layout->batch * (double)layout->plane, sum = 0.0, squares = 0.0;

  for (gsize b = 0; b < layout->batch; b++)
    for (gsize i = 0; i < layout->plane; i++)
      sum += (double)x[(b * layout->channels + channel) * layout->plane + i];
  *mean = sum / n;
  for (gsize b = 0; b < layout->batch; b++)
    for (gsize i = 0; i < layout->plane; i++)
      {
        double delta = (double)x[(b * layout->channels + channel) * layout->plane + i] - *mean;

        squares += delta * delta;
      }
  *var = squares / n;
}

/* Outputs 1 and 2 are the running statistics, 3 and 4 (up to opset 13) those of the batch. */
static void
store_statistics (FxEval *eval, gsize channel, double mean, double var)
{
  const FxBatchNormParams *params = eval->params;
  double keep = (double)params->momentum;

  for (guint i = 1; i < eval->n_outputs; i++)
    {
      float *out = eval->outputs[i].data;
      double batch = i % 2 == 1 ? mean : var;

      if (out == NULL)
        continue;
      out[channel]
          = i <= 2 ? (float)(keep * (double)((const float *)eval->inputs[i + 2].data)[channel] + (1.0 - keep) * batch)
                   : (float)batch;
    }
}

static gboolean
eval (FxEval *eval, G_GNUC_UNUSED GError **error)
{
  const FxBatchNormParams *params = eval->params;
  const FxShape *shape = &eval->inputs[0].shape;
  const float *x = eval->inputs[0].data, *scale = eval->inputs[1].data, *shift = eval->inputs[2].data;
  const float *means = eval->inputs[3].data, *vars = eval->inputs[4].data;
  float *y = eval->outputs[0].data;
  Layout layout = { .batch = (gsize)shape->dims[0], .channels = fx_array_elements (&eval->inputs[1]), .plane = 1 };
  guint n_outputs = eval->n_outputs;
  gboolean training;

  while (n_outputs > 1 && eval->outputs[n_outputs - 1].data == NULL)
    n_outputs--;
  training = fx_batch_norm_is_training (params, eval->version, n_outputs);
  if (params->spatial != 0 && shape->rank >= 2)
    layout.plane = fx_shape_product (shape, 2, shape->rank);

#pragma omp parallel for if (fx_array_elements(&eval->inputs[0]) > FX_PARALLEL_MIN)
  for (gsize c = 0; c < layout.channels; c++)
    {
      double mean = (double)means[c], var = (double)vars[c];
      float factor, offset;

      if (training)
        {
          measure (&layout, x, c, &mean, &var);
          store_statistics (eval, c, mean, var);
        }
      if (y == NULL)
        continue;
      factor = (float)((double)scale[c] / sqrt (var + (double)params->epsilon));
      offset = (float)((double)shift[c] - mean * (double)scale[c] / sqrt (var + (double)params->epsilon));
      for (gsize b = 0; b < layout.batch; b++)
        for (gsize i = (b * layout.channels + c) * layout.plane, end = i + layout.plane; i < end; i++)
          y[i] = x[i] * factor + offset;
    }
  return TRUE;
}

const FxOp fx_op_batch_normalization = {
  .name = "BatchNormalization",
  .doc = "Normalizes each channel with given statistics, or with those of the batch in training",
  .since = 1,
  .min_inputs = 5,
  .max_inputs = 5,
  .min_outputs = 1,
  .max_outputs = 5,
  .float_types = FX_TYPES_F32,
  .attrs = attrs,
  .params_size = sizeof (FxBatchNormParams),
  .infer = infer,
  .eval = eval,
};
