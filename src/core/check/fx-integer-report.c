/* SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fx-integer-report.h"

#include "core/bpu/fx-partition.h"
#include "core/check/fx-check-private.h"
#include "core/check/fx-diagnostic.h"
#include "core/fx-i18n.h"
#include "core/graph/fx-graph.h"

#include <string.h>

/* Nodes that a conversion puts between integers and floats. */
static const struct
{
  const char *type, *reason;
} borders[] = {
  { "QuantizeLinear", N_ ("turns floats into integers") },
  { "DequantizeLinear", N_ ("turns integers into floats") },
  { "Quantize", N_ ("turns floats into integers") },
  { "Dequantize", N_ ("turns integers into floats") },
};

static const char *
border_reason (const FxNode *node)
{
  for (guint i = 0; i < G_N_ELEMENTS (borders); i++)
    if (strcmp (node->op_type, borders[i].type) == 0)
      return _ (borders[i].reason);
  return NULL;
}

/* Name of a source node → id + 1 of the node that stands for it. */
static GHashTable *
by_origin (const FxGraph *graph)
{
  GHashTable *table = g_hash_table_new (g_str_hash, g_str_equal);

  for (FxId i = 0; i < fx_graph_n_nodes (graph); i++)
    {
      const FxNode *node = fx_graph_node (graph, i);
      guint n = 0;
      const char *const *names = node->removed ? NULL : fx_node_origins (node, &n);

      for (guint k = 0; k < n; k++)
        g_hash_table_insert (table, (gpointer)names[k], GUINT_TO_POINTER (i + 1));
    }
  return table;
}

/* Why the conversion left a node in float; NULL: it did not, or nobody knows. */
static const char *
float_reason (const FxNode *node, GHashTable *optimized, const FxQuantParams *params)
{
  guint n;
  const char *const *names = fx_node_origins (node, &n);

  for (guint i = 0; i < n; i++)
    {
      guint known = GPOINTER_TO_UINT (g_hash_table_lookup (optimized, names[i]));

      if (known > 0 && known <= params->n_nodes && params->nodes[known - 1].reason != NULL)
        return params->nodes[known - 1].reason;
    }
  return NULL;
}

static void
judge (FxNodeCheck *check, const FxNode *node, int subgraph, GHashTable *optimized, const FxQuantParams *params)
{
  const char *reason;

  check->subgraph = subgraph;
  check->placement = subgraph != FX_NO_SUBGRAPH                ? FX_PLACEMENT_BPU
                     : strcmp (node->op_type, "Constant") == 0 ? FX_PLACEMENT_FOLDED
                                                               : FX_PLACEMENT_CPU;
  if (check->placement != FX_PLACEMENT_CPU)
    return;
  reason = border_reason (node);
  if (reason == NULL)
    reason = float_reason (node, optimized, params);
  if (reason != NULL)
    fx_reasons_add (check->reasons, reason, NULL, NULL, NULL);
}

FxCheckReport *
fx_integer_report_new (const FxGraph *integer, const FxGraph *optimized, const FxQuantParams *params)
{
  guint n = fx_graph_n_nodes (integer);
  g_autofree int *subgraphs = g_new (int, n + 1);
  g_autoptr (GHashTable) known = by_origin (optimized);
  FxCheckReport *report = g_new0 (FxCheckReport, 1);

  report->diagnostics = fx_diagnostics_new ();
  report->n_nodes = n;
  report->nodes = g_new0 (FxNodeCheck, n + 1);
  report->n_subgraphs = fx_bpu_partition (integer, subgraphs);
  for (FxId i = 0; i < n; i++)
    {
      const FxNode *node = fx_graph_node (integer, i);

      report->nodes[i].reasons = fx_reasons_new ();
      if (node->removed)
        continue;
      judge (&report->nodes[i], node, subgraphs[i], known, params);
      report->counts[report->nodes[i].placement]++;
    }
  return report;
}
