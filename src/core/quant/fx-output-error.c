/* SPDX-License-Identifier: Apache-2.0 */
#include "core/quant/fx-output-error.h"

#include "core/exec/fx-activation.h"
#include "core/fx-error.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"
#include "core/quant/fx-quantize.h"

#include <math.h>

#define MAX_KEPT_BYTES ((gsize)256 << 20)
#define MOST_DB 200.0

struct _FxOutputJudge
{
  FxSampleSource source;
  gpointer source_data;
  guint n_threads;
  guint n_outputs;
  gboolean *is_score; /* [n_outputs] a Softmax follows */
  GPtrArray *outputs; /* of FxTensor, n_outputs for each sample */
};

/* ---- what is judged ---- */

/* One vector of more than one element. */
static gboolean
is_vector (const FxShape *shape)
{
  int wide = 0;

  for (int i = 0; fx_shape_is_static (shape) && i < shape->rank; i++)
    wide += shape->dims[i] > 1;
  return wide == 1;
}

/* What a Softmax makes class scores of; else the value itself. */
static FxId
before_softmax (const FxGraph *graph, const FxUses *uses, FxId output)
{
  static const char *const views[] = { "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Identity", NULL };
  FxId value = output;

  while (is_vector (&fx_graph_value (graph, value)->shape) && uses->producer[value] != FX_NONE)
    {
      const FxNode *node = fx_graph_node (graph, uses->producer[value]);

      if (fx_node_is (node, "Softmax") || fx_node_is (node, "LogSoftmax"))
        return node->inputs[0];
      if (!g_strv_contains (views, node->op_type))
        break;
      value = node->inputs[0];
    }
  return output;
}

/* The graph with the same ids that ends before a Softmax of class scores: behind it almost nothing is left of what most
 * samples say, and a few that were in doubt would decide alone. */
static FxGraph *
judged_graph (const FxGraph *graph)
{
  FxGraph *judged = fx_graph_copy (graph);
  g_autoptr (FxUses) uses = fx_uses_new (graph);
  guint n = fx_graph_n_outputs (graph);
  g_autofree FxId *outputs = g_new (FxId, n + 1);

  for (guint i = 0; i < n; i++)
    outputs[i] = before_softmax (graph, uses, fx_graph_output (graph, i));
  fx_graph_set_outputs (judged, outputs, n);
  fx_graph_prune (judged);
  return judged;
}

/* ---- the float network ---- */

static guint
n_samples (const FxOutputJudge *judge)
{
  return judge->n_outputs > 0 ? judge->outputs->len / judge->n_outputs : 0;
}

static gboolean
keep_outputs (G_GNUC_UNUSED gpointer state, G_GNUC_UNUSED guint i, FxTensor *const *outputs, gpointer user_data,
              G_GNUC_UNUSED GError **error)
{
  FxOutputJudge *judge = user_data;

  for (guint k = 0; k < judge->n_outputs; k++)
    g_ptr_array_add (judge->outputs, fx_tensor_ref (outputs[k]));
  return TRUE;
}

static gsize
bytes_of_sample (const FxEngine *engine)
{
  gsize bytes = 0;

  for (guint k = 0; k < fx_engine_n_outputs (engine); k++)
    bytes += fx_shape_is_static (&fx_engine_output (engine, k)->shape)
                 ? fx_shape_elements (&fx_engine_output (engine, k)->shape) * sizeof (float)
                 : 0;
  return bytes;
}

FxOutputJudge *
fx_output_judge_new (const FxGraph *graph, guint n, FxSampleSource source, gpointer source_data, guint n_threads,
                     GCancellable *cancellable, GError **error)
{
  FxEngineOptions options = { .n_threads = 1 };
  g_autoptr (FxGraph) judged = judged_graph (graph);
  g_autoptr (FxEngine) engine = fx_engine_new (judged, &options, cancellable, error);
  g_autoptr (FxOutputJudge) judge = NULL;
  FxSampleLoop loop = {
    .engine = engine, .n_threads = n_threads, .source = source, .source_data = source_data, .finish = keep_outputs
  };

  if (engine == NULL)
    return NULL;
  judge = g_new0 (FxOutputJudge, 1);
  judge->source = source;
  judge->source_data = source_data;
  judge->n_threads = n_threads;
  judge->n_outputs = fx_engine_n_outputs (engine);
  judge->is_score = g_new0 (gboolean, judge->n_outputs + 1);
  for (guint k = 0; k < judge->n_outputs; k++)
    judge->is_score[k] = fx_graph_output (judged, k) != fx_graph_output (graph, k);
  judge->outputs = g_ptr_array_new_with_free_func ((GDestroyNotify)fx_tensor_unref);
  loop.end = MIN (n, (guint)MAX (MAX_KEPT_BYTES / MAX (bytes_of_sample (engine), 1), 1));
  loop.user_data = judge;
  if (!fx_sample_loop_run (&loop, cancellable, error))
    return NULL;
  return g_steal_pointer (&judge);
}

