/* Factors are tried of the form (M / max M)^a / (relative size of the weights)^b, and the a and b of least noise
 * (fx-equalize-private.h) are taken for each set of tensors that share groups; twice, as one changes what the other has
 * to do. Then weights and biases are rescaled.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/quant/fx-equalize.h"

#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"
#include "core/quant/fx-equalize-private.h"
#include "core/quant/fx-layer-weights.h"

#include <math.h>
#include <string.h>

#define N_ROUNDS 2
/* Factors are powers of this, so that the last bits of what was observed do not decide. */
#define GRID_PER_OCTAVE 4
/* Less is not worth changing the network for. */
#define LEAST_GAIN 0.02
/* No factor goes further: a channel that was nearly dead on the samples may not be on others. */
#define MAX_FACTOR 4096.0

/* ---- the factors ---- */

/* How large activations and weights of each group are, relative to the largest they share a scale with. */
static void
measure_groups (FxEqualizer *e)
{
  memset (e->size, 0, e->groups->n_groups * sizeof *e->size);
  memset (e->weight, 0, e->groups->n_groups * sizeof *e->weight);
  for (guint t = 0; t < e->tensors->len; t++)
    {
      const FxEqualTensor *tensor = FX_EQUAL_TENSOR (e, t);
      double max = fx_equal_tensor_max (tensor, e->factor);

      for (guint c = 0; c < tensor->n && max > 0.0; c++)
        {
          guint32 k = tensor->groups[c];

          e->size[k] = MAX (e->size[k], tensor->max[c] / e->factor[k] / max);
        }
    }
  for (guint r = 0; r < e->readers->len; r++)
    {
      const FxEqualReader *reader = FX_EQUAL_READER (e, r);

      for (guint o = 0; o < reader->n_out && !reader->depthwise; o++)
        {
          const float *row = reader->largest + (gsize)o * reader->per_row;
          const guint32 *groups = reader->use->groups + fx_equal_reader_first_input (reader, o);
          double max = (double)fx_equal_reader_row_max (reader, o, e->factor);

          for (guint i = 0; i < reader->per_row && max > 0.0; i++)
            e->weight[groups[i]] = MAX (e->weight[groups[i]], (double)row[i] * e->factor[groups[i]] / max);
        }
    }
}

static double
on_grid (double factor)
{
  return exp2 (ceil (log2 (factor) * GRID_PER_OCTAVE - 0.5) / GRID_PER_OCTAVE);
}

/* A factor on the grid that no Clip forbids. What was never seen alive is left alone. */
static double
choose_factor (const FxEqualizer *e, guint k, double a, double b)
{
  double factor = e->factor[k];

  if (e->least[k] == G_MAXDOUBLE || e->size[k] <= 0.0)
    return factor;
  factor *= pow (e->size[k], a) / pow (e->weight[k] > 0.0 ? e->weight[k] : 1.0, b);
  factor = CLAMP (MAX (factor, e->least[k]), 1.0 / MAX_FACTOR, MAX_FACTOR);
  return on_grid (factor);
}

static void
try_set (FxEqualizer *e, guint set)
{
  double before = fx_equalizer_set_noise (e, set, e->factor), best = before * (1.0 - LEAST_GAIN);
  g_autofree double *chosen = g_memdup2 (e->factor, e->groups->n_groups * sizeof *e->factor);

  for (guint a = 0; a <= 4 && before > 0.0; a++)
    for (guint b = 0; b <= 4; b++)
      {
        double noise;

        for (guint k = 1; k < e->groups->n_groups; k++)
          e->trial[k] = e->set[k] == set ? choose_factor (e, k, a / 4.0, b / 4.0) : e->factor[k];
        noise = fx_equalizer_set_noise (e, set, e->trial);
        if (noise < best)
          {
            best = noise;
            memcpy (chosen, e->trial, e->groups->n_groups * sizeof *chosen);
          }
      }
  memcpy (e->factor, chosen, e->groups->n_groups * sizeof *chosen);
}

static gboolean
choose (FxEqualizer *e, GCancellable *cancellable, GError **error)
{
  for (guint round = 0; round < N_ROUNDS; round++)
    {
      measure_groups (e);
      for (guint set = 1; set < e->n_sets; set++)
        {
          if (e->set[set] != set) /* a set has the number of its first group */
            continue;
          if (g_cancellable_set_error_if_cancelled (cancellable, error))
            return FALSE;
          try_set (e, set);
        }
    }
  return TRUE;
}

