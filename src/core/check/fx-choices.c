/* What a person wants of single nodes, against where they would run by themselves.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fx-check-private.h"

#include "core/fx-i18n.h"
#include "core/quant/fx-quant-params.h"

static void
warn (GPtrArray *diagnostics, const GError *error)
{
  fx_diagnostics_add (diagnostics, FX_SEVERITY_WARNING, "node-choice", NULL, NULL, "%s", error->message);
}

/* Says that the node keeps 8 bits. */
static void
warn_narrow (const FxWork *work, FxId id, GPtrArray *diagnostics)
{
  const FxNode *node = fx_graph_node (work->graph, id);

  if (work->nodes[id].narrow && work->nodes[id].placement == FX_PLACEMENT_BPU)
    fx_diagnostics_add (diagnostics, FX_SEVERITY_WARNING, "node-choice", node->name, NULL,
                        "%s has 8 bits only for this %s: it does not get 16", work->target->board, node->op_type);
}

static void
move (FxWorkNode *node, FxPlacement placement, const char *reason)
{
  node->placement = placement;
  node->assumed = FALSE;
  node->on_request = FALSE;
  g_ptr_array_set_size (node->reasons, 0);
  if (reason != NULL)
    fx_reasons_add (node->reasons, reason, NULL, NULL, NULL);
}

/* What is folded away or runs nowhere stays so, and what breaks a limit of the BPU is not let in. */
static void
choose (FxWorkNode *node, FxPrecision precision)
{
  if (precision == FX_PRECISION_FLOAT)
    {
      if (node->placement == FX_PLACEMENT_BPU || node->placement == FX_PLACEMENT_UNKNOWN)
        move (node, FX_PLACEMENT_CPU, _ ("it was asked to stay float"));
    }
  else if (node->placement == FX_PLACEMENT_CPU && node->on_request)
    move (node, FX_PLACEMENT_BPU, NULL);
}

void
fx_work_choose (FxWork *work, const FxNodeChoices *choices, GPtrArray *diagnostics)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) wanted = fx_quant_choose (work->graph, choices, &error);

  if (wanted == NULL)
    {
      warn (diagnostics, error);
      return;
    }
  if (!fx_node_choices_suit (choices, work->target, &error))
    warn (diagnostics, error);
  for (FxId i = 0; i < work->n_nodes; i++)
    {
      const FxNode *node = fx_graph_node (work->graph, i);
      gpointer precision;

      if (!g_hash_table_lookup_extended (wanted, node->name, NULL, &precision))
        continue;
      choose (&work->nodes[i], (FxPrecision)GPOINTER_TO_INT (precision));
      if (GPOINTER_TO_INT (precision) == FX_PRECISION_INT16 && fx_target_has_int16 (work->target))
        warn_narrow (work, i, diagnostics);
    }
}
