/* Shrink: moves elements towards zero, and those near it to zero.
 * https://onnx.ai/onnx/operators/onnx__Shrink.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/fx-elementwise.h"

typedef struct
{
  float lambd;
  float bias;
} ShrinkParams;

static const FxAttrRow attrs[] = {
  FX_FLOAT (ShrinkParams, lambd, 0.5f, "Elements of at most this size become 0"),
  FX_FLOAT (ShrinkParams, bias, 0, "How far the others move towards 0"),
  FX_ATTR_END,
};

/* Integers compute in double and saturate; that is exact for all of up to 53 bits. */
static void
shrink_int (gsize n, void *out, const void *const *in, G_GNUC_UNUSED const guint8 *step, gconstpointer data)
{
  const FxEval *eval = data;
  const ShrinkParams *params = eval->params;
  FxArray x = { eval->inputs[0].dtype, FX_SHAPE (n), (void *)in[0] }, y = { x.dtype, x.shape, out };

  for (gsize i = 0; i < n; i++)
    {
      double value = fx_array_get (&x, i), lambd = params->lambd, bias = params->bias;

      fx_array_set (&y, i, value < -lambd ? value + bias : value > lambd ? value - bias : 0);
    }
}

#define SHRINK_ROW(name, F, ID, T, W)                                                                                  \
  static void name##_##T (gsize n, void *out, const void *const *in, G_GNUC_UNUSED const guint8 *step,                 \
                          gconstpointer data)                                                                          \
  {                                                                                                                    \
    const ShrinkParams *params = ((const FxEval *)data)->params;                                                       \
    const T *x = in[0], lambd = params->lambd, bias = params->bias;                                                    \
    T *y = out;                                                                                                        \
                                                                                                                       \
    _Pragma ("omp simd") for (gsize i = 0; i < n; i++) y[i] = x[i] < -lambd  ? x[i] + bias                             \
                                                              : x[i] > lambd ? x[i] - bias                             \
                                                                             : 0;                                      \
  }

FX_EACH_FLOAT (SHRINK_ROW, shrink, )
#define INT_ENTRY(name, F, ID, T, W) [FX_DTYPE_##ID] = shrink_int,
static const FxBroadcastRow rows[FX_N_DTYPES] = { FX_EACH_FLOAT (FX_ROW_ENTRY, shrink, ) FX_EACH_INT (INT_ENTRY, , ) };

static gboolean
infer (FxInfer *infer, GError **error)
{
  return fx_unary_infer (infer, FX_TYPES_NUMERIC, FX_DTYPE_UNDEFINED, error);
}

static gboolean
eval (FxEval *eval, GError **error)
{
  return fx_unary_eval (eval, rows, eval, error);
}

const FxOp fx_op_shrink = {
  .name = "Shrink",
  .doc = "x + bias below -lambd, x - bias above lambd, 0 between",
  .since = 9,
  .min_inputs = 1,
  .max_inputs = 1,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_F32_F64,
  .flags = FX_OP_ELEMENTWISE,
  .attrs = attrs,
  .params_size = sizeof (ShrinkParams),
  .infer = infer,
  .eval = eval,
};
