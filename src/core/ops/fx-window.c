/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/fx-window.h"

#include "core/fx-error.h"
#include "core/fx-i18n.h"

const char *const fx_auto_pad_names[] = { "NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID", NULL };

/* Rounded toward minus infinity; b > 0. */
static gint64
div_floor (gint64 a, gint64 b)
{
  return a / b - (a % b < 0);
}

static gint64
div_ceil (gint64 a, gint64 b)
{
  return -div_floor (-a, b);
}

/* Copies a list of `n` numbers in min…2³⁰; an empty one means `value` throughout. */
static gboolean
read_list (FxInts list, const char *name, guint n, gint64 min, gint64 value, gint64 *out, GError **error)
{
  if (list.n != 0 && list.n != n)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "attribute \"%s\" has %u elements, wanted %u", name, list.n, n);

  for (guint i = 0; i < n; i++)
    {
      out[i] = list.n != 0 ? list.data[i] : value;
      if (list.n != 0 && (out[i] < min || out[i] > FX_WINDOW_MAX))
        return fx_fail (error, FX_ERROR_BAD_GRAPH, "attribute \"%s\" has element %" PRId64 ", wanted %d to %" PRId64,
                        name, out[i], (int)min, FX_WINDOW_MAX);
    }
  return TRUE;
}

static gboolean
check_kernel (const FxWindow *window, const gint64 *weights, GError **error)
{
  gint64 volume = 1;

  for (int i = 0; i < window->spatial_rank; i++)
    {
      if (weights != NULL && weights[i] >= 0 && window->kernel[i] >= 0 && weights[i] != window->kernel[i])
        return fx_fail (error, FX_ERROR_BAD_GRAPH,
                        "attribute \"kernel_shape\" says %" PRId64 " at axis %d, the weights %" PRId64,
                        window->kernel[i], i, weights[i]);
      if (window->kernel[i] == 0 || window->kernel[i] > FX_WINDOW_MAX)
        return fx_fail (error, FX_ERROR_BAD_GRAPH, "kernel has size %" PRId64 " at axis %d, wanted 1 to %" PRId64,
                        window->kernel[i], i, FX_WINDOW_MAX);
      volume *= MAX (window->kernel[i], 1);
      if (volume > FX_WINDOW_MAX)
        return fx_fail (error, FX_ERROR_TOO_LARGE, "kernel has over %" PRId64 " elements", FX_WINDOW_MAX);
    }
  return TRUE;
}

gboolean
fx_window_read (const FxWindowAttrs *attrs, const FxShape *input, const gint64 *kernel, FxWindow *window,
                GError **error)
{
  gint64 pads[2 * FX_MAX_SPATIAL] = { 0 };
  guint n;

  *window = (FxWindow){ .spatial_rank = input->rank - 2 };
  if (input->rank < 3 || input->rank > 2 + FX_MAX_SPATIAL)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "X has %d dimensions, wanted 3 to %d", input->rank, 2 + FX_MAX_SPATIAL);
  n = (guint)window->spatial_rank;

  if (attrs->kernel_shape.n == 0 && kernel == NULL)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "attribute \"kernel_shape\" is missing");
  if (!read_list (attrs->kernel_shape, "kernel_shape", n, 1, FX_DIM_UNKNOWN, window->kernel, error)
      || !read_list (attrs->strides, "strides", n, 1, 1, window->stride, error)
      || !read_list (attrs->dilations, "dilations", n, 1, 1, window->dilation, error)
      || !read_list (attrs->pads, "pads", 2 * n, 0, 0, pads, error))
    return FALSE;

  for (guint i = 0; i < n; i++)
    {
      window->in[i] = input->dims[2 + i];
      if (window->in[i] > (gint64)1 << 47)
        return fx_fail (error, FX_ERROR_TOO_LARGE, "X has size %" PRId64 " at axis %u", window->in[i], 2 + i);
      window->out[i] = FX_DIM_UNKNOWN;
      if (attrs->kernel_shape.n == 0)
        window->kernel[i] = kernel[i];
      if (attrs->auto_pad != FX_AUTO_PAD_NOTSET)
        continue;
      window->pad_begin[i] = pads[i];
      window->pad_end[i] = pads[n + i];
    }
  return check_kernel (window, kernel, error);
}

/* Output ceil (in / stride), and padding to match: what is odd goes to the end (UPPER) or the begin (LOWER). */
static void
resolve_same (FxWindow *window, int axis, gboolean lower)
{
  gint64 in = window->in[axis], stride = window->stride[axis], total;

  if (in < 0)
    {
      window->out[axis] = stride == 1 ? in : FX_DIM_UNKNOWN;
      return;
    }
  window->out[axis] = div_ceil (in, stride);
  if (window->kernel[axis] < 0)
    return;
  total = MAX ((window->out[axis] - 1) * stride + fx_window_span (window, axis) - in, 0);
  window->pad_begin[axis] = lower ? total - total / 2 : total / 2;
  window->pad_end[axis] = total - window->pad_begin[axis];
}

