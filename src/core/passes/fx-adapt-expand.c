/* Operators that came after opset 11, by those that it has.  https://onnx.ai/onnx/operators/
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-i18n.h"
#include "core/ops/fx-op.h"
#include "core/passes/fx-adapt-rows.h"

/* Constants that become part of the model, such as the mask of Trilu, are at most this large. */
#define MAX_MASK ((gint64)1 << 22)

static FxId
scalar (const FxAdapt *adapt, const char *name, double value)
{
  return fx_adapt_new_scalar (adapt, name, fx_adapt_dtype (adapt, 0), value);
}

/* ---- activations ---- */

static gboolean
hard_swish (FxAdapt *adapt)
{
  FxId x = fx_adapt_input (adapt, 0);
  FxNode *gate = fx_adapt_emit (adapt, "HardSigmoid", 1, x);

  fx_node_take_attr (gate, fx_attr_float ("alpha", 1.0f / 6.0f));
  fx_node_take_attr (gate, fx_attr_float ("beta", 0.5f));
  fx_adapt_become (adapt, "Mul", 2, x, gate->outputs[0]);
  return TRUE;
}

static gboolean
mish (FxAdapt *adapt)
{
  FxId x = fx_adapt_input (adapt, 0);
  FxId gate = fx_adapt_apply (adapt, "Tanh", 1, fx_adapt_apply (adapt, "Softplus", 1, x));

  fx_adapt_become (adapt, "Mul", 2, x, gate);
  return TRUE;
}

/* alpha·Elu (x / alpha) */
static gboolean
celu (FxAdapt *adapt)
{
  FxId x = fx_adapt_input (adapt, 0), alpha;
  double value = fx_adapt_float (adapt, "alpha", 1.0);

  if (value == 1.0)
    {
      fx_adapt_become (adapt, "Elu", 1, x);
      return TRUE;
    }
  alpha = scalar (adapt, "alpha", value);
  fx_adapt_become (adapt, "Mul", 2, fx_adapt_apply (adapt, "Elu", 1, fx_adapt_apply (adapt, "Div", 2, x, alpha)),
                   alpha);
  return TRUE;
}

/* x·(1 + erf (x / √2)) / 2, or x·(1 + tanh (√(2/π)·(x + 0.044715·x³))) / 2 */
static gboolean
gelu (FxAdapt *adapt)
{
  gboolean exact = g_strcmp0 (fx_adapt_string (adapt, "approximate", "none"), "tanh") != 0;
  FxId x = fx_adapt_input (adapt, 0), gate, half;

  if (exact)
    gate = fx_adapt_apply (adapt, "Erf", 1,
                           fx_adapt_apply (adapt, "Div", 2, x, scalar (adapt, "root", 1.41421356237309504880)));
  else
    {
      FxId cube = fx_adapt_apply (adapt, "Mul", 2, fx_adapt_apply (adapt, "Mul", 2, x, x), x);
      FxId bent = fx_adapt_apply (adapt, "Add", 2, x,
                                  fx_adapt_apply (adapt, "Mul", 2, cube, scalar (adapt, "cubic", 0.044715)));

      gate = fx_adapt_apply (adapt, "Tanh", 1,
                             fx_adapt_apply (adapt, "Mul", 2, bent, scalar (adapt, "root", 0.79788456080286535588)));
    }
  gate = fx_adapt_apply (adapt, "Add", 2, gate, scalar (adapt, "one", 1.0));
  half = fx_adapt_apply (adapt, "Mul", 2, x, scalar (adapt, "half", 0.5));
  fx_adapt_become (adapt, "Mul", 2, half, gate);
  return TRUE;
}

/* ---- comparison and casts ---- */

/* Not "not less", which would be true of NaN. */
static gboolean
or_equal (FxAdapt *adapt, const char *strict)
{
  FxId a = fx_adapt_input (adapt, 0), b = fx_adapt_input (adapt, 1);
  FxId differs = fx_adapt_apply (adapt, strict, 2, a, b), equal = fx_adapt_apply (adapt, "Equal", 2, a, b);

  fx_adapt_become (adapt, "Or", 2, differs, equal);
  return TRUE;
}

static gboolean
greater_or_equal (FxAdapt *adapt)
{
  return or_equal (adapt, "Greater");
}

static gboolean
less_or_equal (FxAdapt *adapt)
{
  return or_equal (adapt, "Less");
}

static gboolean
cast_like (FxAdapt *adapt)
{
  FxDType target = fx_adapt_dtype (adapt, 1);

  if (target == FX_DTYPE_UNDEFINED)
    return fx_adapt_refuse (adapt, NULL, "the target type is not known");
  fx_adapt_become (adapt, "Cast", 1, fx_adapt_input (adapt, 0));
  fx_node_take_attr (adapt->node, fx_attr_int ("to", target));
  return TRUE;
}

