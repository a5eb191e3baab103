/* SPDX-License-Identifier: Apache-2.0 */
#include "core/quant/fx-sensitivity.h"

#include "core/fx-error.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"
#include "core/quant/fx-quant-partial.h"
#include "core/quant/fx-quantize.h"

#include <math.h>
#include <string.h>

static const char *const kind_names[] = { "node", "weight", "activation" };

const char *
fx_sensitivity_kind_name (FxSensitivityKind kind)
{
  return kind_names[kind];
}

gboolean
fx_sensitivity_kind_parse (const char *text, FxSensitivityKind *kind, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (kind_names); i++)
    if (strcmp (kind_names[i], text) == 0)
      {
        *kind = (FxSensitivityKind)i;
        return TRUE;
      }
  return fx_fail (error, FX_ERROR_BAD_DATA, "\"%s\" is none of: node, weight, activation", text);
}

/* A part that is quantized alone. */
typedef struct
{
  const char *name, *op_type; /* of the graphs */
  GArray *nodes;              /* FX_SENSITIVITY_NODE: ids in the float graph */
} Part;

typedef struct
{
  const FxGraph *graph;
  const FxQuantParams *params;
  const FxSensitivityOptions *options;
  FxGraph *integer, *qdq; /* the whole network, as the kind needs it */
  GPtrArray *parts;       /* of Part */
  GCancellable *cancellable;

  guint n_samples, n_inputs, n_outputs;
  FxTensor **inputs;  /* [n_samples][n_inputs] */
  FxTensor **outputs; /* [n_samples][n_outputs] of the float network */
  FxErrorSums *sums;  /* [n_outputs] of the network that is being measured */
} Job;

/* ---- parts ---- */

static void
part_free (gpointer data)
{
  Part *part = data;

  if (part->nodes != NULL)
    g_array_unref (part->nodes);
  g_free (part);
}

static void
add_part (Job *job, const char *name, const char *op_type, GArray *nodes)
{
  Part *part = g_new (Part, 1);

  *part = (Part){ name, op_type, nodes };
  if (job->options->names == NULL || g_strv_contains (job->options->names, name))
    g_ptr_array_add (job->parts, part);
  else
    part_free (part);
}

/* The float nodes that a node of the integer network stands for. */
static GArray *
float_nodes (const Job *job, const FxNode *node)
{
  GArray *nodes = g_array_new (FALSE, FALSE, sizeof (FxId));
  guint n;
  const char *const *origins = fx_node_origins (node, &n);
  FxId own = fx_graph_find_node (job->graph, node->name);

  if (own != FX_NONE)
    g_array_append_val (nodes, own);
  for (FxId i = 0; i < fx_graph_n_nodes (job->graph); i++)
    {
      const FxNode *original = fx_graph_node (job->graph, i);
      guint n_sources;
      const char *const *sources = fx_node_origins (original, &n_sources);
      gboolean covers = !original->removed && i != own;

      /* an optimized node has origins itself: all of them are those of the integer node then */
      for (guint k = 0; covers && k < n_sources; k++)
        {
          guint at = 0;

          while (at < n && strcmp (origins[at], sources[k]) != 0)
            at++;
          covers = at < n;
        }
      if (covers)
        g_array_append_val (nodes, i);
    }
  return nodes;
}

static gboolean
list_nodes (Job *job, GError **error)
{
  job->integer = fx_quantize_integer (job->graph, job->params, error);
  if (job->integer == NULL)
    return FALSE;
  for (FxId i = 0; i < fx_graph_n_nodes (job->integer); i++)
    {
      const FxNode *node = fx_graph_node (job->integer, i);
      GArray *nodes;

      if (node->removed || strcmp (node->domain, "fixpoint") != 0)
        continue;
      nodes = float_nodes (job, node);
      if (nodes->len > 0)
        add_part (job, node->name, fx_graph_node (job->graph, g_array_index (nodes, FxId, 0))->op_type, nodes);
      else
        g_array_unref (nodes);
    }
  return TRUE;
}

static gboolean
list_weights (Job *job, GError **error)
{
  job->qdq = fx_quantize_qdq (job->graph, job->params, error);
  for (FxId i = 0; job->qdq != NULL && i < job->params->n_nodes; i++)
    {
      const FxNode *node = fx_graph_node (job->graph, i);

      if (!node->removed && job->params->nodes[i].precision != FX_PRECISION_FLOAT
          && job->params->nodes[i].weight_scales != NULL)
        add_part (job, node->name, node->op_type, NULL);
    }
  return job->qdq != NULL;
}

