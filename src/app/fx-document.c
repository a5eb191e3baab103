/* SPDX-License-Identifier: Apache-2.0 */
#include "app/fx-document.h"

#include "app/fx-check-task.h"
#include "app/fx-dataset-item.h"
#include "app/fx-history.h"
#include "app/fx-load-job.h"
#include "app/fx-problem.h"
#include "core/check/fx-diagnostic.h"
#include "core/check/fx-fix.h"
#include "core/graph/fx-graph.h"
#include "io/fx-project-file.h"
#include "io/onnx/onnx-writer.h"

#include <glib/gi18n.h>

/* What a project that is opened is to this document. */
typedef enum
{
  OPEN_AS_FILE,    /* its file */
  OPEN_AS_COPY,    /* to be saved elsewhere */
  OPEN_AS_JOURNAL, /* an unsaved state of the file that it names */
} OpenAs;

struct _FxDocument
{
  GObject parent_instance;

  FxDocumentState state;
  char *failure;
  char *path;      /* of the project file */
  FxLoadJob *load; /* while loading */
  OpenAs open_as;
  char *journal; /* what it was restored from */
  char *config;  /* the configuration that it was made of */

  FxHistory *history;
  FxShared *findings; /* GPtrArray of FxDiagnostic: of the reader */

  FxShared *report;
  GListStore *problems;
  GCancellable *checking; /* NULL: no check is under way */

  GListStore *datasets; /* FxDatasetItem */

  GQueue edits; /* FxProjectEdit, waiting for their turn */
  GCancellable *editing;
};

G_DEFINE_FINAL_TYPE (FxDocument, fx_document, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_STATE,
  PROP_FAILURE,
  PROP_LOADING_MESSAGE,
  PROP_LOADING_FRACTION,
  PROP_TITLE,
  PROP_SUBTITLE,
  PROP_TARGET,
  PROP_MODIFIED,
  PROP_BUSY,
  PROP_CHECKING,
  PROP_UNDO_LABEL,
  PROP_REDO_LABEL,
  PROP_N_ERRORS,
  PROP_N_WARNINGS,
  PROP_CONVERTIBLE,
  N_PROPS
};

enum
{
  GRAPH_CHANGED,
  REPORT_CHANGED,
  PROJECT_CHANGED,
  MESSAGE,
  N_SIGNALS
};

static GParamSpec *props[N_PROPS];
static guint signals[N_SIGNALS];

static void
notify (FxDocument *document, int prop)
{
  g_object_notify_by_pspec (G_OBJECT (document), props[prop]);
}

static void
tell (FxDocument *document, const char *text)
{
  g_signal_emit (document, signals[MESSAGE], 0, text);
}

/* ---- checking ---- */

static void
clear_report (FxDocument *document)
{
  g_cancellable_cancel (document->checking);
  g_clear_object (&document->checking);
  g_clear_pointer (&document->report, fx_shared_unref);
}

static void
report_changed (FxDocument *document)
{
  g_signal_emit (document, signals[REPORT_CHANGED], 0);
  notify (document, PROP_CHECKING);
  notify (document, PROP_SUBTITLE);
  notify (document, PROP_N_ERRORS);
  notify (document, PROP_N_WARNINGS);
  notify (document, PROP_CONVERTIBLE);
}

static void
check_cb (GObject *source, GAsyncResult *result, G_GNUC_UNUSED gpointer data)
{
  FxDocument *document = FX_DOCUMENT (source);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) groups = NULL;
  g_autoptr (FxShared) report = NULL;

  /* Another check may have taken its place, whose answer is the one that counts. */
  if (g_task_get_cancellable (G_TASK (result)) != document->checking)
    return;
  g_clear_object (&document->checking);
  report = fx_check_task_finish (result, &groups, &error);
  if (report == NULL)
    {
      report_changed (document);
      tell (document, error->message);
      return;
    }
  fx_shared_set (&document->report, report);
  g_list_store_splice (document->problems, 0, g_list_model_get_n_items (G_LIST_MODEL (document->problems)),
                       groups->pdata, groups->len);
  report_changed (document);
}

