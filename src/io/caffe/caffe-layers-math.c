/* Layers that combine elements: products, sums, softmax.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "io/caffe/caffe-layers.h"

#include <string.h>

#define PARAM(T, init, member)                                                                                         \
  const T defaults = init;                                                                                             \
  const T *param = layer->member != NULL ? layer->member : &defaults

/* ---- InnerProduct ---- */

/* Weights as [inputs, outputs]. FX_NONE and *error. */
static FxId
transposed_weights (FxCaffeBuilder *builder, gint64 n_in, gint64 n_out, GError **error)
{
  GError *problem = NULL;
  g_autoptr (FxTensor) tensor = fx_caffe_blob (builder, 0, "weights", &FX_SHAPE (n_out, n_in), &problem);
  FxTensor *result;
  float *data;

  if (problem != NULL)
    {
      g_propagate_error (error, problem);
      return FX_NONE;
    }
  if (tensor == NULL)
    return fx_caffe_stand_in (builder, "weights", &FX_SHAPE (n_in, n_out), error);
  n_in = fx_tensor_shape (tensor)->dims[1];
  result = fx_tensor_new_alloc (FX_DTYPE_FLOAT, &FX_SHAPE (n_in, n_out), (void **)&data, error);
  if (result == NULL)
    return FX_NONE;
  for (gint64 o = 0; o < n_out; o++)
    for (gint64 i = 0; i < n_in; i++)
      data[i * n_out + o] = (float)fx_tensor_get_double (tensor, (gsize)(o * n_in + i));
  return fx_caffe_constant (builder, "weights", result);
}

/* The usual case: rows are samples. */
static gboolean
product_of_rows (FxCaffeBuilder *builder, gint64 n_in, const Fx__Caffe__InnerProductParameter *param, GError **error)
{
  gint64 n_out = param->num_output;
  FxShape weights = param->transpose ? FX_SHAPE (n_in, n_out) : FX_SHAPE (n_out, n_in);
  FxId inputs[3] = { builder->bottoms[0], FX_NONE, FX_NONE };

  if (fx_caffe_declared (builder, inputs[0])->rank != 2)
    inputs[0] = fx_caffe_op1_attr (builder, "Flatten", "flattened", inputs[0], fx_attr_int ("axis", 1));
  inputs[1] = fx_caffe_weight (builder, 0, "weights", &weights, error);
  if (inputs[1] != FX_NONE && param->bias_term)
    inputs[2] = fx_caffe_weight (builder, 1, "bias", &FX_SHAPE (n_out), error);
  if (inputs[1] == FX_NONE || (param->bias_term && inputs[2] == FX_NONE))
    return FALSE;
  fx_caffe_op (builder, "Gemm", NULL, inputs, param->bias_term ? 3 : 2,
               (FxAttr[]){ fx_attr_int ("transB", !param->transpose) }, 1);
  return TRUE;
}

/* Axes before `axis` stay, the others become one. */
static gboolean
product_along (FxCaffeBuilder *builder, int axis, gint64 n_in, const Fx__Caffe__InnerProductParameter *param,
               GError **error)
{
  gint64 n_out = param->num_output, dims[FX_MAX_RANK] = { 0 };
  FxId x, w, bias = FX_NONE;

  w = param->transpose ? fx_caffe_weight (builder, 0, "weights", &FX_SHAPE (n_in, n_out), error)
                       : transposed_weights (builder, n_in, n_out, error);
  if (w != FX_NONE && param->bias_term)
    bias = fx_caffe_weight (builder, 1, "bias", &FX_SHAPE (n_out), error);
  if (w == FX_NONE || (param->bias_term && bias == FX_NONE))
    return FALSE;
  dims[axis] = -1;
  x = fx_caffe_op2 (builder, "Reshape", "flattened", builder->bottoms[0],
                    fx_caffe_ints (builder, "shape", dims, (guint)axis + 1));
  x = fx_caffe_op2 (builder, "MatMul", bias != FX_NONE ? "product" : NULL, x, w);
  if (bias != FX_NONE)
    fx_caffe_op2 (builder, "Add", NULL, x, bias);
  return TRUE;
}

gboolean
fx_caffe_layer_inner_product (FxCaffeBuilder *builder, const FxCaffeLayer *layer, GError **error)
{
  const Fx__Caffe__InnerProductParameter *param = layer->inner_product_param;
  gint64 n_in = FX_DIM_UNKNOWN;
  const FxShape *x;
  FxShape tail;
  gsize count;
  int axis;

  if (param == NULL || param->num_output == 0)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "num_output is missing, wanted 1 or more");
  if (!fx_caffe_axis (builder, 0, param->axis, FALSE, &axis, error))
    return FALSE;
  x = fx_caffe_declared (builder, builder->bottoms[0]);
  tail = *x;
  tail.rank -= axis;
  memmove (tail.dims, tail.dims + axis, (gsize)tail.rank * sizeof *tail.dims);
  if (fx_shape_count (&tail, &count))
    n_in = (gint64)count;
  return axis == 1 ? product_of_rows (builder, n_in, param, error) : product_along (builder, axis, n_in, param, error);
}

