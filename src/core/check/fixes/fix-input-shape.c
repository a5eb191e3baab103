/* Setting the shape of a graph input, with all that follows from it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fixes/fx-shapes.h"

#include "core/fx-error.h"
#include "core/graph/fx-infer.h"
#include "core/passes/inline-branches.h"

#include <string.h>

void
fx_shapes_replace_symbol (FxGraph *graph, gint64 symbol, gint64 size)
{
  for (FxId v = 0; v < fx_graph_n_values (graph); v++)
    {
      FxShape *shape = &fx_graph_value (graph, v)->shape;

      for (int i = 0; i < shape->rank; i++)
        if (shape->dims[i] == symbol)
          shape->dims[i] = size;
    }
}

void
fx_shapes_set_input (FxGraph *graph, FxId input, const FxShape *shape)
{
  FxShape before = fx_graph_value (graph, input)->shape;

  for (int i = 0; i < before.rank; i++)
    if (fx_dim_is_symbol (before.dims[i]))
      fx_shapes_replace_symbol (graph, before.dims[i], shape->dims[i]);
  fx_graph_value (graph, input)->shape = *shape;
}

static FxId
find_input (const FxGraph *graph, const char *name, GError **error)
{
  for (guint i = 0; i < fx_graph_n_inputs (graph); i++)
    {
      FxId id = fx_graph_input (graph, i);

      if (name != NULL ? strcmp (fx_graph_value (graph, id)->name, name) == 0 : fx_graph_n_inputs (graph) == 1)
        return id;
    }
  if (name != NULL)
    fx_fail (error, FX_ERROR_BAD_GRAPH, "the model has no input \"%s\"", name);
  else
    fx_fail (error, FX_ERROR_BAD_GRAPH, "the model has %u inputs, so the shape needs a name",
             fx_graph_n_inputs (graph));
  return FX_NONE;
}

gboolean
fx_fix_set_input_shape (FxGraph *graph, const char *name, const FxShape *shape, GPtrArray *log, GError **error)
{
  g_autoptr (FxGraph) copy = fx_graph_copy (graph);
  FxId input = find_input (graph, name, error);
  g_autofree char *found = NULL, *wanted = fx_shape_to_string (shape), *refusal = NULL;
  FxDiagnostic *finding;
  FxShape before;
  guint refused;
  gsize count;

  if (input == FX_NONE)
    return FALSE;
  before = fx_graph_value (graph, input)->shape;
  name = fx_graph_value (graph, input)->name;
  found = fx_graph_shape_to_string (graph, &before);
  if (!fx_shape_count (shape, &count) || count == 0)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "%s is no shape for input \"%s\": all sizes have to be numbers over 0",
                    wanted, name);
  if (before.rank >= 0 && before.rank != shape->rank)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "input \"%s\" has %d dimensions %s, not the %d of %s", name, before.rank,
                    found, shape->rank, wanted);

  refused = fx_edit_count_refusals (copy, NULL);
  fx_shapes_set_input (copy, input, shape);
  fx_edit_forget_shapes (copy);
  if (fx_edit_count_refusals (copy, &refusal) > refused)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "input \"%s\" cannot be %s instead of %s: %s", name, wanted, found,
                    refusal);
  if (!fx_pass_inline_branches (copy, log, error) || !fx_graph_verify (copy, error))
    return FALSE;
  finding = fx_diagnostics_add (log, FX_SEVERITY_INFO, "input-shape", NULL, name, "The shape is %s", wanted);
  if (finding != NULL)
    finding->found = g_steal_pointer (&found);
  fx_graph_swap (graph, copy);
  return TRUE;
}
