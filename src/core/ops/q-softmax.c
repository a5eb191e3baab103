/* QSoftmax: exp (x) / Σ exp (x) along an axis, with exponentials of 23 bits from a table and one division.
 *
 *   e = rint (exp ((x − max x) × x_scale) × 2^23)
 *   y = clamp (round (e / Σ e / y_scale) + y_zero_point)
 *
 * docs/arithmetic.md, "Softmax".
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/q-softmax.h"

#include "core/ops/fx-kernel.h"

#include <math.h>

static const FxAttrRow attrs[] = {
  FX_INT (FxQSoftmaxParams, axis, -1, "Axis along which results add up to 1"),
  FX_Q_IN_ATTRS (FxQSoftmaxParams, x),
  FX_Q_OUT_ATTRS (FxQSoftmaxParams),
  FX_ATTR_END,
};

#define LN2_HIGH 0x1.62e42feep-1      /* 33 bits of ln 2, so that products with small integers are exact … */
#define LN2_LOW 0x1.a39ef35793c76p-33 /* … and the rest */
#define LOG2_E 0x1.71547652b82fep+0
#define SERIES 14
#define NOTHING_FROM 24.0 /* exp (−24) × 2^23 is 0.0003 */

/* rint (exp (−t) × 2^23) for t ≥ 0. Libraries differ in the last bits of exp(): this is nothing but IEEE sums, products
 * and quotients in a fixed order, which are the same everywhere. */
static gint32
exponential (double t)
{
  double power, rest, sum = 1.0;

  if (t >= NOTHING_FROM)
    return 0;
  power = rint (t * LOG2_E);
  rest = (t - power * LN2_HIGH) - power * LN2_LOW;
  for (int n = SERIES; n >= 1; n--)
    sum = 1.0 - rest * sum / n;
  return (gint32)rint (ldexp (sum, FX_Q_SOFTMAX_BITS - (int)power));
}

void
fx_q_softmax_table (float x_scale, gsize n, gint32 *table)
{
  for (gsize d = 0; d < n; d++)
    table[d] = exponential ((double)d * (double)x_scale);
}

static gboolean
infer (FxInfer *infer, GError **error)
{
  const FxQSoftmaxParams *params = infer->params;
  const FxShape *x = &infer->inputs[0].shape;
  FxQResult result;
  FxRequant factor;
  int axis;

  if (!fx_q_check_in (infer, 0, "x", &params->x, FX_TYPES_Q, error) || !fx_q_result (&params->y, FALSE, &result, error)
      || !fx_requant_from_scale (1.0 / (double)params->y.scale, &factor, error)
      || (x->rank >= 0 && !fx_shape_axis (x, params->axis, &axis, error)))
    return FALSE;
  fx_infer_set (infer, 0, result.dtype, x);
  return TRUE;
}

/* n elements, `stride` apart. */
static void
softmax_line (const FxArray *x, FxArray *y, gsize first, gsize n, gsize stride, const gint32 *table,
              const FxRequant *factor, const FxQResult *result)
{
  gint32 largest = G_MININT32;
  gint64 sum = 0;

  for (gsize i = 0; i < n; i++)
    largest = MAX (largest, fx_q_load (x, first + i * stride));
  for (gsize i = 0; i < n; i++)
    sum += table[largest - fx_q_load (x, first + i * stride)];
  for (gsize i = 0; i < n; i++)
    {
      gsize at = first + i * stride;

      fx_q_store (y, at, fx_q_bound (result, fx_requantize_quotient (table[largest - fx_q_load (x, at)], sum, factor)));
    }
}

static gboolean
eval (FxEval *eval, GError **error)
{
  const FxQSoftmaxParams *params = eval->params;
  const FxArray *x = &eval->inputs[0];
  gsize entries = x->dtype == FX_DTYPE_INT8 ? 1 << 8 : 1 << 16, n, outer, inner;
  g_autofree gint32 *table = g_new (gint32, entries);
  FxQResult result;
  FxRequant factor;
  int axis;

  if (!fx_q_result (&params->y, FALSE, &result, error)
      || !fx_requant_from_scale (1.0 / (double)params->y.scale, &factor, error)
      || !fx_shape_axis (&x->shape, params->axis, &axis, error))
    return FALSE;
  fx_q_softmax_table (params->x.scale, entries, table);
  outer = fx_shape_product (&x->shape, 0, axis);
  n = (gsize)x->shape.dims[axis];
  inner = fx_shape_product (&x->shape, axis + 1, x->shape.rank);
#pragma omp parallel for if (outer * n * inner > FX_PARALLEL_MIN)
  for (gsize line = 0; line < outer * inner; line++)
    softmax_line (x, &eval->outputs[0], line / inner * n * inner + line % inner, n, inner, table, &factor, &result);
  return TRUE;
}

const FxOp fx_op_q_softmax = {
  .name = "QSoftmax",
  .domain = FX_Q_DOMAIN,
  .doc = "exp (x) / sum of exp (x) along an axis, of quantized values",
  .since = 1,
  .min_inputs = 1,
  .max_inputs = 1,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_F32,
  .flags = FX_OP_ELEMENTWISE,
  .attrs = attrs,
  .params_size = sizeof (FxQSoftmaxParams),
  .infer = infer,
  .eval = eval,
};
