/* SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/fx-staged-run.h"

#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"

struct _FxStagedRun
{
  const FxGraph *network;
  guint n_samples, n_threads;
  FxId next;       /* the first node that has not run */
  FxId *last_use;  /* [n_values] the last node that uses a value, FX_NONE: none does */
  FxTensor **held; /* [n_values][n_samples] or NULL */
};

/* ---- what is alive ---- */

static FxId *
find_last_uses (const FxGraph *network)
{
  guint n = fx_graph_n_values (network);
  FxId *last = g_new (FxId, n + 1);

  for (FxId v = 0; v < n; v++)
    last[v] = FX_NONE;
  for (FxId id = 0; id < fx_graph_n_nodes (network); id++)
    {
      const FxNode *node = fx_graph_node (network, id);

      for (guint i = 0; !node->removed && i < node->n_inputs; i++)
        if (node->inputs[i] != FX_NONE)
          last[node->inputs[i]] = id;
    }
  return last;
}

static gsize
value_bytes (const FxGraph *network, FxId id)
{
  const FxValue *value = fx_graph_value (network, id);

  return fx_shape_is_static (&value->shape) ? fx_shape_elements (&value->shape) * fx_dtype_size (value->dtype) : 0;
}

gsize
fx_staged_run_bytes (const FxGraph *network)
{
  g_autofree FxId *last = find_last_uses (network);
  gsize bytes = 0, most;

  for (guint i = 0; i < fx_graph_n_inputs (network); i++)
    bytes += value_bytes (network, fx_graph_input (network, i));
  most = bytes;
  for (FxId id = 0; id < fx_graph_n_nodes (network); id++)
    {
      const FxNode *node = fx_graph_node (network, id);

      for (guint k = 0; !node->removed && k < node->n_outputs; k++)
        if (node->outputs[k] != FX_NONE && last[node->outputs[k]] != FX_NONE)
          bytes += value_bytes (network, node->outputs[k]);
      most = MAX (most, bytes);
      for (guint k = 0; !node->removed && k < node->n_inputs; k++)
        if (node->inputs[k] != FX_NONE && last[node->inputs[k]] == id
            && fx_graph_value (network, node->inputs[k])->constant == NULL)
          {
            bytes -= MIN (bytes, value_bytes (network, node->inputs[k]));
            last[node->inputs[k]] = FX_NONE; /* a node may use a value twice */
          }
    }
  return most;
}

static FxTensor **
held_of (const FxStagedRun *run, FxId value)
{
  return run->held + (gsize)value * run->n_samples;
}

/* Whether a node from `from` on uses the value. */
static gboolean
is_used_from (const FxStagedRun *run, FxId value, FxId from)
{
  return run->last_use[value] != FX_NONE && run->last_use[value] >= from;
}

static void
forget_before (FxStagedRun *run, FxId node)
{
  for (FxId v = 0; v < fx_graph_n_values (run->network); v++)
    for (guint i = 0; i < run->n_samples && !is_used_from (run, v, node); i++)
      g_clear_pointer (&held_of (run, v)[i], fx_tensor_unref);
}

/* ---- one piece ---- */

typedef struct
{
  FxStagedRun *run;
  GArray *inputs, *outputs; /* of FxId */
} Piece;

static void
add_once (GArray *ids, FxId id)
{
  for (guint i = 0; i < ids->len; i++)
    if (g_array_index (ids, FxId, i) == id)
      return;
  g_array_append_val (ids, id);
}

/* What nodes first … end − 1 take from before, and leave to those behind. */
static void
find_borders (Piece *piece, FxId end)
{
  const FxStagedRun *run = piece->run;

  for (FxId id = run->next; id < end; id++)
    {
      const FxNode *node = fx_graph_node (run->network, id);

      for (guint k = 0; !node->removed && k < node->n_inputs; k++)
        if (node->inputs[k] != FX_NONE && run->n_samples > 0 && held_of (run, node->inputs[k])[0] != NULL)
          add_once (piece->inputs, node->inputs[k]);
      for (guint k = 0; !node->removed && k < node->n_outputs; k++)
        if (node->outputs[k] != FX_NONE && is_used_from (run, node->outputs[k], end))
          add_once (piece->outputs, node->outputs[k]);
    }
}

