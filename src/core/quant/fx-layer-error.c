/* SPDX-License-Identifier: Apache-2.0 */
#include "core/quant/fx-layer-error.h"

#include "core/fx-error.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"
#include "core/quant/fx-error-report-private.h"
#include "core/quant/fx-join.h"
#include "core/quant/fx-quant-partial.h"
#include "core/quant/fx-quantize.h"
#include "core/quant/fx-twins.h"

#include <string.h>

enum
{
  REFERENCE,
  QUANTIZED,
  WEIGHTS,
  ACTIVATIONS,
  N_PARTS
};

#define FIRST_PASS 0.9 /* share of the progress if details follow */

/* What a pair is measured for. */
typedef struct
{
  guint row;  /* layer or output */
  guint part; /* QUANTIZED of a layer: cumulative */
  gboolean of_output, isolated;
} Target;

typedef struct
{
  const FxErrorGraphs *graphs;
  guint n_parts;
  FxJoinPart parts[N_PARTS];
  FxId *twins[N_PARTS];
  FxUses *uses[N_PARTS];
  FxJoin *join;
  GArray *pairs;   /* of FxPair */
  GArray *targets; /* of Target, as many */
  FxErrorReport *report;
  FxLayerErrorFunc func;
  gpointer user_data;
} Job;

/* ---- rows ---- */

static gboolean
range_of (const FxGraph *graph, const FxUses *uses, FxId value, FxRange *range)
{
  FxDType dtype = fx_graph_value (graph, value)->dtype;
  double low = dtype == FX_DTYPE_INT16 ? -32768.0 : dtype == FX_DTYPE_UINT8 ? 0.0 : -128.0;
  double high = dtype == FX_DTYPE_INT16 ? 32767.0 : dtype == FX_DTYPE_UINT8 ? 255.0 : 127.0;
  float scale;
  gint32 zero_point;

  if ((dtype != FX_DTYPE_INT8 && dtype != FX_DTYPE_UINT8 && dtype != FX_DTYPE_INT16)
      || !fx_integer_scale (graph, uses, value, &scale, &zero_point))
    return FALSE;
  *range = (FxRange){ (double)scale * (low - zero_point), (double)scale * (high - zero_point) };
  return TRUE;
}

static gboolean
is_integer (FxDType dtype)
{
  return dtype == FX_DTYPE_INT8 || dtype == FX_DTYPE_UINT8 || dtype == FX_DTYPE_INT16 || dtype == FX_DTYPE_UINT16;
}

/* Integer nodes of the standard domain do not compute (docs/integer-operators.md). */
static gboolean
only_moves (const FxGraph *graph, const FxNode *node, FxId value)
{
  return *node->domain == '\0' && node->n_inputs > 0 && node->inputs[0] != FX_NONE
         && is_integer (fx_graph_value (graph, node->inputs[0])->dtype)
         && is_integer (fx_graph_value (graph, value)->dtype) && !g_str_has_prefix (node->op_type, "QLinear");
}

static FxLayerError
layer_of (const Job *job, FxId value, const FxNode *node, FxId twin)
{
  const FxGraph *graph = job->graphs->quantized;
  FxLayerError layer = { .node = node->name,
                         .op_type = node->op_type,
                         .tensor = fx_graph_value (job->graphs->reference, twin)->name,
                         .dtype = fx_graph_value (graph, value)->dtype,
                         .moves = only_moves (graph, node, value) };

  if (layer.dtype == FX_DTYPE_FLOAT && node->n_outputs == 1)
    layer.dtype = fx_graph_value (graph, node->outputs[0])->dtype;
  layer.has_range = range_of (graph, job->uses[QUANTIZED], value, &layer.range);
  for (guint i = 0; i < node->n_inputs; i++)
    if (node->inputs[i] != FX_NONE && fx_graph_value (graph, node->inputs[i])->constant == NULL)
      {
        layer.has_input_range = range_of (graph, job->uses[QUANTIZED], node->inputs[i], &layer.input_range);
        break;
      }
  return layer;
}

/* How a value of a part is read; FALSE: integers of unknown scale. */
static gboolean
side_of (const Job *job, guint part, FxId value, FxPairSide *side)
{
  const FxGraph *graph = job->parts[part].graph;

  *side = (FxPairSide){ .value = job->join->values[part][value], .scale = 1.0f };
  if (fx_graph_value (graph, value)->dtype == FX_DTYPE_FLOAT)
    return TRUE;
  return fx_integer_scale (graph, job->uses[part], value, &side->scale, &side->zero_point);
}

