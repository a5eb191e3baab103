/* Opset 1 … 10 to 11: what the operators of older files have to become.
 * https://github.com/onnx/onnx/blob/main/docs/Changelog.md
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-i18n.h"
#include "core/ops/cast.h"
#include "core/ops/fx-elementwise.h"
#include "core/passes/fx-adapt-rows.h"

/* ---- attributes that became inputs ---- */

/* A list of integers; absent: nothing to do. */
static void
ints_to_input (FxAdapt *adapt, const char *attr, guint input)
{
  const FxAttr *found = fx_node_attr (adapt->node, attr);

  if (found == NULL || found->kind != FX_ATTR_INTS)
    return;
  fx_adapt_set_input (adapt, input, fx_adapt_new_ints (adapt, attr, found->ints, found->n));
  fx_node_remove_attr (adapt->node, attr);
}

static gboolean
reshape_5 (FxAdapt *adapt)
{
  ints_to_input (adapt, "shape", 1);
  return TRUE;
}

static gboolean
slice_10 (FxAdapt *adapt)
{
  ints_to_input (adapt, "starts", 1);
  ints_to_input (adapt, "ends", 2);
  ints_to_input (adapt, "axes", 3);
  return TRUE;
}

static gboolean
top_k_10 (FxAdapt *adapt)
{
  gint64 k = fx_adapt_int (adapt, "k", 1);

  fx_adapt_set_input (adapt, 1, fx_adapt_new_ints (adapt, "k", &k, 1));
  fx_node_remove_attr (adapt->node, "k");
  return TRUE;
}

static gboolean
pad_2 (FxAdapt *adapt)
{
  const FxAttr *paddings = fx_node_attr (adapt->node, "paddings");

  if (paddings != NULL && paddings->kind == FX_ATTR_INTS)
    fx_node_take_attr (adapt->node, fx_attr_ints ("pads", paddings->ints, paddings->n));
  fx_node_remove_attr (adapt->node, "paddings");
  return TRUE;
}

static gboolean
pad_11 (FxAdapt *adapt)
{
  double value = fx_adapt_float (adapt, "value", 0.0);

  ints_to_input (adapt, "pads", 1);
  fx_node_remove_attr (adapt->node, "value");
  if (value != 0.0)
    fx_adapt_set_input (adapt, 2, fx_adapt_new_scalar (adapt, "value", fx_adapt_dtype (adapt, 0), value));
  return TRUE;
}

static gboolean
clip_11 (FxAdapt *adapt)
{
  static const char *const bounds[] = { "min", "max" };

  for (guint i = 0; i < G_N_ELEMENTS (bounds); i++)
    if (fx_node_attr (adapt->node, bounds[i]) != NULL)
      {
        double value = fx_adapt_float (adapt, bounds[i], 0.0);

        fx_adapt_set_input (adapt, i + 1, fx_adapt_new_scalar (adapt, bounds[i], fx_adapt_dtype (adapt, 0), value));
        fx_node_remove_attr (adapt->node, bounds[i]);
      }
  return TRUE;
}

static gboolean
split_2 (FxAdapt *adapt)
{
  guint n;
  g_autofree gint64 *sizes = NULL;

  if (fx_adapt_input (adapt, 1) == FX_NONE)
    return TRUE;
  sizes = fx_adapt_ints (adapt, 1, "the list of sizes", &n);
  if (sizes == NULL)
    return FALSE;
  fx_node_take_attr (adapt->node, fx_attr_ints ("split", sizes, n));
  fx_adapt_cut_inputs (adapt, 1);
  return TRUE;
}

/* Before opset 6 Tile has one count and one axis. */
static gboolean
tile_6 (FxAdapt *adapt)
{
  FxShape shape = fx_adapt_shape (adapt, 0);
  gint64 repeats[FX_MAX_RANK] = { 1, 1, 1, 1, 1, 1, 1, 1 };
  guint n_counts, n_axes;
  g_autofree gint64 *counts = fx_adapt_ints (adapt, 1, "the number of tiles", &n_counts);
  g_autofree gint64 *axes = counts != NULL ? fx_adapt_ints (adapt, 2, "the axis", &n_axes) : NULL;

  if (axes == NULL)
    return FALSE;
  if (shape.rank < 0 || n_counts != 1 || n_axes != 1 || axes[0] < 0 || axes[0] >= shape.rank)
    return fx_adapt_refuse (adapt, N_ ("Set the shapes of the inputs"), "the rank of the input is not known");
  repeats[axes[0]] = counts[0];
  fx_adapt_cut_inputs (adapt, 1);
  fx_adapt_set_input (adapt, 1, fx_adapt_new_ints (adapt, "repeats", repeats, (guint)shape.rank));
  return TRUE;
}

