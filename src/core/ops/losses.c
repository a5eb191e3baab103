/* NegativeLogLikelihoodLoss, SoftmaxCrossEntropyLoss: −w[label] · log p[label] for every labeled position.
 * https://onnx.ai/onnx/operators/onnx__NegativeLogLikelihoodLoss.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-i18n.h"
#include "core/ops/fx-kernel.h"

#include <math.h>

#define NO_INDEX G_MININT64

typedef enum
{
  NONE,
  SUM,
  MEAN,
} Reduction;

static const char *const reductions[] = { "none", "sum", "mean", NULL };

typedef struct
{
  gint64 ignore_index;
  int reduction;
} Params;

static const FxAttrRow attrs[] = {
  { .name = "ignore_index",
    .kind = FX_ATTR_INT,
    .offset = G_STRUCT_OFFSET (Params, ignore_index),
    .default_int = NO_INDEX,
    .default_string = "none",
    .doc = "Positions with this label do not count" },
  FX_CHOICE (Params, reduction, reductions, MEAN, "What becomes of the losses of all positions"),
  FX_ATTR_END,
};

enum
{
  SCORES,
  LABELS,
  WEIGHTS,
};

/* The shape of labels [N, d…] that belongs to scores [N, C, d…]. */
static FxShape
labels_of (const FxShape *scores)
{
  FxShape labels = *scores;

  if (scores->rank < 2)
    return FX_SHAPE_UNKNOWN;
  for (int i = 1; i + 1 < scores->rank; i++)
    labels.dims[i] = scores->dims[i + 1];
  labels.rank = scores->rank - 1;
  return labels;
}

static gboolean
infer (FxInfer *infer, GError **error)
{
  const Params *params = infer->params;
  const FxShape *scores = &infer->inputs[SCORES].shape;
  FxDType dtype = infer->inputs[SCORES].dtype;
  FxShape labels = labels_of (scores);

  if (!fx_infer_check_type (infer, SCORES, "input", FX_TYPES_FLOAT, error)
      || !fx_infer_check_rank (infer, SCORES, "input", 2, FX_MAX_RANK, error)
      || !fx_infer_check_type (infer, LABELS, "labels", FX_TYPE_BIT (INT32) | FX_TYPE_BIT (INT64), error)
      || !fx_infer_check_type (infer, WEIGHTS, "weights", FX_TYPES_FLOAT, error)
      || !fx_infer_check_rank (infer, WEIGHTS, "weights", 1, 1, error))
    return FALSE;
  if (!fx_shape_merge (&labels, &infer->inputs[LABELS].shape))
    {
      g_autofree char *found = fx_shape_to_string (&infer->inputs[LABELS].shape);
      g_autofree char *of = fx_shape_to_string (scores);

      return fx_fail (error, FX_ERROR_BAD_GRAPH, "labels have shape %s, which does not go with %s", found, of);
    }
  if (scores->rank >= 2 && scores->dims[1] >= 0
      && !fx_infer_check_count (infer, WEIGHTS, "weights", (gsize)scores->dims[1], error))
    return FALSE;
  fx_infer_set (infer, 0, dtype, params->reduction == NONE ? &labels : &FX_SHAPE_SCALAR);
  if (infer->n_outputs > 1)
    fx_infer_set (infer, 1, dtype, scores);
  return TRUE;
}

/* log p of one position: x itself, or the logarithm of the softmax of the C scores `stride` apart. */
static void
log_softmax (const float *x, float *y, gsize n, gsize stride)
{
  double sum = 0;
  float most = -INFINITY;

  for (gsize i = 0; i < n; i++)
    most = MAX (most, x[i * stride]);
  for (gsize i = 0; i < n; i++)
    sum += exp ((double)(x[i * stride] - most));
  for (gsize i = 0; i < n; i++)
    y[i * stride] = (float)((double)(x[i * stride] - most) - log (sum));
}

/* Losses of all positions from their logarithms of probabilities [N, C, D]. */
static gboolean
sum_losses (const FxEval *eval, const float *log_p, gsize n_classes, gsize inner, GError **error)
{
  const Params *params = eval->params;
  const FxArray *labels = &eval->inputs[LABELS];
  const float *weights = eval->inputs[WEIGHTS].data;
  float *y = eval->outputs[0].data;
  gsize n = fx_array_elements (labels);
  double total = 0, total_weight = 0;

  for (gsize i = 0; i < n; i++)
    {
      gint64 label
          = labels->dtype == FX_DTYPE_INT32 ? ((const gint32 *)labels->data)[i] : ((const gint64 *)labels->data)[i];
      double loss = 0, weight = 0;

      if (label != params->ignore_index || params->ignore_index == NO_INDEX)
        {
          if (label < 0 || (guint64)label >= n_classes)
            return fx_fail (error, FX_ERROR_BAD_DATA, "label %zu is %" PRId64 ", wanted 0 to %zu", i, label,
                            n_classes - 1);
          weight = weights != NULL ? (double)weights[label] : 1.0;
          loss = -weight * (double)log_p[(i / inner * n_classes + (gsize)label) * inner + i % inner];
        }
      if (params->reduction == NONE && y != NULL)
        y[i] = (float)loss;
      total += loss;
      total_weight += weight;
    }
  if (params->reduction != NONE && y != NULL)
    y[0] = (float)(params->reduction == MEAN ? total / total_weight : total);
  return TRUE;
}

static gboolean
eval_nll (FxEval *eval, GError **error)
{
  const FxShape *shape = &eval->inputs[SCORES].shape;

  return sum_losses (eval, eval->inputs[SCORES].data, (gsize)shape->dims[1], fx_shape_product (shape, 2, shape->rank),
                     error);
}

static gboolean
eval_cross_entropy (FxEval *eval, GError **error)
{
  const FxShape *shape = &eval->inputs[SCORES].shape;
  const float *x = eval->inputs[SCORES].data;
  gsize n = fx_array_elements (&eval->inputs[LABELS]), n_classes = (gsize)shape->dims[1];
  gsize inner = fx_shape_product (shape, 2, shape->rank);
  g_autofree float *owned = NULL;
  float *log_p = eval->outputs[1].data;

  if (log_p == NULL)
    log_p = owned = fx_scratch_new (n * n_classes, sizeof *log_p, error);
  if (log_p == NULL)
    return FALSE;
#pragma omp parallel for if (n * n_classes > FX_PARALLEL_MIN)
  for (gsize i = 0; i < n; i++)
    {
      gsize at = i / inner * n_classes * inner + i % inner;

      log_softmax (x + at, log_p + at, n_classes, inner);
    }
  return sum_losses (eval, log_p, n_classes, inner, error);
}

const FxOp fx_op_negative_log_likelihood_loss = {
  .name = "NegativeLogLikelihoodLoss",
  .doc = "Loss of log-probabilities given labels",
  .since = 12,
  .min_inputs = 2,
  .max_inputs = 3,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_F32,
  .attrs = attrs,
  .params_size = sizeof (Params),
  .infer = infer,
  .eval = eval_nll,
};

const FxOp fx_op_softmax_cross_entropy_loss = {
  .name = "SoftmaxCrossEntropyLoss",
  .doc = "Loss of scores given labels, and the logarithm of their softmax",
  .since = 12,
  .min_inputs = 2,
  .max_inputs = 3,
  .min_outputs = 1,
  .max_outputs = 2,
  .float_types = FX_TYPES_F32,
  .attrs = attrs,
  .params_size = sizeof (Params),
  .infer = infer,
  .eval = eval_cross_entropy,
};
