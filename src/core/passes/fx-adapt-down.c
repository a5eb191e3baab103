/* Opset 12 … 21 to 11: operators that opset 11 has, in the form that it has them.
 * https://github.com/onnx/onnx/blob/main/docs/Changelog.md
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-i18n.h"
#include "core/ops/fx-op.h"
#include "core/passes/fx-adapt-rows.h"

#define SIMPLER N_ ("Export the model for opset 11")

/* ---- attributes that only their default can be dropped of ---- */

/* Drops an integer attribute that opset 11 does not have, if it says what opset 11 does. */
static gboolean
drop_int (FxAdapt *adapt, const char *attr, gint64 harmless)
{
  gint64 value = fx_adapt_int (adapt, attr, harmless);

  if (value != harmless)
    return fx_adapt_refuse (adapt, SIMPLER, "attribute \"%s\" is %" PRId64, attr, value);
  fx_node_remove_attr (adapt->node, attr);
  return TRUE;
}

static gboolean
drop_string (FxAdapt *adapt, const char *attr, const char *harmless, const char *otherwise)
{
  const char *value = fx_adapt_string (adapt, attr, otherwise);

  if (g_strcmp0 (value, harmless) != 0)
    return fx_adapt_refuse (adapt, SIMPLER, "attribute \"%s\" is \"%s\"", attr, value);
  fx_node_remove_attr (adapt->node, attr);
  return TRUE;
}

static gboolean
drop_dilations (FxAdapt *adapt)
{
  if (!fx_adapt_all (adapt, "dilations", 1))
    return fx_adapt_refuse (adapt, SIMPLER, "attribute \"dilations\" is not all 1");
  fx_node_remove_attr (adapt->node, "dilations");
  return TRUE;
}

static gboolean
arg_max_12 (FxAdapt *adapt)
{
  return drop_int (adapt, "select_last_index", 0);
}

static gboolean
gather_nd_12 (FxAdapt *adapt)
{
  return drop_int (adapt, "batch_dims", 0);
}

static gboolean
rnn_14 (FxAdapt *adapt)
{
  return drop_int (adapt, "layout", 0);
}

static gboolean
scatter_16 (FxAdapt *adapt)
{
  return drop_string (adapt, "reduction", "none", "none");
}

static gboolean
roi_align_16 (FxAdapt *adapt)
{
  return drop_string (adapt, "coordinate_transformation_mode", "output_half_pixel", "half_pixel");
}

static gboolean
lp_pool_18 (FxAdapt *adapt)
{
  return drop_int (adapt, "ceil_mode", 0) && drop_dilations (adapt);
}

static gboolean
pad_19 (FxAdapt *adapt)
{
  if (g_strcmp0 (fx_adapt_string (adapt, "mode", "constant"), "wrap") == 0)
    return fx_adapt_refuse (adapt, SIMPLER, "attribute \"mode\" is \"wrap\"");
  return TRUE;
}

static gboolean
cast_19 (FxAdapt *adapt)
{
  fx_node_remove_attr (adapt->node, "saturate"); /* is about 8-bit floats only */
  return TRUE;
}

static gboolean
reshape_14 (FxAdapt *adapt)
{
  guint n = 0;
  g_autofree gint64 *shape = NULL;

  if (fx_adapt_int (adapt, "allowzero", 0) == 0)
    return drop_int (adapt, "allowzero", 0);
  shape = fx_adapt_ints (adapt, 1, "the shape", &n);
  if (shape == NULL)
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (shape[i] == 0)
      return fx_adapt_refuse (adapt, SIMPLER, "the shape has a zero that is meant (allowzero = 1)");
  fx_node_remove_attr (adapt->node, "allowzero");
  return TRUE;
}

/* ---- quantization ---- */

static gboolean
quantize_21 (FxAdapt *adapt)
{
  gint64 dtype = fx_adapt_int (adapt, "output_dtype", 0);

  /* without a zero point the attribute decides the type */
  if (dtype != 0 && dtype != FX_DTYPE_UINT8 && fx_adapt_input (adapt, 2) == FX_NONE)
    return fx_adapt_refuse (adapt, SIMPLER, "attribute \"output_dtype\" is %" PRId64, dtype);
  if (!drop_int (adapt, "block_size", 0))
    return FALSE;
  fx_node_remove_attr (adapt->node, "output_dtype");
  return TRUE;
}

static gboolean
quantize_19 (FxAdapt *adapt)
{
  fx_node_remove_attr (adapt->node, "saturate");
  return TRUE;
}

