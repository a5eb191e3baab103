/* Layers that map each element by itself.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "io/caffe/caffe-layers.h"

#include <math.h>

/* The parameters of a layer, or their defaults. */
#define PARAM(T, init, member)                                                                                         \
  const T defaults = init;                                                                                             \
  const T *param = layer->member != NULL ? layer->member : &defaults

/* A chain of operators, each on the result of the one before. */
typedef struct
{
  const char *op, *part;
  gboolean binary;
  float operand;
} Step;

#define MAX_STEPS 4

typedef struct
{
  Step steps[MAX_STEPS];
  guint n;
} Chain;

static void
add_step (Chain *chain, const char *op, const char *part)
{
  chain->steps[chain->n++] = (Step){ op, part, FALSE, 0.0f };
}

/* Without effect where the operand is neutral. */
static void
add_binary (Chain *chain, const char *op, const char *part, double operand, double neutral)
{
  if (operand != neutral)
    chain->steps[chain->n++] = (Step){ op, part, TRUE, (float)operand };
}

static gboolean
emit_chain (FxCaffeBuilder *builder, const Chain *chain)
{
  FxId x = builder->bottoms[0];

  for (guint i = 0; i < chain->n; i++)
    {
      const Step *step = &chain->steps[i];
      const char *part = i + 1 < chain->n ? step->part : NULL;
      g_autofree char *name = g_strconcat (step->part, "/operand", NULL);

      x = step->binary ? fx_caffe_op2 (builder, step->op, part, x, fx_caffe_float (builder, name, step->operand))
                       : fx_caffe_op1 (builder, step->op, part, x);
    }
  if (chain->n == 0)
    fx_caffe_op1 (builder, "Identity", NULL, x);
  return TRUE;
}

/* Layers that are one operator without attributes. */
#define PLAIN(id, op)                                                                                                  \
  gboolean fx_caffe_layer_##id (FxCaffeBuilder *builder, G_GNUC_UNUSED const FxCaffeLayer *layer,                      \
                                G_GNUC_UNUSED GError **error)                                                          \
  {                                                                                                                    \
    fx_caffe_op1 (builder, op, NULL, builder->bottoms[0]);                                                             \
    return TRUE;                                                                                                       \
  }

PLAIN (abs_val, "Abs")
PLAIN (bnll, "Softplus") /* log (1 + eˣ) */
PLAIN (dropout, "Dropout")
PLAIN (sigmoid, "Sigmoid")
PLAIN (tanh, "Tanh")

static gboolean
emit_relu (FxCaffeBuilder *builder, const char *part, FxId x, float slope)
{
  if (slope == 0.0f)
    fx_caffe_op1 (builder, "Relu", part, x);
  else
    fx_caffe_op1_attr (builder, "LeakyRelu", part, x, fx_attr_float ("alpha", slope));
  return TRUE;
}

gboolean
fx_caffe_layer_relu (FxCaffeBuilder *builder, const FxCaffeLayer *layer, G_GNUC_UNUSED GError **error)
{
  PARAM (Fx__Caffe__ReLUParameter, FX__CAFFE__RE_LUPARAMETER__INIT, relu_param);

  return emit_relu (builder, NULL, builder->bottoms[0], param->negative_slope);
}

/* Outside of training the random slope is its mean. */
gboolean
fx_caffe_layer_rrelu (FxCaffeBuilder *builder, const FxCaffeLayer *layer, G_GNUC_UNUSED GError **error)
{
  PARAM (Fx__Caffe__RReLUParameter, FX__CAFFE__RRE_LUPARAMETER__INIT, rrelu_param);

  return emit_relu (builder, NULL, builder->bottoms[0], (param->lower_bound + param->upper_bound) / 2);
}

/* ReLU of x and -x, side by side. */
gboolean
fx_caffe_layer_crelu (FxCaffeBuilder *builder, const FxCaffeLayer *layer, GError **error)
{
  PARAM (Fx__Caffe__CReLUParameter, FX__CAFFE__CRE_LUPARAMETER__INIT, crelu_param);
  FxId x = builder->bottoms[0], both[2] = { x, FX_NONE }, y;
  int axis;

  if (!fx_caffe_axis (builder, 0, param->concat_axis, FALSE, &axis, error))
    return FALSE;
  both[1] = fx_caffe_op1 (builder, "Neg", "negated", x);
  y = fx_caffe_op (builder, "Concat", "both", both, 2, (FxAttr[]){ fx_attr_int ("axis", axis) }, 1);
  return emit_relu (builder, NULL, y, param->negative_slope);
}

