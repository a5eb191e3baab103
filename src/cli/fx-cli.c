/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/fx-cli.h"

#include "core/check/fx-diagnostic.h"
#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/fx-nearest.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-infer.h"
#include "core/ops/fx-q.h"
#include "core/passes/inline-branches.h"
#include "io/fx-model.h"

#include <glib-unix.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static GCancellable *cancellable;
static int stop_signal; /* what cancelled it; atomic */

static const FxVerb *
find_verb (const char *name)
{
  const FxVerb *verb = fx_verbs;

  while (strcmp (verb->name, name) != 0)
    verb++;
  return verb;
}

/* A mistyped option, with the one that it most likely stands for. */
static void
suggest_option (const GOptionEntry *entries, GError **error)
{
  const char *found = strstr ((*error)->message, "--"), *nearest;
  const char *names[64] = { NULL };

  for (guint i = 0; entries[i].long_name != NULL && i + 1 < G_N_ELEMENTS (names); i++)
    names[i] = entries[i].long_name;
  nearest = found != NULL ? fx_nearest_word (found + 2, names) : NULL;
  if (nearest != NULL)
    {
      g_autoptr (GError) unknown = g_steal_pointer (error);

      fx_fail (error, FX_ERROR_BAD_DATA, "there is no option %s; did you mean --%s?", strstr (unknown->message, "--"),
               nearest);
    }
}

gboolean
fx_cli_parse (const char *name, const GOptionEntry *entries, int *argc, char ***argv, int n_min, int n_max)
{
  const FxVerb *verb = find_verb (name);
  g_autofree char *usage = g_strdup_printf ("%s%s%s", verb->name, *verb->arguments != '\0' ? " " : "", verb->arguments);
  g_autoptr (GOptionContext) context = g_option_context_new (usage);
  g_autoptr (GError) error = NULL;

  (*argv)[0] = g_get_prgname () != NULL ? (char *)g_get_prgname () : (*argv)[0];
  g_option_context_set_summary (context, _ (verb->summary));
  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  if (!g_option_context_parse (context, argc, argv, &error))
    {
      if (g_error_matches (error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION))
        suggest_option (entries, &error);
      fx_cli_fail (error);
      return FALSE;
    }
  if (*argc - 1 < n_min || *argc - 1 > n_max)
    {
      fprintf (stderr, _ ("fixpoint-cli: usage: fixpoint-cli %s [options]; fixpoint-cli %s --help lists them\n"), usage,
               name);
      return FALSE;
    }
  return TRUE;
}

char *
fx_cli_visible (const char *text)
{
  GString *visible = g_string_new (NULL);

  for (const char *c = text; *c != '\0'; c++)
    if (g_ascii_iscntrl (*c))
      g_string_append_printf (visible, "\\x%02x", (guchar)*c);
    else
      g_string_append_c (visible, *c);
  return g_string_free (visible, FALSE);
}

char *
fx_cli_pad (const char *text, int width)
{
  int columns = 0;

  for (const char *c = text; *c != '\0'; c = g_utf8_next_char (c))
    columns += g_unichar_iswide (g_utf8_get_char (c)) ? 2 : 1;
  return g_strdup_printf ("%s%*s", text, MAX (width - columns, 0), "");
}

int
fx_cli_fail (const GError *error)
{
  g_autofree char *message = fx_cli_visible (error->message);

  /* what a shell expects of a program that a signal ended, so that loops of commands end too */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) && g_atomic_int_get (&stop_signal) != 0)
    {
      fputs (_ ("fixpoint-cli: stopped\n"), stderr);
      return 128 + g_atomic_int_get (&stop_signal);
    }
  fprintf (stderr, "fixpoint-cli: %s\n", message);
  return FX_EXIT_ERROR;
}

void
fx_cli_print_diagnostics (const GPtrArray *diagnostics)
{
  for (guint i = 0; i < diagnostics->len; i++)
    {
      const FxDiagnostic *diagnostic = diagnostics->pdata[i];
      g_autofree char *raw = fx_diagnostic_to_string (diagnostic);
      g_autofree char *text = fx_cli_visible (raw);

      fprintf (stderr, "%s: %s [%s]\n", fx_severity_name (diagnostic->severity), text, diagnostic->rule);
      if (diagnostic->fix != NULL)
        fprintf (stderr, _ ("  fix: %s\n"), diagnostic->fix);
    }
}

gboolean
fx_cli_find_input (const FxGraph *graph, const char *argument, guint position, FxId *input, const char **value,
                   GError **error)
{
  GString *names;

  /* names may hold a "=", so try each place where one could end */
  for (const char *equals = strchr (argument, '='); equals != NULL; equals = strchr (equals + 1, '='))
    for (guint i = 0; i < fx_graph_n_inputs (graph); i++)
      {
        const char *name = fx_graph_value (graph, fx_graph_input (graph, i))->name;

        if (strlen (name) == (gsize)(equals - argument) && strncmp (name, argument, strlen (name)) == 0)
          {
            *input = fx_graph_input (graph, i);
            *value = equals + 1;
            return TRUE;
          }
      }
  if (position < fx_graph_n_inputs (graph) && strchr (argument, '=') == NULL)
    {
      *input = fx_graph_input (graph, position);
      *value = argument;
      return TRUE;
    }

  names = g_string_new (NULL);
  for (guint i = 0; i < fx_graph_n_inputs (graph); i++)
    g_string_append_printf (names, "%s\"%s\"", i > 0 ? ", " : "",
                            fx_graph_value (graph, fx_graph_input (graph, i))->name);
  fx_fail (error, FX_ERROR_BAD_DATA, "\"%s\" names no input; the model has %u: %s", argument, fx_graph_n_inputs (graph),
           names->str);
  g_string_free (names, TRUE);
  return FALSE;
}