void
fx_output_judge_free (FxOutputJudge *judge)
{
  if (judge == NULL)
    return;
  g_ptr_array_unref (judge->outputs);
  g_free (judge->is_score);
  g_free (judge);
}

/* ---- comparing ---- */

typedef struct
{
  const FxOutputJudge *judge;
  double *noise, *signal; /* [n_samples][n_outputs] squared norms */
} Sums;

/* Σ (other − reference)² and Σ reference², of class scores without what all of them have in common. */
static void
sum_squares (const FxTensor *reference, const FxTensor *other, gboolean is_score, double *noise, double *signal)
{
  gsize n = fx_tensor_elements (reference);
  double shift = 0, level = 0;

  for (gsize e = 0; is_score && e < n; e++)
    {
      level += fx_tensor_get_double (reference, e) / (double)n;
      shift += (fx_tensor_get_double (other, e) - fx_tensor_get_double (reference, e)) / (double)n;
    }
  *noise = *signal = 0;
  for (gsize e = 0; e < n; e++)
    {
      double wanted = fx_tensor_get_double (reference, e);
      double difference = fx_tensor_get_double (other, e) - wanted - shift;

      *signal += (wanted - level) * (wanted - level);
      *noise += difference * difference;
    }
}

static gboolean
add_outputs (G_GNUC_UNUSED gpointer state, guint i, FxTensor *const *outputs, gpointer user_data, GError **error)
{
  Sums *sums = user_data;

  for (guint k = 0; k < sums->judge->n_outputs; k++)
    {
      FxTensor *reference = g_ptr_array_index (sums->judge->outputs, i * sums->judge->n_outputs + k);
      gsize n = fx_tensor_elements (reference);
      guint at = i * sums->judge->n_outputs + k;

      if (fx_tensor_elements (outputs[k]) != n)
        return fx_fail (error, FX_ERROR_BAD_GRAPH, "output %u has %zu elements, that of the float network %zu", k,
                        fx_tensor_elements (outputs[k]), n);
      sum_squares (reference, outputs[k], sums->judge->is_score[k], &sums->noise[at], &sums->signal[at]);
    }
  return TRUE;
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double x = *(const double *)a, y = *(const double *)b;

  return x < y ? -1 : x > y;
}

/* The median; the mean where that is 0, as of a detector's output for pictures that mostly show nothing. */
static double
usual_signal (const Sums *sums, guint output)
{
  guint n = n_samples (sums->judge);
  g_autofree double *signals = g_new (double, n + 1);
  double sum = 0;

  for (guint i = 0; i < n; i++)
    sum += signals[i] = sums->signal[i * sums->judge->n_outputs + output];
  qsort (signals, n, sizeof *signals, compare_doubles);
  return n > 0 && signals[n / 2] > 0 ? signals[n / 2] : sum / MAX (n, 1);
}

static double
output_noise (const Sums *sums, guint output)
{
  guint n = n_samples (sums->judge);
  double usual = usual_signal (sums, output), norm = 0;

  for (guint i = 0; i < n; i++)
    {
      guint at = i * sums->judge->n_outputs + output;
      double level = (sums->signal[at] + usual) / 2;
      double share = sums->noise[at] == 0 ? 0 : sqrt (sums->noise[at] / level);

      norm += (isfinite (share) ? share : 1) / n;
    }
  return norm * norm;
}

static double
mean_noise (const Sums *sums)
{
  double mean = 0;

  for (guint k = 0; k < sums->judge->n_outputs; k++)
    mean += output_noise (sums, k);
  return mean / MAX (sums->judge->n_outputs, 1);
}

static gboolean
run (const FxOutputJudge *judge, const FxGraph *network, double *noise, GCancellable *cancellable, GError **error)
{
  FxEngineOptions options = { .n_threads = 1 };
  g_autoptr (FxEngine) engine = fx_engine_new (network, &options, cancellable, error);
  g_autofree double *memory = g_new0 (double, 2 * judge->outputs->len + 1);
  Sums sums = { judge, memory, memory + judge->outputs->len };
  FxSampleLoop loop = { .engine = engine,
                        .end = n_samples (judge),
                        .n_threads = judge->n_threads,
                        .source = judge->source,
                        .source_data = judge->source_data,
                        .finish = add_outputs,
                        .user_data = &sums };

  if (engine == NULL || !fx_sample_loop_run (&loop, cancellable, error))
    return FALSE;
  *noise = mean_noise (&sums);
  return TRUE;
}

gboolean
fx_output_judge_params (const FxOutputJudge *judge, const FxGraph *graph, const FxQuantParams *params, double *noise,
                        GCancellable *cancellable, GError **error)
{
  g_autoptr (FxGraph) judged = judged_graph (graph);
  g_autoptr (FxGraph) network = fx_quantize_integer (judged, params, error);

  return network != NULL && run (judge, network, noise, cancellable, error);
}

double
fx_output_noise_db (double noise)
{
  return noise > 0 ? MIN (-10 * log10 (noise), MOST_DB) : MOST_DB;
}