static gboolean
quantize_13 (FxAdapt *adapt)
{
  FxShape scale = fx_adapt_shape (adapt, 1);

  if (scale.rank != 0 && !(scale.rank == 1 && scale.dims[0] == 1))
    return fx_adapt_refuse (adapt, N_ ("Quantize per tensor"), "its scales are per channel");
  fx_node_remove_attr (adapt->node, "axis");
  return TRUE;
}

/* ---- inputs that were attributes ---- */

static gboolean
input_to_ints (FxAdapt *adapt, guint input, const char *attr)
{
  guint n;
  g_autofree gint64 *values = NULL;

  if (fx_adapt_input (adapt, input) == FX_NONE)
    return TRUE;
  values = fx_adapt_ints (adapt, input, attr, &n);
  if (values == NULL)
    return FALSE;
  fx_node_take_attr (adapt->node, fx_attr_ints (attr, values, n));
  return TRUE;
}

static gboolean
reduce_18 (FxAdapt *adapt)
{
  guint n = 0;
  g_autofree gint64 *axes = NULL;

  if (fx_adapt_input (adapt, 1) != FX_NONE)
    {
      axes = fx_adapt_ints (adapt, 1, "axes", &n);
      if (axes == NULL)
        return FALSE;
    }
  if (n == 0 && fx_adapt_int (adapt, "noop_with_empty_axes", 0) != 0)
    {
      fx_adapt_become (adapt, "Identity", 1, fx_adapt_input (adapt, 0));
      return TRUE;
    }
  fx_node_remove_attr (adapt->node, "noop_with_empty_axes");
  if (n > 0)
    fx_node_take_attr (adapt->node, fx_attr_ints ("axes", axes, n));
  fx_adapt_cut_inputs (adapt, 1);
  return TRUE;
}

/* Where the axes are not constant, the result's shape may be. */
static gboolean
squeeze_13 (FxAdapt *adapt)
{
  FxShape shape = fx_graph_value (adapt->graph, adapt->node->outputs[0])->shape;
  gsize count;

  if (fx_adapt_input (adapt, 1) != FX_NONE && fx_adapt_constant (adapt, 1) == NULL && fx_shape_count (&shape, &count)
      && count > 0)
    {
      FxId wanted = fx_adapt_new_ints (adapt, "shape", shape.dims, (guint)shape.rank);

      fx_adapt_become (adapt, "Reshape", 2, fx_adapt_input (adapt, 0), wanted);
      return TRUE;
    }
  if (!input_to_ints (adapt, 1, "axes"))
    return FALSE;
  fx_adapt_cut_inputs (adapt, 1);
  return TRUE;
}

static gboolean
split_18 (FxAdapt *adapt)
{
  FxShape shape = fx_adapt_shape (adapt, 0);
  gint64 n = adapt->node->n_outputs, axis = fx_adapt_int (adapt, "axis", 0), part;
  g_autofree gint64 *sizes = NULL;

  if (axis < 0 && shape.rank >= 0)
    axis += shape.rank;
  if (fx_adapt_input (adapt, 1) != FX_NONE)
    {
      fx_node_remove_attr (adapt->node, "num_outputs");
      return TRUE;
    }
  if (shape.rank < 0 || axis < 0 || axis >= shape.rank || shape.dims[axis] < 0 || shape.dims[axis] > G_MAXINT32)
    return fx_adapt_refuse (adapt, N_ ("Set the shapes of the inputs"), "the size that it splits is not known");

  /* all parts are as large as the first but for the last */
  part = (shape.dims[axis] + n - 1) / n;
  if (part * (n - 1) > shape.dims[axis])
    return fx_adapt_refuse (adapt, NULL, "%" PRId64 " elements do not make %" PRId64 " parts", shape.dims[axis], n);
  sizes = g_new (gint64, n);
  for (gint64 i = 0; i < n; i++)
    sizes[i] = i < n - 1 ? part : shape.dims[axis] - part * (n - 1);
  fx_node_remove_attr (adapt->node, "num_outputs");
  fx_adapt_set_input (adapt, 1, fx_adapt_new_ints (adapt, "split", sizes, (guint)n));
  return TRUE;
}

static gboolean
split_13 (FxAdapt *adapt)
{
  if (!input_to_ints (adapt, 1, "split"))
    return FALSE;
  fx_adapt_cut_inputs (adapt, 1);
  return TRUE;
}

