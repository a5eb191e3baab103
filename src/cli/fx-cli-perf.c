/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/fx-cli-perf.h"

#include "cli/fx-cli.h"

#include "core/check/fx-fix.h"
#include "core/fx-error.h"
#include "core/graph/fx-graph.h"
#include "io/fx-target-file.h"

#include <string.h>

gboolean
fx_cli_machine (const FxTarget *target, const char *path, FxMachine *machine, GError **error)
{
  return fx_machine_of_target (machine, target, error)
         && (path == NULL || fx_target_read_machine (path, machine, error));
}

static gboolean
apply_fixes (FxGraph *graph, const FxTarget *target, const char *fix, GError **error)
{
  g_autoptr (GPtrArray) log = fx_diagnostics_new ();

  if (fix == NULL)
    return TRUE;
  if (strcmp (fix, "all") != 0)
    return fx_fail (error, FX_ERROR_BAD_DATA, "--fix takes \"all\"; fixpoint-cli check applies single ones");
  if (!fx_fix_apply_all (graph, target, log, NULL, error))
    return FALSE;
  fx_graph_compact (graph);
  return TRUE;
}

FxPerf *
fx_cli_estimate (const FxCliModel *model, const FxTarget *target, const FxMachine *machine, GError **error)
{
  g_autoptr (GPtrArray) diagnostics = fx_diagnostics_new ();
  FxProgress progress = fx_cli_progress ();
  g_autoptr (FxGraph) graph = fx_cli_load (model->path, model->weights, model->shapes, diagnostics, error);
  FxPerf *perf = NULL;

  if (graph == NULL)
    return NULL;
  if (apply_fixes (graph, target, model->fix, error))
    perf = fx_perf_estimate (graph, target, machine, &model->perf, &progress, fx_cli_cancellable (), error);
  if (perf == NULL)
    fx_error_prefix (error, "%s", model->path);
  return perf;
}
