/* Whatever graph a file gives, its invariants can be checked and its shapes inferred, also with the branches in place
 * that are decided.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fx-diagnostic.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-infer.h"
#include "core/passes/inline-branches.h"
#include "fuzz/fuzz.h"
#include "io/onnx/onnx-reader.h"

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree guint8 *copy = g_memdup2 (data, size);
  g_autoptr (GBytes) bytes = g_bytes_new_static (copy, size);
  g_autoptr (GPtrArray) diagnostics = fx_diagnostics_new ();
  g_autoptr (FxGraph) graph = fx_onnx_read (bytes, NULL, diagnostics, NULL);
  g_autoptr (GError) error = NULL;

  if (graph == NULL || !fx_graph_verify (graph, NULL))
    return 0;
  if (fx_pass_inline_branches (graph, diagnostics, NULL) && !fx_graph_verify (graph, &error))
    g_error ("branches were put in place wrongly: %s", error->message);
  fx_graph_infer (graph, diagnostics);
  return 0;
}