static void
add_pair (Job *job, const FxPairSide *reference, const FxPairSide *other, Target target)
{
  FxPair pair = { *reference, *other };

  g_array_append_val (job->pairs, pair);
  g_array_append_val (job->targets, target);
}

/* The node that computes what is only rounded, or made float, behind it. */
static const FxNode *
behind_border (const Job *job, const FxNode *node)
{
  const FxGraph *graph = job->graphs->quantized;

  while (strcmp (node->op_type, "QuantizeLinear") == 0 || strcmp (node->op_type, "DequantizeLinear") == 0)
    {
      FxId producer = job->uses[QUANTIZED]->producer[node->inputs[0]];

      if (producer == FX_NONE || job->twins[QUANTIZED][node->inputs[0]] != FX_NONE)
        break;
      node = fx_graph_node (graph, producer);
    }
  return node;
}

static void
add_layer (Job *job, GArray *layers, FxId value, const FxNode *node, gboolean isolated)
{
  FxId twin = job->twins[QUANTIZED][value];
  FxPairSide reference, other;
  FxLayerError layer;
  Target target = { .row = layers->len, .part = QUANTIZED };

  if (!side_of (job, REFERENCE, twin, &reference) || !side_of (job, QUANTIZED, value, &other)
      || reference.value == other.value)
    return;
  layer = layer_of (job, value, behind_border (job, node), twin);
  layer.has_isolated = isolated && job->join->isolated[value] != FX_NONE;
  g_array_append_val (layers, layer);
  add_pair (job, &reference, &other, target);
  if (!layer.has_isolated)
    return;
  other.value = job->join->isolated[value];
  target.isolated = TRUE;
  add_pair (job, &reference, &other, target);
}

static void
add_layers (Job *job, gboolean isolated)
{
  const FxGraph *graph = job->graphs->quantized;
  GArray *layers = g_array_new (FALSE, TRUE, sizeof (FxLayerError));

  for (FxId i = 0; i < fx_graph_n_nodes (graph); i++)
    {
      const FxNode *node = fx_graph_node (graph, i);

      for (guint k = 0; !node->removed && k < node->n_outputs; k++)
        if (node->outputs[k] != FX_NONE && job->twins[QUANTIZED][node->outputs[k]] != FX_NONE)
          add_layer (job, layers, node->outputs[k], node, isolated);
    }
  job->report->n_layers = layers->len;
  job->report->layers = (FxLayerError *)g_array_free (layers, FALSE);
}

/* Output i of the reference in another graph. */
static FxId
output_of (const FxGraph *reference, const FxGraph *graph, guint i)
{
  const char *name = fx_graph_value (reference, fx_graph_output (reference, i))->name;

  for (guint k = 0; k < fx_graph_n_outputs (graph); k++)
    {
      g_autofree char *base = fx_twin_base_name (fx_graph_value (graph, fx_graph_output (graph, k)));

      if (strcmp (base, name) == 0 || strcmp (fx_graph_value (graph, fx_graph_output (graph, k))->name, name) == 0)
        return fx_graph_output (graph, k);
    }
  return i < fx_graph_n_outputs (graph) ? fx_graph_output (graph, i) : FX_NONE;
}

static void
add_outputs (Job *job)
{
  const FxGraph *reference = job->graphs->reference;
  FxErrorReport *report = job->report;

  report->n_outputs = fx_graph_n_outputs (reference);
  report->outputs = g_new0 (FxOutputError, report->n_outputs + 1);
  for (guint i = 0; i < report->n_outputs; i++)
    {
      FxPairSide side, other;

      report->outputs[i].name = g_strdup (fx_graph_value (reference, fx_graph_output (reference, i))->name);
      report->outputs[i].all = report->outputs[i].weights = report->outputs[i].activations
          = fx_error_metrics (&(FxErrorSums){ 0 });
      report->outputs[i].has_split = job->n_parts == N_PARTS;
      for (guint part = 1; part < job->n_parts; part++)
        {
          FxId output = output_of (reference, job->parts[part].graph, i);

          if (output != FX_NONE && side_of (job, REFERENCE, fx_graph_output (reference, i), &side)
              && side_of (job, part, output, &other) && side.value != other.value)
            add_pair (job, &side, &other, (Target){ i, part, .of_output = TRUE });
        }
    }
}

