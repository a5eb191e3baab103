/* SPDX-License-Identifier: Apache-2.0 */
#include "core/quant/fx-accuracy.h"

#include "core/calib/fx-calibrate.h"
#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/graph/fx-graph.h"

#include <math.h>
#include <string.h>

/* Of steps that change a lot: less is chance, as so few samples judge. */
#define LEAST_GAIN_DB 0.1
/* For what is right whatever the few samples that judge say, unless it costs them a lot. */
#define MOST_LOSS_DB 0.25
/* Room for others always costs those that judge something. */
#define MOST_ROOM_DB 0.4

const FxAccuracyStep fx_accuracy_steps[] = {
  { "correct-bias", N_ ("Take the mean error of every channel out of the bias"), FX_PRESET_DEFAULT, 0, NULL,
    fx_accuracy_correct_bias },
  { "equalize", N_ ("Even out the ranges of channels across layers"), FX_PRESET_DEFAULT, LEAST_GAIN_DB, NULL,
    fx_accuracy_equalize },
  { "choose-ranges", N_ ("Find each range by the method that suits the outputs"), FX_PRESET_THOROUGH, LEAST_GAIN_DB,
    NULL, fx_accuracy_choose_ranges },
  { "round-weights", N_ ("Round the weights of each layer together"), FX_PRESET_DEFAULT, LEAST_GAIN_DB, NULL,
    fx_accuracy_round },
  { "refit-ranges", N_ ("Set the ranges by all samples, also by those that were held out"), FX_PRESET_FAST,
    -MOST_LOSS_DB, NULL, fx_accuracy_refit },
  { "leave-room", N_ ("Widen ranges for samples that reach further"), FX_PRESET_DEFAULT, -MOST_ROOM_DB, NULL,
    fx_accuracy_leave_room },
  { "mix-precisions", N_ ("Give the most sensitive nodes 16 bits"), FX_PRESET_FAST, LEAST_GAIN_DB,
    fx_accuracy_mix_asked, fx_accuracy_mix },
  { "correct-means", N_ ("Take what the means of the integer network are off by out of the biases"), FX_PRESET_DEFAULT,
    0, NULL, fx_accuracy_correct_means },
  { NULL },
};

const FxAccuracyMethod fx_accuracy_methods[] = {
  { "max", N_ ("Ranges by the largest magnitude") },
  { "percentile=99.99", N_ ("Ranges that leave out 0.01 %") },
  { "percentile=99.999", N_ ("Ranges that leave out 0.001 %") },
  { "kl", N_ ("Ranges by the Kullback-Leibler divergence") },
  { "mse", N_ ("Ranges by the squared error") },
  { "aciq", N_ ("Ranges by a Laplace or normal distribution") },
  { NULL, NULL },
};

static const char *const presets[FX_N_PRESETS] = { "fast", "default", "thorough" };

const char *
fx_preset_name (FxPreset preset)
{
  return presets[preset];
}

gboolean
fx_preset_parse (const char *text, FxPreset *preset, GError **error)
{
  for (guint i = 0; i < FX_N_PRESETS; i++)
    if (strcmp (presets[i], text) == 0)
      {
        *preset = i;
        return TRUE;
      }
  return fx_fail (error, FX_ERROR_BAD_DATA, "\"%s\" is no preset; there are fast, default and thorough", text);
}

void
fx_accuracy_free (FxAccuracy *accuracy)
{
  if (accuracy == NULL)
    return;
  fx_graph_free (accuracy->graph);
  fx_statistics_free (accuracy->statistics);
  fx_quant_params_free (accuracy->params);
  fx_output_judge_free (accuracy->judge);
  g_clear_pointer (&accuracy->value_methods, g_hash_table_unref);
  g_clear_pointer (&accuracy->node_precisions, g_hash_table_unref);
  g_clear_pointer (&accuracy->mixed, g_array_unref);
  g_free (accuracy);
}

