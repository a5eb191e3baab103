/* Step: nodes get 16 bits for their operands and results where that helps the outputs most for what it costs.
 *
 * What a node would gain is measured with everything else in float: the noise that it makes with 8 bits less what it
 * makes with 16. In the whole network errors that happen to cancel each other would hide that. That gain gives the
 * order, or the gain for each millisecond by which the estimate grows if that is limited. Nodes are raised in that
 * order as far as the limits allow, and the network with the least noise on the way is taken.
 *
 * As many choices would fit the few samples that are held out, they are made on some of those that set the ranges. It
 * comes behind the steps that change weights: errors that those take away would hide what bits of activations are
 * worth.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/graph/fx-graph.h"
#include "core/quant/fx-accuracy.h"
#include "core/quant/fx-quant-partial.h"
#include "core/quant/fx-quant-plan.h"

#include <math.h>
#include <string.h>

#define MAX_SAMPLES 12
#define LEAST_MS 1e-6 /* what costs nothing costs so much: the order is by the gain then */
#define RANKING 0.5   /* share of the time */
#define ROUNDING 1e-9 /* of a product: 29 % of 100 nodes are 29 */

typedef struct
{
  const FxQuantGroup *group;
  const char *node; /* its first one; interned */
  double gain;      /* of noise, for each millisecond if those are limited */
} Candidate;

typedef struct
{
  FxAccuracy *accuracy;
  FxOutputJudge *judge;
  FxQuantPlan *plan;
  double start_ms;    /* with 8 bits */
  GArray *candidates; /* of Candidate */
} Mix;

gboolean
fx_accuracy_mix_asked (const FxAccuracyOptions *options)
{
  return options->mixed.share > 0 || options->mixed.latency > 0;
}

/* ---- candidates ---- */

/* What computes something in 8 bits: what only moves integers has the bits of what it moves. */
static gboolean
can_rise (const FxAccuracy *accuracy, const FxQuantGroup *group)
{
  const FxCheckReport *placement = accuracy->placement;

  if ((group->rule->flags & FX_RULE_SHARED) != 0 && group->root == FX_NONE)
    return FALSE;
  for (guint i = 0; i < group->n_nodes; i++)
    if (accuracy->params->nodes[group->nodes[i]].precision != FX_PRECISION_INT8
        || (placement != NULL && placement->nodes[group->nodes[i]].narrow))
      return FALSE;
  return TRUE;
}

static void
find_candidates (Mix *mix)
{
  const FxAccuracy *accuracy = mix->accuracy;

  mix->plan = fx_quant_plan_of (accuracy->graph, accuracy->params);
  for (guint g = 0; g < mix->plan->groups->len; g++)
    {
      const FxQuantGroup *group = mix->plan->groups->pdata[g];
      const char *name = fx_graph_node (accuracy->graph, group->nodes[0])->name;
      Candidate candidate = { group, g_intern_string (name), 0 };

      if (can_rise (accuracy, group))
        g_array_append_val (mix->candidates, candidate);
    }
}

/* ---- trying ---- */

static gboolean
latency (const Mix *mix, const FxQuantParams *params, double *ms, GError **error)
{
  const FxAccuracy *accuracy = mix->accuracy;
  g_autoptr (FxGraph) integer = NULL;
  g_autoptr (FxCostReport) cost = NULL;

  *ms = NAN;
  if (accuracy->options->mixed.machine == NULL)
    return TRUE;
  integer = fx_quantize_integer (accuracy->graph, params, error);
  if (integer == NULL)
    return FALSE;
  cost = fx_cost_measure (integer, accuracy->options->mixed.machine);
  *ms = cost->total_ms;
  return TRUE;
}

/* What is not raised has what the user says of it, which may also be that it is to run on the BPU at all. */
static void
set_bits (const Mix *mix, const char *node, gboolean raised)
{
  GHashTable *precisions = mix->accuracy->node_precisions, *asked = mix->accuracy->options->quant.node_precisions;
  gpointer precision = GINT_TO_POINTER (FX_PRECISION_INT16);

  if (raised || (asked != NULL && g_hash_table_lookup_extended (asked, node, NULL, &precision)))
    g_hash_table_insert (precisions, g_strdup (node), precision);
  else
    g_hash_table_remove (precisions, node);
}

/* With the precisions as they are. NULL and *error. */
static FxQuantParams *
assign (const Mix *mix, GError **error)
{
  const FxAccuracy *accuracy = mix->accuracy;
  FxQuantParams *params
      = fx_quantize_assign (accuracy->graph, accuracy->placement, accuracy->statistics, &accuracy->quant, error);

  if (params != NULL)
    fx_quant_params_carry (accuracy->params, params);
  return params;
}

