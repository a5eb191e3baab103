/* Any bytes either are refused with a reason or give a graph; what can be written reads back to the same bytes.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fx-diagnostic.h"
#include "core/graph/fx-graph.h"
#include "fuzz/fuzz.h"
#include "io/fx-sniff.h"
#include "io/onnx/onnx-reader.h"
#include "io/onnx/onnx-writer.h"

static void
check_round_trip (const FxGraph *graph)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) first = fx_onnx_write (graph, NULL), second = NULL;
  g_autoptr (FxGraph) read = NULL;

  if (first == NULL)
    return;
  read = fx_onnx_read (first, NULL, NULL, &error);
  if (read == NULL)
    g_error ("what was written is refused: %s", error->message);
  second = fx_onnx_write (read, NULL);
  if (second == NULL || !g_bytes_equal (first, second))
    g_error ("what was written reads back as something else");
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  /* a block of its own, so that a read past its end is seen */
  g_autofree guint8 *copy = g_memdup2 (data, size);
  g_autoptr (GBytes) bytes = g_bytes_new_static (copy, size);
  g_autoptr (GPtrArray) diagnostics = fx_diagnostics_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (FxGraph) graph = fx_onnx_read (bytes, NULL, diagnostics, &error);

  if ((graph == NULL) != (error != NULL))
    g_error ("refused without a reason, or read with one");
  fx_sniff_kind (copy, size);
  fx_onnx_sniff (copy, size);
  fx_onnx_sniff_pre_1_0 (copy, size);
  if (graph != NULL)
    check_round_trip (graph);
  return 0;
}
