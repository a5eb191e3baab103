/* Layers that normalize, scale and shift.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "io/caffe/caffe-layers.h"

#include <string.h>

#define PARAM(T, init, member)                                                                                         \
  const T defaults = init;                                                                                             \
  const T *param = layer->member != NULL ? layer->member : &defaults

/* A constant of `n` equal numbers; a stand-in if the layer's weights are, too: then nothing bounds n. FX_NONE and
 * *error. */
static FxId
filled (FxCaffeBuilder *builder, const char *part, gint64 n, float value, GError **error)
{
  FxTensor *tensor;
  float *data;

  if (fx_caffe_n_blobs (builder) == G_MAXUINT)
    return fx_caffe_stand_in (builder, part, &FX_SHAPE (n), error);
  tensor = fx_tensor_new_alloc (FX_DTYPE_FLOAT, &FX_SHAPE (n), (void **)&data, error);
  if (tensor == NULL)
    return FX_NONE;
  for (gint64 i = 0; i < n; i++)
    data[i] = value;
  return fx_caffe_constant (builder, part, tensor);
}

/* ---- BatchNorm ---- */

/* The file has sums, and by how much they are too large: a moving average that never reached its full weight. */
static gboolean
read_factor (FxCaffeBuilder *builder, float *factor, GError **error)
{
  GError *problem = NULL;
  g_autoptr (FxTensor) tensor = fx_caffe_blob (builder, 2, "scale factor", &FX_SHAPE (1), &problem);
  double sum;

  *factor = 1.0f;
  if (problem != NULL)
    {
      g_propagate_error (error, problem);
      return FALSE;
    }
  if (tensor == NULL)
    return TRUE;
  sum = fx_tensor_get_double (tensor, 0);
  *factor = sum == 0.0 ? 0.0f : (float)(1.0 / sum);
  return TRUE;
}

/* Blob k times the factor. */
static FxId
statistic (FxCaffeBuilder *builder, guint k, const char *what, gint64 *channels, float factor, GError **error)
{
  GError *problem = NULL;
  g_autoptr (FxTensor) tensor = fx_caffe_blob (builder, k, what, &FX_SHAPE (*channels), &problem);
  FxTensor *scaled;
  float *data;

  if (problem != NULL)
    {
      g_propagate_error (error, problem);
      return FX_NONE;
    }
  if (tensor == NULL)
    return fx_caffe_stand_in (builder, what, &FX_SHAPE (*channels), error);
  *channels = fx_tensor_shape (tensor)->dims[0];
  scaled = fx_tensor_new_alloc (FX_DTYPE_FLOAT, fx_tensor_shape (tensor), (void **)&data, error);
  if (scaled == NULL)
    return FX_NONE;
  for (gint64 i = 0; i < *channels; i++)
    data[i] = (float)fx_tensor_get_double (tensor, (gsize)i) * factor;
  return fx_caffe_constant (builder, what, scaled);
}

static FxId emit_standardize (FxCaffeBuilder *builder, const gint64 *axes, guint n_axes, gboolean variance, float eps,
                              gboolean eps_in_root);

gboolean
fx_caffe_layer_batch_norm (FxCaffeBuilder *builder, const FxCaffeLayer *layer, GError **error)
{
  PARAM (Fx__Caffe__BatchNormParameter, FX__CAFFE__BATCH_NORM_PARAMETER__INIT, batch_norm_param);
  gint64 channels, axes[FX_MAX_RANK] = { 0 };
  FxId inputs[5] = { builder->bottoms[0] }, y = FX_NONE;
  float factor;
  int rank;

  if (!fx_caffe_rank (builder, 0, 2, FX_MAX_RANK, &rank, error))
    return FALSE;
  if (param->has_use_global_stats && !param->use_global_stats)
    {
      fx_caffe_note (builder, FX_SEVERITY_WARNING, "batch-statistics",
                     "use_global_stats is false, so the layer normalizes by the statistics of the batch at hand, not "
                     "by those of training");
      for (int i = 2; i < rank; i++)
        axes[i - 1] = i;
      emit_standardize (builder, axes, (guint)rank - 1, TRUE, param->eps, TRUE);
      return TRUE;
    }

  channels = fx_caffe_declared (builder, builder->bottoms[0])->dims[1];
  if (!read_factor (builder, &factor, error))
    return FALSE;
  inputs[3] = statistic (builder, 0, "mean", &channels, factor, error);
  inputs[4] = inputs[3] != FX_NONE ? statistic (builder, 1, "variance", &channels, factor, error) : FX_NONE;
  inputs[1] = inputs[4] != FX_NONE ? filled (builder, "scale", channels, 1.0f, error) : FX_NONE;
  inputs[2] = inputs[1] != FX_NONE ? filled (builder, "bias", channels, 0.0f, error) : FX_NONE;
  if (inputs[2] == FX_NONE)
    return FALSE;
  y = fx_caffe_top (builder, 0);
  builder->open_norm.node = fx_caffe_node (builder, "BatchNormalization", NULL, inputs, 5, &y, 1,
                                           (FxAttr[]){ fx_attr_float ("epsilon", param->eps) }, 1);
  builder->open_norm.value = builder->top_reads[0] == 1 ? y : FX_NONE;
  return TRUE;
}