static FxGraph *
cut_out (const Piece *piece, FxId end)
{
  FxGraph *graph = fx_graph_copy (piece->run->network);

  for (FxId id = 0; id < fx_graph_n_nodes (graph); id++)
    if ((id < piece->run->next || id >= end) && !fx_graph_node (graph, id)->removed)
      fx_graph_remove_node (graph, id);
  fx_graph_set_inputs (graph, (const FxId *)piece->inputs->data, piece->inputs->len);
  fx_graph_set_outputs (graph, (const FxId *)piece->outputs->data, piece->outputs->len);
  return graph;
}

static gboolean
load_held (guint i, FxTensor **inputs, gpointer user_data, G_GNUC_UNUSED GError **error)
{
  const Piece *piece = user_data;

  for (guint k = 0; k < piece->inputs->len; k++)
    inputs[k] = fx_tensor_ref (held_of (piece->run, g_array_index (piece->inputs, FxId, k))[i]);
  return TRUE;
}

static gboolean
keep_outputs (G_GNUC_UNUSED gpointer state, guint i, FxTensor *const *outputs, gpointer user_data,
              G_GNUC_UNUSED GError **error)
{
  const Piece *piece = user_data;

  for (guint k = 0; k < piece->outputs->len; k++)
    held_of (piece->run, g_array_index (piece->outputs, FxId, k))[i] = fx_tensor_ref (outputs[k]);
  return TRUE;
}

static gboolean
run_piece (Piece *piece, FxId end, GCancellable *cancellable, GError **error)
{
  FxEngineOptions options = { .n_threads = 1 };
  g_autoptr (FxGraph) graph = NULL;
  g_autoptr (FxEngine) engine = NULL;
  FxSampleLoop loop = { .end = piece->run->n_samples,
                        .n_threads = piece->run->n_threads,
                        .source = load_held,
                        .source_data = piece,
                        .finish = keep_outputs,
                        .user_data = piece };

  find_borders (piece, end);
  if (piece->outputs->len == 0)
    return TRUE;
  graph = cut_out (piece, end);
  loop.engine = engine = fx_engine_new (graph, &options, cancellable, error);
  return engine != NULL && fx_sample_loop_run (&loop, cancellable, error);
}

gboolean
fx_staged_run_to (FxStagedRun *run, FxId node, GCancellable *cancellable, GError **error)
{
  g_autoptr (GArray) inputs = g_array_new (FALSE, FALSE, sizeof (FxId)),
                     outputs = g_array_new (FALSE, FALSE, sizeof (FxId));
  Piece piece = { run, inputs, outputs };

  if (node <= run->next)
    return TRUE;
  if (!run_piece (&piece, node, cancellable, error))
    return FALSE;
  run->next = node;
  forget_before (run, node);
  return TRUE;
}

/* ---- all of it ---- */

static gboolean
load_samples (FxStagedRun *run, FxSampleSource source, gpointer source_data, GCancellable *cancellable, GError **error)
{
  guint n_inputs = fx_graph_n_inputs (run->network);
  g_autofree FxTensor **inputs = g_new0 (FxTensor *, n_inputs + 1);

  for (guint i = 0; i < run->n_samples; i++)
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error) || !source (i, inputs, source_data, error))
        return FALSE;
      for (guint k = 0; k < n_inputs; k++)
        held_of (run, fx_graph_input (run->network, k))[i] = g_steal_pointer (&inputs[k]);
    }
  return TRUE;
}

FxStagedRun *
fx_staged_run_new (const FxGraph *network, guint n_samples, FxSampleSource source, gpointer source_data,
                   guint n_threads, GCancellable *cancellable, GError **error)
{
  g_autoptr (FxStagedRun) run = g_new0 (FxStagedRun, 1);

  run->network = network;
  run->n_samples = n_samples;
  run->n_threads = n_threads;
  run->last_use = find_last_uses (network);
  run->held = g_new0 (FxTensor *, (gsize)fx_graph_n_values (network) * n_samples + 1);
  return load_samples (run, source, source_data, cancellable, error) ? g_steal_pointer (&run) : NULL;
}

void
fx_staged_run_free (FxStagedRun *run)
{
  if (run == NULL)
    return;
  for (gsize i = 0; i < (gsize)fx_graph_n_values (run->network) * run->n_samples; i++)
    fx_tensor_unref (run->held[i]);
  g_free (run->held);
  g_free (run->last_use);
  g_free (run);
}

FxTensor *
fx_staged_run_value (const FxStagedRun *run, guint i, FxId value)
{
  return held_of (run, value)[i];
}
