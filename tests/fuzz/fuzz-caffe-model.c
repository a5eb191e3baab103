/* Any bytes either are refused with a reason or give weights; the net that they describe is translated with them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fx-diagnostic.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-infer.h"
#include "fuzz/fuzz.h"
#include "io/caffe/caffe-reader.h"

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree guint8 *copy = g_memdup2 (data, size);
  g_autoptr (GBytes) file = g_bytes_new_static (copy, size);
  g_autoptr (GPtrArray) diagnostics = fx_diagnostics_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (FxCaffeWeights) weights = fx_caffe_weights_new (file, &error);
  g_autoptr (FxGraph) graph = NULL;

  if ((weights == NULL) != (error != NULL))
    g_error ("refused without a reason, or read with one");
  fx_caffe_weights_sniff (copy, size);
  if (weights == NULL)
    return 0;
  graph = fx_caffe_read (NULL, weights, diagnostics, &error);
  if ((graph == NULL) != (error != NULL))
    g_error ("refused without a reason, or read with one");
  if (graph != NULL)
    fx_graph_infer (graph, diagnostics);
  return 0;
}