/* ---- broadcasting ---- */

/* Operand 1 as a tensor of `shape`, which differs from its own by ones at the end. */
static void
append_ones (FxAdapt *adapt, const FxShape *from, const FxShape *shape)
{
  FxTensor *constant = fx_adapt_constant (adapt, 1);
  FxTensor *reshaped = constant != NULL ? fx_tensor_reshaped (constant, shape) : NULL;
  gint64 axes[FX_MAX_RANK];
  FxNode *unsqueeze;

  if (reshaped != NULL)
    {
      g_autofree char *name = g_strdup_printf ("%s_operand", adapt->node->name);

      fx_adapt_set_input (adapt, 1, fx_graph_add_constant (adapt->graph, name, reshaped));
      return;
    }
  for (int i = from->rank; i < shape->rank; i++)
    axes[i - from->rank] = i;
  unsqueeze = fx_adapt_emit (adapt, "Unsqueeze", 1, fx_adapt_input (adapt, 1));
  fx_node_take_attr (unsqueeze, fx_attr_ints ("axes", axes, (guint)(shape->rank - from->rank)));
  fx_adapt_set_input (adapt, 1, unsqueeze->outputs[0]);
}

static gboolean
broadcast_7 (FxAdapt *adapt)
{
  FxBinaryParams params = { fx_adapt_int (adapt, "axis", -1), fx_adapt_int (adapt, "broadcast", 0) };
  FxShape a = fx_adapt_shape (adapt, 0), from = fx_adapt_shape (adapt, 1), b = from;
  g_autoptr (GError) error = NULL;

  if (params.broadcast && params.axis != -1 && (a.rank < 0 || b.rank < 0))
    return fx_adapt_refuse (adapt, N_ ("Set the shapes of the inputs"), "the ranks of its operands are not known");
  if (!fx_binary_legacy_shape (&params, 6, &a, &b, &error))
    return fx_adapt_refuse (adapt, NULL, "%s", error->message);
  if (b.rank != from.rank)
    append_ones (adapt, &from, &b);
  fx_node_remove_attr (adapt->node, "axis");
  fx_node_remove_attr (adapt->node, "broadcast");
  return TRUE;
}

static gboolean
prelu_7 (FxAdapt *adapt)
{
  FxShape x = fx_adapt_shape (adapt, 0), from = fx_adapt_shape (adapt, 1), slope = from;

  if (slope.rank != 1 || slope.dims[0] == 1)
    return TRUE;
  if (x.rank < 0)
    return fx_adapt_refuse (adapt, N_ ("Set the shapes of the inputs"), "the rank of its input is not known");
  while (slope.rank < x.rank - 1)
    slope.dims[slope.rank++] = 1;
  if (slope.rank != from.rank)
    append_ones (adapt, &from, &slope);
  return TRUE;
}

static gboolean
gemm_7 (FxAdapt *adapt)
{
  fx_node_remove_attr (adapt->node, "broadcast");
  return TRUE;
}

/* ---- defaults that changed ---- */

static gboolean
concat_4 (FxAdapt *adapt)
{
  fx_node_take_attr (adapt->node, fx_attr_int ("axis", fx_adapt_int (adapt, "axis", 1)));
  return TRUE;
}

static gboolean
selu_6 (FxAdapt *adapt)
{
  fx_node_take_attr (adapt->node, fx_attr_float ("alpha", (float)fx_adapt_float (adapt, "alpha", 1.6732)));
  fx_node_take_attr (adapt->node, fx_attr_float ("gamma", (float)fx_adapt_float (adapt, "gamma", 1.0507)));
  return TRUE;
}

static gboolean
cast_6 (FxAdapt *adapt)
{
  g_autoptr (GError) error = NULL;
  FxDType target = fx_cast_target (fx_node_attr (adapt->node, "to"), &error);

  if (target == FX_DTYPE_UNDEFINED)
    return fx_adapt_refuse (adapt, NULL, "%s", error->message);
  fx_node_take_attr (adapt->node, fx_attr_int ("to", target));
  return TRUE;
}