gboolean
fx_accuracy_calibrate (FxAccuracy *accuracy, const FxProgress *progress, GCancellable *cancellable, GError **error)
{
  FxCalibrateOptions options = { .n_threads = accuracy->options->n_threads };

  fx_statistics_free (accuracy->statistics);
  accuracy->statistics = fx_statistics_new (accuracy->graph);
  return fx_calibrate (accuracy->graph, accuracy->statistics, accuracy->samples->n_calibration,
                       accuracy->samples->source, accuracy->samples->source_data, &options, progress, cancellable,
                       error);
}

gboolean
fx_accuracy_assign (FxAccuracy *accuracy, GError **error)
{
  FxQuantParams *params
      = fx_quantize_assign (accuracy->graph, accuracy->placement, accuracy->statistics, &accuracy->quant, error);

  if (params == NULL)
    return FALSE;
  if (accuracy->corrects_bias && accuracy->params != NULL)
    fx_quant_params_carry (accuracy->params, params);
  fx_quant_params_free (accuracy->params);
  accuracy->params = params;
  if (accuracy->corrects_bias)
    fx_accuracy_correct_nodes (accuracy);
  return TRUE;
}

static gboolean
judge (const FxAccuracy *accuracy, double *noise, GCancellable *cancellable, GError **error)
{
  return fx_output_judge_params (accuracy->judge, accuracy->graph, accuracy->params, noise, cancellable, error);
}

/* ---- the method ---- */

const char *
fx_accuracy_method_name (const FxQuantOptions *quant)
{
  g_autofree char *full
      = g_strconcat (fx_threshold_choice_name (&quant->method), quant->asymmetric ? ", asymmetric" : "", NULL);

  return g_intern_string (full);
}

/* accuracy->quant says what is tried; it goes to `choice` if it is the best so far. */
static gboolean
try_method (FxAccuracy *accuracy, const char *doc, FxQuantParams **best, FxQuantOptions *choice, FxAccuracyFunc func,
            gpointer user_data, GCancellable *cancellable, GError **error)
{
  double before = accuracy->noise, noise;
  FxAccuracyLog log = { .name = fx_accuracy_method_name (&accuracy->quant), .doc = doc };

  if (!fx_accuracy_assign (accuracy, error) || !judge (accuracy, &noise, cancellable, error))
    return FALSE;
  log.before_db = isfinite (before) ? fx_output_noise_db (before) : NAN;
  log.after_db = fx_output_noise_db (noise);
  log.kept = noise < before;
  if (log.kept)
    {
      fx_quant_params_free (*best);
      *best = fx_quant_params_copy (accuracy->params);
      *choice = accuracy->quant;
      accuracy->noise = noise;
    }
  if (func != NULL)
    func (&log, user_data);
  return TRUE;
}

/* The first method tells what zero points are good for, and the others keep to it. */
static gboolean
choose_method (FxAccuracy *accuracy, FxAccuracyFunc func, gpointer user_data, const FxProgress *progress,
               GCancellable *cancellable, GError **error)
{
  g_autoptr (FxQuantParams) best = NULL;
  FxQuantOptions choice = accuracy->quant;
  guint n_first = accuracy->options->auto_zero && !choice.asymmetric ? 2 : 1;
  guint n = n_first + G_N_ELEMENTS (fx_accuracy_methods) - 2;

  for (guint i = 0; i < n; i++)
    {
      const FxAccuracyMethod *method = &fx_accuracy_methods[i < n_first ? 0 : i - n_first + 1];

      accuracy->quant.asymmetric = choice.asymmetric || (i > 0 && i < n_first);
      if (!fx_threshold_parse (method->name, &accuracy->quant.method, error))
        return FALSE;
      fx_progress_report (progress, (double)i / n, "Trying ranges by %s", fx_accuracy_method_name (&accuracy->quant));
      if (!try_method (accuracy, method->doc, &best, &choice, func, user_data, cancellable, error))
        return FALSE;
    }
  fx_quant_params_free (accuracy->params);
  accuracy->params = g_steal_pointer (&best);
  accuracy->quant = choice;
  return TRUE;
}