/* ---- the order ---- */

/* Noise with nothing else quantized. */
static gboolean
noise_alone (const Mix *mix, const FxQuantGroup *group, const FxQuantParams *params, double *noise,
             GCancellable *cancellable, GError **error)
{
  g_autofree guint8 *chosen = g_new0 (guint8, params->n_nodes + 1);
  g_autoptr (FxQuantParams) only = NULL;

  for (guint i = 0; i < group->n_nodes; i++)
    chosen[group->nodes[i]] = 1;
  only = fx_quant_params_only (mix->accuracy->graph, params, chosen);
  return fx_output_judge_params (mix->judge, mix->accuracy->graph, only, noise, cancellable, error);
}

/* By how much the latency grows with this node raised alone; 1 if nothing is known of it, or if it is not limited. */
static gboolean
cost_alone (const Mix *mix, const char *node, double *cost, GError **error)
{
  g_autoptr (FxQuantParams) params = NULL;
  gboolean ok;
  double ms;

  *cost = 1;
  if (mix->accuracy->options->mixed.machine == NULL || !(mix->accuracy->options->mixed.latency > 0))
    return TRUE;
  set_bits (mix, node, TRUE);
  params = assign (mix, error);
  ok = params != NULL && latency (mix, params, &ms, error);
  set_bits (mix, node, FALSE);
  if (ok)
    *cost = MAX (ms - mix->start_ms, LEAST_MS);
  return ok;
}

static int
compare_gains (gconstpointer a, gconstpointer b)
{
  double x = ((const Candidate *)a)->gain, y = ((const Candidate *)b)->gain;

  return x > y ? -1 : x < y;
}

/* All candidates at once, for what each of them is worth. */
static FxQuantParams *
assign_raised (const Mix *mix, GError **error)
{
  FxQuantParams *params;

  for (guint i = 0; i < mix->candidates->len; i++)
    set_bits (mix, g_array_index (mix->candidates, Candidate, i).node, TRUE);
  params = assign (mix, error);
  for (guint i = 0; i < mix->candidates->len; i++)
    set_bits (mix, g_array_index (mix->candidates, Candidate, i).node, FALSE);
  return params;
}

static gboolean
rank (Mix *mix, const FxProgress *progress, GCancellable *cancellable, GError **error)
{
  g_autoptr (FxQuantParams) raised = assign_raised (mix, error);

  for (guint i = 0; raised != NULL && i < mix->candidates->len; i++)
    {
      Candidate *candidate = &g_array_index (mix->candidates, Candidate, i);
      double low, high, cost;

      fx_progress_report (progress, (double)i / mix->candidates->len, "What 16 bits are worth, %u of %u nodes", i + 1,
                          mix->candidates->len);
      if (!noise_alone (mix, candidate->group, mix->accuracy->params, &low, cancellable, error)
          || !noise_alone (mix, candidate->group, raised, &high, cancellable, error)
          || !cost_alone (mix, candidate->node, &cost, error))
        return FALSE;
      candidate->gain = (low - high) / cost;
    }
  g_array_sort (mix->candidates, compare_gains); /* stable */
  return raised != NULL;
}

/* ---- raising ---- */

/* Where the walk is, and the best of it. */
typedef struct
{
  double least;          /* noise */
  guint best;            /* index in FxAccuracy.mixed */
  FxQuantParams *chosen; /* with the nodes up to it */
} Walk;

static void
add_point (const Mix *mix, const char *node, double noise, double ms)
{
  FxMixedPoint point = { node, fx_output_noise_db (noise), ms, FALSE };

  g_array_append_val (mix->accuracy->mixed, point);
}

/* Raises the node if that keeps within the latency. */
static gboolean
raise_node (Mix *mix, Walk *walk, const char *node, GCancellable *cancellable, GError **error)
{
  FxAccuracy *accuracy = mix->accuracy;
  double limit = accuracy->options->mixed.latency, ms, noise;
  g_autoptr (FxQuantParams) params = NULL;

  set_bits (mix, node, TRUE);
  params = assign (mix, error);
  if (params == NULL || !latency (mix, params, &ms, error))
    return FALSE;
  if (limit > 0 && ms > limit * mix->start_ms)
    {
      set_bits (mix, node, FALSE);
      return TRUE;
    }
  if (!fx_output_judge_params (mix->judge, accuracy->graph, params, &noise, cancellable, error))
    return FALSE;
  add_point (mix, node, noise, ms);
  if (noise >= walk->least)
    return TRUE;
  fx_quant_params_free (walk->chosen);
  walk->chosen = g_steal_pointer (&params);
  walk->least = noise;
  walk->best = accuracy->mixed->len - 1;
  return TRUE;
}

