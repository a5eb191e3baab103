/* fixpoint-cli: the command line over core and io. This file has the table of verbs and nothing else of substance.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/fx-cli.h"

#include "core/exec/fx-threads.h"
#include "core/fx-i18n.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

const FxVerb fx_verbs[] = {
  { "inspect", fx_verb_inspect, "MODEL",
    N_ ("Show inputs, outputs, operators, parameters, work and memory of a model") },
  { "check", fx_verb_check, "MODEL", N_ ("Say whether a model can run on a board, and what has to change if not") },
  { "run", fx_verb_run, "MODEL", N_ ("Run a model, or a program of the BPU, and write every output as a .npy file") },
  { "evaluate", fx_verb_evaluate, "MODEL",
    N_ ("Measure the top-1 and top-5 accuracy of a classifier on labeled images, quantized or not") },
  { "calibrate", fx_verb_calibrate, "MODEL", N_ ("Measure the ranges of all activations over a folder of samples") },
  { "config", fx_verb_config, "FILE.yaml|MODEL|PROJECT",
    N_ ("Check or write a configuration of the boards' converter, or make one for a model or a project") },
  { "convert", fx_verb_convert, "[MODEL]", N_ ("Turn a float model into a fixed-point one, and report what it costs") },
  { "compile", fx_verb_compile, "MODEL", N_ ("Compile a fixed-point network for the BPU: commands, memory, schedule") },
  { "perf", fx_verb_perf, "MODEL", N_ ("Estimate how long a frame takes on a board, and what takes the time") },
  { "refit", fx_verb_refit, "MEASURED.json", N_ ("Fit the prices of work to latencies that were measured on a board") },
  { "compare", fx_verb_compare, "A B", N_ ("Compare two models or stages layer by layer on samples") },
  { "sensitivity", fx_verb_sensitivity, "MODEL", N_ ("Rank the parts of a model by what quantizing each alone does") },
  { "dump", fx_verb_dump, "MODEL", N_ ("Print a model in the text form") },
  { "operators", fx_verb_operators, "", N_ ("List every operator with its attributes") },
  { NULL },
};

static void
print_help (FILE *out)
{
  fputs (_ ("usage: fixpoint-cli VERB [options] …\n\n"), out);
  for (const FxVerb *verb = fx_verbs; verb->name != NULL; verb++)
    fprintf (out, "  %-11s %s\n", verb->name, _ (verb->summary));
  fputs (_ ("\nfixpoint-cli VERB --help tells more.\n"), out);
}

/* Model files are mapped: when somebody cuts one short in place, reading on raises SIGBUS. What is open cannot be saved
 * any more; outputs appear by rename, so that none is left half-written. */
static void
die_of_lost_file (G_GNUC_UNUSED int signal_number)
{
  static const char text[] = "fixpoint-cli: a file was cut short while it was being read\n";
  G_GNUC_UNUSED ssize_t n = write (STDERR_FILENO, text, sizeof text - 1);

  _exit (FX_EXIT_ERROR);
}

/* Results that did not reach their reader (a full disk) are no success. */
static int
finish (int status)
{
  if (fflush (stdout) == 0 && !ferror (stdout))
    return status;
  fprintf (stderr, _ ("fixpoint-cli: standard output cannot be written: %s\n"), g_strerror (errno));
  return FX_EXIT_ERROR;
}

int
main (int argc, char **argv)
{
  fx_threads_setup (argv);
  /* what a program reads is the same everywhere */
  fx_i18n_setup (g_strv_contains ((const char *const *)argv, "--json") ? NULL : FX_LOCALE_DIR);
  g_set_prgname ("fixpoint-cli");
  signal (SIGBUS, die_of_lost_file);

  if (argc < 2)
    {
      print_help (stderr);
      return FX_EXIT_ERROR;
    }
  if (strcmp (argv[1], "--help") == 0 || strcmp (argv[1], "-h") == 0 || strcmp (argv[1], "help") == 0)
    {
      print_help (stdout);
      return FX_EXIT_OK;
    }
  if (strcmp (argv[1], "--version") == 0)
    {
      puts ("fixpoint " FX_VERSION);
      return FX_EXIT_OK;
    }
  for (const FxVerb *verb = fx_verbs; verb->name != NULL; verb++)
    if (strcmp (verb->name, argv[1]) == 0)
      return finish (verb->run (argc - 1, argv + 1));

  fprintf (stderr, _ ("fixpoint-cli: there is no verb \"%s\"; fixpoint-cli --help lists them\n"), argv[1]);
  return FX_EXIT_ERROR;
}
