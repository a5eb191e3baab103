/* Making other tensors the outputs of a graph; what only led to the old ones goes.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fx-fix.h"

#include "core/check/fx-diagnostic.h"
#include "core/fx-error.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-infer.h"

static FxId
find_value (const FxGraph *graph, const char *name)
{
  FxId node = fx_graph_find_node (graph, name), value = fx_graph_find_value (graph, name);

  return node != FX_NONE && value == FX_NONE ? fx_graph_node (graph, node)->outputs[0] : value;
}

gboolean
fx_fix_set_outputs (FxGraph *graph, const char *const *names, GPtrArray *log, GError **error)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (FxId));

  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    {
      FxId value = find_value (graph, names[i]);

      if (value == FX_NONE)
        return fx_fail (error, FX_ERROR_BAD_DATA, "there is no node or tensor \"%s\" that could be an output",
                        names[i]);
      g_array_append_val (ids, value);
    }
  if (ids->len == 0)
    return TRUE;
  fx_graph_set_outputs (graph, (const FxId *)(const void *)ids->data, ids->len);
  fx_graph_prune (graph);
  fx_graph_compact (graph);
  fx_graph_infer (graph, NULL);
  for (guint i = 0; names[i] != NULL; i++)
    fx_diagnostics_add (log, FX_SEVERITY_INFO, "outputs", NULL, names[i], "It is an output of the model now");
  return TRUE;
}
