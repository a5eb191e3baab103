/* Who produces and who uses each value.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/graph/fx-graph-private.h"

FxUses *
fx_uses_new (const FxGraph *graph)
{
  guint n_values = graph->values->len;
  FxUses *uses = g_new (FxUses, 1);
  g_autofree guint32 *next = NULL;

  uses->producer = g_new (FxId, n_values);
  uses->first = g_new0 (guint32, n_values + 1);
  uses->is_output = g_new0 (guint8, n_values);
  for (FxId v = 0; v < n_values; v++)
    uses->producer[v] = FX_NONE;

  for (FxId i = 0; i < graph->nodes->len; i++)
    {
      const FxNode *node = graph->nodes->pdata[i];

      if (node->removed)
        continue;
      for (guint k = 0; k < node->n_outputs; k++)
        if (node->outputs[k] != FX_NONE)
          uses->producer[node->outputs[k]] = i;
      for (guint k = 0; k < node->n_inputs; k++)
        if (node->inputs[k] != FX_NONE)
          uses->first[node->inputs[k] + 1]++;
    }
  for (FxId v = 0; v < n_values; v++)
    uses->first[v + 1] += uses->first[v];

  uses->users = g_new (FxId, uses->first[n_values]);
  next = g_memdup2 (uses->first, (n_values + 1) * sizeof *next);
  for (FxId i = 0; i < graph->nodes->len; i++)
    {
      const FxNode *node = graph->nodes->pdata[i];

      for (guint k = 0; !node->removed && k < node->n_inputs; k++)
        if (node->inputs[k] != FX_NONE)
          uses->users[next[node->inputs[k]]++] = i;
    }
  for (guint i = 0; i < graph->outputs->len; i++)
    uses->is_output[g_array_index (graph->outputs, FxId, i)] = 1;
  return uses;
}

void
fx_uses_free (FxUses *uses)
{
  if (uses == NULL)
    return;
  g_free (uses->producer);
  g_free (uses->first);
  g_free (uses->users);
  g_free (uses->is_output);
  g_free (uses);
}