static gboolean
list_activations (Job *job, GError **error)
{
  g_autoptr (FxUses) uses = fx_uses_new (job->graph);

  job->qdq = fx_quantize_qdq (job->graph, job->params, error);
  for (FxId v = 0; job->qdq != NULL && v < job->params->n_values; v++)
    {
      const FxValue *value = fx_graph_value (job->graph, v);
      g_autofree char *name = g_strconcat (value->name, "_quantized", NULL);
      FxId producer = uses->producer[v];

      if (job->params->values[v].integer && value->constant == NULL && fx_graph_find_value (job->qdq, name) != FX_NONE)
        add_part (job, value->name, producer != FX_NONE ? fx_graph_node (job->graph, producer)->op_type : "input",
                  NULL);
    }
  return job->qdq != NULL;
}

static gboolean
check_names (const Job *job, GError **error)
{
  for (guint i = 0; job->options->names != NULL && job->options->names[i] != NULL; i++)
    {
      gboolean found = FALSE;

      for (guint k = 0; !found && k < job->parts->len; k++)
        found = strcmp (((const Part *)job->parts->pdata[k])->name, job->options->names[i]) == 0;
      if (!found)
        return fx_fail (error, FX_ERROR_BAD_DATA, "\"%s\" is no %s that is quantized", job->options->names[i],
                        kind_names[job->options->kind]);
    }
  return TRUE;
}

static gboolean
list_parts (Job *job, GError **error)
{
  static gboolean (*const list[]) (Job * job, GError * *error) = { list_nodes, list_weights, list_activations };

  return list[job->options->kind](job, error) && check_names (job, error);
}

/* ---- networks ---- */

/* A part becomes quantized or float. */
static void
choose (const Part *part, gboolean quantized, guint8 *nodes, GHashTable *names)
{
  for (guint k = 0; part->nodes != NULL && k < part->nodes->len; k++)
    nodes[g_array_index (part->nodes, FxId, k)] = quantized;
  if (quantized)
    g_hash_table_add (names, (gpointer)part->name);
  else
    g_hash_table_remove (names, part->name);
}

/* The network with nothing but these parts quantized, or with `others` everything but them. */
static FxGraph *
build (const Job *job, const Part *const *parts, guint n_parts, gboolean others, GError **error)
{
  g_autofree guint8 *nodes = g_new0 (guint8, job->params->n_nodes + 1);
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (FxQuantParams) params = NULL;
  FxQdqPart part = { 0 };

  memset (nodes, others, job->params->n_nodes);
  for (guint i = 0; others && i < job->parts->len; i++)
    choose (job->parts->pdata[i], TRUE, nodes, names);
  for (guint i = 0; i < n_parts; i++)
    choose (parts[i], !others, nodes, names);
  if (job->options->kind == FX_SENSITIVITY_NODE)
    {
      params = fx_quant_params_only (job->graph, job->params, nodes);
      return fx_quantize_integer (job->graph, params, error);
    }
  if (job->options->kind == FX_SENSITIVITY_WEIGHT)
    part.weights = names;
  else
    part.activations = names;
  return fx_qdq_partial (job->qdq, job->graph, &part);
}

/* ---- running ---- */

static gboolean
kept_source (guint i, FxTensor **inputs, gpointer user_data, G_GNUC_UNUSED GError **error)
{
  const Job *job = user_data;

  for (guint k = 0; k < job->n_inputs; k++)
    inputs[k] = fx_tensor_ref (job->inputs[i * job->n_inputs + k]);
  return TRUE;
}

static gpointer
no_state (G_GNUC_UNUSED gpointer user_data)
{
  return NULL;
}

static gboolean
keep_cb (G_GNUC_UNUSED gpointer state, guint i, FxTensor *const *outputs, gpointer user_data,
         G_GNUC_UNUSED GError **error)
{
  Job *job = user_data;

  for (guint k = 0; k < job->n_outputs; k++)
    job->outputs[i * job->n_outputs + k] = fx_tensor_ref (outputs[k]);
  return TRUE;
}

