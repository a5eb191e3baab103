/* 16-bit convolution with the tiles of the 8-bit one, which multiply 16-bit activations anyway.
 *
 * A tile sums in 32 bits: 32768 × 128 × 511 products fit. So the depth is cut into slices of fewer, whose sums are
 * added up in 64 bits.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/int8/fx-int16-conv.h"

#include "core/exec/int8/fx-int8-gather.h"
#include "core/exec/int8/fx-int8-isa.h"
#include "core/fx-error.h"
#include "core/fx-i18n.h"

#include <string.h>

#define MAX_SLICE 448
#define ROWS 48
#define MAX_COLUMNS 128
#define ALIGNMENT 64
/* Rows do not start at multiples of 4096 bytes. */
#define STRIDE ((MAX_SLICE + 32) * sizeof (gint16))
/* Far more than any weights in memory can reach, and far from 2^63. */
#define MAX_BIAS ((gint64)1 << 61)

struct _FxInt16Conv
{
  FxInt16ConvParams params; /* with our own requants and bias, and no weights */
  const FxInt8Isa *isa;
  gsize depth, columns, padded; /* products, rounded up to isa->depth; channels of a group; … to whole tiles */
  gint8 *weights;               /* as FxInt8Conv's */
  gint64 *bias;
  FxRequant *requants;
};

typedef struct
{
  char *a;        /* [ROWS] at STRIDE */
  gint16 *b;      /* [MAX_SLICE][tile_columns] */
  gint32 *sums;   /* [tile_rows][tile_columns], of one slice */
  gint64 *totals; /* [tiles][ROWS][tile_columns] */
} Scratch;

static gsize
round_up (gsize n, gsize unit)
{
  return (n + unit - 1) / unit * unit;
}

static gboolean
check_params (FxInt16ConvParams *params, GError **error)
{
  FxInt8Window *w = &params->window;
  gint64 count;

  if (!fx_int8_window_check (w, error) || !fx_int8_output_check (&params->output, TRUE, error))
    return FALSE;
  count = w->in_channels / w->group;
  if (__builtin_mul_overflow (count, w->kernel_height, &count)
      || __builtin_mul_overflow (count, w->kernel_width, &count)
      || __builtin_mul_overflow (count, w->out_channels, &count) || count > G_MAXSSIZE / 256)
    return fx_fail (error, FX_ERROR_TOO_LARGE, "the weights have more elements than memory can hold");
  for (gint64 c = 0; c < w->out_channels; c++)
    {
      const FxRequant *requant = &params->requants[c];

      if (requant->multiplier < 1 << 30 || requant->shift < FX_REQUANT_MIN_SHIFT
          || requant->shift > FX_REQUANT_MAX_SHIFT)
        return fx_fail (error, FX_ERROR_BAD_DATA,
                        "factor %d × 2^-%d of output channel %" PRId64 " is not in its normal form",
                        requant->multiplier, requant->shift, c);
      if (params->bias != NULL && (params->bias[c] > MAX_BIAS || params->bias[c] < -MAX_BIAS))
        return fx_fail (error, FX_ERROR_BAD_DATA, "bias of output channel %" PRId64 " is %" PRId64 ", more than 2^61",
                        c, params->bias[c]);
    }
  return TRUE;
}

static void
pack_weights (FxInt16Conv *conv, const gint8 *weights)
{
  const FxInt8Window *w = &conv->params.window;
  const gsize unit = conv->isa->depth, width = conv->isa->tile_columns;
  const gsize group_channels = (gsize)(w->in_channels / w->group), taps = (gsize)(w->kernel_height * w->kernel_width);

  conv->weights = g_aligned_alloc0 (round_up ((gsize)w->group * conv->padded * conv->depth, ALIGNMENT), 1, ALIGNMENT);
  for (gsize c = 0; c < (gsize)w->out_channels; c++)
    {
      gsize column = c % conv->columns;
      gint8 *tile = conv->weights + (c / conv->columns * conv->padded + column / width * width) * conv->depth;

      for (gsize k = 0; k < group_channels * taps; k++)
        tile[(k / unit * width + column % width) * unit + k % unit]
            = weights[(c * group_channels + k % group_channels) * taps + k / group_channels];
    }
}

