/* fixpoint-cli check: will a model run on a board, and if not, what has to change?
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/fx-cli-check.h"
#include "cli/fx-cli.h"

#include "core/check/fx-check.h"
#include "core/check/fx-fix.h"
#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-infer.h"
#include "io/fx-target-file.h"
#include "io/onnx/onnx-writer.h"

#include <string.h>

typedef struct
{
  gboolean json;
  char *weights, *target, *output;
  char **shapes, **fixes;
} Options;

static void
options_clear (Options *options)
{
  g_free (options->weights);
  g_free (options->target);
  g_free (options->output);
  g_strfreev (options->shapes);
  g_strfreev (options->fixes);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* "all", or the rules of single fixes; all are looked up before any is applied. */
static gboolean
find_fixes (char **rules, GError **error)
{
  for (guint i = 0; rules != NULL && rules[i] != NULL; i++)
    if (strcmp (rules[i], "all") != 0 && fx_fix_find (rules[i]) == NULL)
      {
        g_autoptr (GString) all = g_string_new ("all");

        for (const FxFix *fix = fx_fixes; fix->rule != NULL; fix++)
          g_string_append_printf (all, ", %s", fix->rule);
        return fx_fail (error, FX_ERROR_BAD_DATA, "there is no fix \"%s\"; the fixes are %s", rules[i], all->str);
      }
  return TRUE;
}

static gboolean
apply_fixes (FxGraph *graph, const FxTarget *target, char **rules, GPtrArray *log, GError **error)
{
  for (guint i = 0; rules != NULL && rules[i] != NULL; i++)
    {
      const FxFix *fix = fx_fix_find (rules[i]);

      if (fix != NULL ? !fx_fix_apply (graph, fix, log, NULL, error)
                      : !fx_fix_apply_all (graph, target, log, NULL, error))
        return fx_error_prefix (error, "%s", rules[i]);
    }
  return TRUE;
}

/* What the reader found; the check looks at shapes and operators for itself, after the fixes. */
static GPtrArray *
from_reader (const GPtrArray *diagnostics)
{
  static const char *const again[] = { "control-flow", "shape", "unknown-operator", NULL };
  GPtrArray *list = g_ptr_array_new ();

  for (guint i = 0; i < diagnostics->len; i++)
    if (!g_strv_contains (again, ((const FxDiagnostic *)diagnostics->pdata[i])->rule))
      g_ptr_array_add (list, diagnostics->pdata[i]);
  return list;
}

/* A finding of the reader about a node that a fix took away is settled. */
static void
drop_settled (GPtrArray *findings, const FxGraph *graph)
{
  for (guint i = findings->len; i-- > 0;)
    {
      const FxDiagnostic *finding = findings->pdata[i];

      if (finding->node != NULL && fx_graph_find_node (graph, finding->node) == FX_NONE)
        g_ptr_array_remove_index (findings, i);
    }
}

static int
check (const char *path, const Options *options, GError **error)
{
  g_autoptr (GPtrArray) diagnostics = fx_diagnostics_new ();
  g_autoptr (GPtrArray) log = fx_diagnostics_new ();
  g_autoptr (GPtrArray) findings = NULL;
  g_autoptr (FxTarget) target = fx_target_load (options->target != NULL ? options->target : FX_TARGET_DEFAULT, error);
  g_autoptr (FxGraph) graph = NULL;
  g_autoptr (FxCheckReport) report = NULL;

  if (target == NULL || !find_fixes (options->fixes, error))
    return FX_EXIT_ERROR;
  graph = fx_cli_load (path, options->weights, options->shapes, diagnostics, error);
  if (graph == NULL)
    return FX_EXIT_ERROR;
  findings = from_reader (diagnostics);
  if (options->fixes != NULL)
    {
      if (!apply_fixes (graph, target, options->fixes, log, error))
        {
          fx_error_prefix (error, "%s", path);
          return FX_EXIT_ERROR;
        }
      fx_graph_compact (graph);
      drop_settled (findings, graph);
    }
  report = fx_check (graph, target, findings, fx_cli_cancellable (), error);
  if (report == NULL)
    return FX_EXIT_ERROR;
  if (options->output != NULL && !fx_onnx_save (graph, options->output, error))
    return FX_EXIT_ERROR;
  if (options->json)
    fx_cli_check_print_json (path, graph, target, log, report);
  else
    fx_cli_check_print_text (path, graph, target, log, report);
  return fx_diagnostics_count (report->diagnostics, FX_SEVERITY_ERROR) > 0 ? FX_EXIT_FINDINGS : FX_EXIT_OK;
}

int
fx_verb_check (int argc, char **argv)
{
  g_auto (Options) options = { 0 };
  const GOptionEntry entries[] = {
    { "weights", 0, 0, G_OPTION_ARG_FILENAME, &options.weights,
      N_ ("The file with the weights, where the format has one"), "FILE" },
    { "target", 0, 0, G_OPTION_ARG_STRING, &options.target,
      N_ ("rdk-x3, rdk-ultra, rdk-x5 (default), rdk-s100, or a file with the limits of a board"), "BOARD" },
    { "input-shape", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.shapes, N_ ("Set the shape of an input"),
      "[NAME=]DIMS" },
    { "fix", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.fixes, N_ ("Apply a fix, or \"all\", before the check"),
      "RULE" },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output, N_ ("Write the model, with its fixes, as ONNX"),
      "FILE" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, N_ ("Write JSON"), NULL },
    { NULL },
  };
  g_autoptr (GError) error = NULL;
  int status;

  if (!fx_cli_parse ("check", entries, &argc, &argv, 1, 1))
    return FX_EXIT_ERROR;
  status = check (argv[1], &options, &error);
  return error != NULL ? fx_cli_fail (error) : status;
}
