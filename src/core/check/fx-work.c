/* Bringing a copy of the graph into the form that is judged.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fx-check-private.h"

#include "core/fx-i18n.h"
#include "core/graph/fx-infer.h"
#include "core/passes/fx-adapt.h"
#include "core/passes/fx-passes.h"

#include <string.h>

/* Constants of up to this size are computed to be looked at; larger ones only count as constant. */
#define MAX_VALUE_BYTES (1 << 20)

static void
reason_free (gpointer data)
{
  FxReason *reason = data;

  g_free (reason->text);
  g_free (reason->found);
  g_free (reason->allowed);
  g_free (reason->note);
  g_free (reason);
}

GPtrArray *
fx_reasons_new (void)
{
  return g_ptr_array_new_with_free_func (reason_free);
}

FxReason *
fx_reasons_add (GPtrArray *reasons, const char *text, const char *found, const char *allowed, const char *note)
{
  FxReason *reason = g_new0 (FxReason, 1);

  reason->text = g_strdup (text);
  reason->found = g_strdup (found);
  reason->allowed = g_strdup (allowed);
  reason->note = g_strdup (note);
  g_ptr_array_add (reasons, reason);
  return reason;
}

static gboolean
is_op (const FxNode *node, const char *name)
{
  return node->op != NULL && node->op->domain == NULL && strcmp (node->op->name, name) == 0;
}

static void
settle (FxWork *work, FxId id, const char *text)
{
  work->nodes[id].settled = TRUE;
  work->nodes[id].placement = FX_PLACEMENT_FOLDED;
  fx_reasons_add (work->nodes[id].reasons, text, NULL, NULL, NULL);
}

/* ---- constants ---- */

static gboolean
has_static_inputs (const FxFact *facts, guint n)
{
  for (guint i = 0; i < n; i++)
    if (facts[i].present && !fx_shape_is_static (&facts[i].shape))
      return FALSE;
  return TRUE;
}

static void
keep_values (FxGraph *graph, const FxNode *node, const FxFact *facts)
{
  g_autofree FxTensor **outputs = g_new0 (FxTensor *, node->n_outputs + 1);

  if (!fx_op_can_fold (node->op, facts, node->n_inputs)
      || !fx_op_fold_facts (node->op, node, facts, node->n_inputs, outputs, node->n_outputs, MAX_VALUE_BYTES, NULL))
    return;
  for (guint i = 0; i < node->n_outputs; i++)
    if (outputs[i] != NULL)
      {
        FxValue *value = fx_graph_value (graph, node->outputs[i]);

        g_clear_pointer (&value->constant, fx_tensor_unref);
        value->constant = outputs[i];
        value->dtype = fx_tensor_dtype (outputs[i]);
        value->shape = *fx_tensor_shape (outputs[i]);
      }
}

/* Nodes whose result follows from constants and from shapes that are known. */
static void
settle_constants (FxWork *work)
{
  FxGraph *graph = work->graph;
  g_autofree guint8 *constant = g_new0 (guint8, fx_graph_n_values (graph) + 1);

  for (FxId v = 0; v < fx_graph_n_values (graph); v++)
    constant[v] = fx_graph_value (graph, v)->constant != NULL;
  for (FxId i = 0; i < work->n_nodes; i++)
    {
      const FxNode *node = fx_graph_node (graph, i);
      g_autofree FxFact *facts = NULL;
      gboolean all = TRUE;

      if (node->removed || node->op == NULL || (node->op->flags & FX_OP_RANDOM))
        continue;
      for (guint k = 0; k < node->n_inputs; k++)
        all = all && (node->inputs[k] == FX_NONE || constant[node->inputs[k]]);
      if (!all && !(node->op->flags & FX_OP_SHAPE_ONLY))
        continue;
      facts = g_new0 (FxFact, node->n_inputs + 1);
      fx_graph_get_facts (graph, node->inputs, node->n_inputs, facts);
      if (!all && !has_static_inputs (facts, node->n_inputs))
        continue;
      keep_values (graph, node, facts);
      for (guint k = 0; k < node->n_outputs; k++)
        if (node->outputs[k] != FX_NONE)
          constant[node->outputs[k]] = TRUE;
      settle (work, i, _ ("constant: it is computed once, before the model runs"));
    }
}

