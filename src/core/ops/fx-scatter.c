/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/fx-scatter.h"

#include "core/fx-error.h"
#include "core/ops/fx-copy.h"

const char *const fx_scatter_reductions[] = { "none", "add", "mul", "min", "max", NULL };

gboolean
fx_scatter_infer_types (const FxInfer *infer, FxScatterReduction reduction, GError **error)
{
  FxDType data = infer->inputs[0].dtype, updates = infer->inputs[2].dtype;

  if (!fx_infer_check_type (infer, 1, "indices", FX_TYPE_BIT (INT32) | FX_TYPE_BIT (INT64), error))
    return FALSE;
  if (data != FX_DTYPE_UNDEFINED && updates != FX_DTYPE_UNDEFINED && data != updates)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "updates is of type %s, wanted %s as data", fx_dtype_name (updates),
                    fx_dtype_name (data));
  return reduction == FX_SCATTER_NONE
         || fx_infer_check_type (infer, 0, "data", FX_TYPES_FLOAT | FX_TYPES_INT | FX_TYPE_BIT (BOOL), error);
}

/* `wide` is the type of sums and products: unsigned for integers, so that they wrap. */
#define COMBINE(type, wide)                                                                                            \
  {                                                                                                                    \
    type *t = to;                                                                                                      \
    const type *f = from;                                                                                              \
                                                                                                                       \
    for (gsize i = 0; i < n; i++)                                                                                      \
      switch (reduction)                                                                                               \
        {                                                                                                              \
        case FX_SCATTER_ADD: t[i] = (type)((wide)t[i] + (wide)f[i]); break;                                            \
        case FX_SCATTER_MUL: t[i] = (type)((wide)t[i] * (wide)f[i]); break;                                            \
        case FX_SCATTER_MIN: t[i] = MIN (t[i], f[i]); break;                                                           \
        case FX_SCATTER_MAX: t[i] = MAX (t[i], f[i]); break;                                                           \
        default: t[i] = f[i]; break;                                                                                   \
        }                                                                                                              \
    break;                                                                                                             \
  }

static void
combine_bools (FxScatterReduction reduction, guint8 *to, const guint8 *from, gsize n)
{
  gboolean either = reduction == FX_SCATTER_ADD || reduction == FX_SCATTER_MAX;

  for (gsize i = 0; i < n; i++)
    to[i] = either ? to[i] || from[i] : to[i] && from[i];
}

/* f16 and bf16 through f32 */
static void
combine_halves (FxDType dtype, FxScatterReduction reduction, guint16 *to, const guint16 *from, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      gboolean half = dtype == FX_DTYPE_FLOAT16;
      float a = half ? fx_f16_to_f32 (to[i]) : fx_bf16_to_f32 (to[i]);
      float b = half ? fx_f16_to_f32 (from[i]) : fx_bf16_to_f32 (from[i]);

      fx_scatter_combine (FX_DTYPE_FLOAT, reduction, &a, &b, 1);
      to[i] = half ? fx_f32_to_f16 (a) : fx_f32_to_bf16 (a);
    }
}

void
fx_scatter_combine (FxDType dtype, FxScatterReduction reduction, void *to, const void *from, gsize n)
{
  if (reduction == FX_SCATTER_NONE)
    {
      fx_copy_bytes (to, from, n * fx_dtype_size (dtype));
      return;
    }
  switch (dtype)
    {
    case FX_DTYPE_FLOAT: COMBINE (float, float)
    case FX_DTYPE_DOUBLE: COMBINE (double, double)
    case FX_DTYPE_UINT8: COMBINE (guint8, guint64)
    case FX_DTYPE_INT8: COMBINE (gint8, guint64)
    case FX_DTYPE_UINT16: COMBINE (guint16, guint64)
    case FX_DTYPE_INT16: COMBINE (gint16, guint64)
    case FX_DTYPE_UINT32: COMBINE (guint32, guint64)
    case FX_DTYPE_INT32: COMBINE (gint32, guint64)
    case FX_DTYPE_UINT64: COMBINE (guint64, guint64)
    case FX_DTYPE_INT64: COMBINE (gint64, guint64)
    case FX_DTYPE_BOOL: combine_bools (reduction, to, from, n); break;
    case FX_DTYPE_FLOAT16:
    case FX_DTYPE_BFLOAT16: combine_halves (dtype, reduction, to, from, n); break;
    default: break;
    }
}