/* Factors nearer to 1; those that a Clip bounds are below 1 and grow. */
static void
dampen (FxEqualizer *e, double strength)
{
  for (guint k = 1; k < e->groups->n_groups; k++)
    e->factor[k] = on_grid (pow (e->factor[k], strength));
}

/* ---- the graph ---- */

static gboolean
changes (const FxEqualizer *e, const FxChannelUse *use)
{
  for (guint c = 0; c < use->n; c++)
    if (e->factor[use->groups[c]] != 1.0)
      return TRUE;
  return FALSE;
}

static void
scale_inputs (const FxEqualizer *e, const FxChannelUse *use, FxLayerWeights *weights)
{
  for (guint o = 0; o < weights->n_out; o++)
    {
      float *row = fx_layer_weights_row (weights, o);

      for (gsize i = 0; i < fx_layer_weights_row_length (weights); i++)
        row[i] = (float)((double)row[i] * e->factor[use->groups[fx_layer_weights_input (weights, o, i)]]);
    }
}

static void
scale_outputs (const FxEqualizer *e, const FxChannelUse *use, FxLayerWeights *weights)
{
  for (guint o = 0; o < weights->n_out; o++)
    {
      float *row = fx_layer_weights_row (weights, o);
      double factor = e->factor[use->groups[o]];

      for (gsize i = 0; i < fx_layer_weights_row_length (weights); i++)
        row[i] = (float)((double)row[i] / factor);
      weights->bias[o] /= factor;
    }
}

static gboolean
apply_use (FxEqualizer *e, const FxChannelUse *use, GError **error)
{
  g_auto (FxLayerWeights) weights = { 0 };

  if (!changes (e, use))
    return TRUE;
  g_return_val_if_fail (fx_layer_weights_read (e->graph, fx_graph_node (e->graph, use->node), &weights), FALSE);
  if (use->output)
    scale_outputs (e, use, &weights);
  else
    scale_inputs (e, use, &weights);
  return fx_layer_weights_write (e->graph, use->node, &weights, error);
}

static gboolean
apply_addend (FxEqualizer *e, const FxChannelUse *use, GError **error)
{
  const FxNode *node = fx_graph_node (e->graph, use->node);
  FxValue *value = fx_graph_value (e->graph, node->inputs[fx_channel_addend (e->graph, node)]);
  void *data;
  FxTensor *tensor = fx_tensor_new_alloc (FX_DTYPE_FLOAT, fx_tensor_shape (value->constant), &data, error);

  for (guint c = 0; tensor != NULL && c < use->n; c++)
    ((float *)data)[c] = (float)(fx_tensor_get_double (value->constant, c) / e->factor[use->groups[c]]);
  if (tensor == NULL)
    return FALSE;
  fx_tensor_unref (value->constant);
  value->constant = tensor;
  return TRUE;
}

static gboolean
apply (FxEqualizer *e, GCancellable *cancellable, GError **error)
{
  const FxChannelGroups *groups = e->groups;

  for (guint i = 0; i < groups->uses->len; i++)
    if (g_cancellable_set_error_if_cancelled (cancellable, error)
        || !apply_use (e, &g_array_index (groups->uses, FxChannelUse, i), error))
      return FALSE;
  for (guint i = 0; i < groups->addends->len; i++)
    if (!apply_addend (e, &g_array_index (groups->addends, FxChannelUse, i), error))
      return FALSE;
  return TRUE;
}

gboolean
fx_equalize (FxGraph *graph, const FxStatistics *statistics, double strength, FxEqualization *result,
             GCancellable *cancellable, GError **error)
{
  FxEqualizer e;
  gboolean ok;

  *result = (FxEqualization){ 0, 1.0, 1.0 };
  fx_equalizer_init (&e, graph, statistics);
  ok = choose (&e, cancellable, error);
  dampen (&e, strength);
  ok = ok && apply (&e, cancellable, error);
  for (guint k = 1; k < e.groups->n_groups; k++)
    {
      result->n_channels += e.factor[k] != 1.0;
      result->low = MIN (result->low, e.factor[k]);
      result->high = MAX (result->high, e.factor[k]);
    }
  fx_equalizer_clear (&e);
  return ok;
}
