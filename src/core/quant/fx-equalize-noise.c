/* The noise that factors lead to (fx-equalize-private.h).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/quant/fx-equalize-private.h"

double
fx_equal_tensor_max (const FxEqualTensor *tensor, const double *factor)
{
  double max = 0.0;

  for (guint c = 0; c < tensor->n; c++)
    max = MAX (max, tensor->max[c] / factor[tensor->groups[c]]);
  return max;
}

static double
tensor_noise (const FxEqualizer *e, const FxEqualTensor *tensor, const double *factor)
{
  double max = fx_equal_tensor_max (tensor, factor), sum = 0.0;

  for (guint c = 0; c < tensor->n; c++)
    {
      double step = factor[tensor->groups[c]] * max;

      sum += tensor->groups[c] != 0 ? step * step * e->importance[tensor->groups[c]] * tensor->alive[c] : 0.0;
    }
  return sum;
}

guint
fx_equal_reader_first_input (const FxEqualReader *reader, guint o)
{
  return o / (reader->n_out / (reader->n_in / reader->per_row)) * reader->per_row;
}

float
fx_equal_reader_row_max (const FxEqualReader *reader, guint o, const double *factor)
{
  const float *row = reader->largest + (gsize)o * reader->per_row;
  const guint32 *groups = reader->use->groups + fx_equal_reader_first_input (reader, o);
  double max = 0.0;

  for (guint i = 0; i < reader->per_row; i++)
    max = MAX (max, (double)row[i] * factor[groups[i]]);
  return (float)max;
}

/* Of depthwise layers the noise of the weights does not change. */
static double
reader_noise (const FxEqualReader *reader, const double *factor)
{
  guint n_groups = reader->n_in / reader->per_row, per_group = reader->n_out / n_groups;
  double sum = 0.0;

  if (reader->depthwise)
    return 0.0;
  for (guint g = 0; g < n_groups; g++)
    {
      double rows = 0.0, inputs = 0.0;

      for (guint o = g * per_group; o < (g + 1) * per_group; o++)
        {
          double max = (double)fx_equal_reader_row_max (reader, o, factor);

          rows += max * max * reader->importance[o];
        }
      for (guint c = g * reader->per_row; c < (g + 1) * reader->per_row; c++)
        {
          double s = factor[reader->use->groups[c]];

          inputs += reader->inputs[c] / (s * s);
        }
      sum += rows * inputs;
    }
  return sum;
}

static guint
reader_set (const FxEqualizer *e, const FxEqualReader *reader)
{
  guint set = 0;

  for (guint c = 0; c < reader->n_in && set == 0; c++)
    set = e->set[reader->use->groups[c]];
  return set;
}

double
fx_equalizer_set_noise (const FxEqualizer *e, guint set, const double *factor)
{
  double sum = 0.0;

  for (guint t = 0; t < e->tensors->len; t++)
    if (FX_EQUAL_TENSOR (e, t)->set == set)
      sum += tensor_noise (e, FX_EQUAL_TENSOR (e, t), factor);
  for (guint r = 0; r < e->readers->len; r++)
    if (reader_set (e, FX_EQUAL_READER (e, r)) == set)
      sum += reader_noise (FX_EQUAL_READER (e, r), factor);
  return sum;
}