gboolean
fx_accuracy_choose_method (FxAccuracy *accuracy, GCancellable *cancellable, GError **error)
{
  g_autoptr (FxQuantParams) best = NULL;
  FxQuantOptions choice = accuracy->quant;

  accuracy->noise = HUGE_VAL;
  if (!accuracy->options->auto_method)
    return fx_accuracy_assign (accuracy, error) && judge (accuracy, &accuracy->noise, cancellable, error);
  for (const FxAccuracyMethod *method = fx_accuracy_methods; method->name != NULL; method++)
    if (!fx_threshold_parse (method->name, &accuracy->quant.method, error)
        || !try_method (accuracy, method->doc, &best, &choice, NULL, NULL, cancellable, error))
      return FALSE;
  fx_quant_params_free (accuracy->params);
  accuracy->params = g_steal_pointer (&best);
  accuracy->quant = choice;
  return TRUE;
}

/* ---- steps ---- */

/* What a step may change, to go back to. */
typedef struct
{
  FxGraph *graph;
  FxStatistics *statistics;
  FxQuantParams *params;
  FxQuantOptions quant;
  gboolean corrects_bias;
  GHashTable *value_methods, *node_precisions; /* references, or NULL */
} Kept;

/* What there is, as copies and references. */
static Kept
keep (const FxAccuracy *accuracy)
{
  GHashTable *methods = accuracy->value_methods, *precisions = accuracy->node_precisions;

  return (Kept){ .graph = fx_graph_copy (accuracy->graph),
                 .statistics = fx_statistics_copy (accuracy->statistics),
                 .params = fx_quant_params_copy (accuracy->params),
                 .quant = accuracy->quant,
                 .corrects_bias = accuracy->corrects_bias,
                 .value_methods = methods != NULL ? g_hash_table_ref (methods) : NULL,
                 .node_precisions = precisions != NULL ? g_hash_table_ref (precisions) : NULL };
}

/* Nodes that were raised are not any more; what was tried stays to be looked at. */
static void
forget_raised (FxAccuracy *accuracy)
{
  for (guint i = 1; accuracy->mixed != NULL && i < accuracy->mixed->len; i++)
    g_array_index (accuracy->mixed, FxMixedPoint, i).kept = FALSE;
}

static void
swap (FxAccuracy *accuracy, Kept *kept)
{
  Kept now = { accuracy->graph,         accuracy->statistics,    accuracy->params,         accuracy->quant,
               accuracy->corrects_bias, accuracy->value_methods, accuracy->node_precisions };

  if (accuracy->node_precisions != kept->node_precisions)
    forget_raised (accuracy);
  accuracy->graph = kept->graph;
  accuracy->statistics = kept->statistics;
  accuracy->params = kept->params;
  accuracy->quant = kept->quant;
  accuracy->corrects_bias = kept->corrects_bias;
  accuracy->value_methods = kept->value_methods;
  accuracy->node_precisions = kept->node_precisions;
  *kept = now;
}

static void
kept_clear (Kept *kept)
{
  fx_graph_free (kept->graph);
  fx_statistics_free (kept->statistics);
  fx_quant_params_free (kept->params);
  g_clear_pointer (&kept->value_methods, g_hash_table_unref);
  g_clear_pointer (&kept->node_precisions, g_hash_table_unref);
}

static gboolean
is_gain (const FxAccuracyStep *step, double before, double after)
{
  return (after < before || step->least_gain_db < 0)
         && fx_output_noise_db (after) - fx_output_noise_db (before) >= step->least_gain_db;
}

