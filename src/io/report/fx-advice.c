/* SPDX-License-Identifier: Apache-2.0 */
#include "io/report/fx-advice.h"

#include "core/fx-i18n.h"

#include <math.h>
#include <string.h>

/* The thresholds below which something is worth saying. */
#define GOOD_COSINE 0.99
#define GOOD_DROP 1.0 /* points of top-1 */
#define SUSPICIOUS_DROP 10.0
#define WEAK_LAYER_DB 25.0 /* a layer that alone is noisier than this hurts; 8 bits give 30 to 45 */
#define MAX_LAYERS 3
#define MANY_BEYOND 0.01
#define FEW_SAMPLES 32
#define SIDE_DB 3.0     /* weights or activations: one side has twice the noise */
#define CHANNEL_DB 25.0 /* between the best and the worst channel */

static void
advice_free (gpointer data)
{
  FxAdvice *advice = data;

  g_free (advice->node);
  g_free (advice->text);
  g_free (advice->option);
  g_free (advice);
}

/* Takes `text` and `option` over. */
static void
add (GPtrArray *list, const char *kind, const char *node, char *text, char *option)
{
  FxAdvice *advice = g_new (FxAdvice, 1);

  *advice = (FxAdvice){ kind, g_strdup (node), text, option };
  g_ptr_array_add (list, advice);
}

static char *
decibels (double db)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  return g_strdup (g_ascii_formatd (buffer, sizeof buffer, "%.1f", db));
}

static char *
percent (double share)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  return g_strdup (g_ascii_formatd (buffer, sizeof buffer, "%.2g", 100.0 * share));
}

static char *
node_option (const char *option, const char *node)
{
  g_autofree char *quoted = g_shell_quote (node);

  return g_strdup_printf ("%s %s", option, quoted);
}

/* Points of top-1 that were lost; NaN: not measured. */
static double
drop_of (const FxReport *report)
{
  const FxEvaluation *before = report->accuracy_float, *after = report->accuracy_integer;

  if (before == NULL || after == NULL || before->n == 0 || after->n == 0)
    return (double)NAN;
  return fx_evaluation_percent (before->top1, before->n) - fx_evaluation_percent (after->top1, after->n);
}

/* A loss this large is hardly one of precision. */
static void
advise_pipeline (const FxReport *report, GPtrArray *list)
{
  const FxOutputError *output = fx_report_worst_output (report);
  gboolean broken = output != NULL && output->all.cosine < 0.5;

  if (drop_of (report) > SUSPICIOUS_DROP || broken)
    add (
        list, "pipeline", NULL,
        g_strdup (_ ("The loss is larger than quantization alone explains. Check the preprocessing first: the order of "
                     "the channels, the range of values, mean and scale applied twice or not at all, and that the "
                     "samples look like what the model will see.")),
        NULL);
}

static gboolean
is_weak (const FxLayerError *layer)
{
  double db = layer->has_isolated ? layer->isolated.sqnr_db : layer->cumulative.sqnr_db;

  return layer->dtype == FX_DTYPE_INT8 && !layer->moves && db < WEAK_LAYER_DB;
}

static void
advise_node (const FxReport *report, const char *node, const char *why, GPtrArray *list)
{
  if (report->allows_int16)
    add (list, "int16", node, g_strdup_printf (_ ("Compute it in 16 bits: %s."), why), node_option ("--int16", node));
  else
    add (list, "float", node,
         g_strdup_printf (_ ("Let it run in float on the CPU, if the time allows: %s. The target has no 16-bit form."),
                          why),
         node_option ("--float", node));
}

/* The parts that disturb the outputs most, or else the layers that are noisiest by themselves. */
static void
advise_precision (const FxReport *report, GPtrArray *list)
{
  const FxSensitivity *sensitivity = report->sensitivity;
  g_autofree guint *order = NULL;

  if (sensitivity != NULL && sensitivity->kind == FX_SENSITIVITY_NODE)
    {
      for (guint i = 0; i < MIN (sensitivity->n_rows, MAX_LAYERS); i++)
        if (sensitivity->rows[i].error.sqnr_db < WEAK_LAYER_DB)
          {
            g_autofree char *db = decibels (sensitivity->rows[i].error.sqnr_db);
            g_autofree char *why = g_strdup_printf (_ ("quantized alone it leaves %s dB at the outputs"), db);

            advise_node (report, sensitivity->rows[i].name, why, list);
          }
      return;
    }
  if (report->errors == NULL)
    return;
  order = fx_error_report_rank (report->errors);
  for (guint i = 0; i < MIN (report->errors->n_layers, MAX_LAYERS); i++)
    {
      const FxLayerError *layer = &report->errors->layers[order[i]];

      if (is_weak (layer))
        {
          g_autofree char *db = decibels (layer->has_isolated ? layer->isolated.sqnr_db : layer->cumulative.sqnr_db);
          g_autofree char *why = g_strdup_printf (_ ("its own error leaves %s dB of its result"), db);

          advise_node (report, layer->node, why, list);
        }
    }
}