/* Asks anew what the board says. The list of problems stays until the answer is there, so that it does not flicker. */
static void
start_check (FxDocument *document)
{
  clear_report (document);
  document->checking = g_cancellable_new ();
  fx_check_task_start (document, fx_history_graph (document->history), document->findings,
                       fx_history_project (document->history)->target, document->checking, check_cb, NULL);
  report_changed (document);
}

/* ---- datasets ---- */

static const char *
preprocess_of (FxDocument *document, const char *input)
{
  const FxProject *project = fx_history_project (document->history);
  const FxGraph *graph = fx_shared_get (fx_history_graph (document->history));
  const FxProjectInput *entry;

  if (input == NULL && fx_graph_n_inputs (graph) > 0)
    input = fx_graph_value (graph, fx_graph_input (graph, 0))->name;
  entry = fx_project_find_input (project, input);
  return entry != NULL ? entry->preprocess : NULL;
}

static FxDatasetItem *
find_item (GPtrArray *items, const FxProjectDataset *dataset)
{
  for (guint i = 0; i < items->len; i++)
    if (fx_dataset_item_is (items->pdata[i], dataset))
      return g_object_ref (items->pdata[i]);
  return fx_dataset_item_new (dataset);
}

/* Makes the list that of the project; what was there before keeps what is known about it. */
static void
sync_datasets (FxDocument *document)
{
  const FxProject *project = fx_history_project (document->history);
  guint n = g_list_model_get_n_items (G_LIST_MODEL (document->datasets));
  g_autoptr (GPtrArray) old = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);
  gboolean same = project != NULL && n == project->datasets->len;

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (old, g_list_model_get_item (G_LIST_MODEL (document->datasets), i));
  for (guint i = 0; project != NULL && i < project->datasets->len; i++)
    {
      g_ptr_array_add (items, find_item (old, project->datasets->pdata[i]));
      same = same && items->pdata[i] == old->pdata[i];
    }
  if (same)
    return;
  for (guint i = 0; i < old->len; i++)
    if (!g_ptr_array_find (items, old->pdata[i], NULL))
      fx_dataset_item_cancel (old->pdata[i]); /* nobody waits for it any more */
  g_list_store_splice (document->datasets, 0, n, items->pdata, items->len);
}

/* Samples are looked at as the network sees them, so both the graph and the pipelines matter. */
static void
examine_datasets (FxDocument *document)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (document->datasets)); i++)
    {
      g_autoptr (FxDatasetItem) item = g_list_model_get_item (G_LIST_MODEL (document->datasets), i);

      fx_dataset_item_examine (item, fx_history_graph (document->history),
                               preprocess_of (document, fx_dataset_item_get_input (item)));
    }
}

static void
cancel_datasets (FxDocument *document)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (document->datasets)); i++)
    {
      g_autoptr (FxDatasetItem) item = g_list_model_get_item (G_LIST_MODEL (document->datasets), i);

      fx_dataset_item_cancel (item);
    }
}

/* ---- history ---- */

static void
history_changed (FxDocument *document)
{
  notify (document, PROP_TITLE);
  notify (document, PROP_TARGET);
  notify (document, PROP_MODIFIED);
  notify (document, PROP_UNDO_LABEL);
  notify (document, PROP_REDO_LABEL);
  sync_datasets (document);
  g_signal_emit (document, signals[PROJECT_CHANGED], 0);
}

static gboolean
inputs_differ (const FxProject *a, const FxProject *b)
{
  if (a->inputs->len != b->inputs->len || a->datasets->len != b->datasets->len)
    return TRUE;
  for (guint i = 0; i < a->inputs->len; i++)
    if (g_strcmp0 (((FxProjectInput *)a->inputs->pdata[i])->preprocess,
                   ((FxProjectInput *)b->inputs->pdata[i])->preprocess)
        != 0)
      return TRUE;
  return FALSE;
}

/* After the history has moved; `before` and `graph` are those from before. */
static void
moved (FxDocument *document, const FxProject *before, FxShared *graph)
{
  const FxProject *now = fx_history_project (document->history);
  gboolean same_graph = fx_history_graph (document->history) == graph;

  history_changed (document);
  if (!same_graph)
    g_signal_emit (document, signals[GRAPH_CHANGED], 0);
  if (!same_graph || g_strcmp0 (before->target, now->target) != 0)
    start_check (document);
  if (!same_graph || inputs_differ (before, now))
    examine_datasets (document);
}

