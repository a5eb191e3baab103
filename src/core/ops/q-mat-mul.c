/* QMatMul: product of quantized matrices with NumPy's rules for batches; a fully connected layer where b is constant.
 *
 *   acc[i][j] = bias[j] + Σ (a[i][k] − a_zero_point) × (b[k][j] − b_zero_point)
 *   y = clamp (round (acc × a_scale × b_scale[j] / y_scale) + y_zero_point)
 *
 * docs/arithmetic.md, "Products of matrices". The sums are exact in 32 bits, in 64 if an operand is int16.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/q-mat-mul.h"

#include "core/fx-i18n.h"
#include "core/ops/fx-kernel.h"

static const FxAttrRow attrs[] = {
  FX_Q_IN_ATTRS (FxQMatMulParams, a),
  FX_INT (FxQMatMulParams, b_zero_point, 0, "Integer of b that stands for 0; 0 for int16"),
  FX_Q_OUT_ATTRS (FxQMatMulParams),
  FX_ATTR_END,
};

static gboolean
is_wide (const FxInfer *infer)
{
  return infer->inputs[FX_Q_MAT_MUL_A].dtype == FX_DTYPE_INT16 || infer->inputs[FX_Q_MAT_MUL_B].dtype == FX_DTYPE_INT16;
}

/* The columns of b; a vector is one column. */
static gint64
n_columns (const FxShape *b)
{
  return b->rank < 0 ? FX_DIM_UNKNOWN : b->rank == 1 ? 1 : b->dims[b->rank - 1];
}

static gboolean
check_vector (const FxInfer *infer, guint i, const char *what, gint64 columns, gboolean or_one, GError **error)
{
  const FxShape *shape = &infer->inputs[i].shape;

  if (!fx_infer_check_rank (infer, i, what, 1, 1, error))
    return FALSE;
  if (!infer->inputs[i].present || shape->rank < 0 || shape->dims[0] < 0 || columns < 0 || shape->dims[0] == columns
      || (or_one && shape->dims[0] == 1))
    return TRUE;
  return fx_fail (error, FX_ERROR_BAD_GRAPH, "%s has %" PRId64 " elements, wanted %" PRId64, what, shape->dims[0],
                  columns);
}

/* Σ |b − b_zero_point| over column j of the constant matrix or matrices; the largest where there are several. */
static gint64
column_sum (const FxTensor *b, gint64 zero_point, gsize rows, gsize columns, gsize j)
{
  gsize matrix = rows * columns;
  gint64 largest = 0;

  for (gsize first = 0; matrix > 0 && first < fx_tensor_elements (b); first += matrix)
    {
      gint64 sum = 0;

      for (gsize k = 0; k < rows; k++)
        sum += ABS (fx_tensor_get_int64 (b, first + k * columns + j) - zero_point);
      largest = MAX (largest, sum);
    }
  return largest;
}

/* Two 16-bit operands of any size that fits memory stay far from 2^62: 2^30 for each product. */
static gboolean
check_sums (const FxInfer *infer, GError **error)
{
  const FxQMatMulParams *params = infer->params;
  const FxFact *b = &infer->inputs[FX_Q_MAT_MUL_B], *bias = &infer->inputs[FX_Q_MAT_MUL_BIAS];
  gint64 columns = n_columns (&b->shape), rows = b->shape.dims[MAX (b->shape.rank - 2, 0)];

  if (!fx_shape_is_static (&b->shape) || infer->inputs[FX_Q_MAT_MUL_A].dtype == FX_DTYPE_UNDEFINED
      || b->dtype == FX_DTYPE_UNDEFINED)
    return TRUE;
  for (gint64 j = 0; j < columns; j++)
    {
      gint64 absolute = b->value != NULL && b->dtype == FX_DTYPE_INT8
                            ? column_sum (b->value, params->b_zero_point, (gsize)rows, (gsize)columns, (gsize)j)
                            : rows * (is_wide (infer) ? 1 << 15 : 128 + ABS (params->b_zero_point));
      gint64 value = bias->present && bias->value != NULL ? fx_tensor_get_int64 (bias->value, (gsize)j) : 0;

      if (!fx_q_check_sum (j, absolute, params->a.zero_point, value, is_wide (infer), error))
        return FALSE;
      if (b->value == NULL && !bias->present)
        break; /* all alike */
    }
  return TRUE;
}