/* Pads of some axes become those of all. */
static gboolean
pad_18 (FxAdapt *adapt)
{
  FxShape shape = fx_adapt_shape (adapt, 0);
  gint64 all[2 * FX_MAX_RANK] = { 0 };
  guint n_axes, n_pads;
  g_autofree gint64 *axes = NULL, *pads = NULL;

  if (fx_adapt_input (adapt, 3) == FX_NONE)
    {
      fx_adapt_cut_inputs (adapt, 3);
      return TRUE;
    }
  axes = fx_adapt_ints (adapt, 3, "axes", &n_axes);
  pads = axes != NULL ? fx_adapt_ints (adapt, 1, "pads", &n_pads) : NULL;
  if (pads == NULL)
    return FALSE;
  if (shape.rank < 0 || n_pads != 2 * n_axes)
    return fx_adapt_refuse (adapt, N_ ("Set the shapes of the inputs"), "the rank of its input is not known");
  for (guint i = 0; i < n_axes; i++)
    {
      gint64 axis = axes[i] < 0 ? axes[i] + shape.rank : axes[i];

      if (axis < 0 || axis >= shape.rank)
        return fx_adapt_refuse (adapt, NULL, "axis %" PRId64 " is out of range", axes[i]);
      all[axis] = pads[i];
      all[axis + shape.rank] = pads[i + n_axes];
    }
  fx_adapt_set_input (adapt, 1, fx_adapt_new_ints (adapt, "pads", all, 2 * (guint)shape.rank));
  fx_adapt_cut_inputs (adapt, 3);
  return TRUE;
}

/* ---- Resize ---- */

static gboolean
resize_19 (FxAdapt *adapt)
{
  const char *mode = fx_adapt_string (adapt, "coordinate_transformation_mode", "half_pixel");

  if (g_strcmp0 (mode, "half_pixel_symmetric") == 0)
    return fx_adapt_refuse (adapt, SIMPLER, "attribute \"coordinate_transformation_mode\" is \"%s\"", mode);
  return TRUE;
}

/* An input with one element for each listed axis, filled up for all axes: `fill` stands for those not listed. */
static gboolean
spread_over_axes (FxAdapt *adapt, guint input, const FxAttr *axes, const gint64 *fill, int rank)
{
  const FxTensor *given = fx_adapt_constant (adapt, input);
  void *data;
  FxTensor *full;
  FxArray array;

  if (fx_adapt_input (adapt, input) == FX_NONE || (given != NULL && fx_tensor_elements (given) == 0))
    return TRUE;
  if (given == NULL || fx_tensor_elements (given) != axes->n)
    return fx_adapt_refuse (adapt, SIMPLER, "attribute \"axes\" needs a constant of as many elements");
  full = fx_tensor_new_alloc (fx_tensor_dtype (given), &FX_SHAPE (rank), &data, NULL);
  if (full == NULL)
    return fx_adapt_refuse (adapt, NULL, "input %u is not numeric", input);

  array = fx_tensor_array (full);
  for (int i = 0; i < rank; i++)
    fx_array_set (&array, (gsize)i, (double)fill[i]);
  for (guint i = 0; i < axes->n; i++)
    fx_array_set (&array, (gsize)(axes->ints[i] < 0 ? axes->ints[i] + rank : axes->ints[i]),
                  fx_tensor_get_double (given, i));
  fx_adapt_set_input (adapt, input, fx_graph_add_constant (adapt->graph, "", full));
  return TRUE;
}

static gboolean
resize_axes (FxAdapt *adapt, const FxAttr *axes)
{
  FxShape shape = fx_adapt_shape (adapt, 0);
  static const gint64 ones[FX_MAX_RANK] = { 1, 1, 1, 1, 1, 1, 1, 1 };
  const FxTensor *roi = fx_adapt_constant (adapt, 1), *sizes = fx_adapt_constant (adapt, 3);

  if (shape.rank < 0 || axes->kind != FX_ATTR_INTS || axes->n > FX_MAX_RANK)
    return fx_adapt_refuse (adapt, N_ ("Set the shapes of the inputs"), "the rank of its input is not known");
  for (guint i = 0; i < axes->n; i++)
    if (axes->ints[i] < -shape.rank || axes->ints[i] >= shape.rank)
      return fx_adapt_refuse (adapt, NULL, "attribute \"axes\" is out of range");
  for (int i = 0; i < shape.rank && sizes != NULL; i++)
    if (shape.dims[i] < 0)
      return fx_adapt_refuse (adapt, N_ ("Set the shapes of the inputs"), "the shape of its input is not known");
  if (fx_adapt_input (adapt, 1) != FX_NONE && (roi == NULL || fx_tensor_elements (roi) > 0))
    return fx_adapt_refuse (adapt, SIMPLER, "it has both a region and attribute \"axes\"");
  return spread_over_axes (adapt, 2, axes, ones, shape.rank)
         && spread_over_axes (adapt, 3, axes, shape.dims, shape.rank);
}

