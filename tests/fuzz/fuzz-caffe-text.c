/* Any text either is refused with a reason or gives a net; translated without weights, it gives a valid graph or a
 * reason, too.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fx-diagnostic.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-infer.h"
#include "fuzz/fuzz.h"
#include "io/caffe/caffe-reader.h"
#include "io/caffe/caffe-text.h"

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  /* a block of its own, so that a read past its end is seen */
  g_autofree guint8 *copy = g_memdup2 (data, size);
  g_autoptr (GBytes) text = g_bytes_new_static (copy, size);
  g_autoptr (GPtrArray) diagnostics = fx_diagnostics_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (FxGraph) graph = fx_caffe_read (text, NULL, diagnostics, &error);

  if ((graph == NULL) != (error != NULL))
    g_error ("refused without a reason, or read with one");
  fx_caffe_text_sniff (copy, size);
  if (graph != NULL)
    fx_graph_infer (graph, diagnostics);
  return 0;
}
