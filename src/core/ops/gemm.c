/* Gemm: Y = alpha · A' × B' + beta · C, where ' transposes if asked for.
 * https://onnx.ai/onnx/operators/onnx__Gemm.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/gemm.h"

#include "core/ops/fx-gemm.h"
#include "core/fx-i18n.h"
#include "core/ops/fx-kernel.h"

#include <math.h>

static const FxAttrRow attrs[] = {
  FX_FLOAT (FxGemmParams, alpha, 1.0f, "Factor of the product"),
  FX_FLOAT (FxGemmParams, beta, 1.0f, "Factor of C"),
  FX_INT (FxGemmParams, transA, 0, "1: A is stored as [K, M]"),
  FX_INT (FxGemmParams, transB, 0, "1: B is stored as [N, K]"),
  FX_INT (FxGemmParams, broadcast, 0, "Before opset 7, 1: C broadcasts; taken as 1 always"),
  FX_ATTR_END,
};

/* Dimension i (0 or 1) of a matrix that may be stored transposed. */
static gint64
dim_of (const FxShape *shape, gboolean transposed, int i)
{
  return shape->rank == 2 ? shape->dims[transposed ? 1 - i : i] : FX_DIM_UNKNOWN;
}

static gboolean
infer (FxInfer *infer, GError **error)
{
  const FxGemmParams *params = infer->params;
  const FxShape *a = &infer->inputs[0].shape, *b = &infer->inputs[1].shape, *c = &infer->inputs[2].shape;
  gint64 ka = dim_of (a, params->transA != 0, 1), kb = dim_of (b, params->transB != 0, 0);
  FxShape y = FX_SHAPE (dim_of (a, params->transA != 0, 0), dim_of (b, params->transB != 0, 1));
  FxShape both;

  for (guint i = 0; i < 3; i++)
    if (!fx_infer_check_type (infer, i, (const char *[]){ "A", "B", "C" }[i], FX_TYPES_FLOAT | FX_GEMM_INTS, error))
      return FALSE;
  if (!fx_infer_check_equal_types (infer, 0, 1, error) || !fx_infer_check_equal_types (infer, 0, 2, error))
    return FALSE;
  if (!fx_infer_check_rank (infer, 0, "A", 2, 2, error) || !fx_infer_check_rank (infer, 1, "B", 2, 2, error)
      || !fx_infer_check_rank (infer, 2, "C", 0, 2, error))
    return FALSE;
  if (ka >= 0 && kb >= 0 && ka != kb)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "A has %" PRId64 " columns and B %" PRId64 " rows, wanted as many", ka,
                    kb);
  if (infer->inputs[2].present && c->rank >= 0)
    {
      if (!fx_shape_broadcast (&y, c, &both, error))
        return FALSE;
      if (!fx_shape_merge (&both, &y) || (y.dims[0] == 1 && both.dims[0] > 1) || (y.dims[1] == 1 && both.dims[1] > 1))
        {
          g_autofree char *found = fx_shape_to_string (c), *wanted = fx_shape_to_string (&y);

          return fx_fail (error, FX_ERROR_BAD_GRAPH, "C has shape %s, which does not broadcast to %s", found, wanted);
        }
    }
  fx_infer_set (infer, 0, infer->inputs[0].dtype, &y);
  return TRUE;
}

static gint64
to_int (double value)
{
  return isnan (value) ? 0 : (gint64)CLAMP (value, -0x1p63, 0x1p63 - 1024);
}

static double
to_real (double value)
{
  return value;
}

/* y = alpha · y + beta · c; integers wrap unless a factor makes them real */
#define FINISH(ID, type, factor_type, convert)                                                                         \
  case FX_DTYPE_##ID:                                                                                                  \
    for (gsize i = 0; i < m; i++)                                                                                      \
      for (gsize j = 0; j < n; j++)                                                                                    \
        {                                                                                                              \
          type *to = (type *)y->data + i * n + j;                                                                      \
          factor_type product = alpha == 1 ? (factor_type)*to : (factor_type)convert (alpha * (double)*to);            \
          type addend = c->data != NULL ? ((const type *)c->data)[i * row_step + j * col_step] : 0;                    \
                                                                                                                       \
          *to = (type)(product + (beta == 1 ? (factor_type)addend : (factor_type)convert (beta * (double)addend)));    \
        }                                                                                                              \
    break

static void
scale_and_add (FxArray *y, const FxArray *c, gsize m, gsize n, double alpha, double beta)
{
  const FxShape *shape = &c->shape;
  gboolean has_cols = c->data != NULL && shape->rank >= 1 && shape->dims[shape->rank - 1] != 1;
  gboolean has_rows = c->data != NULL && shape->rank == 2 && shape->dims[0] != 1;
  gsize col_step = has_cols ? 1 : 0, row_step = has_rows ? (gsize)shape->dims[1] : 0;

  if (alpha == 1 && c->data == NULL)
    return;
  switch (y->dtype)
    {
      FINISH (FLOAT, float, double, to_real);
      FINISH (DOUBLE, double, double, to_real);
      FINISH (INT32, gint32, guint64, to_int);
      FINISH (UINT32, guint32, guint64, to_int);
      FINISH (INT64, gint64, guint64, to_int);
      FINISH (UINT64, guint64, guint64, to_int);
    default: break; /* infer() lets no other type through */
    }
}

static gboolean
eval (FxEval *eval, G_GNUC_UNUSED GError **error)
{
  const FxGemmParams *params = eval->params;
  const FxArray *a = &eval->inputs[0], *b = &eval->inputs[1];
  gsize m = (gsize)dim_of (&a->shape, params->transA != 0, 0), k = (gsize)dim_of (&a->shape, params->transA != 0, 1);
  gsize n = (gsize)dim_of (&b->shape, params->transB != 0, 1);
  FxMatrix left = params->transA != 0 ? (FxMatrix){ a->data, 1, m } : (FxMatrix){ a->data, k, 1 };
  FxMatrix right = params->transB != 0 ? (FxMatrix){ b->data, 1, k } : (FxMatrix){ b->data, n, 1 };

  fx_gemm (a->dtype, m, n, k, left, right, eval->outputs[0].data);
  scale_and_add (&eval->outputs[0], &eval->inputs[2], m, n, (double)params->alpha, (double)params->beta);
  return TRUE;
}

static guint64
macs (const FxInfer *infer)
{
  const FxGemmParams *params = infer->params;
  const FxShape *b = &infer->inputs[1].shape;

  return fx_shape_elements (b) * (guint64)dim_of (&infer->inputs[0].shape, params->transA != 0, 0);
}

const FxOp fx_op_gemm = {
  .name = "Gemm",
  .doc = "Matrix product with scaling and an addend: alpha * A * B + beta * C",
  .since = 1,
  .min_inputs = 2,
  .max_inputs = 3,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_F32 | FX_TYPE_BIT (DOUBLE),
  .attrs = attrs,
  .params_size = sizeof (FxGemmParams),
  .infer = infer,
  .eval = eval,
  .macs = macs,
};