gboolean
fx_caffe_layer_mat_mul (FxCaffeBuilder *builder, G_GNUC_UNUSED const FxCaffeLayer *layer, G_GNUC_UNUSED GError **error)
{
  fx_caffe_op2 (builder, "MatMul", NULL, builder->bottoms[0], builder->bottoms[1]);
  return TRUE;
}

/* ---- Eltwise ---- */

/* Bottom i times its coefficient. */
static FxId
weighted (FxCaffeBuilder *builder, const Fx__Caffe__EltwiseParameter *param, guint i, float coeff, const char *part)
{
  g_autofree char *name = g_strdup_printf ("coeff%u", i);

  if (param->n_coeff == 0 || coeff == 1.0f)
    return builder->bottoms[i];
  return fx_caffe_op2 (builder, "Mul", part, builder->bottoms[i], fx_caffe_float (builder, name, coeff));
}

/* c₀x₀ + c₁x₁ + …, from left to right. */
static void
emit_sum (FxCaffeBuilder *builder, const Fx__Caffe__EltwiseParameter *param, guint n)
{
  FxId sum = weighted (builder, param, 0, param->n_coeff > 0 ? param->coeff[0] : 1.0f, n > 1 ? "term0" : NULL);

  for (guint i = 1; i < n; i++)
    {
      g_autofree char *part = g_strdup_printf ("sum%u", i), *term = g_strdup_printf ("term%u", i);
      float coeff = param->n_coeff > 0 ? param->coeff[i] : 1.0f;
      gboolean minus = coeff == -1.0f;
      FxId x = minus ? builder->bottoms[i] : weighted (builder, param, i, coeff, term);

      sum = fx_caffe_op2 (builder, minus ? "Sub" : "Add", i + 1 < n ? part : NULL, sum, x);
    }
  if (builder->tops[0] == FX_NONE)
    fx_caffe_op1 (builder, "Identity", NULL, sum);
}

static void
emit_product (FxCaffeBuilder *builder, guint n)
{
  FxId product = builder->bottoms[0];

  for (guint i = 1; i < n; i++)
    {
      g_autofree char *part = g_strdup_printf ("product%u", i);

      product = fx_caffe_op2 (builder, "Mul", i + 1 < n ? part : NULL, product, builder->bottoms[i]);
    }
  if (n == 1)
    fx_caffe_op1 (builder, "Identity", NULL, product);
}

gboolean
fx_caffe_layer_eltwise (FxCaffeBuilder *builder, const FxCaffeLayer *layer, GError **error)
{
  PARAM (Fx__Caffe__EltwiseParameter, FX__CAFFE__ELTWISE_PARAMETER__INIT, eltwise_param);
  guint n = (guint)layer->n_bottom;

  if (param->n_coeff > 0 && (param->n_coeff != n || param->operation != FX__CAFFE__ELTWISE_PARAMETER__ELTWISE_OP__SUM))
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "has %zu coeffs, wanted one for each of %u bottoms of a SUM",
                    param->n_coeff, n);
  if (param->operation == FX__CAFFE__ELTWISE_PARAMETER__ELTWISE_OP__MAX)
    fx_caffe_op (builder, "Max", NULL, builder->bottoms, n, NULL, 0);
  else if (param->operation == FX__CAFFE__ELTWISE_PARAMETER__ELTWISE_OP__PROD)
    emit_product (builder, n);
  else
    emit_sum (builder, param, n);
  return TRUE;
}

/* ---- Softmax, Reduction, ArgMax ---- */

/* Opset 11 takes the softmax over all axes from one on; Caffe's is over one. The two agree on the last axis, and where
 * those behind have size 1 whatever the input. */
gboolean
fx_caffe_layer_softmax (FxCaffeBuilder *builder, const FxCaffeLayer *layer, GError **error)
{
  PARAM (Fx__Caffe__SoftmaxParameter, FX__CAFFE__SOFTMAX_PARAMETER__INIT, softmax_param);
  FxId x = builder->bottoms[0], y;
  gboolean alone = TRUE;
  gint64 perm[FX_MAX_RANK];
  FxShape fixed;
  int axis, rank;

  if (!fx_caffe_axis (builder, 0, param->axis, FALSE, &axis, error)
      || !fx_caffe_rank (builder, 0, 1, FX_MAX_RANK, &rank, error))
    return FALSE;
  fixed = *fx_caffe_fixed (builder, x);
  for (int i = axis + 1; i < rank; i++)
    alone = alone && fixed.rank == rank && fixed.dims[i] == 1;
  if (alone)
    {
      fx_caffe_op1_attr (builder, "Softmax", NULL, x, fx_attr_int ("axis", axis));
      return TRUE;
    }
  for (int i = 0; i < rank; i++)
    perm[i] = i;
  perm[axis] = rank - 1;
  perm[rank - 1] = axis;
  y = fx_caffe_op1_attr (builder, "Transpose", "last", x, fx_attr_ints ("perm", perm, (guint)rank));
  y = fx_caffe_op1_attr (builder, "Softmax", "softmax", y, fx_attr_int ("axis", rank - 1));
  fx_caffe_op1_attr (builder, "Transpose", NULL, y, fx_attr_ints ("perm", perm, (guint)rank));
  return TRUE;
}