/* ---- measuring ---- */

static guint64
n_seen (const FxErrorMetrics *metrics)
{
  return metrics->n + metrics->not_finite;
}

static void
take_cb (guint i, const FxPairErrors *errors, gpointer user_data)
{
  Job *job = user_data;
  const Target *target = &g_array_index (job->targets, Target, i);
  FxErrorMetrics metrics = fx_error_metrics (&errors->sums);
  FxLayerError *layer;

  if (target->of_output)
    {
      FxOutputError *output = &job->report->outputs[target->row];

      *(target->part == QUANTIZED ? &output->all
        : target->part == WEIGHTS ? &output->weights
                                  : &output->activations)
          = metrics;
      return;
    }
  layer = &job->report->layers[target->row];
  *(target->isolated ? &layer->isolated : &layer->cumulative) = metrics;
  /* both tell of the same samples */
  if (job->func != NULL && (!layer->has_isolated || n_seen (&layer->isolated) == n_seen (&layer->cumulative)))
    job->func (layer, target->row, job->report->n_layers, job->user_data);
}

static gboolean
measure (Job *job, guint n_samples, FxSampleSource source, gpointer source_data, const FxLayerErrorOptions *options,
         const FxProgress *progress, GCancellable *cancellable, GError **error)
{
  FxPairOptions pair_options = { .n_threads = options->n_threads, .max_bytes = options->max_bytes };
  g_autofree FxPairErrors *results = g_new0 (FxPairErrors, job->pairs->len + 1);

  if (!fx_pair_errors_measure (job->join->graph, (const FxPair *)job->pairs->data, job->pairs->len, n_samples, source,
                               source_data, &pair_options, take_cb, job, results, progress, cancellable, error))
    return FALSE;
  fx_pair_errors_clear (results, job->pairs->len);
  return TRUE;
}

/* ---- details ---- */

static gboolean
measure_details (Job *job, const GArray *chosen, guint n_samples, FxSampleSource source, gpointer source_data,
                 const FxLayerErrorOptions *options, const FxProgress *progress, GCancellable *cancellable,
                 GError **error)
{
  FxPairOptions pair_options = { .n_threads = options->n_threads, .max_bytes = options->max_bytes, .details = TRUE };
  g_autofree FxPairErrors *results = g_new0 (FxPairErrors, chosen->len + 1);
  g_autofree FxPair *pairs = g_new0 (FxPair, chosen->len + 1);
  FxErrorReport *report = job->report;

  for (guint i = 0; i < job->targets->len; i++)
    {
      const Target *target = &g_array_index (job->targets, Target, i);

      for (guint k = 0; k < chosen->len && !target->of_output && !target->isolated; k++)
        if (g_array_index (chosen, guint, k) == target->row)
          pairs[k] = g_array_index (job->pairs, FxPair, i);
    }
  if (!fx_pair_errors_measure (job->join->graph, pairs, chosen->len, n_samples, source, source_data, &pair_options,
                               NULL, NULL, results, progress, cancellable, error))
    return FALSE;
  report->n_details = chosen->len;
  report->details = g_new0 (FxLayerDetail, chosen->len + 1);
  for (guint k = 0; k < chosen->len; k++)
    {
      report->details[k].layer = g_array_index (chosen, guint, k);
      fx_layer_detail_fill (&report->details[k], &report->layers[report->details[k].layer], &results[k]);
    }
  fx_pair_errors_clear (results, chosen->len);
  return TRUE;
}

/* ---- the whole ---- */

static void
add_part (Job *job, const FxGraph *graph)
{
  guint part = job->n_parts++;

  job->uses[part] = fx_uses_new (graph);
  job->twins[part] = part > 0 ? fx_twins_find (job->graphs->reference, graph) : NULL;
  job->parts[part] = (FxJoinPart){ graph, job->twins[part] };
}

/* Layers whose values did not survive the simplification of the graph have nothing to tell. */
static void
drop_unseen (FxErrorReport *report)
{
  g_autofree guint *moved = g_new (guint, report->n_layers + 1);
  guint n = 0;

  for (guint i = 0; i < report->n_layers; i++)
    {
      FxLayerError *layer = &report->layers[i];

      moved[i] = n;
      layer->has_isolated = layer->has_isolated && n_seen (&layer->isolated) > 0;
      if (n_seen (&layer->cumulative) > 0)
        report->layers[n++] = *layer;
    }
  report->n_layers = n;
  for (guint i = 0; i < report->n_details; i++)
    report->details[i].layer = moved[report->details[i].layer];
}