FxInt16Conv *
fx_int16_conv_new (const FxInt16ConvParams *asked, const FxInt8Isa *isa, GError **error)
{
  FxInt16ConvParams params = *asked;
  const FxInt8Window *w = &params.window;
  FxInt16Conv *conv;

  if (!check_params (&params, error))
    return NULL;
  conv = g_new0 (FxInt16Conv, 1);
  conv->isa = isa != NULL ? isa : fx_int8_isa_default ();
  if (conv->isa->wide != NULL)
    conv->isa = conv->isa->wide;
  conv->depth = round_up ((gsize)(w->in_channels / w->group * w->kernel_height * w->kernel_width), conv->isa->depth);
  conv->columns = (gsize)(w->out_channels / w->group);
  conv->padded = round_up (conv->columns, conv->isa->tile_columns);
  conv->requants = g_new (FxRequant, w->out_channels);
  conv->bias = g_new0 (gint64, w->out_channels);
  for (gint64 c = 0; c < w->out_channels; c++)
    {
      conv->requants[c] = params.requants[c];
      conv->bias[c] = params.bias != NULL ? params.bias[c] : 0;
    }
  params.weights = NULL;
  params.requants = conv->requants;
  params.bias = conv->bias;
  conv->params = params;
  pack_weights (conv, asked->weights);
  return conv;
}

void
fx_int16_conv_free (FxInt16Conv *conv)
{
  if (conv == NULL)
    return;
  g_aligned_free (conv->weights);
  g_free (conv->bias);
  g_free (conv->requants);
  g_free (conv);
}

static void
put (const FxInt16ConvParams *params, gsize channel, gint64 sum, gsize at, gpointer y)
{
  const FxInt8Output *output = &params->output;
  gint64 value = (gint64)fx_requantize_wide (sum, &params->requants[channel]) + output->zero_point;

  value = fx_saturate (value, output->low, output->high);
  if (output->dtype == FX_DTYPE_INT16)
    ((gint16 *)y)[at] = (gint16)value;
  else
    ((gint8 *)y)[at] = (gint8)value;
}

/* A block of rows × a range of columns of one group. */
typedef struct
{
  gsize group, first_column, end_column, first_row, rows;
} Task;

static void
pack_rows (const FxInt16Conv *conv, const Task *task, const gint16 *x, gsize first, gsize n, char *a)
{
  const FxInt8Window *w = &conv->params.window;

  for (gsize r = 0; r < task->rows; r++)
    {
      gint64 row = (gint64)(task->first_row + r), line = row / w->out_width;
      const gint16 *image = x + line / w->out_height * w->in_height * w->in_width * w->in_channels;

      fx_int8_gather_row (w, sizeof *x, 0, image, (gint64)task->group, line % w->out_height, row % w->out_width, first,
                          n, a + r * STRIDE);
    }
}

/* Adds what one slice contributes to one tile of columns. */
static void
add_slice (const FxInt16Conv *conv, const Task *task, const Scratch *scratch, gsize column, gsize first, gsize n)
{
  static const gint32 zeros[FX_INT8_PADDING];
  const FxInt8Isa *isa = conv->isa;
  const gsize width = isa->tile_columns;
  const gint8 *packed = conv->weights + (task->group * conv->padded + column) * conv->depth + first * width;
  gint64 *totals = scratch->totals + (column - task->first_column) * ROWS;
  FxInt8Tile tile = { .a_stride = STRIDE, .b = packed, .steps = n / isa->depth, .start = zeros, .sums = scratch->sums };

  if (isa->unpack != NULL)
    {
      isa->unpack (scratch->b, packed, n * width);
      tile.b = scratch->b;
    }
  for (gsize r = 0; r < task->rows; r += isa->tile_rows)
    {
      tile.a = scratch->a + r * STRIDE;
      tile.rows = (guint)MIN (isa->tile_rows, task->rows - r);
      isa->tile (&tile);
      for (gsize i = 0; i < tile.rows * width; i++)
        totals[r * width + i] = (first == 0 ? 0 : totals[r * width + i]) + scratch->sums[i];
    }
}

static void
finish (const FxInt16Conv *conv, const Task *task, const Scratch *scratch, gpointer y)
{
  const gsize width = conv->isa->tile_columns;

  for (gsize r = 0; r < task->rows; r++)
    for (gsize c = task->first_column; c < MIN (task->end_column, conv->columns); c++)
      {
        gsize tile = (c - task->first_column) / width, channel = task->group * conv->columns + c;
        gint64 total = scratch->totals[(tile * ROWS + r) * width + c % width];

        put (&conv->params, channel, total + conv->bias[channel],
             (task->first_row + r) * (gsize)conv->params.window.out_channels + channel, y);
      }
}

