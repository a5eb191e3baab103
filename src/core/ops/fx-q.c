/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/fx-q.h"

#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/ops/fx-broadcast.h"

#include <math.h>

const char *const fx_q_dtype_names[] = { "int8", "int16", "int32", NULL };

static gboolean
check_scale (const char *name, double scale, GError **error)
{
  if (isfinite (scale) && scale > 0)
    return TRUE;
  return fx_fail (error, FX_ERROR_BAD_GRAPH, "%s_scale is %g, wanted a positive number", name, scale);
}

static gboolean
check_zero_point (const char *name, FxDType dtype, gint64 zero_point, GError **error)
{
  gint64 low = dtype == FX_DTYPE_INT16 || dtype == FX_DTYPE_INT32 ? 0 : G_MININT8;
  gint64 high = dtype == FX_DTYPE_INT16 || dtype == FX_DTYPE_INT32 ? 0 : G_MAXINT8;

  if (zero_point >= low && zero_point <= high)
    return TRUE;
  if (low == high)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "%s_zero_point is %" PRId64 ", wanted 0 as for every tensor of type %s",
                    name, zero_point, fx_dtype_name (dtype));
  return fx_fail (error, FX_ERROR_BAD_GRAPH, "%s_zero_point is %" PRId64 ", wanted %d to %d", name, zero_point,
                  (int)low, (int)high);
}

gboolean
fx_q_check_in (const FxInfer *infer, guint i, const char *name, const FxQIn *in, FxDTypeMask types, GError **error)
{
  return fx_infer_check_type (infer, i, name, types, error) && check_scale (name, (double)in->scale, error)
         && check_zero_point (name, infer->inputs[i].dtype, in->zero_point, error);
}

gboolean
fx_q_result (const FxQOut *out, gboolean sums, FxQResult *result, GError **error)
{
  static const FxDType dtypes[] = { FX_DTYPE_INT8, FX_DTYPE_INT16, FX_DTYPE_INT32 };
  FxDType dtype = dtypes[out->dtype];
  gint64 least = dtype == FX_DTYPE_INT8 ? G_MININT8 : G_MININT16;
  gint64 largest = dtype == FX_DTYPE_INT8 ? G_MAXINT8 : G_MAXINT16;
  gint64 low = out->low == FX_Q_LOWEST ? least : out->low, high = out->high == FX_Q_HIGHEST ? largest : out->high;

  if (dtype == FX_DTYPE_INT32)
    {
      *result = (FxQResult){ dtype, 0, G_MININT32, G_MAXINT32 };
      return sums
             || fx_fail (error, FX_ERROR_BAD_GRAPH, "attribute \"y_dtype\" is \"int32\", wanted \"int8\" or \"int16\"");
    }
  if (!check_scale ("y", (double)out->scale, error) || !check_zero_point ("y", dtype, out->zero_point, error))
    return FALSE;
  if (low < least || high > largest || low > high)
    return fx_fail (error, FX_ERROR_BAD_GRAPH,
                    "results are bounded by %" PRId64 " and %" PRId64 ", wanted an interval within %d to %d", low, high,
                    (int)least, (int)largest);
  *result = (FxQResult){ dtype, (gint32)out->zero_point, (gint32)low, (gint32)high };
  return TRUE;
}

gboolean
fx_q_infer_binary (FxInfer *infer, const FxQIn *a, const FxQIn *b, const FxQOut *y, GError **error)
{
  FxQResult result;
  FxShape shape;

  if (!fx_q_check_in (infer, 0, "a", a, FX_TYPES_Q, error) || !fx_q_check_in (infer, 1, "b", b, FX_TYPES_Q, error)
      || !fx_q_result (y, FALSE, &result, error)
      || !fx_shape_broadcast (&infer->inputs[0].shape, &infer->inputs[1].shape, &shape, error))
    return FALSE;
  fx_infer_set (infer, 0, result.dtype, &shape);
  return TRUE;
}

gboolean
fx_q_binary_init (FxQBinary *binary, const FxEval *eval, const FxQIn *a, const FxQIn *b, const FxQOut *y,
                  GError **error)
{
  binary->a = eval->inputs[0].dtype;
  binary->b = eval->inputs[1].dtype;
  binary->a_zero_point = (gint32)a->zero_point;
  binary->b_zero_point = (gint32)b->zero_point;
  return fx_q_result (y, FALSE, &binary->result, error);
}

gboolean
fx_q_factor (double a_scale, double b_scale, double y_scale, FxRequant *factor, GError **error)
{
  return fx_requant_from_scale (a_scale * b_scale / y_scale, factor, error);
}

gboolean
fx_q_check_scales (const FxInfer *infer, guint i, const char *name, GError **error)
{
  const FxTensor *value = infer->inputs[i].present ? infer->inputs[i].value : NULL;

  for (gsize k = 0; value != NULL && k < fx_tensor_elements (value); k++)
    {
      double scale = fx_tensor_get_double (value, k);

      if (!isfinite (scale) || scale <= 0)
        return fx_fail (error, FX_ERROR_BAD_GRAPH, "element %zu of %s is %g, wanted a positive number", k, name, scale);
    }
  return TRUE;
}

FxRequant *
fx_q_factors (double x_scale, const FxArray *scales, const FxQOut *out, gsize n, GError **error)
{
  gboolean each = fx_array_elements (scales) != 1;
  g_autofree FxRequant *factors = g_new0 (FxRequant, n + 1);
  FxQResult result;

  if (!fx_q_result (out, TRUE, &result, error))
    return NULL;
  for (gsize c = 0; result.dtype != FX_DTYPE_INT32 && c < n; c++)
    if (!fx_q_factor (x_scale, (double)((const float *)scales->data)[each ? c : 0], (double)out->scale, &factors[c],
                      error))
      return NULL;
  return g_steal_pointer (&factors);
}

gboolean
fx_q_check_sum (gint64 c, gint64 absolute, gint64 zero_point, gint64 bias, gboolean wide, GError **error)
{
  const gint64 limit = wide ? (gint64)1 << 62 : G_MAXINT32, reach = wide ? 1 << 15 : 128 + ABS (zero_point);
  gint64 largest;

  if (bias == G_MININT64 || __builtin_mul_overflow (absolute, reach, &largest)
      || __builtin_add_overflow (largest, ABS (bias), &largest))
    largest = G_MAXINT64;
  if (largest <= limit)
    return TRUE;
  return fx_fail (error, FX_ERROR_UNSUPPORTED,
                  "sums of output channel %" PRId64 " may reach %" PRId64 ", more than %d bits", c, largest,
                  wide ? 62 : 32);
}