/* ---- normalization ---- */

static FxId
mean_over (const FxAdapt *adapt, FxId input, const gint64 *axes, guint n)
{
  FxNode *node = fx_adapt_emit (adapt, "ReduceMean", 1, input);

  fx_node_take_attr (node, fx_attr_ints ("axes", axes, n));
  fx_node_take_attr (node, fx_attr_int ("keepdims", 1));
  return node->outputs[0];
}

/* Gives the value that is `from` the name of output i, if the node has it. */
static void
also_output (FxAdapt *adapt, guint i, FxId from)
{
  if (!fx_adapt_used (adapt, i))
    return;
  fx_graph_add_node (adapt->graph, adapt->node->name, "", "Identity", FX_ADAPT_OPSET, &from, 1,
                     &adapt->node->outputs[i], 1);
  adapt->node->outputs[i] = FX_NONE;
}

/* (x - mean) / √(variance + epsilon)·scale + bias over the axes from `axis` on; the inner part computes in f32, as
 * stash_type = 1 says. */
static gboolean
layer_norm (FxAdapt *adapt)
{
  gint64 axis = fx_adapt_int (adapt, "axis", -1), axes[FX_MAX_RANK];
  FxShape shape = fx_adapt_shape (adapt, 0);
  FxId x = fx_adapt_input (adapt, 0), scale = fx_adapt_input (adapt, 1), bias = fx_adapt_input (adapt, 2);
  FxId mean, centered, variance, deviation, normal;
  guint n = 0;

  if (axis >= 0 && shape.rank >= 0)
    axis -= shape.rank;
  if (axis >= 0 || axis < -FX_MAX_RANK || (shape.rank >= 0 && axis < -shape.rank))
    return fx_adapt_refuse (adapt, N_ ("Set the shapes of the inputs"), "the rank of its input is not known");
  for (; axis < 0; axis++)
    axes[n++] = axis;

  mean = mean_over (adapt, x, axes, n);
  centered = fx_adapt_apply (adapt, "Sub", 2, x, mean);
  variance = mean_over (adapt, fx_adapt_apply (adapt, "Mul", 2, centered, centered), axes, n);
  variance
      = fx_adapt_apply (adapt, "Add", 2, variance, scalar (adapt, "epsilon", fx_adapt_float (adapt, "epsilon", 1e-5)));
  deviation = fx_adapt_apply (adapt, "Sqrt", 1, variance);
  normal = fx_adapt_apply (adapt, "Div", 2, centered, deviation);
  also_output (adapt, 1, mean);
  if (fx_adapt_used (adapt, 2))
    also_output (adapt, 2, fx_adapt_apply (adapt, "Reciprocal", 1, deviation));
  fx_adapt_cut_outputs (adapt, 1);
  if (bias == FX_NONE)
    fx_adapt_become (adapt, "Mul", 2, normal, scale);
  else
    fx_adapt_become (adapt, "Add", 2, fx_adapt_apply (adapt, "Mul", 2, normal, scale), bias);
  return TRUE;
}

/* Groups as the channels of an instance normalization over [N, groups, rest]; the result in the shape of the input. */
static FxId
normalize_groups (FxAdapt *adapt, gint64 groups, FxId scale, FxId bias)
{
  const gint64 grouped[] = { 0, groups, -1 };
  FxId x = fx_adapt_input (adapt, 0), shape = fx_adapt_apply (adapt, "Shape", 1, x);
  FxId folded = fx_adapt_apply (adapt, "Reshape", 2, x, fx_adapt_new_ints (adapt, "groups", grouped, 3));
  FxNode *normal = fx_adapt_emit (adapt, "InstanceNormalization", 3, folded, scale, bias);

  fx_node_take_attr (normal, fx_attr_float ("epsilon", (float)fx_adapt_float (adapt, "epsilon", 1e-5)));
  fx_adapt_become (adapt, "Reshape", 2, normal->outputs[0], shape);
  return adapt->node->outputs[0];
}

static gboolean
check_groups (FxAdapt *adapt, gint64 *groups)
{
  *groups = fx_adapt_int (adapt, "num_groups", 0);
  if (*groups < 1 || *groups > G_MAXINT16)
    return fx_adapt_refuse (adapt, NULL, "attribute \"num_groups\" is %" PRId64, *groups);
  return TRUE;
}

/* Up to opset 20 scale and bias belong to groups. */
static gboolean
group_norm_18 (FxAdapt *adapt)
{
  gint64 groups;

  if (!check_groups (adapt, &groups))
    return FALSE;
  normalize_groups (adapt, groups, fx_adapt_input (adapt, 1), fx_adapt_input (adapt, 2));
  return TRUE;
}