static void
push (FxDocument *document, FxProject *project, FxShared *graph, const char *label, const char *key)
{
  g_autoptr (FxProject) before = fx_project_copy (fx_history_project (document->history));
  g_autoptr (FxShared) old = fx_shared_ref (fx_history_graph (document->history));

  fx_history_push (document->history, label, key, project, graph);
  moved (document, before, old);
}

void
fx_document_take_project (FxDocument *document, FxProject *project, const char *label, const char *key)
{
  g_return_if_fail (document->state == FX_DOCUMENT_READY);

  if (fx_project_equal (project, fx_history_project (document->history)))
    fx_project_free (project);
  else
    push (document, project, fx_history_graph (document->history), label, key);
}

void
fx_document_set_target (FxDocument *document, const char *target)
{
  FxProject *project;

  if (document->state != FX_DOCUMENT_READY || g_strcmp0 (fx_history_project (document->history)->target, target) == 0)
    return;
  project = fx_project_copy (fx_history_project (document->history));
  g_free (project->target);
  project->target = g_strdup (target);
  fx_document_take_project (document, project, _ ("Change Board"), NULL);
}

gboolean
fx_document_can_undo (FxDocument *document)
{
  return fx_history_can_undo (document->history) && document->editing == NULL;
}

gboolean
fx_document_can_redo (FxDocument *document)
{
  return fx_history_can_redo (document->history) && document->editing == NULL;
}

static void
step (FxDocument *document, int direction)
{
  g_autoptr (FxProject) before = fx_project_copy (fx_history_project (document->history));
  g_autoptr (FxShared) graph = fx_shared_ref (fx_history_graph (document->history));

  fx_history_move (document->history, direction);
  moved (document, before, graph);
}

void
fx_document_undo (FxDocument *document)
{
  if (fx_document_can_undo (document))
    step (document, -1);
}

void
fx_document_redo (FxDocument *document)
{
  if (fx_document_can_redo (document))
    step (document, 1);
}

/* ---- edits of the graph ---- */

typedef struct
{
  FxShared *before;
  FxProject *project; /* with the edit as its last */
  char *label;
} EditTask;

static void
edit_task_free (gpointer data)
{
  EditTask *task = data;

  fx_shared_unref (task->before);
  fx_project_free (task->project);
  g_free (task->label);
  g_free (task);
}

static void
edit_run (GTask *task, G_GNUC_UNUSED gpointer source, gpointer data, G_GNUC_UNUSED GCancellable *cancellable)
{
  const EditTask *edit = data;
  g_autoptr (FxGraph) graph = fx_graph_copy (fx_shared_get (edit->before));
  const GPtrArray *edits = edit->project->edits;
  GError *error = NULL;
  guint n_changes = 0;

  if (!fx_project_edit_apply (edits->pdata[edits->len - 1], graph, NULL, &n_changes, &error))
    g_task_return_error (task, error);
  else if (n_changes == 0)
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_FAILED, _ ("There is nothing that this would change"));
  else
    g_task_return_pointer (task, fx_shared_new (g_steal_pointer (&graph), (GDestroyNotify)fx_graph_free),
                           (GDestroyNotify)fx_shared_unref);
}

static char *
edit_label (const FxProjectEdit *edit)
{
  const FxFix *fix;

  switch (edit->kind)
    {
    case FX_PROJECT_FIX_ALL: return g_strdup (_ ("Apply All Fixes"));
    case FX_PROJECT_INPUT_SHAPE: return g_strdup (_ ("Set Input Shape"));
    case FX_PROJECT_FIX:
    default: fix = fx_fix_find (edit->name); return g_strdup (fix != NULL ? _ (fix->title) : edit->name);
    }
}

static void start_edit (FxDocument *document);

static void
edit_cb (GObject *source, GAsyncResult *result, G_GNUC_UNUSED gpointer data)
{
  FxDocument *document = FX_DOCUMENT (source);
  EditTask *edit = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  g_autoptr (FxShared) graph = NULL;

  if (g_task_get_cancellable (G_TASK (result)) != document->editing)
    return;
  g_clear_object (&document->editing);
  graph = g_task_propagate_pointer (G_TASK (result), &error);
  if (graph != NULL)
    push (document, g_steal_pointer (&edit->project), graph, edit->label, NULL);
  else
    tell (document, error->message);
  start_edit (document);
}

