/* Step: channels of an activation are brought to similar ranges by factors between layers (fx-equalize.h), and
 * everything is calibrated again. The factors that the model of the noise finds best are tried, and milder ones, as the
 * model looks at one layer at a time and knows nothing of what ranges clip; each with the methods, as the one that
 * suited uneven channels may not suit even ones, and with corrected biases, as larger factors shift the means more.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/graph/fx-graph.h"
#include "core/quant/fx-accuracy.h"
#include "core/quant/fx-equalize.h"

#include <math.h>

/* Exponents of the factors. */
static const double strengths[] = { 1.0, 0.5 };

/* What an attempt changes. */
typedef struct
{
  FxGraph *graph;
  FxStatistics *statistics;
  FxQuantParams *params;
  FxQuantOptions quant;
  double noise;
} Attempt;

static void
swap (FxAccuracy *accuracy, Attempt *attempt)
{
  Attempt now = { accuracy->graph, accuracy->statistics, accuracy->params, accuracy->quant, accuracy->noise };

  accuracy->graph = attempt->graph;
  accuracy->statistics = attempt->statistics;
  accuracy->params = attempt->params;
  accuracy->quant = attempt->quant;
  accuracy->noise = attempt->noise;
  *attempt = now;
}

static void
attempt_clear (Attempt *attempt)
{
  fx_graph_free (attempt->graph);
  fx_statistics_free (attempt->statistics);
  fx_quant_params_free (attempt->params);
}

/* `plain` is the network without factors. The better one of this attempt and those before stays. */
static gboolean
try_strength (FxAccuracy *accuracy, const Attempt *plain, double strength, gboolean *changed,
              const FxProgress *progress, GCancellable *cancellable, GError **error)
{
  Attempt attempt = { .graph = fx_graph_copy (plain->graph), .quant = plain->quant, .noise = HUGE_VAL };
  FxEqualization result = { 0 };
  gboolean ok = fx_equalize (attempt.graph, plain->statistics, strength, &result, cancellable, error);

  if (ok && result.n_channels > 0)
    {
      *changed = TRUE;
      swap (accuracy, &attempt);
      ok = fx_accuracy_calibrate (accuracy, progress, cancellable, error)
           && fx_accuracy_choose_method (accuracy, cancellable, error);
      if (!ok || accuracy->noise >= attempt.noise)
        swap (accuracy, &attempt);
    }
  attempt_clear (&attempt);
  return ok;
}

/* Everything is tried, even if nothing is better than what there was: that is for the caller to see. */
gboolean
fx_accuracy_equalize (FxAccuracy *accuracy, gboolean *changed, const FxProgress *progress, GCancellable *cancellable,
                      GError **error)
{
  const guint n = G_N_ELEMENTS (strengths);
  Attempt plain = { .graph = fx_graph_copy (accuracy->graph),
                    .statistics = fx_statistics_copy (accuracy->statistics),
                    .quant = accuracy->quant };
  gboolean ok = TRUE;

  accuracy->noise = HUGE_VAL;
  accuracy->corrects_bias = TRUE;
  for (guint i = 0; ok && i < n; i++)
    {
      FxProgress part = fx_progress_part (progress, (double)i / n, (double)(i + 1) / n);

      ok = try_strength (accuracy, &plain, strengths[i], changed, &part, cancellable, error);
    }
  attempt_clear (&plain);
  return ok;
}
