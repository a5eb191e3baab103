/* Convolution kernels: checks, packing of weights, the way out of sums.
 *
 * The input's zero point costs nothing at run time: Σ w × (x - z) = Σ w × x - z × Σ w, and the second term is part of
 * what a sum starts from, like the bias; padding has the value z.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/int8/fx-int8-conv.h"

#include "core/fx-error.h"
#include "core/fx-i18n.h"

#include <string.h>

#define ALIGNMENT 64

static gsize
round_up (gsize n, gsize unit)
{
  return (n + unit - 1) / unit * unit;
}

static void *
aligned_zeros (gsize size)
{
  gsize padded = round_up (MAX (size, 1), ALIGNMENT);
  void *memory = g_aligned_alloc0 (1, padded, ALIGNMENT);

  return memory;
}

/* Σ |w| and Σ w of one output channel. */
static void
sum_weights (const gint8 *weights, gsize n, gint64 *absolute, gint64 *sum)
{
  *absolute = *sum = 0;
  for (gsize i = 0; i < n; i++)
    {
      *absolute += ABS ((gint32)weights[i]);
      *sum += weights[i];
    }
}

static gsize
depth_of (const FxInt8Window *w)
{
  return (gsize)(w->in_channels / w->group * w->kernel_height * w->kernel_width);
}

/* No sum of an output channel, and no part of one, is larger. */
static gint64
largest_sum (const FxInt8ConvParams *params, gint64 channel)
{
  gsize depth = depth_of (&params->window);
  gint64 absolute, sum, bias = params->bias != NULL ? params->bias[channel] : 0;

  sum_weights (params->weights + (gsize)channel * depth, depth, &absolute, &sum);
  return absolute * (128 + ABS ((gint64)params->input_zero_point)) + ABS (bias);
}

/* In 32 bits, whatever the order. Worst case: 131,071 products of -128 × -128. */
static gboolean
check_sums (const FxInt8ConvParams *params, GError **error)
{
  for (gint64 c = 0; c < params->window.out_channels; c++)
    {
      gint64 largest = largest_sum (params, c);

      if (largest > G_MAXINT32)
        return fx_fail (error, FX_ERROR_UNSUPPORTED,
                        "sums of output channel %" PRId64 " may reach %" PRId64 ", more than 32 bits", c, largest);
    }
  return TRUE;
}

static gboolean
check_requants (const FxInt8ConvParams *params, GError **error)
{
  for (gint64 c = 0; c < params->window.out_channels; c++)
    {
      const FxRequant *requant = &params->requants[c];

      if (requant->multiplier < 1 << 30 || requant->shift < FX_REQUANT_MIN_SHIFT
          || requant->shift > FX_REQUANT_MAX_SHIFT)
        return fx_fail (error, FX_ERROR_BAD_DATA,
                        "factor %d × 2^-%d of output channel %" PRId64 " is not in its normal form",
                        requant->multiplier, requant->shift, c);
    }
  return TRUE;
}

/* A product of sizes that a hostile kernel could carry past the memory of its weights. */
static gboolean
check_weights_size (const FxInt8Window *w, GError **error)
{
  gint64 count = w->in_channels / w->group;

  if (__builtin_mul_overflow (count, w->kernel_height, &count)
      || __builtin_mul_overflow (count, w->kernel_width, &count)
      || __builtin_mul_overflow (count, w->out_channels, &count) || count > G_MAXSSIZE / 256)
    return fx_fail (error, FX_ERROR_TOO_LARGE, "the weights have more elements than memory can hold");
  return TRUE;
}

static gboolean
check_params (FxInt8ConvParams *params, GError **error)
{
  gboolean sums_out = params->output.dtype == FX_DTYPE_INT32;

  return fx_int8_window_check (&params->window, error) && check_weights_size (&params->window, error)
         && fx_int8_zero_point_check (params->input_zero_point, TRUE, error)
         && (sums_out || fx_int8_output_check (&params->output, TRUE, error))
         && (sums_out || check_requants (params, error)) && check_sums (params, error);
}

