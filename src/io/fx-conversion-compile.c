/* The last stage before the files: what the integer network costs on the board, and its program.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "io/fx-conversion-private.h"

#include "core/bpu/fx-engines.h"
#include "core/bpu/fx-partition.h"
#include "io/program/fx-program-file.h"

/* Nodes at the ends that the user's program does are no part of the program, but of the quantized network. */
static FxGraph *
strip_ends (const FxGraph *integer, const char *types)
{
  FxGraph *graph = fx_graph_copy (integer);

  fx_bpu_strip_list (graph, types);
  return graph;
}

gboolean
fx_conversion_compile (FxConversionJob *job, GError **error)
{
  FxConversion *result = job->result;
  FxProgress progress = fx_conversion_begin (job, FX_STAGE_COMPILE);
  g_autoptr (FxGraph) graph = NULL;
  FxEngines engines;

  if (result->target == NULL || !fx_machine_of_target (&result->machine, result->target, NULL))
    return TRUE;
  result->cost = fx_cost_measure (result->integer, &result->machine);
  if (!fx_engines_of_target (&engines, result->target, NULL))
    return TRUE;
  graph = strip_ends (result->integer, job->options->remove_types);
  result->program = fx_compile (graph, result->target, &job->options->compile, &progress, job->cancellable, error);
  if (result->program == NULL)
    return FALSE;
  fx_program_set_recipe (result->program, job->options->model, &job->options->compile);
  return TRUE;
}