/* Lp pools had a float p. */
static gboolean
lp_pool_2 (FxAdapt *adapt)
{
  double p = fx_adapt_float (adapt, "p", fx_adapt_int (adapt, "p", 2));

  if (!(p >= 1 && p <= 1e6) || p != (double)(gint64)p)
    return fx_adapt_refuse (adapt, NULL, "attribute \"p\" is %g, which is no integer", p);
  fx_node_take_attr (adapt->node, fx_attr_int ("p", (gint64)p));
  return TRUE;
}

/* ---- training and state ---- */

static gboolean
batch_norm_7 (FxAdapt *adapt)
{
  fx_node_remove_attr (adapt->node, "is_test");
  fx_adapt_cut_outputs (adapt, 1);
  return TRUE;
}

static gboolean
batch_norm_9 (FxAdapt *adapt)
{
  FxShape scale = fx_adapt_shape (adapt, 1);

  if (fx_adapt_int (adapt, "spatial", 1) == 0 && scale.rank != 1)
    return fx_adapt_refuse (adapt, N_ ("Export the model with spatial = 1"),
                            "statistics are per element (spatial = 0)");
  fx_node_remove_attr (adapt->node, "spatial");
  return TRUE;
}

static gboolean
dropout_7 (FxAdapt *adapt)
{
  fx_node_remove_attr (adapt->node, "is_test");
  return TRUE;
}

static gboolean
dropout_10 (FxAdapt *adapt)
{
  if (fx_adapt_used (adapt, 1))
    return fx_adapt_refuse (adapt, N_ ("Remove the mask from the model"), "its mask was not bool before opset 10");
  fx_adapt_cut_outputs (adapt, 1);
  return TRUE;
}

static gboolean
rnn_7 (FxAdapt *adapt)
{
  fx_node_remove_attr (adapt->node, "output_sequence");
  return TRUE;
}

/* ---- operators of another name ---- */

static gboolean
mean_variance_9 (FxAdapt *adapt)
{
  static const gint64 axes[] = { 0, 1, 2, 3 }, no_channels[] = { 0, 2, 3 };
  gboolean across = fx_adapt_int (adapt, "across_channels", 0) != 0;
  FxShape shape = fx_adapt_shape (adapt, 0);

  /* the old form normalizes every image for itself */
  if (shape.rank != 4 || shape.dims[0] != 1)
    return fx_adapt_refuse (adapt, N_ ("Set the batch size to 1"), "it normalizes each image, not the batch");
  if (fx_adapt_int (adapt, "normalize_variance", 1) == 0)
    return fx_adapt_refuse (adapt, NULL, "it does not divide by the deviation (normalize_variance = 0)");
  fx_node_remove_attr (adapt->node, "across_channels");
  fx_node_remove_attr (adapt->node, "normalize_variance");
  fx_node_take_attr (adapt->node, fx_attr_ints ("axes", across ? axes : no_channels, across ? 4 : 3));
  return TRUE;
}

static gboolean
scatter_11 (FxAdapt *adapt)
{
  fx_adapt_rename (adapt, "ScatterElements");
  return TRUE;
}

/* Opset 1 has factors for height and width, opset 7 a list. */
static gboolean
upsample_7 (FxAdapt *adapt)
{
  float scales[]
      = { 1, 1, (float)fx_adapt_float (adapt, "height_scale", 1), (float)fx_adapt_float (adapt, "width_scale", 1) };

  if (fx_node_attr (adapt->node, "scales") == NULL)
    fx_node_take_attr (adapt->node, fx_attr_floats ("scales", scales, G_N_ELEMENTS (scales)));
  fx_node_remove_attr (adapt->node, "height_scale");
  fx_node_remove_attr (adapt->node, "width_scale");
  return TRUE;
}

static gboolean
upsample_9 (FxAdapt *adapt)
{
  const FxAttr *scales = fx_node_attr (adapt->node, "scales");
  g_autofree char *name = g_strdup_printf ("%s_scales", adapt->node->name);
  FxArray array;

  if (scales == NULL || scales->kind != FX_ATTR_FLOATS)
    return TRUE;
  array = (FxArray){ FX_DTYPE_FLOAT, FX_SHAPE (scales->n), scales->floats };
  fx_adapt_set_input (adapt, 1, fx_graph_add_constant (adapt->graph, name, fx_tensor_new_copy (&array)));
  fx_node_remove_attr (adapt->node, "scales");
  return TRUE;
}

static gboolean
upsample_10 (FxAdapt *adapt)
{
  fx_adapt_rename (adapt, "Resize");
  return TRUE;
}