/* `kept` is what there was before; on return it holds what is not wanted any more. */
static gboolean
run_step (FxAccuracy *accuracy, const FxAccuracyStep *step, Kept *kept, FxAccuracyLog *log, const FxProgress *progress,
          GCancellable *cancellable, GError **error)
{
  gboolean changed = FALSE;
  double before = accuracy->noise, noise = before;

  if (!step->run (accuracy, &changed, progress, cancellable, error)
      || (changed && !judge (accuracy, &noise, cancellable, error)))
    return FALSE;
  *log = (FxAccuracyLog){ step->name, step->doc, fx_output_noise_db (before), fx_output_noise_db (noise),
                          changed && is_gain (step, before, noise) };
  accuracy->noise = log->kept ? noise : before;
  if (!log->kept)
    swap (accuracy, kept);
  return TRUE;
}

static gboolean
is_in (const FxAccuracyStep *step, const FxAccuracyOptions *options)
{
  return step->from <= options->preset && (step->asked == NULL || step->asked (options));
}

static gboolean
run_steps (FxAccuracy *accuracy, FxAccuracyFunc func, gpointer user_data, const FxProgress *progress,
           GCancellable *cancellable, GError **error)
{
  guint n = 0, i = 0;

  for (const FxAccuracyStep *step = fx_accuracy_steps; step->name != NULL; step++)
    n += is_in (step, accuracy->options);
  for (const FxAccuracyStep *step = fx_accuracy_steps; step->name != NULL; step++)
    {
      FxProgress part = fx_progress_part (progress, (double)i / MAX (n, 1), (double)(i + 1) / MAX (n, 1));
      Kept kept = { 0 };
      FxAccuracyLog log;
      gboolean ok;

      if (!is_in (step, accuracy->options))
        continue;
      i++;
      fx_progress_report (&part, 0, "%s", _ (step->doc));
      kept = keep (accuracy);
      ok = run_step (accuracy, step, &kept, &log, &part, cancellable, error);
      kept_clear (&kept);
      if (!ok)
        return FALSE;
      if (func != NULL)
        func (&log, user_data);
    }
  return TRUE;
}

/* ---- all of it ---- */

static gboolean
load_held_out (guint i, FxTensor **inputs, gpointer user_data, GError **error)
{
  const FxAccuracySamples *samples = user_data;

  return samples->source (samples->n_calibration + i, inputs, samples->source_data, error);
}

static gboolean
choose_ranges (FxAccuracy *accuracy, FxAccuracyFunc func, gpointer user_data, const FxProgress *progress,
               GCancellable *cancellable, GError **error)
{
  accuracy->noise = HUGE_VAL;
  if (accuracy->options->auto_method)
    return choose_method (accuracy, func, user_data, progress, cancellable, error);
  return fx_accuracy_assign (accuracy, error) && judge (accuracy, &accuracy->noise, cancellable, error);
}

FxAccuracy *
fx_accuracy_run (FxGraph *graph, const FxCheckReport *placement, const FxAccuracySamples *samples,
                 const FxAccuracyOptions *options, FxAccuracyFunc func, gpointer user_data, const FxProgress *progress,
                 GCancellable *cancellable, GError **error)
{
  g_autoptr (FxAccuracy) accuracy = g_new0 (FxAccuracy, 1);
  FxProgress calibrating = fx_progress_part (progress, 0.0, 0.4), choosing = fx_progress_part (progress, 0.4, 0.6);
  FxProgress steps = fx_progress_part (progress, 0.6, 1.0);

  accuracy->graph = graph;
  accuracy->placement = placement;
  accuracy->samples = samples;
  accuracy->options = options;
  accuracy->quant = options->quant;
  if (!fx_accuracy_calibrate (accuracy, &calibrating, cancellable, error))
    return NULL;
  accuracy->judge = fx_output_judge_new (graph, samples->n_held_out, load_held_out, (gpointer)samples,
                                         options->n_threads, cancellable, error);
  if (accuracy->judge == NULL || !choose_ranges (accuracy, func, user_data, &choosing, cancellable, error)
      || !run_steps (accuracy, func, user_data, &steps, cancellable, error))
    return NULL;
  return g_steal_pointer (&accuracy);
}
