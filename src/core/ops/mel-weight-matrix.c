/* MelWeightMatrix: triangular filters, evenly spaced on the mel scale, as a matrix [spectrogram bins, mel bins].
 * https://onnx.ai/onnx/operators/onnx__MelWeightMatrix.html
 *
 *   mel = 2595 · log10 (1 + hertz / 700)
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-i18n.h"
#include "core/ops/fx-kernel.h"

#include <math.h>

typedef struct
{
  gint64 output_datatype;
} Params;

static const FxAttrRow attrs[] = {
  FX_INT (Params, output_datatype, FX_DTYPE_FLOAT, "Type of the result, a number of TensorProto.DataType"),
  FX_ATTR_END,
};

enum
{
  MEL_BINS,
  LENGTH,
  SAMPLE_RATE,
  LOWER,
  UPPER,
};

static const char *const names[]
    = { "num_mel_bins", "dft_length", "sample_rate", "lower_edge_hertz", "upper_edge_hertz" };

static gboolean
check_size (guint i, gint64 value, GError **error)
{
  if (value < 1 || value > G_MAXINT32)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "%s is %" PRId64 ", wanted at least 1", names[i], value);
  return TRUE;
}

static gboolean
infer (FxInfer *infer, GError **error)
{
  const Params *params = infer->params;
  gint64 values[3] = { 0 };
  gboolean known[3];

  if (params->output_datatype < 0 || params->output_datatype >= FX_N_DTYPES
      || !fx_dtype_in ((FxDType)params->output_datatype, FX_TYPES_FLOAT | FX_TYPES_INT))
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "output_datatype is %" PRId64 ", wanted a numeric type",
                    params->output_datatype);
  for (guint i = 0; i < 3; i++)
    if (!fx_infer_get_scalar (infer, i, names[i], &values[i], &known[i], error)
        || (known[i] && !check_size (i, values[i], error)))
      return FALSE;
  for (guint i = LOWER; i <= UPPER; i++)
    if (!fx_infer_check_type (infer, i, names[i], FX_TYPES_FLOAT, error)
        || !fx_infer_check_count (infer, i, names[i], 1, error))
      return FALSE;
  fx_infer_set (infer, 0, (FxDType)params->output_datatype,
                &FX_SHAPE (known[LENGTH] ? values[LENGTH] / 2 + 1 : FX_DIM_UNKNOWN,
                           known[MEL_BINS] ? values[MEL_BINS] : FX_DIM_UNKNOWN));
  return TRUE;
}

static double
mel_of (double hertz)
{
  return 2595 * log10 (1 + hertz / 700);
}

/* The spectrogram bin of edge `i` of the filters, of which there are n_mel + 2; not yet limited to the matrix. */
static double
edge_bin (gsize i, gsize n_mel, double low, double high, gint64 length, gint64 sample_rate)
{
  double mel = low + (high - low) / (double)(n_mel + 2) * (double)i;
  double hertz = 700 * (pow (10, mel / 2595) - 1);

  return floor ((double)(length + 1) * hertz / (double)sample_rate);
}

/* Up from `lower` to 1 at `center`, and down again to `upper`. */
static double
weight_at (double bin, double lower, double center, double upper)
{
  if (bin < lower || bin > MAX (center, upper))
    return 0;
  if (bin == center)
    return 1;
  if (bin < center)
    return (bin - lower) / (center - lower);
  return (upper - bin) / (upper - center);
}

static gboolean
eval (FxEval *eval, GError **error)
{
  gint64 values[3] = { 0 };
  gsize n_bins, n_mel;
  double low, high;

  for (guint i = 0; i < 3; i++)
    if (!fx_eval_get_scalar (eval, i, names[i], &values[i], error) || !check_size (i, values[i], error))
      return FALSE;
  if (fx_array_elements (&eval->inputs[LOWER]) != 1 || fx_array_elements (&eval->inputs[UPPER]) != 1
      || !fx_eval_check_shape (eval, 0, &FX_SHAPE (values[LENGTH] / 2 + 1, values[MEL_BINS]), error))
    return FALSE;
  low = fx_array_get (&eval->inputs[LOWER], 0);
  high = fx_array_get (&eval->inputs[UPPER], 0);
  if (!(low >= 0 && high >= low))
    return fx_fail (error, FX_ERROR_BAD_DATA, "edges are %g and %g hertz, wanted 0 or more in this order", low, high);
  low = mel_of (low);
  high = mel_of (high);
  n_bins = (gsize)(values[LENGTH] / 2 + 1);
  n_mel = (gsize)values[MEL_BINS];

  for (gsize i = 0; i < n_mel; i++)
    {
      double lower = edge_bin (i, n_mel, low, high, values[LENGTH], values[SAMPLE_RATE]);
      double center = edge_bin (i + 1, n_mel, low, high, values[LENGTH], values[SAMPLE_RATE]);
      double upper = edge_bin (i + 2, n_mel, low, high, values[LENGTH], values[SAMPLE_RATE]);

      for (gsize bin = 0; bin < n_bins; bin++)
        fx_array_set (&eval->outputs[0], bin * n_mel + i, weight_at ((double)bin, lower, center, upper));
    }
  return TRUE;
}

const FxOp fx_op_mel_weight_matrix = {
  .name = "MelWeightMatrix",
  .doc = "Triangular filters on the mel scale, to multiply a spectrogram with",
  .since = 17,
  .min_inputs = 5,
  .max_inputs = 5,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_F32 | FX_TYPE_BIT (DOUBLE),
  .attrs = attrs,
  .params_size = sizeof (Params),
  .infer = infer,
  .eval = eval,
};