gboolean
fx_caffe_layer_prelu (FxCaffeBuilder *builder, const FxCaffeLayer *layer, GError **error)
{
  PARAM (Fx__Caffe__PReLUParameter, FX__CAFFE__PRE_LUPARAMETER__INIT, prelu_param);
  FxShape shape;
  FxId slope;
  int rank;

  if (!fx_caffe_rank (builder, 0, 2, FX_MAX_RANK, &rank, error))
    return FALSE;
  shape = param->channel_shared ? FX_SHAPE (1) : fx_shape_of_rank (rank - 1);
  for (int i = 0; i < shape.rank; i++)
    shape.dims[i] = i == 0 && !param->channel_shared ? fx_caffe_declared (builder, builder->bottoms[0])->dims[1] : 1;
  slope = fx_caffe_weight (builder, 0, "slope", &shape, error);
  if (slope == FX_NONE)
    return FALSE;
  fx_caffe_op2 (builder, "PRelu", NULL, builder->bottoms[0], slope);
  return TRUE;
}

gboolean
fx_caffe_layer_elu (FxCaffeBuilder *builder, const FxCaffeLayer *layer, G_GNUC_UNUSED GError **error)
{
  PARAM (Fx__Caffe__ELUParameter, FX__CAFFE__ELUPARAMETER__INIT, elu_param);

  fx_caffe_op1_attr (builder, "Elu", NULL, builder->bottoms[0], fx_attr_float ("alpha", param->alpha));
  return TRUE;
}

static gboolean
emit_clip (FxCaffeBuilder *builder, float min, float max)
{
  FxId inputs[] = { builder->bottoms[0], fx_caffe_float (builder, "min", min), fx_caffe_float (builder, "max", max) };

  fx_caffe_op (builder, "Clip", NULL, inputs, 3, NULL, 0);
  return TRUE;
}

gboolean
fx_caffe_layer_relu6 (FxCaffeBuilder *builder, G_GNUC_UNUSED const FxCaffeLayer *layer, G_GNUC_UNUSED GError **error)
{
  return emit_clip (builder, 0.0f, 6.0f);
}

gboolean
fx_caffe_layer_clip (FxCaffeBuilder *builder, const FxCaffeLayer *layer, GError **error)
{
  const Fx__Caffe__ClipParameter *param = layer->clip_param;

  if (param == NULL || !param->has_min || !param->has_max)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "clip_param lacks min or max");
  return emit_clip (builder, param->min, param->max);
}

/* (shift + scale × x)^power */
gboolean
fx_caffe_layer_power (FxCaffeBuilder *builder, const FxCaffeLayer *layer, G_GNUC_UNUSED GError **error)
{
  PARAM (Fx__Caffe__PowerParameter, FX__CAFFE__POWER_PARAMETER__INIT, power_param);
  Chain chain = { .n = 0 };

  add_binary (&chain, "Mul", "scale", param->scale, 1.0);
  add_binary (&chain, "Add", "shift", param->shift, 0.0);
  add_binary (&chain, "Pow", "power", param->power, 1.0);
  return emit_chain (builder, &chain);
}

/* The natural logarithm of a base; 1 for the default, which is e. */
static gboolean
log_of_base (float base, double *log_base, GError **error)
{
  *log_base = base == -1.0f ? 1.0 : log ((double)base);
  if (base != -1.0f && !(base > 0.0f))
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "base is %g, wanted -1 (for e) or a positive number", (double)base);
  return TRUE;
}