gboolean
fx_caffe_layer_reduction (FxCaffeBuilder *builder, const FxCaffeLayer *layer, GError **error)
{
  static const char *const ops[] = { "ReduceSum", "ReduceL1", "ReduceSumSquare", "ReduceMean" };
  PARAM (Fx__Caffe__ReductionParameter, FX__CAFFE__REDUCTION_PARAMETER__INIT, reduction_param);
  guint op = (guint)param->operation - FX__CAFFE__REDUCTION_PARAMETER__REDUCTION_OP__SUM;
  gint64 axes[FX_MAX_RANK];
  gboolean scaled = param->coeff != 1.0f;
  int axis, rank;
  FxId y;

  if (op >= G_N_ELEMENTS (ops))
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "operation is %d, which is none of SUM, ASUM, SUMSQ and MEAN",
                    (int)param->operation);
  if (!fx_caffe_axis (builder, 0, param->axis, FALSE, &axis, error)
      || !fx_caffe_rank (builder, 0, 1, FX_MAX_RANK, &rank, error))
    return FALSE;
  for (int i = axis; i < rank; i++)
    axes[i - axis] = i;
  y = fx_caffe_op (builder, ops[op], scaled ? "reduced" : NULL, builder->bottoms, 1,
                   (FxAttr[]){ fx_attr_ints ("axes", axes, (guint)(rank - axis)), fx_attr_int ("keepdims", 0) }, 2);
  if (scaled)
    fx_caffe_op2 (builder, "Mul", NULL, y, fx_caffe_float (builder, "coeff", param->coeff));
  return TRUE;
}

/* The k largest of an axis: *indices as floats, *values, in order. */
static void
emit_top_k (FxCaffeBuilder *builder, FxId x, int axis, gint64 k, FxId *indices, FxId *values)
{
  FxId outputs[2] = { fx_caffe_value (builder, "values"), fx_caffe_value (builder, "indices") };
  FxId inputs[2] = { x, fx_caffe_ints (builder, "k", &k, 1) };

  fx_caffe_node (builder, "TopK", "top-k", inputs, 2, outputs, 2, (FxAttr[]){ fx_attr_int ("axis", axis) }, 1);
  *values = outputs[0];
  *indices = fx_caffe_op1_attr (builder, "Cast", "float-indices", outputs[1], fx_attr_int ("to", FX_DTYPE_FLOAT));
}

/* With an axis, the result has k elements along it: indices, or values with out_max_val. Without, a sample is one row,
 * and the result is [N, 1, k], or [N, 2, k] with indices and values; ones are appended up to the bottom's rank. */
gboolean
fx_caffe_layer_arg_max (FxCaffeBuilder *builder, const FxCaffeLayer *layer, GError **error)
{
  PARAM (Fx__Caffe__ArgMaxParameter, FX__CAFFE__ARG_MAX_PARAMETER__INIT, argmax_param);
  gint64 dims[FX_MAX_RANK] = { 0, 1, param->top_k };
  FxId indices, values, x = builder->bottoms[0];
  int axis = 1, rank;

  if (param->top_k < 1)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "top_k is 0, wanted 1 or more");
  if (!fx_caffe_rank (builder, 0, 1, FX_MAX_RANK, &rank, error)
      || (param->has_axis && !fx_caffe_axis (builder, 0, param->axis, FALSE, &axis, error)))
    return FALSE;
  if (param->has_axis && !param->out_max_val && param->top_k == 1)
    {
      indices = fx_caffe_op (builder, "ArgMax", "index", &x, 1,
                             (FxAttr[]){ fx_attr_int ("axis", axis), fx_attr_int ("keepdims", 1) }, 2);
      fx_caffe_op1_attr (builder, "Cast", NULL, indices, fx_attr_int ("to", FX_DTYPE_FLOAT));
      return TRUE;
    }
  if (param->has_axis)
    {
      emit_top_k (builder, x, axis, param->top_k, &indices, &values);
      fx_caffe_op1 (builder, "Identity", NULL, param->out_max_val ? values : indices);
      return TRUE;
    }
  x = fx_caffe_op1_attr (builder, "Flatten", "flattened", x, fx_attr_int ("axis", 1));
  emit_top_k (builder, x, 1, param->top_k, &indices, &values);
  if (param->out_max_val)
    {
      indices = fx_caffe_op (builder, "Concat", "both", (FxId[]){ indices, values }, 2,
                             (FxAttr[]){ fx_attr_int ("axis", 1) }, 1);
      dims[1] = 2;
    }
  for (int i = 3; i < rank; i++)
    dims[i] = 1;
  fx_caffe_op2 (builder, "Reshape", NULL, indices, fx_caffe_ints (builder, "shape", dims, (guint)MAX (rank, 3)));
  return TRUE;
}