/* Resize of opset 10 maps output x to input x / scale, and takes the element below. */
static gboolean
resize_11 (FxAdapt *adapt)
{
  const char *mode = fx_adapt_string (adapt, "mode", "nearest");
  FxId scales = fx_adapt_input (adapt, 1);

  if (g_strcmp0 (mode, "bilinear") == 0 || g_strcmp0 (mode, "trilinear") == 0)
    fx_node_take_attr (adapt->node, fx_attr_string ("mode", "linear"));
  fx_adapt_set_input (adapt, 1, fx_adapt_new_floats (adapt, "roi", FX_DTYPE_FLOAT, 0.0, 0));
  fx_adapt_set_input (adapt, 2, scales);
  fx_node_take_attr (adapt->node, fx_attr_string ("coordinate_transformation_mode", "asymmetric"));
  fx_node_take_attr (adapt->node, fx_attr_string ("nearest_mode", "floor"));
  return TRUE;
}

/* ---- experimental operators ---- */

static FxId
attr_scalar (const FxAdapt *adapt, const char *attr, double otherwise)
{
  return fx_adapt_new_scalar (adapt, attr, fx_adapt_dtype (adapt, 0), fx_adapt_float (adapt, attr, otherwise));
}

static gboolean
affine_10 (FxAdapt *adapt)
{
  FxId alpha = attr_scalar (adapt, "alpha", 1), beta = attr_scalar (adapt, "beta", 0);
  FxId scaled = fx_adapt_apply (adapt, "Mul", 2, fx_adapt_input (adapt, 0), alpha);

  fx_adapt_become (adapt, "Add", 2, scaled, beta);
  return TRUE;
}

/* alpha·f (beta·x) */
static gboolean
scaled_function (FxAdapt *adapt, const char *function)
{
  FxId alpha = attr_scalar (adapt, "alpha", 1), beta = attr_scalar (adapt, "beta", 1);
  FxId scaled = fx_adapt_apply (adapt, "Mul", 2, fx_adapt_input (adapt, 0), beta);

  fx_adapt_become (adapt, "Mul", 2, fx_adapt_apply (adapt, function, 1, scaled), alpha);
  return TRUE;
}

static gboolean
scaled_tanh_10 (FxAdapt *adapt)
{
  return scaled_function (adapt, "Tanh");
}

static gboolean
parametric_softplus_10 (FxAdapt *adapt)
{
  return scaled_function (adapt, "Softplus");
}

const FxAdaptRow fx_adapt_up[] = {
  { "Add", 7, broadcast_7 },
  { "Affine", 10, affine_10 },
  { "And", 7, broadcast_7 },
  { "BatchNormalization", 7, batch_norm_7 },
  { "BatchNormalization", 9, batch_norm_9 },
  { "Cast", 6, cast_6 },
  { "Clip", 11, clip_11 },
  { "Concat", 4, concat_4 },
  { "Div", 7, broadcast_7 },
  { "Dropout", 7, dropout_7 },
  { "Dropout", 10, dropout_10 },
  { "Equal", 7, broadcast_7 },
  { "GRU", 7, rnn_7 },
  { "Gemm", 7, gemm_7 },
  { "GlobalLpPool", 2, lp_pool_2 },
  { "Greater", 7, broadcast_7 },
  { "LSTM", 7, rnn_7 },
  { "Less", 7, broadcast_7 },
  { "LpPool", 2, lp_pool_2 },
  { "MeanVarianceNormalization", 9, mean_variance_9 },
  { "Mul", 7, broadcast_7 },
  { "Or", 7, broadcast_7 },
  { "PRelu", 7, prelu_7 },
  { "Pad", 2, pad_2 },
  { "Pad", 11, pad_11 },
  { "ParametricSoftplus", 10, parametric_softplus_10 },
  { "Pow", 7, broadcast_7 },
  { "RNN", 7, rnn_7 },
  { "Reshape", 5, reshape_5 },
  { "Resize", 11, resize_11 },
  { "ScaledTanh", 10, scaled_tanh_10 },
  { "Scatter", 11, scatter_11 },
  { "Selu", 6, selu_6 },
  { "Slice", 10, slice_10 },
  { "Split", 2, split_2 },
  { "Sub", 7, broadcast_7 },
  { "Tile", 6, tile_6 },
  { "TopK", 10, top_k_10 },
  { "Upsample", 7, upsample_7 },
  { "Upsample", 9, upsample_9 },
  { "Upsample", 10, upsample_10 },
  { "Xor", 7, broadcast_7 },
  { NULL, 0, NULL },
};
