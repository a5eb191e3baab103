/* Runs tests/ops/<operator file>.case: small graphs in the text form with the results that they must give.
 *
 *   case "name"                    starts a case
 *   input %x f32[3] = [1,2,3]      an input of the graph, and what is fed to it
 *   expect %y f32[3] = [1,2,3]     an output of the graph, and what must come out
 *   tolerance 1e-6                 how far a float may be off, relative to the largest value; 1e-5 if not given
 *   error "text"                   instead of expect: inference or the kernel refuses with a message that has this text
 *
 * All other lines are the text form (core/graph/fx-text.h).
 *
 * With --opset11 every case is first brought to opset 11 (core/passes/fx-adapt.h) and must then give the same results;
 * cases that opset 11 cannot express are skipped.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fx-diagnostic.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-infer.h"
#include "core/graph/fx-tensor.h"
#include "core/graph/fx-text.h"
#include "core/ops/fx-op.h"
#include "core/passes/fx-adapt.h"

#include <math.h>
#include <string.h>

#define MAX_BYTES ((gsize)64 << 20)

static gboolean convert;

typedef struct
{
  char *text;      /* the lines of the case */
  char *file_name; /* for messages */
} Case;

/* The parts of a case, each in the text form. */
typedef struct
{
  GString *graph, *feeds, *expected;
  char *error;
  double tolerance;
} Parts;

static gboolean
starts_with_word (const char *line, const char *word)
{
  return g_str_has_prefix (line, word) && line[strlen (word)] == ' ';
}

static void
split_case (const char *text, Parts *parts)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  *parts = (Parts){ g_string_new ("opset \"\" 11\n"), g_string_new (NULL), g_string_new (NULL), NULL, 1e-5 };
  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *line = g_strstrip (lines[i]);
      const char *equals = strstr (line, " = ");

      if (starts_with_word (line, "input") && equals != NULL)
        {
          g_string_append_printf (parts->graph, "%.*s\n", (int)(equals - line), line);
          g_string_append_printf (parts->feeds, "const%s\n", line + strlen ("input"));
        }
      else if (starts_with_word (line, "expect"))
        {
          const char *name = line + strlen ("expect ");

          g_string_append_printf (parts->graph, "output %.*s\n", (int)strcspn (name, " "), name);
          g_string_append_printf (parts->expected, "const%s\n", line + strlen ("expect"));
        }
      else if (starts_with_word (line, "tolerance"))
        parts->tolerance = g_ascii_strtod (line + strlen ("tolerance"), NULL);
      else if (starts_with_word (line, "error"))
        parts->error = g_strndup (line + strlen ("error \""), strlen (line) - strlen ("error \"\""));
      else if (!starts_with_word (line, "case"))
        g_string_append_printf (parts->graph, "%s\n", line);
      else
        g_string_append_c (parts->graph, '\n');
    }
}

static void
parts_clear (Parts *parts)
{
  g_string_free (parts->graph, TRUE);
  g_string_free (parts->feeds, TRUE);
  g_string_free (parts->expected, TRUE);
  g_free (parts->error);
}

static FxGraph *
parse (const Case *data, const GString *text)
{
  GError *error = NULL;
  FxGraph *graph = fx_graph_parse (text->str, &error);

  if (graph == NULL)
    g_error ("%s: %s in:\n%s", data->file_name, error->message, data->text);
  return graph;
}

static void
feed_inputs (const FxGraph *graph, const FxGraph *feeds, FxTensor **tensors)
{
  for (guint i = 0; i < fx_graph_n_inputs (graph); i++)
    {
      FxId id = fx_graph_input (graph, i);
      FxId fed = fx_graph_find_value (feeds, fx_graph_value (graph, id)->name);

      if (fed != FX_NONE)
        tensors[id] = fx_tensor_ref (fx_graph_value (feeds, fed)->constant);
    }
  for (FxId v = 0; v < fx_graph_n_values (graph); v++)
    if (fx_graph_value (graph, v)->constant != NULL)
      tensors[v] = fx_tensor_ref (fx_graph_value (graph, v)->constant);
}

static gboolean
run_graph (FxGraph *graph, FxTensor **tensors, GError **error)
{
  g_autoptr (GPtrArray) diagnostics = fx_diagnostics_new ();

  fx_graph_infer (graph, diagnostics);
  if (!fx_diagnostics_to_error (diagnostics, error))
    return FALSE;

  for (FxId i = 0; i < fx_graph_n_nodes (graph); i++)
    {
      const FxNode *node = fx_graph_node (graph, i);
      g_autofree FxTensor **inputs = g_new0 (FxTensor *, node->n_inputs + 1);
      g_autofree FxTensor **outputs = g_new0 (FxTensor *, node->n_outputs + 1);

      for (guint k = 0; k < node->n_inputs; k++)
        inputs[k] = node->inputs[k] != FX_NONE ? tensors[node->inputs[k]] : NULL;
      if (!fx_op_fold (node->op, node, inputs, node->n_inputs, outputs, node->n_outputs, MAX_BYTES, error))
        return FALSE;
      for (guint k = 0; k < node->n_outputs; k++)
        if (node->outputs[k] != FX_NONE)
          tensors[node->outputs[k]] = outputs[k];
    }
  return TRUE;
}

static double
largest (const FxTensor *tensor)
{
  double max = 0.0;

  for (gsize i = 0; i < fx_tensor_elements (tensor); i++)
    {
      double value = fabs (fx_tensor_get_double (tensor, i));

      if (isfinite (value) && value > max)
        max = value;
    }
  return max;
}