/* [C] as [C, 1, …] against an input of rank `rank`. */
static FxId
per_channel (const FxAdapt *adapt, FxId vector, int rank)
{
  gint64 axes[FX_MAX_RANK];
  FxNode *node = fx_adapt_emit (adapt, "Unsqueeze", 1, vector);

  for (int i = 0; i < rank - 2; i++)
    axes[i] = i + 1;
  fx_node_take_attr (node, fx_attr_ints ("axes", axes, (guint)(rank - 2)));
  return node->outputs[0];
}

/* Since opset 21 they belong to channels: the groups are only normalized, then each channel is scaled. */
static gboolean
group_norm_21 (FxAdapt *adapt)
{
  gint64 groups;
  FxShape shape = fx_adapt_shape (adapt, 0);
  FxId scale = fx_adapt_input (adapt, 1), bias = fx_adapt_input (adapt, 2), output = adapt->node->outputs[0], normal;
  FxDType dtype = fx_adapt_dtype (adapt, 0);

  if (!check_groups (adapt, &groups))
    return FALSE;
  if (shape.rank < 3)
    return fx_adapt_refuse (adapt, N_ ("Set the shapes of the inputs"),
                            "the rank of its input is not known or under 3");

  normal = fx_graph_add_value (adapt->graph, adapt->node->name, dtype, &shape);
  adapt->node->outputs[0] = normal;
  normalize_groups (adapt, groups, fx_adapt_new_floats (adapt, "one", dtype, 1.0, (guint)groups),
                    fx_adapt_new_floats (adapt, "zero", dtype, 0.0, (guint)groups));
  normal = fx_adapt_apply (adapt, "Mul", 2, normal, per_channel (adapt, scale, shape.rank));
  fx_adapt_emit (adapt, "Add", 2, normal, per_channel (adapt, bias, shape.rank))->outputs[0] = output;
  return TRUE;
}

/* ---- Trilu ---- */

static gboolean
trilu (FxAdapt *adapt)
{
  gboolean upper = fx_adapt_int (adapt, "upper", 1) != 0;
  FxShape shape = fx_adapt_shape (adapt, 0);
  const FxTensor *diagonal = fx_adapt_constant (adapt, 1);
  gint64 rows, columns, k;
  guint8 *keep;
  void *data;
  FxTensor *mask;
  FxId condition;

  if (fx_adapt_input (adapt, 1) != FX_NONE && (diagonal == NULL || fx_tensor_elements (diagonal) != 1))
    return fx_adapt_refuse (adapt, N_ ("Export the model with constant operands"), "k is not a constant");
  if (shape.rank < 2 || shape.dims[shape.rank - 1] < 0 || shape.dims[shape.rank - 2] < 0
      || shape.dims[shape.rank - 1] > MAX_MASK || shape.dims[shape.rank - 2] > MAX_MASK
      || shape.dims[shape.rank - 1] * shape.dims[shape.rank - 2] > MAX_MASK)
    return fx_adapt_refuse (adapt, N_ ("Set the shapes of the inputs"), "the size of its matrices is not known");

  rows = shape.dims[shape.rank - 2];
  columns = shape.dims[shape.rank - 1];
  k = diagonal != NULL ? CLAMP (fx_tensor_get_int64 (diagonal, 0), -MAX_MASK, MAX_MASK) : 0;
  mask = fx_tensor_new_alloc (FX_DTYPE_BOOL, &FX_SHAPE (rows, columns), &data, NULL);
  if (mask == NULL)
    return fx_adapt_refuse (adapt, NULL, "its matrices are too large");
  keep = data;
  for (gint64 i = 0; i < rows; i++)
    for (gint64 j = 0; j < columns; j++)
      keep[i * columns + j] = upper ? j - i >= k : j - i <= k;
  condition = fx_graph_add_constant (adapt->graph, "triangle", mask);
  fx_adapt_become (adapt, "Where", 3, condition, fx_adapt_input (adapt, 0), scalar (adapt, "zero", 0.0));
  return TRUE;
}

const FxAdaptRow fx_adapt_expand[] = {
  { "CastLike", 15, cast_like },
  { "Celu", 12, celu },
  { "Gelu", 20, gelu },
  { "GreaterOrEqual", 12, greater_or_equal },
  { "GroupNormalization", 18, group_norm_18 },
  { "GroupNormalization", 21, group_norm_21 },
  { "HardSwish", 14, hard_swish },
  { "LayerNormalization", 17, layer_norm },
  { "LessOrEqual", 12, less_or_equal },
  { "Mish", 18, mish },
  { "Trilu", 14, trilu },
  { NULL, 0, NULL },
};