/* Thresholds that cut off much. */
static void
advise_range (const FxReport *report, GPtrArray *list)
{
  for (guint i = 0; report->errors != NULL && i < report->errors->n_details; i++)
    {
      const FxLayerDetail *detail = &report->errors->details[i];
      const FxLayerError *layer = &report->errors->layers[detail->layer];
      g_autofree char *share = percent (detail->beyond);

      if (!layer->has_range || detail->beyond < MANY_BEYOND)
        continue;
      if (report->method != NULL && g_str_has_prefix (report->method, "max"))
        add (list, "range", layer->node,
             g_strdup_printf (_ ("%s %% of its values lie beyond anything that the calibration samples had. Use more "
                                 "samples, or more varied ones."),
                              share),
             g_strdup ("--samples 100"));
      else
        add (list, "range", layer->node,
             g_strdup_printf (_ ("%s %% of its values lie beyond the threshold. Try a method that cuts off less."),
                              share),
             g_strdup ("--method max"));
      return;
    }
}

static double
channel_spread (const FxLayerDetail *detail)
{
  double low = INFINITY, high = -INFINITY;

  for (guint c = 0; c < detail->n_channels; c++)
    if (detail->channels[c].n > 0 && isfinite (detail->channels[c].sqnr_db))
      {
        low = MIN (low, detail->channels[c].sqnr_db);
        high = MAX (high, detail->channels[c].sqnr_db);
      }
  return high - low;
}

static gboolean
has_preset (const FxReport *report, const char *preset)
{
  return report->preset != NULL && strcmp (report->preset, preset) == 0;
}

/* One scale for channels that differ much; the other presets have equalized what can be. */
static void
advise_channels (const FxReport *report, GPtrArray *list)
{
  for (guint i = 0; has_preset (report, "fast") && report->errors != NULL && i < report->errors->n_details; i++)
    {
      const FxLayerDetail *detail = &report->errors->details[i];
      double spread = channel_spread (detail);
      g_autofree char *db = decibels (spread);

      if (!(spread > CHANNEL_DB))
        continue;
      add (list, "channels", report->errors->layers[detail->layer].node,
           g_strdup_printf (_ ("Its channels differ by %s dB: one scale for all suits few of them. Equalization across "
                               "layers evens such channels out."),
                            db),
           g_strdup ("--preset default"));
      return;
    }
}

static void
advise_side (const FxReport *report, GPtrArray *list)
{
  const FxOutputError *output = fx_report_worst_output (report);
  double difference;
  g_autofree char *weights = NULL, *activations = NULL;

  if (output == NULL || !output->has_split || output->weights.n == 0 || output->activations.n == 0)
    return;
  difference = output->weights.sqnr_db - output->activations.sqnr_db;
  weights = decibels (output->weights.sqnr_db);
  activations = decibels (output->activations.sqnr_db);
  if (difference < -SIDE_DB)
    add (
        list, "weights", NULL,
        g_strdup_printf (_ ("Most of the error comes from the weights (%s dB, activations %s dB), which have 8 bits in "
                            "every layer: only leaving the layers with the largest error of their own in float helps."),
                         weights, activations),
        NULL);
  else if (difference > SIDE_DB)
    add (list, "activations", NULL,
         g_strdup_printf (
             _ ("Most of the error comes from the activations (%s dB, weights %s dB): other ranges, or more "
                "bits for a few tensors, pay; better rounding of weights does not."),
             activations, weights),
         has_preset (report, "thorough") ? NULL : g_strdup ("--preset thorough"));
}

static void
advise_samples (const FxReport *report, GPtrArray *list)
{
  if (report->n_calibration > 0 && report->n_calibration < FEW_SAMPLES)
    add (list, "samples", NULL,
         g_strdup_printf (_ ("Only %u samples set the ranges. Use 50 to 100 that cover what the model will see."),
                          report->n_calibration),
         g_strdup ("--samples 100"));
}

/* Nothing needs to be done. */
static gboolean
is_good (const FxReport *report)
{
  const FxOutputError *output = fx_report_worst_output (report);
  double drop = drop_of (report);

  if (!isnan (drop))
    return drop <= GOOD_DROP;
  return output != NULL && output->all.cosine >= GOOD_COSINE;
}

GPtrArray *
fx_advice_list (const FxReport *report)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (advice_free);

  if (is_good (report))
    add (list, "none", NULL,
         g_strdup (
             _ ("The network keeps its accuracy; nothing needs to be done. What follows would gain a little more.")),
         NULL);
  advise_pipeline (report, list);
  advise_precision (report, list);
  advise_range (report, list);
  advise_channels (report, list);
  advise_side (report, list);
  advise_samples (report, list);
  if (list->len == 1 && is_good (report))
    {
      g_ptr_array_set_size (list, 0);
      add (list, "none", NULL, g_strdup (_ ("The network keeps its accuracy; nothing stands out.")), NULL);
    }
  if (list->len == 0)
    add (list, "none", NULL,
         g_strdup (_ ("No single part stands out. Another method, more samples or the thorough preset may help.")),
         has_preset (report, "thorough") ? NULL : g_strdup ("--preset thorough"));
  return list;
}
