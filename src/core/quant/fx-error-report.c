/* What is done with the errors of layers once they are measured: ranking, choosing, details, freeing.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/quant/fx-error-report-private.h"

#include <math.h>

/* ---- ranking ---- */

/* What a layer contributes itself says more than the noise that comes to it. */
static gboolean
has_own (const FxLayerError *layer)
{
  return layer->has_isolated && !layer->moves;
}

static double
own_sqnr (const FxLayerError *layer)
{
  double sqnr = has_own (layer) ? layer->isolated.sqnr_db : layer->cumulative.sqnr_db;

  return isnan (sqnr) ? INFINITY : sqnr;
}

static int
compare_layers (gconstpointer a, gconstpointer b, gpointer data)
{
  const FxErrorReport *report = data;
  guint x = *(const guint *)a, y = *(const guint *)b;
  const FxLayerError *first = &report->layers[x], *second = &report->layers[y];

  if (has_own (first) != has_own (second))
    return has_own (first) ? -1 : 1;
  if (own_sqnr (first) != own_sqnr (second))
    return own_sqnr (first) < own_sqnr (second) ? -1 : 1;
  return x < y ? -1 : x > y;
}

guint *
fx_error_report_rank (const FxErrorReport *report)
{
  guint *order = g_new (guint, report->n_layers + 1);

  for (guint i = 0; i < report->n_layers; i++)
    order[i] = i;
  g_qsort_with_data (order, (int)report->n_layers, sizeof *order, compare_layers, (gpointer)report);
  return order;
}

GArray *
fx_error_report_choose (const FxErrorReport *report, const FxLayerErrorOptions *options)
{
  GArray *chosen = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autofree guint *order = fx_error_report_rank (report);
  g_autofree guint8 *taken = g_new0 (guint8, report->n_layers + 1);

  for (guint i = 0; i < MIN (options->n_worst, report->n_layers); i++)
    if (own_sqnr (&report->layers[order[i]]) < INFINITY)
      {
        g_array_append_val (chosen, order[i]);
        taken[order[i]] = 1;
      }
  for (guint i = 0; options->detailed != NULL && i < report->n_layers; i++)
    if (!taken[i] && report->layers[i].cumulative.n > 0
        && (g_strv_contains (options->detailed, report->layers[i].tensor)
            || g_strv_contains (options->detailed, report->layers[i].node)))
      g_array_append_val (chosen, i);
  return chosen;
}

/* ---- details ---- */

/* Share of the elements that lie outside of the range, as exactly as the bins tell. */
static double
share_beyond (const FxPairErrors *errors, const FxRange *range)
{
  const FxHistogram *histogram = &errors->histograms[0];
  guint64 total = errors->zeros[0], beyond = 0;

  for (guint k = 0; k < FX_HISTOGRAM_BINS; k++)
    {
      guint64 positive = histogram->positive != NULL ? histogram->positive[k] : 0;
      guint64 negative = histogram->negative != NULL ? histogram->negative[k] : 0;
      double from = k > 0 ? fx_histogram_edge (histogram, k - 1) : 0.0;

      total += positive + negative;
      beyond += (from >= range->high ? positive : 0) + (-from <= range->low ? negative : 0);
    }
  return total > 0 ? (double)beyond / (double)total : 0.0;
}

void
fx_layer_detail_fill (FxLayerDetail *detail, const FxLayerError *layer, FxPairErrors *errors)
{
  detail->n_channels = errors->n_channels;
  detail->channels = g_new (FxErrorMetrics, errors->n_channels + 1);
  for (guint c = 0; c < errors->n_channels; c++)
    detail->channels[c] = fx_error_metrics (&errors->channels[c]);
  for (guint i = 0; i < 2; i++)
    {
      detail->zeros[i] = errors->zeros[i];
      detail->histograms[i] = errors->histograms[i];
    }
  detail->beyond = layer->has_range ? share_beyond (errors, &layer->range) : 0.0;
  fx_histogram_init (&errors->histograms[0]);
  fx_histogram_init (&errors->histograms[1]);
}

void
fx_error_report_free (FxErrorReport *report)
{
  if (report == NULL)
    return;
  for (guint i = 0; i < report->n_layers; i++)
    {
      g_free ((char *)report->layers[i].node);
      g_free ((char *)report->layers[i].op_type);
      g_free ((char *)report->layers[i].tensor);
    }
  for (guint i = 0; i < report->n_outputs; i++)
    g_free (report->outputs[i].name);
  for (guint i = 0; i < report->n_details; i++)
    {
      g_free (report->details[i].channels);
      fx_histogram_clear (&report->details[i].histograms[0]);
      fx_histogram_clear (&report->details[i].histograms[1]);
    }
  g_free (report->layers);
  g_free (report->outputs);
  g_free (report->details);
  g_free (report);
}
