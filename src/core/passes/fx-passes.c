/* SPDX-License-Identifier: Apache-2.0 */
#include "core/passes/fx-passes.h"

#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/fx-progress.h"
#include "core/graph/fx-graph.h"

const FxPass fx_float_passes[] = {
  { "fold-constants", fx_pass_fold_constants, N_ ("Compute what does not depend on the inputs") },
  { "remove-identity", fx_pass_remove_identity, N_ ("Drop Identity and Dropout") },
  { "fold-batchnorm", fx_pass_fold_batchnorm,
    N_ ("Put batch normalization, scales and biases into the weights in front of them") },
  { "convolve-batchnorm", fx_pass_convolve_batchnorm, N_ ("Make convolutions of the batch normalization that is left"),
    TRUE },
};

const guint fx_n_float_passes = G_N_ELEMENTS (fx_float_passes);

static gboolean
run (FxGraph *graph, gboolean for_board, const FxProgress *progress, GCancellable *cancellable, GError **error)
{
  for (guint i = 0; i < fx_n_float_passes; i++)
    {
      const FxPass *pass = &fx_float_passes[i];

      if (pass->for_boards && !for_board)
        continue;
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      fx_progress_report (progress, (double)i / fx_n_float_passes, "%s", _ (pass->doc));
      if (!pass->run (graph, error) || !fx_graph_verify (graph, error))
        return fx_error_prefix (error, "%s", pass->name);
    }
  fx_progress_report (progress, 1.0, "Simplified");
  return TRUE;
}

gboolean
fx_passes_run_float (FxGraph *graph, const FxProgress *progress, GCancellable *cancellable, GError **error)
{
  return run (graph, FALSE, progress, cancellable, error);
}

gboolean
fx_passes_run_board (FxGraph *graph, const FxProgress *progress, GCancellable *cancellable, GError **error)
{
  return run (graph, TRUE, progress, cancellable, error);
}
