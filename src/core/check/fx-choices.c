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
      gpointer precision;

      if (g_hash_table_lookup_extended (wanted, fx_graph_node (work->graph, i)->name, NULL, &precision))
        choose (&work->nodes[i], (FxPrecision)GPOINTER_TO_INT (precision));
    }
}
