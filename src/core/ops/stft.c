/* STFT: Fourier transforms of overlapping frames of a signal.  https://onnx.ai/onnx/operators/onnx__STFT.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-i18n.h"
#include "core/ops/fx-fft.h"
#include "core/ops/fx-kernel.h"

typedef struct
{
  gint64 onesided;
} Params;

static const FxAttrRow attrs[] = {
  FX_INT (Params, onesided, 1, "1: only the first half of each transform"),
  FX_ATTR_END,
};

enum
{
  SIGNAL,
  STEP,
  WINDOW,
  LENGTH,
};

/* signal [batch, samples, 1 or 2] → [batch, frames, bins, 2]; sizes may be unknown. */
static gboolean
result_shape (const Params *params, const FxShape *signal, gint64 step, gint64 length, FxShape *y, GError **error)
{
  gint64 samples = signal->dims[1];

  *y = FX_SHAPE (signal->dims[0], FX_DIM_UNKNOWN, FX_DIM_UNKNOWN, 2);
  if (step == 0 || step < FX_DIM_UNKNOWN)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "frame_step is %" PRId64 ", wanted at least 1", step);
  if (length == 0 || length < FX_DIM_UNKNOWN || (samples >= 0 && length > samples))
    return fx_fail (error, FX_ERROR_BAD_GRAPH,
                    "a frame has %" PRId64 " samples, wanted 1 to the %" PRId64 " of the signal", length, samples);
  if (signal->rank == 3 && signal->dims[2] >= 0 && signal->dims[2] != 1 && signal->dims[2] != 2)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "the last axis has size %" PRId64 ", wanted 1 or 2", signal->dims[2]);
  if (step > 0 && length > 0 && samples >= 0)
    y->dims[1] = (samples - length) / step + 1;
  if (length > 0)
    y->dims[2] = params->onesided != 0 ? length / 2 + 1 : length;
  return TRUE;
}

static gint64
window_length (const FxShape *window)
{
  return window->rank == 1 ? MAX (window->dims[0], FX_DIM_UNKNOWN) : FX_DIM_UNKNOWN;
}

static gboolean
infer (FxInfer *infer, GError **error)
{
  const FxShape *signal = &infer->inputs[SIGNAL].shape;
  FxShape y = fx_shape_of_rank (4);
  gint64 step = FX_DIM_UNKNOWN, length = FX_DIM_UNKNOWN, window;
  gboolean step_known, length_known;

  if (!fx_infer_check_type (infer, SIGNAL, "signal", FX_TYPES_FLOAT, error)
      || !fx_infer_check_rank (infer, SIGNAL, "signal", 2, 3, error)
      || !fx_infer_get_scalar (infer, STEP, "frame_step", &step, &step_known, error)
      || !fx_infer_check_type (infer, WINDOW, "window", FX_TYPES_FLOAT, error)
      || !fx_infer_check_rank (infer, WINDOW, "window", 1, 1, error)
      || !fx_infer_get_scalar (infer, LENGTH, "frame_length", &length, &length_known, error))
    return FALSE;
  window = window_length (&infer->inputs[WINDOW].shape);
  if (!infer->inputs[WINDOW].present && !infer->inputs[LENGTH].present)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "has neither a window nor a frame_length");
  if (length_known && length <= 0)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "frame_length is %" PRId64 ", wanted at least 1", length);
  if (length > 0 && window >= 0 && length != window)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "window has %" PRId64 " elements, frame_length is %" PRId64, window,
                    length);
  if (length < 0)
    length = window;
  if (step_known && step <= 0)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "frame_step is %" PRId64 ", wanted at least 1", step);
  if (signal->rank >= 0 && !result_shape (infer->params, signal, step, length, &y, error))
    return FALSE;
  fx_infer_set (infer, 0, infer->inputs[SIGNAL].dtype, &y);
  return TRUE;
}

static gboolean
eval (FxEval *eval, GError **error)
{
  const FxArray *signal = &eval->inputs[SIGNAL], *window = &eval->inputs[WINDOW];
  FxArray *y = &eval->outputs[0];
  gint64 step = 0, length = window->data != NULL ? window->shape.dims[0] : 0;
  gsize samples = (gsize)signal->shape.dims[1], n_frames, n_bins;
  gsize parts = signal->shape.rank == 3 ? (gsize)signal->shape.dims[2] : 1;
  g_autofree double *frame = NULL;
  g_autoptr (FxFft) fft = NULL;
  FxShape wanted;

  if (!fx_eval_get_scalar (eval, STEP, "frame_step", &step, error)
      || (eval->inputs[LENGTH].data != NULL && !fx_eval_get_scalar (eval, LENGTH, "frame_length", &length, error)))
    return FALSE;
  if (step <= 0 || length <= 0 || (window->data != NULL && length != window->shape.dims[0]))
    return fx_fail (error, FX_ERROR_BAD_DATA, "frame_step %" PRId64 " and frame_length %" PRId64 " do not go together",
                    step, length);
  if (!result_shape (eval->params, &signal->shape, step, length, &wanted, error)
      || !fx_eval_check_shape (eval, 0, &wanted, error))
    return FALSE;
  n_frames = (gsize)wanted.dims[1];
  n_bins = (gsize)wanted.dims[2];
  frame = fx_scratch_new ((gsize)length, 2 * sizeof *frame, error);
  fft = frame != NULL ? fx_fft_new ((gsize)length, FALSE, error) : NULL;
  if (fft == NULL)
    return FALSE;
  for (gsize i = 0; i < (gsize)wanted.dims[0] * n_frames; i++)
    {
      gsize begin = i / n_frames * samples + i % n_frames * (gsize)step;

      for (gsize k = 0; k < (gsize)length; k++)
        {
          double factor = window->data != NULL ? fx_array_get (window, k) : 1;

          frame[2 * k] = factor * fx_array_get (signal, (begin + k) * parts);
          frame[2 * k + 1] = parts == 2 ? factor * fx_array_get (signal, (begin + k) * parts + 1) : 0;
        }
      fx_fft_run (fft, frame);
      for (gsize k = 0; k < 2 * n_bins; k++)
        fx_array_set (y, i * n_bins * 2 + k, frame[k]);
    }
  return TRUE;
}

const FxOp fx_op_stft = {
  .name = "STFT",
  .doc = "Fourier transforms of overlapping frames of a signal",
  .since = 17,
  .min_inputs = 2,
  .max_inputs = 4,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_F32 | FX_TYPE_BIT (DOUBLE),
  .attrs = attrs,
  .params_size = sizeof (Params),
  .infer = infer,
  .eval = eval,
};