static gboolean
compare_cb (G_GNUC_UNUSED gpointer state, guint i, FxTensor *const *outputs, gpointer user_data,
            G_GNUC_UNUSED GError **error)
{
  Job *job = user_data;

  for (guint k = 0; k < job->n_outputs; k++)
    {
      FxArray reference = fx_tensor_array (job->outputs[i * job->n_outputs + k]);
      FxArray other = fx_tensor_array (outputs[k]);
      FxErrorSums sums = { 0 };

      if (reference.dtype != FX_DTYPE_FLOAT || other.dtype != FX_DTYPE_FLOAT
          || !fx_shape_equal (&reference.shape, &other.shape))
        continue;
      fx_error_sums_add (&sums, reference.data, other.data, fx_array_elements (&reference));
      fx_error_sums_end_sample (&sums);
      fx_error_sums_merge (&job->sums[k], &sums);
    }
  return TRUE;
}

static gboolean
run (Job *job, const FxGraph *graph,
     gboolean (*finish) (gpointer state, guint i, FxTensor *const *outputs, gpointer user_data, GError **error),
     GError **error)
{
  FxEngineOptions options = { .n_threads = 1, .max_bytes = job->options->max_bytes };
  g_autoptr (FxEngine) engine = fx_engine_new (graph, &options, job->cancellable, error);
  FxSampleLoop loop = { .engine = engine,
                        .end = job->n_samples,
                        .n_threads = job->options->n_threads,
                        .source = kept_source,
                        .source_data = job,
                        .state_new = no_state,
                        .finish = finish,
                        .user_data = job };

  return engine != NULL && fx_sample_loop_run (&loop, job->cancellable, error);
}

static gboolean
measure (Job *job, const Part *const *parts, guint n_parts, gboolean others, FxErrorMetrics *worst, GError **error)
{
  g_autoptr (FxGraph) graph = build (job, parts, n_parts, others, error);

  memset (job->sums, 0, job->n_outputs * sizeof *job->sums);
  if (graph == NULL || !run (job, graph, compare_cb, error))
    return FALSE;
  *worst = fx_error_metrics (&(FxErrorSums){ 0 });
  for (guint k = 0; k < job->n_outputs; k++)
    {
      FxErrorMetrics metrics = fx_error_metrics (&job->sums[k]);

      if (metrics.n > 0 && (worst->n == 0 || metrics.sqnr_db < worst->sqnr_db))
        *worst = metrics;
    }
  return TRUE;
}

static gboolean
load_samples (Job *job, FxSampleSource source, gpointer source_data, GError **error)
{
  for (guint i = 0; i < job->n_samples; i++)
    if (g_cancellable_set_error_if_cancelled (job->cancellable, error)
        || !source (i, &job->inputs[i * job->n_inputs], source_data, error))
      return FALSE;
  return run (job, job->graph, keep_cb, error);
}

/* ---- the whole ---- */

static int
compare_rows (gconstpointer a, gconstpointer b)
{
  double x = ((const FxSensitivityRow *)a)->error.sqnr_db, y = ((const FxSensitivityRow *)b)->error.sqnr_db;

  if (isnan (x) || isnan (y))
    return isnan (x) - isnan (y);
  return x < y ? -1 : x > y;
}

/* Takes `name` over. */
static void
add_row (GArray *rows, char *name, const char *op_type, const FxErrorMetrics *error)
{
  FxSensitivityRow row = { name, g_strdup (op_type), *error };

  g_array_append_val (rows, row);
}

/* All parts as one. */
static gboolean
measure_group (Job *job, GArray *rows, GError **error)
{
  FxErrorMetrics metrics;

  if (!measure (job, (const Part *const *)job->parts->pdata, job->parts->len, FALSE, &metrics, error))
    return FALSE;
  add_row (rows, g_strjoinv (", ", (char **)job->options->names), "group", &metrics);
  return TRUE;
}

static gboolean
measure_parts (Job *job, GArray *rows, const FxProgress *progress, GError **error)
{
  for (guint i = 0; i < job->parts->len; i++)
    {
      const Part *part = job->parts->pdata[i];
      FxErrorMetrics metrics;

      if (!measure (job, &part, 1, FALSE, &metrics, error))
        return FALSE;
      add_row (rows, g_strdup (part->name), part->op_type, &metrics);
      fx_progress_report (progress, (double)(i + 1) / job->parts->len, "%u of %u parts", i + 1, job->parts->len);
    }
  g_array_sort (rows, compare_rows); /* stable */
  return TRUE;
}

