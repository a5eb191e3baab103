/* SPDX-License-Identifier: Apache-2.0 */
#include "core/quant/fx-layer-error.h"

#include "core/fx-error.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"
#include "core/quant/fx-join.h"
#include "core/quant/fx-twins.h"

#include <math.h>
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
  FxUses *uses; /* of the quantized graph */
  FxJoin *join;
  GArray *pairs;    /* of FxPair */
  GArray *targets;  /* of Target, as many */
  guint *n_missing; /* [n_layers] pairs that the sample has not completed yet */
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

static FxLayerError
layer_of (const Job *job, FxId value, const FxNode *node, FxId twin)
{
  const FxGraph *graph = job->graphs->quantized;
  FxLayerError layer = { .node = node->name,
                         .op_type = node->op_type,
                         .tensor = fx_graph_value (job->graphs->reference, twin)->name,
                         .dtype = fx_graph_value (graph, value)->dtype };

  layer.has_range = range_of (graph, job->uses, value, &layer.range);
  for (guint i = 0; i < node->n_inputs; i++)
    if (node->inputs[i] != FX_NONE && fx_graph_value (graph, node->inputs[i])->constant == NULL)
      {
        layer.has_input_range = range_of (graph, job->uses, node->inputs[i], &layer.input_range);
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
  if (part == QUANTIZED)
    return fx_integer_scale (graph, job->uses, value, &side->scale, &side->zero_point);
  else
    {
      g_autoptr (FxUses) uses = fx_uses_new (graph);

      return fx_integer_scale (graph, uses, value, &side->scale, &side->zero_point);
    }
}

static void
add_pair (Job *job, const FxPairSide *reference, const FxPairSide *other, Target target)
{
  FxPair pair = { *reference, *other };

  g_array_append_val (job->pairs, pair);
  g_array_append_val (job->targets, target);
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
  layer = layer_of (job, value, node, twin);
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
  job->n_missing = g_new0 (guint, job->report->n_layers + 1);
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
  if (job->n_missing[target->row] == 0)
    job->n_missing[target->row] = layer->has_isolated ? 2 : 1;
  if (--job->n_missing[target->row] == 0 && job->func != NULL)
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

/* What a layer contributes itself, which says more than the noise that comes to it. */
static double
own_sqnr (const FxLayerError *layer)
{
  double sqnr = layer->has_isolated ? layer->isolated.sqnr_db : layer->cumulative.sqnr_db;

  return isnan (sqnr) ? INFINITY : sqnr;
}

static int
compare_layers (gconstpointer a, gconstpointer b, gpointer data)
{
  const FxErrorReport *report = data;
  guint x = *(const guint *)a, y = *(const guint *)b;
  const FxLayerError *first = &report->layers[x], *second = &report->layers[y];

  if (first->has_isolated != second->has_isolated)
    return first->has_isolated ? -1 : 1;
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

/* Layers whose details are wanted, each once. */
static GArray *
choose_details (const FxErrorReport *report, const FxLayerErrorOptions *options)
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

static void
fill_detail (const FxErrorReport *report, FxLayerDetail *detail, FxPairErrors *errors)
{
  const FxLayerError *layer = &report->layers[detail->layer];

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
      fill_detail (report, &report->details[k], &results[k]);
    }
  fx_pair_errors_clear (results, chosen->len);
  return TRUE;
}

/* ---- the whole ---- */

static void
add_part (Job *job, const FxGraph *graph)
{
  guint part = job->n_parts++;

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
      moved[i] = n;
      if (report->layers[i].cumulative.n + report->layers[i].cumulative.not_finite > 0)
        report->layers[n++] = report->layers[i];
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
  chosen = choose_details (job->report, options);
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
  job.uses = fx_uses_new (graphs->quantized);
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
  fx_uses_free (job.uses);
  for (guint i = 0; i < N_PARTS; i++)
    g_free (job.twins[i]);
  g_array_unref (job.pairs);
  g_array_unref (job.targets);
  g_free (job.n_missing);
  return ok ? g_steal_pointer (&report) : NULL;
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
