/* QAveragePool: mean of each window, rounded once. A kernel of the whole image is global pooling.
 *
 *   y = clamp (round (Σ (x − x_zero_point) × (x_scale / y_scale) / count) + y_zero_point)
 *
 * docs/arithmetic.md, "Pooling". A window that meets nothing but padding is refused.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/q-average-pool.h"

#include "core/fx-error.h"
#include "core/fx-i18n.h"

static const FxAttrRow attrs[] = {
  FX_WINDOW_ATTRS (FxPoolParams, TRUE),
  FX_INT (FxPoolParams, ceil_mode, 0, "1: round the output size up"),
  FX_INT (FxPoolParams, count_include_pad, 0, "1: padding counts as elements of value 0"),
  FX_Q_IN_ATTRS (FxQAveragePoolParams, x),
  FX_Q_OUT_ATTRS (FxQAveragePoolParams),
  FX_ATTR_END,
};

/* Only windows that stick out of the image can miss it. */
static gboolean
check_not_empty (const FxWindow *window, GError **error)
{
  for (int axis = 0; axis < window->spatial_rank; axis++)
    for (gint64 o = 0; window->in[axis] >= 0 && o < window->out[axis]; o++)
      {
        gint64 start = o * window->stride[axis] - window->pad_begin[axis], begin, end;
        gint64 room = window->in[axis] - fx_window_span (window, axis) - start;

        if (start >= 0 && room >= 0)
          {
            o += room / window->stride[axis]; /* all these lie inside */
            continue;
          }
        fx_window_taps (window, axis, o, &begin, &end);
        if (begin >= end)
          return fx_fail (error, FX_ERROR_BAD_GRAPH, "window %" PRId64 " of spatial axis %d meets nothing but padding",
                          o, axis);
      }
  return TRUE;
}

static gboolean
infer (FxInfer *infer, GError **error)
{
  const FxQAveragePoolParams *params = infer->params;
  const FxShape *x = &infer->inputs[0].shape;
  FxShape y = FX_SHAPE_UNKNOWN;
  FxQResult result;
  FxWindow window;

  if (!fx_q_check_in (infer, 0, "x", &params->x, FX_TYPES_Q, error) || !fx_q_result (&params->y, FALSE, &result, error))
    return FALSE;
  if (x->rank >= 0)
    {
      if (!fx_pool_resolve (&params->pool, x, &window, error) || !check_not_empty (&window, error))
        return FALSE;
      y = fx_window_output_shape (&window, x->dims[0], x->dims[1]);
    }
  fx_infer_set (infer, 0, result.dtype, &y);
  return TRUE;
}

/* One row of outputs, whose sums are in `sums`. The quotient of two floats by a count is always a factor. */
static void
finish_row (const FxQAveragePoolParams *params, const FxQResult *result, const FxWindow *win, gint64 rows,
            const gint64 *sums, FxArray *y, gsize first)
{
  gboolean include_pad = params->pool.count_include_pad != 0;

  for (gint64 o = 0; o < win->out[2]; o++)
    {
      gint64 count = rows * fx_pool_count (win, 2, o, include_pad);
      FxRequant factor;

      fx_requant_from_scale ((double)params->x.scale / (double)params->y.scale / (double)count, &factor, NULL);
      fx_q_store (y, first + (gsize)o, fx_q_finish (result, &factor, sums[o]));
    }
}

static void
sum_row (const FxWindow *win, const FxArray *x, gsize plane, gint64 zero_point, gint64 od, gint64 oh, gint64 *sums)
{
  FxRowTaps tap = fx_row_taps (win, od, oh);

  for (gint64 o = 0; o < win->out[2]; o++)
    sums[o] = 0;
  while (fx_row_taps_next (&tap))
    for (gint64 i = 0; i < tap.end - tap.begin; i++)
      sums[tap.begin + i] += fx_q_load (x, plane + (gsize)(tap.first + i * win->stride[2])) - zero_point;
}

static gboolean
eval (FxEval *eval, GError **error)
{
  const FxQAveragePoolParams *params = eval->params;
  const FxArray *x = &eval->inputs[0];
  FxArray *y = &eval->outputs[0];
  gboolean include_pad = params->pool.count_include_pad != 0;
  gsize in_plane = fx_shape_product (&x->shape, 2, x->shape.rank);
  FxQResult result;
  FxWindow window, win;
  gint64 lines, n;

  if (!fx_q_result (&params->y, FALSE, &result, error) || !fx_pool_resolve (&params->pool, &x->shape, &window, error))
    return FALSE;
  win = fx_window_3d (&window);
  lines = win.out[0] * win.out[1];
  n = x->shape.dims[0] * x->shape.dims[1] * lines;

#pragma omp parallel for schedule(static) if (n * win.out[2] > FX_PARALLEL_MIN)
  for (gint64 k = 0; k < n; k++)
    {
      g_autofree gint64 *sums = g_new (gint64, win.out[2] + 1);
      gint64 od = k % lines / win.out[1], oh = k % lines % win.out[1];
      gint64 rows = fx_pool_count (&win, 0, od, include_pad) * fx_pool_count (&win, 1, oh, include_pad);

      sum_row (&win, x, (gsize)(k / lines) * in_plane, params->x.zero_point, od, oh, sums);
      finish_row (params, &result, &win, rows, sums, y, (gsize)(k * win.out[2]));
    }
  return TRUE;
}

const FxOp fx_op_q_average_pool = {
  .name = "QAveragePool",
  .domain = FX_Q_DOMAIN,
  .doc = "Mean of each window of quantized values, with or without its padding, rounded once",
  .since = 1,
  .min_inputs = 1,
  .max_inputs = 1,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_F32,
  .attrs = attrs,
  .params_size = sizeof (FxQAveragePoolParams),
  .infer = infer,
  .eval = eval,
};
