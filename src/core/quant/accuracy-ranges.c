/* Step: the method that found the range of most activations is not the best one for all of them. Each activation tries
 * the others in turn, from the inputs to the outputs, and takes what makes the outputs better. So many choices would
 * fit the few samples that are held out, so they are made on those that set the ranges; the others then judge all of
 * them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/graph/fx-graph.h"
#include "core/quant/fx-accuracy.h"
#include "core/quant/fx-quant-rule.h"

/* More samples choose better, but each runs once for every activation and method. */
#define MAX_SAMPLES 32

typedef struct
{
  FxAccuracy *accuracy;
  FxOutputJudge *judge;
  double noise; /* of the parameters so far */
} Search;

static void
copy_choice (gpointer key, gpointer value, gpointer user_data)
{
  g_hash_table_insert (user_data, g_strdup (key), g_memdup2 (value, sizeof (FxThresholdChoice)));
}

/* The choices become our own, so that they can be added to. */
static void
take_choices (FxAccuracy *accuracy)
{
  GHashTable *own = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  if (accuracy->quant.value_methods != NULL)
    g_hash_table_foreach (accuracy->quant.value_methods, copy_choice, own);
  g_clear_pointer (&accuracy->value_methods, g_hash_table_unref);
  accuracy->value_methods = accuracy->quant.value_methods = own;
}

/* Inputs and the results of functions with bounds have all of their range, also where the method is one that clips. */
static gboolean
is_never_clipped (const FxAccuracy *accuracy, const FxUses *uses, FxId id)
{
  FxId producer = uses->producer[id];
  const FxQuantRule *rule = producer != FX_NONE ? fx_quant_rule_find (fx_graph_node (accuracy->graph, producer)) : NULL;

  return producer == FX_NONE || (rule != NULL && rule->low < rule->high);
}

/* Whether the method of the whole network found the range of the value, and not the user, the operator or another
 * value. */
static gboolean
has_method (const FxAccuracy *accuracy, FxId id)
{
  const FxValueQuant *quant = &accuracy->params->values[id];
  FxThresholdChoice choice;

  return quant->integer && quant->bits <= 16 && fx_threshold_parse (quant->method, &choice, NULL)
         && choice.method == accuracy->quant.method.method && choice.percentile == accuracy->quant.method.percentile
         && !g_hash_table_contains (accuracy->value_methods, fx_graph_value (accuracy->graph, id)->name);
}

/* Parameters with this method for the value; *noise as before where that changes no integer. */
static FxQuantParams *
try_choice (const Search *search, FxId id, const FxThresholdChoice *choice, double *noise, GCancellable *cancellable,
            GError **error)
{
  FxAccuracy *accuracy = search->accuracy;
  g_autoptr (FxQuantParams) params = NULL;

  copy_choice (fx_graph_value (accuracy->graph, id)->name, (gpointer)choice, accuracy->value_methods);
  params = fx_quantize_assign (accuracy->graph, accuracy->placement, accuracy->statistics, &accuracy->quant, error);
  if (params == NULL)
    return NULL;
  fx_quant_params_carry (accuracy->params, params);
  if (!fx_value_quant_equal (&params->values[id], &accuracy->params->values[id])
      && !fx_output_judge_params (search->judge, accuracy->graph, params, noise, cancellable, error))
    return NULL;
  return g_steal_pointer (&params);
}

static gboolean
improve_value (Search *search, FxId id, gboolean *changed, GCancellable *cancellable, GError **error)
{
  FxAccuracy *accuracy = search->accuracy;
  const char *name = fx_graph_value (accuracy->graph, id)->name;
  FxThresholdChoice best = accuracy->quant.method;
  gboolean found = FALSE;

  for (const FxAccuracyMethod *method = fx_accuracy_methods; method->name != NULL; method++)
    {
      g_autoptr (FxQuantParams) params = NULL;
      FxThresholdChoice choice;
      double noise = search->noise;

      if (!fx_threshold_parse (method->name, &choice, error))
        return FALSE;
      params = try_choice (search, id, &choice, &noise, cancellable, error);
      if (params == NULL)
        return FALSE;
      if (noise >= search->noise)
        continue;
      fx_quant_params_free (accuracy->params);
      accuracy->params = g_steal_pointer (&params);
      search->noise = noise;
      best = choice;
      found = *changed = TRUE;
    }
  if (found)
    copy_choice ((gpointer)name, &best, accuracy->value_methods);
  else
    g_hash_table_remove (accuracy->value_methods, name);
  return TRUE;
}

gboolean
fx_accuracy_choose_ranges (FxAccuracy *accuracy, gboolean *changed, const FxProgress *progress,
                           GCancellable *cancellable, GError **error)
{
  guint n = fx_graph_n_values (accuracy->graph);
  g_autoptr (FxUses) uses = fx_uses_new (accuracy->graph);
  g_autoptr (FxOutputJudge) judge = fx_output_judge_new (
      accuracy->graph, MIN (accuracy->samples->n_calibration, MAX_SAMPLES), accuracy->samples->source,
      accuracy->samples->source_data, accuracy->options->n_threads, cancellable, error);
  Search search = { accuracy, judge, 0 };

  if (judge == NULL
      || !fx_output_judge_params (judge, accuracy->graph, accuracy->params, &search.noise, cancellable, error))
    return FALSE;
  take_choices (accuracy);
  for (FxId id = 0; id < n; id++)
    {
      fx_progress_report (progress, (double)id / n, "Trying other ranges");
      if (!is_never_clipped (accuracy, uses, id) && has_method (accuracy, id)
          && !improve_value (&search, id, changed, cancellable, error))
        return FALSE;
    }
  return TRUE;
}