/* ---- nodes that go away ---- */

static gboolean
does_nothing (const FxNode *node)
{
  return (is_op (node, "Identity") || is_op (node, "Dropout")) && node->n_inputs > 0 && node->n_outputs > 0
         && node->inputs[0] != FX_NONE && node->outputs[0] != FX_NONE;
}

static gboolean
has_constant_inputs_from (const FxGraph *graph, const FxNode *node, guint first)
{
  for (guint i = first; i < node->n_inputs; i++)
    if (node->inputs[i] != FX_NONE && fx_graph_value (graph, node->inputs[i])->constant == NULL)
      return FALSE;
  return TRUE;
}

/* The convolution whose weights can take a normalization with constant parameters in. */
static FxId
host_of_norm (const FxWork *work, const FxNode *node, const FxId *alias)
{
  FxId value, host;
  const FxNode *from;

  if (!is_op (node, "BatchNormalization") || node->n_inputs < 1 || node->inputs[0] == FX_NONE
      || !has_constant_inputs_from (work->graph, node, 1))
    return FX_NONE;
  value = alias[node->inputs[0]];
  host = work->uses->producer[value];
  if (host == FX_NONE || work->uses->is_output[value] || fx_uses_count (work->uses, value) != 1)
    return FX_NONE;
  from = fx_graph_node (work->graph, host);
  if (!(is_op (from, "Conv") || is_op (from, "ConvTranspose") || is_op (from, "Gemm"))
      || !has_constant_inputs_from (work->graph, from, 1))
    return FX_NONE;
  return host;
}

static void
take_aliases (FxNode *node, const FxId *alias)
{
  for (guint k = 0; k < node->n_inputs; k++)
    if (node->inputs[k] != FX_NONE)
      node->inputs[k] = alias[node->inputs[k]];
}

/* Bypasses Dropout and Identity, and normalizations that become part of the convolution before them. */
static void
bypass (FxWork *work)
{
  FxGraph *graph = work->graph;
  guint n_values = fx_graph_n_values (graph);
  g_autofree FxId *alias = g_new (FxId, n_values + 1);
  g_autofree FxId *outputs = g_new (FxId, fx_graph_n_outputs (graph) + 1);

  for (FxId v = 0; v < n_values; v++)
    alias[v] = v;
  for (FxId i = 0; i < work->n_nodes; i++)
    {
      FxNode *node = fx_graph_node (graph, i);
      FxId host;

      if (node->removed)
        continue;
      take_aliases (node, alias);
      if (work->nodes[i].settled || node->n_outputs < 1 || node->outputs[0] == FX_NONE)
        continue;
      host = host_of_norm (work, node, alias);
      if (host == FX_NONE && !does_nothing (node))
        continue;
      if (host != FX_NONE)
        {
          g_autofree char *text
              = g_strdup_printf (_ ("becomes part of the weights of \"%s\""), fx_graph_node (graph, host)->name);

          settle (work, i, text);
          work->nodes[i].host = host;
          work->nodes[i].merged = TRUE;
        }
      else
        settle (work, i, _ ("has no effect when the model runs"));
      alias[node->outputs[0]] = node->inputs[0];
    }
  for (guint i = 0; i < fx_graph_n_outputs (graph); i++)
    outputs[i] = alias[fx_graph_output (graph, i)];
  fx_graph_set_outputs (graph, outputs, fx_graph_n_outputs (graph));
  /* what is bypassed no longer uses anything */
  for (FxId i = 0; i < work->n_nodes; i++)
    if (work->nodes[i].settled && !fx_graph_node (graph, i)->removed
        && (work->nodes[i].merged || does_nothing (fx_graph_node (graph, i))))
      fx_node_set_inputs (fx_graph_node (graph, i), NULL, 0);
}