static void
compare (const Case *data, const FxValue *wanted, const FxTensor *found, double tolerance)
{
  g_autofree char *wanted_shape = fx_shape_to_string (&wanted->shape);
  g_autofree char *found_shape = fx_shape_to_string (fx_tensor_shape (found));
  gboolean is_float = fx_dtype_in (wanted->dtype, FX_TYPES_FLOAT);
  double allowed = is_float ? tolerance * MAX (largest (wanted->constant), 1e-30) : 0.0;

  if (fx_tensor_dtype (found) != wanted->dtype || g_strcmp0 (wanted_shape, found_shape) != 0)
    g_error ("%s: \"%s\" is %s%s, wanted %s%s in:\n%s", data->file_name, wanted->name,
             fx_dtype_name (fx_tensor_dtype (found)), found_shape, fx_dtype_name (wanted->dtype), wanted_shape,
             data->text);

  for (gsize i = 0; i < fx_tensor_elements (found); i++)
    {
      double a = fx_tensor_get_double (found, i), b = fx_tensor_get_double (wanted->constant, i);
      gboolean equal = is_float ? (isnan (a) && isnan (b)) || a == b || fabs (a - b) <= allowed
                                : fx_tensor_get_int64 (found, i) == fx_tensor_get_int64 (wanted->constant, i);

      if (!equal)
        g_error ("%s: \"%s\" element %zu is %.9g, wanted %.9g in:\n%s", data->file_name, wanted->name, i, a, b,
                 data->text);
    }
}

/* FALSE: there is no such thing in opset 11. */
static gboolean
convert_graph (const Case *data, FxGraph *graph)
{
  g_autoptr (GPtrArray) findings = fx_diagnostics_new ();
  g_autoptr (GError) error = NULL;

  if (!fx_graph_sort (graph, &error) || !fx_pass_convert_opset (graph, findings, &error)
      || !fx_graph_verify (graph, &error))
    g_error ("%s: %s in:\n%s", data->file_name, error->message, data->text);
  if (findings->len > 0)
    {
      g_autofree char *reason = fx_diagnostic_to_string (findings->pdata[0]);

      g_test_skip (reason);
    }
  for (FxId i = 0; i < fx_graph_n_nodes (graph) && findings->len == 0; i++)
    if (*fx_graph_node (graph, i)->domain == '\0')
      g_assert_cmpuint (fx_graph_node (graph, i)->version, ==, 11);
  return findings->len == 0;
}

static void
run_case (gconstpointer user_data)
{
  const Case *data = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (FxGraph) graph = NULL;
  g_autoptr (FxGraph) feeds = NULL;
  g_autoptr (FxGraph) expected = NULL;
  g_autofree FxTensor **tensors = NULL;
  Parts parts;
  gboolean ok;

  split_case (data->text, &parts);
  graph = parse (data, parts.graph);
  feeds = parse (data, parts.feeds);
  expected = parse (data, parts.expected);
  if (convert && (parts.error != NULL || !convert_graph (data, graph)))
    {
      parts_clear (&parts);
      return;
    }
  tensors = g_new0 (FxTensor *, fx_graph_n_values (graph) + 1);
  feed_inputs (graph, feeds, tensors);

  ok = run_graph (graph, tensors, &error);
  if (parts.error != NULL && (ok || strstr (error->message, parts.error) == NULL))
    g_error ("%s: wanted an error with \"%s\", found %s in:\n%s", data->file_name, parts.error,
             ok ? "none" : error->message, data->text);
  if (parts.error == NULL && !ok)
    g_error ("%s: %s in:\n%s", data->file_name, error->message, data->text);
  for (FxId v = 0; ok && v < fx_graph_n_values (expected); v++)
    {
      const FxValue *wanted = fx_graph_value (expected, v);

      compare (data, wanted, tensors[fx_graph_find_value (graph, wanted->name)], parts.tolerance);
    }

  for (FxId v = 0; v < fx_graph_n_values (graph); v++)
    fx_tensor_unref (tensors[v]);
  parts_clear (&parts);
}

static void
case_free (gpointer data)
{
  Case *item = data;

  g_free (item->text);
  g_free (item->file_name);
  g_free (item);
}

static void
add_file (const char *dir, const char *name)
{
  g_autofree char *path = g_build_filename (dir, name, NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  const char *at;

  if (!g_file_get_contents (path, &text, NULL, &error))
    g_error ("%s", error->message);
  for (at = g_str_has_prefix (text, "case ") ? text : strstr (text, "\ncase "); at != NULL;)
    {
      const char *next = strstr (at + 1, "\ncase ");
      const char *quote = strchr (at, '"') + 1;
      g_autofree char *title = g_strndup (quote, strcspn (quote, "\""));
      g_autofree char *test_path
          = g_strdup_printf ("/ops/%.*s/%s", (int)strcspn (name, "."), name, g_strdelimit (title, "/", '|'));
      Case *data = g_new0 (Case, 1);

      data->text = next != NULL ? g_strndup (at, (gsize)(next - at)) : g_strdup (at);
      data->file_name = g_strdup (name);
      g_test_add_data_func_full (test_path, data, run_case, case_free);
      at = next;
    }
}

int
main (int argc, char **argv)
{
  g_autoptr (GDir) dir = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  g_test_init (&argc, &argv, NULL);
  if (argc < 2)
    g_error ("usage: test-op-cases DIR [--opset11]");
  convert = argc > 2 && g_strcmp0 (argv[2], "--opset11") == 0;
  dir = g_dir_open (argv[1], 0, &error);
  if (dir == NULL)
    g_error ("%s", error->message);
  for (const char *name = g_dir_read_name (dir); name != NULL; name = g_dir_read_name (dir))
    if (g_str_has_suffix (name, ".case"))
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, (GCompareFunc)(void (*) (void))g_strcmp0);
  for (guint i = 0; i < names->len; i++)
    add_file (argv[1], names->pdata[i]);
  return g_test_run ();
}
