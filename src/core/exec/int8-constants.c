/* SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/int8-constants.h"

#include "core/ops/q-conv.h"

gboolean
fx_int8_constants_read (FxInt8Constants *constants, const FxKernelRequest *request, const FxQOut *y, double x_scale,
                        gsize n_channels, GError **error)
{
  const FxOperand *operands = request->inputs;
  gboolean has_bias = request->n_inputs > FX_Q_CONV_BIAS && operands[FX_Q_CONV_BIAS].dtype != FX_DTYPE_UNDEFINED;
  FxArray scales;

  if (operands[FX_Q_CONV_W_SCALE].constant == NULL || (has_bias && operands[FX_Q_CONV_BIAS].constant == NULL)
      || !fx_q_result (y, TRUE, &constants->result, error))
    return FALSE;
  if (has_bias)
    constants->bias = fx_tensor_aligned (operands[FX_Q_CONV_BIAS].constant);
  constants->scales = fx_tensor_aligned (operands[FX_Q_CONV_W_SCALE].constant);
  scales = fx_tensor_array (constants->scales);
  constants->factors = fx_q_factors (x_scale, &scales, y, n_channels, error);
  return constants->factors != NULL;
}

void
fx_int8_constants_clear (FxInt8Constants *constants)
{
  fx_tensor_unref (constants->bias);
  fx_tensor_unref (constants->scales);
  g_free (constants->factors);
}

gconstpointer
fx_int8_constants_bias (const FxInt8Constants *constants)
{
  return constants->bias != NULL ? fx_tensor_array (constants->bias).data : NULL;
}