static gboolean
infer (FxInfer *infer, GError **error)
{
  const FxQMatMulParams *params = infer->params;
  const FxShape *a = &infer->inputs[FX_Q_MAT_MUL_A].shape, *b = &infer->inputs[FX_Q_MAT_MUL_B].shape;
  const FxQIn b_in = { 1.0f, params->b_zero_point };
  FxQResult result;
  FxShape y;

  if (!fx_q_check_in (infer, FX_Q_MAT_MUL_A, "a", &params->a, FX_TYPES_Q, error)
      || !fx_q_check_in (infer, FX_Q_MAT_MUL_B, "b", &b_in, FX_TYPES_Q, error)
      || !fx_infer_check_type (infer, FX_Q_MAT_MUL_B_SCALE, "b_scale", FX_TYPES_F32, error)
      || !fx_infer_check_type (infer, FX_Q_MAT_MUL_BIAS, "bias",
                               is_wide (infer) ? FX_TYPE_BIT (INT64) : FX_TYPE_BIT (INT32), error)
      || !check_vector (infer, FX_Q_MAT_MUL_B_SCALE, "b_scale", n_columns (b), TRUE, error)
      || !check_vector (infer, FX_Q_MAT_MUL_BIAS, "bias", n_columns (b), FALSE, error)
      || !fx_q_check_scales (infer, FX_Q_MAT_MUL_B_SCALE, "b_scale", error)
      || !fx_q_result (&params->y, !is_wide (infer), &result, error) || !fx_matmul_shape (a, b, &y, error)
      || !check_sums (infer, error))
    return FALSE;
  fx_infer_set (infer, 0, result.dtype, &y);
  return TRUE;
}

static gint64 *
widen (const FxArray *array, gint64 zero_point, GError **error)
{
  gsize n = fx_array_elements (array);
  gint64 *wide = fx_scratch_new (n, sizeof *wide, error);

  for (gsize i = 0; wide != NULL && i < n; i++)
    wide[i] = fx_q_load (array, i) - zero_point;
  return wide;
}

static gboolean
eval (FxEval *eval, GError **error)
{
  const FxQMatMulParams *params = eval->params;
  const FxArray *a = &eval->inputs[FX_Q_MAT_MUL_A], *b = &eval->inputs[FX_Q_MAT_MUL_B];
  const FxArray *bias = &eval->inputs[FX_Q_MAT_MUL_BIAS];
  g_autofree gint64 *left = widen (a, params->a.zero_point, error);
  g_autofree gint64 *right = left != NULL ? widen (b, params->b_zero_point, error) : NULL;
  g_autofree gint64 *sums = NULL;
  g_autofree FxRequant *factors = NULL;
  FxQResult result;
  FxMatMul matmul;
  gsize n;

  if (right == NULL || !fx_q_result (&params->y, TRUE, &result, error))
    return FALSE;
  fx_matmul_init (&matmul, &a->shape, &b->shape);
  n = matmul.n_batches * matmul.m * matmul.n;
  factors = fx_q_factors ((double)params->a.scale, &eval->inputs[FX_Q_MAT_MUL_B_SCALE], &params->y, matmul.n, error);
  sums = factors != NULL ? fx_scratch_new (n, sizeof *sums, error) : NULL;
  if (sums == NULL)
    return FALSE;
  fx_matmul_run (&matmul, FX_DTYPE_INT64, left, right, sums);
#pragma omp parallel for if (n > FX_PARALLEL_MIN)
  for (gsize i = 0; i < n; i++)
    {
      gsize j = i % matmul.n;
      gint64 start = bias->data == NULL              ? 0
                     : bias->dtype == FX_DTYPE_INT64 ? ((const gint64 *)bias->data)[j]
                                                     : ((const gint32 *)bias->data)[j];

      fx_q_store (&eval->outputs[0], i, fx_q_finish (&result, &factors[j], start + sums[i]));
    }
  return TRUE;
}

static guint64
macs (const FxInfer *infer)
{
  return fx_matmul_macs (infer, FX_Q_MAT_MUL_A, FX_Q_MAT_MUL_B);
}

const FxOp fx_op_q_mat_mul = {
  .name = "QMatMul",
  .domain = FX_Q_DOMAIN,
  .doc = "Product of quantized matrices, quantized again; the second operand may be constant",
  .since = 1,
  .min_inputs = 3,
  .max_inputs = 4,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_F32,
  .attrs = attrs,
  .params_size = sizeof (FxQMatMulParams),
  .infer = infer,
  .eval = eval,
  .macs = macs,
};