/* Weight of product k, in the order of an NHWC window: kernel row, kernel column, input channel. */
static gint8
weight_at (const FxInt8ConvParams *params, gsize channel, gsize k)
{
  const FxInt8Window *w = &params->window;
  gsize group_channels = (gsize)(w->in_channels / w->group), taps = (gsize)(w->kernel_height * w->kernel_width);

  return params->weights[(channel * group_channels + k % group_channels) * taps + k / group_channels];
}

static void
pack_tiles (FxInt8Conv *conv, const FxInt8ConvParams *params)
{
  const gsize unit = conv->isa->depth, width = conv->isa->tile_columns, depth = depth_of (&params->window);

  conv->depth = round_up (depth, unit);
  conv->padded = round_up (conv->columns, width);
  conv->weights_group_bytes = conv->padded * conv->depth;
  conv->weights = aligned_zeros ((gsize)params->window.group * conv->weights_group_bytes);
  for (gsize g = 0; g < (gsize)params->window.group; g++)
    for (gsize c = 0; c < conv->columns; c++)
      {
        gint8 *tile = (gint8 *)conv->weights + g * conv->weights_group_bytes + c / width * width * conv->depth;

        for (gsize k = 0; k < depth; k++)
          tile[(k / unit * width + c % width) * unit + k % unit] = weight_at (params, g * conv->columns + c, k);
      }
}

static void
pack_depthwise (FxInt8Conv *conv, const FxInt8ConvParams *params)
{
  const gsize block = FX_INT8_DEPTHWISE_BLOCK, taps = depth_of (&params->window);
  gint16 *weights;

  conv->columns = (gsize)params->window.out_channels; /* one row of channels, no groups */
  conv->by_columns = fx_int8_conv_takes_columns (conv);
  conv->depth = conv->by_columns ? fx_int8_conv_column_depth () : round_up (taps, 2);
  conv->padded = round_up (conv->columns, FX_INT8_PADDING);
  conv->weights = weights = aligned_zeros (conv->padded * conv->depth * sizeof (gint16));
  for (gsize c = 0; c < conv->columns; c++)
    for (gsize k = 0; k < taps; k++)
      {
        const gsize t = conv->by_columns ? fx_int8_conv_column_place (k) : k;

        weights[c / block * block * conv->depth + (t / 2 * block + c % block) * 2 + t % 2] = weight_at (params, c, k);
      }
  conv->padding = aligned_zeros (conv->padded);
  memset (conv->padding, conv->input_zero_point, conv->padded);
}

static void
pack_start (FxInt8Conv *conv, const FxInt8ConvParams *params)
{
  const gsize depth = depth_of (&params->window);
  /* what the loops sum is x + activation_offset; modulo 2^32, as the sums that make up for it */
  gint64 offset = (gint64)conv->input_zero_point + (conv->depthwise ? 0 : conv->isa->activation_offset);

  conv->start = aligned_zeros ((conv->depthwise ? 1 : (gsize)params->window.group) * conv->padded * sizeof (gint32));
  for (gsize c = 0; c < (gsize)params->window.out_channels; c++)
    {
      gint64 absolute, sum, bias = params->bias != NULL ? params->bias[c] : 0;

      sum_weights (params->weights + c * depth, depth, &absolute, &sum);
      conv->start[c / conv->columns * conv->padded + c % conv->columns]
          = (gint32)(guint32)(guint64)(bias - offset * sum);
    }
}

