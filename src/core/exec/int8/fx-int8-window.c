/* Checks of windows and bounds, shared by convolution and pooling.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/int8/fx-int8.h"

#include "core/fx-error.h"
#include "core/fx-i18n.h"

#define MAX_SIZE G_MAXINT32

static gboolean
check_range (const char *what, gint64 value, gint64 from, GError **error)
{
  if (value >= from && value <= MAX_SIZE)
    return TRUE;
  return fx_fail (error, FX_ERROR_BAD_DATA, "%s is %" PRId64 ", not in %" PRId64 " … %d", what, value, from, MAX_SIZE);
}

static gboolean
check_out_size (const char *what, gint64 in, gint64 pads, gint64 kernel, gint64 dilation, gint64 stride, gint64 *out,
                GError **error)
{
  gint64 extent = (kernel - 1) * dilation + 1; /* all below 2^31 */

  if (in + pads < extent)
    return fx_fail (error, FX_ERROR_BAD_DATA, "%s of the window is %" PRId64 ", more than the padded image's %" PRId64,
                    what, extent, in + pads);
  *out = (in + pads - extent) / stride + 1;
  return TRUE;
}

/* Elements of an image, in a signed size. */
static gboolean
check_count (const char *what, gint64 batch, gint64 height, gint64 width, gint64 channels, GError **error)
{
  gint64 count;

  if (__builtin_mul_overflow (batch, height, &count) || __builtin_mul_overflow (count, width, &count)
      || __builtin_mul_overflow (count, channels, &count) || count > G_MAXSSIZE / 8)
    return fx_fail (error, FX_ERROR_TOO_LARGE, "%s has more elements than memory can hold", what);
  return TRUE;
}

gboolean
fx_int8_window_check (FxInt8Window *w, GError **error)
{
  const struct
  {
    const char *what;
    gint64 value, from;
  } rows[] = {
    { "batch", w->batch, 1 },
    { "input height", w->in_height, 1 },
    { "input width", w->in_width, 1 },
    { "number of input channels", w->in_channels, 1 },
    { "number of output channels", w->out_channels, 1 },
    { "kernel height", w->kernel_height, 1 },
    { "kernel width", w->kernel_width, 1 },
    { "vertical stride", w->stride_height, 1 },
    { "horizontal stride", w->stride_width, 1 },
    { "vertical dilation", w->dilation_height, 1 },
    { "horizontal dilation", w->dilation_width, 1 },
    { "top padding", w->pad_top, 0 },
    { "left padding", w->pad_left, 0 },
    { "bottom padding", w->pad_bottom, 0 },
    { "right padding", w->pad_right, 0 },
    { "group", w->group, 1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (!check_range (rows[i].what, rows[i].value, rows[i].from, error))
      return FALSE;
  if (w->in_channels % w->group != 0 || w->out_channels % w->group != 0)
    return fx_fail (error, FX_ERROR_BAD_DATA,
                    "group = %" PRId64 " does not divide %" PRId64 " input and %" PRId64 " output channels", w->group,
                    w->in_channels, w->out_channels);
  return check_out_size ("height", w->in_height, w->pad_top + w->pad_bottom, w->kernel_height, w->dilation_height,
                         w->stride_height, &w->out_height, error)
         && check_out_size ("width", w->in_width, w->pad_left + w->pad_right, w->kernel_width, w->dilation_width,
                            w->stride_width, &w->out_width, error)
         && check_count ("the input", w->batch, w->in_height, w->in_width, w->in_channels, error)
         && check_count ("the output", w->batch, w->out_height, w->out_width, w->out_channels, error);
}

gboolean
fx_int8_output_check (const FxInt8Output *output, gboolean wide, GError **error)
{
  gint32 low = output->dtype == FX_DTYPE_INT8 ? G_MININT8 : G_MININT16;
  gint32 high = output->dtype == FX_DTYPE_INT8 ? G_MAXINT8 : G_MAXINT16;

  if (output->dtype != FX_DTYPE_INT8 && !(wide && output->dtype == FX_DTYPE_INT16))
    return fx_fail (error, FX_ERROR_UNSUPPORTED, "the result's type is %s, not %s", fx_dtype_name (output->dtype),
                    wide ? "s8, s16 or s32" : "s8");
  if (output->low < low || output->high > high || output->low > output->high)
    return fx_fail (error, FX_ERROR_BAD_DATA, "the result's bounds are %d … %d, not an interval within %d … %d",
                    output->low, output->high, low, high);
  return fx_int8_zero_point_check (output->zero_point, output->dtype == FX_DTYPE_INT8, error);
}

gboolean
fx_int8_zero_point_check (gint32 zero_point, gboolean eight_bits, GError **error)
{
  gint32 low = eight_bits ? G_MININT8 : 0, high = eight_bits ? G_MAXINT8 : 0;

  if (zero_point >= low && zero_point <= high)
    return TRUE;
  return fx_fail (error, FX_ERROR_BAD_DATA, "zero point is %d, not in %d … %d", zero_point, low, high);
}