static void
start_edit (FxDocument *document)
{
  FxProjectEdit *next = document->editing == NULL ? g_queue_peek_head (&document->edits) : NULL;
  g_autoptr (GTask) task = NULL;
  EditTask *edit;

  if (next != NULL)
    {
      edit = g_new0 (EditTask, 1);
      edit->before = fx_shared_ref (fx_history_graph (document->history));
      edit->project = fx_project_copy (fx_history_project (document->history));
      edit->label = edit_label (next);
      fx_project_add_edit (edit->project, next->kind, next->name, next->value);
      fx_project_edit_free (g_queue_pop_head (&document->edits));
      document->editing = g_cancellable_new ();
      task = g_task_new (document, document->editing, edit_cb, NULL);
      g_task_set_task_data (task, edit, edit_task_free);
      g_task_run_in_thread (task, edit_run);
    }
  notify (document, PROP_BUSY);
  notify (document, PROP_UNDO_LABEL);
  notify (document, PROP_REDO_LABEL);
}

static void
add_edit (FxDocument *document, FxProjectEditKind kind, const char *name, const char *value)
{
  if (document->state != FX_DOCUMENT_READY)
    return;
  g_queue_push_tail (&document->edits, fx_project_edit_new (kind, name, value));
  start_edit (document);
}

void
fx_document_apply_fix (FxDocument *document, const char *rule)
{
  add_edit (document, FX_PROJECT_FIX, rule, NULL);
}

void
fx_document_apply_all_fixes (FxDocument *document)
{
  add_edit (document, FX_PROJECT_FIX_ALL, NULL, NULL);
}

void
fx_document_set_input_shape (FxDocument *document, const char *input, const char *shape)
{
  add_edit (document, FX_PROJECT_INPUT_SHAPE, input, shape);
}

/* ---- opening ---- */

static void
set_state (FxDocument *document, FxDocumentState state)
{
  document->state = state;
  notify (document, PROP_STATE);
  notify (document, PROP_TITLE);
  notify (document, PROP_SUBTITLE);
}

static void
clear (FxDocument *document)
{
  clear_report (document);
  g_queue_clear_full (&document->edits, (GDestroyNotify)fx_project_edit_free);
  g_cancellable_cancel (document->editing);
  g_clear_object (&document->editing);
  if (document->load != NULL)
    {
      g_signal_handlers_disconnect_by_data (document->load, document);
      fx_job_cancel (FX_JOB (document->load));
      g_clear_object (&document->load);
    }
  cancel_datasets (document);
  if (g_list_model_get_n_items (G_LIST_MODEL (document->datasets)) > 0)
    g_list_store_remove_all (document->datasets);
  document->state = FX_DOCUMENT_EMPTY; /* whoever asks from now on finds no project */
  fx_history_clear (document->history);
  g_clear_pointer (&document->findings, fx_shared_unref);
  g_list_store_remove_all (document->problems);
  g_clear_pointer (&document->path, g_free);
  g_clear_pointer (&document->journal, g_free);
  g_clear_pointer (&document->config, g_free);
  g_clear_pointer (&document->failure, g_free);
}

static void
take_loaded (FxDocument *document, const FxLoaded *loaded, const char *path)
{
  FxProject *project = fx_project_copy (loaded->project);

  if (document->open_as == OPEN_AS_JOURNAL)
    {
      document->path = g_strdup (project->origin);
      document->journal = g_strdup (path);
    }
  else if (loaded->is_project && document->open_as == OPEN_AS_FILE)
    document->path = g_strdup (path);
  else if (loaded->is_config)
    document->config = g_strdup (path);
  g_clear_pointer (&project->origin, g_free);
  fx_shared_set (&document->findings, loaded->findings);
  fx_history_reset (document->history, project, loaded->graph);
  if (document->open_as == OPEN_AS_JOURNAL || loaded->is_config)
    fx_history_forget_saved (document->history);
  set_state (document, FX_DOCUMENT_READY);
  history_changed (document);
  g_signal_emit (document, signals[GRAPH_CHANGED], 0);
  start_check (document);
  examine_datasets (document);
}

