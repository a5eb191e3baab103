/* The last stage before the files: what the integer network costs on the board, and its program.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "io/fx-conversion-private.h"

#include "core/bpu/fx-engines.h"
#include "core/bpu/fx-partition.h"
#include "core/bpu/fx-what-if.h"
#include "core/check/fx-diagnostic.h"
#include "core/fx-i18n.h"
#include "io/program/fx-program-file.h"

/* What was to go and did not: the boards' tools warn and go on, too. */
static void
tell_kept (const FxConversionJob *job, const FxGraph *after)
{
  g_autoptr (GPtrArray) findings = fx_diagnostics_new ();

  for (char **name = job->options->remove_names; name != NULL && *name != NULL; name++)
    if (!fx_bpu_has_name (job->result->integer, *name))
      fx_diagnostics_add (findings, FX_SEVERITY_WARNING, "remove-node-name", *name, NULL,
                          _ ("remove_node_name: the quantized network has no node of that name"));
    else if (fx_bpu_has_name (after, *name))
      fx_diagnostics_add (findings, FX_SEVERITY_WARNING, "remove-node-name", *name, NULL,
                          _ ("remove_node_name: the node stays: it is of no type that can be removed, or not the only "
                             "one behind an input or in front of an output"));
  if (findings->len > 0 && job->events->findings != NULL)
    job->events->findings (findings, job->events->user_data);
}

/* Nodes at the ends that the user's program does are no part of the program, but of the quantized network. */
static FxGraph *
strip_ends (const FxConversionJob *job)
{
  FxGraph *graph = fx_graph_copy (job->result->integer);

  fx_bpu_strip_ends (graph, job->options->remove_types, (const char *const *)job->options->remove_names);
  tell_kept (job, graph);
  return graph;
}

/* The network and its report are worth having without a program, too. */
gboolean
fx_conversion_compile (FxConversionJob *job, GError **error)
{
  FxConversion *result = job->result;
  FxProgress progress = fx_conversion_begin (job, FX_STAGE_COMPILE);
  g_autoptr (FxGraph) graph = NULL;
  g_autoptr (GError) local = NULL;
  FxEngines engines;

  if (result->target == NULL || !fx_machine_of_target (&result->machine, result->target, NULL))
    return TRUE;
  fx_compile_use_cores (&result->machine, result->target, job->options->compile.cores, NULL); /* fx_compile() tells */
  result->cost = fx_cost_measure (result->integer, &result->machine);
  result->what_if = fx_what_if (result->integer, &result->machine, result->cost, fx_target_has_int16 (result->target));
  if (!fx_engines_of_target (&engines, result->target, NULL))
    return TRUE;
  graph = strip_ends (job);
  result->program = fx_compile (graph, result->target, &job->options->compile, &progress, job->cancellable, &local);
  if (g_error_matches (local, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  if (result->program == NULL)
    {
      result->no_program = g_strdup (local->message);
      return TRUE;
    }
  result->timeline = fx_timeline_new (result->program);
  fx_program_set_recipe (result->program, job->options->model, &job->options->compile);
  return TRUE;
}
