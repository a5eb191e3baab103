/* SPDX-License-Identifier: Apache-2.0 */
#include "core/bpu/fx-perf.h"

#include "core/bpu/fx-partition.h"
#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/fx-progress.h"
#include "core/graph/fx-graph.h"
#include "core/passes/fx-adapt.h"
#include "core/passes/fx-passes.h"
#include "core/quant/fx-quantize.h"

static gboolean
has_no_errors (const FxGraph *graph, const FxTarget *target, GCancellable *cancellable, GError **error)
{
  g_autoptr (FxCheckReport) report = fx_check (graph, target, NULL, cancellable, error);
  guint n_errors = report != NULL ? fx_diagnostics_count (report->diagnostics, FX_SEVERITY_ERROR) : 0;

  if (report == NULL || n_errors == 0)
    return report != NULL;
  return fx_fail (error, FX_ERROR_BAD_GRAPH,
                  fx_plural ("the model cannot be converted for %s as it is: %u error was found by the check",
                             "the model cannot be converted for %s as it is: %u errors were found by the check",
                             n_errors),
                  target->id, n_errors);
}

static FxGraph *
optimize (const FxGraph *graph, const FxProgress *progress, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) diagnostics = fx_diagnostics_new ();
  g_autoptr (FxGraph) optimized = fx_graph_copy (graph);

  if (!fx_pass_convert_opset (optimized, diagnostics, error) || !fx_diagnostics_to_error (diagnostics, error)
      || !fx_passes_run_board (optimized, progress, cancellable, error))
    return NULL;
  return g_steal_pointer (&optimized);
}

static FxGraph *
quantize (const FxGraph *optimized, const FxCheckReport *placement, const FxNodeChoices *choices, GError **error)
{
  g_autoptr (GHashTable) precisions = fx_quant_choose (optimized, choices, error);
  const FxQuantOptions options = { .node_precisions = precisions };
  g_autoptr (FxQuantParams) params
      = precisions != NULL ? fx_quantize_assign (optimized, placement, NULL, &options, error) : NULL;

  return params != NULL ? fx_quantize_integer (optimized, params, error) : NULL;
}

FxPerf *
fx_perf_estimate (const FxGraph *graph, const FxTarget *target, const FxMachine *machine, const FxPerfOptions *options,
                  const FxProgress *progress, GCancellable *cancellable, GError **error)
{
  static const FxPerfOptions defaults = { 0 };
  g_autoptr (FxPerf) perf = g_new0 (FxPerf, 1);
  g_autoptr (FxGraph) optimized = NULL;
  g_autoptr (FxCheckReport) placement = NULL;

  options = options != NULL ? options : &defaults;
  if (!has_no_errors (graph, target, cancellable, error) || !fx_node_choices_suit (&options->nodes, target, error))
    return NULL;
  optimized = optimize (graph, progress, cancellable, error);
  if (optimized == NULL || (placement = fx_check (optimized, target, NULL, cancellable, error)) == NULL
      || (perf->integer = quantize (optimized, placement, &options->nodes, error)) == NULL)
    return NULL;
  perf->n_assumed = placement->n_assumed;
  if (options->fast)
    perf->n_stripped = fx_bpu_strip (perf->integer, fx_bpu_removable_types);
  perf->cost = fx_cost_measure (perf->integer, machine);
  return g_steal_pointer (&perf);
}

void
fx_perf_free (FxPerf *perf)
{
  if (perf == NULL)
    return;
  fx_graph_free (perf->integer);
  fx_cost_report_free (perf->cost);
  g_free (perf);
}