static gboolean
resolve_explicit (FxWindow *window, int axis, gboolean ceil_mode, GError **error)
{
  gint64 in = window->in[axis], stride = window->stride[axis], pads = window->pad_begin[axis] + window->pad_end[axis];
  gint64 span, steps;

  if (window->kernel[axis] < 0)
    return TRUE;
  span = fx_window_span (window, axis);
  if (in < 0)
    {
      /* a symbol stays itself where the size does */
      window->out[axis] = stride == 1 && pads == span - 1 ? in : FX_DIM_UNKNOWN;
      return TRUE;
    }
  /* rounded up, one window may stick out behind the padding: even the first */
  steps = ceil_mode ? div_ceil (in + pads - span, stride) : div_floor (in + pads - span, stride);
  if (steps < 0)
    return fx_fail (error, FX_ERROR_BAD_GRAPH,
                    "kernel spans %" PRId64 " at spatial axis %d, the padded input only %" PRId64, span, axis,
                    in + pads);
  /* rounding up must not add a window that starts in the padding behind the input */
  if (ceil_mode && steps > 0 && steps * stride >= in + window->pad_begin[axis])
    steps--;
  window->out[axis] = steps + 1;
  return TRUE;
}

gboolean
fx_window_resolve (const FxWindowAttrs *attrs, const FxShape *input, const gint64 *kernel, gboolean ceil_mode,
                   FxWindow *window, GError **error)
{
  gboolean same = attrs->auto_pad == FX_AUTO_PAD_SAME_UPPER || attrs->auto_pad == FX_AUTO_PAD_SAME_LOWER;

  if (!fx_window_read (attrs, input, kernel, window, error))
    return FALSE;
  for (int i = 0; i < window->spatial_rank; i++)
    if (same)
      resolve_same (window, i, attrs->auto_pad == FX_AUTO_PAD_SAME_LOWER);
    else if (!resolve_explicit (window, i, ceil_mode, error))
      return FALSE;
  return TRUE;
}

FxShape
fx_window_output_shape (const FxWindow *window, gint64 n, gint64 channels)
{
  FxShape shape = fx_shape_of_rank (2 + window->spatial_rank);

  shape.dims[0] = n;
  shape.dims[1] = channels;
  for (int i = 0; i < window->spatial_rank; i++)
    shape.dims[2 + i] = window->out[i];
  return shape;
}

FxWindow
fx_window_3d (const FxWindow *window)
{
  FxWindow full = {
    .spatial_rank = 3,
    .in = { 1, 1, 1 },
    .out = { 1, 1, 1 },
    .kernel = { 1, 1, 1 },
    .stride = { 1, 1, 1 },
    .dilation = { 1, 1, 1 },
  };
  int first = 3 - window->spatial_rank;

  for (int i = 0; i < window->spatial_rank; i++)
    {
      full.in[first + i] = window->in[i];
      full.out[first + i] = window->out[i];
      full.kernel[first + i] = window->kernel[i];
      full.stride[first + i] = window->stride[i];
      full.dilation[first + i] = window->dilation[i];
      full.pad_begin[first + i] = window->pad_begin[i];
      full.pad_end[first + i] = window->pad_end[i];
    }
  return full;
}

void
fx_window_range (const FxWindow *window, int axis, gint64 k, gint64 *begin, gint64 *end)
{
  gint64 offset = k * window->dilation[axis] - window->pad_begin[axis], stride = window->stride[axis];

  *begin = CLAMP (div_ceil (-offset, stride), 0, window->out[axis]);
  *end = CLAMP (div_floor (window->in[axis] - 1 - offset, stride) + 1, *begin, window->out[axis]);
}

void
fx_window_taps (const FxWindow *window, int axis, gint64 o, gint64 *begin, gint64 *end)
{
  gint64 start = o * window->stride[axis] - window->pad_begin[axis], dilation = window->dilation[axis];

  *begin = CLAMP (div_ceil (-start, dilation), 0, window->kernel[axis]);
  *end = CLAMP (div_floor (window->in[axis] - 1 - start, dilation) + 1, *begin, window->kernel[axis]);
}

FxRowTaps
fx_row_taps (const FxWindow *window, gint64 od, gint64 oh)
{
  FxRowTaps tap = { .window = window, .od = od, .oh = oh, .kw = -1 };

  fx_window_taps (window, 0, od, &tap.kd, &tap.d_end);
  fx_window_taps (window, 1, oh, &tap.h_begin, &tap.h_end);
  tap.kh = tap.h_begin;
  if (tap.h_begin == tap.h_end)
    tap.d_end = tap.kd;
  return tap;
}

gboolean
fx_row_taps_next (FxRowTaps *tap)
{
  const FxWindow *win = tap->window;

  while (tap->kd < tap->d_end)
    {
      if (++tap->kw == win->kernel[2])
        {
          tap->kw = -1;
          if (++tap->kh == tap->h_end)
            {
              tap->kh = tap->h_begin;
              tap->kd++;
            }
          continue;
        }
      fx_window_range (win, 2, tap->kw, &tap->begin, &tap->end);
      if (tap->begin == tap->end)
        continue;
      tap->k = (tap->kd * win->kernel[1] + tap->kh) * win->kernel[2] + tap->kw;
      tap->d = tap->od * win->stride[0] + tap->kd * win->dilation[0] - win->pad_begin[0];
      tap->h = tap->oh * win->stride[1] + tap->kh * win->dilation[1] - win->pad_begin[1];
      tap->w = tap->begin * win->stride[2] + tap->kw * win->dilation[2] - win->pad_begin[2];
      tap->first = (tap->d * win->in[1] + tap->h) * win->in[2] + tap->w;
      return TRUE;
    }
  return FALSE;
}
