/* Trilu: the upper or lower triangle of matrices, zeros elsewhere.  https://onnx.ai/onnx/operators/onnx__Trilu.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/ops/fx-copy.h"
#include "core/ops/fx-index.h"

typedef struct
{
  gint64 upper;
} Params;

static const FxAttrRow attrs[] = {
  FX_INT (Params, upper, 1, "1: elements on and above the diagonal stay, 0: those on and below"),
  FX_ATTR_END,
};

static gboolean
infer (FxInfer *infer, GError **error)
{
  gsize n;

  if (!fx_infer_check_rank (infer, 0, "input", 2, FX_MAX_RANK, error)
      || !fx_infer_check_type (infer, 1, "k", FX_TYPES_INT, error))
    return FALSE;
  if (infer->inputs[1].present && fx_shape_count (&infer->inputs[1].shape, &n) && n != 1)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "k has %zu elements, wanted 1", n);
  return fx_infer_same_as_input (infer, error);
}

static gboolean
eval (FxEval *eval, G_GNUC_UNUSED GError **error)
{
  const Params *params = eval->params;
  const FxArray *x = &eval->inputs[0];
  const guint8 *from = x->data;
  guint8 *to = eval->outputs[0].data;
  gint64 rows = x->shape.dims[x->shape.rank - 2], columns = x->shape.dims[x->shape.rank - 1], k = 0;
  gsize size = fx_dtype_size (x->dtype), n = fx_shape_product (&x->shape, 0, x->shape.rank - 1);

  if (eval->inputs[1].data != NULL)
    {
      g_autofree gint64 *values = fx_eval_dup_ints (eval, 1, NULL);

      k = CLAMP (values[0], -rows, columns);
    }
  for (gsize r = 0; r < n; r++)
    {
      /* the first column on the diagonal, or after it for the lower triangle */
      gint64 edge = CLAMP ((gint64)r % rows + k + (params->upper != 0 ? 0 : 1), 0, columns);
      gsize left = (gsize)edge * size, right = (gsize)(columns - edge) * size, at = r * (gsize)columns * size;

      if (params->upper != 0)
        {
          memset (to + at, 0, left);
          memcpy (to + at + left, from + at + left, right);
        }
      else
        {
          memcpy (to + at, from + at, left);
          memset (to + at + left, 0, right);
        }
    }
  return TRUE;
}

const FxOp fx_op_trilu = {
  .name = "Trilu",
  .doc = "The upper or lower triangle of matrices, zeros elsewhere",
  .since = 14,
  .min_inputs = 1,
  .max_inputs = 2,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_FLOAT,
  .attrs = attrs,
  .params_size = sizeof (Params),
  .infer = infer,
  .eval = eval,
};
