/* Adding files of samples of which nobody has said what they are for.
 *
 * A worker finds the input that each of them fits. Single files that are for the same input become a list, which is
 * kept with the person's data: a thousand pictures are one dataset and not a thousand.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "app/fx-document.h"

#include "app/fx-workers.h"
#include "core/fx-error.h"
#include "core/graph/fx-graph.h"
#include "io/fx-dataset-fit.h"
#include "io/fx-file.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <errno.h>
#include <string.h>

/* Files that go together. */
typedef struct
{
  const char *input; /* of the graph */
  FxDType raw_dtype;
  GPtrArray *files; /* of char * */
  char *path;       /* what the project names: the only one, or their list */
} Group;

typedef struct
{
  char **paths;
  FxShared *graph;
  char *model;
  char **fed;
  /* made: */
  GPtrArray *groups;   /* of Group */
  GPtrArray *problems; /* of char * */
} Intake;

static void
group_free (gpointer data)
{
  Group *group = data;

  g_ptr_array_unref (group->files);
  g_free (group->path);
  g_free (group);
}

static void
intake_free (gpointer data)
{
  Intake *intake = data;

  g_strfreev (intake->paths);
  g_strfreev (intake->fed);
  g_free (intake->model);
  fx_shared_unref (intake->graph);
  g_ptr_array_unref (intake->groups);
  g_ptr_array_unref (intake->problems);
  g_free (intake);
}

/* ---- on the worker ---- */

/* A folder is a dataset of its own. */
static Group *
find_group (Intake *intake, const char *path, const char *input, FxDType raw_dtype)
{
  Group *group;

  for (guint i = 0; i < intake->groups->len && !g_file_test (path, G_FILE_TEST_IS_DIR); i++)
    {
      group = intake->groups->pdata[i];
      if (group->input == input && group->raw_dtype == raw_dtype
          && !g_file_test (group->files->pdata[0], G_FILE_TEST_IS_DIR))
        return group;
    }
  group = g_new0 (Group, 1);
  group->input = input;
  group->raw_dtype = raw_dtype;
  group->files = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (intake->groups, group);
  return group;
}

static void
place (Intake *intake, const char *path)
{
  g_autoptr (GError) error = NULL;
  FxDType raw_dtype = FX_DTYPE_UNDEFINED;
  const char *input = NULL;

  if (fx_dataset_fit (path, fx_shared_get (intake->graph), (const char *const *)intake->fed, &input, &raw_dtype,
                      &error))
    g_ptr_array_add (find_group (intake, path, input, raw_dtype)->files, g_strdup (path));
  else
    g_ptr_array_add (intake->problems, g_strdup (error->message));
}

/* A tab behind a name keeps the blanks in it. */
static char *
list_text (const GPtrArray *files)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < files->len; i++)
    g_string_append_printf (text, "%s%s\n", (const char *)files->pdata[i],
                            strchr (files->pdata[i], ' ') != NULL ? "\t" : "");
  return g_string_free (text, FALSE);
}

/* "cats-12-0123abcd.txt": the same files are the same list. */
static char *
list_path (const GPtrArray *files, const char *text)
{
  g_autofree char *folder = g_path_get_dirname (files->pdata[0]), *base = g_path_get_basename (folder);
  g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
  g_autofree char *name = g_strdup_printf ("%s-%u-%.8s.txt", base, files->len, sum);

  return g_build_filename (g_get_user_data_dir (), "fixpoint", "lists", name, NULL);
}

static gboolean
finish_group (Group *group, GError **error)
{
  g_autofree char *text = NULL, *folder = NULL;

  if (group->files->len == 1)
    {
      group->path = g_strdup (group->files->pdata[0]);
      return TRUE;
    }
  text = list_text (group->files);
  group->path = list_path (group->files, text);
  folder = g_path_get_dirname (group->path);
  if (g_mkdir_with_parents (folder, 0700) != 0)
    return fx_fail (error, FX_ERROR_FAILED, "%s: %s", folder, g_strerror (errno));
  return fx_file_replace_bytes (group->path, text, strlen (text), error);
}