static gboolean
resize_18 (FxAdapt *adapt)
{
  const FxAttr *axes = fx_node_attr (adapt->node, "axes");

  if (!drop_int (adapt, "antialias", 0) || !drop_string (adapt, "keep_aspect_ratio_policy", "stretch", "stretch"))
    return FALSE;
  if (axes != NULL && !resize_axes (adapt, axes))
    return FALSE;
  fx_node_remove_attr (adapt->node, "axes");
  return TRUE;
}

/* Region and scales may be omitted since opset 13; before, they are there and empty. */
static gboolean
resize_13 (FxAdapt *adapt)
{
  for (guint i = 1; i <= 2; i++)
    if (fx_adapt_input (adapt, i) == FX_NONE)
      fx_adapt_set_input (adapt, i, fx_adapt_new_floats (adapt, i == 1 ? "roi" : "scales", FX_DTYPE_FLOAT, 0.0, 0));
  return TRUE;
}

/* ---- meaning that changed ---- */

static FxNode *
transpose (FxAdapt *adapt, FxId input, const gint64 *order, int rank)
{
  FxNode *node = fx_adapt_emit (adapt, "Transpose", 1, input);

  fx_node_take_attr (node, fx_attr_ints ("perm", order, (guint)rank));
  return node;
}

/* Since opset 13 softmax runs along one axis; before, over everything from that axis on. The axis is therefore brought
 * to the end, unless nothing but ones follows it. */
static gboolean
softmax_13 (FxAdapt *adapt)
{
  FxShape shape = fx_adapt_shape (adapt, 0);
  gint64 axis = fx_adapt_int (adapt, "axis", -1), order[FX_MAX_RANK];
  gboolean last = TRUE;
  FxNode *inner;

  if (axis < 0 && shape.rank >= 0)
    axis += shape.rank;
  if ((shape.rank < 0 && axis != -1) || (shape.rank >= 0 && (axis < 0 || axis >= shape.rank)))
    return fx_adapt_refuse (adapt, N_ ("Set the shapes of the inputs"), "the rank of its input is not known");
  for (int i = (int)axis + 1; i < shape.rank; i++)
    last = last && shape.dims[i] == 1;
  if (last)
    {
      fx_node_take_attr (adapt->node, fx_attr_int ("axis", axis));
      return TRUE;
    }

  for (int i = 0; i < shape.rank; i++)
    order[i] = i;
  order[axis] = shape.rank - 1;
  order[shape.rank - 1] = axis;
  inner = fx_adapt_emit (adapt, adapt->node->op_type, 1,
                         transpose (adapt, fx_adapt_input (adapt, 0), order, shape.rank)->outputs[0]);
  fx_node_take_attr (inner, fx_attr_int ("axis", shape.rank - 1));
  fx_adapt_become (adapt, "Transpose", 1, inner->outputs[0]);
  fx_node_take_attr (adapt->node, fx_attr_ints ("perm", order, (guint)shape.rank)); /* its own inverse */
  return TRUE;
}

static gboolean
batch_norm_14 (FxAdapt *adapt)
{
  if (!drop_int (adapt, "training_mode", 0))
    return FALSE;
  fx_adapt_cut_outputs (adapt, 1);
  return TRUE;
}

static gboolean
dropout_12 (FxAdapt *adapt)
{
  const FxTensor *ratio = fx_adapt_constant (adapt, 1), *training = fx_adapt_constant (adapt, 2);
  /* torchvision's attention says so while training, and means the identity */
  gboolean drops_nothing = ratio != NULL && fx_tensor_elements (ratio) == 1 && fx_tensor_get_double (ratio, 0) == 0.0;

  if (fx_adapt_input (adapt, 2) != FX_NONE && !drops_nothing
      && (training == NULL || fx_tensor_elements (training) != 1 || fx_tensor_get_double (training, 0) != 0.0))
    return fx_adapt_refuse (adapt, N_ ("Export the model for inference"), "it is in training mode");
  if (ratio != NULL && fx_tensor_elements (ratio) == 1)
    fx_node_take_attr (adapt->node, fx_attr_float ("ratio", (float)fx_tensor_get_double (ratio, 0)));
  fx_node_remove_attr (adapt->node, "seed");
  fx_adapt_cut_inputs (adapt, 1);
  return TRUE;
}