/* base^(shift + scale × x) */
gboolean
fx_caffe_layer_exp (FxCaffeBuilder *builder, const FxCaffeLayer *layer, GError **error)
{
  PARAM (Fx__Caffe__ExpParameter, FX__CAFFE__EXP_PARAMETER__INIT, exp_param);
  Chain chain = { .n = 0 };
  double log_base;

  if (!log_of_base (param->base_, &log_base, error))
    return FALSE;
  add_binary (&chain, "Mul", "scale", param->scale * log_base, 1.0);
  add_binary (&chain, "Add", "shift", param->shift * log_base, 0.0);
  add_step (&chain, "Exp", "exp");
  return emit_chain (builder, &chain);
}

/* The logarithm to `base` of shift + scale × x */
gboolean
fx_caffe_layer_log (FxCaffeBuilder *builder, const FxCaffeLayer *layer, GError **error)
{
  PARAM (Fx__Caffe__LogParameter, FX__CAFFE__LOG_PARAMETER__INIT, log_param);
  Chain chain = { .n = 0 };
  double log_base;

  if (!log_of_base (param->base_, &log_base, error))
    return FALSE;
  add_binary (&chain, "Mul", "scale", param->scale, 1.0);
  add_binary (&chain, "Add", "shift", param->shift, 0.0);
  add_step (&chain, "Log", "log");
  add_binary (&chain, "Mul", "base", 1.0 / log_base, 1.0);
  return emit_chain (builder, &chain);
}

/* 1 where x > threshold, else 0 */
gboolean
fx_caffe_layer_threshold (FxCaffeBuilder *builder, const FxCaffeLayer *layer, G_GNUC_UNUSED GError **error)
{
  PARAM (Fx__Caffe__ThresholdParameter, FX__CAFFE__THRESHOLD_PARAMETER__INIT, threshold_param);
  FxId above = fx_caffe_op2 (builder, "Greater", "above", builder->bottoms[0],
                             fx_caffe_float (builder, "threshold", param->threshold));

  fx_caffe_op1_attr (builder, "Cast", NULL, above, fx_attr_int ("to", FX_DTYPE_FLOAT));
  return TRUE;
}

/* x / (1 + e^(-beta × x)) */
gboolean
fx_caffe_layer_swish (FxCaffeBuilder *builder, const FxCaffeLayer *layer, G_GNUC_UNUSED GError **error)
{
  PARAM (Fx__Caffe__SwishParameter, FX__CAFFE__SWISH_PARAMETER__INIT, swish_param);
  FxId x = builder->bottoms[0], y = x;

  if (param->beta != 1.0f)
    y = fx_caffe_op2 (builder, "Mul", "scaled", x, fx_caffe_float (builder, "beta", param->beta));
  fx_caffe_op2 (builder, "Mul", NULL, x, fx_caffe_op1 (builder, "Sigmoid", "sigmoid", y));
  return TRUE;
}

static FxId
emit_hsigmoid (FxCaffeBuilder *builder, const char *part)
{
  return fx_caffe_op (builder, "HardSigmoid", part, builder->bottoms, 1,
                      (FxAttr[]){ fx_attr_float ("alpha", 1.0f / 6), fx_attr_float ("beta", 0.5f) }, 2);
}

gboolean
fx_caffe_layer_hsigmoid (FxCaffeBuilder *builder, G_GNUC_UNUSED const FxCaffeLayer *layer, G_GNUC_UNUSED GError **error)
{
  emit_hsigmoid (builder, NULL);
  return TRUE;
}

gboolean
fx_caffe_layer_hswish (FxCaffeBuilder *builder, G_GNUC_UNUSED const FxCaffeLayer *layer, G_GNUC_UNUSED GError **error)
{
  fx_caffe_op2 (builder, "Mul", NULL, builder->bottoms[0], emit_hsigmoid (builder, "gate"));
  return TRUE;
}

/* x × tanh (log (1 + eˣ)) */
gboolean
fx_caffe_layer_mish (FxCaffeBuilder *builder, G_GNUC_UNUSED const FxCaffeLayer *layer, G_GNUC_UNUSED GError **error)
{
  FxId x = builder->bottoms[0], y = fx_caffe_op1 (builder, "Softplus", "softplus", x);

  fx_caffe_op2 (builder, "Mul", NULL, x, fx_caffe_op1 (builder, "Tanh", "tanh", y));
  return TRUE;
}