/* The names are the graphs' own until here. */
static void
take_names (FxErrorReport *report)
{
  for (guint i = 0; i < report->n_layers; i++)
    {
      FxLayerError *layer = &report->layers[i];

      layer->node = g_strdup (layer->node);
      layer->op_type = g_strdup (layer->op_type);
      layer->tensor = g_strdup (layer->tensor);
    }
}

static gboolean
run (Job *job, guint n_samples, FxSampleSource source, gpointer source_data, const FxLayerErrorOptions *options,
     const FxProgress *progress, GCancellable *cancellable, GError **error)
{
  gboolean details = options->n_worst > 0 || options->detailed != NULL;
  FxProgress first = fx_progress_part (progress, 0.0, details ? FIRST_PASS : 1.0);
  FxProgress second = fx_progress_part (progress, FIRST_PASS, 1.0);
  g_autoptr (GArray) chosen = NULL;

  job->join = fx_join_new (job->parts, job->n_parts, options->no_isolated ? 0 : QUANTIZED, error);
  if (job->join == NULL)
    return FALSE;
  add_layers (job, !options->no_isolated);
  add_outputs (job);
  for (guint i = 0; i < job->report->n_layers; i++)
    job->report->layers[i].cumulative = job->report->layers[i].isolated = fx_error_metrics (&(FxErrorSums){ 0 });
  if (!measure (job, n_samples, source, source_data, options, &first, cancellable, error))
    return FALSE;
  chosen = fx_error_report_choose (job->report, options);
  return chosen->len == 0
         || measure_details (job, chosen, n_samples, source, source_data, options, &second, cancellable, error);
}

FxErrorReport *
fx_layer_errors_measure_graphs (const FxErrorGraphs *graphs, guint n_samples, FxSampleSource source,
                                gpointer source_data, const FxLayerErrorOptions *options, FxLayerErrorFunc func,
                                gpointer user_data, const FxProgress *progress, GCancellable *cancellable,
                                GError **error)
{
  static const FxLayerErrorOptions defaults = { 0 };
  g_autoptr (FxErrorReport) report = g_new0 (FxErrorReport, 1);
  Job job = { .graphs = graphs, .report = report, .func = func, .user_data = user_data };
  gboolean ok;

  job.pairs = g_array_new (FALSE, FALSE, sizeof (FxPair));
  job.targets = g_array_new (FALSE, FALSE, sizeof (Target));
  add_part (&job, graphs->reference);
  add_part (&job, graphs->quantized);
  if (graphs->weights != NULL && graphs->activations != NULL)
    {
      add_part (&job, graphs->weights);
      add_part (&job, graphs->activations);
    }
  report->n_samples = n_samples;
  ok = run (&job, n_samples, source, source_data, options != NULL ? options : &defaults, progress, cancellable, error);
  drop_unseen (report);
  take_names (report);
  fx_join_free (job.join);
  for (guint i = 0; i < N_PARTS; i++)
    {
      fx_uses_free (job.uses[i]);
      g_free (job.twins[i]);
    }
  g_array_unref (job.pairs);
  g_array_unref (job.targets);
  return ok ? g_steal_pointer (&report) : NULL;
}

FxErrorReport *
fx_layer_errors_measure (const FxGraph *graph, const FxQuantParams *params, guint n_samples, FxSampleSource source,
                         gpointer source_data, const FxLayerErrorOptions *options, FxLayerErrorFunc func,
                         gpointer user_data, const FxProgress *progress, GCancellable *cancellable, GError **error)
{
  g_autoptr (FxGraph) integer = fx_quantize_integer (graph, params, error);
  g_autoptr (FxGraph) qdq = integer != NULL ? fx_quantize_qdq (graph, params, error) : NULL;
  g_autoptr (FxGraph) weights = NULL, activations = NULL;
  FxErrorGraphs graphs = { .reference = graph, .quantized = integer };

  if (qdq == NULL)
    return NULL;
  graphs.weights = weights = fx_qdq_partial (qdq, graph, &(FxQdqPart){ .all_weights = TRUE });
  graphs.activations = activations = fx_qdq_partial (qdq, graph, &(FxQdqPart){ .all_activations = TRUE });
  return fx_layer_errors_measure_graphs (&graphs, n_samples, source, source_data, options, func, user_data, progress,
                                         cancellable, error);
}