/* ---- Scale and Bias ---- */

/* Numbers of axes axis…axis+num_axes-1 of bottom 0 (to the end if num_axes is -1), with ones behind so that they
 * broadcast. */
static gboolean
operand_shape (FxCaffeBuilder *builder, gint64 axis, gint64 num_axes, FxShape *shape, GError **error)
{
  const FxShape *x;
  int first;

  if (num_axes == 0) /* a scalar, whatever the axis */
    {
      *shape = FX_SHAPE_SCALAR;
      return TRUE;
    }
  if (!fx_caffe_axis (builder, 0, axis, FALSE, &first, error))
    return FALSE;
  x = fx_caffe_declared (builder, builder->bottoms[0]);
  if (num_axes == -1)
    num_axes = x->rank - first;
  if (num_axes < 0 || num_axes > x->rank - first)
    return fx_fail (error, FX_ERROR_BAD_GRAPH,
                    "num_axes %" PRId64 " from axis %d on is outside of a bottom of %d dimensions", num_axes, first,
                    x->rank);
  *shape = fx_shape_of_rank (x->rank - first);
  for (int i = 0; i < shape->rank; i++)
    shape->dims[i] = i < num_axes ? x->dims[first + i] : 1;
  return TRUE;
}

/* Bottom 1 with axes of size 1 behind its own, so that it broadcasts along bottom 0 from `axis` on. */
static gboolean
second_bottom (FxCaffeBuilder *builder, gint64 axis, FxId *operand, GError **error)
{
  gint64 axes[FX_MAX_RANK];
  int first = 0, rank, own;

  *operand = builder->bottoms[1];
  if (!fx_caffe_rank (builder, 0, 0, FX_MAX_RANK, &rank, error)
      || !fx_caffe_rank (builder, 1, 0, FX_MAX_RANK, &own, error))
    return FALSE;
  if (own == 0)
    return TRUE;
  if (!fx_caffe_axis (builder, 0, axis, FALSE, &first, error))
    return FALSE;
  if (first + own > rank)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "bottom \"%s\" has %d dimensions, wanted at most %d from axis %d on",
                    builder->layer->bottom[1], own, rank - first, first);
  for (int i = 0; i < rank - first - own; i++)
    axes[i] = own + i;
  if (first + own < rank)
    *operand = fx_caffe_op1_attr (builder, "Unsqueeze", "unsqueezed", *operand,
                                  fx_attr_ints ("axes", axes, (guint)(rank - first - own)));
  return TRUE;
}

/* A Scale right behind a BatchNorm, which is the only one to see its result, becomes part of it. */
static gboolean
fold_into_norm (FxCaffeBuilder *builder, const Fx__Caffe__ScaleParameter *param, const FxShape *shape, GError **error)
{
  FxNode *norm = fx_graph_node (builder->graph, builder->open_norm.node);
  gint64 n = shape->dims[0];
  FxId inputs[5];

  memcpy (inputs, norm->inputs, sizeof inputs);
  inputs[1] = fx_caffe_weight (builder, 0, "scale", &FX_SHAPE (n), error);
  if (inputs[1] != FX_NONE && param->bias_term)
    inputs[2] = fx_caffe_weight (builder, 1, "bias", &FX_SHAPE (n), error);
  if (inputs[1] == FX_NONE || inputs[2] == FX_NONE)
    return FALSE;
  fx_node_set_inputs (norm, inputs, 5);
  fx_caffe_take_over (builder, builder->open_norm.node);
  return TRUE;
}

gboolean
fx_caffe_layer_scale (FxCaffeBuilder *builder, const FxCaffeLayer *layer, GError **error)
{
  PARAM (Fx__Caffe__ScaleParameter, FX__CAFFE__SCALE_PARAMETER__INIT, scale_param);
  FxId scale, y;
  FxShape shape;

  if (layer->n_bottom == 2)
    {
      if (param->bias_term)
        return fx_fail (error, FX_ERROR_UNSUPPORTED, "bias_term beside a second bottom is not supported");
      if (!second_bottom (builder, param->axis, &scale, error))
        return FALSE;
      fx_caffe_op2 (builder, "Mul", NULL, builder->bottoms[0], scale);
      return TRUE;
    }
  if (!operand_shape (builder, param->axis, param->num_axes, &shape, error))
    return FALSE;
  if (builder->bottoms[0] == builder->open_norm.value && builder->open_norm.value != FX_NONE && param->num_axes == 1
      && shape.rank == fx_caffe_declared (builder, builder->bottoms[0])->rank - 1)
    return fold_into_norm (builder, param, &shape, error);

  scale = fx_caffe_weight (builder, 0, "scale", &shape, error);
  if (scale == FX_NONE)
    return FALSE;
  y = fx_caffe_op2 (builder, "Mul", param->bias_term ? "scaled" : NULL, builder->bottoms[0], scale);
  if (param->bias_term)
    {
      FxId bias = fx_caffe_weight (builder, 1, "bias", &shape, error);

      if (bias == FX_NONE)
        return FALSE;
      fx_caffe_op2 (builder, "Add", NULL, y, bias);
    }
  return TRUE;
}