static void
run (GTask *task, G_GNUC_UNUSED gpointer source, gpointer data, G_GNUC_UNUSED GCancellable *cancellable)
{
  Intake *intake = data;

  for (char **path = intake->paths; *path != NULL; path++)
    place (intake, *path);
  for (guint i = intake->groups->len; i > 0; i--)
    {
      g_autoptr (GError) error = NULL;

      if (finish_group (intake->groups->pdata[i - 1], &error))
        continue;
      g_ptr_array_add (intake->problems, g_strdup (error->message));
      g_ptr_array_remove_index (intake->groups, i - 1);
    }
  g_task_return_boolean (task, TRUE);
}

/* ---- on the main thread ---- */

static void
tell_problems (FxDocument *document, const GPtrArray *problems)
{
  g_autofree char *text = NULL;

  if (problems->len == 0)
    return;
  /* Translators: %s: what is wrong with the first of several files */
  text = problems->len == 1 ? g_strdup (problems->pdata[0])
                            : g_strdup_printf (ngettext ("%s (and %u more)", "%s (and %u more)", problems->len - 1),
                                               (const char *)problems->pdata[0], problems->len - 1);
  g_signal_emit_by_name (document, "message", text);
}

/* The first input is the one that a dataset without a name feeds. */
static void
add_group (FxProject *project, const Group *group, const FxGraph *graph)
{
  gboolean is_first = g_str_equal (group->input, fx_graph_value (graph, fx_graph_input (graph, 0))->name);
  FxProjectDataset *dataset = fx_project_add_dataset (project, is_first ? NULL : group->input, group->path, NULL);

  if (group->raw_dtype != FX_DTYPE_UNDEFINED)
    dataset->type = g_strdup (fx_dtype_name (group->raw_dtype));
}

static void
placed_cb (GObject *source, GAsyncResult *result, G_GNUC_UNUSED gpointer data)
{
  FxDocument *document = FX_DOCUMENT (source);
  const Intake *intake = g_task_get_task_data (G_TASK (result));
  const FxProject *now = fx_document_get_project (document);
  FxProject *project;

  /* another model may have taken its place */
  if (fx_document_get_state (document) != FX_DOCUMENT_READY || g_strcmp0 (now->model, intake->model) != 0)
    return;
  tell_problems (document, intake->problems);
  project = fx_project_copy (now);
  for (guint i = 0; i < intake->groups->len; i++)
    add_group (project, intake->groups->pdata[i], fx_shared_get (intake->graph));
  fx_document_take_project (document, project, _ ("Add Data"), NULL);
}

/* Names of the inputs that have samples. */
static char **
fed_inputs (FxDocument *document)
{
  const FxProject *project = fx_document_get_project (document);
  const FxGraph *graph = fx_shared_get (fx_document_get_graph (document));
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  for (guint i = 0; i < project->datasets->len; i++)
    {
      const FxProjectDataset *dataset = project->datasets->pdata[i];

      if (dataset->input != NULL)
        g_strv_builder_add (names, dataset->input);
      else if (fx_graph_n_inputs (graph) > 0)
        g_strv_builder_add (names, fx_graph_value (graph, fx_graph_input (graph, 0))->name);
    }
  return g_strv_builder_end (names);
}

void
fx_document_add_samples (FxDocument *document, const char *const *paths)
{
  Intake *intake;
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (fx_document_get_state (document) == FX_DOCUMENT_READY);
  intake = g_new0 (Intake, 1);
  intake->paths = g_strdupv ((char **)paths);
  intake->graph = fx_shared_ref (fx_document_get_graph (document));
  intake->model = g_strdup (fx_document_get_project (document)->model);
  intake->fed = fed_inputs (document);
  intake->groups = g_ptr_array_new_with_free_func (group_free);
  intake->problems = g_ptr_array_new_with_free_func (g_free);
  task = g_task_new (document, NULL, placed_cb, NULL);
  g_task_set_task_data (task, intake, intake_free);
  fx_workers_run (task, run);
}
