/* QConvTranspose of s8 on the integer kernels, as several convolutions.
 *
 * With a stride s the outputs fall into s × s phases by their place modulo s. Those of one phase meet every s-th tap of
 * the window only, and neighbors meet neighboring pixels: an ordinary convolution with the taps of the phase in
 * reversed order, whose results lie s apart.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/int8-constants.h"
#include "core/ops/q-conv-transpose.h"

#include <string.h>

/* One axis of a phase. */
typedef struct
{
  gint64 taps;     /* of the window: phase, phase + stride, … */
  gint64 first, n; /* outputs first, first + stride, … */
  gint64 skip;     /* results of the convolution that lie in front of them */
  gint64 pad_begin, pad_end;
} Axis;

typedef struct
{
  FxInt8Conv *conv;
  Axis y, x;
} Phase;

typedef struct
{
  FxInt8Kernel base;
  GArray *phases;
  gint64 batch, height, width; /* of the result */
  gint64 stride_height, stride_width;
  gsize pixel_bytes;
} Transposed;

/* ---- running ---- */

/* Puts the results of a phase where they belong. */
static void
scatter (const Transposed *transposed, const Phase *phase, const char *from, char *to)
{
  const FxInt8Window *w = fx_int8_conv_window (phase->conv);
  const gsize size = transposed->pixel_bytes;

#pragma omp parallel for collapse(2) schedule(static)
  for (gint64 n = 0; n < transposed->batch; n++)
    for (gint64 row = 0; row < phase->y.n; row++)
      {
        const gint64 source = (n * w->out_height + phase->y.skip + row) * w->out_width + phase->x.skip;
        const gint64 line = n * transposed->height + phase->y.first + row * transposed->stride_height;
        const char *pixel = from + (gsize)source * size;
        char *place = to + (gsize)(line * transposed->width + phase->x.first) * size;

        for (gint64 i = 0; i < phase->x.n; i++, pixel += size, place += (gsize)transposed->stride_width * size)
          memcpy (place, pixel, size);
      }
}

static void
run (const FxInt8Kernel *kernel, void *const *inputs, void *output, void *scratch)
{
  const Transposed *transposed = (const Transposed *)kernel;

  for (guint i = 0; i < transposed->phases->len; i++)
    {
      const Phase *phase = &g_array_index (transposed->phases, Phase, i);

      fx_int8_conv_run (phase->conv, inputs[0], scratch);
      scatter (transposed, phase, scratch, output);
    }
}

static void
phase_clear (gpointer phase)
{
  fx_int8_conv_free (((Phase *)phase)->conv);
}

static void
clear (FxInt8Kernel *kernel)
{
  g_array_unref (((Transposed *)kernel)->phases);
}

/* ---- preparing ---- */

typedef struct
{
  gint64 kernel, stride, pad, in, out;
} Size;

/* FALSE if there are outputs that no tap meets. Without any output n is 0. */
static gboolean
find_axis (const Size *size, gint64 phase, Axis *axis)
{
  gint64 begin; /* pixel of the input that the first tap of the first output meets */

  *axis = (Axis){ .taps = (size->kernel - phase + size->stride - 1) / size->stride,
                  .first = ((phase - size->pad) % size->stride + size->stride) % size->stride };
  if (axis->first >= size->out)
    return TRUE;
  if (axis->taps <= 0)
    return FALSE;
  axis->n = (size->out - 1 - axis->first) / size->stride + 1;
  begin = (axis->first + size->pad - phase) / size->stride - (axis->taps - 1);
  axis->pad_begin = MAX (-begin, 0);
  axis->skip = MAX (begin, 0);
  axis->pad_end = MAX (axis->skip + axis->n + axis->taps - 1 - size->in - axis->pad_begin, 0);
  return TRUE;
}

/* The weights [C, M / group, kernel…] as those of a phase, [M, C / group, taps…]. */
static gint8 *
phase_weights (const gint8 *from, const FxInt8Window *w, const Axis *y, const Axis *x, gint64 phase_y, gint64 phase_x)
{
  const gint64 in = w->in_channels / w->group, out = w->out_channels / w->group;
  gint8 *weights = g_new (gint8, w->out_channels * in * y->taps * x->taps), *to = weights;

  for (gint64 c = 0; c < w->out_channels; c++)
    for (gint64 i = 0; i < in; i++)
      for (gint64 ky = y->taps - 1; ky >= 0; ky--)
        for (gint64 kx = x->taps - 1; kx >= 0; kx--)
          *to++ = from[(((c / out * in + i) * out + c % out) * w->kernel_height + phase_y + ky * w->stride_height)
                           * w->kernel_width
                       + phase_x + kx * w->stride_width];
  return weights;
}