/* ---- the copy ---- */

/* The mask of a Dropout that nobody reads would stand in the way of its conversion. */
static void
drop_unread_masks (FxGraph *graph)
{
  g_autoptr (FxUses) uses = fx_uses_new (graph);

  for (FxId i = 0; i < fx_graph_n_nodes (graph); i++)
    {
      FxNode *node = fx_graph_node (graph, i);

      if (!node->removed && is_op (node, "Dropout") && node->n_outputs == 2
          && (node->outputs[1] == FX_NONE
              || (fx_uses_count (uses, node->outputs[1]) == 0 && !uses->is_output[node->outputs[1]])))
        node->n_outputs = 1;
    }
}

/* Operands that the file computes from constants are constants for the conversion. */
static gboolean
convert (FxGraph *graph, GPtrArray *diagnostics)
{
  drop_unread_masks (graph);
  return fx_pass_fold_constants (graph, NULL) && fx_pass_convert_opset (graph, diagnostics, NULL);
}

/* A free batch size and nothing else: what is said about one sample holds. */
static void
assume_one_sample (FxGraph *graph)
{
  for (guint i = 0; i < fx_graph_n_inputs (graph); i++)
    {
      FxShape *shape = &fx_graph_value (graph, fx_graph_input (graph, i))->shape;

      if (fx_has_free_batch (shape))
        shape->dims[0] = 1;
    }
}

FxWork *
fx_work_new (const FxGraph *source, const FxTarget *target, GPtrArray *diagnostics)
{
  FxWork *work = g_new0 (FxWork, 1);
  gint64 opset = fx_graph_opset (source, "");

  work->source = source;
  work->target = target;
  work->graph = fx_graph_copy (source);
  assume_one_sample (work->graph);
  fx_graph_infer (work->graph, diagnostics);
  if (opset != 0 && !fx_target_reads_opset (target, opset))
    {
      /* what cannot be converted stays as it is and is judged so */
      work->converted = convert (work->graph, diagnostics);
      if (!work->converted)
        {
          fx_graph_free (work->graph);
          work->graph = fx_graph_copy (source);
          assume_one_sample (work->graph);
          fx_graph_infer (work->graph, NULL);
        }
    }
  work->n_nodes = fx_graph_n_nodes (work->graph);
  work->nodes = g_new0 (FxWorkNode, work->n_nodes + 1);
  for (guint i = 0; i < work->n_nodes; i++)
    {
      work->nodes[i].host = FX_NONE;
      work->nodes[i].subgraph = FX_NO_SUBGRAPH;
      work->nodes[i].reasons = fx_reasons_new ();
    }
  settle_constants (work);
  work->uses = fx_uses_new (work->graph);
  bypass (work);
  fx_uses_free (work->uses);
  work->uses = fx_uses_new (work->graph);
  return work;
}

void
fx_work_free (FxWork *work)
{
  if (work == NULL)
    return;
  for (guint i = 0; i < work->n_nodes; i++)
    g_ptr_array_unref (work->nodes[i].reasons);
  g_free (work->nodes);
  fx_uses_free (work->uses);
  fx_graph_free (work->graph);
  g_free (work);
}

FxId
fx_work_producer (const FxWork *work, FxId value)
{
  FxId id;

  if (value == FX_NONE || fx_graph_value (work->graph, value)->constant != NULL)
    return FX_NONE;
  id = work->uses->producer[value];
  /* a constant that was too large to compute */
  return id != FX_NONE && work->nodes[id].placement == FX_PLACEMENT_FOLDED && !work->nodes[id].merged ? FX_NONE : id;
}

FxId
fx_work_only_user (const FxWork *work, FxId id)
{
  const FxNode *node = fx_graph_node (work->graph, id);
  FxId value = node->n_outputs > 0 ? node->outputs[0] : FX_NONE;

  if (value == FX_NONE || work->uses->is_output[value] || fx_uses_count (work->uses, value) != 1)
    return FX_NONE;
  return work->uses->users[work->uses->first[value]];
}