static void
run_task (const FxInt16Conv *conv, const Task *task, const Scratch *scratch, const gint16 *x, gpointer y)
{
  for (gsize first = 0; first < conv->depth; first += MAX_SLICE)
    {
      gsize n = MIN (MAX_SLICE, conv->depth - first);

      pack_rows (conv, task, x, first, n, scratch->a);
      for (gsize column = task->first_column; column < task->end_column; column += conv->isa->tile_columns)
        add_slice (conv, task, scratch, column, first, n);
    }
  finish (conv, task, scratch, y);
}

static char *
scratch_init (Scratch *scratch, const FxInt16Conv *conv)
{
  const gsize a = ROWS * STRIDE, b = MAX_SLICE * conv->isa->tile_columns * sizeof (gint16);
  const gsize sums = conv->isa->tile_rows * conv->isa->tile_columns * sizeof (gint32);
  char *memory = g_aligned_alloc (1, a + b + sums + ROWS * MAX_COLUMNS * sizeof (gint64), ALIGNMENT);

  scratch->a = memory;
  scratch->b = (gint16 *)(memory + a);
  scratch->sums = (gint32 *)(memory + a + b);
  scratch->totals = (gint64 *)(memory + a + b + sums);
  return memory;
}

void
fx_int16_conv_run (const FxInt16Conv *conv, const gint16 *x, gpointer y)
{
  const FxInt8Window *w = &conv->params.window;
  const gsize all_rows = (gsize)(w->batch * w->out_height * w->out_width), row_blocks = (all_rows + ROWS - 1) / ROWS;
  const gsize column_blocks = (conv->padded + MAX_COLUMNS - 1) / MAX_COLUMNS;

#pragma omp parallel
  {
    Scratch scratch;
    char *memory = scratch_init (&scratch, conv);

#pragma omp for schedule(dynamic)
    for (gsize i = 0; i < row_blocks * column_blocks * (gsize)w->group; i++)
      {
        gsize first_row = i % row_blocks * ROWS, first_column = i / row_blocks % column_blocks * MAX_COLUMNS;
        Task task = { .group = i / row_blocks / column_blocks,
                      .first_column = first_column,
                      .end_column = MIN (first_column + MAX_COLUMNS, conv->padded),
                      .first_row = first_row,
                      .rows = MIN (ROWS, all_rows - first_row) };

        run_task (conv, &task, &scratch, x, y);
      }
    g_aligned_free (memory);
  }
}

static gint64
reference_sum (const FxInt16ConvParams *params, const gint16 *image, gint64 out_y, gint64 out_x, gint64 channel)
{
  const FxInt8Window *w = &params->window;
  const gint64 group_channels = w->in_channels / w->group;
  const gint64 first_channel = channel / (w->out_channels / w->group) * group_channels;
  const gint8 *weight = params->weights + channel * group_channels * w->kernel_height * w->kernel_width;
  gint64 sum = params->bias != NULL ? params->bias[channel] : 0;

  for (gint64 c = 0; c < group_channels; c++)
    for (gint64 ky = 0; ky < w->kernel_height; ky++)
      for (gint64 kx = 0; kx < w->kernel_width; kx++, weight++)
        {
          gint64 y = out_y * w->stride_height - w->pad_top + ky * w->dilation_height;
          gint64 x = out_x * w->stride_width - w->pad_left + kx * w->dilation_width;

          if (y >= 0 && y < w->in_height && x >= 0 && x < w->in_width)
            sum += (gint64)image[(y * w->in_width + x) * w->in_channels + first_channel + c] * *weight;
        }
  return sum;
}

void
fx_int16_conv_reference (const FxInt16ConvParams *params, const gint16 *x, gpointer y)
{
  const FxInt8Window *w = &params->window;
  gsize at = 0;

  for (gint64 line = 0; line < w->batch * w->out_height; line++)
    for (gint64 out_x = 0; out_x < w->out_width; out_x++)
      for (gint64 c = 0; c < w->out_channels; c++, at++)
        {
          const gint16 *image = x + line / w->out_height * w->in_height * w->in_width * w->in_channels;

          put (params, (gsize)c, reference_sum (params, image, line % w->out_height, out_x, c), at, y);
        }
}