static gboolean
rank (Job *job, FxSensitivity *result, const FxProgress *progress, GError **error)
{
  GArray *rows = g_array_new (FALSE, TRUE, sizeof (FxSensitivityRow));
  gboolean ok = job->options->together && job->options->names != NULL ? measure_group (job, rows, error)
                                                                      : measure_parts (job, rows, progress, error);

  result->n_rows = rows->len;
  result->rows = (FxSensitivityRow *)g_array_free (rows, FALSE);
  return ok;
}

static const Part *
find_part (const Job *job, const char *name)
{
  for (guint i = 0; i < job->parts->len; i++)
    if (strcmp (((const Part *)job->parts->pdata[i])->name, name) == 0)
      return job->parts->pdata[i];
  return NULL;
}

static gboolean
draw_curves (Job *job, FxSensitivity *result, const FxProgress *progress, GError **error)
{
  guint n = job->options->together ? 0 : MIN (job->options->n_curve, result->n_rows);
  g_autofree const Part **parts = g_new (const Part *, n + 1);

  result->together = g_new0 (FxErrorMetrics, n + 1);
  result->without = g_new0 (FxErrorMetrics, n + 1);
  for (guint k = 0; k < n; k++)
    {
      parts[k] = find_part (job, result->rows[k].name);
      if (!measure (job, parts, k + 1, FALSE, &result->together[k], error)
          || !measure (job, parts, k + 1, TRUE, &result->without[k], error))
        return FALSE;
      result->n_curve = k + 1;
      fx_progress_report (progress, (double)(k + 1) / n, "curves, %u of %u points", k + 1, n);
    }
  return TRUE;
}

static void
job_clear (Job *job)
{
  for (guint i = 0; i < job->n_samples * job->n_inputs; i++)
    fx_tensor_unref (job->inputs[i]);
  for (guint i = 0; i < job->n_samples * job->n_outputs; i++)
    fx_tensor_unref (job->outputs[i]);
  g_free (job->inputs);
  g_free (job->outputs);
  g_free (job->sums);
  g_ptr_array_unref (job->parts);
  fx_graph_free (job->integer);
  fx_graph_free (job->qdq);
}

FxSensitivity *
fx_sensitivity_measure (const FxGraph *graph, const FxQuantParams *params, guint n_samples, FxSampleSource source,
                        gpointer source_data, const FxSensitivityOptions *options, const FxProgress *progress,
                        GCancellable *cancellable, GError **error)
{
  static const FxSensitivityOptions defaults = { 0 };
  g_autoptr (FxSensitivity) result = g_new0 (FxSensitivity, 1);
  Job job = { .graph = graph,
              .params = params,
              .options = options != NULL ? options : &defaults,
              .cancellable = cancellable,
              .n_samples = n_samples,
              .n_inputs = fx_graph_n_inputs (graph),
              .n_outputs = fx_graph_n_outputs (graph) };
  FxProgress ranking = fx_progress_part (progress, 0.0, job.options->n_curve > 0 ? 0.5 : 1.0);
  FxProgress curves = fx_progress_part (progress, 0.5, 1.0);
  gboolean ok;

  job.inputs = g_new0 (FxTensor *, (gsize)n_samples * job.n_inputs + 1);
  job.outputs = g_new0 (FxTensor *, (gsize)n_samples * job.n_outputs + 1);
  job.sums = g_new0 (FxErrorSums, job.n_outputs + 1);
  job.parts = g_ptr_array_new_with_free_func (part_free);
  result->kind = job.options->kind;
  result->n_samples = n_samples;
  ok = list_parts (&job, error) && load_samples (&job, source, source_data, error)
       && rank (&job, result, &ranking, error)
       && (job.options->n_curve == 0 || draw_curves (&job, result, &curves, error));
  job_clear (&job);
  return ok ? g_steal_pointer (&result) : NULL;
}

void
fx_sensitivity_free (FxSensitivity *sensitivity)
{
  if (sensitivity == NULL)
    return;
  for (guint i = 0; i < sensitivity->n_rows; i++)
    {
      g_free (sensitivity->rows[i].name);
      g_free (sensitivity->rows[i].op_type);
    }
  g_free (sensitivity->rows);
  g_free (sensitivity->together);
  g_free (sensitivity->without);
  g_free (sensitivity);
}