/* A Caffe file gives an input's batch, height and width as defaults that hold until somebody sets others. */
static gboolean
is_default (const FxGraph *graph, const FxShape *shape, int axis)
{
  const char *format = fx_graph_metadata (graph, "format");

  return format != NULL && strcmp (format, "caffe") == 0 && (axis == 0 || (shape->rank == 4 && axis > 1));
}

gboolean
fx_cli_set_input_shape (FxGraph *graph, FxId input, const FxShape *shape, GError **error)
{
  FxValue *value = fx_graph_value (graph, input);
  gboolean fits = value->shape.rank < 0 || value->shape.rank == shape->rank;

  for (int i = 0; fits && i < value->shape.rank; i++)
    fits = value->shape.dims[i] < 0 || value->shape.dims[i] == shape->dims[i] || is_default (graph, &value->shape, i);
  if (!fits)
    {
      g_autofree char *declared = fx_graph_shape_to_string (graph, &value->shape);
      g_autofree char *given = fx_shape_to_string (shape);

      return fx_fail (error, FX_ERROR_BAD_DATA, "input \"%s\" cannot have shape %s: the model declares %s", value->name,
                      given, declared);
    }
  value->shape = *shape;
  return TRUE;
}

static gboolean
parse_input_shape (FxGraph *graph, const char *argument, guint position, GError **error)
{
  FxId input;
  FxShape shape;
  const char *text;

  return fx_cli_find_input (graph, argument, position, &input, &text, error) && fx_shape_parse (text, &shape, error)
         && fx_cli_set_input_shape (graph, input, &shape, error);
}

FxGraph *
fx_cli_load (const char *path, const char *weights, char **shapes, GPtrArray *diagnostics, GError **error)
{
  g_autoptr (FxGraph) graph = fx_model_load (path, weights, diagnostics, error);

  if (graph == NULL)
    return NULL;
  for (guint i = 0; shapes != NULL && shapes[i] != NULL; i++)
    if (!parse_input_shape (graph, shapes[i], i, error))
      {
        fx_error_prefix (error, "%s", path);
        return NULL;
      }
  if (shapes != NULL && !fx_pass_inline_branches (graph, diagnostics, error))
    return NULL;
  fx_graph_infer (graph, diagnostics);
  return g_steal_pointer (&graph);
}

gboolean
fx_cli_has_integers (const FxGraph *graph)
{
  for (FxId id = 0; id < fx_graph_n_nodes (graph); id++)
    if (strcmp (fx_graph_node (graph, id)->domain, FX_Q_DOMAIN) == 0)
      return TRUE;
  return FALSE;
}

gboolean
fx_cli_select_outputs (FxGraph *graph, char **names, GError **error)
{
  guint n = g_strv_length (names);
  g_autofree FxId *outputs = g_new0 (FxId, n + 1);

  for (guint i = 0; i < n; i++)
    {
      outputs[i] = fx_graph_find_value (graph, names[i]);
      if (outputs[i] == FX_NONE)
        return fx_fail (error, FX_ERROR_BAD_DATA, "the model has no tensor \"%s\" that could be an output", names[i]);
      for (guint k = 0; k < i; k++)
        if (outputs[k] == outputs[i])
          return fx_fail (error, FX_ERROR_BAD_DATA, "output \"%s\" is named twice", names[i]);
    }
  fx_graph_set_outputs (graph, outputs, n);
  fx_graph_prune (graph);
  fx_graph_compact (graph);
  return TRUE;
}

static void
draw_bar (double fraction, const char *message, G_GNUC_UNUSED gpointer user_data)
{
  int filled = (int)(fraction * 30.0);

  fprintf (stderr, "\r[%.*s%.*s] %3d %% %-40.40s%s", filled, "##############################", 30 - filled,
           "..............................", (int)(fraction * 100.0), message, fraction >= 1.0 ? "\n" : "");
  fflush (stderr);
}

FxProgress
fx_cli_progress (void)
{
  return (FxProgress){ isatty (STDERR_FILENO) ? draw_bar : NULL, NULL, 0.0, 1.0 };
}

/* The verbs block on the main thread, so signals are taken by a thread that does nothing else. */
static gpointer
wait_for_signal (gpointer data)
{
  const sigset_t *signals = data;
  int signal_number;

  /* the second one means it */
  for (guint n = 0; sigwait (signals, &signal_number) == 0; n++)
    {
      if (n > 0)
        _exit (128 + signal_number);
      g_atomic_int_set (&stop_signal, signal_number);
      g_cancellable_cancel (cancellable);
    }
  return NULL;
}

GCancellable *
fx_cli_cancellable (void)
{
  static sigset_t signals;

  if (cancellable == NULL)
    {
      cancellable = g_cancellable_new ();
      sigemptyset (&signals);
      sigaddset (&signals, SIGINT);
      sigaddset (&signals, SIGTERM);
      pthread_sigmask (SIG_BLOCK, &signals, NULL); /* threads started from here on inherit it */
      g_thread_unref (g_thread_new ("signals", wait_for_signal, &signals));
    }
  return cancellable;
}