static void
pack_requants (FxInt8Conv *conv, const FxInt8ConvParams *params)
{
  gsize groups = conv->depthwise ? 1 : (gsize)params->window.group, n = groups * conv->padded;
  gboolean small_shift = FALSE;

  conv->simple = TRUE;
  conv->multiplier = aligned_zeros (n * sizeof (gint32));
  conv->shift = aligned_zeros (n * sizeof (gint32));
  conv->limit = aligned_zeros (n * sizeof (gint32));
  for (gsize i = 0; i < n; i++)
    conv->shift[i] = FX_REQUANT_MAX_SHIFT;
  for (gsize c = 0; c < (gsize)params->window.out_channels; c++)
    {
      gsize at = c / conv->columns * conv->padded + c % conv->columns;

      conv->multiplier[at] = params->requants[c].multiplier;
      conv->shift[at] = params->requants[c].shift;
      conv->limit[at] = fx_int8_limit (params->requants[c].shift);
      conv->simple = conv->simple && fx_int8_is_simple (&params->requants[c], largest_sum (params, (gint64)c));
      small_shift = small_shift || params->requants[c].shift < 31;
    }
  if (!small_shift)
    g_clear_pointer (&conv->limit, g_aligned_free);
}

static gboolean
is_depthwise (const FxInt8Window *w)
{
  return w->group > 1 && w->group == w->in_channels && w->group == w->out_channels;
}

FxInt8Conv *
fx_int8_conv_new (const FxInt8ConvParams *asked, const FxInt8Isa *isa, GError **error)
{
  FxInt8ConvParams params = *asked;
  FxInt8Conv *conv;

  if (!check_params (&params, error))
    return NULL;
  conv = g_new0 (FxInt8Conv, 1);
  conv->window = params.window;
  conv->output = params.output;
  conv->input_zero_point = params.input_zero_point;
  conv->isa = isa != NULL ? isa : fx_int8_isa_default ();
  conv->depthwise = is_depthwise (&params.window);
  conv->columns = (gsize)(params.window.out_channels / params.window.group);
  if (conv->depthwise)
    pack_depthwise (conv, &params);
  else
    pack_tiles (conv, &params);
  pack_start (conv, &params);
  if (conv->output.dtype != FX_DTYPE_INT32)
    pack_requants (conv, &params);
  return conv;
}

void
fx_int8_conv_free (FxInt8Conv *conv)
{
  if (conv == NULL)
    return;
  g_aligned_free (conv->padding);
  g_aligned_free (conv->limit);
  g_aligned_free (conv->shift);
  g_aligned_free (conv->multiplier);
  g_aligned_free (conv->start);
  g_aligned_free (conv->weights);
  g_free (conv);
}

const FxInt8Window *
fx_int8_conv_window (const FxInt8Conv *conv)
{
  return &conv->window;
}

void
fx_int8_conv_run (const FxInt8Conv *conv, const gint8 *x, gpointer y)
{
  if (conv->by_columns)
    fx_int8_conv_run_columns (conv, x, y);
  else if (conv->depthwise)
    fx_int8_conv_run_depthwise (conv, x, y);
  else
    fx_int8_conv_run_tiles (conv, x, y);
}

void
fx_int8_conv_finish (const FxInt8Conv *conv, gsize group, gsize first, guint n_columns, const gint32 *sums,
                     gsize sums_stride, gsize row, guint rows, gpointer y)
{
  const gsize y_stride = (gsize)conv->window.out_channels, at = row * y_stride + group * conv->columns + first;
  FxInt8Columns columns;

  if (conv->output.dtype == FX_DTYPE_INT32)
    {
      for (guint r = 0; r < rows; r++)
        memcpy ((gint32 *)y + at + r * y_stride, sums + r * sums_stride, n_columns * sizeof (gint32));
      return;
    }
  columns = fx_int8_conv_columns (conv, group, first);
  if (conv->output.dtype == FX_DTYPE_INT8)
    conv->isa->requantize_s8 (&columns, n_columns, sums, sums_stride, rows, (gint8 *)y + at, y_stride);
  else
    conv->isa->requantize_s16 (&columns, n_columns, sums, sums_stride, rows, (gint16 *)y + at, y_stride);
}
