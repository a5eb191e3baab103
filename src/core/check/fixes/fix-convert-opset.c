/* All operators in the form of opset 11, and what goes with it in the head of the file.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fixes/fx-fix-rows.h"
#include "core/fx-i18n.h"
#include "core/passes/fx-adapt.h"

#include <stdlib.h>
#include <string.h>

/* The first IR version in which initializers need not be inputs, and the one that came with opset 11. */
#define IR_FREE_INITIALIZERS 4
#define IR_OF_OPSET "6"
#define IR_MAX 7

static gboolean
is_converted (const FxGraph *graph)
{
  for (FxId i = 0; i < fx_graph_n_nodes (graph); i++)
    {
      const FxNode *node = fx_graph_node (graph, i);

      if (!node->removed && *node->domain == '\0' && node->version != FX_EDIT_OPSET)
        return FALSE;
    }
  return TRUE;
}

/* A warning for each node that opset 11 cannot say, with the reason of the conversion. */
static void
complain (FxEdit *edit, const GPtrArray *refusals)
{
  for (guint i = 0; i < refusals->len; i++)
    {
      const FxDiagnostic *refusal = refusals->pdata[i];
      FxDiagnostic *warning = fx_diagnostics_add (edit->log, FX_SEVERITY_WARNING, edit->rule, refusal->node,
                                                  refusal->tensor, "%s", refusal->message);

      if (warning == NULL)
        return;
      warning->found = g_strdup (refusal->found);
      warning->allowed = g_strdup (refusal->allowed);
      warning->fix = g_strdup (refusal->fix);
    }
}

/* Nodes that are another operator now; ids changed, names did not. */
static void
note_rewritten (FxEdit *edit, const FxGraph *after)
{
  for (FxId i = 0; i < fx_graph_n_nodes (edit->graph); i++)
    {
      const FxNode *node = fx_graph_node (edit->graph, i);
      FxId now = fx_graph_find_node (after, node->name);

      if (now != FX_NONE && strcmp (fx_graph_node (after, now)->op_type, node->op_type) != 0)
        fx_edit_note (edit, node, "%s of opset %u ends in %s", node->op_type, node->version,
                      fx_graph_node (after, now)->op_type);
    }
}

static void
convert_nodes (FxEdit *edit, GError **error)
{
  g_autoptr (FxGraph) copy = fx_graph_copy (edit->graph);
  g_autoptr (GPtrArray) refusals = fx_diagnostics_new ();
  gint64 before = fx_graph_opset (edit->graph, "");

  if (!fx_pass_convert_opset (copy, refusals, error))
    return;
  if (!is_converted (copy))
    {
      complain (edit, refusals);
      return;
    }
  note_rewritten (edit, copy);
  fx_edit_note (edit, NULL, "The opset is %d instead of %" PRId64, FX_EDIT_OPSET, before);
  fx_graph_swap (edit->graph, copy);
  fx_edit_touch (edit);
}

static void
convert_ir_version (FxEdit *edit)
{
  const char *text = fx_graph_metadata (edit->graph, "ir_version");
  int version = text != NULL ? atoi (text) : 0;

  if (version >= IR_FREE_INITIALIZERS && version <= IR_MAX)
    return;
  fx_edit_note (edit, NULL, "The IR version is %s instead of %s", IR_OF_OPSET, text != NULL ? text : _ ("none"));
  fx_graph_set_metadata (edit->graph, "ir_version", IR_OF_OPSET);
}

/* A board's compiler takes an initializer that is also an input for an input. */
static void
settle_initializers (FxEdit *edit)
{
  if (fx_graph_metadata (edit->graph, "overridable_initializers") == NULL)
    return;
  fx_edit_note (edit, NULL, "Initializers are constants, and no inputs with a default");
  fx_graph_set_metadata (edit->graph, "overridable_initializers", NULL);
}

static void
drop_unused_domains (FxEdit *edit)
{
  for (guint i = fx_graph_n_opsets (edit->graph); i-- > 0;)
    {
      g_autofree char *domain = g_strdup (fx_graph_opset_at (edit->graph, i)->domain);
      gboolean used = *domain == '\0';

      for (FxId k = 0; k < fx_graph_n_nodes (edit->graph) && !used; k++)
        used = strcmp (fx_graph_node (edit->graph, k)->domain, domain) == 0;
      if (used)
        continue;
      fx_edit_note (edit, NULL, "Domain \"%s\" is not needed", domain);
      fx_graph_set_opset (edit->graph, domain, 0);
    }
}

gboolean
fx_fix_convert_opset (FxEdit *edit, GError **error)
{
  GError *failure = NULL;

  if (!edit->keep_opset && (!is_converted (edit->graph) || fx_graph_opset (edit->graph, "") != FX_EDIT_OPSET))
    convert_nodes (edit, &failure);
  if (failure != NULL)
    {
      g_propagate_error (error, failure);
      return FALSE;
    }
  if (!edit->keep_opset && fx_graph_opset (edit->graph, "") != FX_EDIT_OPSET)
    return TRUE;
  /* a newer opset that stays keeps the version of the file that goes with it */
  if (fx_graph_opset (edit->graph, "") <= FX_EDIT_OPSET)
    convert_ir_version (edit);
  settle_initializers (edit);
  drop_unused_domains (edit);
  return TRUE;
}
