/* Runs the ONNX project's operator cases. A case fails the test if all its operators are in the table and its result is
 * not the expected one; cases with other operators or with types that are not tensors count as not covered.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "conformance/onnx-case.h"

#include <locale.h>
#include <string.h>

static char *data_dir;
static char *suite;
static char *shared_cases;
static char *filter;
static char *report_path;
static gboolean list_failures;

static const GOptionEntry entries[] = {
  { "data", 0, 0, G_OPTION_ARG_FILENAME, &data_dir, "Folder of the ONNX data", "DIR" },
  { "suite", 0, 0, G_OPTION_ARG_STRING, &suite, "Which of its folders: node, pytorch-operator …", "NAME" },
  { "shared-cases", 0, 0, G_OPTION_ARG_FILENAME, &shared_cases, "A folder of cases instead", "DIR" },
  { "filter", 0, 0, G_OPTION_ARG_STRING, &filter, "Only cases with this in their name or operators", "TEXT" },
  { "list-failures", 0, 0, G_OPTION_ARG_NONE, &list_failures, "Print why cases failed", NULL },
  { "report", 0, 0, G_OPTION_ARG_FILENAME, &report_path, "Write a line per case: name, outcome, operators, reason",
    "FILE" },
  G_OPTION_ENTRY_NULL,
};

static guint counts[FX_CASE_FAIL + 1];
static GString *report;
static GString *failures;

typedef struct
{
  char *folder;
  char *model;
  char *name;
} Case;

static void
case_free (gpointer data)
{
  Case *test = data;

  g_free (test->folder);
  g_free (test->model);
  g_free (test->name);
  g_free (test);
}

static void
run_case (gconstpointer user_data)
{
  const Case *test = user_data;
  FxCaseResult result = fx_case_run (test->folder, test->model);

  counts[result.outcome]++;
  g_string_append_printf (report, "%s\t%s\t%s\t%s\n", test->name, fx_case_outcome_name (result.outcome),
                          result.operators != NULL ? result.operators : "", result.reason != NULL ? result.reason : "");
  switch (result.outcome)
    {
    case FX_CASE_PASS: break;
    case FX_CASE_FAIL:
      g_string_append_printf (failures, "# %s: %s\n", test->name, result.reason);
      g_test_fail_printf ("%s", result.reason);
      break;
    default: g_test_skip_printf ("%s: %s", fx_case_outcome_name (result.outcome), result.reason);
    }
  fx_case_result_clear (&result);
}

static gint
compare_cases (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(const Case *const *)a)->name, (*(const Case *const *)b)->name);
}

/* Each case has model.onnx; shared cases may also have the same model under opset 11. */
static void
add_model (GPtrArray *cases, const char *folder, const char *name, const char *model, const char *mark)
{
  g_autofree char *path = g_build_filename (folder, name, model, NULL);
  Case *test;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return;
  test = g_new0 (Case, 1);
  test->folder = g_build_filename (folder, name, NULL);
  test->model = g_strdup (model);
  test->name = g_strconcat (name, mark, NULL);
  g_ptr_array_add (cases, test);
}

static GPtrArray *
find_cases (const char *folder)
{
  GPtrArray *cases = g_ptr_array_new_with_free_func (case_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (filter == NULL || strstr (name, filter) != NULL)
      {
        add_model (cases, folder, name, "model.onnx", "");
        add_model (cases, folder, name, "model_opset11.onnx", "@11");
      }
  g_ptr_array_sort (cases, compare_cases);
  return cases;
}

static void
skip_all (void)
{
  g_test_skip ("the folder of cases is not there");
}

static void
summarize (const char *title, guint n)
{
  guint uncovered = counts[FX_CASE_NO_OPERATOR] + counts[FX_CASE_NO_TYPE];

  if (list_failures)
    g_print ("%s", failures->str);
  g_print ("# onnx %s cases: %u of %u pass (%.1f %%), %u not covered, %u fail\n", title, counts[FX_CASE_PASS], n,
           n > 0 ? 100.0 * counts[FX_CASE_PASS] / n : 0.0, uncovered, counts[FX_CASE_FAIL]);
  if (report_path != NULL && !g_file_set_contents (report_path, report->str, (gssize)report->len, NULL))
    g_printerr ("%s cannot be written\n", report_path);
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) options = g_option_context_new ("- run ONNX operator cases");
  g_autoptr (GPtrArray) cases = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = NULL, *title = NULL;
  int status;

  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, NULL);
  g_test_set_nonfatal_assertions ();
  g_option_context_add_main_entries (options, entries, NULL);
  if (!g_option_context_parse (options, &argc, &argv, &error))
    {
      g_printerr ("%s\n", error->message);
      return 2;
    }

  folder = shared_cases != NULL ? g_strdup (shared_cases)
                                : g_build_filename (data_dir != NULL ? data_dir : "/usr/share/libonnx-testdata/data",
                                                    suite != NULL ? suite : "node", NULL);
  title = shared_cases != NULL ? g_path_get_basename (folder) : g_strdup (suite != NULL ? suite : "node");
  report = g_string_new (NULL);
  failures = g_string_new (NULL);
  cases = find_cases (folder);
  for (guint i = 0; i < cases->len; i++)
    {
      const Case *test = cases->pdata[i];
      g_autofree char *path = g_strdup_printf ("/onnx/%s/%s", title, test->name);

      g_test_add_data_func (path, test, run_case);
    }
  if (cases->len == 0)
    g_test_add_func ("/onnx/no-cases", skip_all);

  status = g_test_run ();
  summarize (title, cases->len);
  g_string_free (report, TRUE);
  g_string_free (failures, TRUE);
  return status;
}