static gboolean
add_phase (Transposed *transposed, const FxInt8Window *w, const gint8 *weights, const FxInt8Constants *constants,
           gint32 zero_point, const Axis *y, const Axis *x, gint64 phase_y, gint64 phase_x, GError **error)
{
  g_autofree gint8 *turned = phase_weights (weights, w, y, x, phase_y, phase_x);
  FxInt8ConvParams params = { .window = { .batch = w->batch,
                                          .in_height = w->in_height,
                                          .in_width = w->in_width,
                                          .in_channels = w->in_channels,
                                          .out_channels = w->out_channels,
                                          .kernel_height = y->taps,
                                          .kernel_width = x->taps,
                                          .stride_height = 1,
                                          .stride_width = 1,
                                          .dilation_height = 1,
                                          .dilation_width = 1,
                                          .pad_top = y->pad_begin,
                                          .pad_left = x->pad_begin,
                                          .pad_bottom = y->pad_end,
                                          .pad_right = x->pad_end,
                                          .group = w->group },
                              .weights = turned,
                              .bias = fx_int8_constants_bias (constants),
                              .requants = constants->factors,
                              .input_zero_point = zero_point,
                              .output = fx_int8_output (&constants->result) };
  Phase phase = { fx_int8_conv_new (&params, NULL, error), *y, *x };
  const FxInt8Window *made;

  if (phase.conv == NULL)
    return FALSE;
  made = fx_int8_conv_window (phase.conv);
  transposed->base.base.scratch_bytes
      = MAX (transposed->base.base.scratch_bytes,
             (gsize)(made->batch * made->out_height * made->out_width) * transposed->pixel_bytes);
  g_array_append_val (transposed->phases, phase);
  return TRUE;
}

static gboolean
add_phases (Transposed *transposed, const FxInt8Window *w, const gint8 *weights, const FxInt8Constants *constants,
            gint32 zero_point, GError **error)
{
  const Size height = { w->kernel_height, w->stride_height, w->pad_top, w->in_height, transposed->height };
  const Size width = { w->kernel_width, w->stride_width, w->pad_left, w->in_width, transposed->width };

  for (gint64 py = 0; py < w->stride_height; py++)
    for (gint64 px = 0; px < w->stride_width; px++)
      {
        Axis y, x;

        if (!find_axis (&height, py, &y) || !find_axis (&width, px, &x))
          return FALSE;
        if (y.n > 0 && x.n > 0 && !add_phase (transposed, w, weights, constants, zero_point, &y, &x, py, px, error))
          return FALSE;
      }
  return TRUE;
}

FxKernel *
fx_int8_prepare_conv_transpose (const FxKernelRequest *request, GError **error)
{
  const FxQConvTransposeParams *params = request->params;
  const FxOperand *x = &request->inputs[FX_Q_CONV_X], *w = &request->inputs[FX_Q_CONV_W];
  const gint64 channels = request->shape.dims[1];
  g_auto (FxInt8Constants) constants = { 0 };
  FxWindow window;
  FxInt8Window geometry; /* its input is x, its window and stride those that spread x */
  Transposed *transposed;

  if (w->constant == NULL || x->dtype != FX_DTYPE_INT8
      || !fx_conv_transpose_resolve (&params->conv, &x->shape, &w->shape, &window, error)
      || !fx_int8_window (&x->shape, &window, channels, params->conv.group, &geometry) || geometry.dilation_height != 1
      || geometry.dilation_width != 1
      || !fx_int8_constants_read (&constants, request, &params->y, (double)params->x.scale, (gsize)channels, error))
    return fx_int8_decline (error);
  transposed = fx_int8_kernel_new (sizeof *transposed, request, "transposed conv", run, clear);
  transposed->phases = g_array_new (FALSE, FALSE, sizeof (Phase));
  g_array_set_clear_func (transposed->phases, phase_clear);
  transposed->batch = geometry.batch;
  transposed->height = window.spatial_rank == 2 ? window.out[0] : 1;
  transposed->width = window.out[window.spatial_rank - 1];
  transposed->stride_height = geometry.stride_height;
  transposed->stride_width = geometry.stride_width;
  transposed->pixel_bytes = (gsize)channels * fx_dtype_size (request->dtype);
  for (guint i = 1; i < request->n_inputs; i++)
    transposed->base.base.packed[i] = 1;
  transposed->base.base.packed_bytes = fx_shape_elements (&w->shape);
  if (!add_phases (transposed, &geometry, g_bytes_get_data (fx_tensor_bytes (w->constant), NULL), &constants,
                   (gint32)params->x.zero_point, error))
    {
      fx_kernel_free (&transposed->base.base);
      return fx_int8_decline (error);
    }
  fx_int8_kernel_input_last (transposed, request, 0);
  fx_int8_kernel_output_last (transposed, request);
  return &transposed->base.base;
}
