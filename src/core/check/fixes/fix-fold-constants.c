/* Constant folding, with a line of log for what went.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fixes/fx-fix-rows.h"
#include "core/passes/fx-passes.h"

gboolean
fx_fix_fold_constants (FxEdit *edit, GError **error)
{
  guint n = fx_graph_n_nodes (edit->graph);

  if (!fx_pass_fold_constants (edit->graph, error))
    return FALSE;
  for (FxId i = 0; i < n; i++)
    if (fx_graph_node (edit->graph, i)->removed)
      fx_edit_note (edit, fx_graph_node (edit->graph, i), "%s is a constant now",
                    fx_graph_node (edit->graph, i)->op_type);
  fx_edit_touch (edit);
  return TRUE;
}