/* Nodes behind the best point get their 8 bits back. */
static void
settle (const Mix *mix, Walk *walk)
{
  FxAccuracy *accuracy = mix->accuracy;

  for (guint i = 0; i < accuracy->mixed->len; i++)
    {
      FxMixedPoint *point = &g_array_index (accuracy->mixed, FxMixedPoint, i);

      point->kept = i <= walk->best;
      if (!point->kept)
        set_bits (mix, point->node, FALSE);
    }
  if (walk->chosen == NULL)
    return;
  fx_quant_params_free (accuracy->params);
  accuracy->params = g_steal_pointer (&walk->chosen);
}

static gboolean
raise_nodes (Mix *mix, const FxProgress *progress, GCancellable *cancellable, GError **error)
{
  FxAccuracy *accuracy = mix->accuracy;
  double share = accuracy->options->mixed.share;
  guint n = mix->candidates->len, most = share > 0 ? (guint)(share * n + ROUNDING) : n;
  Walk walk = { 0 };
  gboolean ok;

  ok = fx_output_judge_params (mix->judge, accuracy->graph, accuracy->params, &walk.least, cancellable, error);
  add_point (mix, NULL, walk.least, mix->start_ms);
  for (guint i = 0; ok && i < n && accuracy->mixed->len <= most; i++)
    {
      const Candidate *candidate = &g_array_index (mix->candidates, Candidate, i);

      if (!(candidate->gain > 0))
        break;
      fx_progress_report (progress, (double)i / n, "Giving nodes 16 bits, %u of %u", i + 1, n);
      ok = raise_node (mix, &walk, candidate->node, cancellable, error);
    }
  if (ok)
    settle (mix, &walk);
  fx_quant_params_free (walk.chosen);
  return ok;
}

/* The choices become our own, so that they can be added to. */
static void
take_precisions (FxAccuracy *accuracy)
{
  GHashTable *own = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GHashTableIter iter;
  gpointer name, precision;

  if (accuracy->quant.node_precisions != NULL)
    {
      g_hash_table_iter_init (&iter, accuracy->quant.node_precisions);
      while (g_hash_table_iter_next (&iter, &name, &precision))
        g_hash_table_insert (own, g_strdup (name), precision);
    }
  g_clear_pointer (&accuracy->node_precisions, g_hash_table_unref);
  accuracy->node_precisions = accuracy->quant.node_precisions = own;
}

static gboolean
run (Mix *mix, const FxProgress *progress, GCancellable *cancellable, GError **error)
{
  FxAccuracy *accuracy = mix->accuracy;
  FxProgress ranking = fx_progress_part (progress, 0.0, RANKING), raising = fx_progress_part (progress, RANKING, 1.0);

  mix->judge = fx_output_judge_new (accuracy->graph, MIN (accuracy->samples->n_calibration, MAX_SAMPLES),
                                    accuracy->samples->source, accuracy->samples->source_data,
                                    accuracy->options->n_threads, cancellable, error);
  if (mix->judge == NULL || !latency (mix, accuracy->params, &mix->start_ms, error))
    return FALSE;
  find_candidates (mix);
  return rank (mix, &ranking, cancellable, error) && raise_nodes (mix, &raising, cancellable, error);
}

gboolean
fx_accuracy_mix (FxAccuracy *accuracy, gboolean *changed, const FxProgress *progress, GCancellable *cancellable,
                 GError **error)
{
  Mix mix = { .accuracy = accuracy, .candidates = g_array_new (FALSE, FALSE, sizeof (Candidate)) };
  gboolean ok;

  take_precisions (accuracy);
  g_clear_pointer (&accuracy->mixed, g_array_unref);
  accuracy->mixed = g_array_new (FALSE, FALSE, sizeof (FxMixedPoint));
  ok = run (&mix, progress, cancellable, error);
  *changed = ok && accuracy->mixed->len > 1 && g_array_index (accuracy->mixed, FxMixedPoint, 1).kept;
  fx_quant_plan_free (mix.plan);
  fx_output_judge_free (mix.judge);
  g_array_unref (mix.candidates);
  return ok;
}