static void
loaded_cb (FxJob *job, FxDocument *document)
{
  g_autoptr (FxLoadJob) load = g_steal_pointer (&document->load);
  const GError *error = fx_job_get_error (job);

  g_signal_handlers_disconnect_by_data (job, document);
  switch (fx_job_get_state (job))
    {
    case FX_JOB_DONE:
      take_loaded (document, fx_load_job_get_loaded (load), g_object_get_data (G_OBJECT (job), "path"));
      break;
    case FX_JOB_FAILED:
      document->failure = g_utf8_make_valid (error->message, -1);
      notify (document, PROP_FAILURE);
      set_state (document, FX_DOCUMENT_FAILED);
      break;
    default: set_state (document, FX_DOCUMENT_EMPTY); break;
    }
}

static void
loading_cb (FxDocument *document)
{
  notify (document, PROP_LOADING_MESSAGE);
  notify (document, PROP_LOADING_FRACTION);
}

static void
open_file (FxDocument *document, const char *path, const char *weights, OpenAs as)
{
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);

  clear (document);
  document->open_as = as;
  document->load = fx_load_job_new (absolute, weights);
  g_object_set_data_full (G_OBJECT (document->load), "path", g_steal_pointer (&absolute), g_free);
  g_signal_connect (document->load, "finished", G_CALLBACK (loaded_cb), document);
  g_signal_connect_swapped (document->load, "notify::fraction", G_CALLBACK (loading_cb), document);
  set_state (document, FX_DOCUMENT_LOADING);
  g_signal_emit (document, signals[GRAPH_CHANGED], 0);
  report_changed (document);
  history_changed (document);
  fx_job_start (FX_JOB (document->load));
}

void
fx_document_open (FxDocument *document, const char *path, const char *weights)
{
  open_file (document, path, weights, OPEN_AS_FILE);
}

void
fx_document_open_copy (FxDocument *document, const char *path)
{
  open_file (document, path, NULL, OPEN_AS_COPY);
}

void
fx_document_restore (FxDocument *document, const char *path)
{
  open_file (document, path, NULL, OPEN_AS_JOURNAL);
}

void
fx_document_cancel_loading (FxDocument *document)
{
  if (document->load != NULL)
    fx_job_cancel (FX_JOB (document->load));
}

/* ---- writing ---- */

typedef struct
{
  char *path;
  FxProject *project; /* one of the two */
  FxShared *graph;
} WriteTask;

static void
write_task_free (gpointer data)
{
  WriteTask *task = data;

  g_free (task->path);
  fx_project_free (task->project);
  fx_shared_unref (task->graph);
  g_free (task);
}

