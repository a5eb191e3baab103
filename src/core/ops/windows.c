/* HannWindow, HammingWindow, BlackmanWindow: a0 − a1 cos (2πk/N) + a2 cos (4πk/N).
 * https://onnx.ai/onnx/operators/onnx__HannWindow.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-i18n.h"
#include "core/ops/fx-kernel.h"

#include <math.h>

typedef struct
{
  gint64 output_datatype;
  gint64 periodic;
} Params;

static const FxAttrRow attrs[] = {
  FX_INT (Params, output_datatype, FX_DTYPE_FLOAT, "Type of the result, a number of TensorProto.DataType"),
  FX_INT (Params, periodic, 1, "1: one period; 0: symmetric"),
  FX_ATTR_END,
};

static gboolean
check_size (gint64 size, GError **error)
{
  if (size < 0)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "size is %" PRId64 ", wanted at least 0", size);
  return TRUE;
}

static gboolean
infer (FxInfer *infer, GError **error)
{
  const Params *params = infer->params;
  gint64 size = 0;
  gboolean known;

  if (!fx_infer_get_scalar (infer, 0, "size", &size, &known, error) || (known && !check_size (size, error)))
    return FALSE;
  if (params->output_datatype < 0 || params->output_datatype >= FX_N_DTYPES
      || !fx_dtype_in ((FxDType)params->output_datatype, FX_TYPES_FLOAT | FX_TYPES_INT))
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "output_datatype is %" PRId64 ", wanted a numeric type",
                    params->output_datatype);
  fx_infer_set (infer, 0, (FxDType)params->output_datatype, &FX_SHAPE (known ? size : FX_DIM_UNKNOWN));
  return TRUE;
}

static gboolean
fill_window (FxEval *eval, const double *a, GError **error)
{
  const Params *params = eval->params;
  FxArray *y = &eval->outputs[0];
  double period;
  gint64 size = 0;

  if (!fx_eval_get_scalar (eval, 0, "size", &size, error) || !check_size (size, error)
      || !fx_eval_check_shape (eval, 0, &FX_SHAPE (size), error))
    return FALSE;
  period = (double)(params->periodic != 0 ? size : size - 1);
  for (gint64 k = 0; k < size; k++)
    {
      double phase = 2 * G_PI * (double)k / period;

      fx_array_set (y, (gsize)k, period > 0 ? a[0] - a[1] * cos (phase) + a[2] * cos (2 * phase) : 1);
    }
  return TRUE;
}

#define WINDOW(id, op_name, op_doc, a0, a1, a2)                                                                        \
  static gboolean eval_##id (FxEval *eval, GError **error)                                                             \
  {                                                                                                                    \
    return fill_window (eval, (const double[]){ a0, a1, a2 }, error);                                                  \
  }                                                                                                                    \
  const FxOp fx_op_##id = {                                                                                            \
    .name = (op_name),                                                                                                 \
    .doc = (op_doc),                                                                                                   \
    .since = 17,                                                                                                       \
    .min_inputs = 1,                                                                                                   \
    .max_inputs = 1,                                                                                                   \
    .min_outputs = 1,                                                                                                  \
    .max_outputs = 1,                                                                                                  \
    .float_types = FX_TYPES_F32 | FX_TYPE_BIT (DOUBLE),                                                                \
    .attrs = attrs,                                                                                                    \
    .params_size = sizeof (Params),                                                                                    \
    .infer = infer,                                                                                                    \
    .eval = eval_##id,                                                                                                 \
  }

WINDOW (blackman_window, "BlackmanWindow", "Blackman window of a given length", 0.42, 0.5, 0.08);
WINDOW (hamming_window, "HammingWindow", "Hamming window of a given length", 25.0 / 46, 21.0 / 46, 0);
WINDOW (hann_window, "HannWindow", "Hann window of a given length", 0.5, 0.5, 0);
