/* EyeLike: a matrix with ones on a diagonal.  https://onnx.ai/onnx/operators/onnx__EyeLike.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/ops/fx-op.h"

#include <string.h>

typedef struct
{
  gint64 dtype, k;
} Params;

static const FxAttrRow attrs[] = {
  FX_INT (Params, dtype, FX_DTYPE_UNDEFINED, "Type of the elements; default: that of the input"),
  FX_INT (Params, k, 0, "Which diagonal: positive above the main one, negative below"),
  FX_ATTR_END,
};

static gboolean
infer (FxInfer *infer, GError **error)
{
  const Params *params = infer->params;
  FxShape shape = infer->inputs[0].shape;
  FxDType dtype = infer->inputs[0].dtype;

  if (!fx_infer_check_rank (infer, 0, "input", 2, 2, error))
    return FALSE;
  if (params->dtype != FX_DTYPE_UNDEFINED)
    {
      if (params->dtype < 0 || params->dtype >= FX_N_DTYPES
          || !fx_dtype_in ((FxDType)params->dtype, FX_TYPES_FLOAT | FX_TYPES_INT | FX_TYPE_BIT (BOOL)))
        return fx_fail (error, FX_ERROR_BAD_GRAPH, "attribute \"dtype\" is %" PRId64 ", wanted a numeric type",
                        params->dtype);
      dtype = (FxDType)params->dtype;
    }
  else if (!fx_infer_check_type (infer, 0, "input", FX_TYPES_FLOAT | FX_TYPES_INT | FX_TYPE_BIT (BOOL), error))
    return FALSE;
  if (shape.rank < 0)
    shape = fx_shape_of_rank (2);
  fx_infer_set (infer, 0, dtype, &shape);
  return TRUE;
}

static gboolean
eval (FxEval *eval, G_GNUC_UNUSED GError **error)
{
  const Params *params = eval->params;
  FxArray *y = &eval->outputs[0];
  gint64 rows = y->shape.dims[0], columns = y->shape.dims[1];
  gsize bytes = fx_array_bytes (y);

  if (bytes > 0)
    memset (y->data, 0, bytes);
  /* a diagonal outside of the matrix; also keeps row + k in range */
  if (params->k >= columns || params->k <= -rows)
    return TRUE;
  for (gint64 row = MAX (0, -params->k); row < MIN (rows, columns - params->k); row++)
    fx_array_set (y, (gsize)(row * columns + row + params->k), 1);
  return TRUE;
}

const FxOp fx_op_eye_like = {
  .name = "EyeLike",
  .doc = "A matrix with ones on a diagonal",
  .since = 9,
  .min_inputs = 1,
  .max_inputs = 1,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_FLOAT,
  .attrs = attrs,
  .params_size = sizeof (Params),
  .infer = infer,
  .eval = eval,
};