static void
write_run (GTask *task, G_GNUC_UNUSED gpointer source, gpointer data, G_GNUC_UNUSED GCancellable *cancellable)
{
  const WriteTask *write = data;
  GError *error = NULL;

  if (write->project != NULL ? fx_project_file_save (write->project, write->path, &error)
                             : fx_onnx_save (fx_shared_get (write->graph), write->path, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
start_writing (FxDocument *document, WriteTask *write, GAsyncReadyCallback done, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (document, NULL, done, user_data);

  g_task_set_task_data (task, write, write_task_free);
  g_task_run_in_thread (task, write_run);
}

void
fx_document_save_async (FxDocument *document, const char *path, GAsyncReadyCallback done, gpointer user_data)
{
  WriteTask *write = g_new0 (WriteTask, 1);

  g_return_if_fail (document->state == FX_DOCUMENT_READY);
  write->path = g_strdup (path);
  write->project = fx_project_copy (fx_history_project (document->history));
  start_writing (document, write, done, user_data);
}

void
fx_document_export_async (FxDocument *document, const char *path, GAsyncReadyCallback done, gpointer user_data)
{
  WriteTask *write = g_new0 (WriteTask, 1);

  g_return_if_fail (document->state == FX_DOCUMENT_READY);
  write->path = g_strdup (path);
  write->graph = fx_shared_ref (fx_history_graph (document->history));
  start_writing (document, write, done, user_data);
}

gboolean
fx_document_write_finish (FxDocument *document, GAsyncResult *result, GError **error)
{
  const WriteTask *write = g_task_get_task_data (G_TASK (result));

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return FALSE;
  if (write->project != NULL && document->state == FX_DOCUMENT_READY)
    {
      g_free (document->path);
      document->path = g_strdup (write->path);
      fx_history_mark_saved (document->history, write->project);
      history_changed (document);
    }
  return TRUE;
}

/* ---- what is there ---- */

FxDocumentState
fx_document_get_state (FxDocument *document)
{
  return document->state;
}

const char *
fx_document_get_path (FxDocument *document)
{
  return document->path;
}

const char *
fx_document_get_journal (FxDocument *document)
{
  return document->journal;
}

const char *
fx_document_get_file (FxDocument *document)
{
  const FxProject *project = fx_history_project (document->history);

  if (document->load != NULL)
    return g_object_get_data (G_OBJECT (document->load), "path");
  if (document->path != NULL)
    return document->path;
  if (document->config != NULL)
    return document->config;
  return project != NULL ? project->model : NULL;
}

gboolean
fx_document_is_modified (FxDocument *document)
{
  return document->state == FX_DOCUMENT_READY && fx_history_is_modified (document->history);
}

const FxProject *
fx_document_get_project (FxDocument *document)
{
  return fx_history_project (document->history);
}

FxShared *
fx_document_get_graph (FxDocument *document)
{
  return fx_history_graph (document->history);
}

FxShared *
fx_document_get_report (FxDocument *document)
{
  return document->report;
}

GListModel *
fx_document_get_datasets (FxDocument *document)
{
  return G_LIST_MODEL (document->datasets);
}

GListModel *
fx_document_get_problems (FxDocument *document)
{
  return G_LIST_MODEL (document->problems);
}

static char *
dup_title (FxDocument *document)
{
  const FxProject *project = fx_history_project (document->history);

  if (document->path != NULL)
    return g_filename_display_basename (document->path);
  if (project != NULL)
    return g_filename_display_basename (project->model);
  return document->load != NULL ? g_strdup (fx_job_get_title (FX_JOB (document->load))) : NULL;
}

static char *
dup_subtitle (FxDocument *document)
{
  const FxCheckReport *report = fx_shared_get (document->report);
  guint bpu, nodes = 0;

  if (report == NULL)
    return document->checking != NULL ? g_strdup (_ ("Checking…")) : NULL;
  bpu = report->counts[FX_PLACEMENT_BPU] + report->counts[FX_PLACEMENT_FOLDED];
  for (guint i = 0; i < G_N_ELEMENTS (report->counts); i++)
    nodes += report->counts[i];
  return g_strdup_printf (ngettext ("%u of %u node on the BPU or folded", "%u of %u nodes on the BPU or folded", nodes),
                          bpu, nodes);
}

static guint
count (FxDocument *document, FxSeverity at_least)
{
  const FxCheckReport *report = fx_shared_get (document->report);

  return report != NULL ? fx_diagnostics_count (report->diagnostics, at_least) : 0;
}

static void
fx_document_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  FxDocument *document = FX_DOCUMENT (object);
  const FxProject *project = fx_history_project (document->history);
  FxJob *load = (FxJob *)document->load;

  switch (id)
    {
    case PROP_STATE: g_value_set_uint (value, document->state); break;
    case PROP_FAILURE: g_value_set_string (value, document->failure); break;
    case PROP_LOADING_MESSAGE: g_value_set_string (value, load != NULL ? fx_job_get_message (load) : NULL); break;
    case PROP_LOADING_FRACTION: g_value_set_double (value, load != NULL ? fx_job_get_fraction (load) : 0); break;
    case PROP_TITLE: g_value_take_string (value, dup_title (document)); break;
    case PROP_SUBTITLE: g_value_take_string (value, dup_subtitle (document)); break;
    case PROP_TARGET: g_value_set_string (value, project != NULL ? project->target : NULL); break;
    case PROP_MODIFIED: g_value_set_boolean (value, fx_document_is_modified (document)); break;
    case PROP_BUSY: g_value_set_boolean (value, document->editing != NULL); break;
    case PROP_CHECKING: g_value_set_boolean (value, document->checking != NULL); break;
    case PROP_UNDO_LABEL:
      g_value_set_string (value, fx_document_can_undo (document) ? fx_history_undo_label (document->history) : NULL);
      break;
    case PROP_REDO_LABEL:
      g_value_set_string (value, fx_document_can_redo (document) ? fx_history_redo_label (document->history) : NULL);
      break;
    case PROP_N_ERRORS: g_value_set_uint (value, count (document, FX_SEVERITY_ERROR)); break;
    case PROP_N_WARNINGS:
      g_value_set_uint (value, count (document, FX_SEVERITY_WARNING) - count (document, FX_SEVERITY_ERROR));
      break;
    case PROP_CONVERTIBLE:
      g_value_set_boolean (value, document->report != NULL && count (document, FX_SEVERITY_ERROR) == 0);
      break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

FxDocument *
fx_document_new (void)
{
  return g_object_new (FX_TYPE_DOCUMENT, NULL);
}

static void
fx_document_dispose (GObject *object)
{
  clear (FX_DOCUMENT (object));
  G_OBJECT_CLASS (fx_document_parent_class)->dispose (object);
}

static void
fx_document_finalize (GObject *object)
{
  FxDocument *document = FX_DOCUMENT (object);

  g_clear_object (&document->problems);
  g_clear_object (&document->datasets);
  g_clear_pointer (&document->history, fx_history_free);
  G_OBJECT_CLASS (fx_document_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass *object_class)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  props[PROP_STATE] = g_param_spec_uint ("state", NULL, NULL, 0, FX_DOCUMENT_FAILED, 0, flags);
  props[PROP_FAILURE] = g_param_spec_string ("failure", NULL, NULL, NULL, flags);
  props[PROP_LOADING_MESSAGE] = g_param_spec_string ("loading-message", NULL, NULL, NULL, flags);
  props[PROP_LOADING_FRACTION] = g_param_spec_double ("loading-fraction", NULL, NULL, 0, 1, 0, flags);
  props[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, flags);
  props[PROP_SUBTITLE] = g_param_spec_string ("subtitle", NULL, NULL, NULL, flags);
  props[PROP_TARGET] = g_param_spec_string ("target", NULL, NULL, NULL, flags);
  props[PROP_MODIFIED] = g_param_spec_boolean ("modified", NULL, NULL, FALSE, flags);
  props[PROP_BUSY] = g_param_spec_boolean ("busy", NULL, NULL, FALSE, flags);
  props[PROP_CHECKING] = g_param_spec_boolean ("checking", NULL, NULL, FALSE, flags);
  props[PROP_UNDO_LABEL] = g_param_spec_string ("undo-label", NULL, NULL, NULL, flags);
  props[PROP_REDO_LABEL] = g_param_spec_string ("redo-label", NULL, NULL, NULL, flags);
  props[PROP_N_ERRORS] = g_param_spec_uint ("n-errors", NULL, NULL, 0, G_MAXUINT, 0, flags);
  props[PROP_N_WARNINGS] = g_param_spec_uint ("n-warnings", NULL, NULL, 0, G_MAXUINT, 0, flags);
  props[PROP_CONVERTIBLE] = g_param_spec_boolean ("convertible", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
fx_document_class_init (FxDocumentClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  static const char *const plain[] = { "graph-changed", "report-changed", "project-changed" };

  object_class->get_property = fx_document_get_property;
  object_class->dispose = fx_document_dispose;
  object_class->finalize = fx_document_finalize;
  install_properties (object_class);
  for (guint i = 0; i < G_N_ELEMENTS (plain); i++)
    signals[i] = g_signal_new (plain[i], FX_TYPE_DOCUMENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[MESSAGE] = g_signal_new ("message", FX_TYPE_DOCUMENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                   G_TYPE_STRING);
}

static void
fx_document_init (FxDocument *document)
{
  document->history = fx_history_new ();
  document->problems = g_list_store_new (FX_TYPE_PROBLEM);
  document->datasets = g_list_store_new (FX_TYPE_DATASET_ITEM);
  g_queue_init (&document->edits);
}
