/* What the verbs of fixpoint-cli share. Each verb is one file and one row in main.c.
 *
 * Exit status: 0 done; 1 done, and the answer is no (findings of severity error); 2 bad usage or unreadable input;
 * 128 + signal stopped by that signal.
 * Results go to standard output, everything else to standard error.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/fx-i18n.h"
#include "core/fx-progress.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* Options of verbs that quantize: a NODE is a name, an operator or "all". */
#define FX_CLI_BPU_DOC N_ ("Run a node, or all of an operator, on the BPU where the board does so on request only")
#define FX_CLI_INT16_DOC N_ ("Compute a node, or all of an operator, or \"all\", with 16 bits")
#define FX_CLI_FLOAT_DOC N_ ("Leave a node, or all of an operator, in float, on the CPU")

#define FX_EXIT_OK 0
#define FX_EXIT_FINDINGS 1
#define FX_EXIT_ERROR 2

typedef struct
{
  const char *name;
  int (*run) (int argc, char **argv); /* argv[0] is the verb */
  const char *arguments;              /* for the usage line: "MODEL" */
  const char *summary;                /* one line */
} FxVerb;

int fx_verb_calibrate (int argc, char **argv);
int fx_verb_check (int argc, char **argv);
int fx_verb_compare (int argc, char **argv);
int fx_verb_compile (int argc, char **argv);
int fx_verb_config (int argc, char **argv);
int fx_verb_convert (int argc, char **argv);
int fx_verb_dump (int argc, char **argv);
int fx_verb_evaluate (int argc, char **argv);
int fx_verb_inspect (int argc, char **argv);
int fx_verb_operators (int argc, char **argv);
int fx_verb_perf (int argc, char **argv);
int fx_verb_refit (int argc, char **argv);
int fx_verb_run (int argc, char **argv);
int fx_verb_sensitivity (int argc, char **argv);

extern const FxVerb fx_verbs[]; /* ends with a NULL name */

/* Parses the options of a verb, which must leave n_min…n_max arguments; the usage line comes from the verb's row.
 * On success argv holds the verb and the arguments. FALSE: the message has been printed, return FX_EXIT_ERROR. */
gboolean fx_cli_parse (const char *verb, const GOptionEntry *entries, int *argc, char ***argv, int n_min, int n_max);

/* The text with control characters written out: names in models may hold line breaks and terminal sequences. */
char *fx_cli_visible (const char *text);

/* `text` with blanks up to `width` columns of a terminal, where printf() would count bytes. Free it. */
char *fx_cli_pad (const char *text, int width);
/* Prints "fixpoint-cli: message" and returns FX_EXIT_ERROR, or 128 + signal after Ctrl-C or SIGTERM. */
int fx_cli_fail (const GError *error);

/* Prints findings to standard error, one line each. */
void fx_cli_print_diagnostics (const GPtrArray *diagnostics);

/* A model with shapes inferred, and with the input shapes of `shapes` ("NAME=1x3x224x224", or without the name where
 * order says which) set first. Findings go to `diagnostics`. */
FxGraph *fx_cli_load (const char *path, const char *weights, char **shapes, GPtrArray *diagnostics, GError **error);

/* Whether any node computes with integers: the network was quantized already, or a part of it. */
gboolean fx_cli_has_integers (const FxGraph *graph);

/* Makes the tensors of these names the outputs, in that order, and drops the nodes that none of them needs. */
gboolean fx_cli_select_outputs (FxGraph *graph, char **names, GError **error);

/* Splits "NAME=VALUE": the input of that name, else (no "=", or no such name before it) the input number `position`.
 * FALSE and *error, naming the inputs there are, if there is none. */
gboolean fx_cli_find_input (const FxGraph *graph, const char *argument, guint position, FxId *input, const char **value,
                            GError **error);

/* Gives an input a shape of numbers. FALSE and *error where the model declares another. */
gboolean fx_cli_set_input_shape (FxGraph *graph, FxId input, const FxShape *shape, GError **error);

/* A progress that draws a bar on standard error if that is a terminal, else nothing. */
FxProgress fx_cli_progress (void);

/* Is cancelled by Ctrl-C (SIGINT) and SIGTERM. Borrowed. */
GCancellable *fx_cli_cancellable (void);

G_END_DECLS