/* Opset 11 wants the exponent in the type of the base, which is a float. */
static gboolean
pow_12 (FxAdapt *adapt)
{
  FxDType base = fx_adapt_dtype (adapt, 0), exponent = fx_adapt_dtype (adapt, 1);
  FxNode *cast;

  if (base == exponent || base == FX_DTYPE_UNDEFINED || exponent == FX_DTYPE_UNDEFINED)
    return TRUE;
  if (!fx_dtype_in (base, FX_TYPES_FLOAT))
    return fx_adapt_refuse (adapt, N_ ("Cast the base to a float"), "its base is of type %s", fx_dtype_name (base));
  cast = fx_adapt_emit (adapt, "Cast", 1, fx_adapt_input (adapt, 1));
  fx_node_take_attr (cast, fx_attr_int ("to", base));
  fx_adapt_set_input (adapt, 1, cast->outputs[0]);
  return TRUE;
}

/* A part of the shape, since opset 15. */
static gboolean
shape_15 (FxAdapt *adapt)
{
  gint64 start = fx_adapt_int (adapt, "start", 0), end = fx_adapt_int (adapt, "end", G_MAXINT64), axis = 0;
  FxId whole;

  if (start == 0 && end == G_MAXINT64)
    {
      fx_node_remove_attr (adapt->node, "start");
      fx_node_remove_attr (adapt->node, "end");
      return TRUE;
    }
  whole = fx_adapt_apply (adapt, "Shape", 1, fx_adapt_input (adapt, 0));
  fx_adapt_become (adapt, "Slice", 4, whole, fx_adapt_new_ints (adapt, "start", &start, 1),
                   fx_adapt_new_ints (adapt, "end", &end, 1), fx_adapt_new_ints (adapt, "axis", &axis, 1));
  return TRUE;
}

const FxAdaptRow fx_adapt_down[] = {
  { "ArgMax", 12, arg_max_12 },
  { "ArgMin", 12, arg_max_12 },
  { "AveragePool", 19, drop_dilations },
  { "BatchNormalization", 14, batch_norm_14 },
  { "Cast", 19, cast_19 },
  { "DequantizeLinear", 13, quantize_13 },
  { "DequantizeLinear", 21, quantize_21 },
  { "Dropout", 12, dropout_12 },
  { "GRU", 14, rnn_14 },
  { "GatherND", 12, gather_nd_12 },
  { "Hardmax", 13, softmax_13 },
  { "LSTM", 14, rnn_14 },
  { "LogSoftmax", 13, softmax_13 },
  { "LpPool", 18, lp_pool_18 },
  { "Pad", 18, pad_18 },
  { "Pad", 19, pad_19 },
  { "Pow", 12, pow_12 },
  { "QuantizeLinear", 13, quantize_13 },
  { "QuantizeLinear", 19, quantize_19 },
  { "QuantizeLinear", 21, quantize_21 },
  { "RNN", 14, rnn_14 },
  { "ReduceL1", 18, reduce_18 },
  { "ReduceL2", 18, reduce_18 },
  { "ReduceLogSum", 18, reduce_18 },
  { "ReduceLogSumExp", 18, reduce_18 },
  { "ReduceMax", 18, reduce_18 },
  { "ReduceMean", 18, reduce_18 },
  { "ReduceMin", 18, reduce_18 },
  { "ReduceProd", 18, reduce_18 },
  { "ReduceSum", 13, reduce_18 },
  { "ReduceSumSquare", 18, reduce_18 },
  { "Reshape", 14, reshape_14 },
  { "Resize", 13, resize_13 },
  { "Resize", 18, resize_18 },
  { "Resize", 19, resize_19 },
  { "RoiAlign", 16, roi_align_16 },
  { "ScatterElements", 16, scatter_16 },
  { "ScatterND", 16, scatter_16 },
  { "Shape", 15, shape_15 },
  { "Softmax", 13, softmax_13 },
  { "Split", 13, split_13 },
  { "Split", 18, split_18 },
  { "Squeeze", 13, squeeze_13 },
  { "Unsqueeze", 13, squeeze_13 },
  { NULL, 0, NULL },
};
