/* fixpoint-cli compile: from the integer network to a program of the BPU. docs/program-format.md tells what it is for.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/fx-cli-compile.h"
#include "cli/fx-cli-json.h"
#include "cli/fx-cli-program.h"
#include "cli/fx-cli.h"

#include "core/bpu/fx-compile.h"
#include "core/bpu/fx-partition.h"
#include "core/check/fx-diagnostic.h"
#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "io/fx-target-file.h"
#include "io/program/fx-program-file.h"

#include <stdio.h>
#include <string.h>

typedef struct
{
  gboolean json, commands;
  char *target, *output, *remove;
  char **remove_names;
  gint64 sram_bytes;
  FxCliCompile compile;
  int jobs;
} Options;

static void
options_clear (Options *options)
{
  g_free (options->target);
  g_free (options->output);
  fx_cli_compile_clear (&options->compile);
  g_free (options->remove);
  g_strfreev (options->remove_names);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static gboolean
read_options (const Options *options, FxCompileOptions *compile, GError **error)
{
  *compile = FX_COMPILE_DEFAULTS;
  if (options->sram_bytes < 0)
    return fx_fail (error, FX_ERROR_BAD_DATA, "--sram-bytes is negative");
  if (options->jobs < 0)
    return fx_fail (error, FX_ERROR_BAD_DATA, "--jobs is negative");
  compile->sram_bytes = (guint64)options->sram_bytes;
  compile->jobs = (guint)options->jobs;
  return fx_cli_compile_apply (&options->compile, compile, error);
}

static void
print_result (const FxProgram *program, const Options *options)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *text = NULL;

  if (!options->json)
    {
      fx_cli_program_print (program, options->commands);
      return;
    }
  json_builder_begin_object (builder);
  fx_json_add_string (builder, "file", options->output);
  fx_cli_program_json (builder, program);
  json_builder_end_object (builder);
  text = fx_json_to_text (builder);
  fputs (text, stdout);
}

static void
tell_kept (const FxGraph *graph, char **names)
{
  for (; names != NULL && *names != NULL; names++)
    if (fx_bpu_has_name (graph, *names))
      {
        g_autofree char *visible = fx_cli_visible (*names);

        fprintf (
            stderr,
            _ ("fixpoint-cli: %s stays: it is of no type that can be removed, or not alone at an input or output\n"),
            visible);
      }
}

static gboolean
compile_model (const char *path, const Options *options, const FxCompileOptions *compile, GError **error)
{
  g_autoptr (GPtrArray) diagnostics = fx_diagnostics_new ();
  g_autoptr (FxTarget) target = fx_target_load (options->target != NULL ? options->target : FX_TARGET_DEFAULT, error);
  g_autoptr (FxGraph) graph = target != NULL ? fx_cli_load (path, NULL, NULL, diagnostics, error) : NULL;
  FxProgress progress = fx_cli_progress ();
  g_autoptr (FxProgram) program = NULL;

  if (graph == NULL)
    return FALSE;
  if (!fx_cli_has_integers (graph))
    return fx_fail (error, FX_ERROR_BAD_DATA,
                    "%s has no integer operators; fixpoint-cli convert makes a network that has them from it", path);
  fx_bpu_strip_ends (graph, options->remove, (const char *const *)options->remove_names);
  tell_kept (graph, options->remove_names);
  program = fx_compile (graph, target, compile, &progress, fx_cli_cancellable (), error);
  if (program == NULL)
    return fx_error_prefix (error, "%s", path);
  fx_program_set_recipe (program, path, compile);
  if (options->output != NULL && !fx_program_save (program, options->output, error))
    return FALSE;
  print_result (program, options);
  return TRUE;
}

int
fx_verb_compile (int argc, char **argv)
{
  g_auto (Options) options = { .compile = FX_CLI_COMPILE_INIT };
  const GOptionEntry entries[] = {
    { "target", 0, 0, G_OPTION_ARG_STRING, &options.target, N_ ("The board; rdk-x5 if not given"), "BOARD" },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output, N_ ("Where the program goes"), "FILE.fxb" },
    FX_CLI_COMPILE_ENTRIES (&options.compile),
    { "jobs", 0, 0, G_OPTION_ARG_INT, &options.jobs, N_ ("Threads of the compiler; all processors if not given"), "N" },
    { "remove-node-type", 0, 0, G_OPTION_ARG_STRING, &options.remove,
      N_ ("Leave nodes of these types at inputs and outputs to the user's program"), "TYPES" },
    { "remove-node-name", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.remove_names,
      N_ ("Leave this node at an input or output to the user's program; may be given several times"), "NAME" },
    { "sram-bytes", 0, 0, G_OPTION_ARG_INT64, &options.sram_bytes, N_ ("Another size of the BPU's own memory"), "N" },
    { "commands", 0, 0, G_OPTION_ARG_NONE, &options.commands, N_ ("Print every command"), NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, N_ ("Write JSON"), NULL },
    { NULL },
  };
  FxCompileOptions compile;
  g_autoptr (GError) error = NULL;

  if (!fx_cli_parse ("compile", entries, &argc, &argv, 1, 1))
    return FX_EXIT_ERROR;
  if (!read_options (&options, &compile, &error) || !compile_model (argv[1], &options, &compile, &error))
    return fx_cli_fail (error);
  return FX_EXIT_OK;
}