gboolean
fx_caffe_layer_bias (FxCaffeBuilder *builder, const FxCaffeLayer *layer, GError **error)
{
  PARAM (Fx__Caffe__BiasParameter, FX__CAFFE__BIAS_PARAMETER__INIT, bias_param);
  FxShape shape;
  FxId bias;

  if (layer->n_bottom == 2)
    {
      if (!second_bottom (builder, param->axis, &bias, error))
        return FALSE;
    }
  else
    {
      if (!operand_shape (builder, param->axis, param->num_axes, &shape, error))
        return FALSE;
      bias = fx_caffe_weight (builder, 0, "bias", &shape, error);
      if (bias == FX_NONE)
        return FALSE;
    }
  fx_caffe_op2 (builder, "Add", NULL, builder->bottoms[0], bias);
  return TRUE;
}

/* ---- MVN and Normalize ---- */

static FxId
reduce (FxCaffeBuilder *builder, const char *op, const char *part, FxId x, const gint64 *axes, guint n)
{
  return fx_caffe_op (builder, op, part, &x, 1,
                      (FxAttr[]){ fx_attr_ints ("axes", axes, n), fx_attr_int ("keepdims", 1) }, 2);
}

/* x minus its mean over the axes, and with `variance` divided by its deviation: √(σ² + eps) or √σ² + eps. */
static FxId
emit_standardize (FxCaffeBuilder *builder, const gint64 *axes, guint n_axes, gboolean variance, float eps,
                  gboolean eps_in_root)
{
  FxId x = builder->bottoms[0], mean = reduce (builder, "ReduceMean", "mean", x, axes, n_axes), centered, y, epsilon;

  centered = fx_caffe_op2 (builder, "Sub", variance ? "centered" : NULL, x, mean);
  if (!variance)
    return centered;
  y = fx_caffe_op2 (builder, "Mul", "square", centered, centered);
  y = reduce (builder, "ReduceMean", "variance", y, axes, n_axes);
  epsilon = fx_caffe_float (builder, "epsilon", eps);
  if (eps_in_root)
    y = fx_caffe_op2 (builder, "Add", "shifted", y, epsilon);
  y = fx_caffe_op1 (builder, "Sqrt", "root", y);
  if (!eps_in_root)
    y = fx_caffe_op2 (builder, "Add", "shifted", y, epsilon);
  return fx_caffe_op2 (builder, "Div", NULL, centered, y);
}

gboolean
fx_caffe_layer_mvn (FxCaffeBuilder *builder, const FxCaffeLayer *layer, GError **error)
{
  PARAM (Fx__Caffe__MVNParameter, FX__CAFFE__MVNPARAMETER__INIT, mvn_param);
  const gint64 axes[] = { 1, 2, 3 };
  gboolean across = param->across_channels;
  int rank;

  if (!fx_caffe_rank (builder, 0, 4, 4, &rank, error))
    return FALSE;
  emit_standardize (builder, across ? axes : axes + 1, across ? 3 : 2, param->normalize_variance, param->eps, FALSE);
  return TRUE;
}

/* SSD: scale × x / √(sum of x² + eps), the sum over the channels of one place or over the whole sample. */
gboolean
fx_caffe_layer_normalize (FxCaffeBuilder *builder, const FxCaffeLayer *layer, GError **error)
{
  const Fx__Caffe__NormalizeParameter defaults = FX__CAFFE__NORMALIZE_PARAMETER__INIT;
  const Fx__Caffe__NormalizeParameter *param = layer->norm_param != NULL        ? layer->norm_param
                                               : layer->normalize_param != NULL ? layer->normalize_param
                                                                                : &defaults;
  FxId x = builder->bottoms[0], y, scale;
  const gint64 axes[] = { 1, 2, 3 };
  FxShape shape = FX_SHAPE (1, 1, 1);
  int rank;

  if (!fx_caffe_rank (builder, 0, 4, 4, &rank, error))
    return FALSE;
  if (!param->channel_shared)
    shape.dims[0] = fx_caffe_declared (builder, x)->dims[1];
  scale = fx_caffe_weight (builder, 0, "scale", &shape, error);
  if (scale == FX_NONE)
    return FALSE;
  y = reduce (builder, "ReduceSumSquare", "sum", x, axes, param->across_spatial ? 3 : 1);
  y = fx_caffe_op2 (builder, "Add", "shifted", y, fx_caffe_float (builder, "epsilon", param->eps));
  y = fx_caffe_op1 (builder, "Sqrt", "root", y);
  y = fx_caffe_op2 (builder, "Div", "unit", x, y);
  fx_caffe_op2 (builder, "Mul", NULL, y, scale);
  return TRUE;
}
