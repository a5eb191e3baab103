/* QTable: a function of one value, as a table.
 *
 *   int8: y = table[x + 128]
 *   int16: y lies on the line between table[i] and table[i + 1], i = (x + 32768) / 128 rounded down, rounded once
 *
 * docs/arithmetic.md, "Tables". The table has the type of the result; what its integers mean is up to who made it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/q-table.h"

#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/ops/fx-q.h"

typedef struct
{
  float x_scale, y_scale;
  gint64 x_zero_point, y_zero_point;
} Params;

/* For people and tools that read the model. */
static const FxAttrRow attrs[] = {
  FX_FLOAT (Params, x_scale, 0, "Real value of one step of x; for readers only, as all of these"),
  FX_INT (Params, x_zero_point, 0, "Integer of x that stands for 0"),
  FX_FLOAT (Params, y_scale, 0, "Real value of one step of y"),
  FX_INT (Params, y_zero_point, 0, "Integer of y that stands for 0"),
  FX_ATTR_END,
};

static gboolean
infer (FxInfer *infer, GError **error)
{
  FxDType x = infer->inputs[0].dtype;
  const FxShape *table = &infer->inputs[1].shape;
  gint64 wanted = x == FX_DTYPE_INT8 ? FX_Q_TABLE_ENTRIES : x == FX_DTYPE_INT16 ? FX_Q_TABLE_POINTS : -1;

  if (!fx_infer_check_type (infer, 0, "x", FX_TYPES_Q, error)
      || !fx_infer_check_type (infer, 1, "table", FX_TYPES_Q, error)
      || !fx_infer_check_rank (infer, 1, "table", 1, 1, error))
    return FALSE;
  if (table->rank == 1 && table->dims[0] >= 0 && wanted >= 0 && table->dims[0] != wanted)
    return fx_fail (error, FX_ERROR_BAD_GRAPH,
                    "table has %" PRId64 " elements, wanted %" PRId64 " for values of type %s", table->dims[0], wanted,
                    fx_dtype_name (x));
  fx_infer_set (infer, 0, infer->inputs[1].dtype, &infer->inputs[0].shape);
  return TRUE;
}

static gboolean
eval (FxEval *eval, G_GNUC_UNUSED GError **error)
{
  const FxArray *x = &eval->inputs[0], *table = &eval->inputs[1];
  gsize n = fx_array_elements (x);

#pragma omp parallel for if (n > FX_PARALLEL_MIN)
  for (gsize i = 0; i < n; i++)
    {
      gint32 at = fx_q_load (x, i);

      if (x->dtype == FX_DTYPE_INT8)
        at = fx_q_load (table, (gsize)(at - G_MININT8));
      else
        {
          gsize piece = (gsize)((at - G_MININT16) >> FX_Q_TABLE_PIECE);

          at = fx_q_table_between (fx_q_load (table, piece), fx_q_load (table, piece + 1),
                                   at & ((1 << FX_Q_TABLE_PIECE) - 1));
        }
      fx_q_store (&eval->outputs[0], i, at);
    }
  return TRUE;
}

const FxOp fx_op_q_table = {
  .name = "QTable",
  .domain = FX_Q_DOMAIN,
  .doc = "A function of one quantized value: a table of 256 entries, or of 513 points between which it is linear",
  .since = 1,
  .min_inputs = 2,
  .max_inputs = 2,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_F32,
  .flags = FX_OP_ELEMENTWISE,
  .attrs = attrs,
  .params_size = sizeof (Params),
  .infer = infer,
  .eval = eval,
};
