/* fixpoint-cli dump: a model in the text form.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/fx-cli.h"

#include "core/check/fx-diagnostic.h"
#include "core/fx-i18n.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-text.h"

#include <stdio.h>

int
fx_verb_dump (int argc, char **argv)
{
  gboolean all_data = FALSE;
  g_autofree char *weights = NULL;
  g_auto (GStrv) shapes = NULL;
  const GOptionEntry entries[] = {
    { "data", 0, 0, G_OPTION_ARG_NONE, &all_data, N_ ("Print every element of every constant"), NULL },
    { "weights", 0, 0, G_OPTION_ARG_FILENAME, &weights, N_ ("The file with the weights, where the format has one"),
      "FILE" },
    { "input-shape", 0, 0, G_OPTION_ARG_STRING_ARRAY, &shapes, N_ ("Set the shape of an input"), "[NAME=]DIMS" },
    { NULL },
  };
  g_autoptr (GPtrArray) diagnostics = fx_diagnostics_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (FxGraph) graph = NULL;
  g_autofree char *text = NULL;

  if (!fx_cli_parse ("dump", entries, &argc, &argv, 1, 1))
    return FX_EXIT_ERROR;
  graph = fx_cli_load (argv[1], weights, shapes, diagnostics, &error);
  if (graph == NULL)
    return fx_cli_fail (error);
  fx_cli_print_diagnostics (diagnostics);
  text = fx_graph_print (graph, all_data ? FX_TEXT_ALL_DATA : FX_TEXT_DEFAULT);
  fputs (text, stdout);
  return FX_EXIT_OK;
}
